"""The library: what a program on it can rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError
from twisted.trial.unittest import SynchronousTestCase

from tests.client import fake
from tests.client.fake import Network
from twistchat.client import events as e
from twistchat.client.api import Client
from twistchat.client.errors import (
    ClosedError,
    DisconnectedError,
    NotJSONError,
    RefusedError,
    UnknownError,
)

if TYPE_CHECKING:
    from collections.abc import Coroutine


class Scenarios(SynchronousTestCase):
    def setUp(self) -> None:
        self.net = Network()
        self.chat = self.client()
        self.seen: list[e.AnyEvent] = []

    def client(self, name: str = "bot", **options: Any) -> Client:
        return Client(self.net.clock, self.net.endpoint, name=name, retry=lambda _: 2.0, **options)

    def do(self, coroutine: Coroutine[Any, Any, Any]) -> Deferred[Any]:
        started: Deferred[Any] = Deferred.fromCoroutine(coroutine)
        self.net.carry()
        return started

    def done(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self.successResultOf(self.do(coroutine))

    async def listen(self) -> None:
        async for event in self.chat.events():
            self.seen.append(event)

    def start(self) -> None:
        self.done(self.chat.start())
        self.listening = self.do(self.listen())

    def texts(self) -> list[str]:
        return [event.text for event in self.seen if event.type == "said"]

    def lose(self) -> None:
        self.net.wire.lose()


class TalkTests(Scenarios):
    def test_a_bot(self) -> None:
        self.start()
        self.done(self.chat.join("#Bots"))
        self.net.server.say("#bots", "ann", "hello")
        number = self.done(self.chat.say("#bots", "yes?"))
        self.assertEqual(number, 2)
        self.assertEqual(
            [(s.who, s.text, s.mine) for s in self.seen if isinstance(s, e.Said)],
            [("ann", "hello", False), ("bot", "yes?", True)],
        )
        self.assertEqual(self.chat.seen("#bots"), ("e1", 2))
        self.done(self.chat.quit("bye"))
        self.successResultOf(self.listening)
        self.assertEqual(self.net.server.received[-1]["words"], "bye")
        self.failureResultOf(self.do(self.chat.say("#bots", "late")), ClosedError)
        self.assertEqual(self.net.clock.getDelayedCalls(), [])

    def test_descriptions_that_are_none(self) -> None:
        for where in (
            "tls:foo:bar",
            "tls:a b:1",
            "tcp:",
            "ssl:host:port",
            "tls:h:1:x=y",
            "a:b",
            "",
        ):
            self.assertRaises(ValueError, Client, self.net.clock, where)

    def test_a_chat_that_is_full(self) -> None:
        self.patch(fake, "HELLO", {"type": "error", "code": "full", "text": "Full.", "hint": "3"})
        error = self.failureResultOf(self.do(self.chat.start()), RefusedError).value
        self.assertEqual((error.code, error.hint), ("full", "3"))
        self.assertEqual(self.net.clock.getDelayedCalls(), [])

    def test_who_tries_again_when_it_ends_is_told(self) -> None:
        async def insist() -> int:
            try:
                return await self.chat.say("#bots", "one")
            except UnknownError:
                return await self.chat.say("#bots", "one")

        self.start()
        self.done(self.chat.join("#bots"))
        saying = Deferred.fromCoroutine(insist())
        self.done(self.chat.close())
        self.failureResultOf(saying, ClosedError)

    def test_it_comes_back_with_what_was_missed(self) -> None:
        self.start()
        self.done(self.chat.join("#bots"))
        self.net.server.say("#bots", "ann", "one")
        self.net.carry()
        self.lose()
        self.net.server.say("#bots", "ann", "two")
        saying = self.do(self.chat.say("#bots", "three"))
        self.assertNoResult(saying)
        self.net.wait(3)
        self.assertEqual(self.successResultOf(saying), 3)
        self.assertEqual(self.texts(), ["one", "two", "three"])
        kinds = [event.type for event in self.seen if event.type.endswith("connected")]
        self.assertEqual(kinds, ["connected", "disconnected", "connected"])

    def test_an_answer_that_is_lost_is_asked_for_again(self) -> None:
        self.start()
        self.done(self.chat.join("#bots"))
        saying: Deferred[Any] = Deferred.fromCoroutine(self.chat.say("#bots", "once"))
        self.net.wire.carry_up()
        self.lose()
        self.net.wait(3)
        self.assertEqual(self.successResultOf(saying), 1)
        self.assertEqual(len(self.net.server.rooms["#bots"]), 1)
        self.assertEqual(self.texts(), ["once"])

    def test_another_epoch_begins_while_one_is_there(self) -> None:
        self.start()
        self.done(self.chat.join("#bots"))
        server = self.net.server
        for text in "123":
            server.say("#bots", "ann", text)
        self.net.carry()
        server.new_epoch()
        gap = {"type": "gap", "room": "#bots", "epoch": server.epoch, "from": 1, "to": 0}
        server.tell("#bots", {**gap, "why": "epoch"})
        for text in "456":
            server.say("#bots", "ann", text)
        self.net.carry()
        (told,) = [event for event in self.seen if isinstance(event, e.Gap)]
        self.assertEqual((told.epoch, told.first, told.why), (server.epoch, 1, "epoch"))
        self.lose()
        server.say("#bots", "ann", "7")
        self.net.wait(3)
        self.assertEqual(self.texts(), list("1234567"))

    def test_lines_are_lost_while_one_is_there(self) -> None:
        self.start()
        self.done(self.chat.join("#bots"))
        server = self.net.server
        server.say("#bots", "ann", "1")
        self.net.carry()
        server.rooms["#bots"] += server.rooms["#bots"] * 3
        gap = {"type": "gap", "room": "#bots", "epoch": server.epoch, "from": 2, "to": 4}
        server.tell("#bots", {**gap, "why": "deleted"})
        server.say("#bots", "ann", "5")
        self.net.carry()
        (told,) = [event for event in self.seen if isinstance(event, e.Gap)]
        self.assertEqual((told.first, told.last, told.why), (2, 4, "deleted"))
        self.assertEqual(self.texts(), ["1", "5"])

    def test_more_than_a_page_was_missed(self) -> None:
        self.start()
        self.done(self.chat.join("#bots"))
        self.net.server.say("#bots", "ann", "0")
        self.net.carry()
        self.lose()
        for number in range(1, 9):
            self.net.server.say("#bots", "ann", str(number))
        self.net.wait(3)
        (gap,) = [event for event in self.seen if isinstance(event, e.Gap)]
        self.assertEqual((gap.first, gap.last, gap.why), (2, 4, "page"))
        self.assertEqual(self.texts(), ["0", "4", "5", "6", "7", "8"])
        page = self.done(self.chat.history("#bots", after=1, before=5))
        self.assertEqual([s.text for s in page.events if isinstance(s, e.Said)], ["1", "2", "3"])
        self.assertFalse(page.more)
        self.assertEqual(len(self.texts()), 6)

    def test_a_server_that_has_forgotten_who_this_was(self) -> None:
        self.start()
        self.done(self.chat.join("#bots"))
        sent: Deferred[Any] = Deferred.fromCoroutine(self.chat.say("#bots", "sent"))
        self.net.wire.carry_up()
        self.lose()
        unsent = self.do(self.chat.say("#bots", "unsent"))
        self.net.server.forget_tokens()
        self.net.wait(3)
        self.failureResultOf(sent, UnknownError)
        self.assertEqual(self.successResultOf(unsent), 2)

    def test_a_name_that_is_taken(self) -> None:
        other = self.client()
        self.done(other.start())
        error = self.failureResultOf(self.do(self.chat.start()), RefusedError).value
        self.assertEqual((error.code, error.hint), ("name-taken", "bot2"))
        self.failureResultOf(self.do(self.chat.say("#x", "no")), ClosedError)

    def test_a_name_that_is_taken_meanwhile(self) -> None:
        self.start()
        self.lose()
        self.net.server.forget_tokens()
        other = self.client()
        self.done(other.start())
        self.net.wait(3)
        self.assertEqual(self.chat.name, "bot2")
        self.assertIn(e.Connected(name="bot2", again=True), self.seen)

    def test_nobody_listens(self) -> None:
        self.net.endpoint.is_down = True
        self.failureResultOf(self.do(self.chat.start()), ConnectError)
        self.assertEqual(self.net.clock.getDelayedCalls(), [])

    def test_something_else_listens(self) -> None:
        starting: Deferred[Any] = Deferred.fromCoroutine(self.chat.start())
        self.net.wire.protocol.dataReceived(b"220 mail ESMTP\r\n")
        self.net.carry()
        self.failureResultOf(starting, NotJSONError)

    def test_a_question_whose_answer_is_lost(self) -> None:
        self.start()
        asking: Deferred[Any] = Deferred.fromCoroutine(self.chat.members("#bots"))
        self.lose()
        self.failureResultOf(asking, DisconnectedError)

    def test_a_refusal(self) -> None:
        self.start()
        error = self.failureResultOf(self.do(self.chat.say("#x", "hi")), RefusedError).value
        self.assertEqual((error.code, error.about), ("not-in-room", "#x"))
        self.net.server.refuse["join"] = {"code": "too-many-rooms", "about": "#x"}
        self.failureResultOf(self.do(self.chat.join("#x")), RefusedError)
        self.assertEqual(self.chat.pending, 0)

    def test_rooms_that_cannot_be_joined_so_fast(self) -> None:
        self.start()
        self.done(self.chat.join("#bots"))
        self.lose()
        self.net.wait(1)
        saying = self.do(self.chat.say("#bots", "hello"))

        def slow(call: Any, asked: Any, ident: Any) -> None:
            type(call).do_hello = usual
            usual(call, {**asked, "rooms": {}}, ident)
            call.who.rooms = set()
            call.send({"type": "error", "code": "joins-too-fast", "hint": "7", "about": "20"})

        call_class: Any = type(self.net.wire.call)
        usual = call_class.do_hello
        self.patch(call_class, "do_hello", slow)
        self.net.wait(4)
        self.assertNoResult(saying)
        self.net.wait(7)
        self.assertEqual(self.successResultOf(saying), 1)

    def test_how_long_to_wait_may_be_nonsense(self) -> None:
        def slow(call: Any, asked: Any, ident: Any) -> None:
            usual(call, {**asked, "rooms": {}}, ident)
            call.send({"type": "error", "code": "joins-too-fast", "hint": asked["name"]})

        call_class: Any = fake.Call
        usual = call_class.do_hello
        self.patch(call_class, "do_hello", slow)
        for hint in ("nan", "-1", "soon", "1e999"):
            chat = self.client(hint, rooms=["#bots"])
            self.done(chat.start())
            self.net.wait(601)
            self.assertEqual(chat.seen("#bots"), ("e1", 0), hint)
            self.done(chat.close())

    def test_ignoring_and_being_away_last(self) -> None:
        self.start()
        self.done(self.chat.ignore("mallory"))
        self.done(self.chat.away("at lunch"))
        self.lose()
        self.net.server.received.clear()
        self.net.wait(3)
        again = [asked for asked in self.net.server.received if asked["type"] != "hello"]
        self.assertEqual(
            [(asked["type"], asked.get("name", asked.get("words"))) for asked in again],
            [("ignore", "mallory"), ("away", "at lunch")],
        )

    def test_the_token_is_renewed(self) -> None:
        self.start()
        self.net.wait(3601)
        self.assertIn("token", [asked["type"] for asked in self.net.server.received])

    def test_old_lines_are_not_sent_again(self) -> None:
        self.start()
        self.done(self.chat.join("#bots"))
        saying: Deferred[Any] = Deferred.fromCoroutine(self.chat.say("#bots", "old"))
        self.lose()
        self.net.endpoint.is_down = True
        for _ in range(25 * 60):
            self.net.clock.advance(60)
        self.net.endpoint.is_down = False
        self.net.wait(60)
        self.failureResultOf(saying, UnknownError)

    def test_another_with_the_same_token(self) -> None:
        self.start()
        self.net.wire.call.send({"type": "goodbye", "cause": "resumed"})
        self.net.carry()
        self.failureResultOf(self.listening, DisconnectedError)
        self.net.wait(100)
        self.assertEqual(len(self.net.endpoint.wires), 1)


class BackpressureTests(Scenarios):
    def test_who_takes_nothing_is_read_no_further_and_loses_nothing(self) -> None:
        self.chat = self.client(buffer=10, rooms=["#lobby"])
        self.done(self.chat.start())
        for number in range(100):
            self.net.server.say("#lobby", "ann", str(number))
            self.net.carry()
        self.assertEqual(self.net.wire.transport.producerState, "paused")
        self.assertLess(len(self.chat._buffer), 20)
        self.listening = self.do(self.listen())
        self.assertEqual(self.texts(), [str(number) for number in range(100)])

    def test_in_one_packet(self) -> None:
        self.chat = self.client(buffer=10, rooms=["#lobby"])
        self.done(self.chat.start())
        for number in range(500):
            self.net.server.say("#lobby", "ann", str(number))
        self.net.carry()
        self.assertLess(len(self.chat._buffer), 20)
        self.listening = self.do(self.listen())
        self.assertEqual(self.texts(), [str(number) for number in range(500)])

    def test_an_answer_comes_through_to_who_waits_for_it_first(self) -> None:
        self.chat = self.client(buffer=10, rooms=["#lobby"])
        self.done(self.chat.start())
        for number in range(100):
            self.net.server.say("#lobby", "ann", str(number))
        self.assertEqual(self.done(self.chat.say("#lobby", "hi")), 101)

    def test_who_awaits_an_answer_in_its_loop_gets_it_behind_however_many_events(self) -> None:
        self.chat = self.client(buffer=10, rooms=["#lobby"])
        self.done(self.chat.start())
        self.net.server.say("#lobby", "ann", "ping")
        for number in range(1000):
            self.net.server.say("#lobby", "ann", str(number))

        async def answer() -> int:
            async for event in self.chat.events():
                if event.type == "said":
                    return await self.chat.say("#lobby", "pong")
            return 0

        self.assertEqual(self.done(answer()), 1002)

    def test_no_more_than_it_says_ever_wait(self) -> None:
        self.chat = self.client(buffer=10, most=50, rooms=["#lobby"])
        self.done(self.chat.start())
        for number in range(1000):
            self.net.server.say("#lobby", "ann", str(number))
        saying = self.do(self.chat.say("#lobby", "pong"))
        self.assertNoResult(saying)
        self.assertLess(len(self.chat._buffer), 60)
        self.listening = self.do(self.listen())
        self.assertEqual(self.successResultOf(saying), 1001)

    def test_no_connection_is_made_for_who_takes_nothing(self) -> None:
        self.chat = self.client(buffer=10, rooms=["#lobby"])
        self.done(self.chat.start())
        for number in range(100):
            self.net.server.say("#lobby", "ann", str(number))
        self.net.carry()
        self.lose()
        self.net.wait(100)
        self.assertEqual(len(self.net.endpoint.wires), 1)
        self.listening = self.do(self.listen())
        self.net.wait(5)
        self.assertEqual(self.texts()[-1], "99")
        gaps = sum(event.last + 1 - event.first for event in self.seen if event.type == "gap")
        self.assertEqual(len(self.texts()) + gaps, 100)

    def test_a_client_that_only_speaks(self) -> None:
        self.chat = self.client(buffer=10, rooms=["#lobby"], listen=False)
        self.done(self.chat.start())
        for number in range(100):
            self.net.server.say("#lobby", "ann", str(number))
        self.assertEqual(self.done(self.chat.say("#lobby", "hi")), 101)
        self.assertRaises(ValueError, self.chat.events)
