"""The operator's commands about the server itself: how it fares, and what can change meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twisted.logger import Logger

from twistchat.core.changes import Takes, takes_effect
from twistchat.core.limits import Described, described, limit_value
from twistchat.frontends.console.closing import in_words
from twistchat.frontends.console.command import Asked, Command, UsageError
from twistchat.frontends.console.reloading import shown
from twistchat.frontends.console.results import Column, Facts, Failed, Result, Table, Told, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twistchat.core.chat import Chat
    from twistchat.core.limits import Limits
    from twistchat.counts import Counts
    from twistchat.engine import Engine
    from twistchat.frontends.console.closing import Closing
    from twistchat.frontends.registry import Registry
    from twistchat.session import Session

log = Logger()

LIMITS = (
    Column("name", "LIMIT"),
    Column("value", "VALUE"),
    Column("unit", "UNIT"),
    Column("takes", "CHANGES"),
)

LIMIT = (
    Column("name", "limit"),
    Column("value", "value"),
    Column("default", "default"),
    Column("unit", "unit"),
    Column("zero", "0 means"),
    Column("takes", "changes"),
    Column("why", "why"),
)


def _by_wire(wires: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {wire}" for wire, count in wires.items()) or "none"


def _bytes(count: int) -> str:
    return counted(count, "byte")


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def _if_any(seconds: float | None) -> str:
    return "no" if seconds is None else f"in {in_words(seconds)}"


STATS = (
    Column("uptime", "up for", in_words),
    Column("people", "people"),
    Column("sessions", "sessions", _by_wire),
    Column("rooms", "rooms"),
    Column("lines", "lines read"),
    Column("deliveries", "deliveries"),
    Column("queue", "waiting for readers", _bytes),
    Column("longest_queue", "at most for one", _bytes),
    Column("uncommitted", "waiting to be kept", _bytes),
    Column("full", "full", _yes_or_no),
    Column("draining", "draining", _yes_or_no),
    Column("stops_in", "stops", _if_any),
)

STATS_OF_NODE = (
    Column("node", "node"),
    STATS[0],
    Column("people", "people here"),
    Column("in_all", "at all nodes"),
    *STATS[2:],
    Column("store", "store", lambda trouble: trouble or "well"),
    Column("feed", "feed read up to"),
    Column("feed_behind", "and behind by"),
)
"""The same, where a chat has several nodes."""


class Running:
    """What the operator asks of the running server, and changes in it."""

    def __init__(
        self,
        *,
        registry: Registry,
        chat: Chat,
        engine: Engine,
        closing: Closing,
        counts: Counts,
        change_limits: Callable[[Limits], None],
        began: float,
    ) -> None:
        self._registry = registry
        self._chat = chat
        self._engine = engine
        self._closing = closing
        self._counts = counts
        self._change_limits = change_limits
        self._began = began

    def commands(self) -> Sequence[Command]:
        """List the commands. To let nobody in is for whoever is going to let them in again."""
        return (
            Command(
                "stats",
                "",
                "how the server fares",
                self._stats,
                in_chat=True,
                of_process=True,
            ),
            Command(
                "limit",
                "[NAME [VALUE]]",
                "show limits, or change one for this run",
                self._limit,
                of_process=True,
            ),
            Command("drain", "[off]", "let nobody new in, or again", self._drain, of_process=True),
        )

    def _stats(self, asked: Asked) -> Result:
        asked.nothing()
        sessions: Sequence[Session] = self._registry.sessions
        queues = [session.outlet.queued for session in sessions]
        fields = {
            "uptime": self._chat.now() - self._began,
            "people": sum(user.is_here for user in self._chat.people),
            "sessions": dict(Counter(session.wire for session in sessions)),
            "rooms": len(self._chat.rooms),
            "lines": sum(heard.lines for heard in self._counts.heard.values()),
            "deliveries": self._counts.deliveries,
            "queue": sum(queues),
            "longest_queue": max(queues, default=0),
            "uncommitted": self._engine.waiting,
            "full": self._engine.full,
            "draining": self._registry.is_draining,
            "stops_in": self._closing.left,
        }
        engine = self._engine
        if not engine.node:
            return Facts(STATS, fields)
        feed = engine.commits.feed()
        fields |= {
            "node": engine.node,
            "in_all": self._chat.population,
            "store": engine.trouble,
            "feed": feed.at,
            "feed_behind": max(0, feed.last - feed.at),
        }
        return Facts(STATS_OF_NODE, fields)

    def _limit(self, asked: Asked) -> Result:
        limits = self._registry.limits
        rows = [_row(limit, limits) for limit in described()]
        if not asked.words:
            return Table(LIMITS, rows)
        name, _, value = asked.words.replace("=", " ", 1).partition(" ")
        if value.strip():
            return self._change(name, value.strip())
        try:
            attribute, _ = limit_value(name, 1)
        except ValueError as error:
            return Failed(_sentence(error), "no-such-limit")
        wanted = attribute.replace("_", "-")
        return Facts(LIMIT, next(row for row in rows if row["name"] == wanted))

    def _change(self, name: str, value: str) -> Result:
        """Change a limit of the running server."""
        try:
            attribute, number = limit_value(name, value)
        except ValueError as error:
            return Failed(_sentence(error), "bad-limit")
        takes = takes_effect(attribute)
        name = attribute.replace("_", "-")
        if takes is Takes.STARTING:
            return Failed(
                f"{name} can be changed at a start only: with --limit {name}={value},"
                " or under [limits] in the file of --config.",
                "at-a-start",
            )
        was = getattr(self._registry.limits, attribute)
        changed: dict[str, Any] = {attribute: number}
        self._change_limits(replace(self._registry.limits, **changed))
        value_now = getattr(self._registry.limits, attribute)
        log.info(
            "limit {limit} is {value} now, and was {was}",
            limit=name, value=shown(value_now), was=shown(was),
        )  # fmt: skip
        fields = {
            "name": name, "was": shown(was), "value": shown(value_now), "takes": str(takes),
        }  # fmt: skip
        return Told("{name} is {value} now ({takes}), and was {was}.", fields)

    def _drain(self, asked: Asked) -> Result:
        if asked.words not in ("", "off"):
            raise UsageError
        registry = self._registry
        registry.is_draining = not asked.words
        people = len(registry.people)
        log.info("draining: {draining}", draining=registry.is_draining)
        fields = {"draining": registry.is_draining, "online": people}
        if not registry.is_draining:
            return Told("Whoever comes is let in again.", fields)
        stay = counted(people, "person", "people")
        return Told(f"Nobody new is let in; {stay} may stay. drain off ends it.", fields)


def _row(limit: Described, limits: Limits) -> Mapping[str, Any]:
    attribute = limit.name.replace("-", "_")
    return {
        "name": limit.name,
        "value": shown(getattr(limits, attribute)),
        "default": shown(limit.default),
        "unit": limit.unit,
        "zero": limit.zero,
        "takes": str(takes_effect(attribute)),
        "why": limit.why,
    }


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('?') else '.'}"
