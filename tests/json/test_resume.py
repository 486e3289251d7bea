"""Coming back: each line once, in order, then what happens now; and what cannot be told."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from tests.engines import OnSlowEngine, OnSQLite
from tests.json.kit import LOBBY, ProgramTestCase
from twistchat.core.limits import NONE, Limits
from twistchat.engine.retention import Retention, Rule
from twistchat.testing import World, program_in, sqlite_engine

if TYPE_CHECKING:
    from twisted.internet.task import Clock

    from twistchat.engine import Engine
    from twistchat.frontends.jsonlines.codec import Object
    from twistchat.testing import Program

DAY = 86_400.0


class ResumeTestCase(ProgramTestCase):
    limits = Limits(rate=NONE, page=10, replay=3, joins=NONE)

    def says(self, program: Program, *texts: object, room: str = LOBBY) -> None:
        for text in texts:
            program.says(str(text), room)
        self.turn()

    def back(self, token: str, **fields: Any) -> tuple[Program, list[Object]]:
        return self.hello(fields.pop("name", "bob"), token=token, **fields)

    def gaps(self, heard: list[Object]) -> list[tuple[int, int, str]]:
        return [(x["from"], x["to"], x["why"]) for x in self.only(heard, "gap")]


class ResumeTests(ResumeTestCase):
    def test_each_line_once_and_in_order_then_what_happens_now(self) -> None:
        alice, bob = self.programs("alice", "bob")
        token = self.token(bob)
        self.says(alice, 1, 2)
        seen = self.stands()
        bob.vanishes()
        self.says(alice, 3)
        alice.asks("topic", room=LOBBY, topic="cats")
        self.says(alice, 4)
        back = self.program()
        back.asks("hello", name="bob", token=token, rooms={LOBBY: seen}, id=1)
        self.says(alice, 5)
        heard = back.hears()
        self.assertEqual(heard[0]["type"], "welcome")
        self.assertEqual((heard[0]["name"], heard[0]["resumed"], heard[0]["id"]), ("bob", True, 1))
        lines = self.only(heard, "said", "topic", "live")
        numbers = [line["number"] for line in lines if line["type"] != "live"]
        self.assertEqual(numbers, [3, 4, 5, 6])
        kinds = [(line["type"], "past" in line) for line in lines]
        live = kinds.index(("live", False))
        self.assertTrue(all(past for _, past in kinds[:live]))
        self.assertFalse(any(past for _, past in kinds[live:]))
        self.assertEqual(lines[live]["number"], lines[live - 1]["number"])
        self.assertEqual(self.gaps(heard), [])

    def test_nothing_was_missed(self) -> None:
        alice, bob = self.programs("alice", "bob")
        token = self.token(bob)
        self.says(alice, 1)
        bob.vanishes()
        _, heard = self.back(token, rooms={LOBBY: self.stands()})
        self.assertEqual(self.kinds(heard), ["welcome", "live", "joined", "members"])

    def test_more_than_a_page(self) -> None:
        alice, bob = self.programs("alice", "bob")
        token = self.token(bob)
        bob.vanishes()
        self.says(alice, *range(25))
        epoch, _ = self.stands()
        back, heard = self.back(token, rooms={LOBBY: [epoch, 0]})
        self.assertEqual(self.kinds(heard)[:2], ["welcome", "gap"])
        self.assertEqual(self.gaps(heard), [(1, 15, "page")])
        self.assertEqual(self.texts(heard), [str(number) for number in range(15, 25)])
        # What is left out is asked for.
        texts: list[str] = []
        after = 0
        while after < 15:
            page = self.asking(back, "history", room=LOBBY, after=after, before=16, limit=10, id=3)
            texts += self.texts(page)
            after = self.only(page, "said")[-1]["number"]
            self.assertEqual(page[-1]["more"], after < 15)
        self.assertEqual(texts, [str(number) for number in range(15)])

    def test_just_a_page(self) -> None:
        alice, bob = self.programs("alice", "bob")
        token = self.token(bob)
        bob.vanishes()
        self.says(alice, *range(10))
        epoch, _ = self.stands()
        _, heard = self.back(token, rooms={LOBBY: [epoch, 0]})
        self.assertEqual(self.gaps(heard), [])
        self.assertEqual(len(self.texts(heard)), 10)

    def test_another_epoch(self) -> None:
        alice, bob = self.programs("alice", "bob")
        token = self.token(bob)
        bob.vanishes()
        for lines in (0, 1, 5, 12):
            room = f"#room{lines}"
            self.asking(alice, "join", room=room)
            self.says(alice, *range(lines), room=room)
            program, heard = self.back(token, rooms={room: ["another", 3]}, name=f"b{lines}")
            first = max(0, lines - 10)
            self.assertEqual(self.gaps(heard), [(1, first, "epoch")])
            self.assertEqual(self.kinds(heard)[1], "gap")  # before what it is about
            self.assertEqual(self.the(heard, "gap")["epoch"], self.the(heard, "live")["epoch"])
            self.assertEqual(len(self.texts(heard)), min(10, lines))
            program.asks("quit")
            self.turn()

    def test_a_number_that_has_not_come_yet(self) -> None:
        alice, bob = self.programs("alice", "bob")
        token = self.token(bob)
        self.says(alice, 1)
        bob.vanishes()
        epoch, number = self.stands()
        back, heard = self.back(token, rooms={LOBBY: [epoch, 2**53 - 1]})
        kinds = ["welcome", "gap", "said", "live", "joined", "members"]
        self.assertEqual(self.kinds(heard), kinds)
        self.assertEqual(self.gaps(heard), [(1, 0, "epoch")])
        self.assertEqual(self.the(heard, "live")["number"], number)
        self.says(alice, 2)
        self.assertEqual(self.texts(back.hears()), ["2"])

    def test_rooms_that_nobody_knows_and_none(self) -> None:
        (bob,) = self.programs("bob")
        token = self.token(bob)
        bob.vanishes()
        back, heard = self.back(token, rooms={"#new": ["e", 5]})
        self.assertEqual(self.gaps(heard), [(1, 0, "epoch")])
        self.assertEqual(self.the(heard, "live")["number"], 0)
        back.vanishes()
        _, heard = self.back(token, rooms={})
        self.assertEqual(self.kinds(heard), ["welcome"])

    def test_joining_with_what_was_seen(self) -> None:
        alice, bob = self.programs("alice", "bob")
        self.says(alice, *range(8))
        epoch, _ = self.stands()
        self.asking(bob, "leave", room=LOBBY)
        heard = self.asking(bob, "join", room=LOBBY, seen=[epoch, 2], id=1)
        self.assertEqual(self.texts(heard), ["2", "3", "4", "5", "6", "7"])
        self.assertEqual({x["re"] for x in self.only(heard, "said")}, {1})
        self.asking(bob, "leave", room=LOBBY)
        heard = self.asking(bob, "join", room=LOBBY, id=2)
        self.assertEqual(self.texts(heard), ["5", "6", "7"])

    def test_numbers_jump_where_somebody_is_ignored_and_there_is_no_gap(self) -> None:
        alice, bob, carol = self.programs("alice", "bob", "carol")
        self.asking(bob, "ignore", name="alice")
        self.asking(bob, "leave", room=LOBBY)
        self.says(carol, 1)
        self.says(alice, 2)
        self.says(carol, 3)
        epoch, _ = self.stands()
        heard = self.asking(bob, "join", room=LOBBY, seen=[epoch, 0])
        self.assertEqual(self.texts(heard), ["1", "3"])
        self.assertEqual(self.gaps(heard), [])

    def test_the_name_is_kept_for_two_minutes(self) -> None:
        (bob,) = self.programs("bob")
        token = self.token(bob)
        bob.vanishes()
        self.wait(119)
        _, heard = self.hello("bob")
        self.assert_error(heard, "name-kept", hint="bob2")
        self.wait(2)
        bob, heard = self.hello("bob")
        self.assertEqual(heard[0]["name"], "bob")
        # Whoever comes too late is welcomed under another one, and is who they were.
        _, heard = self.back(token, id=1)
        self.assertEqual((heard[0]["name"], heard[0]["resumed"]), ("bob2", True))
        self.assertEqual(heard[0]["id"], 1)

    def test_the_name_of_whoever_has_quit_is_free(self) -> None:
        (bob,) = self.programs("bob")
        bob.asks("quit")
        self.turn()
        self.programs("bob")

    def test_another_name_with_a_token(self) -> None:
        (bob,) = self.programs("bob")
        token = self.token(bob)
        bob.vanishes()
        _, heard = self.back(token, name="robert")
        self.assertEqual((heard[0]["name"], heard[0]["resumed"]), ("robert", True))

    def test_a_token_without_a_name(self) -> None:
        (bob,) = self.programs("bob")
        token = self.token(bob)
        bob.vanishes()
        _, heard = self.back(token, name="")
        self.assertEqual((heard[0]["type"], heard[0]["resumed"]), ("welcome", True))

    def test_a_token_is_good_for_many_times(self) -> None:
        (bob,) = self.programs("bob")
        token = self.token(bob)
        for _ in range(5):
            bob.vanishes()
            bob, heard = self.back(token)
            self.assertEqual((heard[0]["name"], heard[0]["resumed"]), ("bob", True))
            self.assertIn("token", heard[0])

    def test_tokens_that_are_no_good(self) -> None:
        (bob,) = self.programs("bob")
        token = self.token(bob)
        bob.vanishes()
        raw = bytearray(base64.urlsafe_b64decode(token + "="))
        tampered = []
        for place in range(len(raw)):
            raw[place] ^= 1
            tampered.append(base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode())
            raw[place] ^= 1
        other = World(self.make_other_engine, limits=self.limits)
        stranger = program_in(other)
        stranger.comes_in_as("bob")
        stranger.asks("token")
        other.turn()
        foreign = stranger.hears()[-1]["token"]
        program = self.program()
        for bad in (
            *tampered,
            foreign,
            "x",
            token[:-1],
            token + "A",
            token * 9,
            "é" * 39,
            "\ud800",
        ):
            heard = self.asking(program, "hello", name="bob", token=bad, id=5)
            self.assert_error(heard, "token-unknown", id=5)
        heard = self.asking(program, "hello", name="bob", token=token)
        self.assertTrue(heard[0]["resumed"])

    def make_other_engine(self, clock: Clock, limits: Limits) -> Engine:
        return ResumeTestCase.make_engine(self, clock, limits)

    def test_a_token_expires(self) -> None:
        (bob,) = self.programs("bob")
        heard = self.asking(bob, "token", id=1)
        self.assertEqual(heard[0]["expires"], int(self.world.clock.seconds()) + 7 * DAY)
        token = heard[0]["token"]
        bob.vanishes()
        self.wait(7 * DAY - 1)
        bob, heard = self.back(token)
        self.assertTrue(heard[0]["resumed"])
        newer = self.token(bob)
        bob.vanishes()
        self.wait(2)
        program, heard = self.back(token, id=2)
        self.assert_error(heard, "token-expired", id=2)
        self.assertTrue(self.asking(program, "hello", name="bob", token=newer)[0]["resumed"])

    def test_coming_back_as_somebody_else_meanwhile(self) -> None:
        """While somebody has one's name, one's own lines are one's own."""
        (bob,) = self.programs("bob")
        token = self.token(bob)
        self.asking(bob, "say", room=LOBBY, text="x", key="k")
        bob.asks("quit")
        self.turn()
        self.programs("bob")
        back, _ = self.back(token)
        heard = self.asking(back, "say", room=LOBBY, text="x", key="k", id=1)
        self.assertEqual(self.kinds(heard), ["kept"])

    def test_many_rooms(self) -> None:
        alice, bob = self.programs("alice", "bob")
        rooms: dict[str, Any] = {}
        for number in range(15):
            room = f"#r{number}"
            self.asking(alice, "join", room=room)
            self.says(alice, "old", room=room)
            self.asking(bob, "join", room=room)
            rooms[room] = self.stands(room)
        token = self.token(bob)
        bob.vanishes()
        for room in rooms:
            self.says(alice, "new " + room, room=room)
        _, heard = self.back(token, rooms=rooms)
        self.assertEqual(self.texts(heard), ["new " + room for room in rooms])
        self.assertEqual([x["room"] for x in self.only(heard, "live")], list(rooms))

    def test_history_both_ways(self) -> None:
        (alice,) = self.programs("alice")
        for number in range(30):
            self.says(alice, number + 1)
            self.wait(1 - World.HORIZON)
            alice.asks("pong")
        alice.hears()

        def asks(**fields: Any) -> tuple[list[int], bool]:
            heard = self.asking(alice, "history", room=LOBBY, id=1, **fields)
            self.assertEqual(self.gaps(heard), [])
            ok = heard[-1]
            self.assertEqual((ok["type"], ok["id"], ok["number"]), ("ok", 1, 30))
            self.assertEqual(ok["count"], len(heard) - 1)
            self.assertTrue(all(x["re"] == 1 and x["past"] for x in heard[:-1]))
            return [int(text) for text in self.texts(heard)], ok["more"]

        self.assertEqual(asks(), ([28, 29, 30], True))
        self.assertEqual(asks(limit=4), ([27, 28, 29, 30], True))
        self.assertEqual(asks(limit=99), (list(range(21, 31)), True))
        self.assertEqual(asks(limit=0), ([30], True))
        self.assertEqual(asks(before=5, limit=9), ([1, 2, 3, 4], False))
        self.assertEqual(asks(before=5, limit=2), ([3, 4], True))
        self.assertEqual(asks(before=1), ([], False))
        self.assertEqual(asks(before=-5), ([], False))
        self.assertEqual(asks(after=27, limit=9), ([28, 29, 30], False))
        self.assertEqual(asks(after=0, limit=2), ([1, 2], True))
        self.assertEqual(asks(after=30), ([], False))
        self.assertEqual(asks(after=2**53 - 1), ([], False))
        self.assertEqual(asks(after=3, before=6, limit=9), ([4, 5], False))
        self.assertEqual(asks(after=3, before=9, limit=2), ([4, 5], True))
        times = {x["number"]: x["time"] for x in self.asking(alice, "history", room=LOBBY, limit=10)
                 if x["type"] == "said"}  # fmt: skip
        self.assertEqual(asks(since=times[28], limit=9), ([28, 29, 30], False))
        self.assertEqual(asks(since=times[22], limit=2), ([22, 23], True))
        self.assertEqual(asks(until=times[28], limit=2), ([26, 27], True))
        self.assertEqual(asks(since=times[24], until=times[26], limit=9), ([24, 25], False))
        self.assertEqual(asks(since=2**50), ([], False))
        self.assertEqual(asks(until=-1), ([], False))
        for field, bad in (
            ("after", 1.5), ("before", "1"), ("since", "x"), ("until", True), ("limit", []),
            ("after", 2**53), ("since", 2.0**60),
        ):  # fmt: skip
            heard = self.asking(alice, "history", room=LOBBY, id=1, **{field: bad})
            self.assert_error(heard, "bad-field", about=field, id=1)
        alice.sends(b'{"type":"history","room":"#lobby","since":1e999}\n')
        self.turn()
        self.assert_error(alice.hears(), "bad-field", about="since")


