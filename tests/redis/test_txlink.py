"""The real link, over real sockets, to a Redis that is killed, stopped, and says no."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet import reactor as global_reactor
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from tests.certificates import write_pair
from tests.folders import temporary_folder
from tests.redis.server import RedisServer, free_port
from twistchat.engine.redis.address import read_address
from twistchat.engine.redis.connection import Pace
from twistchat.engine.redis.credentials import Credentials
from twistchat.engine.redis.link import (
    AnswerLostError,
    NotSentError,
    RefusedError,
    Script,
    StoreError,
)
from twistchat.engine.redis.txlink import RedisLink

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twisted.internet.defer import Deferred

reactor: Any = global_reactor

Failing = TypeVar("Failing", bound=Exception)

PACE = Pace(connect=2, reply=0.6, idle=0.2, look=0.05, start=5, longest=0.4, calm=0.2)
"""As in life, only faster."""

SLEEP = Script("sleep", b"redis.call('SET', KEYS[1], ARGV[1]) return {ARGV[1], 7, false}")


class LinkTestCase(TestCase):
    def a_server(self, settings: Mapping[str, str] | None = None, **given: Any) -> RedisServer:
        server = RedisServer(settings, **given)
        self.addCleanup(server.close)
        return server.start()

    def a_link(self, url: str, pace: Pace = PACE, **credentials: Any) -> RedisLink:
        link = RedisLink(
            reactor,
            read_address(url),
            credentials=Credentials(**credentials),
            name="twistchat-a",
            pace=pace,
        )
        self.told: list[Any] = []
        link.watch(
            came_up=lambda: self.told.append("up"),
            went_down=lambda: self.told.append("down"),
            woken=self.told.append,
        )
        self.addCleanup(link.stop)
        return link

    async def starts(self, url: str, pace: Pace = PACE, **credentials: Any) -> RedisLink:
        link = self.a_link(url, pace, **credentials)
        await link.start("wake")
        return link

    async def refusal(self, url: str, **credentials: Any) -> str:
        link = self.a_link(url, **credentials)
        error = await self.failing(link.start("wake"), StoreError)
        self.assertFalse(link.is_up)
        return str(error)

    async def failing(self, asked: Deferred[Any], kind: type[Failing]) -> Failing:
        """Wait until it fails with such an error."""
        try:
            answer = await asked
        except kind as error:
            return error
        raise AssertionError(f"it was answered {answer!r}")

    async def until(self, holds: Callable[[], object], within: float = 8) -> None:
        end = reactor.seconds() + within
        while not holds():
            self.assertLess(reactor.seconds(), end, f"in vain; told: {self.told}")
            await deferLater(reactor, 0.01)


class TalkingTests(LinkTestCase):
    async def test_commands_and_scripts_are_answered(self) -> None:
        server = self.a_server()
        link = await self.starts(server.url)
        self.assertTrue(link.is_up)
        self.assertEqual(link.trouble, "")
        self.assertEqual(await link.run(SLEEP, ["k"], ["grüß"]), ["grüß".encode(), 7, None])
        self.assertEqual(await link.command("GET", "k", is_reading=True), "grüß".encode())
        self.assertEqual(await link.command("SET", b"f", 1763800000.123456), b"OK")
        self.assertEqual(await link.command("GET", "f"), b"1763800000.123456")
        names = {client["name"] for client in server.client().client_list()}
        self.assertLessEqual(
            {"twistchat-a-writing", "twistchat-a-reading", "twistchat-a-told"}, names
        )

    async def test_what_is_published_is_told(self) -> None:
        server = self.a_server()
        link = await self.starts(server.url)
        await link.command("PUBLISH", "wake", 17)
        await self.until(lambda: self.told == [b"17"])

    async def test_a_script_that_is_not_known_any_more_is_sent_again(self) -> None:
        server = self.a_server()
        link = await self.starts(server.url)
        await link.run(SLEEP, ["k"], ["1"])
        await link.run(SLEEP, ["k"], ["2"])
        server.client().script_flush()
        await link.run(SLEEP, ["k"], ["3"])
        self.assertEqual(server.client().get("k"), b"3")

    async def test_errors_are_told_by_their_codes(self) -> None:
        server = self.a_server()
        link = await self.starts(server.url)
        await link.command("SET", "k", "no number")
        error = await self.failing(link.command("HGET", "k", "f"), RefusedError)
        self.assertEqual(error.code, "WRONGTYPE")
        server.client().config_set("maxmemory", "1")
        error = await self.failing(link.run(SLEEP, ["k"], ["1"]), RefusedError)
        self.assertEqual(error.code, "OOM")
        self.assertTrue(link.is_up)

    async def test_another_database_over_tcp(self) -> None:
        server = self.a_server(port=free_port())
        link = await self.starts(f"redis://127.0.0.1:{server.port}/3")
        await link.command("SET", "k", 1)
        self.assertEqual(server.client().dbsize(), 0)
        self.assertEqual(server.client().info("keyspace")["db3"]["keys"], 1)

    async def test_nothing_is_left_when_it_is_stopped(self) -> None:
        server = self.a_server()
        link = await self.starts(server.url)
        under_way = link.command("GET", "k")
        await link.stop()
        await self.failing(under_way, AnswerLostError)
        await self.failing(link.command("GET", "k"), NotSentError)
        self.assertEqual(self.told, [])


class TroubleTests(LinkTestCase):
    async def test_a_redis_that_is_killed_is_found_again(self) -> None:
        server = self.a_server(port=free_port())
        link = await self.starts(server.url)
        server.kill()
        await self.until(lambda: self.told == ["down"])
        error = await self.failing(link.command("GET", "k"), NotSentError)
        self.assertIn(f"redis://127.0.0.1:{server.port}", str(error))
        await deferLater(reactor, 0.5)
        self.assertIn("nobody listens there", link.trouble)
        server.start()
        await self.until(lambda: self.told == ["down", "up"])
        await link.command("SET", "k", 1)
        await link.command("PUBLISH", "wake", 17)
        await self.until(lambda: self.told[2:] == [b"17"])

    async def test_a_redis_that_stands_still_is_noticed(self) -> None:
        server = self.a_server(port=free_port())
        link = await self.starts(server.url)
        server.pause()
        lost = link.command("SET", "k", 1)
        error = await self.failing(lost, AnswerLostError)
        self.assertIn("has not answered for 0.6 seconds", str(error))
        self.assertFalse(link.is_up)
        await deferLater(reactor, 1)
        self.assertEqual(self.told, ["down"])
        server.resume()
        await self.until(lambda: self.told == ["down", "up"])

    async def test_silence_is_noticed_though_nothing_is_asked(self) -> None:
        server = self.a_server()
        await self.starts(server.url)
        await deferLater(reactor, 1)
        self.assertEqual(self.told, [])
        server.pause()
        await self.until(lambda: self.told == ["down"], within=3)
        server.resume()
        await self.until(lambda: self.told == ["down", "up"])

    async def test_all_connections_are_made_anew_when_one_is_lost(self) -> None:
        server = self.a_server()
        link = await self.starts(server.url)
        for kind in ("writing", "reading", "told"):
            self.told.clear()
            clients = server.client().client_list()
            ours = {each["id"] for each in clients if each["name"].startswith("twistchat")}
            (lost,) = [each for each in clients if each["name"] == f"twistchat-a-{kind}"]
            server.client().client_kill_filter(_id=lost["id"])
            await self.until(lambda: self.told == ["down", "up"])
            after = {each["id"] for each in server.client().client_list()}
            self.assertEqual(after & ours, set())
            await link.command("PING")

    async def test_whoever_uses_it_can_drop_it(self) -> None:
        server = self.a_server()
        link = await self.starts(server.url)
        under_way = link.command("GET", "k")
        link.drop("it is read-only")
        self.assertFalse(link.is_up)
        self.assertIn("it is read-only", link.trouble)
        await self.failing(under_way, AnswerLostError)
        await self.until(lambda: self.told == ["down", "up"])

    async def test_a_replica_is_of_no_use(self) -> None:
        server, other = self.a_server(), self.a_server(port=free_port())
        link = await self.starts(server.url)
        server.client().replicaof("127.0.0.1", str(other.port))
        link.drop("READONLY")
        await deferLater(reactor, 0.5)
        self.assertEqual(self.told, ["down"])
        self.assertIn("is a replica", link.trouble)
        server.client().replicaof("NO", "ONE")
        await self.until(lambda: self.told == ["down", "up"])


class StartTests(LinkTestCase):
    async def test_where_nobody_listens(self) -> None:
        link = self.a_link(f"redis://127.0.0.1:{free_port()}/0", replace(PACE, start=0.5))
        error = await self.failing(link.start("wake"), StoreError)
        self.assertIn("nobody listens there", str(error))

    async def test_a_wrong_password(self) -> None:
        server = self.a_server({"requirepass": "right"})
        await self.starts(server.url, password="right")
        self.assertIn("is wrong", await self.refusal(server.url, password="wrong"))
        self.assertIn("wants a password", await self.refusal(server.url))

    async def test_a_password_that_nobody_asked_for(self) -> None:
        server = self.a_server()
        self.assertIn("it has no password", await self.refusal(server.url, password="x"))

    async def test_a_user_with_few_rights(self) -> None:
        server = self.a_server(
            {"user": "default off\nchat on >secret ~twistchat:* resetchannels &wake +@all -info"}
        )
        told = await self.refusal(server.url, username="chat", password="secret")
        self.assertIn("may not do what a chat needs", told)
        self.assertIn("is wrong", await self.refusal(server.url, username="x", password="secret"))

    async def test_a_user_of_the_acl(self) -> None:
        server = self.a_server(
            {
                "user": "default off\nchat on >secret ~twistchat:* resetchannels &wake"
                " +@all -@dangerous -client +info"
            }
        )
        link = await self.starts(server.url, username="chat", password="secret")
        await link.command("SET", "twistchat:k", 1)
        error = await self.failing(link.command("SET", "k", 1), RefusedError)
        self.assertEqual(error.code, "NOPERM")

    async def test_a_database_that_there_is_not(self) -> None:
        server = self.a_server(port=free_port())
        told = await self.refusal(f"redis://127.0.0.1:{server.port}/99")
        self.assertIn("it has no database 99", told)

    async def test_a_cluster(self) -> None:
        server = self.a_server({"cluster-enabled": "yes"}, port=free_port())
        self.assertIn("part of a Redis Cluster", await self.refusal(server.url))

    async def test_something_else(self) -> None:
        from twisted.internet.endpoints import TCP4ServerEndpoint
        from twisted.internet.protocol import Factory, Protocol

        class Other(Protocol):
            def dataReceived(self, data: bytes) -> None:
                assert self.transport is not None
                self.transport.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        port: Any = await TCP4ServerEndpoint(reactor, 0, interface="127.0.0.1").listen(
            Factory.forProtocol(Other)
        )
        self.addCleanup(port.stopListening)
        link = self.a_link(f"redis://127.0.0.1:{port.getHost().port}", replace(PACE, start=0.5))
        error = await self.failing(link.start("wake"), StoreError)
        self.assertIn("no Redis", str(error))


class TLSTests(LinkTestCase):
    def setUp(self) -> None:
        self.folder = temporary_folder(self)
        write_pair(self.folder, ("server.pem", "server.key"), is_wild=False)
        write_pair(self.folder, ("client.pem", "client.key"), is_wild=False)
        self.port = free_port()

    def secured(self, clients: str) -> None:
        self.a_server(
            {
                "tls-port": str(self.port),
                "tls-cert-file": f"{self.folder}/server.pem",
                "tls-key-file": f"{self.folder}/server.key",
                "tls-ca-cert-file": f"{self.folder}/client.pem",
                "tls-auth-clients": clients,
            }
        )

    async def test_whom_one_believes_and_what_one_shows(self) -> None:
        self.secured("yes")
        link = await self.starts(
            f"rediss://localhost:{self.port}/0",
            ca=f"{self.folder}/server.pem",
            certificate=f"{self.folder}/client.pem",
            key=f"{self.folder}/client.key",
        )
        self.assertEqual(await link.command("PING"), b"PONG")
        await link.command("PUBLISH", "wake", 1)
        await self.until(lambda: self.told == [b"1"])

    async def test_a_certificate_that_nobody_signed(self) -> None:
        self.secured("no")
        pace = replace(PACE, start=0.7)
        link = self.a_link(f"rediss://localhost:{self.port}/0", pace)
        error = await self.failing(link.start("wake"), StoreError)
        self.assertIn("certificate", str(error))


class SentinelTests(LinkTestCase):
    async def watched(self) -> tuple[RedisServer, RedisServer, RedisServer]:
        """A master, its replica, and a Sentinel that watches them."""
        master = self.a_server({"repl-diskless-sync-delay": "0"}, port=free_port())
        replica = self.a_server({"replicaof": f"127.0.0.1 {master.port}"}, port=free_port())
        await self.until_synced(master)
        sentinel = self.a_server(
            {
                "sentinel": f"monitor chat 127.0.0.1 {master.port} 1\n"
                "down-after-milliseconds chat 400\n"
                "failover-timeout chat 2000"
            },
            port=free_port(),
            is_sentinel=True,
        )
        return master, replica, sentinel

    async def until_synced(self, master: RedisServer) -> None:
        self.told = []
        await self.until(lambda: b"state=online" in self.raw(master), within=20)

    def raw(self, master: RedisServer) -> bytes:
        connection = master.connect()
        answer: bytes = connection.ask("INFO", "replication")
        connection.close()
        return answer

    async def test_the_master_of_now_is_found(self) -> None:
        master, replica, sentinel = await self.watched()
        nobody = free_port()
        link = await self.starts(
            f"redis+sentinel://127.0.0.1:{nobody},127.0.0.1:{sentinel.port}/chat/0"
        )
        await link.command("SET", "k", 1)
        await self.until(lambda: replica.client().get("k") == b"1")
        await self.until(
            lambda: sentinel.client().execute_command("SENTINEL", "REPLICAS", "chat") != [],
            within=15,
        )
        master.kill()
        await self.until(lambda: self.told == ["down", "up"], within=25)
        await link.command("SET", "k", 2)
        self.assertEqual(replica.client().get("k"), b"2")

    async def test_a_master_that_they_do_not_know(self) -> None:
        _, _, sentinel = await self.watched()
        link = self.a_link(
            f"redis+sentinel://127.0.0.1:{sentinel.port}/other", replace(PACE, start=0.5)
        )
        error = await self.failing(link.start("wake"), StoreError)
        self.assertIn("knows no master 'other'", str(error))
