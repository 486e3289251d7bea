"""The commands that people type, as data.

There are two tables. Those of the first become commands for Chat. Those of the second concern
this connection alone, and Chat never sees them. What `/help` says of each stands in `manual.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twistchat.core import commands as c
from twistchat.core.moments import NoMomentError
from twistchat.core.orders import read_rooms
from twistchat.frontends.line import sentences as s
from twistchat.frontends.line.desk import ForDesk
from twistchat.frontends.line.search import Find, read_find

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.core.chat import Extension


ROOMS_A_LINE = 20
"""Rooms that one line may join."""


class UsageError(Exception):
    """That is not how the command is used; perhaps with a sentence of its own."""

    def __init__(self, sentence: str = "", **parameters: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.parameters = parameters


@dataclass(frozen=True, slots=True)
class Help:
    """Show the commands, or explain one."""

    topic: str


@dataclass(frozen=True, slots=True)
class SetEcho:
    """Show somebody's own lines to them, or do not."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetTimes:
    """Show the time of each line, or do not."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetNumbers:
    """Show the number of each line that is said in a room, or do not."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetCharset:
    """Speak another charset than UTF-8 from now on; or (the empty one) show which there are."""

    name: str


@dataclass(frozen=True, slots=True)
class TalkIn:
    """Let what is typed go to a room, or (the empty one) show which rooms there are."""

    room: str


@dataclass(frozen=True, slots=True)
class Ignore:
    """Hear nothing more of somebody, or (the empty name) show whom one ignores."""

    name: str


@dataclass(frozen=True, slots=True)
class Unignore:
    """Hear somebody again."""

    name: str


@dataclass(frozen=True, slots=True)
class BeAway:
    """Be away; or be back, where somebody who is away says nothing more."""

    words: str


@dataclass(frozen=True, slots=True)
class LeaveRoom:
    """Leave the room that the first word names, or the one that is typed into."""

    words: str


@dataclass(frozen=True, slots=True)
class ShowToken:
    """Show somebody what they come back with as themselves."""


