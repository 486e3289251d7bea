"""Two connections of one person: the new one goes on, and the old one is ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tests.engines import OnSlowEngine, OnSQLite
from tests.json.kit import LOBBY, ProgramTestCase
from twistchat.core.limits import NONE, Limits

if TYPE_CHECKING:
    from twistchat.testing import Program


class TakeoverTests(ProgramTestCase):
    limits = Limits(rate=NONE)

    def test_nobody_else_is_told(self) -> None:
        alice, ghost = self.programs("alice", "bob")
        token = self.token(ghost)
        bob, heard = self.hello("bob", token=token, rooms={LOBBY: self.stands()}, id=1)
        self.assertEqual(self.kinds(heard), ["welcome", "live", "members"])
        self.assertEqual((heard[0]["name"], heard[0]["resumed"]), ("bob", True))
        self.assertEqual(heard[2]["names"], ["alice", "bob"])
        self.assertEqual(ghost.hears(), [{"type": "goodbye", "cause": "resumed"}])
        self.assertFalse(ghost.is_connected)
        self.assertEqual(alice.hears(), [])
        bob.says("me")
        self.turn()
        self.assertEqual(self.texts(alice.hears()), ["me"])
        self.assertEqual(self.texts(bob.hears()), ["me"])
        self.assertEqual(len(self.world.registry.people), 2)

    def test_what_was_not_read_over_the_old_one(self) -> None:
        alice, ghost = self.programs("alice", "bob")
        token = self.token(ghost)
        for number, spelt in enumerate((LOBBY, "#Lobby", "lobby", " LOBBY")):
            self.asking(alice, "say", room=LOBBY, text="read")
            seen = self.stands()
            for text in "xyz":
                alice.says(text)
            self.turn()
            _, heard = self.hello("bob", token=token, rooms={spelt: seen})
            self.assertEqual(self.texts(heard), ["x", "y", "z"])
            self.assertEqual(self.the(heard, "live")["number"], 4 * number + 4)

    def test_one_is_in_the_rooms_where_one_was_and_in_those_that_one_asks_for(self) -> None:
        (ghost,) = self.programs("bob")
        self.asking(ghost, "join", room="#a")
        token = self.token(ghost)
        bob, heard = self.hello("bob", token=token, rooms={"#b": None})
        self.assertEqual([x["room"] for x in self.only(heard, "live")], [LOBBY, "#a", "#b"])
        self.assertEqual([x["room"] for x in self.only(heard, "joined")], ["#b"])
        for room in (LOBBY, "#a", "#b"):
            self.assertEqual(self.texts(self.asking(bob, "say", room=room, text="x")), ["x"])

    def test_who_was_away_still_is(self) -> None:
        (ghost,) = self.programs("bob")
        self.asking(ghost, "away", words="lunch")
        _, heard = self.hello("bob", token=self.token(ghost))
        self.assertEqual(self.the(heard, "members")["away"], ["bob"])

    def test_another_name_is_not_taken_by_it(self) -> None:
        (ghost,) = self.programs("bob")
        _, heard = self.hello("robert", token=self.token(ghost))
        self.assertEqual(heard[0]["name"], "bob")
        self.programs("robert")

    def test_the_new_one_can_be_lost_and_resumed_as_well(self) -> None:
        alice, bob = self.programs("alice", "bob")
        token = self.token(bob)
        for _ in range(4):
            bob, heard = self.hello("bob", token=token)
            self.assertTrue(heard[0]["resumed"])
        self.assertEqual(alice.hears(), [])
        bob.vanishes()
        self.turn()
        self.assertEqual(self.kinds(alice.hears()), ["departed"])
        _, heard = self.hello("bob", token=token)
        self.assertEqual(heard[0]["name"], "bob")
        self.assertEqual(self.kinds(alice.hears()), ["joined"])

    def test_the_old_connection_breaks_later(self) -> None:
        alice, ghost = self.programs("alice", "bob")
        token = self.token(ghost)
        ghost.wire.stall()
        bob, _ = self.hello("bob", token=token)
        ghost.says("not heard")
        ghost.asks("quit")
        ghost.vanishes()
        self.turn()
        self.assertEqual(alice.hears(), [])
        self.assertEqual(self.texts(self.asking(bob, "say", room=LOBBY, text="x")), ["x"])
        _, heard = self.hello("bob")
        self.assert_error(heard, "name-taken")

    def test_two_with_one_token_at_once(self) -> None:
        (bob,) = self.programs("bob")
        token = self.token(bob)
        for _ in range(2):
            one, two = self.program(), self.program()
            one.asks("hello", name="bob", token=token, rooms={LOBBY: None, "#a": None}, id=1)
            two.asks("hello", name="bob", token=token, rooms={LOBBY: None, "#b": None}, id=2)
            self.turn()
            self.assertEqual(one.hears()[-1], {"type": "goodbye", "cause": "resumed"})
            self.assertEqual(two.hears()[0]["name"], "bob")
            self.assertEqual(len(self.world.registry.people), 1)
            two.vanishes()  # and then the same with nobody here
            self.turn()
            self.assertEqual(len(self.world.registry.people), 0)

    def test_over_the_wire_of_people(self) -> None:
        alice, ghost = self.programs("alice", "bob")
        token = self.token(ghost)
        (carol,) = self.world.people("carol")
        carol.types(f"/resume {token}")
        self.turn()
        self.assertIn("-- You are bob.", "\n".join(carol.sees()))
        self.assertEqual(ghost.hears()[-1]["cause"], "resumed")
        departed = self.the(alice.hears(), "departed")
        self.assertEqual((departed["who"], departed["cause"]), ("carol", "left"))

    def test_what_it_ignored_is_its_own(self) -> None:
        """Whom one ignores is the connection's."""
        alice, ghost = self.programs("alice", "bob")
        self.asking(ghost, "ignore", name="alice")
        bob, _ = self.hello("bob", token=self.token(ghost))
        self.assertEqual(self.asking(bob, "ignored")[0]["names"], [])
        alice.says("x")
        self.turn()
        self.assertEqual(self.texts(bob.hears()), ["x"])


