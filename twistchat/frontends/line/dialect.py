"""What somebody typed, read as what they ask for."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from twistchat.core import commands as c
from twistchat.core.events import Noted
from twistchat.core.text import cells
from twistchat.frontends.line import sentences
from twistchat.frontends.line.commands import (
    CHAT_COMMANDS,
    LOCAL_COMMANDS,
    LineCommand,
    Local,
    UsageError,
    extended,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twistchat.core.chat import Extension

EXIT = "exit"
"""The word that leaves, in the chat and at the door."""


class Dialect:
    """Reads lines as commands, by the table of commands."""

    def __init__(self, extensions: Iterable[Extension] = ()) -> None:
        self.commands = (*CHAT_COMMANDS, *map(extended, extensions), *LOCAL_COMMANDS)
        self._by_name: dict[str, LineCommand] = {}
        for command in self.commands:
            for name in (command.name, *command.aliases):
                self._by_name.setdefault(name, command)

    def read(self, line: str, room: str) -> c.Command | Local | Noted | None:
        """Read a line of somebody who is in: a command, the answer to a bad one, or nothing."""
        words = line.strip()
        if not words:
            return None
        if words.casefold() == EXIT:
            return c.Quit()
        if words.startswith("//"):
            return c.Say(room, words[1:])
        if words.startswith("/"):
            return self._read_command(words, line.lstrip(), room)
        return c.Say(room, line)

    def read_at_door(self, line: str) -> c.Command | Noted | str | None:
        """Read a line of somebody without a name: a name (as text), leaving, or an answer."""
        words = line.strip()
        if not words:
            return None
        if words.casefold() == EXIT:
            return c.Quit()
        if not words.startswith("/"):
            return words
        name, _, rest = words[1:].partition(" ")
        command = self._by_name.get(name.casefold())
        if command is None or command.name not in ("nick", "quit", "help"):
            return Noted((sentences.NAME_WANTED,))
        if command.name == "nick" and rest.strip():
            return rest.strip()
        return c.Quit() if command.name == "quit" else Noted((sentences.HELP_DOOR,))

    def _read_command(self, words: str, line: str, room: str) -> c.Command | Local | Noted:
        name, _, rest = line[1:].partition(" ")
        command = self._by_name.get(name.strip().casefold())
        if command is None:
            return self._unknown(words[1:].partition(" ")[0])
        try:
            return command.read(room, rest)
        except UsageError:
            return Noted((sentences.USAGE.format(usage=command.typed),))

    def _unknown(self, name: str) -> Noted:
        close = get_close_matches(name.casefold(), self._by_name, n=1)
        if "/" in name or not name:
            sentence = sentences.UNKNOWN_SLASH.format(command=f"/{name}")
        elif close:
            sentence = sentences.UNKNOWN_CLOSE.format(command=f"/{name}", close=f"/{close[0]}")
        else:
            sentence = sentences.UNKNOWN.format(command=f"/{name}")
        return Noted((sentence,))

    def help(self, topic: str) -> Noted:
        """Explain one command, or show them all."""
        if topic:
            command = self._by_name.get(topic.casefold())
            if command is None:
                return self._unknown(topic)
            lines = [f"{command.typed}  {command.summary}"]
            if command.aliases:
                aliases = ", ".join(f"/{alias}" for alias in command.aliases)
                lines.append(sentences.HELP_ALIASES.format(aliases=aliases))
            return Noted(tuple(lines))
        rows = [(command.typed, command.summary) for command in self.commands]
        rows.append((sentences.HELP_SLASH, sentences.HELP_SLASH_SUMMARY))
        rows.append((EXIT, sentences.HELP_EXIT_SUMMARY))
        width = max(cells(typed) for typed, _ in rows)
        return Noted(
            (
                sentences.HELP_INTRO,
                *(
                    sentences.HELP_COMMAND.format(
                        usage=typed + " " * (width - cells(typed)), summary=summary
                    )
                    for typed, summary in rows
                ),
            )
        )