@dataclass(frozen=True, slots=True)
class AskServer:
    """Ask something of the server itself. Operators only."""

    command: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Be who one was, where one was, and be told what one has missed there."""

    token: str


@dataclass(frozen=True, slots=True)
class SpeakJSON:
    """Let this connection speak the JSON protocol."""


Local = (
    ShowToken
    | AskServer
    | ForDesk
    | Resume
    | SpeakJSON
    | Help
    | SetEcho
    | SetTimes
    | SetNumbers
    | SetCharset
    | TalkIn
    | LeaveRoom
    | Ignore
    | Unignore
    | BeAway
    | Find
)
"""What concerns one connection alone, or needs to know how it stands."""

Asked = c.Command | Local


@dataclass(frozen=True, slots=True)
class LineCommand:
    """One command: its names, and how it is read.

    `read` gets the room that is typed into and what stands behind the command, and raises
    `UsageError` where that is no good.
    """

    name: str
    read: Callable[[str, str], Asked | Sequence[Asked]]
    aliases: tuple[str, ...] = ()


def _say(room: str, words: str) -> Asked:
    return c.Say(room, _given(words))


def _me(room: str, words: str) -> Asked:
    return c.Say(room, _given(words).strip(), action=True)


def _msg(room: str, words: str) -> Asked:
    to, _, text = _given(words).strip().partition(" ")
    if to.startswith("#"):
        return c.Say(to, _given(text).strip())
    return c.Whisper(to, _given(text).strip())


def _history(room: str, words: str) -> Asked:
    limit = elsewhere = None
    for word in words.split():
        if limit is None and word.isascii() and word.isdecimal() and len(word) < 10:
            limit = int(word)
        elif elsewhere is None:
            elsewhere = word
        else:
            raise UsageError
    return c.ReadHistory(elsewhere or room, limit)


def _search(room: str, words: str) -> Asked:
    try:
        return read_find(room, _given(words))
    except NoMomentError as error:
        raise UsageError(s.WHEN, when=str(error)[:40]) from error


def _join(room: str, words: str) -> Sequence[Asked]:
    rooms = read_rooms(words)
    if not 0 < len(rooms) <= ROOMS_A_LINE:
        raise UsageError
    return [c.Join(wanted.name, key=wanted.key) for wanted in rooms]


def _leave(room: str, words: str) -> Asked:
    return LeaveRoom(words.strip())


def _room(room: str, words: str) -> Asked:
    return TalkIn(_one_or_none(words))


def _rooms(room: str, words: str) -> Asked:
    return c.ListRooms(_one_or_none(words))


def _who(room: str, words: str) -> Asked:
    return c.ListMembers(_one_or_none(words) or room)


def _topic(room: str, words: str) -> Asked:
    room, words = _room_first(room, words)
    if not words:
        return c.ReadTopic(room)
    return c.SetTopic(room, "" if words == "-" else words)


def _invite(room: str, words: str) -> Asked:
    name, _, elsewhere = _given(words).strip().partition(" ")
    return c.Invite(_one_or_none(elsewhere) or room, name)


def _nick(room: str, words: str) -> Asked:
    return c.Rename(_given(words))


def _whois(room: str, words: str) -> Asked:
    return c.Describe(_given(words).strip())


def _quit(room: str, words: str) -> Asked:
    return c.Quit(words.strip())


def _away(room: str, words: str) -> Asked:
    return BeAway(words.strip())


def _back(room: str, words: str) -> Asked:
    _nothing(words)
    return c.SetAway(None)


def _ignore(room: str, words: str) -> Asked:
    return Ignore(_one_or_none(words))


def _unignore(room: str, words: str) -> Asked:
    return Unignore(_given(words).strip())


def _show_token(room: str, words: str) -> Asked:
    _nothing(words)
    return ShowToken()


def _resume(room: str, words: str) -> Asked:
    return Resume(_one_or_none(_given(words)))


def _json(room: str, words: str) -> Asked:
    _nothing(words)
    return SpeakJSON()


def _server(room: str, words: str) -> Asked:
    return AskServer(words.strip() or "help")


def _help(room: str, words: str) -> Asked:
    return Help(words.strip().removeprefix("/"))


def _echo(room: str, words: str) -> Asked:
    return SetEcho(_on_or_off(words))


def _time(room: str, words: str) -> Asked:
    return SetTimes(_on_or_off(words))


def _numbers(room: str, words: str) -> Asked:
    return SetNumbers(_on_or_off(words))


def _charset(room: str, words: str) -> Asked:
    return SetCharset(_one_or_none(words))


def _given(words: str) -> str:
    if not words.strip():
        raise UsageError
    return words


def _nothing(words: str) -> None:
    if words.strip():
        raise UsageError


def _one_or_none(words: str) -> str:
    words = words.strip()
    if " " in words:
        raise UsageError
    return words


def _on_or_off(words: str) -> bool:
    choice = words.strip().casefold()
    if choice not in ("on", "off"):
        raise UsageError
    return choice == "on"


def _room_first(room: str, words: str) -> tuple[str, str]:
    """Take a room from before the words, if one stands there."""
    first, _, rest = words.strip().partition(" ")
    return (first, rest.strip()) if first.startswith("#") else (room, words.strip())


CHAT_COMMANDS = (
    LineCommand("me", _me),
    LineCommand("msg", _msg, aliases=("m", "w", "whisper", "tell", "query")),
    LineCommand("say", _say),
    LineCommand("history", _history, aliases=("last",)),
    LineCommand("join", _join, aliases=("j",)),
    LineCommand("rooms", _rooms, aliases=("channels",)),
    LineCommand("who", _who, aliases=("list", "users", "names")),
    LineCommand("topic", _topic),
    LineCommand("invite", _invite),
    LineCommand("nick", _nick, aliases=("name",)),
    LineCommand("whois", _whois),
    LineCommand("back", _back),
    LineCommand("quit", _quit, aliases=("exit", "bye", "q")),
)

LOCAL_COMMANDS = (
    LineCommand("search", _search, aliases=("find", "grep")),
    LineCommand("leave", _leave, aliases=("part",)),
    LineCommand("room", _room, aliases=("switch",)),
    LineCommand("away", _away),
    LineCommand("ignore", _ignore, aliases=("block",)),
    LineCommand("unignore", _unignore),
    LineCommand("time", _time, aliases=("times",)),
    LineCommand("numbers", _numbers, aliases=("number",)),
    LineCommand("echo", _echo),
    LineCommand("charset", _charset, aliases=("encoding",)),
    LineCommand("token", _show_token),
    LineCommand("resume", _resume),
    LineCommand("json", _json),
    LineCommand("server", _server),
    LineCommand("help", _help, aliases=("h", "commands")),
)


def extended(extension: Extension) -> LineCommand:
    """Make the command of an extension."""
    return LineCommand(extension.name, lambda room, words: c.Custom(extension.name, room, words))
