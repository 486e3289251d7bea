"""One connection, whatever its wire."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, cast

from twisted.logger import Logger

from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.concerns import changes_state, is_reading, is_reply
from twistchat.core.names import fold
from twistchat.engine import Committed, Entry
from twistchat.gate import Gate, Request
from twistchat.login import IPerson, refusal
from twistchat.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.cred.credentials import ICredentials
    from twisted.cred.portal import Portal
    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twistchat.core.chat import Chat
    from twistchat.core.model import User
    from twistchat.engine import Label
    from twistchat.limitlog import LimitLog
    from twistchat.login import Names, Person
    from twistchat.pipeline import Pipeline
    from twistchat.replay import Replay
    from twistchat.telling.fanout import Fanout, Listener
    from twistchat.telling.ignores import Ignores
    from twistchat.telling.outlet import Outlet
    from twistchat.wire import Input, WireFormat

log = Logger()


class State(Enum):
    """How far a session has come."""

    DOOR = "at the door"
    IN = "in"
    LEAVING = "leaving"
    GONE = "gone"


class Session:
    """One connection, whatever its wire: what it asks, and what it is told.

    A session begins at the door, is in once it has a name, and ends in one of two ways. *Leaving*
    is decided here, but not told yet: further input is ignored, and the connection is closed when
    its own `Goodbye` comes through the pipeline, after everything that it said. *Gone* is a
    connection that was lost: it is told nothing more, and its departure follows in order.

    This is the only holder of Deferreds on the way of a line. While it waits for one (a name to
    be claimed, its own topic to be committed, room in the engine), it holds its input.
    """

    def __init__(
        self,
        *,
        chat: Chat,
        pipeline: Pipeline,
        fanout: Fanout,
        history: Replay,
        limit_log: LimitLog,
        portal: Portal,
        names: Names,
        clock: IReactorTime,
        wire: str,
        wire_format: WireFormat,
        outlet: Outlet,
        source: Input,
        address: str,
        number: int,
        on_end: Callable[[Session], None],
    ) -> None:
        self.wire = wire
        self.address = address
        self.number = number
        self.since = chat.now()
        self.user: User | None = None
        self.state = State.DOOR
        self.format = wire_format
        self.outlet = outlet
        self.echo = True
        """Whether it is told what it says as everybody is."""
        self.replay = chat.limits.replay
        """How many lines of a room's history it is told on joining."""
        self._chat = chat
        self._pipeline = pipeline
        self._fanout = fanout
        self._history = history
        self._limit_log = limit_log
        self._portal = portal
        self._names = names
        self._gate = Gate(source, self._take)
        self._on_end = on_end
        self.is_stopping = False
        """Whether whatever it asks is refused, since the server stops."""
        self._log_out: Callable[[], None] | None = None
        self._clock = clock
        self._door: IDelayedCall | None = clock.callLater(chat.limits.name_time, self._no_name)
        self.throttle = Throttle(
            clock=clock,
            limits=chat.limits,
            hold=self._gate.hold,
            release=self._gate.release,
            slowed=self._is_slowed,
        )
        """Its front end tells it of each line that was read."""

    @property
    def name(self) -> str:
        """The nickname, empty at the door."""
        return self.user.name if self.user else ""

    # ------------------------------------------------------------ at the door

    def log_in(self, credentials: ICredentials, room: str | None) -> None:
        """Come in with these credentials, and enter a room.

        Why not, if so, is told to this session, which stays at the door.
        """
        if self.state is not State.DOOR:
            return
        self._gate.hold()
        entering = self._portal.login(credentials, self, IPerson)
        entering.addCallbacks(
            lambda entered: self._enter(cast("Person", entered[1]), entered[2], room),
            lambda failure: self.answer(refusal(failure)),
        )
        entering.addErrback(lambda failure: log.failure("logging in failed", failure))
        entering.addBoth(lambda _: self._gate.release())

    def _enter(self, person: Person, log_out: Callable[[], None], room: str | None) -> None:
        if self.state is not State.DOOR:  # it hung up while its name was being claimed
            log_out()
            return
        self._cancel_door()
        user = person.user
        self.state, self.user, self._log_out = State.IN, user, log_out
        self._fanout.attach(self, user.id)
        log.info(
            "{name} came in from {address} by {wire}",
            name=user.name,
            address=self.address,
            wire=self.wire,
        )
        items = list(self._chat.enter(user))
        if room is not None:
            joined = self._chat.perform(user, c.Join(room))
            items.extend([joined] if isinstance(joined, e.Refused) else joined)
        self._submit(items)

    def _no_name(self) -> None:
        self._door = None
        self.bitten_by("name-time")
        self._leave_door(e.Cause.NO_NAME)

    def _leave_door(self, cause: e.Cause) -> None:
        goodbye = Committed(e.Goodbye(cause))
        self.turn_away(self.format.encode_reply(goodbye, self.name))

    def turn_away(self, last: bytes) -> None:
        """Let somebody go who has not come in, with these last words."""
        if self.state is State.DOOR:
            self._cancel_door()
            self.state = State.LEAVING
            self.outlet.put(last)
            self.outlet.close()

    def _cancel_door(self) -> None:
        if self._door is not None:
            self._door.cancel()
            self._door = None

    # ------------------------------------------------------------ what it asks

    def receive(
        self,
        command: c.Command,
        label: Label | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Take a command in, after those before it.

        `then` is called when it is performed or refused, which is later if something is waited for.
        """
        if self._gate.is_open:
            self._take(command, label, then)
        else:
            self._gate.wait(Request(command, label, then))

    def _take(
        self, command: c.Command, label: Label | None, then: Callable[[], None] | None
    ) -> None:
        if self.state in (State.LEAVING, State.GONE):
            return
        if self.is_stopping:
            # It would stand behind the goodbye that is under way: said at once, in no order.
            self._put_reply(e.Refused(e.Refusal.STOPPING), label)
        elif self.user is None:
            if isinstance(command, c.Quit):
                self._leave_door(e.Cause.LEFT)
        elif isinstance(command, c.Rename):
            self._rename(self.user, command.name, label)
        else:
            self._perform(self.user, command, label)
        if then is not None:
            then()

    def answer(self, reply: e.Reply, label: Label | None = None) -> None:
        """Tell this session something after all that it was told before."""
        if self.state is State.IN:
            self._submit([reply], label)
        elif self.state is State.DOOR:
            self._put_reply(reply, label)

    def _is_slowed(self) -> None:
        self.answer(e.Slowed(self._chat.limits.rate))
        self.bitten_by("rate")

    def bitten_by(self, limit: str) -> None:
        """Tell the operator that it has run into a limit; it is told in words by itself."""
        self._limit_log.bit(limit, self.described)

    @property
    def described(self) -> str:
        """Who this is, for the operator."""
        return f"{self.name or 'somebody at the door'} ({self.address})"

    def person(self, name: str) -> User | None:
        """Find who bears a name now."""
        return self._chat.person(name)

    @property
    def ignores(self) -> Ignores[Listener]:
        """Whom this session and the others ignore."""
        return self._fanout.ignores

    def set_format(self, wire_format: WireFormat) -> None:
        """Write to it in another way from now on."""
        self.format = wire_format

    def _perform(self, user: User, command: c.Command, label: Label | None) -> bool:
        """Do what it asks; whether it was not refused."""
        try:
            decided = self._chat.perform(user, command)
        except Exception:  # an extension's, most likely: its fault is not to cost the connection
            log.failure("a command failed: {command}", command=type(command).__name__)
            decided = e.Refused(e.Refusal.FAULT)
        if isinstance(decided, e.Refused):
            if (limit := e.LIMITS_BITTEN.get(decided.code)) is not None:
                self.bitten_by(limit)
            self._submit([decided], label)
            return False
        if isinstance(command, c.Quit):
            self._departed(user, e.Cause.LEFT)
        for item in decided:
            if changes_state(item):
                self._gate.hold()  # until it is `settled`
            elif is_reading(item):
                self._gate.hold()  # until it is told: one at a time, since each may be large
        self._submit(decided, label)
        return True

    def _rename(self, user: User, typed: str, label: Label | None) -> None:
        old = user.name

        def claimed(name: str) -> None:
            if self.state is not State.IN:
                self._names.release(name, user.id)
                return
            is_renamed = self._perform(user, c.Rename(name), label)
            if fold(old) != fold(name):
                self._names.release(old if is_renamed else name, user.id)

        self._gate.hold()
        claiming = self._names.claim(typed, user.id)
        claiming.addCallbacks(claimed, lambda failure: self.answer(refusal(failure), label))
        claiming.addErrback(lambda failure: log.failure("renaming failed", failure))
        claiming.addBoth(lambda _: self._gate.release())

    def _submit(self, items: Sequence[e.Item], label: Label | None = None) -> None:
        self._pipeline.submit([Entry(item, self, label, self.echo) for item in items])
        if self.state is not State.IN:
            return
        if self._pipeline.full:
            self.bitten_by("uncommitted")
            self._gate.hold()
            self._pipeline.when_room(self._gate.release)
        if self.outlet.is_behind:
            # Else who does not read could ask for more and more answers.
            self._gate.hold()
            self.outlet.when_relieved(self._gate.release)

    def settled(self) -> None:
        """Its change of durable state is committed or refused. Called by the pipeline."""
        self._gate.release()

    # ------------------------------------------------------------ what it is told

    def put(self, data: bytes) -> None:
        """Send bytes that many share. Called by Fanout."""
        self.outlet.put(data)

    def tell(self, batch: Sequence[tuple[Committed, bytes]]) -> None:
        """Send what this session alone is told this turn. Called by Fanout."""
        pieces: list[bytes] = []
        for committed, encoded in batch:
            item, data = committed.item, encoded
            if is_reading(item):
                told = self._history.tell(self, item, committed, pieces)
                told.addBoth(lambda _: self._gate.release())
                continue
            is_own = self.user is not None and getattr(item, "user", None) == self.user.id
            if isinstance(item, e.Joined) and is_own and committed.number and self.replay:
                # What was said before one came is told before one's own coming.
                opened = e.HistoryOpened(item.room, self.replay)
                self._history.tell(self, opened, committed, pieces)
            if is_reply(item):
                data = self.format.encode_reply(committed, self.name)
            pieces.append(data)
            if isinstance(item, e.Goodbye | e.Stopping):
                self.put(self.format.pack(pieces))
                self._say_goodbye()
                return
        self.put(self.format.pack(pieces))

    def _put_reply(self, reply: e.Reply, label: Label | None = None) -> None:
        """Tell it something beside the pipeline: at the door, or when nothing more comes."""
        self.outlet.put(self.format.encode_reply(Committed(reply, label=label), self.name))

    def hears(self, item: e.Item) -> bool:
        """Whether it wants to be told this. Called by the replay."""
        return not self._fanout.is_deaf(self, item)

    # ------------------------------------------------------------ the end

    def ended(self, cause: e.Cause) -> None:
        """The connection is lost. Called by its protocol, once."""
        self._cancel_door()
        self.throttle.stop()
        self._fanout.detach(self)
        self.outlet.lost()
        self._gate.close()
        self._depart(cause)
        self.state = State.GONE
        self._on_end(self)

    def overflowed(self, limit: str) -> None:
        """Drop a reader that does not read, as a limit says. Called by the outlet."""
        self.bitten_by(limit)
        self._cancel_door()
        self._fanout.detach(self)
        last = Committed(e.Goodbye(e.Cause.TOO_SLOW))
        self._depart(e.Cause.TOO_SLOW)
        self.state = State.LEAVING
        self.outlet.abandon(self.format.encode_reply(last, self.name))

    def stop(self) -> None:
        """Take nothing in any more. Who is at the door goes; others are told by `Stopping`.

        What was read already, or waits to be, is answered as not sent: so it is no longer paced.
        """
        self.is_stopping = True
        self.throttle.lift()
        self._gate.lift()
        if self.state is State.DOOR:
            self._leave_door(e.Cause.STOPPING)

    def _depart(self, cause: e.Cause) -> None:
        """Depart without having asked to."""
        if self.user is not None and self.state is State.IN:
            items = self._chat.depart(self.user, cause)
            self._departed(self.user, cause)
            self._submit(items)

    def _departed(self, user: User, cause: e.Cause) -> None:
        """Follow Chat, where this person is gone already."""
        self.state = State.LEAVING
        log.info("{name} is gone: {cause}", name=user.name, cause=str(cause))
        if self._log_out is not None:
            self._log_out()
            self._log_out = None

    def _say_goodbye(self) -> None:
        """Its last words are told: close."""
        self._fanout.detach(self)
        self._depart(e.Cause.STOPPING)  # if it was not its own wish
        self.outlet.close()
