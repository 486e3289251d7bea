"""`twistchat tail`: prints what was said in a room, and what is said there."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall, deferLater

from twistchat.client import events as e
from twistchat.client import sentences as s
from twistchat.client.cursor import Cursor, NoCursorError
from twistchat.client.errors import DisconnectedError, RefusedError
from twistchat.client.finds import read_time
from twistchat.client.output import Output
from twistchat.client.rooms import Place, room_called
from twistchat.client.scripts import EndError, Program, add_options, come_in, complain
from twistchat.client.scripts import run as run_program
from twistchat.client.showing_moderation import deed
from twistchat.core.moments import NoMomentError
from twistchat.core.text import clean
from twistchat.frontends.jsonlines.codec import encode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable

    from twistchat.client.api import Client
    from twistchat.client.asking import Page
    from twistchat.frontends.jsonlines.codec import Object

PAGE = 200
"""Lines that are asked for at once; a server may have its reasons to send fewer."""

LINES = 10
"""Lines that are printed where nobody says since when."""

BROKEN_PIPE = 141
"""The status, in a shell, of what SIGPIPE ends."""

SAVING = 0.5
"""Seconds after which one's place is kept, while lines come."""

PAUSE = 2.0
"""Seconds after which the past is asked for again, where it cannot be read now."""

TRIES = 5

READABLE = frozenset({"page", "jump", "unread"})
"""Why lines are left out that can be read all the same, at once or after a while."""


def add_command(commands: Any) -> None:
    """Add `tail` to a command line."""
    parser = commands.add_parser(
        "tail",
        help="print what was said in a room",
        description=f"Print the last {LINES} lines of a room, or what was said since then.",
        epilog="twistchat tail '#lab' --cursor lab.json prints what is new since it ran last",
    )
    parser.add_argument("room", metavar="#ROOM", help="the room; it is joined for that time")
    parser.add_argument(
        "--since",
        metavar="N|TIME",
        help="from this line on (its number), or this time: 30m, 12h, 7d, 2026-11-20T14:00",
    )
    parser.add_argument("--follow", "-f", action="store_true", help="go on with what is said then")
    parser.add_argument("--json", action="store_true", help="print the server's objects")
    parser.add_argument("--cursor", metavar="FILE", type=Path, help="keep one's place there")
    add_options(parser)
    parser.set_defaults(run=run)


