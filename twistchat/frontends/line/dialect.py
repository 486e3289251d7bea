"""What somebody typed, read as what they ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING

from twistchat.core import commands as c
from twistchat.core.text import cells
from twistchat.frontends.line import manual, sentences
from twistchat.frontends.line.accounts import ACCOUNT_COMMANDS
from twistchat.frontends.line.asking import may_hold_password
from twistchat.frontends.line.commands import (
    CHAT_COMMANDS,
    LOCAL_COMMANDS,
    Asked,
    LineCommand,
    UsageError,
    extended,
)
from twistchat.frontends.line.manual import ENTRIES, Entry, Group
from twistchat.frontends.line.moderating import MODERATOR_COMMANDS
from twistchat.frontends.line.sentences_accounts import PERHAPS_PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twistchat.core.chat import Extension
    from twistchat.frontends.line.speech import Speech

FIRST = frozenset("lLrRpPiI")
"""With what a line begins that may hold a password: asked of every line that is said."""

EXIT = "exit"
"""The word that leaves, in the chat and at the door."""

HELP = ("", "help", "?")
"""What somebody types at the door who does not know what to type."""

AT_DOOR = ("nick", "quit", "help", "charset", "resume", "json", "login")
"""The commands of somebody without a name."""

LONGEST_NAME = 40
"""Of a command, in characters: more is shown to nobody, and compared with nothing."""


Parameter = str | int | Callable[["Speech"], str]
"""What is filled into a sentence; what is itself to be translated is made of the speech."""


@dataclass(frozen=True, slots=True)
class Note:
    """An answer to a line that asks for nothing: a sentence, and what is to be filled in."""

    sentence: str
    parameters: dict[str, Parameter] = field(default_factory=dict)


class Dialect:
    """Reads lines as commands, by the table of commands."""

    def __init__(
        self,
        extensions: Iterable[Extension] = (),
        is_registered: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._is_registered = is_registered
        self._entries = dict(ENTRIES)
        self._by_name: dict[str, LineCommand] = {}
        added = []
        for extension in extensions:
            added.append(extended(extension))
            example = f"/{extension.name}"
            self._entries[extension.name] = Entry(
                Group.TALK, extension.usage, extension.summary, example
            )
        tables = (CHAT_COMMANDS, added, LOCAL_COMMANDS, ACCOUNT_COMMANDS, MODERATOR_COMMANDS)
        for command in chain.from_iterable(tables):
            for name in (command.name, *command.aliases):
                self._by_name.setdefault(name, command)

    def read(self, line: str, room: str) -> Sequence[Asked | Note]:
        """Read a line of somebody who is in: what they ask for, or the answer to a bad one."""
        words = line.strip()
        if not words:
            return ()
        if words[0] == "/":
            if words.startswith("//"):
                return (c.Say(room, words[1:]),)
            return self._read_command(line.lstrip(), room)
        if len(words) == len(EXIT) and words.casefold() == EXIT:
            return (c.Quit(),)
        if words[0] in FIRST and may_hold_password(words, self._is_registered):
            return (Note(PERHAPS_PASSWORD, {"words": words.partition(" ")[0] + " …"}),)
        return (c.Say(room, line),)

    def read_at_door(self, line: str) -> Asked | Note | str:
        """Read a line of somebody without a name: a name (as text), leaving, or an answer."""
        words = line.strip()
        if words.casefold() == EXIT:
            return c.Quit()
        if words.casefold() in HELP:
            return Note(manual.DOOR)
        if not words.startswith("/"):
            return words
        name, _, rest = words[1:].partition(" ")
        command = self._by_name.get(name.casefold())
        if command is None or command.name not in AT_DOOR:
            return Note(sentences.NAME_WANTED)
        if command.name == "nick" and rest.strip():
            return rest.strip()
        if command.name in ("charset", "resume", "json", "login"):
            (asked,) = self._read_command(words, "")
            return asked
        return c.Quit() if command.name == "quit" else Note(manual.DOOR)

    def _read_command(self, line: str, room: str) -> Sequence[Asked | Note]:
        name, _, rest = line[1:].partition(" ")
        name = name.strip()
        command = self._by_name.get(name.casefold())
        if command is None:
            return (self._unknown(name),)
        try:
            asked = command.read(room, rest)
        except UsageError as error:
            if error.sentence:
                return (Note(error.sentence, dict(error.parameters)),)
            entry = self._entries[command.name]
            return (
                Note(
                    sentences.USAGE_EXAMPLE,
                    {
                        "usage": lambda speech: self._typed(command, speech),
                        "example": lambda speech: speech.say(entry.example),
                    },
                ),
            )
        return (asked,) if isinstance(asked, Asked) else asked

    def _unknown(self, name: str) -> Note:
        command = f"/{name[:LONGEST_NAME]}"
        if "/" in name or not name:
            return Note(sentences.UNKNOWN_SLASH, {"command": command})
        if len(name) <= LONGEST_NAME:  # comparing takes time that grows with the length
            close = get_close_matches(name.casefold(), self._by_name, n=1, cutoff=0.7)
            if close:
                return Note(sentences.UNKNOWN_CLOSE, {"command": command, "close": f"/{close[0]}"})
        return Note(sentences.UNKNOWN, {"command": command})

    def _typed(self, command: LineCommand, speech: Speech) -> str:
        """How one types it."""
        return f"/{command.name} {speech.say(self._entries[command.name].usage)}".rstrip()

    # ------------------------------------------------------------ /help

    def help(self, topic: str, speech: Speech) -> Sequence[str]:
        """Explain one command, or show them all, or those of a group."""
        topic = topic.partition(" ")[0]
        if (page := manual.APART.get(topic.casefold())) is not None:
            return [*self._list((page,), speech), speech.say(manual.PAGE_OUTRO)]
        if topic:
            return self._explain(topic, speech)
        apart = manual.APART.values()
        lines = self._list([group for group in Group if group not in apart], speech)
        minor = ", ".join(
            f"/{name}" for name, entry in self._entries.items() if entry.is_minor and name != "help"
        )
        pages = ", ".join(speech.say(manual.PAGE, page=page) for page in manual.APART)
        also = speech.say(manual.ALSO, minor=minor)
        return [*lines, also, speech.say(manual.OUTRO, pages=pages)]

    def _list(self, groups: Sequence[Group], speech: Speech) -> Sequence[str]:
        rows = {group: self._rows(group, speech) for group in groups}
        width = max(cells(typed) for group in rows.values() for typed, _ in group)
        lines = []
        for group in groups:
            lines.append(speech.say(manual.HEAD, group=speech.say(group.value)))
            for typed, summary in rows[group]:
                usage = typed + " " * (width - cells(typed))
                lines.append(speech.say(manual.ROW, usage=usage, summary=summary))
        return lines

    def _rows(self, group: Group, speech: Speech) -> Sequence[tuple[str, str]]:
        return [
            (f"/{name} {speech.say(entry.usage)}".rstrip(), speech.say(entry.summary))
            for name, entry in self._entries.items()
            if entry.group is group and not entry.is_minor
        ]

    def _explain(self, name: str, speech: Speech) -> Sequence[str]:
        command = self._by_name.get(name.casefold().removeprefix("/"))
        if command is None:
            note = self._unknown(name.removeprefix("/"))
            return [speech.say(note.sentence, **note.parameters)]
        entry = self._entries[command.name]
        lines = [f"{self._typed(command, speech)}  {speech.say(entry.summary)}"]
        if entry.more:
            lines.append(speech.say(manual.MORE, more=speech.say(entry.more)))
        lines.append(speech.say(manual.EXAMPLE, example=speech.say(entry.example)))
        if command.aliases:
            aliases = ", ".join(f"/{alias}" for alias in command.aliases)
            lines.append(speech.say(manual.ALIASES, aliases=aliases))
        return lines
