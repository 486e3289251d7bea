"""What is said under a key is said once, however often it is sent."""

from __future__ import annotations

from typing import Any

from tests.engines import OnSlowEngine, OnSQLite
from tests.json.kit import LOBBY, ProgramTestCase
from twistchat.core.limits import NONE, Limits

DAY = 86_400.0


class KeyTests(ProgramTestCase):
    limits = Limits(rate=NONE)

    def test_sent_again(self) -> None:
        alice, bob = self.programs("alice", "bob")
        (said,) = self.asking(alice, "say", room=LOBBY, text="x", key="k", id=1)
        self.assertEqual((said["type"], said["key"], said["id"]), ("said", "k", 1))
        bob.hears()
        for number in (2, 3):
            (kept,) = self.asking(alice, "say", room=LOBBY, text="x", key="k", id=number)
            place = {"epoch": said["epoch"], "number": said["number"]}
            expected = {"type": "kept", "room": LOBBY, **place, "key": "k", "id": number}
            self.assertEqual(kept, expected)
        (kept,) = self.asking(alice, "say", room=LOBBY, text="x", key="k")
        self.assertEqual((kept["type"], kept["key"]), ("kept", "k"))
        self.assertEqual(bob.hears(), [])

    def test_another_text_room_or_person(self) -> None:
        alice, bob, _ = self.programs("alice", "bob", "carol")
        self.asking(alice, "join", room="#lab")
        self.asking(alice, "say", room=LOBBY, text="x", key="k")
        bob.hears()
        others: tuple[dict[str, Any], ...] = (
            {"room": LOBBY, "text": "y"}, {"room": "#lab", "text": "x"}, {"to": "bob", "text": "x"},
            {"room": LOBBY, "text": "x", "action": True},
        )  # fmt: skip
        for fields in others:
            heard = self.asking(alice, "say", key="k", id=1, **fields)
            self.assert_error(heard, "key-reused", key="k", id=1)
        self.assertEqual(bob.hears(), [])

    def test_the_keys_of_others_are_theirs(self) -> None:
        alice, bob = self.programs("alice", "bob")
        for person in (alice, bob):
            (said,) = self.asking(person, "say", room=LOBBY, text="x", key="k")
            self.assertEqual(said["type"], "said")

    def test_whispers(self) -> None:
        alice, bob, _ = self.programs("alice", "bob", "carol")
        (said,) = self.asking(alice, "say", to="bob", text="x", key="k", id=1)
        self.assertEqual((said["type"], said["key"]), ("whispered", "k"))
        bob.hears()
        (kept,) = self.asking(alice, "say", to="BOB", text="x", key="k", id=2)
        self.assertEqual(
            (kept["type"], kept["to"], kept["number"]), ("kept", "bob", said["number"])
        )
        self.assertEqual(bob.hears(), [])
        heard = self.asking(alice, "say", to="carol", text="x", key="k", id=3)
        self.assert_error(heard, "key-reused", key="k", id=3)

    def test_over_another_connection(self) -> None:
        alice, bob = self.programs("alice", "bob")
        token = self.token(alice)
        alice.asks("say", room=LOBBY, text="x", key="k")
        alice.vanishes()
        self.turn()
        number = self.stands()[1]
        bob.hears()
        alice, _ = self.hello("alice", token=token)
        (kept,) = self.asking(alice, "say", room=LOBBY, text="x", key="k")
        self.assertEqual((kept["type"], kept["number"]), ("kept", number))
        self.assertEqual(self.texts(bob.hears()), [])
        # Under another name it is one's own key still; without the token it is not.
        self.asking(alice, "rename", name="al")
        self.assertEqual(
            self.kinds(self.asking(alice, "say", room=LOBBY, text="x", key="k")), ["kept"]
        )
        alice.asks("quit")
        self.turn()
        (alice,) = self.programs("alice")
        self.assertEqual(
            self.kinds(self.asking(alice, "say", room=LOBBY, text="x", key="k")), ["said"]
        )

    def test_after_a_day_it_is_free(self) -> None:
        alice, _ = self.programs("alice", "bob")
        token = self.token(alice)
        self.asking(alice, "say", room=LOBBY, text="x", key="k")
        alice.vanishes()
        self.wait(DAY - 10)
        alice, _ = self.hello("alice", token=token)
        self.assertEqual(
            self.kinds(self.asking(alice, "say", room=LOBBY, text="x", key="k")), ["kept"]
        )
        self.wait(10)
        (said,) = self.asking(alice, "say", room=LOBBY, text="y", key="k")
        self.assertEqual((said["type"], said["text"]), ("said", "y"))

    def test_what_was_refused_used_no_key(self) -> None:
        (alice,) = self.programs("alice")
        self.assert_error(self.asking(alice, "say", room="#a", text="x", key="k"), "not-in-room")
        self.assertEqual(
            self.kinds(self.asking(alice, "say", room=LOBBY, text="y", key="k")), ["said"]
        )

    def test_a_key_of_64_characters(self) -> None:
        (alice,) = self.programs("alice")
        for key in ("你" * 64, " ", "'\";--"):
            (said,) = self.asking(alice, "say", room=LOBBY, text="x", key=key)
            self.assertEqual(said["key"], key)

    def test_the_same_twice_in_one_packet(self) -> None:
        alice, bob = self.programs("alice", "bob")
        line = b'{"type":"say","room":"#lobby","text":"x","key":"k"}\n'
        alice.sends(line * 3)
        self.turn()
        self.assertEqual(self.kinds(alice.hears()), ["said", "kept", "kept"])
        self.assertEqual(self.texts(bob.hears()), ["x"])


class KeyOnSlowEngineTests(OnSlowEngine, KeyTests):
    """The same, with commits that take a while."""

    def test_what_failed_used_no_key(self) -> None:
        (alice,) = self.programs("alice")
        self.slow.fails = True
        heard = self.asking(alice, "say", room=LOBBY, text="x", key="k", id=1)
        self.assert_error(heard, "not-kept", key="k", id=1)
        self.slow.fails = False
        self.assertEqual(
            self.kinds(self.asking(alice, "say", room=LOBBY, text="x", key="k")), ["said"]
        )


class KeyOnSQLiteTests(OnSQLite, KeyTests):
    """The same, on a database."""

    def test_after_a_restart(self) -> None:
        for number, ends in enumerate((self.restarts, self.is_killed)):
            alice, heard = self.hello("alice")
            token = heard[0]["token"]
            (said,) = self.asking(alice, "say", room=LOBBY, text="x", key=f"k{number}")
            ends()
            alice, heard = self.hello("alice", token=token)
            self.assertTrue(heard[0]["resumed"])
            (kept,) = self.asking(alice, "say", room=LOBBY, text="x", key=f"k{number}")
            self.assertEqual((kept["type"], kept["number"]), ("kept", said["number"]))
            heard = self.asking(alice, "say", room=LOBBY, text="z", key=f"k{number}")
            self.assert_error(heard, "key-reused")
            alice.asks("quit")
            self.turn()
