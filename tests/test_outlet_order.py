"""Whatever is put, and however it is taken: it arrives whole, once, and in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure

from tests.sockets import NO_END, ConnectedTestCase, OtherServer
from twistchat.core.limits import NONE, Limits
from twistchat.telling.outlet import AHEAD

if TYPE_CHECKING:
    from twistchat.telling.backlog import Slot

Steps = list[tuple[str, int]]
"""What is done, and how much of it."""

LAST = b"(the last words)"

sizes = st.one_of(st.integers(0, 200), st.integers(0, 3 * AHEAD), st.just(150_000))
steps = st.one_of(
    st.tuples(st.sampled_from(["put", "fill"]), sizes),
    st.tuples(st.just("reserve"), st.just(0)),
    st.tuples(st.just("reads"), sizes),
    st.tuples(st.just("takes at most"), st.sampled_from([1, 100, 5_000, NO_END])),
    st.tuples(st.just("the reactor comes"), st.just(0)),
)
many, few = st.lists(steps, max_size=25), st.lists(steps, max_size=10)
ends = st.sampled_from(["", "close", "abandon", "lost"])


class OrderTestCase(ConnectedTestCase):
    limits = Limits(queue=NONE, queue_at_most=NONE)
    most_held = AHEAD
    """What the transport may keep for itself."""

    def begin(self) -> None:
        super().begin()
        self.socket.room = 0
        self.told: list[bytes | None] = []
        """What was put, in order; None for a place that is not filled."""
        self.slots: list[tuple[int, Slot]] = []
        self.is_over = False

    def _buffer(self, size: int) -> bytes:
        """Make so many bytes that are like no others."""
        return (b"%07d " % len(self.told) * (size // 8 + 1))[:size]

    def _step(self, what: str, size: int) -> None:
        if what == "put":
            data = self._buffer(size)
            self.outlet.put(data)
            if not self.is_over:
                self.told.append(data)
        elif what == "reserve":
            slot = self.outlet.reserve()
            if self.is_over:
                slot.fill(b"too late")
            else:
                self.slots.append((len(self.told), slot))
                self.told.append(None)
        elif what == "fill" and self.slots:
            place, slot = self.slots.pop(size % len(self.slots))
            self.told[place] = data = self._buffer(size)
            slot.fill(data)
        elif what == "reads":
            self.socket.room += size
        elif what == "takes at most":
            self.socket.most = size
        elif what == "the reactor comes":
            self.come()

    def _known(self) -> list[bytes]:
        """What was put before the first place that is not filled."""
        end = self.told.index(None) if None in self.told else len(self.told)
        return [data for data in self.told[:end] if data is not None]

    def _end(self, how: str) -> None:
        if how == "close":
            self.outlet.close()
        elif how == "lost":
            self.connection.transport.connectionLost(Failure(ConnectionLost()))
            self.told = [self.connection.sent]
        elif how == "abandon":
            begun = len(self.socket.sent) + self.connection.held
            whole = b""
            for data in self._known():
                if len(whole) < begun:
                    whole += data
            self.outlet.abandon(LAST)
            self.told = [whole, LAST]
        self.is_over = bool(how)

    def check(self, before: Steps, end: str, after: Steps) -> None:
        """Do these things; then end, and do the others."""
        self.begin()
        for step in before:
            self._step(*step)
            self.assertLessEqual(self.connection.held, self.most_held)
            self.assertTrue(b"".join(self._known()).startswith(self.connection.sent))
        self._end(end)
        self.assertLessEqual(self.connection.held, self.most_held)
        if end in ("abandon", "lost"):
            dropped, self.slots = self.slots, []
            for _, slot in dropped:
                slot.fill(b"dropped")
        for step in after:
            self._step(*step)
        self.read_all()
        for place, slot in list(self.slots):
            self.told[place] = self._buffer(100)
            slot.fill(self._buffer(100))
        self.read_all()
        self.assertEqual(self.connection.sent, b"".join(self._known()))
        self.assertEqual(self.socket.is_closed, bool(end))
        if end:
            self.assertEqual(self.reactor.getDelayedCalls(), [])
        self.assertEqual(self.outlet.queued, 0)


class OrderTests(OrderTestCase):
    @settings(max_examples=300, deadline=None)
    @given(many, ends, few)
    def test_all_arrives_once_and_in_order(self, before: Steps, end: str, after: Steps) -> None:
        self.check(before, end, after)


class WritingOrderTests(OrderTestCase):
    """The same over a transport that is written to."""

    kind = OtherServer
    most_held = OtherServer.bufferSize + 150_000

    @settings(max_examples=100, deadline=None)
    @given(many, ends, few)
    def test_all_arrives_once_and_in_order(self, before: Steps, end: str, after: Steps) -> None:
        self.check(before, end, after)
