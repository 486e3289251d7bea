"""The library and the real server, joined by carrying bytes between their transports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from zope.interface import implementer

from tests.engines import OnSlowEngine, OnSQLite
from twistchat.client import Client, RefusedError
from twistchat.client import events as e
from twistchat.core.limits import DEFAULT_LIMITS, NONE
from twistchat.testing import ChatTestCase

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from twistchat.testing import Person, World


@implementer(IStreamClientEndpoint)
class WorldEndpoint:
    """Connects to a chat in memory."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.protocol: Any = None
        self.far: Person | None = None
        self.is_down = False

    def connect(self, factory: Any) -> Deferred[Any]:
        if self.is_down:
            return fail(ConnectError())
        self.protocol = factory.buildProtocol(None)
        self.wire = StringTransport()
        self.protocol.makeConnection(self.wire)
        self.far = self.world.connect(speaks_first=True)
        return succeed(self.protocol)

    def lose(self, reason: Exception) -> None:
        protocol, self.protocol = self.protocol, None
        if self.far is not None:
            self.far.vanishes()
        protocol.connectionLost(Failure(reason))

    def carry(self) -> bool:
        """Carry bytes both ways; tell whether there were any."""
        if self.protocol is None or self.far is None:
            return False
        up, down = self.wire.value(), self.far.wire.value()
        self.wire.clear()
        self.far.wire.clear()
        if up:
            self.far.sends(up)
        if down:
            self.protocol.dataReceived(down)
        if not down and (not self.far.is_connected or self.wire.disconnecting):
            self.lose(ConnectionDone())
            return True
        return bool(up or down)


