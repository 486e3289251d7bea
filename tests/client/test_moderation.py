"""Moderators in the terminal client and by the library, and those to whom they do something."""

from __future__ import annotations

from datetime import UTC

from twisted.internet.defer import Deferred
from twisted.internet.testing import StringTransport

from tests.client.test_world import ClientScenarios, WorldEndpoint
from tests.engines import OnSlowEngine
from twistchat.client import Client, DisconnectedError, RefusedError
from twistchat.client import events as e
from twistchat.client.keyboard import Keyboard
from twistchat.client.manual import overview, page
from twistchat.client.talk import Talk
from twistchat.core.accounts import Role

USAGE_OF_DELETE = (
    "-- Usage: /delete [#ROOM] NUMBER [WHY] (for example /delete 12 a telephone number)"
)


class LibraryTests(ClientScenarios):
    """A bot that keeps order."""

    def be_operator(self) -> None:
        self.start()
        assert self.endpoint.far is not None
        self.world.registers(self.endpoint.far, role=Role.OPERATOR)
        self.carry()

    def deeds(self) -> list[tuple[str, str, float | None]]:
        return [(d.deed, d.to, d.until) for d in self.seen if isinstance(d, e.Moderated)]

    def test_a_bot_moderates(self) -> None:
        self.be_operator()
        (bob,) = self.people("bob")
        self.done(self.chat.mute("#lobby", "bob", 60, "spam"))
        until = self.deeds()[-1][-1]
        self.assertEqual(self.deeds(), [("mute", "bob", until)])
        assert until is not None
        self.assertAlmostEqual(until, self.world.clock.seconds() + 60, places=0)
        told = self.done(self.chat.sanctions("#lobby"))
        self.assertEqual([mute["to"] for mute in told["mutes"]], ["bob"])
        self.done(self.chat.moderate("unmute", "#lobby", "bob"))
        self.done(self.chat.kick("#*", "bob", "enough"))
        self.assertFalse(bob.is_connected)
        self.done(self.chat.ban("#lobby", "spam*"))
        self.assertEqual(self.deeds()[-1], ("ban", "spam*", None))

    def test_a_bot_changes_rules_and_deletes(self) -> None:
        self.be_operator()
        number = self.done(self.chat.say("#lobby", "a number"))
        self.done(self.chat.delete("#lobby", number))
        page = self.done(self.chat.history("#lobby"))
        self.assertEqual(
            [event.type for event in page.events if event.type != "account"],
            ["erased", "deleted"],
        )
        told = self.done(self.chat.rules("#lobby", {"slow": 10, "secret": True}))
        self.assertEqual((told["rules"]["slow"], told["rules"]["secret"]), (10, True))
        self.assertEqual(self.done(self.chat.rules("#lobby"))["rules"], told["rules"])
        self.done(self.chat.rules("#lobby", {**told["rules"], "key": None, "slow": 0}))
        (changed,) = (event for event in self.seen[-1:] if isinstance(event, e.Rules))
        self.assertEqual(changed.changed, ("slow",))

    def test_numbers_are_followed_through_deeds(self) -> None:
        self.be_operator()
        self.people("bob")
        self.done(self.chat.mute("#lobby", "bob"))
        self.done(self.chat.say("#lobby", "after"))
        self.lose()
        self.later(3)
        self.assertEqual(self.texts(), ["after"])
        self.assertEqual([event for event in self.seen if isinstance(event, e.Gap)], [])
        self.assertEqual(len(self.deeds()), 1)

    def test_a_key_is_kept_for_the_next_connection(self) -> None:
        (ada,) = self.people("ada")
        self.world.registers(ada)
        ada.types("/join #lab")
        self.turn()
        ada.types("/rules #lab key=sesame")
        self.turn()
        self.start()
        refused = self.failureResultOf(self.do(self.chat.join("#lab", key="wrong")), RefusedError)
        self.assertEqual(refused.value.code, "key-needed")
        self.done(self.chat.join("#lab", key="sesame"))
        self.lose()
        self.later(3)
        ada.says("hello", "#lab")
        self.carry()
        self.assertEqual(self.texts(), ["hello"])

    def test_who_is_put_out_does_not_come_back_by_itself(self) -> None:
        self.done(self.chat.start())
        listening = self.do(self.listen())
        (ada,) = self.people("ada")
        self.world.registers(ada, role=Role.OPERATOR)
        ada.types("/kick #* bot")
        self.carry()
        self.later(5)
        self.failureResultOf(listening, DisconnectedError)
        self.assertEqual(self.seen[-1], e.Goodbye(cause="kicked"))
        self.assertIsNone(self.world.parts.chat.person("bot"))

    def test_who_is_banned_is_told_until_when(self) -> None:
        (ada,) = self.people("ada")
        self.world.registers(ada, role=Role.OPERATOR)
        ada.types("/ban #* b?t 2d spam")
        self.turn()
        refused = self.failureResultOf(self.do(self.chat.start()), RefusedError).value
        self.assertEqual((refused.code, refused.hint), ("banned", "spam"))
        assert refused.until is not None
        self.assertLess(2 * 86_400, refused.until)


