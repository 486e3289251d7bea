"""The metrics as Prometheus reads them, and what is served beside them; no socket is needed."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

from prometheus_client.parser import text_string_to_metric_families
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from tests.engines import OnSlowEngine
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.counts import BATCH_SIZES, COMMIT_TIMES, Commits, Counts, Feed, Spread
from twistchat.engine.memory import MemoryEngine
from twistchat.metrics.families import METRICS
from twistchat.metrics.health import Trouble, why_unwell
from twistchat.metrics.lag import EVERY, Lag
from twistchat.metrics.numbers import Numbers, look
from twistchat.metrics.pages import Pages, PagesSite
from twistchat.service import WIRES, ChatService
from twistchat.testing import JSON, SlowEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.engine import Committed

Samples = dict[tuple[str, str], float]
"""The values of samples, by their name and the value of their label."""


class Reactor(MemoryReactorClock):
    """A reactor in whose pool everything is done there and then."""

    def getThreadPool(self) -> Reactor:
        return self

    def callInThread(self, call: Callable[..., object], *given: object, **named: object) -> None:
        call(*given, **named)

    def callFromThread(self, call: Callable[..., object], *given: object, **named: object) -> None:
        call(*given, **named)


class Answer:
    """What was answered to a request."""

    def __init__(self, data: bytes) -> None:
        head, _, self.body = data.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        self.status = int(status.split()[1])
        self.headers = {name.lower(): value for name, value in (s.split(": ") for s in lines)}

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(site: Any, path: str, *headers: str, method: str = "GET") -> Answer:
    """Ask a site as a program does that wants no second answer, and closes."""
    protocol, transport = site.buildProtocol(None), StringTransport()
    protocol.makeConnection(transport)
    protocol.dataReceived("\r\n".join((f"{method} {path} HTTP/1.0", *headers, "", "")).encode())
    protocol.connectionLost(Failure(ConnectionDone()))
    return Answer(transport.value())


def read(text: str) -> Samples:
    """Read the samples with the parser of prometheus_client itself."""
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def nothing() -> Numbers:
    """The numbers of a chat that nothing has happened in."""
    empty = Spread((1,))
    return Numbers(
        sessions={}, people=0, in_all=0, rooms=0, queued=0, lines={}, deliveries=0, drops={},
        bites={}, refused_logins={}, unkept={}, commit_times=empty, batch_sizes=empty, lags=empty,
        nodes=1, is_store_up=True, feed=Feed(), started=0.0, version="1",
    )  # fmt: skip


class PagesCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.unwell = self.unready = ""
        self.numbers = nothing()
        self.site = self.site_on(Reactor())

    def site_on(self, reactor: Reactor) -> PagesSite:
        pages = Pages(
            reactor,
            look=lambda: self.numbers,
            why_unwell=lambda: self.unwell,
            why_unready=lambda: self.unready,
        )
        return PagesSite(pages, reactor)


class PagesTests(PagesCase):
    def test_whether_it_is_well_and_ready(self) -> None:
        for path in ("/healthz", "/readyz", "/readyz?verbose"):
            answer = ask(self.site, path)
            self.assertEqual((answer.status, answer.text), (200, "ok\n"))
        self.unwell = "lines cannot be kept"
        self.unready = "draining"
        answer = ask(self.site, "/healthz")
        self.assertEqual((answer.status, answer.text), (503, "lines cannot be kept\n"))
        answer = ask(self.site, "/readyz")
        self.assertEqual((answer.status, answer.text), (503, "draining\n"))
        self.assertEqual(answer.headers["cache-control"], "no-store")

    def test_nothing_else_is_there(self) -> None:
        for path in ("/", "/metrics/", "/metrics/x", "/healthz/x", "/../metrics", "//metrics"):
            self.assertEqual(ask(self.site, path).status, 404, path)

    def test_it_can_only_be_read(self) -> None:
        for path in ("/metrics", "/healthz", "/readyz"):
            for method in ("POST", "PUT", "DELETE", "OPTIONS"):
                answer = ask(self.site, path, method=method)
                self.assertEqual((answer.status, answer.headers["allow"]), (405, "GET, HEAD"))
            answer = ask(self.site, path, method="HEAD")
            self.assertEqual((answer.status, answer.body), (200, b""))

    def test_nobody_is_told_what_serves_them(self) -> None:
        for path in ("/metrics", "/healthz", "/", "*"):
            self.assertNotIn("server", ask(self.site, path).headers)
            self.assertNotIn("Twisted", ask(self.site, path).text)

    def test_what_is_no_request(self) -> None:
        protocol, transport = self.site.buildProtocol(None), StringTransport()
        protocol.makeConnection(transport)
        protocol.dataReceived(b"\x16\x03\x01\r\n\r\n")
        self.assertIn(b" 400 ", transport.value())
        self.assertTrue(transport.disconnecting)

    def test_everything_is_in_the_metrics(self) -> None:
        answer = ask(self.site, "/metrics")
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["content-type"].startswith("text/plain; version="))
        families = {family.name: family for family in text_string_to_metric_families(answer.text)}
        for described in METRICS:
            family = families[described.name.removesuffix("_total")]
            self.assertEqual((family.type, family.documentation), (described.kind, described.what))
        for other in ("process_cpu_seconds", "python_info", "python_gc_collections"):
            self.assertIn(other, families)

    def test_every_label_is_the_one_that_is_described(self) -> None:
        self.numbers = nothing()
        for name in ("sessions", "lines", "drops", "bites", "refused_logins", "unkept"):
            object.__setattr__(self.numbers, name, {"x": 1})
        text = ask(self.site, "/metrics").text
        for family in text_string_to_metric_families(text):
            for described in METRICS:
                if described.name.removesuffix("_total") == family.name:
                    labels = {label for sample in family.samples for label in sample.labels}
                    self.assertEqual(labels - {"le"}, {described.label} - {""}, family.name)

    def test_only_some_of_them(self) -> None:
        text = ask(
            self.site, "/metrics?name[]=twistchat_people&name[]=twistchat_deliveries_total"
        ).text
        names = [family.name for family in text_string_to_metric_families(text)]
        self.assertEqual(names, ["twistchat_people", "twistchat_deliveries"])

    def test_other_ways_to_write_them(self) -> None:
        answer = ask(self.site, "/metrics", "Accept-Encoding: gzip")
        self.assertIn("twistchat_people 0.0\n", gzip.decompress(answer.body).decode())
        accept = "Accept: application/openmetrics-text; version=1.0.0"
        self.assertTrue(ask(self.site, "/metrics", accept).text.endswith("# EOF\n"))

    def test_two_in_one_process_do_not_meet(self) -> None:
        other = self.site_on(Reactor())
        for site in (self.site, other):
            self.assertEqual(ask(site, "/metrics").text.count("\ntwistchat_people "), 1)


class NumbersTests(OnSlowEngine):
    """The numbers move as people talk."""

    limits = Limits(name_time=60)

    def setUp(self) -> None:
        super().setUp()
        self.lags = Spread((1,))
        reactor = Reactor()
        pages = Pages(reactor, look=self.look, why_unwell=str, why_unready=str)
        self.site = PagesSite(pages, reactor)

    def look(self) -> Numbers:
        parts = self.world.parts
        return look(
            crowd=parts.registry, place=parts.chat, counts=parts.counts,
            commits=parts.engine.commits, lags=self.lags, nodes=3, is_store_up=False, wires=WIRES,
            started=1795276000.5, version="0.1.0",
        )  # fmt: skip

    def scraped(self) -> Samples:
        return read(ask(self.site, "/metrics").text)

    def test_before_anybody_comes(self) -> None:
        samples = self.scraped()
        for name, label in (
            ("twistchat_sessions", "line"),
            ("twistchat_sessions", "json"),
            ("twistchat_lines_total", "json"),
            ("twistchat_people", ""),
            ("twistchat_deliveries_total", ""),
            ("twistchat_drops_total", "too slow"),
            ("twistchat_unkept_total", "failed"),
            ("twistchat_commit_seconds_count", ""),
        ):
            self.assertEqual(samples[name, label], 0, name)
        self.assertEqual(samples["twistchat_start_time_seconds", ""], 1795276000.5)
        self.assertEqual(samples["twistchat_build_info", "0.1.0"], 1)

    def test_of_several_nodes(self) -> None:
        self.people("alice", "bob")
        self.world.parts.chat.people[0].is_here = False
        self.world.engine.commits.feed = lambda: Feed(at=8, last=9, asked_again=1, resyncs=2)
        samples = self.scraped()
        for name, value in (
            ("people", 1), ("people_in_all", 2), ("nodes", 3), ("store_up", 0),
            ("feed_position", 8), ("feed_behind", 1), ("store_asked_again_total", 1),
            ("resyncs_total", 2),
        ):  # fmt: skip
            self.assertEqual(samples[f"twistchat_{name}", ""], value, name)

    def test_people_talk(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.world.people("robot", front_end=JSON)
        self.connect()
        before = self.scraped()
        alice.sends(b"one\ntwo\n/join #lab\n")
        self.turn()
        bob.types("three")
        self.turn()
        after = self.scraped()
        self.assertEqual(after["twistchat_sessions", "line"], 3)
        self.assertEqual(after["twistchat_sessions", "json"], 1)
        self.assertEqual(after["twistchat_people", ""], 3)
        self.assertEqual(after["twistchat_rooms", ""], 2)

        def grown(name: str, label: str = "") -> float:
            return after[name, label] - before[name, label]

        self.assertEqual(grown("twistchat_lines_total", "line"), 4)
        self.assertEqual(grown("twistchat_lines_total", "json"), 0)
        self.assertGreaterEqual(grown("twistchat_deliveries_total"), 6)
        self.assertEqual(grown("twistchat_commit_seconds_count"), 2)
        self.assertAlmostEqual(grown("twistchat_commit_seconds_sum"), 0.02)
        self.assertEqual(grown("twistchat_commit_batch_size_sum"), 3)
        self.assertEqual(grown("twistchat_commit_batch_size_bucket", "1.0"), 1)
        self.assertEqual(grown("twistchat_commit_batch_size_bucket", "+Inf"), 2)

    def test_what_goes_wrong(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.typing(self.connect(), "alice")
        bob.wire.stall()
        self.slow.fails = True
        self.typing(alice, "lost")
        self.slow.fails = False
        self.typing(alice, "x" * 5000)
        self.assertGreater(self.scraped()["twistchat_queue_bytes", ""], 5000)
        self.wait(70)
        samples = self.scraped()
        self.assertEqual(samples["twistchat_queue_bytes", ""], 0)
        self.assertEqual(samples["twistchat_unkept_total", "failed"], 1)
        self.assertEqual(samples["twistchat_login_failures_total", "name-taken"], 1)
        self.assertEqual(samples["twistchat_limits_bitten_total", "stall"], 1)
        self.assertEqual(samples["twistchat_limits_bitten_total", "name-time"], 1)
        bob.vanishes()
        alice.types("/quit")
        self.turn()
        samples = self.scraped()
        self.assertEqual(samples["twistchat_drops_total", "too slow"], 1)
        self.assertNotIn(("twistchat_drops_total", "left"), samples)

    def test_a_moment_stays_as_it_is(self) -> None:
        (alice,) = self.people("alice")
        before = self.look()
        self.typing(alice, "hello")
        self.assertNotEqual(before.lines, self.look().lines)
        self.assertEqual(before.commit_times.counts, [0] * (len(COMMIT_TIMES) + 1))
        self.assertEqual(before.batch_sizes.counts, [0] * (len(BATCH_SIZES) + 1))


class LagTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.lag = Lag(self.clock)

    def seen(self) -> dict[float | None, int]:
        spread = self.lag.spread
        bounds = (*spread.bounds, None)
        return {b: n for b, n in zip(bounds, spread.counts, strict=True) if n}

    def test_how_late_it_is_called(self) -> None:
        self.lag.start()
        self.clock.pump([EVERY] * 10)
        self.assertEqual(self.seen(), {0.001: 10})
        self.clock.advance(EVERY + 0.3)
        self.clock.advance(EVERY + 60)
        self.assertEqual(self.seen(), {0.001: 10, 0.5: 1, None: 1})
        self.assertAlmostEqual(self.lag.spread.total, 60.3)

    def test_a_clock_that_is_set_back(self) -> None:
        self.lag.start()
        (alarm,) = self.clock.getDelayedCalls()
        self.clock.rightNow = -3600.0
        alarm.reset(0)
        self.clock.advance(0)
        self.assertEqual((self.seen(), self.lag.spread.total), ({0.001: 1}, 0.0))

    def test_it_ends(self) -> None:
        self.lag.start()
        self.lag.stop()
        self.lag.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])


class HealthTests(SynchronousTestCase):
    def test_a_store_that_works(self) -> None:
        self.assertEqual(why_unwell(Commits(), now=1e6, patience=10), "")
        self.assertEqual(why_unwell(Commits(since=5.0), now=15.0, patience=10), "")

    def test_a_store_that_does_not(self) -> None:
        self.assertEqual(
            why_unwell(Commits(since=5.0), now=15.1, patience=10), "the store does not answer"
        )
        self.assertEqual(
            why_unwell(Commits(is_failing=True), now=0, patience=10), "lines cannot be kept"
        )


class TroubleTests(SynchronousTestCase):
    """A store that cannot be reached, for a moment or for longer."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.what = ""
        self.trouble = Trouble(lambda: self.what, self.clock, patience=10)

    def test_none(self) -> None:
        self.clock.advance(100)
        self.assertEqual(self.trouble.lasting(), "")

    def test_a_moment(self) -> None:
        for _ in range(3):
            self.what = "no connection"
            self.assertEqual(self.trouble.lasting(), "")
            self.clock.advance(9)
            self.assertEqual(self.trouble.lasting(), "")
            self.what = ""
            self.assertEqual(self.trouble.lasting(), "")

    def test_a_while(self) -> None:
        self.what = "no connection"
        self.trouble.lasting()
        self.clock.advance(10)
        self.assertEqual(self.trouble.lasting(), "no connection")
        self.what = ""
        self.assertEqual(self.trouble.lasting(), "")


