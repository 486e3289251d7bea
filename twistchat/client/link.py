"""One connection to a server: its wire is found, then it carries objects, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from twisted.internet.protocol import connectionDone
from twisted.protocols.basic import LineReceiver

from twistchat.client.finding import Finder, Found
from twistchat.client.reasons import hung_up
from twistchat.frontends.jsonlines.codec import BadLineError, decode, encode
from twistchat.host.keepalive import keep_alive

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twisted.internet.interfaces import IDelayedCall, IProtocol, ITCPTransport
    from twisted.python.failure import Failure

    from twistchat.frontends.jsonlines.codec import Object

CHUNK = 4096

FIRST = 4 * 1024 * 1024
"""Bytes in which a server has to show which wire it speaks."""

PATIENCE = 2.0
"""Seconds of silence after which a server counts as one that does not speak first."""

SILENCE = 30.0
"""Seconds of silence after which the server is asked whether it is there."""

DEAD = 60.0
"""Seconds of silence after which it is not."""

GRAIN = 0.1
"""Seconds that do not matter here: a timer may be a little early."""


class Owner(Protocol):
    """Whose link it is."""

    def link_found(self, link: Link, hello: Object) -> None:
        """The server speaks JSON, and this is its hello."""

    def link_refused(self, link: Link, told: Object) -> None:
        """The server lets nobody in now, and says why; the link ends."""

    def link_is_plain(self, link: Link) -> IProtocol | None:
        """It does not: return who is to speak with it, if anybody."""

    def link_received(self, link: Link, told: Object) -> None:
        """The server says something."""

    def link_lost(self, link: Link) -> None:
        """The connection is gone."""


class Link(LineReceiver):
    """One connection, from its first byte.

    While it is paused its server is not taken for dead, and is still told that this end is alive.
    """

    delimiter = b"\n"
    MAX_LENGTH = 4 * 1024 * 1024

    def __init__(self, *, owner: Owner, clock: Any, patience: float = PATIENCE) -> None:
        self._owner = owner
        self._clock = clock
        self._patience = patience
        self._finder: Finder | None = Finder()
        self._so_far = b""
        self._plain: IProtocol | None = None
        self._is_over = False
        self._heard = 0.0
        self._timer: IDelayedCall | None = None
        self.why_lost = ""
        """In words, when the connection is gone."""

    # ------------------------------------------------------------ called by Twisted

    def connectionMade(self) -> None:
        """Wait for the server's first line."""
        keep_alive(self.transport, silence=int(SILENCE), dead=int(DEAD))
        self._heard = self._clock.seconds()
        self._set_timer(self._patience)

    def dataReceived(self, data: bytes) -> None:
        """Take in bytes, little at once: LineReceiver copies its buffer for each line in it."""
        self._heard = self._clock.seconds()
        for start in range(0, len(data) or 1, CHUNK):
            chunk = data[start : start + CHUNK]
            if self._plain is not None:
                self._plain.dataReceived(data[start:])
                return
            if self._finder is not None:
                self._so_far += chunk
                if len(self._so_far) > FIRST:
                    self._is_plain(self._finder)
                    continue
            LineReceiver.dataReceived(self, chunk)

    def lineReceived(self, line: bytes) -> None:
        """Take in a line: what it tells of the wire, or an object."""
        line = line.removesuffix(b"\r")
        if self._finder is not None:
            self._find(self._finder, line)
            return
        if self._is_over or self._plain is not None:
            return
        try:
            told = decode(line)
        except BadLineError:
            return  # nothing that this client knows
        if told.get("type") == "ping":
            self.send([{"type": "pong"}])
        else:
            self._owner.link_received(self, told)

    def lineLengthExceeded(self, line: bytes) -> None:
        """Take a line of that length for a wire of something else."""
        if self._finder is not None:
            self._is_plain(self._finder)
        else:
            self.drop()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Tell whose link it is."""
        self._stop_timer()
        self.why_lost = hung_up(reason)
        if self._plain is not None:
            self._plain.connectionLost(reason)
        elif not self._is_over:
            self._is_over = True
            self._owner.link_lost(self)

    # ------------------------------------------------------------ called by its owner

    def send(self, objects: Iterable[Object]) -> None:
        """Send objects, in one write."""
        if self.transport is not None and not self._is_over:
            data = b"".join(map(encode, objects))
            if data:
                self.transport.write(data)

    def pause(self) -> None:
        """Take in nothing for now."""
        if not self.paused:
            self.pauseProducing()

    def go_on(self) -> None:
        """Take in again what the server says."""
        if self.paused and not self._is_over:
            self._heard = self._clock.seconds()
            self.resumeProducing()

    def drop(self) -> None:
        """End the connection at once; its owner is told."""
        if self.transport is not None:
            # Not each transport says that it has this, but all that carry bytes do.
            cast("ITCPTransport", self.transport).abortConnection()

    # ------------------------------------------------------------ inside

    def _find(self, finder: Finder, line: bytes) -> None:
        match finder.take(line):
            case Found.JSON:
                self._finder, self._so_far = None, b""
                self._set_timer(SILENCE)
                self._owner.link_found(self, finder.hello)
            case Found.REFUSED:
                self._stop_timer()
                self._finder, self._so_far = None, b""
                self._owner.link_refused(self, finder.refusal)
                self.drop()
            case Found.ASK:
                assert self.transport is not None
                self.transport.write(b"/json\n")
                self._set_timer(self._patience)
            case Found.READ_ON:
                self._set_timer(self._patience)
            case Found.PLAIN:
                self._is_plain(finder)

    def _is_plain(self, finder: Finder) -> None:
        """Hand everything over to who speaks with people's wires."""
        self._stop_timer()
        self._finder = None
        read = self._so_far
        if finder.answer_to_json:
            before, _, after = read.partition(finder.answer_to_json)
            read = before + after.partition(b"\n")[2]
        self._so_far = b""
        self.clearLineBuffer()
        self._plain = self._owner.link_is_plain(self)
        if self._plain is None:
            self.drop()
            return
        assert self.transport is not None
        self._plain.makeConnection(self.transport)
        if read:
            self._plain.dataReceived(read)

    def _set_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self._clock.callLater(seconds, self._time_is_up)

    def _stop_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None

    def _time_is_up(self) -> None:
        self._timer = None
        silent = self._clock.seconds() - self._heard
        if self._finder is not None:
            if self.paused:
                self._set_timer(self._patience)
            else:
                self._is_plain(self._finder)
        elif silent >= DEAD - GRAIN and not self.paused:
            self.drop()
        elif silent >= SILENCE - GRAIN or self.paused:
            self.send([{"type": "ping"}])
            self._set_timer(SILENCE)
        else:
            self._set_timer(SILENCE - silent)
