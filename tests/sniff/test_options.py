"""What the operator says of ports and certificates."""

from __future__ import annotations

from typing import Any

from twisted.internet.testing import MemoryReactorClock
from twisted.protocols.tls import TLSMemoryBIOFactory

from tests.certificates import write_pair
from tests.test_options import OptionsTestCase
from twistchat.host.certificates import NO_PAIR
from twistchat.service import ChatService


class TLSOptionTests(OptionsTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.certificates = self.folder / "certificates"
        self.certificates.mkdir()

    def test_none(self) -> None:
        self.assertIsNone(self.parse().tls)

    def test_a_folder_begins_where_twistd_works(self) -> None:
        write_pair(self.certificates, host="chat.example")
        for options in (
            self.parse("--tls", "certificates"),
            self.parse("--tls", str(self.certificates)),
            self.parse(file='tls = "certificates"'),
        ):
            assert options.tls is not None
            self.assertEqual(options.tls.names, ("chat.example",))
            self.assertEqual(options.warnings, [])

    def test_mistakes(self) -> None:
        self.assertEqual(
            self.error("--tls", "nowhere"), "cannot read --tls nowhere: No such file or directory"
        )
        self.assertEqual(self.error("--tls", "certificates"), f"--tls certificates {NO_PAIR}")
        self.assertEqual(
            self.error(file='name = "x"\ntls = "certificates"'),
            f"chat.toml, line 2: tls certificates {NO_PAIR}",
        )
        self.assertIn("tls takes the name of a folder", self.error(file="tls = true"))

    def test_one_that_has_ended_is_a_warning(self) -> None:
        write_pair(self.certificates, since=-2, until=-1)
        (warning,) = self.parse("--tls", "certificates").warnings
        self.assertIn("the certificate in --tls certificates ended on ", warning)

    def test_where_it_is_of_no_use(self) -> None:
        write_pair(self.certificates)
        (warning,) = self.parse("--tls", "certificates", "--port", "line=8000").warnings
        self.assertEqual(warning, "--tls is of no use: there is no port for every kind of client")
        ports = ("--port", "line=8000", "--listen", "9000")
        self.assertEqual(self.parse("--tls", "certificates", *ports).warnings, [])

    def test_kinds_that_are_said_have_none(self) -> None:
        write_pair(self.certificates, host="chat.example")
        memory = MemoryReactorClock()
        places = ["tcp:1", "line=tcp:2", "json=tcp:3", "irc=tcp:4"]
        tls = self.parse("--tls", "certificates").tls
        service = ChatService(memory, listen=places, tls=tls)
        service.startService()
        factories: list[Any] = [server[1] for server in memory.tcpServers]
        any_factory, *others = factories
        self.assertIsInstance(any_factory._factories["tls"], TLSMemoryBIOFactory)
        for factory in others:
            self.assertFalse(hasattr(factory, "_factories"))
        self.assertEqual(
            [tuple(door._certified) for door in service.doors], [("chat.example",), (), (), ()]
        )
        service.stopService()