class ResumeOnSlowEngineTests(OnSlowEngine, ResumeTests):
    """The same, with commits that take a while."""

    def test_what_was_not_kept_yet_when_one_came_back(self) -> None:
        alice, bob = self.programs("alice", "bob")
        token = self.token(bob)
        self.says(alice, 1)
        seen = self.stands()
        bob.vanishes()
        self.turn()
        for late in (0.0, 0.004, 0.008, 0.012, 0.016):
            back = self.program()
            alice.says("a")
            self.world.clock.advance(late)
            back.asks("hello", name="bob", token=token, rooms={LOBBY: seen})
            alice.says("b")
            self.world.clock.advance(0.005)
            alice.says("c")
            self.turn()
            heard = back.hears()
            numbers = [x["number"] for x in self.only(heard, "said")]
            self.assertEqual(numbers, [seen[1] + 1, seen[1] + 2, seen[1] + 3])
            seen = self.stands()
            back.vanishes()
            self.turn()

    def test_what_cannot_be_read(self) -> None:
        alice, bob = self.programs("alice", "bob")
        self.says(alice, 1, 2, 3)
        epoch, _ = self.stands()
        self.asking(bob, "leave", room=LOBBY)
        self.slow.fails = True
        heard = self.asking(bob, "join", room=LOBBY, seen=[epoch, 1])
        self.assertEqual(self.kinds(heard), ["error", "gap", "live", "joined", "members"])
        self.assertEqual(self.gaps(heard), [(2, 3, "unread")])
        self.asking(bob, "leave", room=LOBBY)
        heard = self.asking(bob, "join", room=LOBBY, seen=[epoch, 4])
        self.assertEqual(self.gaps(heard), [(1, 3, "epoch")])


