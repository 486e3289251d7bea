"""How the connection stands, and who one is over it: a part of `events.py`, for its length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from twistchat.client.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(Event):
    """A server was found; it calls itself `server`."""

    type: ClassVar[Literal["hello"]] = "hello"
    protocol: int
    server: str = ""
    software: str = ""
    motd: tuple[str, ...] = ()
    guests: bool = True
    """Whether one may come in with a name alone."""
    house: bool = False
    """Whether everybody has to know the password of this chat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected(Event):
    """In, under this name. `resumed`: as the same person as before."""

    type: ClassVar[Literal["connected"]] = "connected"
    name: str
    resumed: bool = False
    again: bool = False
    """Whether this client was in before."""
    account: bool = False
    """Whether it is logged in to the account of this name."""
    operator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn(Event):
    """This client is the owner of an account from here on, over the same connection."""

    type: ClassVar[Literal["logged-in"]] = "logged-in"
    name: str
    operator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedOut(Event):
    """This client is nobody any more, and at the door: `enter` is next.

    It has wished so, or its token is no good any more: the password was changed elsewhere, say.
    """

    type: ClassVar[Literal["logged-out"]] = "logged-out"
    name: str = ""
    """Which account it was logged in to."""
    wished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Event):
    """Another connection of one's account has read a room, or what `to` and it say, up to here."""

    type: ClassVar[Literal["read"]] = "read"
    number: int
    room: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected(Event):
    """The connection is gone; the next is tried after so many seconds."""

    type: ClassVar[Literal["disconnected"]] = "disconnected"
    retry: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying(Event):
    """There was no server; the next try comes after so many seconds."""

    type: ClassVar[Literal["retrying"]] = "retrying"
    retry: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem(Event):
    """The server refused what no request waits for, such as going back into a room."""

    type: ClassVar[Literal["problem"]] = "problem"
    code: str
    text: str = ""
    about: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowed(Event):
    """One sends faster than so many lines a second, and is read slowly. Nothing is lost."""

    type: ClassVar[Literal["slowed"]] = "slowed"
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping(Event):
    """The server goes."""

    type: ClassVar[Literal["stopping"]] = "stopping"
    time: float = 0.0
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodbye(Event):
    """The last that the server says on this connection."""

    type: ClassVar[Literal["goodbye"]] = "goodbye"
    cause: str = ""
    words: str = ""
    """Why."""
