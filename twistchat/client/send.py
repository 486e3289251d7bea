"""`twistchat send`: says a line, or each line of its input, and ends when it was said."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any, NoReturn

from twisted.internet.defer import Deferred
from twisted.internet.stdio import StandardIO
from twisted.internet.task import deferLater

from twistchat.client import events as e
from twistchat.client import sentences as s
from twistchat.client.errors import ChatError, RefusedError
from twistchat.client.keyboard import Keyboard
from twistchat.client.scripts import EndError, Program, add_options, come_in, complain
from twistchat.client.scripts import run as run_program
from twistchat.core.text import clean

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from twistchat.client.api import Client
    from twistchat.client.conversation import Terminal

WINDOW = 100
"""Lines that may be without an answer at the same time; the rest is not read yet."""

PATIENCE = 30.0
"""Seconds for which a lost server is waited for."""

LAST_WAIT = 5.0
"""Seconds for which answers are waited for after SIGTERM."""


def add_command(commands: Any) -> None:
    """Add `send` to a command line."""
    parser = commands.add_parser(
        "send",
        help="say something in a room, from a script",
        description="Say TEXT, or each line of the input, and end when it was said: with status "
        "0 if all of it was, 1 if not.",
        epilog="uptime | twistchat send '#lab' --server HOST --nick cron",
    )
    parser.add_argument(
        "words", nargs="*", metavar="#ROOM TEXT", help="where, and what; without TEXT the input"
    )
    parser.add_argument("--to", metavar="NAME", help="to whom alone, instead of a room")
    add_options(parser)
    parser.set_defaults(run=run)


class Sender(Program):
    """Says lines, each once, over as many connections as it takes."""

    terminal: Terminal | None = None

    def __init__(
        self,
        *,
        reactor: Any,
        client: Client,
        options: argparse.Namespace,
        room: str,
        lines: Sequence[str] | None,
    ) -> None:
        self._reactor = reactor
        self._client = client
        self._options = options
        self._room = room
        self._given = lines
        self._waiting: dict[int, str] = {}
        """What is not answered yet."""
        self._count = 0
        self._is_all_said = True
        self._has_begun = self._input_ended = self._is_stopping = False
        self._keyboard: Keyboard | None = None
        self._over: Deferred[int] = Deferred()

    async def go(self) -> int:
        """Come in, say it all, and return the status."""
        await come_in(self._client, self._options)
        watching = Deferred.fromCoroutine(self._watch())
        watching.addErrback(self._given_up)
        try:
            if self._room:
                await self._client.join(self._room)
        except RefusedError as error:
            raise EndError(1, s.refused(error)) from error
        self._has_begun = True
        if self._given is None:
            self._keyboard = Keyboard(self, None)
            # What is read is all that is wanted of it: nothing is written.
            nothing = os.open(os.devnull, os.O_WRONLY)
            files: Any = {"stdin": 0, "stdout": nothing}  # unknown to the types of Windows
            StandardIO(self._keyboard, reactor=self._reactor, **files)
        else:
            for line in self._given:
                self.typed(line)
            self.input_ended()
        return await self._over

    async def signalled(self, number: int) -> int:
        """Read no more, and wait a while for the answers to what was read."""
        if number == signal.SIGINT:
            return 130
        self._is_stopping = True
        if self._keyboard is not None:
            self._keyboard.hold()
        end = self._reactor.seconds() + LAST_WAIT
        while self._waiting and self._reactor.seconds() < end:
            await deferLater(self._reactor, 0.05)
        unread = list(self._given or ()) if not self._has_begun else []
        if self._keyboard is not None:
            unread = self._keyboard.unread()
        for text in (*self._waiting.values(), *unread):
            complain(f"perhaps not said: {text}")
        return 143 if self._is_all_said and not self._waiting and not unread else 1

    # ------------------------------------------------------------ called by the keyboard

    def typed(self, line: str) -> None:
        """Say a line."""
        line = clean(line)
        if not line.strip() or self._is_stopping:
            return
        self._count += 1
        number, self._waiting[self._count] = self._count, line
        Deferred.fromCoroutine(self._say(number, line))
        self._go_on()

    def input_ended(self) -> None:
        """End when everything that was read is said."""
        self._input_ended = True
        self._go_on()

    def output_ended(self) -> None:
        """Nothing is written."""

    def unreadable(self) -> None:
        """Leave out a line whose bytes are no text."""
        self._is_all_said = False
        complain("not said: a line that is not UTF-8")

    def input_too_long(self) -> None:
        """End at a line that no chat would take."""
        complain("a line of the input is far too long: the rest was not said")
        self._end(1)

    # ------------------------------------------------------------ inside

    async def _say(self, number: int, line: str) -> None:
        try:
            if self._options.to:
                await self._client.whisper(self._options.to, line)
            else:
                await self._client.say(self._room, line)
        except ChatError as error:
            if self._over.called:
                return  # it has been told
            self._is_all_said = False
            words = s.refused(error) if isinstance(error, RefusedError) else str(error)
            complain(f"not said ({words}): {line}")
        del self._waiting[number]
        self._go_on()

    def _go_on(self) -> None:
        if self._keyboard is not None:
            if len(self._waiting) < WINDOW and not self._is_stopping:
                self._keyboard.release()
            else:
                self._keyboard.hold()
        if self._input_ended and not self._waiting and not self._is_stopping:
            self._end(0 if self._is_all_said else 1)

    async def _watch(self) -> None:
        patience = None
        async for event in self._client.events():
            if isinstance(event, e.Disconnected) and patience is None:
                patience = self._reactor.callLater(PATIENCE, self._lost)
            elif isinstance(event, e.Connected) and patience is not None:
                patience.cancel()
                patience = None

    def _given_up(self, failure: Any) -> None:
        complain(str(failure.value))
        self._lost()

    def _lost(self) -> None:
        for line in self._waiting.values():
            complain(f"perhaps not said: {line}")
        complain("the connection was lost")
        self._end(1)

    def _end(self, status: int) -> None:
        if not self._over.called:
            self._over.callback(status)


def run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> NoReturn:
    """Say what the command line says.

    Raises:
        SystemExit: at the end, with the status.
    """
    room, words = "", list(options.words)
    if options.to is not None and not options.to.strip():
        parser.error("--to is empty")
    if any(0xD800 <= ord(c) < 0xE000 for word in words for c in word):
        parser.error("the text is not in this terminal's encoding")
    if options.to is None:
        if not words or not words[0].startswith("#"):
            parser.error("say which room, for example '#lobby' (in quotes), or --to NAME")
        room = words.pop(0)
    lines = " ".join(words).splitlines() if words else None
    run_program(
        parser,
        options,
        lambda reactor, client: Sender(
            reactor=reactor, client=client, options=options, room=room, lines=lines
        ),
    )
