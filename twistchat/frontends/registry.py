"""The connected clients of all wires, and what they share."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from sys import intern
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from twistchat.core.events import Cause, Goodbye, Moderated, Refusal, Refused, Reply, Stopping
from twistchat.core.law import ADDRESS, Deed
from twistchat.core.names import fold
from twistchat.core.rights import sanctioned
from twistchat.counts import Counts
from twistchat.engine import Committed
from twistchat.frontends.callers import Callers, Handshakes, Paces, Readers, network_of
from twistchat.frontends.peer import address_of, own_address_of
from twistchat.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twisted.internet.interfaces import IReactorTime, ITransport

    from twistchat.core.chat import Chat
    from twistchat.core.law import Sanction
    from twistchat.core.limits import Limits
    from twistchat.core.model import User
    from twistchat.engine import Label
    from twistchat.frontends.lines import LineInput
    from twistchat.frontends.place import Place
    from twistchat.limitlog import LimitLog
    from twistchat.pipeline import Pipeline
    from twistchat.session.desk import Desk
    from twistchat.session.entrance import Entrance
    from twistchat.session.markers import Markers
    from twistchat.session.replay import Replay
    from twistchat.session.wayback import WayBack
    from twistchat.telling.fanout import Fanout
    from twistchat.wire import Input, WireFormat

log = Logger()

OF_A_BROWSER = 6
"""Connections that a browser opens to one server, to read its page."""

SPARE = 32
"""Connections of those that there are even where there is no room: they are told so by the page."""

TOLD_AT_ONCE = 64
"""Connections that are turned away with a word at the same time; more are closed without one."""


class Told(Protocol):
    """What an operator is told of what was asked of the server."""

    @property
    def status(self) -> int:
        """0: it is done."""

    def lines(self) -> Sequence[str]:
        """Write it for people."""

    def data(self) -> Any:
        """Write it for programs."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """What everybody is shown on connecting."""

    server: str = "twistchat"
    """How this chat calls itself."""
    motd: tuple[str, ...] = ()
    """The message of the day, a line each."""


class Registry:
    """Makes a session for each connection, and knows all that are connected.

    Every factory of every wire is given the same one.
    """

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
        markers: Markers,
        way_back: Callable[[], WayBack],
        clock: IReactorTime,
        greeting: Greeting,
        languages: Mapping[str, Callable[[Session, LineInput, Registry], None]],
        counts: Counts | None = None,
    ) -> None:
        self.clock = clock
        self.languages = languages
        """What a connection of lines may change to (`LineInput.speak`), by its name."""
        self.greeting = greeting
        self.counts = counts or Counts()
        """What the wires have heard, and why their connections ended."""
        self.office: Callable[[str, User], Deferred[Any]] | None = None
        """Does what operators in the chat ask of the server, if anybody does; fires with `Told`."""
        self.is_draining = False
        """Whether nobody new is let in; whoever is here goes on."""
        self.extensions = tuple(chat.extensions.values())
        self._chat = chat
        self._pipeline = pipeline
        self._fanout = fanout
        self._history = history
        self._limit_log = limit_log
        self._callers = Callers(clock, chat.limits)
        self._handshakes = Handshakes()
        self._visits = Handshakes(OF_A_BROWSER)
        self._paces = Paces(clock)
        self._visitors: set[Callable[[], None]] = set()
        self.readers = Readers(clock)
        """From where the page was asked for lately."""
        self._entrance = entrance
        self.desk = desk
        """Takes passwords, on every wire."""
        self.markers = markers
        """Notes up to where people with accounts have read."""
        self._way_back = way_back
        self._sessions: dict[int, Session] = {}
        self._turned_away: set[Session] = set()
        self._last_number = 0
        self._stopping = False
        self._empty: Deferred[None] | None = None

    @property
    def place(self) -> Place:
        """Who is here, and which rooms there are."""
        return self._chat

    def watch(self, watcher: Callable[[Committed], None]) -> None:
        """Call this with whatever is told and not kept: presence, and answers, in their order."""
        self._pipeline.watch(watcher)

    def watch_kept(self, watcher: Callable[[Committed], None]) -> None:
        """Call this with whatever else is kept, but for what is said in rooms."""
        self._pipeline.follow(watcher)

    @property
    def limits(self) -> Limits:
        """How much is too much, as it holds now."""
        return self._chat.limits

    def change_limits(self, limits: Limits) -> None:
        """Let other limits hold, from when on `changes.takes_effect` says."""
        self._chat.change_limits(limits)
        self._callers.change_limits(limits)
        self.desk.change_limits(limits)

    def operate(
        self,
        session: Session,
        command: str,
        tell: Callable[[Told], None],
        label: Label | None = None,
    ) -> None:
        """Do what an operator in the chat asks of the server; others are refused.

        Until `tell` is called with the answer the session is heard no further.
        """
        user = session.user
        if user is None or not user.operator:
            session.answer(Refused(Refusal.OPERATORS_ONLY), label)
            return
        if self.office is None:
            session.answer(Refused(Refusal.NO_SUCH_COMMAND, "server"), label)
            return
        session.hold()
        doing = self.office(command, user).addCallback(tell)
        doing.addErrback(lambda failure: log.failure("an operator's command failed", failure))
        doing.addBoth(lambda _: session.release())

    @property
    def sessions(self) -> Sequence[Session]:
        """Everybody who is connected, in the order of connecting; some still at the door."""
        return list(self._sessions.values())

    @property
    def people(self) -> Sequence[Session]:
        """The sessions of those who have a name."""
        return [session for session in self._sessions.values() if session.user is not None]

    def sessions_of(self, user: User) -> Sequence[Session]:
        """Find the connections over which somebody acts."""
        return [each for each in self._fanout.others(user.id) if isinstance(each, Session)]

    def find(self, who: str) -> Session | None:
        """Find a session by its number or by its nickname."""
        if who.isdecimal():
            return self._sessions.get(int(who))
        wanted = fold(who)
        return next((s for s in self.people if fold(s.name) == wanted), None)

    def open(
        self,
        transport: ITransport,
        *,
        wire: str,
        wire_format: WireFormat,
        source: Input,
        address: str = "",
    ) -> Session:
        """Make the session of a new connection; `address` is its other end's, if that is known.

        If there may not be another one it is told why, and is `State.LEAVING` already.
        """
        # Many share these.
        address = intern(address or address_of(transport))
        here = intern(own_address_of(transport))
        why_not = self._why_not(address, here)
        self._last_number += 1
        session = self._sessions[self._last_number] = Session(
            chat=self._chat,
            pipeline=self._pipeline,
            fanout=self._fanout,
            history=self._history,
            limit_log=self._limit_log,
            entrance=self._entrance,
            desk=self.desk,
            way_back=self._way_back(),
            clock=self.clock,
            wire=wire,
            wire_format=wire_format,
            transport=transport,
            source=source,
            address=address,
            network=intern(network_of(address, here)[0]),
            reached=here,
            number=self._last_number,
            on_end=self._ended,
        )
        if why_not is not None:
            # A session like any other until it is closed: with TLS that can take a while.
            self._turned_away.add(session)
            if len(self._turned_away) > TOLD_AT_ONCE:
                session.outlet.abort()
            session.turn_away(wire_format.encode_reply(Committed(why_not), ""))
        return session

    def _why_not(self, address: str, here: str) -> Reply | None:
        """Why nobody can come in from there now; None if somebody can, who is then counted."""
        if self._stopping:
            return Goodbye(Cause.STOPPING)
        if self.is_draining:
            return Refused(Refusal.DRAINING)
        connected = len(self._sessions) - len(self._turned_away)
        if (ban := self._banned(address)) is not None:
            return sanctioned(Refusal.BANNED, "", ban)
        if connected >= self.limits.clients:
            self._limit_log.bit("clients", address)
            return Refused(Refusal.FULL, hint=str(connected))
        bitten = self._callers.admit(address, here)
        if bitten is None:
            return None
        self._limit_log.bit(bitten.limit, address)
        return bitten.refused

    def admit_handshake(self, address: str, here: str) -> Callable[[], None] | None:
        """Count a handshake that begins; return what is called when it is over.

        None if there may not be another one from there: nobody can be told why before it is over.
        """
        if self._stopping or self._banned(address) is not None:
            return None
        return self._admit(self._handshakes, address, here, spare=0)

    def admit_visit(
        self, address: str, here: str, leave: Callable[[], None]
    ) -> Callable[[], None] | None:
        """Count a connection over which a page is read; return what is called when it is over.

        None if there may not be another one from there. `leave` is called when the server stops.
        """
        self.readers.note(address)
        if self._stopping or self._banned(address) is not None:
            return None
        over = self._admit(self._visits, address, here, spare=SPARE)
        if over is None:
            return None
        self._visitors.add(leave)

        def left() -> None:
            self._visitors.discard(leave)
            over()

        return left

    def pace_visit(self, address: str, here: str) -> Callable[[], float]:
        """Begin to count what is asked over a connection over which a page is read.

        What is returned counts a question, and tells for how many seconds none is to be read.
        """
        asked = self._paces.begin(address, here, self.limits)

        def ask() -> float:
            wait = asked()
            if wait:
                self._limit_log.bit("rate", address)
            return wait

        return ask

    def _admit(
        self, those: Handshakes, address: str, here: str, *, spare: int
    ) -> Callable[[], None] | None:
        bitten: str | None = "clients"
        known = len(self._sessions) + len(self._handshakes) + len(self._visits)
        if known < self.limits.clients or len(those) < spare:
            bitten = those.admit(address, here, self.limits)
        if bitten is None:
            return lambda: those.gone(address, here)
        self._limit_log.bit(bitten, address)
        return None

    def _banned(self, address: str) -> Sanction | None:
        """Find what keeps out whoever comes from an address."""
        bans = self._chat.address_bans()
        if not bans:
            return None
        try:
            ip = ip_address(address.partition("%")[0])
        except ValueError:  # a UNIX socket
            return None
        return next((ban for ban in bans if ip in ip_network(ban.to)), None)

    def follow(self, committed: Committed) -> None:
        """Close the connections from an address that was banned. Called by the pipeline."""
        item = committed.item
        if isinstance(item, Moderated) and item.deed is Deed.BAN and item.to_user == ADDRESS:
            for session in self.sessions:
                if self._banned(session.address) is not None:
                    session.drop(Cause.BANNED)

    def say_goodbye(self, words: str) -> None:
        """Let nobody in any more, and tell everybody, in order, that the server stops."""
        self._stopping = True
        for leave in list(self._visitors):
            leave()
        for session in self.sessions:
            session.stop()
        self._pipeline.submit([Stopping(words, self._chat.now())])

    def wait_until_empty(self) -> Deferred[None]:
        """Fire when the last connection is closed."""
        if not self._sessions:
            return succeed(None)
        self._empty = Deferred()
        return self._empty

    def abort_all(self) -> None:
        """Close what is still open, whatever it has not read."""
        for session in self.sessions:
            session.outlet.abort()

    def _ended(self, session: Session, cause: Cause) -> None:
        self._sessions.pop(session.number, None)
        if session in self._turned_away:
            self._turned_away.discard(session)
        else:
            self._callers.gone(session.address, session.reached)
            self.counts.drops[cause] += 1
        if not self._sessions and self._empty is not None:
            empty, self._empty = self._empty, None
            empty.callback(None)
