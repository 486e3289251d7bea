"""What a program asks for → commands, by the table of requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

from twistchat.core import commands as c
from twistchat.core.law import Deed
from twistchat.core.model import Seen
from twistchat.engine import Label
from twistchat.frontends.jsonlines import desk
from twistchat.frontends.jsonlines.desk import ForDesk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twistchat.frontends.jsonlines.codec import Object

ID = 64
"""Characters of an id, and of a key."""

MOST = 2**53 - 1
"""The largest whole number that every reader of JSON takes for itself (RFC 8259, section 6)."""

LATEST = 253_402_300_800.0
"""Later than whatever has been said: the year 10000."""

ROOMS = 1_000
"""Rooms in a hello: more than one may be in."""

RULES = 20
"""Rules in one change: more than there are."""


class BadRequestError(Exception):
    """That asks for nothing that can be done: a code, and what it is about."""

    def __init__(self, code: str, about: str = "", hint: str = "") -> None:
        super().__init__(code)
        self.about = about
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Hello:
    """Come in."""

    name: str
    token: str
    password: str = field(repr=False)
    house: str = field(repr=False)
    rooms: Mapping[str, Seen | None] | None
    private: bool
    client: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask whether the server is there."""


@dataclass(frozen=True, slots=True)
class Pong:
    """Be there."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """Hear nothing more of somebody."""

    name: str


@dataclass(frozen=True, slots=True)
class Unignore:
    """Hear somebody again."""

    name: str


@dataclass(frozen=True, slots=True)
class ListIgnored:
    """Ask whom one ignores."""


@dataclass(frozen=True, slots=True)
class AskServer:
    """Ask something of the server itself. Operators only."""

    command: str


@dataclass(frozen=True, slots=True)
class RenewToken:
    """Ask for a token that lasts longer."""


Local = Hello | Ping | Pong | Ignore | Unignore | ListIgnored | RenewToken | ForDesk | AskServer
"""What concerns one connection alone."""

Asked = c.Command | Local


class Fields:
    """The fields of a request, each checked as it is asked for."""

    def __init__(self, fields: Object, longest_text: int) -> None:
        self._fields = fields
        self._longest = longest_text

    def __contains__(self, name: str) -> bool:
        return self._fields.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """Read a string; without a default it has to be there."""
        value = self._fields.get(name, default)
        if not isinstance(value, str):
            raise BadRequestError("bad-field", name, "a string")
        if len(value.encode(errors="replace")) > self._longest:
            raise BadRequestError("text-long", name, str(self._longest))
        return value

    def flag(self, name: str) -> bool:
        """Read true or false; false if it is not there."""
        value = self._fields.get(name, False)
        if not isinstance(value, bool):
            raise BadRequestError("bad-field", name, "true or false")
        return value

    def whole(self, name: str) -> int | None:
        """Read a whole number, if it is there."""
        value = self._fields.get(name)
        if value is None or _is_whole(value):
            return value
        raise BadRequestError("bad-field", name, "a whole number")

    def time(self, name: str) -> float | None:
        """Read a time, if it is there: seconds since 1970, UTC."""
        value = self._fields.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadRequestError("bad-field", name, "a time in seconds since 1970")
        if abs(value) > MOST or not isfinite(value):
            raise BadRequestError("bad-field", name, "a time in seconds since 1970")
        return float(value)

    def seconds(self, name: str) -> float | None:
        """Read a length of time, if it is there."""
        value = self._fields.get(name)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 < value <= MOST:
            raise BadRequestError("bad-field", name, "a number of seconds")
        return float(value)

    def changes(self, name: str) -> tuple[tuple[str, str], ...]:
        """Read rules by their names, each with its new value."""
        value = self._fields.get(name)
        if not isinstance(value, dict) or len(value) > RULES:
            raise BadRequestError("bad-field", name, "an object of rules")
        return tuple((rule, _ruled(name, rule, new)) for rule, new in value.items())

    def words(self, name: str) -> tuple[str, ...]:
        """Read a list of strings; none if it is not there."""
        value = self._fields.get(name, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise BadRequestError("bad-field", name, "a list of strings")
        return tuple(value)

    def seen(self, name: str) -> Seen | None:
        """Read up to where a room was read, if it is there."""
        return _seen(name, self._fields.get(name))

    def rooms(self, name: str) -> Mapping[str, Seen | None] | None:
        """Read rooms, each with up to where it was read; None if they are not there."""
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, dict) or len(value) > ROOMS:
            raise BadRequestError("bad-field", name, "an object of rooms")
        return {room: _seen(name, at) for room, at in value.items()}


def label_of(fields: Object, key: Any = None) -> Label | None:
    """Read what a request is called, if it is called anything."""
    name = fields.get("id")
    if not (name is None or _is_whole(name) or _is_short(name)):
        raise BadRequestError("bad-id", "id", str(ID))
    if not (key is None or (_is_short(key) and key)):
        raise BadRequestError("bad-field", "key", f"a string of 1 to {ID} printable characters")
    return None if name is None and key is None else Label(name, key)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= ID and value.isprintable()


def _seen(name: str, value: Any) -> Seen | None:
    match value:
        case None:
            return None
        case [str() as epoch, int() as number] if _is_whole(number) and number >= 0:
            return Seen(epoch, number)
        case _:
            raise BadRequestError("bad-field", name, "[epoch, number]")


def _ruled(name: str, rule: str, value: Any) -> str:
    """Write the value of a rule as people do."""
    match value:
        case None | False:
            return "off"
        case True if rule != "key":  # which is told as true, and nobody's word
            return "on"
        case str() if value:
            return value
        case int() | float() if not isinstance(value, bool) and isfinite(value):
            return str(int(value)) if value == int(value) else str(value)
        case _:
            raise BadRequestError("bad-field", name, "an object of rules")


# ---------------------------------------------------------------- the requests


def _hello(fields: Fields) -> Asked:
    return Hello(
        fields.text("name", ""),
        fields.text("token", ""),
        fields.text("password", ""),
        fields.text("house", ""),
        fields.rooms("rooms"),
        fields.flag("private") or "private" not in fields,
        fields.text("client", ""),
    )


def _say(fields: Fields) -> Asked:
    text, action = fields.text("text"), fields.flag("action")
    notice = fields.flag("notice") and not action
    if "to" in fields:
        return c.Whisper(fields.text("to"), text, action, notice)
    return c.Say(fields.text("room"), text, action, notice)


def _away(fields: Fields) -> Asked:
    return c.SetAway(fields.text("words") if "words" in fields else None)


def _topic(fields: Fields) -> Asked:
    room = fields.text("room")
    return c.SetTopic(room, fields.text("topic")) if "topic" in fields else c.ReadTopic(room)


def _history(fields: Fields) -> Asked:
    after, before = fields.whole("after"), fields.whole("before")
    since, until = fields.time("since"), fields.time("until")
    oldest = after is not None or since is not None
    limit, to = fields.whole("limit"), fields.text("to") if "to" in fields else ""
    room = "" if to else fields.text("room")
    return c.ReadHistory(room, limit, after, before, since, until, oldest, to)


def _search(fields: Fields) -> Asked:
    return c.Search(
        fields.text("room"),
        fields.words("words"),
        fields.text("who", ""),
        fields.time("since"),
        fields.time("until"),
        fields.whole("limit"),
    )


def _conversations(fields: Fields) -> Asked:
    since, until, limit = fields.time("since"), fields.time("until"), fields.whole("limit")
    # Whoever is in many rooms is told of as many people all the same: there is a page at most.
    return c.ListConversations(since or 0.0, LATEST if until is None else until, limit or MOST)


def _command(fields: Fields) -> Asked:
    return c.Custom(fields.text("name"), fields.text("room", ""), fields.text("text", ""))


def _moderate(deed: Deed) -> Callable[[Fields], Asked]:
    def read(fields: Fields) -> Asked:
        room, to = fields.text("room"), fields.text("to")
        return c.Moderate(deed, room, to, fields.seconds("seconds"), fields.text("words", ""))

    return read


def _rules(fields: Fields) -> Asked:
    room = fields.text("room")
    return (
        c.ChangeRules(room, fields.changes("change")) if "change" in fields else c.ReadRules(room)
    )


def _delete(fields: Fields) -> Asked:
    number = fields.whole("number")
    if number is None:
        raise BadRequestError("bad-field", "number", "a whole number")
    return c.Delete(fields.text("room"), number, fields.text("words", ""))


def _read(fields: Fields) -> Asked:
    number = fields.whole("number")
    if number is None:
        raise BadRequestError("bad-field", "number", "a whole number")
    if "with" in fields:
        return desk.MarkRead("", fields.text("with"), number)
    return desk.MarkRead(fields.text("room"), "", number)


def _join(fields: Fields) -> Asked:
    return c.Join(fields.text("room"), fields.seen("seen"), key=fields.text("key", ""))


REQUESTS: Mapping[str, Callable[[Fields], Asked]] = {
    "hello": _hello,
    "ping": lambda _: Ping(),
    "pong": lambda _: Pong(),
    "say": _say,
    "join": _join,
    "leave": lambda fields: c.Leave(fields.text("room"), fields.text("words", "")),
    "invite": lambda fields: c.Invite(fields.text("room"), fields.text("to")),
    "rename": lambda fields: c.Rename(fields.text("name")),
    "away": _away,
    "topic": _topic,
    "members": lambda fields: c.ListMembers(fields.text("room")),
    "rooms": lambda fields: c.ListRooms(fields.text("matching", "")),
    "person": lambda fields: c.Describe(fields.text("name")),
    "history": _history,
    "search": _search,
    "conversations": _conversations,
    "ignore": lambda fields: Ignore(fields.text("name")),
    "unignore": lambda fields: Unignore(fields.text("name")),
    "ignored": lambda _: ListIgnored(),
    "command": _command,
    **{str(deed): _moderate(deed) for deed in Deed if deed is not Deed.FOUND},
    "rules": _rules,
    "sanctions": lambda fields: c.ListSanctions(fields.text("room")),
    "delete": _delete,
    "server": lambda fields: AskServer(fields.text("command")),
    "token": lambda _: RenewToken(),
    "register": lambda fields: desk.Register(fields.text("password")),
    "login": lambda fields: desk.LogIn(fields.text("name"), fields.text("password")),
    "passwd": lambda fields: desk.ChangePassword(fields.text("old"), fields.text("new")),
    "logout": lambda _: desk.LogOut(),
    "delete-account": lambda fields: desk.DeleteAccount(fields.text("password")),
    "account": lambda _: desk.ShowAccount(),
    "read": _read,
    "quit": lambda fields: c.Quit(fields.text("words", "")),
}
"""By their type: how each is read."""
