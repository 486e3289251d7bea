"""What moderators and operators do, as an engine is given it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twistchat.core import events as e
from twistchat.core.accounts import Account, AccountDeed, Role, Standing
from twistchat.core.law import ADDRESS, Deed, RoomRules
from twistchat.testing.harness import said

if TYPE_CHECKING:
    from collections.abc import Sequence


KEY = "5a17:d19e57"
"""A key of a room, hidden."""


def moderated(
    deed: Deed,
    to: str = "bob",
    *,
    room: str = "#lobby",
    to_user: str = "2",
    words: str = "",
    until: float | None = None,
    at: float = 7.0,
    rooms: tuple[str, ...] = (),
) -> e.Moderated:
    """Make something that alice does about somebody."""
    return e.Moderated(room, "1", "alice", deed, to_user, to, words, until, at, rooms)


def rules(*changed: str, room: str = "#lobby", at: float = 7.0, **values: object) -> e.RulesChanged:
    """Make a change of the rules of a room."""
    now = replace(RoomRules(), **values)  # type: ignore[arg-type]  # whichever they are
    return e.RulesChanged(room, "1", "alice", now, changed or tuple(values), at)


def deleted(number: int, words: str = "", *, room: str = "#lobby") -> e.Deleted:
    """Let alice delete what was said under a number."""
    return e.Deleted(room, number, "1", "alice", words, 8.0)


def account(
    deed: AccountDeed,
    name: str = "Ada",
    identity: str = "a11ce",
    *,
    role: Role = Role.PERSON,
    standing: Standing = Standing.ACTIVE,
    generation: int = 1,
) -> e.AccountSet:
    """Make something that is done about an account."""
    now = Account(identity, name, role, standing, generation, 5.0)
    return e.AccountSet(now, deed, "1", "alice", 7.0)


def whispered(text: str, to: str, who: str = "1", *, at: float = 7.0) -> e.Whispered:
    """Make somebody say something to somebody, named by their ids."""
    return e.Whispered(who, f"name {who}", to, f"name {to}", text, False, at)


EVERYTHING: Sequence[e.Durable] = (
    said("a"),
    rules(
        key=KEY, invite_only=True, limit=3, moderated=True, secret=True, topic_locked=True,
        outside=True, slow=1.5, keep_time=86_400.0, keep_lines=50,
    ),
    rules("slow", "key"),
    moderated(Deed.KICK, words="spam 茶"),
    moderated(Deed.MUTE, until=60.5),
    moderated(Deed.UNMUTE),
    moderated(Deed.BAN, "bob*", to_user="", words="again", until=1e9),
    moderated(Deed.UNBAN, "bob*", to_user=""),
    moderated(Deed.OP),
    moderated(Deed.DEOP),
    moderated(Deed.VOICE),
    moderated(Deed.DEVOICE),
    moderated(Deed.EXEMPT, words="a friend", until=1e9),
    moderated(Deed.UNEXEMPT),
    moderated(Deed.ALLOW, "guest*", to_user=""),
    moderated(Deed.DISALLOW, "guest*", to_user=""),
    moderated(Deed.FOUND, "alice", to_user="1"),
    moderated(Deed.BAN, "203.0.113.0/24", room="", to_user=ADDRESS),
    account(AccountDeed.REGISTER),
    account(AccountDeed.ROLE, role=Role.OPERATOR, generation=4),
    account(AccountDeed.DISABLE, "Bob", "b0b", standing=Standing.DISABLED),
    deleted(1, "not here"),
)  # fmt: skip
"""One of each, and of each kind of deed."""
