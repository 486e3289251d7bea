"""What happens and what is answered, as lines for a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twistchat.client import events as e
from twistchat.client import sentences as s
from twistchat.client import showing_moderation as moderation
from twistchat.client.decoding import decode
from twistchat.client.errors import RefusedError
from twistchat.client.sentences_moderation import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from twistchat.client.errors import ChatError
    from twistchat.frontends.jsonlines.codec import Object

LOBBY = "#lobby"
"""The room whose name is not shown before what is said in it."""

DAY = 24 * 60 * 60

LONGEST = 1e12
"""Seconds that a server may say somebody is here; more is none of a person's."""


class Showing:
    """Puts events into lines. `zone` is of the times shown; None is this machine's."""

    def __init__(self, *, now: Callable[[], float], zone: tzinfo | None = None) -> None:
        self.times = False
        """Whether each line is shown with its time, and not past ones alone."""
        self.numbers = False
        """Whether each line that was said in a room is shown with its number."""
        self.zone = zone
        self._now = now
        self._put_out = ""
        """Of whom it was shown last that they were put out: so that they leave is not."""

    def event(self, event: e.AnyEvent) -> list[str]:
        """Show something that happens; what concerns the connection alone is none of its."""
        lines = self._lines(event)
        is_past = getattr(event, "past", False)
        if lines and (is_past or self.times):
            at = getattr(event, "time", 0.0) or self._now()
            lines = [s.AT.format(time=self.time(at), line=line) for line in lines]
        return lines

    def past(self, events: Sequence[e.AnyEvent]) -> list[str]:
        """Show past lines, each with its time."""
        return [
            s.AT.format(time=self.time(getattr(event, "time", 0.0)), line=line)
            for event in events
            for line in self._lines(event)
        ]

    def time(self, at: float) -> str:
        """Write a time; what is a day old has its date too."""
        try:
            time = datetime.fromtimestamp(at, UTC).astimezone(self.zone)
        except (OverflowError, OSError, ValueError):  # a server may say anything
            return "?"
        return time.strftime("%H:%M" if self._now() - at < DAY else "%Y-%m-%d %H:%M")

    def _lines(self, event: e.AnyEvent) -> list[str]:
        lines = self._said(event)
        if self.numbers and isinstance(event, e.Said | e.Erased):
            return [s.NUMBERED.format(number=event.number, line=line) for line in lines]
        return lines

    def _said(self, event: e.AnyEvent) -> list[str]:
        match event:
            case e.Said():
                how = s.DID if event.action else s.NOTICED if event.notice else s.SAID
                line = how.format(who=event.who, text=event.text)
                if event.room != LOBBY:
                    line = s.ELSEWHERE.format(room=event.room, line=line)
                return [line]
            case e.Whispered():
                how = s.WHISPERED_NOTICE if event.notice else s.WHISPERED
                template = s.WHISPERED_ACTION if event.action else how
                return [template.format(who=event.who, to=event.to, text=event.text)]
            case e.Topic():
                template = s.TOPIC_CHANGED if event.topic else s.TOPIC_REMOVED
                return [template.format(who=event.who, room=event.room, topic=event.topic)]
            case e.Joined():
                template = s.JOINED if event.room == LOBBY else s.JOINED_ROOM
                return [template.format(who=event.who, room=event.room)]
            case e.Left() | e.Departed() if event.cause in moderation.PUT_OUT:
                return [] if event.who == self._put_out else [moderation.put_out(event)]
            case e.Erased() | e.Moderated() | e.Rules() | e.Deleted() | e.Account() | e.Absent():
                return self._moderation(event)
            case e.Left():
                template = s.LEFT_ROOM_WORDS if event.words else s.LEFT_ROOM
                return [template.format(who=event.who, room=event.room, words=event.words)]
            case e.Departed():
                return [self._departed(event)]
            case e.Renamed():
                return [s.RENAMED.format(old=event.old, new=event.new)]
            case e.Invited():
                return [s.INVITED.format(who=event.who, to=event.to, room=event.room)]
            case e.Announced():
                template = s.ANNOUNCED if event.to is None else s.ANNOUNCED_TO
                return [template.format(text=event.text, to=event.to)]
            case e.Note():
                return [s.NOTED.format(line=line) for line in event.lines]
            case e.Away() if event.words is not None:
                return [self.away(event.who, event.words)]
            case e.Gap():
                return [self._gap(event)]
            case e.Members():
                return self._came_in(event)
            case e.Slowed():
                return [s.SLOWED.format(rate=event.rate)]
            case e.Stopping():
                return [(s.STOPPING_WORDS if event.words else s.STOPPING).format(words=event.words)]
            case e.Problem():
                return [s.NOTED.format(line=event.text or event.code)]
            case _:
                return []

    def _moderation(self, event: moderation.Deed | e.Account | e.Absent) -> list[str]:
        match event:
            case e.Account():
                return [moderation.account(event)]
            case e.Absent():
                return [ABSENT.format(who=event.who)]
            case e.Moderated(deed="kick" | "ban"):
                self._put_out = event.to
            case e.Erased() if event.room != LOBBY:
                line = moderation.deed(event, self.zone)
                return [s.ELSEWHERE.format(room=event.room, line=line)]
            case _:
                pass
        return [moderation.deed(event, self.zone)]

    def _departed(self, event: e.Departed) -> str:
        if event.cause != "left":
            return s.LEFT_CAUSE.format(who=event.who, cause=event.cause)
        return (s.LEFT_WORDS if event.words else s.LEFT).format(who=event.who, words=event.words)

    def _gap(self, gap: e.Gap) -> str:
        if gap.why == "epoch":
            return s.GAP_EPOCH.format(room=gap.room)
        plural = s.GAP_DELETED if gap.why == "deleted" else s.GAP
        return plural.say(max(gap.last - gap.first + 1, 1), room=gap.room)

    def _came_in(self, event: e.Members) -> list[str]:
        more = event.count - len(event.names)
        if event.room == LOBBY:
            template = s.HERE_NOW_MORE if more > 0 else s.HERE_NOW
        else:
            template = s.MEMBERS_MORE if more > 0 else s.MEMBERS
        line = self._members(template, event)
        if not event.topic:
            return [line]
        return [s.TOPIC.format(room=event.room, topic=event.topic), line]

    def _members(self, template: str, event: e.Members) -> str:
        away = frozenset(event.away)
        names = ", ".join(
            s.MEMBER_AWAY.format(name=name) if name in away else name for name in event.names
        )
        more = event.count - len(event.names)
        return template.format(room=event.room, count=event.count, names=names, more=more)

    def refused(self, error: RefusedError) -> str:
        """Say why something was refused, until when it is so, and what one could do."""
        return moderation.refused(error, self._now(), self.zone) or s.refused(error)

    def failed(self, error: ChatError) -> str:
        """Say why it is over."""
        return self.refused(error) if isinstance(error, RefusedError) else str(error)

    # ------------------------------------------------------------ answers

    def members(self, told: Object) -> list[str]:
        """Show who is in a room."""
        event = decode(told)
        if not isinstance(event, e.Members):
            return []
        is_more = event.count > len(event.names)
        return [self._members(s.MEMBERS_MANY if is_more else s.MEMBERS, event)]

    def rooms(self, told: Object, matching: str) -> list[str]:
        """Show which rooms there are."""
        listed = [room for room in _list(told.get("rooms")) if isinstance(room, dict)]
        count = told.get("count")
        count = count if isinstance(count, int) else len(listed)
        if not count:
            return [s.ROOMS_NONE.format(matching=matching.lstrip("#"))]
        lines = [(s.ROOMS_MATCHING if matching else s.ROOMS).say(count, matching=matching)]
        for room in listed:
            name, topic = str(room.get("name")), str(room.get("topic") or "")
            if room.get("yours") is True:
                name = s.ROOM_YOURS.format(room=name)
            template = s.ROOM_TOPIC if topic else s.ROOM
            lines.append(template.format(room=name, count=room.get("count"), topic=topic))
        if (more := count - len(listed)) > 0:
            lines.append(s.ROOMS_MORE.format(more=more))
        if any(room.get("yours") is True for room in listed):
            lines.append(s.ROOMS_STAR)
        return lines

    def person(self, told: Object) -> list[str]:
        """Show what is known of somebody."""
        name, away = str(told.get("name")), told.get("away")
        here, idle = _seconds(told.get("here")), _seconds(told.get("idle"))
        template = s.PERSON_IDLE if idle >= 60 else s.PERSON
        lines = [template.format(name=name, here=s.length(here), idle=s.length(idle))]
        rooms = _list(told.get("rooms"))
        if rooms:
            lines.append(s.PERSON_ROOMS.format(name=name, rooms=", ".join(map(str, rooms))))
        if isinstance(away, str):
            lines.append(self.away(name, away))
        return lines

    def away(self, name: str, words: str) -> str:
        """Show that somebody is away."""
        return (s.PERSON_AWAY_WORDS if words else s.PERSON_AWAY).format(name=name, words=words)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _seconds(value: object) -> float:
    if isinstance(value, int | float) and 0 <= value < LONGEST:
        return float(value)
    return 0.0