class ClientScenarios(ChatTestCase):
    limits = replace(DEFAULT_LIMITS, rate=NONE)

    def setUp(self) -> None:
        super().setUp()
        self.endpoint = WorldEndpoint(self.world)
        self.chat = Client(
            self.world.clock, self.endpoint, name="bot", rooms=["#lobby"], retry=lambda _: 1.0
        )
        self.seen: list[e.AnyEvent] = []
        self.addCleanup(self.end)

    def end(self) -> None:
        closing = Deferred.fromCoroutine(self.chat.close())
        self.carry()
        self.successResultOf(closing)

    def carry(self) -> None:
        for _ in range(100):
            self.turn()
            if not self.endpoint.carry():
                return
        raise AssertionError("it does not end")

    def later(self, seconds: float) -> None:
        """Let time go by, and carry all the while: whoever answers no ping is dropped."""
        for _ in range(int(seconds)):
            self.wait(1)
            self.carry()

    def do(self, coroutine: Coroutine[Any, Any, Any]) -> Deferred[Any]:
        started: Deferred[Any] = Deferred.fromCoroutine(coroutine)
        self.carry()
        return started

    def done(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self.successResultOf(self.do(coroutine))

    async def listen(self) -> None:
        async for event in self.chat.events():
            self.seen.append(event)

    def start(self) -> None:
        self.done(self.chat.start())
        self.do(self.listen())

    def texts(self) -> list[str]:
        return [event.text for event in self.seen if event.type == "said"]

    def lose(self) -> None:
        self.carry()
        self.endpoint.lose(ConnectionLost())
        self.turn()


class ClientTests(ClientScenarios):
    def test_talking(self) -> None:
        (bob,) = self.people("bob")
        self.start()
        bob.types("hello bot")
        self.carry()
        self.assertEqual(self.done(self.chat.say("#lobby", "hello bob")), 2)
        self.assertEqual(self.done(self.chat.say("#lobby", "waves", action=True)), 3)
        self.done(self.chat.whisper("bob", "psst"))
        self.assertEqual(
            bob.sees(),
            ["-- bot joined.", "<bob> hello bot", "<bot> hello bob", "* bot waves",
             "<bot -> bob> psst"],
        )  # fmt: skip
        self.assertEqual(self.texts(), ["hello bot", "hello bob", "waves"])
        self.assertEqual([e.mine for e in self.seen if e.type == "said"], [False, True, True])
        self.assertTrue(any(event.type == "whispered" and event.mine for event in self.seen))

    def test_every_request(self) -> None:
        (bob,) = self.people("bob")
        self.start()
        chat, done = self.chat, self.done
        done(chat.join("#Lab"))
        self.assertEqual(done(chat.topic("#lab", "all about it")), "all about it")
        self.assertEqual(done(chat.topic("#lab")), "all about it")
        self.assertEqual(done(chat.members("#lab"))["names"], ["bot"])
        self.assertEqual(done(chat.list_rooms())["count"], 2)
        done(chat.invite("bob", "#lab"))
        self.assertIn("-- bot invites bob to #lab: /join #lab goes there.", bob.sees())
        self.assertEqual(done(chat.person("bob"))["rooms"], ["#lobby"])
        done(chat.away("at lunch"))
        done(chat.away(None))
        done(chat.ignore("bob"))
        self.assertEqual(done(chat.ignored()), ["bob"])
        done(chat.unignore("bob"))
        done(chat.rename("robot"))
        self.assertEqual(chat.name, "robot")
        done(chat.leave("#lab", "so long"))
        self.assertIsNone(chat.seen("#lab"))
        done(chat.ping())
        done(chat.renew())
        error = self.failureResultOf(self.do(chat.command("frob")), RefusedError).value
        self.assertEqual(error.code, "no-such-command")
        done(chat.quit("bye"))
        self.assertIn("-- robot left: bye", bob.sees())

    def test_the_past(self) -> None:
        self.start()
        for number in range(30):
            self.do(self.chat.say("#lobby", f"line {number}"))
        page = self.done(self.chat.history("#lobby", after=10, before=14))
        self.assertEqual([event.text for event in page.events], [f"line {n}" for n in (10, 11, 12)])
        self.assertEqual((page.room, page.more), ("#lobby", False))
        page = self.done(self.chat.history("#lobby", limit=2))
        self.assertEqual([event.text for event in page.events], ["line 28", "line 29"])
        self.assertTrue(page.more)
        page = self.done(self.chat.search("#lobby", ["line", "7"]))
        self.assertEqual([event.text for event in page.events], ["line 7", "line 17", "line 27"])
        self.assertEqual(len(self.texts()), 30)

    def test_coming_back(self) -> None:
        (bob,) = self.people("bob")
        self.start()
        self.done(self.chat.join("#lab"))
        bob.types("/join #lab")
        bob.types("one")
        self.lose()
        bob.types("two")
        saying: Deferred[Any] = Deferred.fromCoroutine(self.chat.say("#lab", "three"))
        self.later(2)
        self.assertEqual(self.successResultOf(saying), 3)
        self.assertEqual(self.texts(), ["one", "two", "three"])
        self.assertIn(e.Connected(name="bot", resumed=True, again=True), self.seen)
        self.assertFalse(any(event.type == "gap" for event in self.seen))

    def test_a_later_run_comes_back_as_the_same(self) -> None:
        (bob,) = self.people("bob")
        self.start()
        self.done(self.chat.join("#lobby"))
        token, seen = self.chat.token, self.chat.seen("#lobby")
        self.lose()
        self.end()
        bob.types("two")
        self.turn()
        self.chat = Client(
            self.world.clock, self.endpoint, name="bot", token=token, retry=lambda _: 1.0
        )
        self.start()
        self.assertEqual(self.chat.name, "bot")  # it is kept for whoever has the token
        self.done(self.chat.join("#lobby", seen=seen))
        self.assertEqual(self.texts(), ["two"])
        self.assertIn(e.Connected(name="bot", resumed=True, again=False), self.seen)

    def test_an_answer_that_is_lost(self) -> None:
        self.start()
        saying: Deferred[Any] = Deferred.fromCoroutine(self.chat.say("#lobby", "once"))
        assert self.endpoint.far is not None
        self.endpoint.far.sends(self.endpoint.wire.value())
        self.turn()
        self.endpoint.lose(ConnectionLost())
        self.later(2)
        self.assertEqual(self.successResultOf(saying), 1)
        self.assertEqual(self.texts(), ["once"])
        page = self.done(self.chat.history("#lobby"))
        self.assertEqual(len(page.events), 1)

    def test_much_was_missed(self) -> None:
        (bob,) = self.people("bob")
        self.start()
        bob.types("0")
        self.carry()
        self.lose()
        self.endpoint.is_down = True
        for number in range(1, 261):
            bob.types(str(number))
            self.wait(0.3)
        self.endpoint.is_down = False
        self.later(2)
        gaps = [event for event in self.seen if event.type == "gap"]
        self.assertEqual([(gap.first, gap.why) for gap in gaps], [(2, "page")])
        page = self.done(self.chat.history("#lobby", after=1, before=gaps[0].last + 1, limit=200))
        missed = [event.text for event in page.events]
        first, *rest = self.texts()
        self.assertEqual([first, *missed, *rest], [str(number) for number in range(261)])

    def test_ignoring_leaves_no_gap(self) -> None:
        bob, mallory = self.people("bob", "mallory")
        self.start()
        self.done(self.chat.ignore("mallory"))
        bob.types("one")
        mallory.types("nonsense")
        bob.types("two")
        self.lose()
        mallory.types("more nonsense")
        bob.types("three")
        self.later(2)
        self.assertEqual(self.texts(), ["one", "two", "three"])
        self.assertFalse(any(event.type == "gap" for event in self.seen))

    def test_a_name_that_is_taken(self) -> None:
        self.people("bot")
        error = self.failureResultOf(self.do(self.chat.start()), RefusedError).value
        self.assertEqual((error.code, error.hint), ("name-taken", "bot2"))

    def test_nowhere_at_first(self) -> None:
        self.chat = Client(self.world.clock, self.endpoint, name="bot")
        self.start()
        self.assertEqual([event.type for event in self.seen], ["hello", "connected"])

    def test_many_rooms_are_come_back_to(self) -> None:
        self.start()
        rooms = [f"#room{number}" for number in range(40)]
        for start in (0, 15, 30):
            for room in rooms[start : start + 15]:
                self.done(self.chat.join(room))
            for _ in range(4):
                self.later(16)
        self.lose()
        self.endpoint.is_down = True
        self.wait(125)  # the name is not kept so long: each room is joined again
        self.endpoint.is_down = False
        for _ in range(5):
            self.later(60)
        self.assertEqual(self.chat._core.rooms.missing(), [])


class ClientOnSlowEngineTests(OnSlowEngine, ClientTests):
    """The same with a server whose commits wait."""


class ClientOnSQLiteTests(OnSQLite, ClientTests):
    """The same, on a database."""
