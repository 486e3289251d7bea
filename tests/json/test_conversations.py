"""With whom somebody has spoken."""

from __future__ import annotations

from twisted.internet.defer import fail

from tests.engines import OnSQLite
from tests.json.kit import ProgramTestCase


class ConversationsTests(ProgramTestCase):
    def test_of_nobody(self) -> None:
        (ada,) = self.programs("ada")
        (told,) = self.asking(ada, "conversations", id=1)
        self.assertEqual(told, {"type": "conversations", "with": [], "id": 1})

    def test_whoever_spoke_last_comes_last(self) -> None:
        ada, bob, eve = self.programs("ada", "bob", "eve")
        self.asking(ada, "say", to="bob", text="one")
        self.world.wait(2)
        self.asking(eve, "say", to="ada", text="two")
        self.asking(bob, "say", to="eve", text="not yours")
        self.asking(ada, "say", room="#lobby", text="for all")
        (told,) = self.asking(ada, "conversations")
        self.assertEqual([x["name"] for x in told["with"]], ["bob", "eve"])
        self.assertEqual([x["number"] for x in told["with"]], [1, 1])
        self.assertNotIn("id", told)
        since = told["with"][1]["time"]
        (told,) = self.asking(ada, "conversations", since=since)
        self.assertEqual([x["name"] for x in told["with"]], ["eve"])
        (told,) = self.asking(ada, "conversations", until=since)
        self.assertEqual([x["name"] for x in told["with"]], ["bob"])

    def test_what_cannot_be_read(self) -> None:
        (ada,) = self.programs("ada")
        self.patch(
            self.world.parts.engine, "conversations", lambda *_, **__: fail(RuntimeError("broken"))
        )
        self.assert_error(self.asking(ada, "conversations", id=5), "no-history", id=5)
        self.flushLoggedErrors(RuntimeError)

    def test_fields(self) -> None:
        (ada,) = self.programs("ada")
        self.assert_error(self.asking(ada, "conversations", since="x"), "bad-field", about="since")


class OnSQLiteTests(OnSQLite, ConversationsTests):
    pass
