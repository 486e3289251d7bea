"""What happened → IRC, once for each set of capabilities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twistchat.core.concerns import is_answer, is_event, is_reply
from twistchat.core.events import (
    JoinOpened,
    Kept,
    Refusal,
    Refused,
    Said,
    Signalled,
    Tagged,
    Whispered,
    Written,
)
from twistchat.core.text import clean
from twistchat.frontends.irc import answers, happened, labels, past
from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.message import encode, escape
from twistchat.frontends.irc.tags import time_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.engine import Committed
    from twistchat.frontends.irc.about import About
    from twistchat.wire import Past


class IRCFormat:
    """IRC for clients with the same capabilities. See `twistchat.wire.WireFormat`.

    `About.format` makes one for each set of them, so that they are equal where they are the same.
    """

    __slots__ = (
        "__weakref__",
        "about", "caps", "has_account_notify", "has_account_tag", "has_away", "has_batch",
        "has_echo", "has_extended_join", "has_history", "has_invitations", "has_playback",
        "has_setname", "has_tags", "has_time",
    )  # fmt: skip

    def __init__(self, about: About, caps: Cap) -> None:
        self.about = about
        self.caps = caps
        # Each is asked for with each line, and a flag's `in` takes as long as the rest of it.
        self.has_account_notify = Cap.ACCOUNT_NOTIFY in caps
        self.has_account_tag = Cap.ACCOUNT_TAG in caps
        self.has_away = Cap.AWAY_NOTIFY in caps
        self.has_batch = Cap.BATCH in caps
        self.has_echo = Cap.ECHO_MESSAGE in caps
        self.has_extended_join = Cap.EXTENDED_JOIN in caps
        self.has_history = Cap.CHATHISTORY in caps
        self.has_invitations = Cap.INVITE_NOTIFY in caps
        self.has_playback = Cap.EVENT_PLAYBACK in caps
        self.has_setname = Cap.SETNAME in caps
        self.has_tags = Cap.MESSAGE_TAGS in caps
        self.has_time = Cap.SERVER_TIME in caps

    @property
    def folds_presence(self) -> bool:
        """Clients keep a list of who is where."""
        return False

    @property
    def hears_elsewhere(self) -> bool:
        """To clients a `MODE` is of a room where they are, or they know nothing of that room."""
        return False

    def tags(self, at: float, user: str = "", msgid: str = "", client: str = "") -> str:
        """Write the tags of a line about something that a person (by `User.id`) did.

        `client` is what their program says of it, as it wrote it.
        """
        tags = []
        if self.has_time:
            tags.append(f"time={time_of(at)}")
        if self.has_account_tag and (account := self.about.account_of(user)):
            tags.append(f"account={escape(account)}")
        if self.has_tags:
            if msgid:
                tags.append(f"msgid={msgid}")
            if user and self.about.persona(user).is_bot:
                tags.append("bot")
            if client and " " not in client and clean(client) == client:
                tags.append(client)
        return ";".join(tags)

    def encode(self, committed: Committed) -> bytes:
        """Write an event."""
        item = committed.item
        if type(item) is Said:
            return encode(happened.said(item, item.room, committed, self))
        if not is_event(item):  # Fanout encodes these by encode_reply
            return b""
        return encode(happened.lines_of(item, committed, self))

    def encode_reply(self, committed: Committed, reader: str) -> bytes:
        """Write an answer, under the label of its request."""
        item = committed.item
        if isinstance(item, Written):
            return item.data
        if not is_reply(item):
            return b""
        asked = labels.asked_by(committed.label)
        if isinstance(item, Refused) and item.code is Refusal.STOPPING:
            asked = replace(asked, batch="")  # told in no order: its batch may never begin
        lines = answers.lines_of(item, committed, self, reader, asked)
        event = item.event if isinstance(item, Kept) else item
        if asked.batch or is_answer(event):
            lines = labels.answered(lines, asked, self.about.server)
        if (
            isinstance(item, Kept)
            and isinstance(event, Whispered | Signalled | Tagged)
            and event.user == event.to_user
        ):  # to oneself: what one hears of it, besides the answer
            lines += happened.lines_of(event, committed, self)
        return encode(lines)

    def encode_past(self, place: Committed, past_: Past, *, now: float) -> bytes:
        """Write past events of a room, or of two people."""
        if isinstance(place.item, JoinOpened) and past_.events:
            return self.about.playbacks.of(place, past_, self, now=now)
        return encode(past.lines_of(place, past_, self, now=now))

    def pack(self, pieces: Sequence[bytes]) -> bytes:
        """Put lines one after the other."""
        return b"".join(pieces)
