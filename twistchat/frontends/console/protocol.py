"""What the operator types, and sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import connectionDone
from twisted.protocols.basic import LineReceiver
from zope.interface import implementer

from twistchat.core.commands import Announce
from twistchat.core.concerns import is_reply
from twistchat.core.events import Refused
from twistchat.core.names import LOBBY, room_name
from twistchat.core.text import cells, clean
from twistchat.engine import Committed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.python.failure import Failure

    from twistchat.core.commands import Command
    from twistchat.core.events import Cause, Item
    from twistchat.engine import Label
    from twistchat.frontends.registry import Registry
    from twistchat.telling.fanout import Fanout
    from twistchat.telling.specials import Part
    from twistchat.wire import WireFormat


@dataclass(frozen=True, slots=True)
class ConsoleCommand:
    """One command of the operator's: how it is typed, and what it does in half a sentence."""

    name: str
    usage: str
    summary: str
    run: Callable[[Console, str], None]

    @property
    def typed(self) -> str:
        """How one types it."""
        return f"{self.name} {self.usage}".rstrip()


@implementer(IHalfCloseableProtocol)
class Console(LineReceiver):
    """The operator's console: one command a line, answered in words.

    It is a listener of Fanout's like any session, so that what it watches it sees in the order
    in which everybody does.
    """

    delimiter = b"\n"
    MAX_LENGTH = 16 * 1024

    def __init__(
        self,
        *,
        registry: Registry,
        fanout: Fanout,
        perform: Callable[[Command, object], Refused | None],
        shut_down: Callable[[str], None],
        wire_format: WireFormat,
    ) -> None:
        self.format = wire_format
        self._registry = registry
        self._fanout = fanout
        self._perform = perform
        self._shut_down = shut_down

    # ------------------------------------------------------------ called by the transport

    def connectionMade(self) -> None:
        """Say that the operator may type."""
        self._fanout.attach(self, None)
        self.show("This is the operator's console. Type help for the commands.")

    def lineReceived(self, line: bytes) -> None:
        """Do what the operator typed."""
        words = clean(line.decode(errors="replace")).strip()
        if not words:
            return
        name, _, rest = words.partition(" ")
        command = COMMANDS.get(name.casefold())
        if command is not None:
            command.run(self, rest.strip())
            return
        close = get_close_matches(name.casefold(), COMMANDS, n=1)
        mean = f"Did you mean {close[0]}?" if close else "Type help for the commands."
        self.show(f"There is no command {name}. {mean}")

    def readConnectionLost(self) -> None:
        """Go on without an operator: the terminal gave an end of input."""
        self.show("The console is closed; the server goes on. Ctrl-C stops it.")
        self.close()

    def writeConnectionLost(self) -> None:
        """Nothing can be shown any more."""
        self.close()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Go on without an operator."""
        self._fanout.detach(self)

    def close(self) -> None:
        """Close the console; the server is not concerned."""
        if self.transport is not None:
            self.transport.loseConnection()

    # ------------------------------------------------------------ called by Fanout and the pipeline

    def put(self, data: bytes) -> None:
        """Show what a watched room is told."""
        if self.transport is not None:
            self.transport.write(data)

    is_in = False
    """Nobody acts over it as a person."""

    def replaced(self) -> None:
        """Nobody goes on in the operator's place."""

    def put_out(self, cause: Cause, label: Label | None = None, words: str = "") -> None:
        """Nobody puts the operator out."""

    def tell(self, parts: Sequence[Part]) -> None:
        """Show what concerns the operator."""
        for committed, encoded in parts:
            if committed is not None and is_reply(committed.item):
                self.put(self.format.encode_reply(committed, "operator"))
            else:
                self.put(encoded)

    def settled(self, outcome: Item) -> None:
        """A change that the operator made is committed or refused: nothing waits for it here."""

    # ------------------------------------------------------------ the commands

    def show(self, *lines: str) -> None:
        """Write lines for the operator."""
        self.put("".join(f"{clean(line)}\n" for line in lines).encode())

    def count(self, words: str) -> None:
        """Say how many are online."""
        people, connected = len(self._registry.people), len(self._registry.sessions)
        door = f", {connected - people} at the door" if connected > people else ""
        self.show(f"{people} online{door}.")

    def who(self, words: str) -> None:
        """List everybody who is connected."""
        rows = [("#", "NAME", "ADDRESS", "WIRE", "SINCE", "QUEUE")]
        for session in self._registry.sessions:
            since = datetime.fromtimestamp(session.since, UTC).astimezone()
            rows.append(
                (
                    str(session.number),
                    session.name or "(at the door)",
                    session.address,
                    session.wire,
                    since.strftime("%Y-%m-%d %H:%M:%S"),
                    str(session.outlet.queued),
                )
            )
        widths = [max(cells(cell) for cell in column) for column in zip(*rows, strict=True)]
        for row in rows:
            padded = (
                cell + " " * (width - cells(cell)) for cell, width in zip(row, widths, strict=True)
            )
            self.show("  ".join(padded).rstrip())

    def say(self, words: str) -> None:
        """Tell everybody something."""
        if not words:
            self.show("Usage: say TEXT")
        elif (refused := self._perform(Announce(words), self)) is not None:
            self.put(self.format.encode_reply(Committed(refused), "operator"))

    def msg(self, words: str) -> None:
        """Tell one person something."""
        who, _, text = words.partition(" ")
        if not text.strip():
            self.show("Usage: msg WHO TEXT")
            return
        session = self._registry.find(who)
        if session is None or not session.name:
            self.show(f"Nobody here is {who}. Type who for names and numbers.")
            return
        refused = self._perform(Announce(text, to=session.name), self)
        if refused is not None:
            self.put(self.format.encode_reply(Committed(refused), "operator"))
        else:
            self.show(f"Told {session.name}.")

    def watch(self, words: str) -> None:
        """Begin or end to show what is said in a room."""
        room = room_name(words or LOBBY, self._registry.limits)
        if isinstance(room, Refused):
            self.show(f"{words} is no name for a room.")
        elif self._fanout.hears(self, room):
            self._fanout.unlisten(self, room)
            self.show(f"No longer watching {room}.")
        else:
            self._fanout.listen(self, room)
            self.show(f"Watching {room}; the same again ends it.")

    def shutdown(self, words: str) -> None:
        """Stop the server."""
        self.show("Stopping.")
        self._shut_down(words)

    def help(self, words: str) -> None:
        """List the commands, or explain one."""
        if (command := COMMANDS.get(words.casefold())) is not None:
            self.show(f"{command.typed}  {command.summary}")
            return
        width = max(len(command.typed) for command in COMMANDS.values())
        for command in COMMANDS.values():
            self.show(f"  {command.typed:{width}}  {command.summary}")


COMMANDS = {
    command.name: command
    for command in (
        ConsoleCommand("count", "", "how many are online", Console.count),
        ConsoleCommand("who", "", "everybody: number, name, address, wire, since", Console.who),
        ConsoleCommand("say", "TEXT", "tell everybody, as the operator", Console.say),
        ConsoleCommand("msg", "WHO TEXT", "tell one, by name or number", Console.msg),
        ConsoleCommand("watch", "[#ROOM]", "see what is said, or no longer", Console.watch),
        ConsoleCommand("shutdown", "[REASON]", "say goodbye to all and stop", Console.shutdown),
        ConsoleCommand("help", "[COMMAND]", "this list, or one of it", Console.help),
    )
}
