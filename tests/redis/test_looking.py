"""A Redis is looked at before a start: what is wrong is one sentence, and nothing is changed."""

from __future__ import annotations

import socket
from threading import Thread
from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase

from tests.certificates import write_pair
from tests.folders import temporary_folder
from tests.redis.server import RedisServer, free_port
from twistchat.engine.redis.address import read_address
from twistchat.engine.redis.credentials import Credentials
from twistchat.engine.redis.link import StoreError
from twistchat.engine.redis.looking import connect, look

if TYPE_CHECKING:
    from collections.abc import Mapping


class LookingTests(SynchronousTestCase):
    def a_server(self, settings: Mapping[str, str] | None = None, **given: Any) -> RedisServer:
        server = RedisServer(settings, **given)
        self.addCleanup(server.close)
        return server.start()

    def wrong(self, url: str, **credentials: str) -> str:
        with self.assertRaises(StoreError) as raised:
            look(read_address(url), Credentials(**credentials))
        return str(raised.exception)

    def test_one_that_will_do(self) -> None:
        server = self.a_server({"requirepass": "right"}, port=free_port())
        for url in (server.url, f"unix://{server.path}?db=1"):
            look(read_address(url), Credentials(password="right"))
        self.assertEqual(server.client().info("keyspace"), {})

    def test_a_connection_for_what_has_no_reactor(self) -> None:
        server = self.a_server()
        connection = connect(read_address(f"unix://{server.path}?db=3"), Credentials())
        connection.ask("SET", "k", 1)
        connection.close()
        self.assertEqual(server.client().info("keyspace")["db3"]["keys"], 1)

    def test_nobody_is_there(self) -> None:
        port = free_port()
        url = f"redis://127.0.0.1:{port}/0"
        self.assertEqual(
            self.wrong(url), f"cannot reach Redis at redis://127.0.0.1:{port}: Connection refused"
        )
        self.assertIn("No such file", self.wrong("unix:///nowhere/redis.sock"))
        self.assertIn("cannot reach Redis", self.wrong("redis://no-such-machine.invalid"))

    def test_the_password(self) -> None:
        server = self.a_server({"requirepass": "right"})
        self.assertIn("the password is wrong", self.wrong(server.url, password="wrong"))
        self.assertIn("it wants a password: set redis-username", self.wrong(server.url))
        server = self.a_server()
        self.assertIn("it has no password", self.wrong(server.url, password="x"))

    def test_a_cluster_a_replica_a_sentinel_another_database(self) -> None:
        server = self.a_server({"cluster-enabled": "yes"}, port=free_port())
        self.assertIn("Cluster", self.wrong(server.url))
        server = self.a_server(port=free_port())
        self.assertIn("no database 99", self.wrong(f"redis://127.0.0.1:{server.port}/99"))
        server.client().replicaof("127.0.0.1", "1")
        self.assertIn("is a replica", self.wrong(server.url))
        sentinel = self.a_server(
            {"sentinel": "monitor chat 127.0.0.1 1 1"}, port=free_port(), is_sentinel=True
        )
        self.assertIn("redis+sentinel://", self.wrong(sentinel.url))

    def test_by_sentinels(self) -> None:
        server = self.a_server(port=free_port())
        sentinel = self.a_server(
            {"sentinel": f"monitor chat 127.0.0.1 {server.port} 1"},
            port=free_port(),
            is_sentinel=True,
        )
        places = f"127.0.0.1:{free_port()},127.0.0.1:{sentinel.port}"
        look(read_address(f"redis+sentinel://{places}/chat"), Credentials())
        told = self.wrong(f"redis+sentinel://{places}/other")
        self.assertIn("Connection refused; ", told)
        self.assertIn("it knows no master 'other'", told)
        self.assertIn("is no Sentinel", self.wrong(f"redis+sentinel://127.0.0.1:{server.port}/a"))

    def test_something_else_listens(self) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)

        def answer() -> None:
            connected, _ = listening.accept()
            with connected:
                connected.recv(1000)
                connected.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = Thread(target=answer)
        thread.start()
        told = self.wrong(f"redis://127.0.0.1:{listening.getsockname()[1]}")
        thread.join()
        self.assertIn("what is there is no Redis", told)

    def test_over_tls(self) -> None:
        folder, port = temporary_folder(self), free_port()
        for name in ("server", "client"):
            write_pair(folder, (f"{name}.pem", f"{name}.key"), is_wild=False)
        self.a_server(
            {
                "tls-port": str(port),
                "tls-cert-file": f"{folder}/server.pem",
                "tls-key-file": f"{folder}/server.key",
                "tls-ca-cert-file": f"{folder}/client.pem",
            }
        )
        own = {"certificate": f"{folder}/client.pem", "key": f"{folder}/client.key"}
        url = f"rediss://localhost:{port}"
        look(read_address(url), Credentials(ca=f"{folder}/server.pem", **own))
        self.assertIn("its certificate is not believed", self.wrong(url, **own))
        self.assertIn("cannot ", self.wrong(url, ca=f"{folder}/server.pem"))
        self.assertIn("cannot ", self.wrong(f"redis://localhost:{port}"))