class ServiceTests(SynchronousTestCase):
    """The whole service, from before its engine has started until it has stopped."""

    def setUp(self) -> None:
        self.reactor = Reactor()
        self.engine = SlowEngine(self.reactor)
        self.service = ChatService(
            self.reactor, engine=self.engine, listen=["tcp:8000"], metrics="tcp:9100"
        )

    def asked(self, path: str) -> tuple[int, str]:
        window = self.service.window
        assert window is not None
        answer = ask(window._site, path)
        return answer.status, answer.text.strip()

    def connect(self) -> tuple[Any, StringTransport]:
        protocol, transport = self.service.factory.buildProtocol(None), StringTransport()
        protocol.makeConnection(transport)
        return protocol, transport

    def test_from_the_start_to_the_end(self) -> None:
        self.service.privilegedStartService()
        self.service.startService()
        self.assertEqual([server[0] for server in self.reactor.tcpServers], [8000, 9100])
        self.assertEqual(self.asked("/readyz"), (503, "starting"))
        self.assertEqual(self.asked("/healthz"), (200, "ok"))
        self.reactor.advance(0.01)
        self.assertEqual(self.asked("/readyz"), (200, "ok"))
        protocol, _ = self.connect()
        protocol.dataReceived(b"alice\nhello\n")
        self.reactor.pump([0.01] * 10)
        assert self.service.window is not None
        samples = read(ask(self.service.window._site, "/metrics").text)
        self.assertEqual(samples["twistchat_people", ""], 1)
        self.assertEqual(samples["twistchat_commit_seconds_count", ""], 1)
        self.assertEqual(samples["twistchat_reactor_lag_seconds_count", ""], 1)
        stopping = self.service.stopService()
        self.reactor.pump([0.01] * 10)
        self.assertEqual(self.asked("/readyz"), (503, "stopping"))
        self.assertEqual(self.asked("/healthz"), (200, "ok"))
        protocol.connectionLost(Failure(ConnectionDone()))
        self.successResultOf(stopping)
        for call in self.reactor.getDelayedCalls():  # of a port that a real reactor would close
            self.assertIn("_updateLogDateTime", repr(call))

    def test_a_store_that_is_away(self) -> None:
        self.service.startService()
        self.reactor.advance(0.01)
        self.engine.trouble = "connection refused"
        for path in ("/readyz", "/healthz"):
            self.assertEqual(self.asked(path), (200, "ok"))
        self.reactor.advance(DEFAULT_LIMITS.uncommitted_age)
        for path in ("/readyz", "/healthz"):
            self.assertEqual(self.asked(path), (503, "the store is away: connection refused"))
        self.engine.trouble = ""
        self.assertEqual(self.asked("/readyz"), (200, "ok"))
        self.successResultOf(self.service.stopService())

    def test_how_many_nodes_there_are(self) -> None:
        self.service.startService()
        self.reactor.advance(0.01)
        assert self.service.window is not None
        samples = read(ask(self.service.window._site, "/metrics").text)
        self.assertEqual(
            (samples["twistchat_nodes", ""], samples["twistchat_store_up", ""]), (1, 1)
        )
        self.successResultOf(self.service.stopService())

    def test_it_listens_without_privileges_too(self) -> None:
        self.service.startService()
        self.assertEqual([server[0] for server in self.reactor.tcpServers], [8000, 9100])
        self.reactor.advance(0.01)
        self.successResultOf(self.service.stopService())

    def test_connections_that_are_kept_are_closed_at_the_end(self) -> None:
        self.service.startService()
        self.reactor.advance(0.01)
        assert self.service.window is not None
        site: Any = self.service.window._site
        transport = StringTransport()
        protocol = site.buildProtocol(None)
        protocol.makeConnection(transport)
        protocol.dataReceived(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
        self.assertFalse(transport.disconnecting)
        self.successResultOf(self.service.stopService())
        self.assertTrue(transport.disconnecting)

    def test_a_word_before_the_stop(self) -> None:
        self.service.startService()
        self.reactor.advance(0.01)
        self.service.shut_down("Lunch.")
        self.assertEqual(self.asked("/readyz"), (503, "stopping"))

    def test_a_store_that_does_not_answer(self) -> None:
        self.service.startService()
        self.reactor.advance(0.01)
        protocol, _ = self.connect()
        protocol.dataReceived(b"alice\n")
        self.reactor.pump([0.01] * 10)
        self.engine.hangs = True
        protocol.dataReceived(b"hello\n")
        self.reactor.pump([0.5] * 22)
        self.assertEqual(self.asked("/healthz"), (503, "the store does not answer"))
        self.engine.answer()
        self.reactor.pump([0.01] * 10)
        self.assertEqual(self.asked("/healthz"), (200, "ok"))
        self.engine.fails = True
        protocol.dataReceived(b"hello\n")
        self.reactor.pump([0.01] * 10)
        self.assertEqual(self.asked("/healthz"), (503, "lines cannot be kept"))

    def test_an_engine_that_does_not_start(self) -> None:
        class Broken(MemoryEngine):
            def start(self, deliver: Callable[[Sequence[Committed]], None]) -> Deferred[None]:
                return fail(OSError("no such disk"))

        self.service = ChatService(self.reactor, engine=Broken(), metrics="tcp:9100")
        self.service.startService()
        self.assertEqual(self.asked("/healthz"), (503, "the engine did not start"))
        self.assertEqual(self.asked("/readyz"), (503, "starting"))

    def test_without_it_nothing_is_looked_at(self) -> None:
        service = ChatService(self.reactor)
        service.startService()
        self.assertIsNone(service.window)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_two_services_in_one_process(self) -> None:
        other = ChatService(self.reactor, metrics="tcp:9101")
        self.service.startService()
        other.startService()
        self.reactor.advance(0.01)
        self.connect()
        assert other.window is not None
        samples = read(ask(other.window._site, "/metrics").text)
        self.assertEqual(samples["twistchat_sessions", "line"], 0)


class UnusedTests(SynchronousTestCase):
    def test_counts_are_each_chats_own(self) -> None:
        one, other = Counts(), Counts()
        one.heard["line"].lines += 1
        one.drops["left"] += 1
        self.assertEqual((dict(other.heard), other.drops), ({}, {}))
