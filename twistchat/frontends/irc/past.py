"""What was said before, as lines of IRC: asked for, or told on coming in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twistchat.core import events as e
from twistchat.core.concerns import is_event
from twistchat.frontends.irc import happened, labels
from twistchat.frontends.irc import sentences as s
from twistchat.frontends.irc.message import encode, write
from twistchat.frontends.irc.tags import time_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from twisted.internet.interfaces import IReactorTime

    from twistchat.engine import Committed
    from twistchat.frontends.irc.format import IRCFormat
    from twistchat.wire import LeftOut, Past

HISTORY = "chathistory"
"""The type of a batch of past lines."""

CONVERSATIONS = "draft/chathistory-targets"
"""The type of one of names."""

BATCH = "h"
"""The name of a batch of history: it is begun and ended in one piece."""

DAY = 24 * 60 * 60


class Playbacks:
    """The last lines of rooms as they are written, once for all who come in at the same time.

    What is kept here is forgotten with the turn of the reactor in which it was made.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._written: dict[Hashable, bytes] = {}

    def of(self, place: Committed, past: Past, to: IRCFormat, *, now: float) -> bytes:
        """Write what somebody is told who comes into a room."""
        opened = place.item
        assert isinstance(opened, e.JoinOpened)
        numbers = tuple([committed.number for committed in past.events])
        key = (to, opened.room, place.epoch, place.number, numbers, tuple(past.left_out))
        written = self._written.get(key)
        if written is None:
            if not self._written:
                self._clock.callLater(0, self._written.clear)
            written = self._written[key] = encode(lines_of(place, past, to, now=now))
        return written


def lines_of(place: Committed, past: Past, to: IRCFormat, *, now: float) -> list[str]:
    """Write past events, for whatever was asked."""
    match place.item:
        case e.HistoryOpened():
            return _asked_for(place, past, to)
        case e.JoinOpened() as opened if past.is_unread:
            return [_told(to, opened.room, s.UNREAD.format(room=opened.room))]
        case e.JoinOpened() as opened:
            lines = [] if to.has_history else _missed(opened.room, past, to, now=now)
            return _batch(lines, opened.room, to)
        case e.PrivateOpened() as opened:
            return _private(opened, past, to, now=now)
        case e.ConversationsOpened() as opened:
            return _conversations(opened, place, past, to)
        case _:
            return []


def _batch(lines: Sequence[str], target: str, to: IRCFormat) -> list[str]:
    if not (lines and to.has_batch):
        return list(lines)
    server = to.about.server
    begin = labels.begun(server, BATCH, HISTORY, target)
    return [begin, *labels.in_batch(lines, BATCH), labels.ended(server, BATCH)]


# ---------------------------------------------------------------- what was asked for


def _asked_for(place: Committed, past: Past, to: IRCFormat) -> list[str]:
    """Write a page of history (ircv3.net, chathistory)."""
    asked = labels.asked_by(place.label)
    lines = []
    for committed in past.events:
        item = committed.item
        if is_event(item) and (to.has_playback or isinstance(item, e.Said | e.Whispered)):
            lines += happened.lines_of(item, committed, to)
    return _in_answer(lines, HISTORY, asked, to, asked.about.partition(" ")[2])


def _conversations(
    opened: e.ConversationsOpened, place: Committed, past: Past, to: IRCFormat
) -> list[str]:
    """Write where was last spoken, and when."""
    server = to.about.server
    lines = []
    for committed in past.events:
        item = committed.item
        if isinstance(item, e.Said | e.Whispered):
            where = _other(item, opened.user, to) if isinstance(item, e.Whispered) else item.room
            lines.append(write(server, "CHATHISTORY", "TARGETS", where, time_of(item.at)))
    return _in_answer(lines, CONVERSATIONS, labels.asked_by(place.label), to)


def _other(item: e.Whispered, user: str, to: IRCFormat) -> str:
    """Name with whom somebody (by `User.id`) talked, as they are called now."""
    is_own = item.user == user
    other, name = (item.to_user, item.to) if is_own else (item.user, item.who)
    known = to.about.place.user(other) or to.about.place.accounts.of(other)
    return name if known is None else known.name


def _in_answer(
    lines: Sequence[str], kind: str, asked: labels.Asked, to: IRCFormat, *params: str
) -> list[str]:
    """Put an answer into its batch, which is there also where there is nothing to tell."""
    server = to.about.server
    if not to.has_batch:
        return labels.answered(lines, asked, server)
    tags = f"label={asked.label}" if asked.label else ""
    begin = labels.begun(server, BATCH, kind, *params, tags=tags)
    return [begin, *labels.in_batch(lines, BATCH), labels.ended(server, BATCH)]


# ---------------------------------------------------------------- what is told on coming in


def _missed(room: str, past: Past, to: IRCFormat, *, now: float) -> list[str]:
    """Write what was said, with what is left out in its place."""
    left_out = list(past.left_out)
    lines = []
    for committed in past.events:
        while left_out and left_out[0].last < committed.number:
            lines.append(_gap(room, left_out.pop(0), to))
        lines += _line(committed, to, now=now)
    return [*lines, *(_gap(room, each, to) for each in left_out)]


def _line(committed: Committed, to: IRCFormat, *, now: float) -> list[str]:
    """Write what was said once; with its time in words, if its reader knows no tags."""
    item = committed.item
    if isinstance(item, e.Erased):
        return happened.lines_of(item, committed, to)
    if not isinstance(item, e.Said | e.Whispered):
        return []
    target = item.room if isinstance(item, e.Said) else item.to
    before = "" if to.has_time else time(item.at, now, to)
    return happened.said(item, target, committed, to, before=before)


def time(at: float, now: float, to: IRCFormat) -> str:
    """Write when something was said; what is a day old has its date too."""
    when = datetime.fromtimestamp(at, UTC).astimezone(to.about.zone)
    return when.strftime("[%H:%M] " if now - at < DAY else "[%Y-%m-%d %H:%M] ")


def _gap(room: str, gap: LeftOut, to: IRCFormat) -> str:
    count = gap.last - gap.first + 1
    return _told(to, room, s.LEFT_OUT[gap.why].format(count=count, room=room))


def _told(to: IRCFormat, target: str, sentence: str) -> str:
    return write(to.about.server, "NOTICE", target, text=sentence)


def _private(opened: e.PrivateOpened, past: Past, to: IRCFormat, *, now: float) -> list[str]:
    """Write what was said to somebody alone while they were away."""
    user = to.about.place.user(opened.user)
    if user is None:
        return []
    if past.is_unread:
        return [_told(to, user.name, s.PRIVATE_UNREAD)]
    lines = []
    for committed in past.events:
        item = committed.item
        if isinstance(item, e.Whispered):
            before = "" if to.has_time else time(item.at, now, to)
            lines += happened.said(item, user.name, committed, to, before=before)
    if lines and not to.has_time:
        lines.insert(0, _told(to, user.name, s.PRIVATE))
    if past.has_more:
        lines.append(_told(to, user.name, s.PRIVATE_MORE))
    return lines