class ResumeOnSQLiteTests(OnSQLite, ResumeTests):
    """The same, on a database."""

    def test_after_a_restart(self) -> None:
        for ends in (self.restarts, self.is_killed):
            (alice,) = self.programs("alice")
            bob, heard = self.hello("bob")
            token = heard[0]["token"]
            self.says(alice, 1)
            seen = self.stands()
            self.says(alice, 2, 3)
            ends()
            bob, heard = self.back(token, rooms={LOBBY: seen})
            self.assertEqual((heard[0]["name"], heard[0]["resumed"]), ("bob", True))
            self.assertEqual(self.texts(heard), ["2", "3"])
            self.assertEqual(self.gaps(heard), [])
            bob.asks("quit")
            self.turn()


class RetentionTests(OnSQLite, ResumeTestCase):
    """Lines that are no longer kept."""

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        return sqlite_engine(self.path, clock, limits, retention=Retention(Rule(None, 5)))

    def test_deleted(self) -> None:
        alice, bob = self.programs("alice", "bob")
        token = self.token(bob)
        bob.vanishes()
        self.says(alice, *range(1, 9))
        alice.vanishes()
        self.wait(2 * 3600)
        epoch, _ = self.stands()
        bob, heard = self.back(token, rooms={LOBBY: [epoch, 1]})
        self.assertEqual(self.gaps(heard), [(2, 3, "deleted")])
        self.assertEqual(self.texts(heard), ["4", "5", "6", "7", "8"])
        heard = self.asking(bob, "history", room=LOBBY, after=0, limit=4)
        self.assertEqual(self.gaps(heard), [(1, 3, "deleted")])
        self.assertEqual((self.texts(heard), heard[-1]["more"]), (["4", "5", "6", "7"], True))
        heard = self.asking(bob, "history", room=LOBBY, before=3, limit=4)
        self.assertEqual(self.gaps(heard), [(1, 2, "deleted")])
        self.assertEqual((heard[-1]["count"], heard[-1]["more"]), (0, False))
        heard = self.asking(bob, "history", room=LOBBY, limit=10)
        self.assertEqual(self.gaps(heard), [(1, 3, "deleted")])


class ForgottenTests(ResumeTestCase):
    """Rooms that are forgotten, and made anew."""

    limits = Limits(rooms=2, joins=NONE)

    def test_a_room_that_began_anew(self) -> None:
        alice, bob = self.programs("alice", "bob")
        self.asking(bob, "join", room="#lab")
        self.says(bob, 1, 2, room="#lab")
        seen = self.stands("#lab")
        self.asking(bob, "leave", room="#lab")
        self.asking(alice, "join", room="#other")
        self.asking(alice, "leave", room="#other")
        self.asking(alice, "join", room="#lab")
        self.says(alice, "new", room="#lab")
        heard = self.asking(bob, "join", room="#lab", seen=seen)
        self.assertEqual(self.gaps(heard), [(1, 0, "epoch")])
        self.assertEqual(self.texts(heard), ["new"])
        self.assertEqual(self.kinds(heard)[0], "gap")


class ForgottenOnSQLiteTests(OnSQLite, ForgottenTests):
    """The same, on a database."""
