"""The commands that people type, as data: `/help` and every usage line are made of these.

There are two tables. Those of the first become commands for Chat. Those of the second concern
this connection alone, and Chat never sees them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twistchat.core import commands as c

if TYPE_CHECKING:
    from collections.abc import Callable

    from twistchat.core.chat import Extension


class UsageError(Exception):
    """That is not how the command is used."""


@dataclass(frozen=True, slots=True)
class Help:
    """Show the commands, or explain one."""

    topic: str


@dataclass(frozen=True, slots=True)
class SetEcho:
    """Show somebody's own lines to them, or do not."""

    on: bool


Local = Help | SetEcho
"""What concerns one connection alone."""


@dataclass(frozen=True, slots=True)
class LineCommand:
    """One command: how it is typed, what it does in half a sentence, and how it is read.

    `read` gets the room that is typed into and what stands behind the command, and raises
    `UsageError` where that is no good.
    """

    name: str
    usage: str
    summary: str
    read: Callable[[str, str], c.Command | Local]
    aliases: tuple[str, ...] = ()

    @property
    def typed(self) -> str:
        """How one types it."""
        return f"/{self.name} {self.usage}".rstrip()


def _say(room: str, words: str) -> c.Command:
    return c.Say(room, _given(words))


def _me(room: str, words: str) -> c.Command:
    return c.Say(room, _given(words).strip(), action=True)


def _msg(room: str, words: str) -> c.Command:
    to, _, text = words.strip().partition(" ")
    return c.Whisper(_given(to), _given(text).strip())


def _nick(room: str, words: str) -> c.Command:
    return c.Rename(_given(words))


def _who(room: str, words: str) -> c.Command:
    return c.ListMembers(_nothing(words) or room)


def _topic(room: str, words: str) -> c.Command:
    return c.SetTopic(room, words) if words.strip() else c.ReadTopic(room)


def _history(room: str, words: str) -> c.Command:
    words = words.strip()
    if not words:
        return c.ReadHistory(room)
    if not (words.isascii() and words.isdecimal() and len(words) < 10 and int(words)):
        raise UsageError
    return c.ReadHistory(room, int(words))


def _quit(room: str, words: str) -> c.Command:
    return c.Quit(words.strip())


def _help(room: str, words: str) -> Local:
    return Help(words.strip().removeprefix("/"))


def _echo(room: str, words: str) -> Local:
    choice = words.strip().casefold()
    if choice not in ("on", "off"):
        raise UsageError
    return SetEcho(choice == "on")


def _given(words: str) -> str:
    if not words.strip():
        raise UsageError
    return words


def _nothing(words: str) -> str:
    if words.strip():
        raise UsageError
    return ""


CHAT_COMMANDS = (
    LineCommand("who", "", "show who is here", _who, aliases=("list", "users", "names")),
    LineCommand(
        "msg",
        "NAME WORDS",
        "say something to one person only",
        _msg,
        aliases=("m", "w", "whisper", "tell", "query"),
    ),
    LineCommand("me", "WORDS", "say what you do: * alice waves", _me),
    LineCommand("nick", "NAME", "take another name", _nick, aliases=("name",)),
    LineCommand("topic", "[WORDS]", "show or say what the room is about", _topic),
    LineCommand("history", "[COUNT]", "show the last lines again", _history, aliases=("last",)),
    LineCommand("say", "WORDS", "say just these words, whatever they look like", _say),
    LineCommand(
        "quit", "[WORDS]", "leave the chat, with a last word", _quit, aliases=("exit", "bye", "q")
    ),
)

LOCAL_COMMANDS = (
    LineCommand("echo", "on|off", "see your own lines, or not", _echo),
    LineCommand("help", "[COMMAND]", "show the commands, or explain one", _help, aliases=("h",)),
)


def extended(extension: Extension) -> LineCommand:
    """Make the command of an extension."""
    return LineCommand(
        extension.name,
        extension.usage,
        extension.summary,
        lambda room, words: c.Custom(extension.name, room, words),
    )
