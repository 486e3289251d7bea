"""One connection of a browser: its request is read, and answered, and that is all."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from twisted.internet.protocol import Factory
from twisted.logger import Logger

from twistchat.core.events import Cause, Goodbye
from twistchat.frontends.lines import LineInput
from twistchat.frontends.peer import own_address_of
from twistchat.frontends.web import page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.interfaces import IAddress

    from twistchat.engine import Committed
    from twistchat.frontends.registry import Registry
    from twistchat.session import Session
    from twistchat.wire import Past

log = Logger()

LONGEST = 8 * 1024
"""Bytes of the longest line of a request: more than browsers send, cookies included."""

MOST = 32 * 1024
"""Bytes of all of its lines: less than what is read at once of anybody (`Limits.burst`)."""

NOBODY_NOW = "Nobody can come in just now; try again later.\n"


@dataclass(frozen=True, slots=True)
class PageFormat:
    """What is told to a browser of itself: why it is not answered. See `twistchat.wire`."""

    folds_presence: ClassVar[bool] = True
    hears_elsewhere: ClassVar[bool] = False

    def encode(self, committed: Committed) -> bytes:
        """Tell nothing of what happens: nobody here has come in."""
        return b""

    def encode_reply(self, committed: Committed, reader: str) -> bytes:
        """Tell why there is no page."""
        match committed.item:
            case Goodbye(Cause.NO_NAME):
                return page.response(HTTPStatus.REQUEST_TIMEOUT, page.BAD_REQUEST)
            case Goodbye(Cause.LEFT):
                return page.response(HTTPStatus.BAD_REQUEST, page.BAD_REQUEST)
            case _:
                return page.response(HTTPStatus.SERVICE_UNAVAILABLE, NOBODY_NOW)

    def encode_past(self, place: Committed, past: Past, *, now: float) -> bytes:
        """Tell nothing of what was said."""
        return b""

    def pack(self, pieces: Sequence[bytes]) -> bytes:
        """Put pieces together."""
        return b"".join(pieces)


class PageDialog:
    """Reads one request, and answers it. See `twistchat.frontends.lines.Dialog`."""

    longest = LONGEST

    def __init__(self, answers: Callable[[bytes], None], place: page.Place) -> None:
        self._answers = answers
        self._place = place
        self._first: bytes | None = None
        self._host = ""
        self._left = MOST

    def hears(self, line: bytes) -> int:
        """Take in a line of the request; an empty one ends it."""
        line = line.removesuffix(b"\r")
        self._left -= len(line)
        if self._left < 0:
            self.hears_too_much(line)
        elif self._first is None:
            self._first = line
            if b" HTTP/" not in line:  # of HTTP/0.9: that is all
                self._answer()
        elif not line:
            self._answer()
        else:
            name, _, value = line.partition(b":")
            if name.lower() == b"host":
                self._host = value.strip().decode(errors="replace")
        return 0  # however many headers there are, nobody is to wait for their answer

    def hears_too_much(self, line: bytes) -> None:
        """Refuse a request that is too long."""
        self._answers(page.response(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, page.TOO_MUCH))

    def ends(self) -> None:
        """Nothing is under way here."""

    def _answer(self) -> None:
        assert self._first is not None
        self._answers(page.answer(page.Request(self._first, self._host), self._place))


class PageProtocol(LineInput):
    """A browser."""

    __slots__ = ("_is_encrypted",)

    def __init__(self, registry: Registry, *, is_encrypted: bool) -> None:
        super().__init__(registry, wire="http", wire_format=PageFormat())
        self._is_encrypted = is_encrypted

    def is_foreign(self, session: Session, data: bytes, *, is_first: bool = False) -> bool:
        """Take whatever comes for a request: this is where those are answered that are none."""
        return False

    def greets(self, session: Session) -> None:
        """Read the request."""
        assert self.transport is not None
        place = page.Place(
            self._registry.greeting.server,
            own_address_of(self.transport),
            getattr(self.transport.getHost(), "port", 0),
            self._is_encrypted,
        )

        def answers(answer: bytes) -> None:
            log.info("{who} speaks HTTP: answered", who=session.described)
            self.fall_silent()  # nothing of what follows is for us
            session.turn_away(answer)

        self.speak(PageDialog(answers, place))


class PageFactory(Factory):
    """Makes a `PageProtocol` for each connection.

    The page says how one joins at the port at which it was asked for.
    """

    protocol = PageProtocol
    noisy = False

    def __init__(self, registry: Registry, *, is_encrypted: bool = False) -> None:
        self._registry = registry
        self._is_encrypted = is_encrypted

    def buildProtocol(self, addr: IAddress | None) -> PageProtocol:
        """Make the protocol of a new connection."""
        protocol = self.protocol(self._registry, is_encrypted=self._is_encrypted)
        protocol.factory = self
        return protocol
