"""What happened, as bytes for people's terminals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twistchat.core.events import HistoryOpened, Reply
from twistchat.core.text import clean
from twistchat.frontends.line import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

    from twistchat.engine import Committed

DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class LineFormat:
    """UTF-8 text, a line each. See `twistchat.wire.WireFormat`."""

    newline: bytes = b"\n"
    """LF; CR LF for those whose own lines end so, since their terminals need it."""
    zone: tzinfo | None = None
    """The time zone of the times of past lines; None is the server's."""

    def encode(self, committed: Committed) -> bytes:
        """Write an event as one line."""
        item = committed.item
        if isinstance(item, Reply):  # Fanout encodes these by encode_reply
            return b""
        return self.lines([sentences.told(item)])

    def encode_reply(self, committed: Committed, reader: str) -> bytes:
        """Write an answer as lines of the system."""
        item = committed.item
        return self.lines(sentences.answered(item)) if isinstance(item, Reply) else b""

    def encode_history(
        self, opened: HistoryOpened, events: Sequence[Committed], *, now: float
    ) -> bytes:
        """Write past lines, each with its time."""
        lines = [sentences.history_head(opened.room, len(events))]
        for committed in events:
            item = committed.item
            if not isinstance(item, Reply):
                time = self._time(getattr(item, "at", now), now)
                lines.append(sentences.PAST.format(time=time, line=sentences.told(item)))
        return self.lines(lines)

    def pack(self, pieces: Sequence[bytes]) -> bytes:
        """Put lines one after the other."""
        return b"".join(pieces)

    def lines(self, lines: Iterable[str]) -> bytes:
        """Write lines of text, cleaned once more: this is the last place before the wire."""
        return b"".join(clean(line).encode() + self.newline for line in lines)

    def _time(self, at: float, now: float) -> str:
        time = datetime.fromtimestamp(at, UTC).astimezone(self.zone)
        return time.strftime("%H:%M" if now - at < DAY else "%Y-%m-%d %H:%M")
