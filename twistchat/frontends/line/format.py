"""What happened, as bytes for people's terminals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from twistchat.core.concerns import is_event, is_reply
from twistchat.core.events import (
    Erased,
    HistoryOpened,
    JoinOpened,
    PrivateOpened,
    Refusal,
    Refused,
    Said,
    SearchOpened,
    Tagged,
    Written,
)
from twistchat.core.text import clean
from twistchat.frontends.line.sentences import AT, NUMBERED, PERHAPS
from twistchat.frontends.line.speech import ENGLISH, Speech
from twistchat.wire import WhyLeftOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

    from twistchat.engine import Committed
    from twistchat.wire import Past

DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class LineFormat:
    """Text, a line each. See `twistchat.wire.WireFormat`."""

    newline: bytes = b"\n"
    """LF; CR LF for those whose own lines end so, since their terminals need it."""
    zone: tzinfo | None = None
    """The time zone of the times that are shown; None is the server's."""
    times: bool = False
    """Whether each line is shown with its time, and not past ones alone."""
    numbers: bool = False
    """Whether each line that was said in a room is shown with its number."""
    charset: str = "utf-8"
    """One of `charsets.py`; what it lacks is shown as a question mark."""
    speech: Speech = ENGLISH

    @property
    def folds_presence(self) -> bool:
        """People read it: a hundred lines of who came in would hide what is said."""
        return True

    @property
    def hears_elsewhere(self) -> bool:
        """A ban is told when it happens, and not only when one tries to come in."""
        return True

    def encode(self, committed: Committed) -> bytes:
        """Write an event as one line, or some."""
        item = committed.item
        if type(item) is Said and not (self.times or self.numbers):
            return self._line(self.speech.said(item))
        if not is_event(item):  # Fanout encodes these by encode_reply
            return b""
        lines = self._numbered(committed, self.speech.told(item, self.zone))
        if self.times:
            time = self.time(item.at, now=item.at)
            lines = [self.speech.say(AT, time=time, line=line) for line in lines]
        return self.lines(lines)

    def encode_reply(self, committed: Committed, reader: str) -> bytes:
        """Write an answer as lines of the system."""
        item = committed.item
        if isinstance(item, Written):
            return item.data
        return self.lines(self.speech.answered(item, self.zone)) if is_reply(item) else b""

    def encode_past(self, place: Committed, past: Past, *, now: float) -> bytes:
        """Write past lines, each with its time."""
        if any(isinstance(committed.item, Tagged) for committed in past.events):  # for programs
            events = [each for each in past.events if not isinstance(each.item, Tagged)]
            past = replace(past, events=events)
        match place.item:
            case JoinOpened() as opened if past.is_unread:
                return self.lines(self.speech.answered(Refused(Refusal.NO_HISTORY, opened.room)))
            case HistoryOpened() as opened:
                head = self.speech.history_head(opened.room, len(past.events))
            case SearchOpened() as opened:
                head = self._found_head(opened, past.events)
            case JoinOpened(seen=None) as opened:
                if not past.events:
                    return b""
                head = self.speech.history_head(opened.room, len(past.events))
            case JoinOpened() as opened:
                return self.lines(self._missed(opened, past, now))
            case PrivateOpened() if past.is_unread:
                return self.lines([self.speech.private_unread()])
            case PrivateOpened() if past.events:
                head = self.speech.private_head(len(past.events))
            case _:
                return b""
        lines = [head]
        for committed in past.events:
            lines += self.past(committed, now=now)
        if past.has_more and isinstance(place.item, PrivateOpened):
            lines.append(self.speech.private_more())
        return self.lines(lines)

    def _missed(self, opened: JoinOpened, past: Past, now: float) -> Sequence[str]:
        """Write what somebody missed, with what is left out of it in its place."""
        until = opened.seen.perhaps_until if opened.seen is not None else 0.0
        first = past.left_out[0] if past.left_out else None
        perhaps = any(is_event(c.item) and c.item.at <= until for c in past.events)
        lines = []
        if past.events or first is None or first.why is WhyLeftOut.EPOCH:
            count = len(past.events)
            lines.append(self.speech.missed_head(opened.room, count, first, perhaps=perhaps))
        left_out = [each for each in past.left_out if each.why is not WhyLeftOut.EPOCH]
        for committed in past.events:
            while left_out and left_out[0].last < committed.number:
                lines.append(self.speech.left_out(opened.room, left_out.pop(0)))
            lines += self.past(committed, now=now, perhaps_until=until)
        return [*lines, *(self.speech.left_out(opened.room, each) for each in left_out)]

    def _found_head(self, opened: SearchOpened, events: Sequence[Committed]) -> str:
        wanted = [f'"{word}"' if " " in word else word for word in opened.words]
        if opened.who:
            wanted.append(f"from:{opened.who}")
        for name, at in (("since", opened.since), ("until", opened.until)):
            if at is not None:
                wanted.append(f"{name}:{self._typed(at, 'minutes')}")
        further = ""
        if len(events) >= opened.limit and is_event(events[0].item):
            # To the next millisecond: rather is one line shown again than one never.
            further = f"until:{self._typed(events[0].item.at + 0.001, 'milliseconds')}"
        return self.speech.search_head(opened.room, " ".join(wanted), len(events), further)

    def _typed(self, at: float, timespec: str) -> str:
        """Write a time as it can be typed behind `since:` and `until:`."""
        time = datetime.fromtimestamp(at, UTC).astimezone(self.zone)
        return time.replace(tzinfo=None).isoformat(timespec=timespec)

    def past(
        self, committed: Committed, *, now: float, perhaps_until: float = 0.0
    ) -> Sequence[str]:
        """Put a past event into lines with its time; what is a day old has its date too.

        What somebody may have read already, up to a time, is marked.
        """
        item = committed.item
        if not is_event(item):
            return []
        time = self.time(item.at, now=now)
        lines = self._numbered(committed, self.speech.told(item, self.zone))
        if item.at <= perhaps_until:
            lines = [self.speech.say(PERHAPS, line=line) for line in lines]
        return [self.speech.say(AT, time=time, line=line) for line in lines]

    def pack(self, pieces: Sequence[bytes]) -> bytes:
        """Put lines one after the other."""
        return b"".join(pieces)

    def lines(self, lines: Iterable[str]) -> bytes:
        """Write lines of text, cleaned once more: this is the last place before the wire."""
        return b"".join([self._line(line) for line in lines])

    def time(self, at: float, *, now: float) -> str:
        """Write a time; what is a day old has its date too."""
        time = datetime.fromtimestamp(at, UTC).astimezone(self.zone)
        return time.strftime("%H:%M" if now - at < DAY else "%Y-%m-%d %H:%M")

    def _numbered(self, committed: Committed, lines: Sequence[str]) -> Sequence[str]:
        if not self.numbers or not isinstance(committed.item, Said | Erased):
            return lines
        number = committed.number
        return [self.speech.say(NUMBERED, number=number, line=line) for line in lines]

    def _line(self, line: str) -> bytes:
        if self.charset == "utf-8":
            return clean(line).encode() + self.newline
        # In some charsets a rare character is the byte that telnet takes for a command.
        data = clean(line).encode(self.charset, "replace")
        return data.replace(b"\xff", b"?") + self.newline


@lru_cache(1024)
def shared(wire_format: LineFormat) -> LineFormat:
    """Find the one object for equal formats: then it is soon seen that they are."""
    return wire_format
