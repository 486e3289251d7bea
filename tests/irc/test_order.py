"""Everything that a client is told is told as it was at that place in the one order."""

from __future__ import annotations

from typing import ClassVar

from tests.engines import OnSlowEngine
from tests.irc.kit import IRCTestCase
from twistchat.core.limits import Limits

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

    def test_what_follows_from_a_new_nickname_comes_behind_it(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        for client in (alice, bob):
            self.asking(client, "MONITOR + alice")
        told = self.asking(alice, "NICK ann")
        self.assertEqual(told, [":alice NICK ann", f":{SERVER} 731 ann alice"])
        self.assertEqual(self.told(bob), [":alice NICK ann", f":{SERVER} 731 bob alice"])


class OrderOnSlowEngineTests(OnSlowEngine, OrderTests):
    def test_what_is_refused_on_stopping_is_in_no_batch_that_never_begins(self) -> None:
        (alice,) = self.clients("alice", room="#tea", caps="labeled-response batch message-tags")
        for line in ("TOPIC #tea :Oolong", "JOIN #cats,#dogs"):
            alice.types(f"@label={line[0]} {line}")
        self.world.registry.say_goodbye("")
        refused = [line for line in alice.heard() if line.command == "263"]
        self.assertEqual([line.tags.get("batch") for line in refused], [None, None])


class FullTests(OnSlowEngine, IRCTestCase):
    limits: ClassVar[Limits] = Limits(uncommitted=1)

    def test_nothing_overtakes_while_others_are_told_what_follows(self) -> None:
        alice, bob, carl = self.clients("alice", "bob", "carl", room="#tea")
        self.asking(bob, "MONITOR + alice")
        self.slow.hangs = True
        bob.types("PRIVMSG #tea :what all that comes now waits for")
        self.world.clock.advance(0.01)
        for client, line in ((alice, "QUIT"), (carl, "NICK carla"), (carl, "PING behind")):
            client.types(line)
        self.turn()
        self.told(carl)
        self.slow.answer()
        self.turn()
        told = self.told(carl)
        self.assertLess(
            told.index(":carl NICK carla"), told.index(f":{SERVER} PONG {SERVER} behind")
        )
