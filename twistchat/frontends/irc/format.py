"""What happened → IRC, once for each set of capabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core import events as e
from twistchat.core.concerns import is_reply
from twistchat.frontends.irc import accounts, welcome
from twistchat.frontends.irc.connection import closing, last_words
from twistchat.frontends.irc.message import encode, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.engine import Committed
    from twistchat.frontends.irc.about import About
    from twistchat.frontends.irc.caps import Cap
    from twistchat.wire import Past


class IRCFormat:
    """IRC for clients with the same capabilities. See `twistchat.wire.WireFormat`.

    `About.format` makes one for each set of them, so that they are equal where they are the same.
    """

    __slots__ = ("_about", "caps")

    def __init__(self, about: About, caps: Cap) -> None:
        self._about = about
        self.caps = caps

    @property
    def folds_presence(self) -> bool:
        """Clients keep a list of who is where."""
        return False

    def encode(self, committed: Committed) -> bytes:
        """Write an event."""
        item, about = committed.item, self._about
        if is_reply(item):
            return b""
        source = about.mask(getattr(item, "who", ""), getattr(item, "user", ""))
        match item:
            case e.Said():
                lines = [write(source, "PRIVMSG", item.room, item.text)]
            case e.Whispered():
                lines = [write(source, "PRIVMSG", item.to, item.text)]
            case e.Joined():
                lines = [write(source, "JOIN", item.room)]
            case e.Left():
                lines = [write(source, "PART", item.room, item.words)]
            case e.Departed():
                lines = [write(source, "QUIT", item.words)]
            case e.Renamed():
                lines = [write(about.mask(item.old, item.user), "NICK", item.new)]
            case _:
                lines = []
        return encode(lines)

    def encode_reply(self, committed: Committed, reader: str) -> bytes:
        """Write an answer."""
        item, server = committed.item, self._about.server
        label = committed.label
        command = str(label.id).partition(" ")[0] if label is not None else ""
        match item:
            case e.Written():
                return item.data
            case e.Kept(event=e.Said() | e.Whispered() | e.Signalled()):
                return b""
            case e.Kept(event=e.AccountSet(account=account)) if command == "REGISTER":
                return encode(accounts.registered(self._about, account, reader))
            case e.Kept():
                return self.encode(e_replaced(committed, item.event))
            case e.Welcomed():
                return encode(welcome.lines(self._about, item, reader))
            case e.Goodbye():
                return encode([last_words(item)])
            case e.Refused() if command == "REGISTER":
                return encode(accounts.not_registered(self._about, item, reader))
            case e.Refused(
                code=e.Refusal.FULL
                | e.Refusal.BANNED
                | e.Refusal.DRAINING
                | e.Refusal.ADDRESS_FULL
                | e.Refusal.ADDRESS_FAST
            ) if not reader:
                return encode([closing(str(item.code))])
            case e.Refused():
                return encode([write(server, "NOTICE", reader or "*", str(item.code))])
            case _:
                return b""

    def encode_past(self, place: Committed, past: Past, *, now: float) -> bytes:
        """Write past events of a room."""
        return b"".join(self.encode(committed) for committed in past.events)

    def pack(self, pieces: Sequence[bytes]) -> bytes:
        """Put lines one after the other."""
        return b"".join(pieces)


def e_replaced(committed: Committed, event: e.Event) -> Committed:
    """Put an event in the place of what told it to its speaker."""
    from dataclasses import replace

    return replace(committed, item=event)
