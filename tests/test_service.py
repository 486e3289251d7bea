"""Options, endpoints, addresses, and the embedded service."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet import reactor
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred, fail, gatherResults
from twisted.internet.endpoints import clientFromString, connectProtocol, serverFromString
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import ISystemHandle
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.task import Clock, deferLater
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase, TestCase

from tests.folders import temporary_folder, twistd_in
from twistchat import ChatFactory, ChatProtocol
from twistchat.assembly import memory_chat
from twistchat.core.events import Cause
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.engine.memory import MemoryEngine
from twistchat.frontends.peer import address_of, cause_of
from twistchat.frontends.registry import Greeting
from twistchat.host.addresses import local_addresses, ways_to_join
from twistchat.host.endpoints import Listen, endpoint_of
from twistchat.host.keepalive import bound_buffer, keep_alive
from twistchat.host.probe import CannotListenError, Trial
from twistchat.service import ChatService
from twistchat.tap import Options, makeService
from twistchat.testing import SlowEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.engine import Committed


class OptionsTests(SynchronousTestCase):
    def parse(self, *arguments: str) -> Options:
        options = Options()
        options.parent = twistd_in(temporary_folder(self))
        options.parseOptions(list(arguments))
        return options

    def error(self, *arguments: str) -> str:
        message = str(self.assertRaises(SystemExit, self.parse, *arguments).code)
        self.assertNotIn("\n", message)
        return message

    def test_defaults(self) -> None:
        options = self.parse()
        self.assertEqual(options.listen[0][0], Listen("any", endpoint_of("8000")))
        self.assertEqual(options.greeting, Greeting("twistchat", ()))

    def test_a_port_and_an_endpoint(self) -> None:
        self.assertIn(":7000", self.parse("--port", "7000").listen[0][0].endpoint)
        self.assertEqual(self.parse("--port", "unix:/x").listen[0][0].endpoint, "unix:/x")

    def test_bad_ports(self) -> None:
        for port in ("http", "-1", "65536", ""):
            self.assertIn("is no port: give a number from 0 to 65535", self.error("--port", port))

    def test_bad_engine(self) -> None:
        self.assertEqual(
            self.error("--engine", "paper:"),
            "twistd chat: there is no engine 'paper:'; choose sqlite:PATH, memory: or redis://HOST",
        )

    def test_what_is_no_option(self) -> None:
        self.assertIn("'8000' is no option", self.error("8000"))

    def test_name(self) -> None:
        self.assertEqual(self.parse("--name", "五班").greeting.server, "五班")
        self.assertIn("--name is empty", self.error("--name", " "))

    def test_motd(self) -> None:
        path = temporary_folder(self) / "file"
        path.write_bytes("\ufeffBe kind.\r\n请友善\x1b[1m\n".encode())
        self.assertEqual(
            self.parse("--motd", str(path.absolute())).greeting.motd, ("Be kind.", "请友善␛[1m")
        )

    def test_bad_motd(self) -> None:
        self.assertIn("cannot read --motd /nowhere", self.error("--motd", "/nowhere"))
        path = temporary_folder(self) / "file"
        path.write_bytes(b"\xff\xfe")
        self.assertIn("is not UTF-8", self.error("--motd", str(path.absolute())))
        path.write_bytes(b"x" * 70_000)
        self.assertIn("is too large: 64 KiB at most", self.error("--motd", str(path.absolute())))

    def test_a_port_that_is_taken(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            options = self.parse("--port", f"tcp:{port}:interface=127.0.0.1")
            message = self.assertRaises(SystemExit, makeService, options).code
        self.assertEqual(
            message,
            f"twistd chat: port {port} is in use: stop what uses it, or choose another with --port",
        )


class ProbeTests(SynchronousTestCase):
    def test_good_endpoints(self) -> None:
        path = temporary_folder(self) / "socket"
        for description in ("tcp:0", endpoint_of("0"), f"unix:{path}"):
            with Trial(reactor) as trial:
                trial.listen(description)
        self.assertFalse(Path(path).exists())

    def test_bad_endpoints(self) -> None:
        for description, words in {
            "nonsense:1": "cannot listen on",
            "unix:/nowhere/x": "no folder to make a socket in",
            "tcp:x": "cannot listen on",
            "tcp:0:interface=192.0.2.77": "this machine has no such address",
        }.items():
            with Trial(reactor) as trial:
                error = self.assertRaises(CannotListenError, trial.listen, description)
            self.assertIn(words, str(error))
            self.assertNotIn("\n", str(error))


class AddressTests(SynchronousTestCase):
    def test_lines_to_type(self) -> None:
        here = IPv4Address("TCP", "192.0.2.1", 8000)
        people = ["nc 192.0.2.1 8000", "twistchat connect 192.0.2.1:8000"]
        everybody = [*people, "irc://192.0.2.1:8000", "http://192.0.2.1:8000/"]
        self.assertEqual(ways_to_join(here), everybody)
        self.assertEqual(ways_to_join(here, kind="line"), people)
        self.assertEqual(ways_to_join(here, kind="irc"), ["irc://192.0.2.1:8000"])
        self.assertEqual(ways_to_join(here, kind="json"), ["(json) 192.0.2.1:8000"])
        self.assertEqual(
            ways_to_join(IPv6Address("TCP", "2001:db8::1", 8000), kind="line"),
            ["nc 2001:db8::1 8000", "twistchat connect [2001:db8::1]:8000"],
        )
        self.assertEqual(ways_to_join(UNIXAddress(b"/run/chat")), ["nc -U /run/chat"])
        self.assertEqual(ways_to_join(UNIXAddress(b"/run/chat"), kind="json"), ["(json) /run/chat"])
        for endpoint in ("ssl:8000:privateKey=k.pem", "tls:/certificates:port=8000"):
            openssl = "openssl s_client -quiet -connect 192.0.2.1:8000"
            self.assertEqual(ways_to_join(here, endpoint, "line"), [openssl])
            self.assertEqual(ways_to_join(here, endpoint, "irc"), ["ircs://192.0.2.1:8000"])
            self.assertEqual(
                ways_to_join(here, endpoint),
                [openssl, "ircs://192.0.2.1:8000", "https://192.0.2.1:8000/"],
            )
        for kind in ("any", "line", "irc"):
            self.assertEqual(
                ways_to_join(here, "haproxy:tcp:8000", kind), ["a proxy at 192.0.2.1:8000"]
            )
        self.assertEqual(
            ways_to_join(here, certified=["chat.example"]),
            [
                *everybody,
                "twistchat connect tls:chat.example:8000",
                "ircs://chat.example:8000",
                "https://chat.example:8000/",
            ],
        )

    def test_the_page_behind_a_proxy(self) -> None:
        here, page = IPv4Address("TCP", "127.0.0.1", 8000), "https://chat.example/talk/"
        self.assertEqual(ways_to_join(here, page=page), [*ways_to_join(here), page])
        self.assertEqual(
            ways_to_join(here, kind="web", page=page), ["http://127.0.0.1:8000/", page]
        )
        self.assertNotIn(page, ways_to_join(here, kind="line", page=page))
        socket = UNIXAddress(b"/run/web")
        self.assertEqual(ways_to_join(socket, kind="web", page=page), ["(web) /run/web", page])

    def test_all_interfaces(self) -> None:
        lines = ways_to_join(IPv6Address("TCP", "::", 8000))
        self.assertEqual(len(lines), 4 * len(local_addresses()))
        only_four = ways_to_join(IPv4Address("TCP", "0.0.0.0", 8000))
        self.assertTrue(only_four)
        self.assertNotIn("[", "".join(only_four))

    def test_peers(self) -> None:
        for host, written in {
            "192.0.2.1": "192.0.2.1",
            "::ffff:192.0.2.1": "192.0.2.1",
            "2001:db8::1": "2001:db8::1",
            "fe80::1%eth0": "fe80::1",
        }.items():
            transport = StringTransport(peerAddress=IPv6Address("TCP", host, 1))
            self.assertEqual(address_of(transport), written)
        self.assertEqual(address_of(StringTransport(peerAddress=UNIXAddress(b""))), "local")

    def test_why_a_connection_ended(self) -> None:
        done, lost = Failure(ConnectionDone()), Failure(ConnectionLost())
        self.assertEqual(cause_of(done, 1000, DEFAULT_LIMITS), Cause.LEFT)
        self.assertEqual(cause_of(lost, 10, DEFAULT_LIMITS), Cause.LOST)
        self.assertEqual(cause_of(lost, 60, DEFAULT_LIMITS), Cause.TIMED_OUT)


class EmbeddingTests(SynchronousTestCase):
    def test_the_smallest_chat(self) -> None:
        clock = Clock()
        factory = ChatFactory(memory_chat(clock).registry)
        protocol, transport = factory.buildProtocol(None), StringTransport()
        self.assertIsInstance(protocol, ChatProtocol)
        protocol.makeConnection(transport)
        protocol.dataReceived(b"alice\nhello\n")
        clock.advance(0)
        self.assertIn(b"<alice> hello\n", transport.value())
        (client,) = factory.clients
        self.assertEqual(client.name, "alice")
        protocol.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(list(factory.clients), [])

    def test_a_subclass(self) -> None:
        class Loud(ChatProtocol):
            def lineReceived(self, line: bytes) -> None:
                super().lineReceived(line.upper())

        class LoudFactory(ChatFactory):
            protocol = Loud

        clock = Clock()
        protocol = LoudFactory(memory_chat(clock).registry).buildProtocol(None)
        transport = StringTransport()
        protocol.makeConnection(transport)
        protocol.dataReceived(b"alice\nhello\n")
        clock.advance(0)
        self.assertIn(b"<ALICE> HELLO\n", transport.value())


class ServiceTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()
        self.stops: list[None] = []
        self.service = ChatService(
            self.reactor,
            listen=["tcp:8000", "tcp:9000:interface=127.0.0.1"],
            greeting=Greeting("五班", ("Be kind.",)),
            stop=lambda: self.stops.append(None),
        )
        self.service.startService()

    def connect(self, port: int = 0) -> tuple[ChatProtocol, StringTransport]:
        protocol = self.service.factory.buildProtocol(None)
        transport = StringTransport()
        protocol.makeConnection(transport)
        return protocol, transport

    def test_it_listens(self) -> None:
        self.assertEqual([server[0] for server in self.reactor.tcpServers], [8000, 9000])

    def test_it_greets(self) -> None:
        _, transport = self.connect()
        self.reactor.advance(DEFAULT_LIMITS.greeting)
        self.assertTrue(
            transport.value().decode().startswith("-- Welcome to 五班.\n-- | Be kind.\n")
        )
        self.stop()

    def stop(self) -> Deferred[None]:
        stopping = self.service.stopService()
        for _ in range(10):
            self.reactor.advance(0.01)
        return stopping

    def test_stopping_with_nobody_here(self) -> None:
        self.assertIsNone(self.successResultOf(self.stop()))

    def test_stopping_says_goodbye_and_waits_for_the_last_to_go(self) -> None:
        protocol, transport = self.connect()
        protocol.dataReceived(b"alice\n")
        self.reactor.advance(0)
        self.service.shut_down("Lunch.")
        self.assertEqual(self.stops, [None])
        stopping = self.stop()
        self.assertTrue(transport.value().endswith(b"-- Goodbye, the server is stopping: Lunch.\n"))
        self.assertTrue(transport.disconnecting)
        self.assertNoResult(stopping)
        protocol.connectionLost(Failure(ConnectionDone()))
        self.successResultOf(stopping)
        self.assertEqual(self.service.registry.people, [])

    def test_nothing_is_under_way_when_it_has_stopped(self) -> None:
        protocol, _ = self.connect()
        protocol.dataReceived(b"alice\n/json\n")
        self.reactor.advance(0)
        stopping = self.stop()
        protocol.connectionLost(Failure(ConnectionDone()))
        self.successResultOf(stopping)
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_shutting_down_twice_is_once(self) -> None:
        self.service.shut_down("one")
        self.service.shut_down("two")
        self.assertEqual(self.stops, [None])
        self.successResultOf(self.stop())

    def test_stopping_does_not_wait_for_ever(self) -> None:
        protocol, transport = self.connect()
        protocol.dataReceived(b"alice\n")
        stopping = self.stop()
        self.assertNoResult(stopping)
        self.reactor.advance(2)
        self.successResultOf(stopping)
        self.assertTrue(transport.disconnected)
        protocol.connectionLost(Failure(ConnectionLost()))


class SlowServiceTests(SynchronousTestCase):
    """The whole service, stopped while commits wait."""

    def test_what_was_said_is_told_before_goodbye(self) -> None:
        reactor = MemoryReactorClock()
        service = ChatService(reactor, engine=SlowEngine(reactor))
        service.startService()
        reactor.advance(0.01)
        protocol, transport = service.factory.buildProtocol(None), StringTransport()
        protocol.makeConnection(transport)
        protocol.dataReceived(b"alice\n")
        reactor.pump([0.01] * 5)
        protocol.dataReceived(b"one\ntwo\n")
        stopping = service.stopService()
        reactor.pump([0.01] * 10)
        self.assertTrue(
            transport.value().endswith(
                b"<alice> one\n<alice> two\n-- Goodbye, the server is stopping.\n"
            )
        )
        protocol.connectionLost(Failure(ConnectionDone()))
        self.successResultOf(stopping)
        self.assertEqual(reactor.getDelayedCalls(), [])

    def test_an_engine_that_does_not_start_stops_the_server(self) -> None:
        class Broken(SlowEngine):
            def start(self, deliver: object) -> Deferred[None]:
                return fail(OSError("no such disk"))

        reactor, stops = MemoryReactorClock(), [0]
        service = ChatService(
            reactor, engine=Broken(reactor), stop=lambda: stops.append(1), listen=["tcp:8000"]
        )
        service.startService()
        self.assertEqual(stops, [0, 1])


class WaitingDoorTests(TestCase):
    """On real sockets: nobody is let in before the engine is ready."""

    async def test_doors_wait_for_the_engine(self) -> None:
        ready: Deferred[None] = Deferred()

        class Late(MemoryEngine):
            def start(self, deliver: Callable[[Sequence[Committed]], None]) -> Deferred[None]:
                started = super().start(deliver)
                return ready.addCallback(lambda _: started)

        class Calling(Protocol):
            def dataReceived(self, data: bytes) -> None:
                if not greeted.called:
                    greeted.callback(None)

            def connectionLost(self, reason: Failure = connectionDone) -> None:
                gone.callback(None)

        greeted: Deferred[None] = Deferred()
        gone: Deferred[None] = Deferred()
        service = ChatService(reactor, engine=Late(), listen=["tcp:0:interface=127.0.0.1"])
        service.privilegedStartService()
        service.startService()
        port = service.doors[0].port
        assert port is not None
        host = port.getHost()
        assert isinstance(host, IPv4Address)
        call = f"tcp:127.0.0.1:{host.port}"
        calling = await connectProtocol(clientFromString(reactor, call), Calling())
        await deferLater(reactor, 0)
        self.assertEqual(len(service.registry.sessions), 0)
        ready.callback(None)
        await greeted
        calling.transport.loseConnection()
        await gone
        await service.stopService()


class Probed(Protocol):
    """A connection that is kept alive, and remembers its socket."""

    def __init__(self) -> None:
        self.handle: socket.socket | None = None
        self.gone: Deferred[None] = Deferred()

    def connectionMade(self) -> None:
        keep_alive(self.transport, silence=30, dead=60)
        bound_buffer(self.transport, 4096)
        handle = ISystemHandle(self.transport).getHandle()
        assert isinstance(handle, socket.socket)
        self.handle = handle

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.gone.callback(None)


class KeepAliveTests(TestCase):
    """On real sockets: what the kernel is told."""

    async def connected(self, listen: str, call: Callable[[Any], str]) -> socket.socket:
        """Connect a probed connection to itself, and give back its socket, still open."""
        accepted: list[Probed] = []

        class Accepting(Factory):
            def buildProtocol(self, addr: object) -> Probed:
                accepted.append(Probed())
                return accepted[-1]

        port = await serverFromString(reactor, listen).listen(Accepting())
        caller = await connectProtocol(clientFromString(reactor, call(port.getHost())), Probed())

        async def close() -> None:
            caller.transport.loseConnection()
            await gatherResults([caller.gone, *(protocol.gone for protocol in accepted)])
            await port.stopListening()

        self.addCleanup(lambda: Deferred.fromCoroutine(close()))
        handle: socket.socket | None = caller.handle
        assert handle is not None
        return handle

    async def test_the_kernel_holds_little_for_a_slow_peer(self) -> None:
        handle = await self.connected(
            "tcp:0:interface=127.0.0.1", lambda host: f"tcp:127.0.0.1:{host.port}"
        )
        size = handle.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        self.assertLess(size, 16_384)  # Linux takes it twice, and has a least

    async def test_the_kernel_probes_a_silent_peer(self) -> None:
        handle = await self.connected(
            "tcp:0:interface=127.0.0.1", lambda host: f"tcp:127.0.0.1:{host.port}"
        )
        self.assertTrue(handle.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))
        for name, value in {
            "TCP_KEEPIDLE": 30,
            "TCP_KEEPINTVL": 10,
            "TCP_KEEPCNT": 3,
            "TCP_USER_TIMEOUT": 60_000,
        }.items():
            option = getattr(socket, name, None)
            if option is not None:
                self.assertEqual(handle.getsockopt(socket.IPPROTO_TCP, option), value, name)

    async def test_a_unix_socket_needs_no_probing(self) -> None:
        path = temporary_folder(self) / "socket"
        handle = await self.connected(f"unix:{path}", lambda _: f"unix:{path}")
        self.assertFalse(handle.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))
