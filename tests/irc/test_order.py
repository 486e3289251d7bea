"""Everything that a client is told is told as it was at that place in the one order."""

from __future__ import annotations

from tests.engines import OnSlowEngine
from tests.irc.kit import IRCTestCase

SERVER = "twistchat.chat"


class OrderTests(IRCTestCase):
    def test_an_answer_is_for_the_nickname_that_was_told(self) -> None:
        (alice,) = self.clients("alice")
        self.assertEqual(
            self.asking(alice, "PART #tea", "AWAY :out", "NICK bob", "AWAY"),
            [
                f":{SERVER} 403 alice #tea There is no such room",
                f":{SERVER} 306 alice You are away",
                ":alice NICK bob",
                f":{SERVER} 305 bob You are back",
            ],
        )

    def test_also_of_somebody_who_is_gone_by_then(self) -> None:
        (alice,) = self.clients("alice")
        told = self.asking(alice, "AWAY :out", "NICK bob", "AWAY", "QUIT")
        self.assertEqual(
            told[:3],
            [
                f":{SERVER} 306 alice You are away",
                ":alice NICK bob",
                f":{SERVER} 305 bob You are back",
            ],
        )


class OrderOnSlowEngineTests(OnSlowEngine, OrderTests):
    pass
