"""Each request, and what answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engines import OnSlowEngine, OnSQLite
from tests.json.kit import LOBBY, ProgramTestCase
from twistchat.core import events as e
from twistchat.core.chat import Extension
from twistchat.core.commands import Say
from twistchat.core.limits import NONE, Limits
from twistchat.testing import LINE, World, program_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.core.chat import Chat
    from twistchat.core.model import User


def refusing(why: e.Unkept) -> Callable[[e.Durable], e.Unkept]:
    return lambda _: why


class ComingInTests(ProgramTestCase):
    def test_the_server_says_hello(self) -> None:
        (hello,) = program_in(self.world).hears()
        self.assertEqual(hello["type"], "hello")
        self.assertEqual(hello["protocol"], 1)
        self.assertEqual(
            hello["limits"], {"text": 16384, "page": 200, "name": 24, "room": 32, "topic": 400}
        )

    def test_into_the_lobby(self) -> None:
        _, heard = self.hello("bob", protocol=1, id=7)
        self.assertEqual(self.kinds(heard), ["welcome", "live", "joined", "members"])
        welcome, live, joined, members = heard
        self.assertEqual((welcome["name"], welcome["resumed"], welcome["id"]), ("bob", False, 7))
        self.assertEqual((live["room"], live["number"]), (LOBBY, 0))
        self.assertEqual((joined["who"], joined["room"]), ("bob", LOBBY))
        self.assertEqual(members["names"], ["bob"])
        self.assertEqual([told.get("id") for told in heard[1:]], [None] * 3)

    def test_with_past_lines(self) -> None:
        (alice,) = self.programs("alice")
        for number in range(25):
            alice.says(str(number))
        self.turn()
        _, heard = self.hello("bob")
        self.assertEqual(self.texts(heard), [str(number) for number in range(5, 25)])
        past = self.only(heard, "said")
        self.assertTrue(all(told["past"] is True for told in past))
        self.assertEqual([told["number"] for told in past], list(range(6, 26)))
        self.assertEqual(self.kinds(heard)[-3:], ["live", "joined", "members"])
        self.assertEqual(self.the(heard, "live")["number"], 25)

    def test_into_rooms_of_ones_own(self) -> None:
        _, heard = self.hello("bob", rooms={"#a": None, "B": None})
        self.assertEqual([x["room"] for x in self.only(heard, "live")], ["#a", "#b"])
        _, heard = self.hello("carol", rooms={})
        self.assertEqual(self.kinds(heard), ["welcome"])
        _, heard = self.hello("dave", rooms=None)
        self.assertEqual([x["room"] for x in self.only(heard, "live")], [LOBBY])

    def test_rooms_that_cannot_be_entered(self) -> None:
        _, heard = self.hello("bob", id=1, rooms={"#a b": None, "#ok": None, "#" + "x" * 40: None})
        self.assertEqual(self.kinds(heard)[0], "welcome")
        errors = self.only(heard, "error")
        self.assertEqual(
            [(x["code"], x["about"][:4]) for x in errors],
            [("room-name", "#a b"), ("room-long", "#xxx")],
        )
        self.assertEqual([x["room"] for x in self.only(heard, "live")], ["#ok"])
        self.assertEqual([x.get("id") for x in heard].count(1), 1)

    def test_more_rooms_than_one_may_join_at_once(self) -> None:
        program, heard = self.hello("bob", rooms={f"#r{number}": None for number in range(25)})
        self.assertEqual(len(self.only(heard, "live")), 20)
        self.assertEqual([x["code"] for x in self.only(heard, "error")], ["joins-too-fast"] * 5)
        self.wait(3)
        self.assertIn("live", self.kinds(self.asking(program, "join", room="#r20")))

    def test_a_name_that_is_refused_comes_with_another(self) -> None:
        self.programs("bob")
        program, heard = self.hello("bob", id="a")
        self.assert_error(heard, "name-taken", about="bob", hint="bob2", id="a")
        self.assertIn("welcome", self.kinds(self.asking(program, "hello", name="bob2")))
        for name, code in (
            ("", "name-empty"), ("a b", "name-characters"), ("12", "name-number"),
            ("x" * 30, "name-long"), ("server", "name-reserved"),
        ):  # fmt: skip
            _, heard = self.hello(name)
            self.assert_error(heard, code)
            self.assertTrue(heard[0]["hint"])

    def test_another_protocol(self) -> None:
        versions: tuple[object, ...] = (2, 0, "1", None, [], 1.5)
        for version in versions:
            _, heard = self.hello("bob", protocol=version, id=1)
            self.assert_error(heard, "bad-protocol", hint="1", id=1)

    def test_before_hello(self) -> None:
        program = self.program()
        for kind in ("say", "join", "token", "ignored", "history", "rooms", "away"):
            self.assert_error(self.asking(program, kind, id=1), "hello-first", id=1)
        self.assert_error(self.asking(program, "nope", id=1), "unknown-type", about="nope", id=1)

    def test_quit_at_the_door(self) -> None:
        program = self.program()
        heard = self.asking(program, "quit", id=3)
        self.assertEqual(heard, [{"type": "goodbye", "cause": "left", "id": 3}])
        self.assertFalse(program.is_connected)

    def test_hello_twice(self) -> None:
        (bob,) = self.programs("bob")
        self.assert_error(self.asking(bob, "hello", name="al", id=2), "in-already", id=2)

    def test_bad_shapes_of_hello(self) -> None:
        for fields in (
            {"name": 7}, {"name": None}, {"name": "a", "token": 5}, {"name": "a", "client": []},
            {"name": "a", "rooms": []}, {"name": "a", "rooms": "#lobby"},
            {"name": "a", "rooms": {"#a": 5}}, {"name": "a", "rooms": {"#a": ["e"]}},
            {"name": "a", "rooms": {"#a": ["e", -1]}}, {"name": "a", "rooms": {"#a": ["e", "1"]}},
            {"name": "a", "rooms": {"#a": ["e", True]}}, {"name": "a", "rooms": {"#a": [1, 1]}},
            {"name": "a", "rooms": {"#a": ["e", 1.0]}}, {"name": "a", "rooms": {"#a": {}}},
            {"name": "a", "rooms": {"#a": ["e", 1, 2]}},
            {"name": "a", "rooms": {"#a": ["e", 2**60]}},
            {"name": "a", "rooms": {f"#{n}": None for n in range(1001)}},
        ):  # fmt: skip
            program = self.program()
            self.assert_error(self.asking(program, "hello", id=1, **fields), "bad-field", id=1)
            self.assertIn("welcome", self.kinds(self.asking(program, "hello", name="bob")))
            program.asks("quit")
            self.turn()

    def test_several_requests_behind_hello(self) -> None:
        program = self.program()
        program.sends(
            b'{"type":"hello","name":"bob","id":1}\n{"type":"say","room":"#lobby","text":"a","id":2}\n'
            b'{"type":"ping","id":3}\r\n\n{"type":"join","room":"#b","id":4}\n'
            b'{"type":"say","room":"#b","text":"b","id":5}\n{"type":"quit","id":6}\n'
        )
        self.turn()
        heard = program.hears()
        self.assertEqual(sorted(x["id"] for x in heard if "id" in x), [1, 2, 3, 4, 5, 6])
        self.assertEqual(self.texts(heard), ["a", "b"])
        self.assertFalse(program.is_connected)


class RequestTests(ProgramTestCase):
    limits = Limits(rate=NONE)

    def test_say(self) -> None:
        alice, bob = self.programs("alice", "bob")
        (said,) = self.asking(alice, "say", room="#LOBBY", text="hi\x07 ", id=1)
        self.assertEqual(
            (said["text"], said["who"], said["room"], said["id"]), ("hi␇", "alice", LOBBY, 1)
        )
        self.assertNotIn("action", said)
        (heard,) = bob.hears()
        self.assertEqual(heard | {"id": 1}, said)
        (said,) = self.asking(alice, "say", room=LOBBY, text="waves", action=True, key="k")
        self.assertEqual((said["action"], said["key"]), (True, "k"))
        self.assertNotIn("key", bob.hears()[0])
        self.assert_error(
            self.asking(alice, "say", room=LOBBY, text=" ", id=2), "nothing-to-say", id=2
        )
        self.assert_error(self.asking(alice, "say", room="#x", text="a"), "not-in-room", about="#x")
        self.assert_error(self.asking(alice, "say", room="", text="a"), "in-no-room")
        self.assert_error(self.asking(alice, "say", text="a"), "bad-field", about="room")
        self.assert_error(self.asking(alice, "say", room=LOBBY), "bad-field", about="text")
        self.assert_error(
            self.asking(alice, "say", room=LOBBY, text="a", action=1), "bad-field", about="action"
        )

    def test_a_notice(self) -> None:
        (alice,) = self.programs("alice")
        (bob,) = self.world.people("bob", front_end=LINE)
        bob.sees()
        (said,) = self.asking(alice, "say", room=LOBBY, text="built", notice=True)
        self.assertEqual((said["notice"], "action" in said), (True, False))
        (said,) = self.asking(alice, "say", room=LOBBY, text="waves", notice=True, action=True)
        self.assertEqual(("notice" in said, said["action"]), (False, True))
        self.asking(alice, "say", to="bob", text="psst", notice=True)
        self.assertEqual(bob.sees(), ["-alice- built", "* alice waves", "-alice -> bob- psst"])
        past = self.asking(alice, "history", room=LOBBY, limit=2)
        self.assertEqual([told.get("notice") for told in past][:2], [True, None])

    def test_whisper(self) -> None:
        alice, bob = self.programs("alice", "bob")
        (mine,) = self.asking(alice, "say", to="BOB", text="psst", id=1)
        self.assertEqual(
            (mine["who"], mine["to"], mine["number"], mine["id"]), ("alice", "bob", 1, 1)
        )
        self.assertEqual(bob.hears()[0] | {"id": 1}, mine)
        self.assert_error(
            self.asking(alice, "say", to="nobody", text="x", id=2), "no-such-person", id=2
        )
        for fields in ({"id": 3}, {}):
            (own,) = self.asking(alice, "say", to="alice", text="milk", **fields)
            self.assertEqual((own["type"], own["who"], own["to"]), ("whispered", "alice", "alice"))
        self.asking(bob, "away", words="lunch")
        heard = self.asking(alice, "say", to="bob", text="there?", id=3)
        self.assertEqual(self.kinds(self.only(heard, "whispered", "away")), ["whispered", "away"])
        self.assertEqual(heard[-1], {"type": "away", "who": "bob", "words": "lunch"})

    def test_join_and_leave(self) -> None:
        alice, bob = self.programs("alice", "bob")
        heard = self.asking(alice, "join", room="lab", id=1)
        self.assertEqual(self.kinds(heard), ["live", "joined", "members"])
        self.assertEqual([x.get("id") for x in heard], [None, 1, None])
        self.assertEqual(self.asking(alice, "join", room="#lab", id=2), [{"type": "ok", "id": 2}])
        self.asking(alice, "say", room="#lab", text="one")
        self.asking(alice, "topic", room="#lab", topic="cats")
        alice.hears()
        heard = self.asking(bob, "join", room="#lab", id="x")
        self.assertEqual(self.kinds(heard), ["said", "topic", "live", "joined", "members"])
        self.assertEqual([x.get("re") for x in heard], ["x", "x", None, None, None])
        self.assertEqual([x.get("id") for x in heard], [None, None, None, "x", None])
        self.assertEqual(self.the(heard, "members")["topic"], "cats")
        self.assertEqual(self.kinds(alice.hears()), ["joined"])
        (left,) = self.asking(bob, "leave", room="#lab", words="bye\n", id=4)
        self.assertEqual((left["who"], left["words"], left["id"]), ("bob", "bye", 4))
        self.assertEqual(alice.hears()[0] | {"id": 4}, left)
        self.assert_error(self.asking(bob, "leave", room="#lab", id=5), "not-in-room", id=5)
        self.assert_error(self.asking(bob, "join", room="# ", id=6), "room-name", id=6)
        self.assert_error(self.asking(bob, "join", id=6), "bad-field", about="room", id=6)
        self.assert_error(
            self.asking(bob, "join", room="#a", seen=["e"], id=6), "bad-field", about="seen", id=6
        )

    def test_invite(self) -> None:
        alice, bob = self.programs("alice", "bob")
        self.asking(alice, "join", room="#lab")
        (invited,) = self.asking(alice, "invite", room="#lab", to="bob", id=1)
        self.assertEqual((invited["type"], invited["to"], invited["id"]), ("invited", "bob", 1))
        self.assertEqual(bob.hears()[0] | {"id": 1}, invited)
        self.assert_error(
            self.asking(alice, "invite", room=LOBBY, to="bob", id=2), "in-room-already", id=2
        )

    def test_rename(self) -> None:
        alice, bob = self.programs("alice", "bob")
        (renamed,) = self.asking(alice, "rename", name="al", id=1)
        self.assertEqual((renamed["old"], renamed["new"], renamed["id"]), ("alice", "al", 1))
        self.assertEqual(bob.hears()[0] | {"id": 1}, renamed)
        self.assert_error(self.asking(alice, "rename", name="Bob", id=2), "name-taken", id=2)
        self.assert_error(self.asking(alice, "rename", name="al", id=3), "name-same", id=3)
        self.assert_error(self.asking(alice, "rename", name="a b", id=4), "name-characters", id=4)

    def test_away(self) -> None:
        alice, bob = self.programs("alice", "bob")
        heard = self.asking(alice, "away", words="", id=1)
        self.assertEqual(heard, [
            {"type": "away", "who": "alice", "words": ""}, {"type": "ok", "id": 1},
        ])  # fmt: skip
        self.assertEqual(
            self.the(self.asking(bob, "members", room=LOBBY), "members")["away"], ["alice"]
        )
        self.assertEqual(self.asking(alice, "away", words="", id=2), [{"type": "ok", "id": 2}])
        heard = self.asking(alice, "away", words=None, id=3)
        self.assertEqual(heard[0], {"type": "away", "who": "alice", "words": None})
        self.assertEqual(self.asking(alice, "away", id=4), [{"type": "ok", "id": 4}])
        self.assert_error(self.asking(alice, "away", words=5, id=5), "bad-field", id=5)

    def test_topic(self) -> None:
        alice, bob = self.programs("alice", "bob")
        (topic,) = self.asking(alice, "topic", room=LOBBY, id=1)
        self.assertEqual(topic, {"type": "topic", "room": LOBBY, "topic": "", "id": 1})
        (topic,) = self.asking(alice, "topic", room=LOBBY, topic="cats", id=2)
        self.assertEqual((topic["number"], topic["who"], topic["id"]), (1, "alice", 2))
        self.assertEqual(bob.hears()[0] | {"id": 2}, topic)
        (topic,) = self.asking(bob, "topic", room=LOBBY, id=3)
        self.assertEqual(topic, {"type": "topic", "room": LOBBY, "topic": "cats", "id": 3})
        (topic,) = self.asking(alice, "topic", room=LOBBY, topic="", id=4)
        self.assertEqual((topic["topic"], topic["number"]), ("", 2))
        (topic,) = self.asking(alice, "topic", room=LOBBY, topic="", id=5)
        self.assertEqual(topic, {"type": "topic", "room": LOBBY, "topic": "", "id": 5})
        self.assert_error(
            self.asking(alice, "topic", room=LOBBY, topic="x" * 500, id=6), "topic-long", id=6
        )

    def test_looking(self) -> None:
        alice, _ = self.programs("alice", "bob")
        self.asking(alice, "join", room="#lab")
        (members,) = self.asking(alice, "members", room=LOBBY, id=1)
        self.assertEqual(
            (members["names"], members["count"], members["id"]), (["alice", "bob"], 2, 1)
        )
        (rooms,) = self.asking(alice, "rooms", id=2)
        self.assertEqual((rooms["count"], rooms["id"]), (2, 2))
        self.assertEqual(
            rooms["rooms"][1], {"name": "#lab", "count": 1, "topic": "", "yours": True}
        )
        (rooms,) = self.asking(alice, "rooms", matching="LA")
        self.assertEqual([room["name"] for room in rooms["rooms"]], ["#lab"])
        self.wait(5)
        (person,) = self.asking(alice, "person", name="bob", id=3)
        self.assertEqual((person["name"], person["away"], person["rooms"]), ("bob", None, [LOBBY]))
        self.assertGreaterEqual(person["here"], 5)
        self.assert_error(self.asking(alice, "person", name="x" * 99, id=4), "no-such-person", id=4)

    def test_no_gap_is_told_below_the_first_number(self) -> None:
        (alice,) = self.programs("alice")
        self.asking(alice, "say", room=LOBBY, text="one")
        heard = self.asking(alice, "history", room=LOBBY, after=-5)
        self.assertEqual(self.kinds(heard), ["said", "ok"])

    def test_search(self) -> None:
        (alice,) = self.programs("alice")
        for text in ("a cat", "a dog", "cats"):
            self.asking(alice, "say", room=LOBBY, text=text)
        heard = self.asking(alice, "search", room=LOBBY, words=["CAT"], id=9)
        self.assertEqual(self.texts(heard), ["a cat", "cats"])
        self.assertEqual([x.get("re") for x in heard], [9, 9, None])
        ok = heard[-1]
        self.assertEqual((ok["type"], ok["count"], ok["more"], ok["id"]), ("ok", 2, False, 9))
        heard = self.asking(alice, "search", room=LOBBY, words=["cat"], limit=1)
        self.assertEqual((self.texts(heard), heard[-1]["more"]), (["cats"], True))
        heard = self.asking(alice, "search", room=LOBBY, who="nobody")
        self.assertEqual((heard[0]["count"], heard[0]["more"]), (0, False))
        self.assert_error(self.asking(alice, "search", room=LOBBY, id=3), "nothing-to-search", id=3)
        for words in ("cat", [1], {"a": 1}):
            self.assert_error(
                self.asking(alice, "search", room=LOBBY, words=words), "bad-field", about="words"
            )

    def test_ignoring(self) -> None:
        alice, bob, carol = self.programs("alice", "bob", "carol")
        self.assertEqual(self.asking(alice, "ignore", name="bob", id=1), [{"type": "ok", "id": 1}])
        bob.says("1")
        carol.says("2")
        bob.asks("say", to="alice", text="3")
        self.turn()
        self.assertEqual(self.texts(alice.hears()), ["2"])
        self.assertEqual(
            self.asking(alice, "ignored", id=2), [{"type": "ignored", "names": ["bob"], "id": 2}]
        )
        heard = self.asking(alice, "history", room=LOBBY)
        self.assertEqual([x["number"] for x in self.only(heard, "said", "gap")], [2])
        self.assertEqual(heard[-1]["count"], 1)
        self.assertEqual(
            self.asking(alice, "unignore", name="Bob", id=3), [{"type": "ok", "id": 3}]
        )
        self.assert_error(self.asking(alice, "unignore", name="bob", id=4), "not-ignored", id=4)
        self.assert_error(self.asking(alice, "ignore", name="alice", id=5), "to-oneself", id=5)
        self.assert_error(self.asking(alice, "ignore", name="a b", id=6), "no-such-person", id=6)
        bob.says("4")
        self.turn()
        self.assertEqual(self.texts(alice.hears()), ["4"])
        for number in range(100):
            self.asking(alice, "ignore", name=f"n{number}")
        self.assert_error(
            self.asking(alice, "ignore", name="more", id=7), "too-many-ignored", hint="100", id=7
        )

    def test_quit(self) -> None:
        alice, bob = self.programs("alice", "bob")
        heard = self.asking(bob, "quit", words="so long", id=1)
        self.assertEqual(heard, [{"type": "goodbye", "cause": "left", "id": 1}])
        self.assertFalse(bob.is_connected)
        (departed,) = alice.hears()
        self.assertEqual(
            (departed["type"], departed["who"], departed["cause"], departed["words"]),
            ("departed", "bob", "left", "so long"),
        )

    def test_what_is_said_behind_quit_is_not_heard(self) -> None:
        alice, bob = self.programs("alice", "bob")
        bob.says("1")
        bob.asks("quit")
        bob.says("2")
        self.turn()
        self.assertEqual(self.texts(alice.hears()), ["1"])

    def test_texts_that_are_too_long(self) -> None:
        alice, bob = self.programs("alice", "bob")
        for text in ("x" * 16384, "你" * 5461, "\x01" * 16384):
            (said,) = self.asking(alice, "say", room=LOBBY, text=text)
            self.assertEqual(len(said["text"]), len(text))
        bob.hears()
        for text in ("x" * 16385, "你" * 5462):
            self.assert_error(
                self.asking(alice, "say", room=LOBBY, text=text, id=1),
                "text-long",
                about="text",
                id=1,
            )
        self.assertEqual(bob.hears(), [])

    def test_ids(self) -> None:
        (alice,) = self.programs("alice")
        for good in (0, -5, 2**53 - 1, "", "x" * 64, "你好", "0"):
            (pong,) = self.asking(alice, "ping", id=good)
            self.assertEqual((pong["id"], type(pong["id"])), (good, type(good)))
        bads: tuple[object, ...] = (1.0, True, [], {}, "x" * 65, 2**53, "\x07", "a\nb")
        for bad in bads:
            heard = self.asking(alice, "ping", id=bad)
            self.assert_error(heard, "bad-id")
            self.assertNotIn("id", heard[0])
        self.assertNotIn("id", self.asking(alice, "ping", id=None)[0])
        alice.sends(b'{"type":"ping","id":"\\ud800"}\n')
        self.turn()
        self.assert_error(alice.hears(), "bad-id")

    def test_a_bad_key_is_answered_under_its_id(self) -> None:
        (alice,) = self.programs("alice")
        for bad in ("", "x" * 65, 5, True, "\n"):
            heard = self.asking(alice, "say", room=LOBBY, text="x", key=bad, id=1)
            self.assert_error(heard, "bad-field", about="key", id=1)

    def test_what_is_about_something_harmful_is_told_harmlessly(self) -> None:
        (alice,) = self.programs("alice")
        for kind, fields in {
            "command": {"name": "\x9b2J" + "x" * 10_000},
            "join": {"room": "\x9b2J\u202e"},
            "rename": {"name": "\x9b\u202e\x7f"},
            "person": {"name": "\x9b\u202e\x7f"},
            "ignore": {"name": "\x9b\u202e\x7f"},
            "unignore": {"name": "\x9b\u202e\x7f"},
            "\x9b\u202e": {},
        }.items():
            alice.hears()
            alice.writes.clear()
            alice.asks(kind, **fields)
            self.turn()
            data = b"".join(alice.writes)
            self.assertEqual(len(alice.hears()), 1)
            self.assertLess(len(data), 1_000)
            for harmful in "\x9b\u202e\x7f":
                self.assertNotIn(harmful.encode(), data, kind)


class RequestOnSlowEngineTests(OnSlowEngine, RequestTests):
    """The same, with commits that take a while."""


class RequestOnSQLiteTests(OnSQLite, RequestTests):
    """The same, on a database."""


class ComingInOnSlowEngineTests(OnSlowEngine, ComingInTests):
    """The same, with commits that take a while."""


class FaultTests(OnSlowEngine, ProgramTestCase):
    """What is told where the store fails."""

    def test_what_is_not_kept(self) -> None:
        alice, bob = self.programs("alice", "bob")
        self.slow.refuses = lambda _: e.Unkept.FAILED
        heard = self.asking(alice, "say", room=LOBBY, text="x", id=1, key="k")
        self.assert_error(heard, "not-kept", id=1, key="k")
        heard = self.asking(alice, "topic", room=LOBBY, topic="x", id=2)
        self.assert_error(heard, "not-kept", id=2)
        self.assertEqual(bob.hears(), [])
        for why, code in (
            (e.Unkept.TOO_LATE, "not-kept-late"), (e.Unkept.UNKNOWN, "not-kept-unknown"),
            (e.Unkept.STOPPING, "not-kept-stopping"), (e.Unkept.KEY_REUSED, "key-reused"),
        ):  # fmt: skip
            self.slow.refuses = refusing(why)
            self.assert_error(self.asking(alice, "say", to="bob", text="x", id=1), code, id=1)

    def test_what_cannot_be_read(self) -> None:
        (alice,) = self.programs("alice")
        self.asking(alice, "say", room=LOBBY, text="x")
        self.slow.fails = True
        self.assert_error(
            self.asking(alice, "history", room=LOBBY, id=1), "no-history", about=LOBBY, id=1
        )
        self.assert_error(
            self.asking(alice, "search", room=LOBBY, words=["x"], id=2), "no-search", id=2
        )

    def test_a_room_whose_past_cannot_be_read_is_entered_all_the_same(self) -> None:
        alice, bob = self.programs("alice", "bob")
        self.asking(alice, "join", room="#lab")
        self.asking(alice, "say", room="#lab", text="x")
        self.slow.fails = True
        heard = self.asking(bob, "join", room="#lab", id=1)
        self.assertEqual(self.kinds(heard), ["error", "live", "joined", "members"])
        self.assertEqual([x.get("id") for x in heard], [None, None, 1, None])
        self.assertEqual((heard[0]["code"], heard[0]["re"]), ("no-history", 1))
        self.assertEqual(heard[1]["number"], 1)

    def test_nobody_can_come_in(self) -> None:
        self.slow.fails = True
        _, heard = self.hello("bob", id=1)
        self.assert_error(heard, "unavailable", id=1)
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 1)


class StoppingTests(ProgramTestCase):
    def test_the_last_that_one_is_told(self) -> None:
        (alice,) = self.programs("alice")
        door = self.program()
        alice.says("x")
        self.world.registry.say_goodbye("back soon")
        self.turn()
        heard = alice.hears()
        self.assertEqual(self.kinds(heard), ["said", "stopping"])
        self.assertEqual(heard[-1]["words"], "back soon")
        self.assertEqual(door.hears(), [{"type": "goodbye", "cause": "server stopping"}])
        self.assertFalse(alice.is_connected)


class StoppingOnSlowEngineTests(OnSlowEngine, StoppingTests):
    def test_whatever_is_asked_then_is_answered(self) -> None:
        (alice,) = self.programs("alice")
        alice.says("x")
        self.world.registry.say_goodbye("")
        kinds = (
            "say", "token", "ignored", "rename", "history", "topic", "ping", "members", "ignore",
            "unignore", "join", "leave",
        )  # fmt: skip
        for number, kind in enumerate(kinds):
            alice.asks(kind, id=number, room=LOBBY, name="x", text="y", topic="z")
        self.turn()
        heard = alice.hears()
        ids = sorted(x["id"] for x in heard if "id" in x)
        self.assertEqual(ids, list(range(len(kinds))))
        self.assertEqual(heard[-1]["type"], "stopping")
        codes = {x["code"] for x in self.only(heard, "error")}
        self.assertEqual(codes, {"stopping"})


class ExtensionTests(ProgramTestCase):
    def setUp(self) -> None:
        def perform(chat: Chat, user: User, room: str, text: str) -> Sequence[e.Item] | e.Refused:
            match text:
                case "say":
                    return chat.perform(user, Say(room, "said for them", action=True))
                case "note":
                    return [e.Noted(("one", "two"))]
                case "refuse":
                    return e.Refused(e.Refusal.CUSTOM, hint="No {way}.")
                case "break":
                    raise RuntimeError("broken")
                case _:
                    return []

        extension = Extension("do", "WHAT", "does something", perform)
        self.world = World(self.make_engine, limits=self.limits, extensions=[extension])

    def test_commands(self) -> None:
        alice, bob = self.programs("alice", "bob")
        (said,) = self.asking(alice, "command", name="do", room=LOBBY, text="say", id=1)
        self.assertEqual((said["type"], said["action"], said["id"]), ("said", True, 1))
        self.assertEqual(self.texts(bob.hears()), ["said for them"])
        (note,) = self.asking(alice, "command", name="do", text="note", id=2)
        self.assertEqual(note, {"type": "note", "lines": ["one", "two"], "id": 2})
        self.assertEqual(self.asking(alice, "command", name="do", id=3), [{"type": "ok", "id": 3}])
        self.assert_error(
            self.asking(alice, "command", name="do", text="refuse", id=4),
            "custom", id=4, text="No {way}.",
        )  # fmt: skip
        self.assert_error(
            self.asking(alice, "command", name="nope", id=5), "no-such-command", about="nope", id=5
        )

    def test_one_that_breaks(self) -> None:
        (alice,) = self.programs("alice")
        self.assert_error(
            self.asking(alice, "command", name="do", text="break", id=6), "fault", id=6
        )
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)


class ExtensionOnSlowEngineTests(OnSlowEngine, ExtensionTests):
    """The same, with commits that take a while."""


class TurnedAwayTests(ProgramTestCase):
    limits = Limits(clients=1)

    def test_a_chat_that_is_full(self) -> None:
        self.programs("alice")
        program = program_in(self.world)
        self.turn()
        told = program.hears()
        self.assert_error(told, "full", hint="1")
        self.assertFalse(program.is_connected)