class LibraryOnSlowEngineTests(OnSlowEngine, LibraryTests):
    """The same, with commits that take a while."""


class TerminalTests(ClientScenarios):
    """Ada types into the terminal client, and Bob, who is on nc, reads the same."""

    def setUp(self) -> None:
        super().setUp()
        clock = self.world.clock
        self.endpoint = WorldEndpoint(self.world)
        self.chat = Client(clock, self.endpoint, rooms=["#lobby"], retry=lambda _: 1.0)
        self.ended: list[tuple[int, str | None]] = []
        self.talk = Talk(
            client=self.chat, clock=clock, nick="ada", is_pipe=False, zone=UTC,
            finish=lambda status, words: self.ended.append((status, words)),
        )  # fmt: skip
        self.keyboard = Keyboard(self.talk, "utf-8")
        Deferred.fromCoroutine(self.chat.connect())
        self.screen = StringTransport()
        self.keyboard.makeConnection(self.screen)
        self.keyboard.print_from(self.talk.valve)
        Deferred.fromCoroutine(self.talk.run())
        self.carry()
        self.shown()

    def be_operator(self) -> None:
        assert self.endpoint.far is not None
        self.world.registers(self.endpoint.far, role=Role.OPERATOR)
        self.carry()
        self.shown()

    def shown(self) -> list[str]:
        lines: list[str] = self.screen.value().decode().splitlines()
        self.screen.clear()
        return lines

    def typing_here(self, *lines: str) -> list[str]:
        for line in lines:
            self.keyboard.dataReceived(line.encode() + b"\n")
            self.carry()
        return self.shown()

    def test_each_deed_reads_as_on_nc(self) -> None:
        self.be_operator()
        (bob,) = self.people("bob")
        self.world.registers(bob)
        self.shown()
        for line in (
            "/mute bob 10m no shouting", "/unmute bob", "/mute #* bob 2d", "/unmute #* bob",
            "/ban spam* 7d", "/unban spam*", "/op bob", "/deop bob", "/voice bob because",
            "/devoice bob", "/exempt bob 2d a friend", "/unexempt bob", "/allow b*", "/disallow b*",
            "/rules secret limit=1 slow=10 retention=7d key=sesame",
            "/rules secret=off limit=off slow=off retention=off key=off", "/slow 30",
            "/slow off", "/rules moderated invite-only topic-locked",
            "/rules moderated=off invite-only=off topic-locked=off limit=2 retention=7d,1000",
            "/delete 1", "/join #lab", "/mute bob 1h", "/kick #lobby bob why not",
        ):  # fmt: skip
            here = self.typing_here(line)
            there = bob.sees()
            if line == "/join #lab":
                continue
            if line == "/delete 1":  # it was no line of anybody's
                self.assertEqual(here, ["-- There is nothing under that number to be deleted."])
                continue
            self.assertEqual(len(here), 1, (line, here))
            self.assertEqual(here, [seen for seen in there if "What you" not in seen], line)

    def test_answers(self) -> None:
        self.be_operator()
        self.people("bob")
        self.shown()
        self.assertEqual(
            self.typing_here("/rules"),
            ["-- #lobby has no rules: everybody may come in, and speak."],
        )
        self.assertEqual(
            self.typing_here("/bans"), ["-- Nobody is muted in #lobby, or banned from it."]
        )
        self.typing_here("/mute bob 10m", "/ban spam* advertising", "/rules limit=5")
        self.assertEqual(
            self.typing_here("/bans", "/rules", "/bans #*"),
            [
                "-- Muted in #lobby:", "--   bob until 00:10, by ada",
                "-- Banned from #lobby:", "--   spam* for good, by ada (advertising)",
                "-- Rules of #lobby: 5 people at most.",
                "-- Nobody is muted everywhere, or banned from the chat.",
            ],
        )  # fmt: skip
        self.typing_here("/unmute bob", "/unban spam*", "/exempt bob 10m", "/allow c* guests")
        self.assertEqual(
            self.typing_here("/bans"),
            [
                "-- Exempt from the bans of #lobby:", "--   bob until 00:10, by ada",
                "-- Come into #lobby uninvited:", "--   c* for good, by ada (guests)",
            ],
        )  # fmt: skip

    def test_what_is_mistyped_is_never_said(self) -> None:
        self.be_operator()
        (bob,) = self.people("bob")
        self.shown()
        self.assertEqual(
            self.typing_here("/mute bob 10min", "/mute bob 0m", "/mute", "/delete x", "/slow"),
            [
                "-- Nothing was done: 10min is no time. Write 10m, 2h or 7d.",
                "-- Nothing was done: 0m is no time. Write 10m, 2h or 7d.",
                "-- Usage: /mute [#ROOM] NAME [TIME] [WHY] (for example /mute bob 10m no shouting)",
                USAGE_OF_DELETE,
                "-- Usage: /slow SECONDS|off [#ROOM] (for example /slow 10)",
            ],
        )
        self.assertEqual(
            self.typing_here("/kik bob"), ["-- There is no command /kik. Did you mean /kick?"]
        )
        self.assertEqual(bob.sees(), [])

    def test_numbers(self) -> None:
        self.typing_here("one", "two")
        seen = self.typing_here("/numbers on", "three", "/history")
        self.assertIn("(3) <ada> three", seen)
        self.assertIn("[00:00] (1) <ada> one", seen)
        self.assertEqual(self.typing_here("/numbers off", "four")[-1], "<ada> four")

    def test_muted(self) -> None:
        (bob,) = self.people("bob")
        self.world.registers(bob, role=Role.OPERATOR)
        bob.types("/mute ada 10m spam")
        self.carry()
        self.shown()
        self.assertEqual(
            self.typing_here("but"), ["-- You are muted in #lobby until 00:10 (spam)."]
        )
        bob.types("/unmute ada")
        bob.types("/mute #* ada")
        self.carry()
        self.shown()
        self.assertEqual(self.typing_here("but"), ["-- You are muted for good."])

    def test_what_was_meant_for_a_room_that_one_was_put_out_of_is_said_nowhere(self) -> None:
        (bob,) = self.people("bob")
        self.world.registers(bob, role=Role.OPERATOR)
        self.typing_here("/join #lab")
        bob.types("/kick #lab ada")
        self.carry()
        self.assertEqual(
            self.shown(), ["-- bob put ada out of #lab.", "-- What you type now goes to #lobby."]
        )
        bob.sees()
        self.assertEqual(
            self.typing_here("a secret"),
            ["-- Not sent: you are no longer in #lab. What you type now goes to #lobby."],
        )
        self.assertEqual(self.typing_here("hello"), ["<ada> hello"])
        self.assertEqual(bob.sees(), ["<ada> hello"])

    def test_put_out_of_the_chat(self) -> None:
        (bob,) = self.people("bob")
        self.world.registers(bob, role=Role.OPERATOR)
        bob.types("/ban #* ada 1d spam")
        self.carry()
        self.assertEqual(
            self.shown()[-2:],
            [
                "-- bob banned ada from the chat until 1970-01-02 00:00 (spam).",
                "-- Goodbye: you are banned (spam).",
            ],
        )
        self.assertEqual(self.ended, [(1, "this client was banned")])

    def test_a_pattern_names_nobody(self) -> None:
        self.people("spammer")
        (bob,) = self.people("bob")
        self.world.registers(bob, role=Role.OPERATOR)
        self.shown()
        bob.types("/ban spam*")
        self.carry()
        lines = ["-- bob banned spam* from #lobby for good.", "-- spammer was put out of #lobby."]
        self.assertEqual(self.shown(), lines)
        self.assertEqual(bob.sees(), lines)


class ManualTests(ClientScenarios):
    def test_the_pages(self) -> None:
        self.assertLessEqual(len(overview()), 24)
        for line in (*overview(), *page("moderation")):
            self.assertLessEqual(len(line), 80, line)
        self.assertIn("--   /kick [#ROOM] NAME [WHY]", page("moderation")[1])