class TakeoverOnSlowEngineTests(OnSlowEngine, TakeoverTests):
    """The same, with commits that take a while; and what is under way meanwhile."""

    MOMENTS = (0.0, 0.004, 0.008, 0.012, 0.02, 0.03)

    def test_what_the_ghost_said_and_nobody_knew_of_yet(self) -> None:
        for moment in self.MOMENTS:
            alice, ghost = self.programs("alice", "bob")
            token = self.token(ghost)
            seen = self.stands()
            ghost.asks("say", room=LOBBY, text="x", id=1, key=f"k{moment}")
            self.world.clock.advance(moment)
            bob = self.program_without_turn()
            bob.asks("hello", name="bob", token=token, rooms={LOBBY: seen}, id=2)
            bob.asks("say", room=LOBBY, text="x", id=3, key=f"k{moment}")
            self.turn()
            self.assertEqual(self.texts(alice.hears()), ["x"])
            heard = bob.hears()
            self.assertEqual(self.texts(heard), ["x"])  # once: in the past, or when it came
            (answer,) = (x for x in heard if x.get("id") == 3)
            self.assertEqual((answer["type"], answer["number"]), ("kept", seen[1] + 1))
            self.assertEqual(ghost.hears()[-1], {"type": "goodbye", "cause": "resumed"})
            self.leave(alice, bob)

    def program_without_turn(self) -> Program:
        return cast("Program", self.connect(speaks_first=True))

    def leave(self, *people: Program) -> None:
        for person in people:
            person.asks("quit")
        self.turn()
        self.assertEqual(self.world.registry.sessions, [])

    def test_what_the_ghost_was_about_to_do(self) -> None:
        deeds: tuple[tuple[str, dict[str, Any]], ...]
        for moment in self.MOMENTS:
            deeds = (
                ("join", {"room": "#new"}), ("leave", {"room": "#a"}), ("rename", {"name": "rob"}),
                ("topic", {"room": LOBBY, "topic": f"at {moment}"}), ("quit", {}),
                ("history", {"room": LOBBY}), ("away", {"words": "x"}),
            )  # fmt: skip
            for kind, fields in deeds:
                alice, ghost = self.programs("alice", "bob")
                for room in ("#a", "#new"):
                    self.asking(alice, "join", room=room)
                self.asking(ghost, "join", room="#a")
                token = self.token(ghost)
                alice.hears()
                ghost.asks(
                    "say", room=LOBBY, text="first"
                )  # so that there is something to wait for
                ghost.asks(kind, id=1, **fields)
                self.world.clock.advance(moment)
                bob = self.program_without_turn()
                bob.asks("hello", name="bob", token=token, rooms={LOBBY: None}, id=2)
                self.turn()
                heard = bob.hears()
                why = (moment, kind, heard)
                self.assertEqual(len(self.only(heard, "welcome")), 1, why)
                name = self.the(heard, "welcome")["name"]
                # All agree on who and where one is.
                rooms = [x["room"] for x in self.only(heard, "live")]
                self.assertEqual(len(rooms), len(set(rooms)), why)
                alice_heard = alice.hears()
                renamed = [x["new"] for x in self.only(alice_heard, "renamed")]
                self.assertEqual(name, (renamed or ["bob"])[-1], why)
                for room in (LOBBY, "#a", "#new"):
                    members = self.the(self.asking(alice, "members", room=room), "members")["names"]
                    self.assertEqual(name in members, room in rooms, (room, *why))
                    said = self.asking(bob, "say", room=room, text="here", id=3)
                    self.assertEqual(said[0]["type"], "said" if room in rooms else "error", why)
                    self.assertEqual(len(said), 1, why)
                    self.assertEqual(len(alice.hears()), 1 if room in rooms else 0, why)
                departed = self.only(alice_heard, "departed")
                self.assertEqual(len(departed), 1 if kind == "quit" else 0, why)
                # Every name that is not borne is free.
                bob.asks("quit")
                self.turn()
                others = self.programs("bob", "rob")
                self.leave(alice, *others)

    def test_resuming_while_the_first_login_claims_its_name(self) -> None:
        (first,) = self.programs("bob")
        token = self.token(first)
        for moment in self.MOMENTS:
            first.vanishes()
            self.turn()
            one = self.program()
            one.asks("hello", name="bob", token=token, id=1)
            self.world.clock.advance(moment)
            two = self.program_without_turn()
            two.asks("hello", name="bob", token=token, id=2)
            self.turn()
            self.assertEqual(len(self.world.registry.people), 1)
            self.assertEqual(one.hears()[-1], {"type": "goodbye", "cause": "resumed"})
            heard = self.only(two.hears(), "welcome")
            self.assertEqual([x["name"] for x in heard], ["bob"])
            first = two

    def test_hanging_up_while_the_name_is_claimed(self) -> None:
        (first,) = self.programs("bob")
        token = self.token(first)
        first.vanishes()
        self.turn()
        one = self.program()
        one.asks("hello", name="bob", token=token)
        self.world.clock.advance(0.004)
        two = self.program_without_turn()
        two.asks("hello", name="bob", token=token)
        self.world.clock.advance(0.001)
        one.vanishes()
        self.turn()
        self.assertEqual(self.the(two.hears()[1:], "welcome")["name"], "bob")
        _, heard = self.hello("bob")
        self.assert_error(heard, "name-taken")
        two.asks("quit")
        self.turn()
        self.programs("bob")

    def test_a_whisper_that_was_under_way_is_told_over_the_new_one(self) -> None:
        for moment in self.MOMENTS:
            alice, ghost = self.programs("alice", "bob")
            token = self.token(ghost)
            alice.asks("say", to="bob", text="psst")
            self.world.clock.advance(moment)
            bob = self.program_without_turn()
            bob.asks("hello", name="bob", token=token)
            self.turn()
            texts = self.texts(ghost.hears()) + self.texts(bob.hears())
            self.assertEqual(texts, ["psst"], moment)
            self.leave(alice, bob)


class TakeoverOnSQLiteTests(OnSQLite, TakeoverTests):
    """The same, on a database."""
