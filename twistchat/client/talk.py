"""One person's, or one pipe's, conversation over JSON: what they type, and what they see."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

from twistchat.client import events as e
from twistchat.client import sentences as s
from twistchat.client import sentences_accounts as a
from twistchat.client.buffer import Valve
from twistchat.client.door import Door
from twistchat.client.errors import (
    ChatError,
    ClosedError,
    DisconnectedError,
    RefusedError,
    UnknownError,
)
from twistchat.client.prompt import Prompt
from twistchat.client.sentences_moderation import MOVED
from twistchat.client.showing import LOBBY, Showing
from twistchat.client.showing_moderation import why
from twistchat.client.typed import Commands
from twistchat.client.typed_accounts import may_hold_password
from twistchat.client.whereabouts import Whereabouts
from twistchat.core.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from datetime import tzinfo

    from twisted.internet.interfaces import IDelayedCall

    from twistchat.client.api import Client
    from twistchat.client.conversation import Terminal

PATIENCE = 30.0
"""Seconds for which a pipe waits for a lost server."""

WINDOW = 256
"""Lines of a pipe that may be without an answer at the same time."""


class Talk:
    """Shows what happens on a terminal, and does what is typed there.

    `finish` ends the program, with a status and a last word for stderr. From a pipe every line is
    said, whatever it looks like.
    """

    def __init__(
        self,
        *,
        client: Client,
        clock: Any,
        nick: str | None,
        is_pipe: bool,
        finish: Callable[[int, str | None], None],
        logs_in: bool = False,
        zone: tzinfo | None = None,
    ) -> None:
        self.room = LOBBY
        """Where what is typed goes."""
        self.shows_own = True
        self.valve = Valve()
        """What the terminal closes while it can show no more."""
        self.terminal: Terminal | None = None
        self._client = client
        self._clock = clock
        self._nick = nick
        self._is_pipe = is_pipe
        self._finish = finish
        self._showing = Showing(now=clock.seconds, zone=zone)
        self._where = Whereabouts()
        self._is_over = self._input_ended = self._is_leaving = False
        self._last_words = self._put_out_of = ""
        self._typed: deque[str] = deque()
        """Lines that wait until the command before them is answered, so that order holds."""
        self._prompt = Prompt(self, self._typed)
        self._commands = Commands(
            client=client, screen=self, prompt=self._prompt, showing=self._showing,
            now=clock.seconds,
        )  # fmt: skip
        self._door = Door(
            client=client, prompt=self._prompt, screen=self, showing=self._showing, nick=nick,
            logs_in=logs_in, can_ask=lambda: not (is_pipe or self._input_ended), fail=self.failed,
        )  # fmt: skip
        self._command_runs = False
        self._under_way = 0
        self._was_stopped = self._something_was_refused = False
        self._patience: IDelayedCall | None = None

    async def run(self) -> None:
        """Show what happens, until it is over."""
        try:
            async for event in self._client.events():
                self._happened(event)
                self._go_on()
                await self.valve.opened()
        except ChatError as error:
            self._end(1, self._showing.failed(error))

    # ------------------------------------------------------------ what is typed

    def typed(self, line: str) -> None:
        """Take in a line that somebody typed, or that a pipe brought."""
        if self._prompt.takes(line):
            self._go_on()
            return
        words = clean(line).strip()
        if not words:
            return
        if self._is_pipe:
            self.say(clean(line), room=LOBBY)
        elif words.casefold() == "/quit" and self._prompt.is_waiting:
            self.show(s.GOODBYE)
            self.input_ended()
        else:
            self._typed.append(line)  # as it is: it may be a password
        self._go_on()

    def input_ended(self) -> None:
        """Leave, after everything that was typed has been said."""
        self._input_ended = True
        if self._client.is_in:
            self._prompt.never_mind()
        if not self._client.is_in and not self._is_pipe:
            self._end_away()
        self._go_on()

    def output_ended(self) -> None:
        """Leave, since nobody reads what is shown. A pipe may have had more to say."""
        if self._is_pipe and not self._input_ended:
            self._end(1, s.NOBODY_READS)
        else:
            self.input_ended()

    def unreadable(self) -> None:
        """Leave out a line whose bytes are no text."""
        self._something_was_refused = True
        self.show(s.UNREADABLE)

    def input_too_long(self) -> None:
        """End at a line that no chat would take."""
        self._end(1, "a line of the input is far too long: the rest was not said")

    def interrupted(self) -> None:
        """End at once, as Ctrl-C wants it; the status is a shell's for that."""
        self._end(130, None)

    def failed(self, words: str) -> None:
        """There is no server, or no way in."""
        self._end(1, words)

    # ------------------------------------------------------------ for commands

    def show(self, *lines: str) -> None:
        """Print lines, made harmless for the terminal."""
        if self.terminal is not None:
            for line in lines:
                self.terminal.show(clean(line))

    def join_failed(self) -> None:
        """Leave out what was typed behind a join that was refused: it was meant for that room."""
        while self._typed and not self._typed[0].strip().startswith("/"):
            line = clean(self._typed.popleft())
            if line.strip().casefold() != "exit":
                self.show(s.NOT_JOINED.format(text=line))
            else:
                self.input_ended()

    def my_rooms(self) -> list[str]:
        """Name the rooms that one is in."""
        return list(self._where.rooms)

    def say(self, text: str, *, room: str = "", to: str = "", action: bool = False) -> None:
        """Say something, now or when there is a connection."""
        if to:
            saying = self._client.whisper(to, text, action=action)
        else:
            saying = self._client.say(room, text, action=action)
        self._start(saying, text)
        if not self._client.is_in and not self._is_pipe:
            self.show(s.WAITING.say(self._client.pending))

    def leave_chat(self, words: str = "") -> None:
        """Leave when everything typed before is said."""
        self._last_words = words
        self.input_ended()

    # ------------------------------------------------------------ what happens

    def _happened(self, event: e.AnyEvent) -> None:
        match event:
            case e.Hello():
                self._greeted(event)
            case e.Connected():
                self._connected(event)
            case e.Disconnected() | e.Retrying():
                self._disconnected(event)
            case e.LoggedIn():
                self._where, self._nick = Whereabouts(), event.name
                self.show(a.LOGGED_IN.format(name=event.name))
            case e.LoggedOut():
                self._logged_out(event)
            case e.Goodbye():
                if not (event.cause == "server stopping" and self._was_stopped):
                    template = s.GOODBYE_CAUSE.get(event.cause, s.GOODBYE)
                    self.show(template.format(why=why(event.words)))
            case e.Joined(mine=True):
                self._where.joins(event.room)
                self.show(*self._showing.event(event))
            case e.Live():
                self.room = self._where.hears(event.room, self.room)
            case e.Renamed(mine=True):
                self._nick = event.new
                self.show(*self._showing.event(event))
            case e.Away() if event.who == self._client.name:
                pass  # who asked for it is told otherwise
            case e.Left(mine=True):
                self.show(*self._showing.event(event))
                self._left(event)
            case e.Members():
                self._members(event)
            case e.Said(mine=True, past=False) | e.Whispered(mine=True) if not self.shows_own:
                pass
            case e.Stopping():
                self._was_stopped = True
                self.show(*self._showing.event(event))
            case _:
                self.show(*self._showing.event(event))

    def _greeted(self, hello: e.Hello) -> None:
        if self._client.was_in:
            return
        if not self._is_pipe:
            self.show(s.GREETING.format(server=hello.server))
            self.show(*(s.MOTD.format(line=line) for line in hello.motd))
        self._door.open(guests=hello.guests, house=hello.house)

    def _logged_out(self, event: e.LoggedOut) -> None:
        """Be at the door: since one wished so, or since the token is no good any more."""
        self._where = Whereabouts()
        if event.wished:
            self.room = LOBBY
            self.show(a.LOGGED_OUT)
            self._door.ask_anew()
        else:
            self.show(a.NO_LONGER.format(name=event.name))
            self._door.ask_again(event.name)

    def _connected(self, event: e.Connected) -> None:
        self._was_stopped = False
        self._where.is_new = not event.again
        self._wait_no_more()
        before, self._nick = self._nick, event.name
        if not event.again:
            self.show(s.WELCOMED.format(name=event.name))
        elif event.name == before:
            self.show(s.WELCOMED_AGAIN)
        else:
            self.show(s.WELCOMED_OTHERWISE.format(name=event.name))

    def _disconnected(self, event: e.Disconnected | e.Retrying) -> None:
        if self._is_over or self._is_leaving:
            return
        self._door.close()
        if isinstance(event, e.Disconnected):
            self._where.rooms.clear()
            self.show(s.LOST)
            if self._input_ended and not self._is_pipe:
                self._end_away()
                return
            if self._is_pipe and self._patience is None:
                self._patience = self._clock.callLater(PATIENCE, self._patience_ends)
            if self._client.pending and not self._is_pipe:
                self.show(s.WAITING.say(self._client.pending))
        self.show(s.TRYING_AGAIN.format(seconds=max(1, round(event.retry))))

    def _left(self, left: e.Left) -> None:
        other = self._where.leaves(left.room)
        if left.room == self.room:
            self._put_out_of = left.room if left.cause != "left" else ""
            self.room = other
            self.show(s.TALKING_IN.format(room=self.room) if self.room else s.NO_ROOM)

    def _members(self, event: e.Members) -> None:
        if self._where.shows_members(event.room):
            self.show(*self._showing.event(event))
            if event.room == self.room != LOBBY:
                self.show(s.TALKING_IN.format(room=self.room))

    # ------------------------------------------------------------ inside

    def _can_do(self) -> bool:
        is_exit = self._typed[0].strip().casefold() == "exit"
        return is_exit or (self._client.was_in and not self._command_runs)

    def _do(self, line: str) -> None:
        line = clean(line)
        words = line.strip()
        if words.casefold() == "exit":
            self._typed.clear()
            self.input_ended()
        elif words.startswith("/") and not words.startswith("//"):
            self._start(self._run_command(words))
        elif self._put_out_of and self.room:  # it was meant for that room
            self.show(MOVED.format(left=self._put_out_of, room=self.room))
        elif may_hold_password(words, self._client.name):
            self.show(a.NOT_SAID.format(words=words.partition(" ")[0] + " …"))
        else:
            self.say(words.removeprefix("/") if words.startswith("//") else line, room=self.room)
        self._put_out_of = ""

    async def _run_command(self, line: str) -> None:
        self._command_runs = True
        try:
            await self._commands.do(line)
        finally:
            self._command_runs = False

    def _start(self, doing: Coroutine[Any, Any, Any], text: str | None = None) -> None:
        """Begin something, and show it if it goes wrong; `text` is what is said by it."""
        self._under_way += 1
        started: Deferred[Any] = Deferred.fromCoroutine(doing)
        started.addErrback(self._went_wrong, text).addBoth(self._finished)

    def _finished(self, failure: Any) -> Any:
        self._under_way -= 1
        self._go_on()
        return failure

    def _went_wrong(self, failure: Any, text: str | None) -> Any:
        error = failure.value
        if text is not None:
            self._something_was_refused = True
        if isinstance(error, RefusedError):
            self.show(s.NOTED.format(line=s.not_done(self._showing.refused(error), error, text)))
        elif isinstance(error, UnknownError):
            self.show(s.PERHAPS.format(text=text))
        elif isinstance(error, DisconnectedError):
            self.show(s.LOST_ANSWER)
        elif not isinstance(error, ClosedError):
            return failure
        return None

    def _go_on(self) -> None:
        """Do what can be done now: what was typed, leave, read more of a pipe."""
        while self._typed and self._can_do() and not self._is_over:
            self._do(self._typed.popleft())
        if self._is_over:
            return
        is_idle = not (self._under_way or self._typed)
        can_leave = self._client.is_in and is_idle and not self._is_leaving
        if self._input_ended and (can_leave or self._prompt.is_waiting):
            self._is_leaving = True
            Deferred.fromCoroutine(self._leave())
        if self._is_pipe and self.terminal is not None:
            if self._client.is_in and self._client.pending < WINDOW:
                self.terminal.release()
            else:
                self.terminal.hold()

    async def _leave(self) -> None:
        await self._client.quit(self._last_words)
        if self._is_pipe and self._something_was_refused:
            self._end(1, "not everything was said: see above")
        else:
            self._end(0, None)

    def _end_away(self) -> None:
        sent, pending = self._client.pending_sent, self._client.pending
        if sent:
            self._end(1, s.LOST_LINES.format(count=pending))
        elif pending:
            self._end(1, s.AWAY_LINES.format(count=pending))
        else:
            self._end(0, None)

    def _patience_ends(self) -> None:
        self._patience = None
        if self._client.pending:
            self._end(1, s.LOST_LINES.format(count=self._client.pending))
        else:
            self._end(1, "the connection was lost")

    def _wait_no_more(self) -> None:
        if self._patience is not None and self._patience.active():
            self._patience.cancel()
        self._patience = None

    def _end(self, status: int, words: str | None) -> None:
        if not self._is_over:
            self._is_over = True
            self._wait_no_more()
            self._finish(status, None if words is None else clean(words))
