"""Which rooms there are: `LIST`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.words.protocols.irc import ERR_TOOMANYMATCHES, RPL_LIST, RPL_LISTEND, RPL_LISTSTART

from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.seeing import sees_room
from twistchat.frontends.irc.wildcards import matching

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twistchat.core.model import Room
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

    Condition = Callable[[Room], bool]

LISTED = 1_000
"""Rooms that are listed at once: the fullest."""

CONDITIONS = 20
"""Conditions that one line may have; more are passed over."""

LIST_WORK = 100
"""Rooms that are listed or looked at for as much work as one line that is read."""

ELIST = "CMNTU"
"""What rooms can be looked for by (modern.ircd.docs.horse, "LIST message"): how old they are,
masks, masks that are not to fit, how old the topic is, how many people are in them."""


class Conditions:
    """Which rooms a client wishes to be told of."""

    def __init__(self, written: str, now: float) -> None:
        self._now = now
        self._masks: list[Condition] = []
        """One of these is to hold."""
        self._others: list[Condition] = []
        """All of these are."""
        for each in list(dict.fromkeys(written.split(",")))[:CONDITIONS]:
            if each:
                self._read(each)

    def hold(self, room: Room) -> bool:
        """Whether a room is such as is looked for."""
        if self._masks and not any(mask(room) for mask in self._masks):
            return False
        return all(condition(room) for condition in self._others)

    def _read(self, written: str) -> None:
        kind = written[:2].upper() if written[:1] in "CcTt" else written[:1]
        number = written[len(kind) :]
        if kind in _KINDS and number.isascii() and number.isdigit() and len(number) < 10:
            self._others.append(_KINDS[kind](int(number), self._now))
        elif written.startswith("!"):
            fits = matching(written[1:])
            self._others.append(lambda room: not fits(room.name))
        else:
            is_match = matching(written)
            self._masks.append(lambda room: is_match(room.name))


def _more(number: int, _: float) -> Condition:
    return lambda room: len(room.members) > number


def _fewer(number: int, _: float) -> Condition:
    return lambda room: len(room.members) < number


def _older(minutes: int, now: float) -> Condition:
    return lambda room: now - room.since > 60 * minutes


def _younger(minutes: int, now: float) -> Condition:
    return lambda room: now - room.since < 60 * minutes


def _topic_older(minutes: int, now: float) -> Condition:
    return lambda room: bool(room.topic) and now - room.topic_at > 60 * minutes


def _topic_younger(minutes: int, now: float) -> Condition:
    return lambda room: bool(room.topic) and now - room.topic_at < 60 * minutes


_KINDS: Mapping[str, Callable[[int, float], Condition]] = {
    ">": _more,
    "<": _fewer,
    "C>": _older,
    "C<": _younger,
    "T>": _topic_older,
    "T<": _topic_younger,
}


def _list(dialog: IRCDialog, message: Message) -> None:
    user, place = dialog.session.user, dialog.about.place
    conditions = Conditions(message.params[0] if message.params else "", place.now())
    rooms = place.rooms
    # An empty room is one that there is not, for clients of IRC.
    found = [r for r in rooms if r.members and sees_room(user, r) and conditions.hold(r)]
    found.sort(key=lambda room: (-len(room.members), room.name))
    dialog.reply(RPL_LISTSTART, "Channel", "Users  Name")
    for room in found[:LISTED]:
        dialog.reply(RPL_LIST, room.name, str(len(room.members)), room.topic)
    if len(found) > LISTED:
        dialog.reply(ERR_TOOMANYMATCHES, "LIST", f"These are the {LISTED} fullest; say which")
    dialog.session.throttle.spend((len(rooms) + len(found)) / LIST_WORK)
    dialog.reply(RPL_LISTEND, "End of /LIST")


LIST_COMMANDS: Mapping[str, Entry] = {"LIST": Entry(_list)}
"""`LIST`: which rooms there are."""
