"""A batch as the words of `lua/append.lua`, and its answer; see there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twisted.logger import Logger

from twistchat.core.accounts import Standing
from twistchat.core.codes import Cause, Unkept
from twistchat.core.concerns import is_audited, is_durable, is_put_out, log_of, stands_as
from twistchat.core.events import (
    AccountSet,
    AwayChanged,
    Deleted,
    Departed,
    Durable,
    Item,
    Joined,
    Left,
    Moderated,
    PersonaChanged,
    Renamed,
    RoomForgotten,
    RulesChanged,
    Said,
)
from twistchat.core.law import Deed
from twistchat.core.names import fold
from twistchat.core.nodes import Entered, Withdrew
from twistchat.core.rules import without_key
from twistchat.engine import NOWHERE, Entry, Repeated, Stamp
from twistchat.engine.fields import as_text
from twistchat.engine.keys import digest_of
from twistchat.engine.redis.codec import (
    is_stored_otherwise,
    persona_fields,
    quoted,
    read_texts,
    stored,
    told,
    written_of,
)
from twistchat.engine.redis.shapes import Appended, Told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.engine import Outcome

log = Logger()

LIFTS = frozenset({Deed.UNMUTE, Deed.UNBAN, Deed.DEOP, Deed.DEVOICE, Deed.UNEXEMPT, Deed.DISALLOW})
"""Deeds behind which nothing is left to hold."""

_DEPARTED = len(b'{"kind":"departed","rooms":[]')

_SHOWN = ("kind", "user", "who", "rooms", "away", "persona")
"""What the store tells of a person by what it has heard since."""

Words = list[str | bytes]


def words_of(entry: Entry) -> Words:
    """Write an item as the script takes it.

    Raises:
        ValueError: it holds text that no UTF-8 can carry, or a time that is none.
    """
    item = entry.item
    key = entry.label.key if entry.label is not None else None
    if type(item) is Said and key is None and not (item.tags or item.outside):  # most are
        return ["s", item.room, told(item)]
    if is_durable(item):
        return _words_of_event(item, key)
    return _words_of_presence(item)


def _words_of_event(event: Durable, key: str | None) -> Words:
    json = told(event)
    kept = stored(event) if is_stored_otherwise(event) else b""
    used, digest = "", ""
    if key is not None:
        used, digest = f"{event.user}:{key}", digest_of(event).hex()
    decides, deed = stands_as(event), b""
    if is_audited(event):
        deed = b"="
        if isinstance(event, RulesChanged) and event.rules.key:
            deed = stored(replace(event, rules=without_key(event.rules)))
    stands = ""
    if decides is not None:
        stands = f"{_how_it_stands(event)}{decides[0]} {decides[1]}"
    erases, by = "", ""
    if isinstance(event, Deleted):
        erases, by = str(event.number), quoted(event.who)
    at = repr(float(event.at))
    words: Words = [
        "d", log_of(event) or "", json, kept, used.encode(), digest, at, stands.encode(), deed,
        erases, by,
    ]  # fmt: skip
    return words


def is_lifted(event: Durable) -> bool:
    """Whether nothing is left to hold behind a deed."""
    match event:
        case Moderated():
            return event.deed in LIFTS
        case AccountSet():
            return event.account.standing is Standing.DELETED
        case _:
            return False


def _how_it_stands(event: Durable) -> str:
    if isinstance(event, Moderated) and event.deed is Deed.FOUND:
        return "?"  # of two nodes that make a room at once one is first
    return "-" if is_lifted(event) else "+"


def _words_of_presence(item: Item) -> Words:
    match item:
        case Withdrew():
            # They are gone altogether, if they are not connected elsewhere after all.
            gone = Departed((), item.user, item.who, Cause.LOST, "", item.at)
            return _words_of_departure(gone)
        case Departed():
            return _words_of_departure(item)
        case Joined():
            return ["j", item.room, item.user, told(item)]
        case Left():
            return ["l", item.room, item.user, told(item)]
        case Entered():
            return _words_of_entry(item)
        case Renamed():
            return ["r", item.user, fold(item.new), quoted(item.new), told(item)]
        case AwayChanged():
            return ["a", item.user, "away", _perhaps(item.words), told(item)]
        case PersonaChanged():
            persona = as_text(persona_fields(item.persona))
            return ["a", item.user, "persona", persona, told(item)]
        case RoomForgotten():
            return ["f", item.room, told(item)]
        case _:
            return ["o", told(item)]


def _words_of_departure(item: Departed) -> Words:
    behind = told(replace(item, rooms=()))[_DEPARTED:]
    is_put = "1" if is_put_out(item) else "0"
    return ["x", item.user, is_put, behind, quoted(item.who), repr(float(item.at))]


def _words_of_entry(item: Entered) -> Words:
    written = written_of(item)
    json = as_text(written).encode()
    rest = {name: value for name, value in written.items() if name not in _SHOWN}
    is_guest = "1" if item.is_guest else "0"
    return [
        "e", item.user, fold(item.who), is_guest, json,
        quoted(item.who), _perhaps(item.away), as_text(persona_fields(item.persona)), as_text(rest),
        str(len(item.rooms)), *item.rooms,
    ]  # fmt: skip


def _perhaps(text: str | None) -> str:
    return "null" if text is None else quoted(text)


class Proposal:
    """A batch on its way: what is sent of it, and what its answer means."""

    def __init__(self, entries: Sequence[Entry], opens: Sequence[str]) -> None:
        self._entries = entries
        self._opens = opens
        self._is_sent: list[bool] = []
        self.words: Words = [str(len(opens)), *opens]
        """For the script, behind its first ones."""
        for entry in entries:
            try:
                self.words += words_of(entry)
                self._is_sent.append(True)
            except ValueError as error:  # refused alone, and not with all the others
                log.error(  # noqa: TRY400, it is the message that tells
                    "Something cannot be written, and is left out: {why}", why=error
                )
                self._is_sent.append(False)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to ask."""
        return not self._opens and not any(self._is_sent)

    def answered(self, answer: bytes) -> Appended:
        """Read what has become of it."""
        place, stood, *lines = answer.decode().split("\n")
        seq, _, after = place.partition(" ")
        found = iter(lines)
        outcomes: list[Outcome | Told] = []
        for entry, is_sent in zip(self._entries, self._is_sent, strict=True):
            if is_sent:
                line = next(found)
                # Most are kept, and their places need no further look.
                if line[0] not in "~!=-wD":
                    epoch, _, number = line.partition(" ")
                    outcomes.append(Stamp(epoch, int(number)))
                else:
                    outcomes.append(_outcome(line, entry.item))
            else:
                is_lost = is_durable(entry.item)
                outcomes.append(Unkept.FAILED if is_lost else Told(None, NOWHERE))
        stands = {}
        if self._opens:
            for name, place in zip(self._opens, stood.split(","), strict=True):
                stands[name] = stamp_of(place)
        return Appended(int(seq), outcomes, stands, int(after))


def stamp_of(place: str) -> Stamp:
    """Read a place; empty: nowhere."""
    if not place:
        return NOWHERE
    epoch, _, number = place.partition(" ")
    return Stamp(epoch, int(number))


def _outcome(line: str, item: Item) -> Outcome | Told:
    how, rest = line[0], line[1:]
    match how:
        case "~":
            return Repeated(stamp_of(rest))
        case "!":
            return Unkept.KEY_REUSED if rest == "reused" else Unkept.NO_SUCH_LINE
        case "=":
            return Told(item, stamp_of(rest))
        case "-":
            return Told(None, stamp_of(rest))
        case "w":
            assert isinstance(item, Departed | Withdrew), item
            return Told(Withdrew(item.user, item.who, item.at), NOWHERE)
        case "D":
            if isinstance(item, Withdrew):
                item = Departed((), item.user, item.who, Cause.LOST, "", item.at)
            assert isinstance(item, Departed), item
            return Told(replace(item, rooms=read_texts(rest)), NOWHERE)
        case _:
            raise AssertionError(f"no such outcome: {line[:40]!r}")
