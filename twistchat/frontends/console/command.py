"""The operator's commands as data, and the one table of them."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.logger import Logger

from twistchat.core.law import Deed
from twistchat.core.text import clean
from twistchat.frontends.console.results import Column, Failed, Result, Table, misused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from twisted.python.failure import Failure

    from twistchat.core.model import User

log = Logger()

DEEDS = frozenset(str(deed) for deed in Deed) | {"topic"}
"""What people do in the chat under their own names."""

SOCKET = "It needs twistchat ctl, at the server."

NOWHERE: Mapping[str, str] = MappingProxyType({})


class UsageError(Exception):
    """That is not how the command is used; perhaps with a sentence of its own."""


class SecretWantedError(Exception):
    """The command needs a password, which is never a part of it; the text is what to ask with."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands behind the name of a command."""

    words: str
    secret: str | None = None
    """A password that was asked for beside it."""
    by: User | None = None
    """The operator in the chat who has typed it; None: whoever is at the server itself."""

    def nothing(self) -> None:
        """Be no words at all.

        Raises:
            UsageError: there are some.
        """
        if self.words:
            raise UsageError

    def text(self) -> str:
        """Read words, whatever they are.

        Raises:
            UsageError: there are none.
        """
        if not self.words:
            raise UsageError
        return self.words

    def one(self) -> str:
        """Read one word.

        Raises:
            UsageError: there is none, or there are more.
        """
        word, rest = self.first()
        if rest:
            raise UsageError
        return word

    def first(self) -> tuple[str, str]:
        """Read a word, and perhaps others behind it.

        Raises:
            UsageError: there is none.
        """
        word, _, rest = self.words.partition(" ")
        if not word:
            raise UsageError
        return word, rest.strip()

    def password(self, prompt: str) -> str:
        """Read the password that came beside the command.

        Raises:
            SecretWantedError: it has yet to be asked for.
        """
        if self.secret is None:
            raise SecretWantedError(prompt)
        return self.secret


@dataclass(frozen=True, slots=True)
class Command:
    """One command: how it is typed, what it does in half a sentence, and what does it.

    `run` reads its words itself, by the methods of `Asked`, and answers at once or later.
    """

    name: str
    usage: str
    summary: str
    run: Callable[[Asked], Result | Deferred[Result]]
    in_chat: bool = False
    """Whether operators in the chat have it too. Not those that end the chat or open its doors."""
    of_process: bool = False
    """Whether it is about this process alone, where several share the chat."""

    @property
    def typed(self) -> str:
        """How one types it."""
        return f"{self.name} {self.usage}".rstrip()


COLUMNS = (Column("usage", "COMMAND"), Column("summary", "WHAT IT DOES"))


class Commands:
    """The table of all commands: the same at the server's terminal and over the control socket."""

    def __init__(
        self, commands: Iterable[Command], prefix: str = "", elsewhere: Mapping[str, str] = NOWHERE
    ) -> None:
        """`prefix` is what one types before each; `elsewhere` says where others are found."""
        self._prefix = prefix
        self._elsewhere = elsewhere
        self._commands = {command.name: command for command in commands}
        helping = Command("help", "[COMMAND]", "this list, or one of it", self._help, in_chat=True)
        self._commands[helping.name] = helping

    @property
    def all(self) -> Mapping[str, Command]:
        """By their names, in the order in which they are best read."""
        return self._commands

    def in_chat(self) -> Commands:
        """Make the table of those that operators in the chat have, behind `/server`."""
        of_chat = (
            command
            for command in self._commands.values()
            if command.in_chat and command.name != "help"  # it has its own
        )
        elsewhere = {
            command.name: f"Type /{command.name}." if command.name in DEEDS else SOCKET
            for command in self._commands.values()
            if not command.in_chat
        }
        return Commands(of_chat, "/server ", elsewhere)

    def run(
        self, line: str, secret: str | None = None, *, by: User | None = None
    ) -> Deferred[Result]:
        """Do what a line says. The Deferred does not fail, unless with `SecretWantedError`."""
        name, _, words = clean(line).strip().partition(" ")
        command = self._commands.get(name.casefold())
        if command is None:
            return maybeDeferred(self._unknown, name)
        run: Callable[[Asked], Any] = command.run
        running: Deferred[Result] = maybeDeferred(run, Asked(words.strip(), secret, by))
        running.addErrback(self._failed, command)
        return running

    def _unknown(self, name: str) -> Result:
        if (where := self._elsewhere.get(name.casefold())) is not None:
            return misused(f"{name.casefold()} is not behind {self._prefix.strip()}. {where}")
        close = get_close_matches(name.casefold(), self._commands, n=1)
        before = self._prefix
        mean = f"Did you mean {before}{close[0]}?" if close else f"Type {before}help for them all."
        return misused(f"There is no command {name}. {mean}")

    def _failed(self, failure: Failure, command: Command) -> Any:
        if failure.check(SecretWantedError):
            return failure
        if failure.check(UsageError):
            return misused(str(failure.value) or f"Usage: {self._prefix}{command.typed}")
        log.failure("the command {name} failed", failure, name=command.name)
        return Failed(f"{command.name} failed: the log says why.", "fault")

    def _help(self, asked: Asked) -> Result:
        found: Iterable[Command] = self._commands.values()
        if asked.words:
            command = self._commands.get(asked.one().casefold())
            if command is None:
                return self._unknown(asked.one())
            found = [command]
        rows: list[Mapping[str, Any]] = [
            {
                "name": each.name,
                "usage": self._prefix + each.typed,
                "summary": each.summary,
                "of": "process" if each.of_process else "chat",
            }
            for each in found
        ]
        return Table(COLUMNS, rows)
