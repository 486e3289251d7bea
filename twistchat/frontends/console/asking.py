"""What operators ask of other nodes: their commands go through the chat's one order, as all does.

Whoever can write there is trusted: it is a node, or somebody who has the store's password.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twisted.internet import defer
from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from twistchat.core.nodes import Answered, Asked
from twistchat.frontends.console.command import SecretWantedError
from twistchat.frontends.console.results import Failed, Received, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from twistchat.core.events import Item
    from twistchat.engine import Committed
    from twistchat.frontends.console.results import Result

log = Logger()

PATIENCE = 10.0
"""Seconds in which a node has to answer."""

TOO_OLD = 60.0
"""Seconds, by the clocks of two machines: what was asked longer ago nobody waits for any more."""

MOST = 256 * 1024
"""Bytes of an answer, which every node reads: who are connected to one, a thousand of them."""

NO_SECRETS = "It needs a password, and is not about one process: do it where you are."
NO_WATCHING = "What is said is the same at every node: watch it where you are."
TOO_LONG = "The answer is too long to be handed on: ask with twistchat ctl at the node itself."


@dataclass(slots=True)
class _Waiting:
    """Somebody waits for the answers of some nodes."""

    nodes: set[str]
    done: Deferred[None] = field(default_factory=Deferred)
    heard: dict[str, Result] = field(default_factory=dict)


class Asking:
    """Asks other nodes, and answers what they ask."""

    def __init__(
        self,
        *,
        node: str,
        run: Callable[[str], Deferred[Result]],
        submit: Callable[[Sequence[Item]], None],
        clock: IReactorTime,
        now: Callable[[], float],
    ) -> None:
        """`node` is this one, which does by `run` what others ask."""
        self._node = node
        self._run = run
        self._submit = submit
        self._clock = clock
        self._now = now
        self._waiting: dict[str, _Waiting] = {}

    def ask(self, nodes: Collection[str], line: str, by: str) -> Deferred[Mapping[str, Result]]:
        """Let other nodes do a command. Fires with what they have answered in time."""
        if not nodes:
            return succeed({})
        identity = secrets.token_hex(8)
        waiting = self._waiting[identity] = _Waiting(set(nodes))
        only = next(iter(nodes)) if len(nodes) == 1 else ""
        log.info("{by} asks {nodes}: {line}", by=by, nodes=", ".join(sorted(nodes)), line=line)

        def over(failure: Failure | None) -> Mapping[str, Result]:
            del self._waiting[identity]
            if failure is not None:
                failure.trap(defer.TimeoutError)
            return waiting.heard

        done = waiting.done.addTimeout(PATIENCE, self._clock).addBoth(over)
        self._submit([Asked(only, identity, line, by, self._now())])
        return done

    def follow(self, committed: Committed) -> None:
        """Answer what was asked, and take what is answered. Called by the pipeline."""
        match committed.item:
            case Asked() as asked if asked.node in ("", self._node):
                if committed.node not in ("", self._node):  # what is asked here is done last
                    self._answer(asked, committed.node)
            case Answered() as answered:
                waiting = self._waiting.get(answered.id)
                if waiting is None or answered.node not in waiting.nodes:
                    return
                waiting.heard[answered.node] = _read(answered.results)
                if len(waiting.heard) == len(waiting.nodes):
                    waiting.done.callback(None)

    def _answer(self, asked: Asked, node: str) -> None:
        if self._now() - asked.at > TOO_OLD:
            log.warn("{line} was asked at {node} too long ago", line=asked.line, node=node)
            return
        log.info("{by} at {node} asks: {line}", by=asked.by, node=node, line=asked.line)

        def told(result: Result) -> None:
            self._submit([Answered(self._node, asked.id, _written(result), self._now())])

        running = self._run(asked.line).addErrback(_not_done).addCallback(told)
        running.addErrback(lambda failure: log.failure("answering a node failed", failure))


def _not_done(failure: Failure) -> Result:
    failure.trap(SecretWantedError)
    return Failed(NO_SECRETS, "not-there")


def _written(result: Result) -> str:
    if isinstance(result, Watch):
        result = Failed(NO_WATCHING, "not-there")
    written = _as_json(result)
    return written if len(written) <= MOST else _as_json(Failed(TOO_LONG, "too-long"))


def _as_json(result: Result) -> str:
    """Write a result in ASCII, so that its length is known."""
    return json.dumps(
        {"status": int(result.status), "lines": list(result.lines()), "data": result.data()}
    )


def _read(results: str) -> Result:
    try:
        read = json.loads(results)
        return Received(read["lines"], read["data"], read["status"])
    except (ValueError, KeyError, TypeError):
        return Failed("It has answered what is not understood here.", "fault")
