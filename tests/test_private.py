"""Sockets to which only their own user may talk."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol
from twisted.trial.unittest import TestCase

from tests.folders import temporary_folder
from twistchat.host import private
from twistchat.host.private import CannotMakeError, TakenError, check, is_ours, listen, peer_user


class Asking(Protocol):
    """Says whose program is at the other end."""

    def connectionMade(self) -> None:
        assert self.transport is not None
        answer = f"{peer_user(self.transport)} {is_ours(self.transport)}"
        self.transport.write(answer.encode())
        self.transport.loseConnection()


class PrivateTests(TestCase):
    def setUp(self) -> None:
        self.folder = temporary_folder(self)
        self.path = self.folder / "ctl"

    def listens(self) -> private.PrivatePort:
        port = listen(reactor, self.path, Factory.forProtocol(Asking))
        self.addCleanup(port.stopListening)
        return port

    async def test_nobody_else_could_ever_connect(self) -> None:
        modes = []
        mode = os.umask(0)
        self.addCleanup(os.umask, mode)
        chmod = os.chmod

        def looked_at(path: str, mode: int) -> None:
            modes.append(stat.S_IMODE(Path(os.fsdecode(path)).stat().st_mode))
            chmod(path, mode)

        self.patch(os, "chmod", looked_at)
        self.listens()
        self.assertEqual(modes, [0o600])
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        self.assertEqual(os.umask(0), 0)

    async def test_who_is_at_the_other_end(self) -> None:
        self.listens()
        heard: Deferred[bytes] = Deferred()

        class Calling(Protocol):
            def dataReceived(self, data: bytes) -> None:
                heard.callback(data)

        from twisted.internet.endpoints import UNIXClientEndpoint, connectProtocol

        calling = Calling()
        await connectProtocol(UNIXClientEndpoint(reactor, str(self.path)), calling)
        said = (await heard).decode()
        self.assertIn(said, (f"{os.geteuid()} True", "None True"))

    async def test_others_are_not_the_operator(self) -> None:
        me = os.geteuid()
        for user, is_one in ((me, True), (0, True), (None, True), (me + 1, False)):
            self.patch(private, "peer_user", lambda _, user=user: user)
            self.assertEqual(is_ours(None), is_one)  # type: ignore[arg-type]  # it is not looked at

    async def test_the_end_removes_it(self) -> None:
        port = self.listens()
        await port.stopListening()
        self.assertFalse(self.path.exists())

    async def test_the_end_when_somebody_has_removed_it(self) -> None:
        port = self.listens()
        self.path.unlink()
        await port.stopListening()

    async def test_the_end_removes_no_other(self) -> None:
        port = self.listens()
        self.path.unlink()
        self.path.write_text("mine")
        await port.stopListening()
        self.assertTrue(self.path.exists())

    async def test_what_a_server_left_over(self) -> None:
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(self.path))
        self.assertTrue(self.path.is_socket())
        check(self.path)
        self.assertTrue(self.path.is_socket())
        self.listens()
        with socket.socket(socket.AF_UNIX) as calling:
            calling.connect(str(self.path))

    async def test_the_socket_of_a_server_that_lives(self) -> None:
        self.listens()
        for make in (check, lambda path: listen(reactor, path, Factory())):
            error = self.assertRaises(TakenError, make, self.path)
            self.assertIn("another server has the socket", str(error))
        self.assertTrue(self.path.is_socket())

    async def test_where_none_can_be(self) -> None:
        (self.folder / "file").write_text("")
        for path, words in (
            (self.folder / "file", "is no socket"),
            (self.folder, "is no socket"),
            (self.folder / "file" / "ctl", "Not a directory"),
            (self.folder / "nowhere" / "ctl", "there is no folder"),
            (self.folder / "a\0b", "null byte"),
        ):
            error = self.assertRaises(CannotMakeError, check, path)
            self.assertIn(words, str(error))
            self.assertNotIn("\n", str(error))

    async def test_a_path_that_is_too_long(self) -> None:
        path = self.folder / ("x" * 120)
        self.assertRaises(CannotMakeError, listen, reactor, path, Factory())
        check(self.folder / "y")
