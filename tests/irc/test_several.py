"""One account over several connections, on IRC and on other wires."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tests.engines import OnSlowEngine, OnSQLite
from tests.irc.kit import PATIENT
from tests.irc.owners import SECRET, OwnersTestCase
from twistchat.testing import JSON, Program

if TYPE_CHECKING:
    from tests.irc.kit import Client
    from twistchat.core.limits import Limits


class SeveralTests(OwnersTestCase):
    limits: ClassVar[Limits] = replace(PATIENT, burst=10**6)

    def setUp(self) -> None:
        super().setUp()
        self.ann = self.owner("ann")
        (self.bob,) = self.clients("bob", room="#tea")
        self.asking(self.bob, "TOPIC #tea :oolong")
        self.ann.hears()

    def another(self) -> Client:
        """Connect another client of ann's."""
        client = self.door("CAP REQ :sasl", "NICK ann", "USER a 0 * :Ann")
        self.logs_in(client, "ann")
        client.types("CAP END")
        self.turn()
        client.hears()
        return client

    def program(self) -> Program:
        """Connect a program of ann's."""
        program = self.world.connect(JSON)
        assert isinstance(program, Program)
        program.asks("hello", protocol=1, name="ann", password=SECRET)
        self.turn()
        return program

    def names(self, nick: str, *names: str) -> list[str]:
        return [
            f":twistchat.chat 353 {nick} = #tea {' '.join(names)}",
            f":twistchat.chat 366 {nick} #tea End of /NAMES list",
        ]

    def assert_has_come_in(self, client: Client) -> None:
        """They were told that they are in the room, and who else is there: once."""
        join, topic, since, *names = self.told(client)
        self.assertEqual((join, topic), (":ann JOIN #tea", ":twistchat.chat 332 ann #tea oolong"))
        self.assertIn(" 333 ann #tea bob", since)
        self.assertEqual(names, self.names("ann", "@bob", "ann"))

    def test_coming_into_a_room_over_another_client(self) -> None:
        other = self.another()
        other.types("JOIN #tea")
        self.turn()
        self.assert_has_come_in(self.ann)
        self.assert_has_come_in(other)
        self.assertEqual(self.told(self.bob), [":ann JOIN #tea"])

    def test_coming_into_a_room_over_another_wire(self) -> None:
        program = self.program()
        program.asks("join", room="#tea")
        self.turn()
        self.assert_has_come_in(self.ann)
        self.assertEqual(self.told(self.bob), [":ann JOIN #tea"])

    def test_another_connection_changes_nothing(self) -> None:
        self.asking(self.ann, "JOIN #tea")
        other = self.another()
        self.assertEqual(self.told(self.ann), [])
        other.types("PART #tea")
        self.turn()
        self.assertEqual(self.told(self.ann), [":ann PART #tea"])


class SeveralOnSlowEngineTests(OnSlowEngine, SeveralTests):
    """The same, where commits take a while."""


class SeveralOnSQLiteTests(OnSQLite, SeveralTests):
    """The same, on a database."""
