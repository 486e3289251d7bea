"""What goes between a person, or a pipe, and a server; and when it is over."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from twistchat.client.sentences import NOBODY_READS
from twistchat.core.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

# The lines of a server that a program may rely on (docs/line-protocol.md).
ACCEPTED = "-- You are "
REFUSED = "-- Sorry, "
RENAMED = " is now "
GOODBYE = "-- Goodbye."
NOT_SENT = ("-- Not sent: ", "-- Perhaps not sent: ")
TALKING_IN = "-- What you type now goes to "
TIME = re.compile(r"\[(\d{4}-\d\d-\d\d )?\d\d:\d\d\] (?=-- )")
"""What stands before a line after `/time on`."""

LOBBY = "#lobby"
"""The room that everybody enters."""


ROOMS = 50
"""Rooms that are remembered."""

ROOMS_A_LINE = 20
"""Rooms that a server lets one line join."""


class State(Enum):
    """How far it has come with the server."""

    AWAY = "not connected"
    DOOR = "at the door, where a person chooses a name"
    ASKING = "at the door, having given a name"
    IN = "in"
    LEAVING = "leaving"


class Terminal(Protocol):
    """Where lines come from and are shown: a terminal, or a pipe."""

    def show(self, line: str) -> None:
        """Print a line."""

    def hold(self) -> None:
        """Read nothing for now."""

    def release(self) -> None:
        """Go on reading."""

    def hide_typing(self) -> None:
        """Show no more what is typed."""

    def show_typing(self) -> None:
        """Show it again."""


class Server(Protocol):
    """The connection to the server, while there is one."""

    def send(self, line: str) -> None:
        """Send a line."""


class Conversation:
    """One person's, or one pipe's, conversation with a server, over all its connections.

    `finish` ends the program, with a status and a last word for stderr.
    From a pipe every line is said, whatever it looks like, and a lost connection is the end: what
    was under way may or may not have been said, so that sending it again could double it.
    """

    def __init__(
        self,
        *,
        nick: str | None,
        is_pipe: bool,
        finish: Callable[[int, str | None], None],
    ) -> None:
        self.state = State.AWAY
        self.terminal: Terminal | None = None
        self._nick = nick
        self._is_pipe = is_pipe
        self._finish = finish
        self._is_over = False
        self._server: Server | None = None
        self._unsent: list[str] = []
        self._input_ended = False
        self._has_quit = False
        self._something_was_refused = False
        self._rooms: dict[str, None] = {LOBBY: None}
        """Those to go back into after a lost connection."""
        self._room = LOBBY
        """Where what is typed goes."""

    # ------------------------------------------------------------ the server's side

    def connected(self, server: Server) -> None:
        """Begin with a server: give the name, if there is one."""
        self._server, self._has_quit = server, False
        if self._nick is not None:
            self.state = State.ASKING
            server.send(f"/nick {self._nick}")
        else:
            self.state = State.DOOR
            self._go_on()

    def heard(self, line: str) -> None:
        """Take in a line of the server's."""
        at_door = self.state in (State.DOOR, State.ASKING)
        if at_door and line.startswith(REFUSED):
            self._refused(line)
            return
        is_accepted = at_door and line.startswith(ACCEPTED)
        if not (at_door and self._is_pipe) or is_accepted:  # a pipe is not greeted
            self._show(line)
        line = TIME.sub("", line, count=1)
        if is_accepted:
            self._nick = line.removeprefix(ACCEPTED).split(" ")[0].removesuffix(".")
            self.state = State.IN
            self._go_back()
            self._go_on()
        elif line.startswith(TALKING_IN):
            self._room = line.removeprefix(TALKING_IN).removesuffix(".")
        elif line.startswith(f"-- {self._nick} joined"):
            room = line.removeprefix(f"-- {self._nick} joined").removesuffix(".").strip() or LOBBY
            self._rooms.pop(room, None)
            self._rooms[room] = None
            if len(self._rooms) > ROOMS:
                del self._rooms[next(iter(self._rooms))]
        elif line.startswith(f"-- {self._nick} left #"):
            room = line.removeprefix(f"-- {self._nick} left ").split(":")[0].removesuffix(".")
            self._rooms.pop(room, None)
        elif line.startswith(f"-- {self._nick}{RENAMED}"):
            self._nick = line.removeprefix(f"-- {self._nick}{RENAMED}").removesuffix(".")
        elif line.startswith(NOT_SENT):
            self._something_was_refused = True
        elif line == GOODBYE:
            self.state = State.LEAVING

    def lost(self) -> None:
        """The connection is gone."""
        was, self.state, self._server = self.state, State.AWAY, None
        if self._is_over:
            return
        if was is State.LEAVING:
            if self._is_pipe and not self._has_quit:
                self._end(1, "the server said goodbye: perhaps not everything was said")
            elif self._is_pipe and self._something_was_refused:
                self._end(1, "not everything was said: see above")
            else:
                self._end(0, None)
        elif self._is_pipe:
            self._end(1, "the connection was lost: perhaps not everything was said")
        elif self._input_ended:
            self._end_away()
        else:
            self._show("-- The connection was lost.")

    def failed(self, words: str) -> None:
        """There is no server."""
        self._end(1, words)

    def trying_again(self, delay: float) -> None:
        """Say that the next connection is tried after some seconds."""
        if not self._is_over:
            self._show(f"-- Trying again in {max(1, round(delay))} s.")

    # ------------------------------------------------------------ the person's side

    def typed(self, line: str) -> None:
        """Take in a line that somebody typed, or that a pipe brought."""
        line = clean(line)  # some controls are a line end to a server
        if not line.strip():
            return
        if self._is_pipe:
            self._unsent.append(f"/say {line}")
        elif line.strip().casefold() == "exit":
            self.input_ended()
            return
        elif self.state is State.DOOR and self._server is not None:
            self._server.send(line)  # a name
        else:
            if self.state is not State.IN and self._room != LOBBY:
                # Said in that room or nowhere, should it not be possible to go back there.
                words = line.strip()
                if words.startswith("/") and not words.startswith("//"):
                    self._show("-- Not sent: type that command again when there is a connection.")
                    return
                line = f"/msg {self._room} {words.removeprefix('/')}"
            self._unsent.append(line)
            if self.state is State.AWAY:
                self._show("-- Not connected: it is sent as soon as there is a connection.")
        self._go_on()

    def input_ended(self) -> None:
        """Leave, after everything that was typed has been said."""
        self._input_ended = True
        if self.state is State.AWAY and not self._is_pipe:
            self._end_away()
        self._go_on()

    def output_ended(self) -> None:
        """Leave, since nobody reads what is shown. A pipe may have had more to say."""
        if self._is_pipe and not self._input_ended:
            self._end(1, NOBODY_READS)
        else:
            self.input_ended()

    def unreadable(self) -> None:
        """Leave out a line whose bytes are no text."""
        self._something_was_refused = True
        self._show("-- Not sent: that line is not in the encoding of this terminal, or not UTF-8.")

    def input_too_long(self) -> None:
        """End at a line that no chat would take."""
        self._end(1, "a line of the input is far too long: the rest was not said")

    def interrupted(self) -> None:
        """End at once, as Ctrl-C wants it; the status is a shell's for that."""
        self._end(130, None)

    # ------------------------------------------------------------ inside

    def _end_away(self) -> None:
        if self._unsent:
            self._end(1, f"not sent: {len(self._unsent)} of your lines, typed without a connection")
        else:
            self._end(0, None)

    def _end(self, status: int, words: str | None) -> None:
        if not self._is_over:
            self._is_over = True
            self._finish(status, words)

    def _show(self, line: str) -> None:
        if self.terminal is not None:
            self.terminal.show(line)

    def _go_on(self) -> None:
        """Do what can be done now: send what waits, leave, read more of a pipe."""
        if self.state is State.IN and self._server is not None:
            waiting, self._unsent = self._unsent, []
            for line in waiting:
                self._server.send(line)
        is_inside = self._server is not None and self.state in (State.DOOR, State.IN)
        if self._server is not None and is_inside and self._input_ended and not self._has_quit:
            self._has_quit = True
            self._server.send("/quit")
        if self._is_pipe and self.terminal is not None:
            if is_inside:
                self.terminal.release()
            else:
                self.terminal.hold()

    def _go_back(self) -> None:
        """Go back into the rooms where one was before the connection was lost."""
        rooms, room = list(self._rooms), self._room
        if self._server is None or (rooms == [LOBBY] and room == LOBBY):
            return
        # First the one that is typed into, should it not be possible to join them all.
        others = sorted((other for other in rooms if other != LOBBY), key=room.__ne__)
        for start in range(0, len(others), ROOMS_A_LINE):
            self._server.send(f"/join {' '.join(others[start : start + ROOMS_A_LINE])}")
        if LOBBY not in rooms:
            self._server.send(f"/leave {LOBBY}")
        if room in rooms:
            self._server.send(f"/room {room}")

    def _refused(self, line: str) -> None:
        if self._is_pipe or self._input_ended:
            self._end(1, line.removeprefix("-- "))
            return
        self._show(line)
        self.state, self._nick = State.DOOR, None
