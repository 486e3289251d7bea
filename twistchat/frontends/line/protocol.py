"""People on nc and telnet, a line at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.protocol import Factory, connectionDone

from twistchat.core.events import Noted
from twistchat.core.text import clean
from twistchat.frontends.line.dialect import Dialect
from twistchat.frontends.line.dialog import LineDialog
from twistchat.frontends.line.format import LineFormat
from twistchat.frontends.line.telnet import TelnetFilter
from twistchat.frontends.lines import LineInput
from twistchat.frontends.recognising import recognise_late

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from twisted.internet.interfaces import IAddress, IDelayedCall
    from twisted.python.failure import Failure

    from twistchat.frontends.registry import Registry, Told
    from twistchat.session import Session


class ChatProtocol(LineInput):
    """Somebody on nc, telnet or any program that sends lines.

    The life of a connection: after a moment it gets a session, is greeted and asked for a name
    (`greets`); each line is first a name, then something said or a command
    (`lineReceived`), of which its `LineDialog` makes what the session is asked;
    what the session is told is written to the transport by its outlet. `/json` makes it a
    connection of another language (`LineInput.speak`), and so does a first line in one of those
    that it `guesses`.
    """

    __slots__ = ("_dialect", "_guesses", "_hint", "_line_format", "_people", "_telnet")

    def __init__(
        self,
        *,
        registry: Registry,
        dialect: Dialect,
        wire_format: LineFormat,
        guesses: Collection[str] = (),
    ) -> None:
        super().__init__(registry, wire="line", wire_format=wire_format)
        self._guesses = guesses
        self._dialect = dialect
        self._line_format = wire_format
        self._telnet = TelnetFilter()
        self._people: LineDialog | None = None
        self._hint: IDelayedCall | None = None

    def filtered(self, data: bytes) -> bytes:
        """Take telnet's commands out. Called with what has come."""
        data = self._telnet.feed(data)
        if self._telnet.answers and self.session is not None:
            self.session.put(bytes(self._telnet.answers))
            self._telnet.answers.clear()
        if data and self._people is not None and not self._people.has_heard:
            self._watch_for_enter(self._people, data)
        return data

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Be gone."""
        self._cancel_hint()
        super().connectionLost(reason)

    # ------------------------------------------------------------ inside

    def greets(self, session: Session) -> None:
        """Greet somebody and ask for a name."""
        self._people = LineDialog(
            session=session,
            dialect=self._dialect,
            limits=self._limits,
            wire_format=self._line_format,
            connection=self,
        )
        self.speak(self._people)
        greeting = self._registry.greeting
        lines = self._people.greets(greeting.server, greeting.motd)
        session.put(self._line_format.lines(lines))

    def understands(self, session: Session, line: bytes) -> int | None:
        """Let a first line be heard in another language; how much work it was, if it is one."""
        language = recognise_late(line) if self._guesses else None
        if language is None or language not in self._guesses:
            return None
        self.switch(session, language)
        return self.hears_again(line)

    def switch(self, session: Session, language: str) -> None:
        """Let this connection speak another language, by its name."""
        self._cancel_hint()
        self._people = None
        self._registry.languages[language](session, self, self._registry)

    def operate(self, session: Session, command: str) -> None:
        """Ask something of the server itself, for an operator; its answer is told in words."""

        def tell(told: Told) -> None:
            session.answer(Noted(tuple(clean(line) for line in told.lines())))

        self._registry.operate(session, command, tell)

    def _watch_for_enter(self, people: LineDialog, data: bytes) -> None:
        self._cancel_hint()
        if not data.endswith(b"\n"):
            self._hint = self._clock.callLater(self._limits.enter_hint, self._tell_enter, people)

    def _tell_enter(self, people: LineDialog) -> None:
        self._hint = None
        people.hint_at_enter()

    def _cancel_hint(self) -> None:
        if self._hint is not None:
            self._hint.cancel()
            self._hint = None


class ChatFactory(Factory):
    """Makes a `ChatProtocol` for each connection; all of them are in one registry.

    `ChatFactory()` alone, with no arguments, is a working chat in memory. To have several ways
    into one chat, give their factories the same registry (`twistchat.service.ChatService` does).
    `guesses` are languages of that registry in which a first line may be without having asked.
    """

    protocol = ChatProtocol
    noisy = False

    def __init__(
        self,
        registry: Registry | None = None,
        wire_format: LineFormat | None = None,
        *,
        guesses: Collection[str] = (),
    ) -> None:
        if registry is None:
            from twistchat.assembly import memory_chat

            registry = memory_chat().registry
        self.registry = registry
        self._format = wire_format or LineFormat()
        self._guesses = frozenset(guesses)
        self._dialect = Dialect(registry.extensions, registry.desk.is_registered)

    @property
    def clients(self) -> Sequence[Session]:
        """The sessions of everybody who is connected, on whatever wire."""
        return self.registry.sessions

    def buildProtocol(self, addr: IAddress | None) -> ChatProtocol:
        """Make the protocol of a new connection."""
        protocol = self.protocol(
            registry=self.registry,
            dialect=self._dialect,
            wire_format=self._format,
            guesses=self._guesses,
        )
        protocol.factory = self
        return protocol
