"""The operator's commands about who may be here and may speak, and the account of what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed, Role
from twistchat.core.commands import ListSanctions, Moderate
from twistchat.core.law import EVERYWHERE, LASTING, Deed
from twistchat.core.names import room_name
from twistchat.core.orders import NoTimeError, read_order
from twistchat.frontends.console.command import Asked, Command, UsageError
from twistchat.frontends.console.people import on_the_clock
from twistchat.frontends.console.results import Column, Sentences, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twisted.internet.defer import Deferred

    from twistchat.core.chat import Chat
    from twistchat.core.law import Sanction
    from twistchat.engine import Audited, Engine
    from twistchat.frontends.console.errands import Errands
    from twistchat.frontends.console.results import Result

LIFTING = frozenset({Deed.UNMUTE, Deed.UNBAN, Deed.UNEXEMPT, Deed.DISALLOW})
"""Deeds for which nobody asks why."""

PLACED = frozenset({Deed.EXEMPT, Deed.UNEXEMPT, Deed.ALLOW, Deed.DISALLOW})
"""Deeds that are done in one room, and nowhere else."""

NO_TIME = "{typed} is no length of time. Write 10m, 12h or 2d; without one it is for good."

AUDITED = 20
"""Deeds that are shown to who asks for no number."""

MOST = 1_000
"""Deeds that are shown at once."""


def _until(until: float | None) -> str:
    return "for good" if until is None else on_the_clock(until)


def _where(room: str) -> str:
    return "everywhere" if room == EVERYWHERE else room


SANCTIONS = (
    Column("deed", "WHAT"),
    Column("to", "WHOM"),
    Column("room", "WHERE", _where),
    Column("until", "UNTIL", _until),
    Column("who", "BY"),
    Column("words", "WHY"),
)

DEEDS = (
    Column("id", "#"),
    Column("time", "WHEN", on_the_clock),
    Column("who", "WHO"),
    Column("deed", "WHAT"),
    Column("to", "WHOM"),
    Column("room", "WHERE", _where),
    Column("until", "UNTIL", lambda until: "" if until is None else on_the_clock(until)),
    Column("words", "WHY"),
)


class Moderating:
    """What the operator does about people who disturb."""

    def __init__(self, *, chat: Chat, engine: Engine, errands: Errands) -> None:
        self._chat = chat
        self._engine = engine
        self._errands = errands

    def commands(self) -> Sequence[Command]:
        """List the commands. Deeds alone operators in the chat do by commands of theirs."""
        whom, there = "[#ROOM] WHO", "#ROOM WHO"
        return (
            Command("kick", f"{whom} [REASON]", "put somebody out, once", self._does(Deed.KICK)),
            Command(
                "mute",
                f"{whom} [TIME] [REASON]",
                "keep somebody quiet: 10m, 2d, for good",
                self._does(Deed.MUTE),
            ),
            Command("unmute", whom, "let somebody speak again", self._does(Deed.UNMUTE)),
            Command(
                "ban",
                f"{whom} [TIME] [REASON]",
                "keep out a name, a pattern, an address",
                self._does(Deed.BAN),
            ),
            Command("unban", whom, "let somebody in again", self._does(Deed.UNBAN)),
            Command(
                "exempt",
                f"{there} [TIME] [REASON]",
                "let no ban of a room keep out somebody",
                self._does(Deed.EXEMPT),
            ),
            Command("unexempt", there, "let bans keep them out again", self._does(Deed.UNEXEMPT)),
            Command(
                "allow",
                f"{there} [TIME] [REASON]",
                "let somebody into a room uninvited",
                self._does(Deed.ALLOW),
            ),
            Command("disallow", there, "take that back", self._does(Deed.DISALLOW)),
            Command(
                "bans", "[#ROOM]", "who is banned, muted or let in, where", self._bans, in_chat=True
            ),
            Command(
                "audit", "[COUNT] [#ROOM]", "what was done, by whom", self._audit, in_chat=True
            ),
        )

    def _does(self, deed: Deed) -> Callable[[Asked], Deferred[Result]]:
        def do(asked: Asked) -> Deferred[Result]:
            try:
                order = read_order(asked.words, lasts=deed in LASTING)
            except NoTimeError as error:
                raise UsageError(NO_TIME.format(typed=error)) from error
            if not order.name or (order.words and deed in LIFTING):
                raise UsageError
            if deed in PLACED and not order.room:
                raise UsageError
            wanted = Moderate(
                deed, order.room or EVERYWHERE, order.name, order.seconds, order.words
            )
            return self._errands.run(wanted, self._done)

        return do

    def _done(self, items: Sequence[e.Item]) -> Result:
        rows = [
            {**_moderated(item), "text": self._errands.in_words(item)}
            for item in items
            if isinstance(item, e.Moderated)
        ]
        return Sentences("{text}", rows)

    def _bans(self, asked: Asked) -> Deferred[Result]:
        if asked.words:
            return self._errands.run(ListSanctions(asked.one()), _listed)
        restless = (
            room.name
            for room in sorted(self._chat.rooms, key=lambda room: room.name)
            if room.law.bans or room.law.mutes or room.law.exempt or room.law.allowed
        )
        rest = [ListSanctions(room) for room in restless]
        return self._errands.run_all([ListSanctions(EVERYWHERE), *rest], _listed)

    def _audit(self, asked: Asked) -> Result | Deferred[Result]:
        limit, typed = AUDITED, ""
        for word in asked.words.split():
            if word.isascii() and word.isdecimal() and len(word) < 10:
                limit = min(int(word), MOST)
            elif not typed:
                typed = word
            else:
                raise UsageError
        log = room_name(typed, self._chat.limits) if typed else None
        if isinstance(log, e.Refused):
            return self._errands.failed(log)
        return self._engine.audit(limit=limit, log=log).addCallback(self._told)

    def _told(self, deeds: Sequence[Audited]) -> Result:
        rows = [{"id": deed.id, **_deed(deed.committed.item)} for deed in deeds]
        return Table(DEEDS, rows, "Nothing was done yet of which an account is given.")


def _listed(items: Sequence[e.Item]) -> Result:
    rows: list[Mapping[str, Any]] = []
    for item in items:
        if isinstance(item, e.SanctionsListed):
            room = item.room or EVERYWHERE
            rows += [_sanction("ban", room, sanction) for sanction in item.bans]
            rows += [_sanction("mute", room, sanction) for sanction in item.mutes]
            rows += [_sanction("exempt", room, sanction) for sanction in item.exempt]
            rows += [_sanction("allow", room, sanction) for sanction in item.allowed]
    return Table(SANCTIONS, rows, "Nobody is banned or muted.")


def _sanction(deed: str, room: str, sanction: Sanction) -> Mapping[str, Any]:
    return {
        "deed": deed,
        "to": sanction.to,
        "room": room,
        "until": sanction.until,
        "who": sanction.who,
        "words": sanction.words,
        "time": sanction.at,
    }


def _moderated(item: e.Moderated) -> dict[str, Any]:
    return {
        "time": item.at,
        "who": item.who,
        "deed": str(item.deed),
        "to": item.to,
        "room": item.room or EVERYWHERE,
        "until": item.until,
        "words": item.words,
    }


def _deed(item: e.Item) -> dict[str, Any]:
    """Tell in fields what was done; never a key or a password."""
    match item:
        case e.Moderated():
            return _moderated(item)
        case e.RulesChanged():
            deed, to, room, words = "rules", ", ".join(item.changed), item.room, ""
        case e.Deleted():
            deed, to, room, words = "delete", str(item.number), item.room, item.words
        case e.AccountSet():
            is_new = item.deed is AccountDeed.REGISTER and item.account.role is not Role.PERSON
            role = f" {item.account.role}" if is_new or item.deed is AccountDeed.ROLE else ""
            deed, to, room, words = f"account {item.deed}{role}", item.account.name, "", ""
        case _:
            raise TypeError(type(item).__name__)
    return {
        "time": item.at,
        "who": item.who,
        "deed": deed,
        "to": to,
        "room": room,
        "until": None,
        "words": words,
    }
