"""What the operator does in the chat: through the same rules and the same pipeline as everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from twistchat.core.events import NotKept, Refusal, Refused
from twistchat.engine import Committed
from twistchat.frontends.console.results import Failed
from twistchat.session.operating import NotDoneError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.python.failure import Failure

    from twistchat.core.commands import Command
    from twistchat.core.events import Item
    from twistchat.frontends.console.results import Result
    from twistchat.wire import WireFormat


class Errands:
    """Does commands as the operator, and puts into words why something was not done."""

    def __init__(
        self,
        *,
        perform: Callable[[Command], Deferred[Sequence[Item]]],
        wire_format: WireFormat,
    ) -> None:
        self._perform = perform
        self._format = wire_format

    def run(self, command: Command, done: Callable[[Sequence[Item]], Result]) -> Deferred[Result]:
        """Do a command; when what it changes is kept, `done` says what has come of it."""
        return self._perform(command).addCallbacks(done, self._not_done)

    def run_all(
        self, commands: Sequence[Command], done: Callable[[Sequence[Item]], Result]
    ) -> Deferred[Result]:
        """Do several commands, of which none is to be refused, as if they were one."""

        async def perform() -> Sequence[Item]:
            return [item for command in commands for item in await self._perform(command)]

        return Deferred.fromCoroutine(perform()).addCallbacks(done, self._not_done)

    def in_words(self, event: Item) -> str:
        """Say what has happened, as the chat itself does."""
        return _plain(self._format.encode(Committed(event)))

    def _not_done(self, failure: Failure) -> Failed:
        failure.trap(NotDoneError)
        error = failure.value
        assert isinstance(error, NotDoneError)
        return self.failed(error.why)

    def failed(self, why: Refused | NotKept) -> Failed:
        """Say why something is not done, as the chat itself does."""
        if isinstance(why, Refused) and why.code is Refusal.NO_SUCH_PERSON:
            return nobody(str(why.about))  # in the chat it is `/who` that shows who is
        told = self._format.encode_reply(Committed(why), "operator")
        return Failed(_plain(told), str(why.code if isinstance(why, Refused) else why.why))


def _plain(told: bytes) -> str:
    return " ".join(line.removeprefix("-- ") for line in told.decode().splitlines())


def nobody(who: str) -> Failed:
    """Say that nobody is called so."""
    return Failed(f"Nobody here is {who}. Type who for names and numbers.", "no-such-person")