class Tail(Program):
    """Prints the lines of a room, each once, in order."""

    def __init__(
        self,
        *,
        reactor: Any,
        client: Client,
        options: argparse.Namespace,
        since: int | float | None,
        cursor: Cursor | None,
        output: Output,
    ) -> None:
        """`since` is the number of a line, or (as a float) a time."""
        self._reactor = reactor
        self._client = client
        self._options = options
        self._room = room_called(options.room)
        self._since = since
        self._cursor = cursor
        self._output = output
        self._epoch = ""
        self._number = 0
        """Of the last line that was printed, or need not be."""
        self._is_kept = True
        self._ahead: Place | None = None
        """Up to where the room has gone while something of its past is printed."""
        self._saving = LoopingCall(self._save)
        self._saving.clock = reactor

    async def go(self) -> int:
        """Come in, print, and return the status."""
        await come_in(self._client, self._options)
        self._saving.start(SAVING, now=False).addErrback(lambda _: None)
        try:
            await self._client.join(self._room)
            place = self._client.seen(self._room)
            if place is None:
                raise EndError(1, f"the server does not say how {self._room} stands")
            await self._skimming(self._print_past(Place(*place)))
            self._save()
            if self._options.follow:
                await self._follow()
        except RefusedError as error:
            raise EndError(1, s.refused(error)) from error
        except BrokenPipeError:
            return BROKEN_PIPE
        except OSError as error:
            raise EndError(1, f"cannot write: {error.strerror}") from error
        return 0 if self._is_kept else 1

    async def signalled(self, number: int) -> int:
        """End: what was printed is known."""
        return 130 if number == signal.SIGINT else 143

    def close(self) -> None:
        """Keep one's place."""
        if self._saving.running:
            self._saving.stop()
        self._save()

    # ------------------------------------------------------------ the past

    async def _print_past(self, live: Place) -> None:
        """Print what is wanted of what was said before now."""
        room = self._room
        self._epoch = live.epoch
        kept = self._cursor.place(room) if self._cursor is not None else None
        if kept is not None:
            if kept.epoch != live.epoch:
                # Which of them are new nobody knows: rather twice than never.
                await self._begins_anew(live.epoch)
            else:
                self._number = min(kept.number, live.number)
        elif isinstance(self._since, float):
            page = await self._page(since=self._since, limit=PAGE)
            self._number = 0
            await self._print_page(page)
            if not page.more:
                self._move(Place(live.epoch, max(live.number, self._number)))
        elif self._since is not None:
            self._number = min(max(self._since - 1, 0), live.number)
        else:
            await self._print_page(await self._page(before=live.number + 1, limit=LINES))
            self._move(Place(live.epoch, max(live.number, self._number)))
        await self._print_until(live.number)

    async def _print_until(self, last: int) -> None:
        """Print, a page at a time, what was said after the last that is printed."""
        while self._number < last:
            page = await self._page(after=self._number, before=last + 1, limit=PAGE)
            if page.epoch and page.epoch != self._epoch:
                return  # it has begun anew meanwhile: that is told by itself
            before = self._number
            await self._print_page(page)
            self._save()
            if not page.more or self._number == before:
                self._move(Place(self._epoch, last))

    async def _page(self, **which: Any) -> Page:
        """Read a page, however often it takes."""
        for left in reversed(range(TRIES)):
            try:
                return await self._client.history(self._room, **which)
            except DisconnectedError:
                pass  # it is asked for again when there is a connection
            except RefusedError as error:
                if error.code != "no-history" or not left:
                    raise
                await deferLater(self._reactor, PAUSE)
        raise EndError(1, "the connection was lost again and again")

    async def _print_page(self, page: Page) -> None:
        for event in page.events:
            if isinstance(event, e.Gap):
                await self._gap(event)
            elif isinstance(event, e.Numbered) and event.number > self._number:
                await self._line(event)

    # ------------------------------------------------------------ what is said now

    async def _follow(self) -> None:
        self._reactor.callLater(1.0, self._look)
        async for event in self._client.events():
            match event:
                case _ if isinstance(event, e.Numbered) and event.room == self._room:
                    if event.epoch != self._epoch or event.number > self._number:
                        await self._line(event)
                case e.Gap() if event.room == self._room:
                    is_new = event.epoch != self._epoch or event.last > self._number
                    if is_new and event.why in READABLE and event.epoch == self._epoch:
                        self._number = max(self._number, event.first - 1)
                        await self._skimming(self._print_until(event.last))
                    elif is_new:
                        await self._gap(event)
                case e.Problem():
                    complain(event.text or event.code)
                case _:
                    pass
        raise EndError(1, "the connection was lost")

    async def _skimming(self, printing: Awaitable[None]) -> None:
        """Print of the past, which may take long; what is said meanwhile is printed from there too.

        So no events wait, however many come, and the answers behind them are read.
        """
        if not self._options.follow:  # then the client keeps none
            await printing
            return
        skimming = Deferred.fromCoroutine(self._skim())
        skimming.addErrback(lambda _: None)  # `_follow` is told it too
        try:
            await printing
            while self._ahead is not None:
                (epoch, number), self._ahead = self._ahead, None
                if epoch != self._epoch:
                    await self._begins_anew(epoch)
                await self._print_until(number)
        finally:
            skimming.cancel()

    async def _skim(self) -> None:
        async for event in self._client.events():
            match event:
                case _ if isinstance(event, e.Numbered) and event.room == self._room:
                    self._ahead = Place(event.epoch, event.number)
                case e.Gap() if event.room == self._room:
                    self._ahead = Place(event.epoch, event.last)
                case e.Problem():
                    complain(event.text or event.code)
                case _:
                    pass

    def _look(self) -> None:
        """Notice that nobody reads any more, though nothing is said."""
        if self._saving.running:
            if self._output.is_broken():
                self._client.fail(BrokenPipeError())
            else:
                self._reactor.callLater(1.0, self._look)

    # ------------------------------------------------------------ printing

    async def _line(self, event: e.Numbered) -> None:
        await self._output.write(
            as_json(event.raw) if self._options.json else as_text(event, self._room)
        )
        self._move(Place(event.epoch, event.number))

    async def _gap(self, gap: e.Gap) -> None:
        count = max(gap.last - gap.first + 1, 1)
        if gap.why == "epoch":
            words = s.GAP_EPOCH.format(room=gap.room)
        else:
            words = (s.GAP_DELETED if gap.why == "deleted" else s.GAP).say(count, room=gap.room)
        complain(words.removeprefix("-- "))
        if self._options.json:
            told = gap.raw or {
                "type": "gap", "room": gap.room, "epoch": gap.epoch, "from": gap.first,
                "to": gap.last, "why": gap.why,
            }  # fmt: skip
            await self._output.write(as_json(told))
        self._move(Place(gap.epoch, gap.last))

    async def _begins_anew(self, epoch: str) -> None:
        await self._gap(e.Gap(room=self._room, epoch=epoch, first=1, last=0, why="epoch"))

    def _move(self, place: Place) -> None:
        self._epoch, self._number = place
        if self._cursor is not None:
            self._cursor.move(self._room, place)

    def _save(self) -> bool:
        """Keep one's place, and tell whether that was possible; complain once if not."""
        was_kept, self._is_kept = self._is_kept, True
        if self._cursor is not None:
            try:
                self._cursor.save()
            except OSError as error:
                self._is_kept = False
                if was_kept:
                    complain(f"cannot keep the cursor: {error.strerror}")
        return self._is_kept


