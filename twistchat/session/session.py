"""One connection, whatever its wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.logger import Logger

from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.engine import Committed
from twistchat.session.deadline import Deadline
from twistchat.session.departure import Departure
from twistchat.session.gate import Gate, Request
from twistchat.session.performing import Performing
from twistchat.session.state import State
from twistchat.session.telling import Telling
from twistchat.session.throttle import Throttle
from twistchat.telling.outlet import outlet_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime, ITransport

    from twistchat.core.chat import Chat
    from twistchat.core.limits import Limits
    from twistchat.core.model import User
    from twistchat.engine import Label
    from twistchat.limitlog import LimitLog
    from twistchat.pipeline import Pipeline
    from twistchat.session.coming import Coming
    from twistchat.session.desk import Desk
    from twistchat.session.entrance import Entrance
    from twistchat.session.replay import Replay
    from twistchat.session.wayback import WayBack
    from twistchat.telling.fanout import Fanout, Listener
    from twistchat.telling.ignores import Ignores
    from twistchat.telling.specials import Part
    from twistchat.wire import Input, WireFormat

log = Logger()


class Session:
    """One connection, whatever its wire: what it asks, and what it is told.

    A session begins at the door, is in once it has a name, and ends in one of two ways. *Leaving*
    is decided here, but not told yet: further input is ignored, and the connection is closed when
    its own `Goodbye` comes through the pipeline, after everything that it said. *Gone* is a
    connection that was lost: it is told nothing more, and its departure follows in order.

    While it waits for something (a name to be claimed, its own topic to be committed, room in the
    engine), it holds its input.
    """

    __slots__ = (
        "_chat", "_departure", "_door", "_entrance", "_fanout", "_gate", "_limit_log", "_on_end",
        "_performing", "_pipeline", "_telling", "address", "desk", "echo", "format",
        "has_house_password", "is_stopping", "network", "number", "outlet", "perform", "put",
        "reached", "reading", "since", "state", "throttle", "user", "way_back", "wire",
    )  # fmt: skip

    def __init__(
        self,
        *,
        chat: Chat,
        pipeline: Pipeline,
        fanout: Fanout,
        history: Replay,
        limit_log: LimitLog,
        entrance: Entrance,
        desk: Desk,
        way_back: WayBack,
        clock: IReactorTime,
        wire: str,
        wire_format: WireFormat,
        transport: ITransport,
        source: Input,
        address: str,
        network: str,
        reached: str,
        number: int,
        on_end: Callable[[Session, e.Cause], None],
    ) -> None:
        self.wire = wire
        self.address = address
        """Where it comes from, and (`reached`) which address of ours it has called."""
        self.reached = reached
        self.number = number
        self.since = chat.now()
        self.user: User | None = None
        self.state = State.DOOR
        self.format = wire_format
        self.outlet = outlet_of(
            transport, clock=clock, limits=chat.limits, overflowed=self.overflowed
        )
        self.put = self.outlet.put
        """Sends bytes that many share. Called by Fanout."""
        self.reading: Deferred[bytes] | None = None
        """What is being read for it of the past, if anything."""
        self.desk = desk
        """Takes its passwords."""
        self.network = network
        """What counts as one address, of those that it comes from."""
        self.has_house_password = False
        """Whether it has shown the password of the house."""
        self.echo = True
        """Whether it is told what it says as everybody is."""
        self.way_back = way_back
        """How its person may come back."""
        self._chat = chat
        self._pipeline = pipeline
        self._fanout = fanout
        self._limit_log = limit_log
        self._entrance = entrance
        self._gate = Gate(source, self._take)
        self._departure = Departure(self, listener=self, chat=chat, fanout=fanout)
        self._performing = Performing(
            self, chat=chat, fanout=fanout, gate=self._gate, departure=self._departure
        )
        self.perform = self._performing.perform
        """Does what its person asks."""
        self._telling = Telling(self, history=history, gate=self._gate)
        self._on_end = on_end
        self.is_stopping = False
        """Whether whatever it asks is refused, since the server stops."""
        self._door = Deadline(clock, chat.limits.name_time, self._no_name)
        self._door.set()
        self.throttle = Throttle(self, clock=clock, limits=chat.limits)
        """Its front end tells it of each line that was read."""

    @property
    def is_in(self) -> bool:
        """Whether its person acts over it."""
        return self.state is State.IN

    @property
    def name(self) -> str:
        """The nickname, empty at the door."""
        return self.user.name if self.user else ""

    # ------------------------------------------------------------ at the door

    def log_in(self, coming: Coming) -> None:
        """Come in; see `Entrance.log_in`."""
        self._entrance.log_in(self, coming)

    def resume(self, token: str) -> None:
        """Be who one was, where one was; see `Entrance.resume`."""
        self._entrance.resume(self, token)

    def comes_in(
        self,
        user: User,
        log_out: Callable[[], None],
        items: Sequence[e.Item],
        label: Label | None,
    ) -> None:
        """Be a person from now on. Called by the entrance."""
        self._door.meet()
        self.state, self.user = State.IN, user
        self.way_back.came_in(log_out)
        self._fanout.attach(self, user.id, is_coming=True)
        log.info(
            "{name} came in from {address} by {wire}",
            name=user.name, address=self.address, wire=self.wire,
        )  # fmt: skip
        self._performing.hold_for(items)
        self.submit(items, label)

    def speaks(self, wire: str, wire_format: WireFormat) -> None:
        """Be a program from now on, which speaks this; whoever is in is told anew where."""
        self.wire, self.format = wire, wire_format
        self.way_back.is_told_on_coming = True
        if self.user is not None:
            self.way_back.is_told = True
            self.submit(self._entrance.anew(self.user))

    def settle(self) -> Deferred[None]:
        """Fire when all that it asked before is told; see `Telling.settle`."""
        return self._telling.settle()

    def steps_out(self) -> None:
        """Be nobody again, as before it came in. Called by the entrance."""
        self._departure.depart(e.Cause.LEFT, has_quit=True)
        self._fanout.detach(self)
        self.state, self.user = State.DOOR, None
        self._door.set()

    def replaced(self) -> None:
        """Somebody goes on over another connection in its place. Called by the entrance."""
        log.info("{name} goes on over another connection", name=self.name)
        self._fanout.detach(self)
        if self.user is not None:
            self.way_back.replaced(self.user)
        self._abandon(e.Cause.RESUMED)

    def _no_name(self) -> None:
        self.bitten_by("name-time")
        self._leave_door(e.Cause.NO_NAME)

    def _leave_door(self, cause: e.Cause, label: Label | None = None) -> None:
        self._departure.depart(cause)
        self.turn_away(self.written(Committed(e.Goodbye(cause), label=label)))

    def turn_away(self, last: bytes) -> None:
        """Let somebody go who has not come in, with these last words."""
        if self.state is State.DOOR:
            self.state = State.LEAVING
            self._door.meet()
            self.put(last)
            self.outlet.close()

    # ------------------------------------------------------------ what it asks

    def hold(self) -> None:
        """Take in nothing more for now. Called by who lets it wait for something."""
        self._gate.hold()

    def release(self) -> None:
        """Go on taking in."""
        self._gate.release()

    def settled(self, outcome: e.Item) -> None:
        """Go on: a change that it has asked for is committed or refused."""
        self._gate.release()

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

    def when_free(self, then: Callable[[], None]) -> None:
        """Call this when its input is held no longer, after what has come in before."""
        if self._gate.is_open:
            then()
        else:
            self._gate.wait(Request(None, None, then))

    def _take(
        self, command: c.Command | None, label: Label | None, then: Callable[[], None] | None
    ) -> None:
        if self.state in (State.LEAVING, State.GONE):
            return
        if command is None:
            pass
        elif self.is_stopping:
            # It would stand behind the goodbye that is under way: said at once, in no order.
            self._put_reply(e.Refused(e.Refusal.STOPPING), label)
        elif self.user is None:
            if isinstance(command, c.Quit):
                self._leave_door(e.Cause.LEFT, label)
        elif isinstance(command, c.Rename):
            self._entrance.rename(self, self.user, command.name, label)
        else:
            self.perform(self.user, command, label)
        if then is not None:
            then()

    def answer(self, reply: e.Reply, label: Label | None = None) -> None:
        """Tell this session something after all that it was told before."""
        if self.state is State.IN:
            self.submit([reply], label)
        elif self.state is State.DOOR:
            self._put_reply(reply, label)

    def slowed(self, rate: float) -> None:
        """It is read at a pace from now on. Called by its throttle."""
        self.answer(e.Slowed(rate))
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
    def limits(self) -> Limits:
        """How much is too much now; what is measured all the time was fixed when it connected."""
        return self._chat.limits

    @property
    def ignores(self) -> Ignores[Listener]:
        """Whom this session and the others ignore."""
        return self._fanout.ignores

    def submit(self, items: Sequence[e.Item], label: Label | None = None) -> None:
        """Put items into the one order, as what follows from what it asks."""
        self._pipeline.submit(items, self, label, echo=self.echo)
        if self.state is not State.IN:
            return
        if self._pipeline.full:
            self.bitten_by("uncommitted")
            self._gate.hold_until(self._pipeline.when_room)
        if self.outlet.is_behind:
            # Else who does not read could ask for more and more answers.
            self._gate.hold_until(self.outlet.when_relieved)

    # ------------------------------------------------------------ what it is told

    def tell(self, parts: Iterable[Part]) -> None:
        """Send what this session alone is told. Called by Fanout, once a turn."""
        self._telling.tell(parts)

    def _put_reply(self, reply: e.Reply, label: Label | None = None) -> None:
        """Tell it something beside the pipeline: at the door, or when nothing more comes."""
        self.outlet.put(self.written(Committed(reply, label=label)))

    def written(self, committed: Committed) -> bytes:
        """Write an answer, as it is read over this connection."""
        return self.format.encode_reply(committed, self._telling.name)

    def hears(self, item: e.Item) -> bool:
        """Whether it wants to be told this. Called by the replay."""
        return not self._fanout.is_deaf(self, item)

    # ------------------------------------------------------------ the end

    def ended(self, cause: e.Cause) -> None:
        """The connection is lost. Called by its protocol, once."""
        self._door.meet()
        self.throttle.stop()
        self._fanout.detach(self)
        self._gate.close()
        self._departure.depart(cause)  # with what was not sent yet
        self.outlet.lost()
        self.state = State.GONE
        self._on_end(self, self._departure.cause or cause)

    def overflowed(self, limit: str) -> None:
        """Drop a reader that does not read, as a limit says. Called by the outlet."""
        self.bitten_by(limit)
        self.drop(e.Cause.TOO_SLOW)

    def put_out(self, cause: e.Cause, label: Label | None = None, words: str = "") -> None:
        """End this connection; see `Departure.put_out`."""
        self._departure.put_out(cause, label, words)

    def drop(self, cause: e.Cause) -> None:
        """End a connection that is no good any more, whatever waits to be sent."""
        self._door.meet()
        self._fanout.detach(self)
        self._departure.depart(cause)
        self._abandon(cause)

    def _abandon(self, cause: e.Cause) -> None:
        self.state, self._departure.cause = State.LEAVING, cause
        self.outlet.abandon(self.written(Committed(e.Goodbye(cause))))

    def stop(self) -> None:
        """Take nothing in any more. Who is at the door goes; others are told by `Stopping`.

        What was read already, or waits to be, is answered as not sent: so it is no longer paced.
        """
        self.is_stopping = True
        self.throttle.lift()
        self._gate.lift()
        if self.state is State.DOOR:
            self._leave_door(e.Cause.STOPPING)

    def goes(self, goodbye: e.Goodbye, place: Committed) -> None:
        """Tell its last words, and close. Called by who tells it."""
        self._departure.say_goodbye(goodbye, place)
        self.ends()

    def ends(self) -> None:
        """Its last words are told, or will be: close."""
        self._fanout.detach(self)
        self._departure.depart(e.Cause.STOPPING)  # if it was not its own wish
        self.outlet.close()
