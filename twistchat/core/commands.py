"""What may be asked of the chat. Each is a value in the imperative."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.values import value

if TYPE_CHECKING:
    from datetime import timedelta

    from twistchat.core.accounts import AccountDeed, Role
    from twistchat.core.law import Deed
    from twistchat.core.model import Persona, Seen


@value(frozen=True, slots=True)
class Say:
    """Say something to everybody in a room."""

    room: str
    text: str
    action: bool = False
    """Told as something one does: `/me waves`."""
    notice: bool = False
    """Told as something that no program is to answer (RFC 2812, section 3.3.2)."""
    tags: str = ""
    """What programs say of it to programs, as IRC writes it (`+draft/reply=…`); it is not kept."""


@value(frozen=True, slots=True)
class Whisper:
    """Say something to one person only."""

    to: str
    text: str
    action: bool = False
    notice: bool = False
    tags: str = ""


@value(frozen=True, slots=True)
class Signal:
    """Let one's program say something to the programs of others, which is not remembered."""

    room: str
    """Empty: to one person only."""
    to: str
    text: str = ""
    """Such as CTCP has; empty: all that is said is in the tags."""
    notice: bool = False
    tags: str = ""
    is_kept: bool = False
    """Whether the tags are remembered after all, and told to who reads what was said."""


@value(frozen=True, slots=True)
class ShowAs:
    """Present oneself in another way, under the same name."""

    persona: Persona


@value(frozen=True, slots=True)
class Join:
    """Enter a room, which is made if there is none of that name."""

    room: str
    seen: Seen | None = None
    """Up to where one has read it, to be told all that was said since; None: its last lines."""
    is_return: bool = False
    """Whether one goes back to where one was, which is not counted."""
    key: str = ""
    """What one must know to come in, where that is so."""
    is_kept: bool = False
    """Whether the server knows that one was in it, so that one need not be let in again."""
    past_last: bool = False
    """Whether one is told what was said there after one's own coming, and not before."""
    without_past: bool = False
    """Whether one is told nothing of that, and asks for it oneself."""


@value(frozen=True, slots=True)
class Leave:
    """Leave a room and stay in the chat."""

    room: str
    words: str = ""


@value(frozen=True, slots=True)
class Invite:
    """Invite somebody to a room."""

    room: str
    to: str


@value(frozen=True, slots=True)
class Rename:
    """Take another nickname. Whoever asks holds the new name already (`Engine.claim`)."""

    name: str


@value(frozen=True, slots=True)
class SetAway:
    """Be away, for a reason in words (perhaps none); with None: be back."""

    words: str | None


@value(frozen=True, slots=True)
class SetTopic:
    """Say what a room is about; the empty topic takes it away."""

    room: str
    topic: str


@value(frozen=True, slots=True)
class ReadTopic:
    """Ask what a room is about."""

    room: str


@value(frozen=True, slots=True)
class ListMembers:
    """Ask who is in a room."""

    room: str


@value(frozen=True, slots=True)
class ListRooms:
    """Ask which rooms there are."""

    matching: str = ""
    """What is to be in their names."""


@value(frozen=True, slots=True)
class Describe:
    """Ask what is known of a person."""

    name: str


@value(frozen=True, slots=True)
class ReadHistory:
    """Ask for the last lines of a room, or for others, by numbers and by times."""

    room: str
    """Empty: what somebody and oneself said to each other alone."""
    limit: int | None = None
    """How many; None: as many as on joining."""
    after: int | None = None
    before: int | None = None
    since: float | timedelta | None = None
    """Seconds since 1970, UTC, or so long ago."""
    until: float | timedelta | None = None
    oldest: bool = False
    """The first lines that fit, and not the last ones."""
    to: str = ""
    """With whom, where it is no room."""
    is_spoken: bool = False
    """Only what was said, and nothing else that happened."""
    around: bool = False
    """The last lines before `before` or `until`, and as many from there on."""
    epoch: str = ""
    """The life of the room in which the numbers are known; empty: the present one."""


@value(frozen=True, slots=True)
class ListConversations:
    """Ask where was last spoken, when: of the rooms one is in, and with whom one has spoken."""

    since: float
    """When the last words were said there: then or later, and before `until`."""
    until: float
    limit: int
    oldest: bool = False
    """The first that fit, and not the last ones."""


@value(frozen=True, slots=True)
class Search:
    """Look for something in what was said in a room."""

    room: str
    words: tuple[str, ...] = ()
    who: str = ""
    """The name of who said it; empty: anybody."""
    since: float | timedelta | None = None
    """Seconds since 1970, UTC, or so long ago."""
    until: float | timedelta | None = None
    limit: int | None = None


@value(frozen=True, slots=True)
class Announce:
    """Tell everybody something, or one person. Operators only."""

    text: str
    to: str | None = None
    """A nickname, or None for all."""
    only_here: bool = False
    """Whether it concerns only those who are connected to this node."""


@value(frozen=True, slots=True)
class Moderate:
    """Do something about somebody, in a room or everywhere. Moderators only."""

    deed: Deed
    room: str
    """`law.EVERYWHERE`: in all of them. Operators only."""
    to: str
    """A name; what lasts may be about a pattern of names (* and ?), too, and a ban by operators
    about an address."""
    seconds: float | None = None
    """For how long; None: for good."""
    words: str = ""
    """Why."""


@value(frozen=True, slots=True)
class ChangeRules:
    """Change how a room is used. Moderators only."""

    room: str
    changes: tuple[tuple[str, str], ...]
    """Names of rules, and values as people write them: see `core.rules`."""


@value(frozen=True, slots=True)
class ReadRules:
    """Ask how a room is used, and who moderates it."""

    room: str


@value(frozen=True, slots=True)
class ListSanctions:
    """Ask who is muted or banned in a room, or everywhere, and who is not. Moderators only."""

    room: str


@value(frozen=True, slots=True)
class Delete:
    """Take back what was said in a room under a number. Moderators only."""

    room: str
    number: int
    words: str = ""
    """Why."""


@value(frozen=True, slots=True)
class ChangeAccount:
    """Make an account of one's own name, change one, or delete it.

    One's own, whose password was asked for or is set already; others' are for operators.
    """

    deed: AccountDeed
    name: str
    identity: str = ""
    """Of an account that an operator makes: its id, 16 random hexadecimal digits."""
    role: Role | None = None
    """What its owner may do from now on; None: as before."""


@value(frozen=True, slots=True)
class Custom:
    """A command of an extension (`twistchat.core.chat.Extension`), by its name."""

    name: str
    room: str
    text: str = ""


@value(frozen=True, slots=True)
class TakeOffice:
    """Be an operator while one is here, by the account of another; or be one no more.

    Whoever asks has shown the password of that account.
    """

    account: str | None
    """Its id; None: none's."""


@value(frozen=True, slots=True)
class Quit:
    """Leave the chat."""

    words: str = ""


Command = (
    Say
    | Whisper
    | Signal
    | ShowAs
    | Join
    | Leave
    | Invite
    | Rename
    | SetAway
    | SetTopic
    | ReadTopic
    | ListMembers
    | ListRooms
    | Describe
    | ReadHistory
    | ListConversations
    | Search
    | Announce
    | Moderate
    | ChangeRules
    | ReadRules
    | ListSanctions
    | Delete
    | ChangeAccount
    | TakeOffice
    | Custom
    | Quit
)
