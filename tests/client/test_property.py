"""Whatever is lost on the way: nothing comes twice, and nothing is missing without a gap."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.client.fake import Network
from twistchat.client import events as e
from twistchat.client.api import Client
from twistchat.client.errors import UnknownError

ROOM = "#room"

STEPS = st.one_of(
    st.tuples(st.just("other"), st.integers(1, 9)),
    st.tuples(st.just("say"), st.integers(1, 3)),
    st.tuples(st.just("up"), st.just(0)),
    st.tuples(st.just("down"), st.integers(1, 6)),
    st.tuples(st.just("carry"), st.just(0)),
    st.tuples(st.just("lose"), st.just(0)),
    st.tuples(st.just("lose answer"), st.integers(1, 2)),
    st.tuples(st.just("tell again"), st.integers(1, 3)),
    st.tuples(st.just("wait"), st.integers(1, 5)),
    st.tuples(st.just("stop listening"), st.just(0)),
    st.tuples(st.just("forget"), st.just(0)),
    st.tuples(st.just("anew"), st.just(0)),
)


class Play:
    """One client and all that may happen to it."""

    def __init__(self) -> None:
        self.net = Network()
        self.chat = Client(
            self.net.clock, self.net.endpoint, name="bot", rooms=[ROOM], buffer=5,
            retry=lambda _: 1.0,
        )  # fmt: skip
        self.seen: list[e.AnyEvent] = []
        self.said: dict[str, int] = {}
        self.unknown: set[str] = set()
        self.tried = 0
        self.is_listening = True
        Deferred.fromCoroutine(self.chat.start())
        self.net.carry()

    def take(self) -> None:
        """Take what has come, as a program does that is not always there."""
        buffer = self.chat._buffer
        while self.is_listening and len(buffer):
            Deferred.fromCoroutine(buffer.__anext__()).addCallback(self.seen.append)

    async def _say(self, text: str) -> None:
        try:
            self.said[text] = await self.chat.say(ROOM, text)
        except UnknownError:
            self.unknown.add(text)

    def step(self, what: str, count: int) -> None:
        net = self.net
        match what:
            case "other":
                for _ in range(count):
                    net.server.say(ROOM, "ann", f"ann {len(net.server.rooms.get(ROOM, []))}")
            case "say":
                for _ in range(count):
                    self.tried += 1
                    Deferred.fromCoroutine(self._say(f"bot {self.tried}"))
            case "up" if net.wire.is_up:
                net.wire.carry_up()
            case "down" if net.wire.is_up:
                net.wire.carry_down(count)
            case "lose":
                net.wire.lose()
            case "lose answer":
                self.step("say", count)
                self.step("up", 0)
                net.wire.lose()
            case "tell again":
                for line in net.server.rooms.get(ROOM, [])[-count:]:
                    if net.wire.call.who is not None and not net.wire.call.out:
                        net.wire.call.send(line)
            case "wait":
                net.wait(count)
            case "stop listening":
                self.is_listening = not self.is_listening
            case "forget":
                net.server.forget_tokens()
            case "anew":
                net.wire.lose()
                net.server.new_epoch()
            case _:
                net.carry()
        self.take()

    def end(self) -> None:
        self.is_listening = True
        for _ in range(50):
            self.take()
            self.net.wait(2)
        self.take()


class PropertyTests(SynchronousTestCase):
    @settings(max_examples=300, deadline=None)
    @given(st.lists(STEPS, max_size=40))
    def test_nothing_twice_and_nothing_missing(self, steps: list[tuple[str, int]]) -> None:
        play = Play()
        for what, count in steps:
            play.step(what, count)
        play.end()
        self.check_what_was_told(play)
        self.check_what_was_said(play, steps)

    def check_what_was_told(self, play: Play) -> None:
        """Go along the numbers as they were told: each is the next, or a gap says what is not."""
        place: tuple[str, int] | None = None
        for event in play.seen:
            match event:
                case e.Said():
                    if place is not None and place[0] == event.epoch:
                        self.assertEqual(event.number, place[1] + 1)
                    place = event.epoch, event.number
                case e.Gap():
                    if place is not None and place[0] == event.epoch:
                        self.assertEqual(event.first, place[1] + 1)
                    place = event.epoch, event.last
                case e.Live():
                    if place is not None and place[0] == event.epoch:
                        self.assertEqual(event.number, place[1])
                    place = event.epoch, event.number
                case _:
                    pass
        lines = play.net.server.rooms.get(ROOM, [])
        self.assertEqual(place, (play.net.server.epoch, len(lines)))

    def check_what_was_said(self, play: Play, steps: Any) -> None:
        """Everything is said once, in order; what nobody knows of, once or never."""
        self.assertEqual(play.chat.pending, 0)
        self.assertEqual(len(play.said) + len(play.unknown), play.tried)
        if ("anew", 0) not in steps:
            mine = [line["text"] for line in play.net.server.rooms.get(ROOM, [])
                    if line["who"].startswith("bot")]  # fmt: skip
            self.assertEqual(len(mine), len(set(mine)))
            known = [text for text in mine if text in play.said]
            self.assertEqual(known, sorted(play.said, key=lambda text: int(text[4:])))