def as_text(event: e.Numbered, room: str) -> bytes:
    """Write a line for people and for grep: its date and time, then what nc shows."""
    try:
        time = datetime.fromtimestamp(event.time, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    except (OverflowError, OSError, ValueError):  # a server may say anything
        time = "?"
    if isinstance(event, e.Said):
        how = s.DID if event.action else s.NOTICED if event.notice else s.SAID
        line = how.format(who=event.who, text=event.text)
    elif isinstance(event, e.Topic):
        template = s.TOPIC_CHANGED if event.topic else s.TOPIC_REMOVED
        line = template.format(who=event.who, room=room, topic=event.topic)
    elif isinstance(event, e.Tagged):
        return b""  # for programs
    else:
        line = deed(event, None)
    return clean(s.AT.format(time=time, line=line)).encode() + b"\n"


def as_json(told: Object) -> bytes:
    """Write an object as the server did; what a terminal might obey is escaped."""
    # Which request it answered is no matter of anybody's.
    shown = {name: value for name, value in told.items() if name != "re"}
    line = encode(shown).decode().rstrip("\n")
    if clean(line) != line:
        line = "".join(c if clean(c) == c else f"\\u{ord(c):04x}" for c in line)
    return line.encode() + b"\n"


def run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> NoReturn:
    """Print what the command line asks for.

    Raises:
        SystemExit: at the end, with the status.
    """
    if len(room_called(options.room)) < 2:
        parser.error("say which room, for example '#lobby' (in quotes)")
    cursor = Cursor(options.cursor) if options.cursor is not None else None
    try:
        if cursor is not None:
            cursor.load()
            cursor.check()
    except NoCursorError as error:
        complain(str(error))
        raise SystemExit(1) from error

    def make(reactor: Any, client: Client) -> Tail:
        since: int | float | None = None
        if options.since is not None:
            if options.since.isascii() and options.since.isdecimal():
                since = int(options.since[:15])
            else:
                try:
                    since = read_time(options.since, now=reactor.seconds())
                except NoMomentError:
                    parser.error(
                        f"--since {options.since!r} is no number of a line and no time: "
                        "write 30m, 12h, 7d, 2026-11-20 or 2026-11-20T14:00"
                    )
        return Tail(
            reactor=reactor, client=client, options=options, since=since, cursor=cursor,
            output=Output(reactor),
        )  # fmt: skip

    run_program(parser, options, make, listen=options.follow)
