"""Every command of the operator's: as people read it, as programs do, and what is refused."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from tests.console.kit import OperatorTestCase
from tests.engines import OnSlowEngine, OnSQLite
from twistchat.core.changes import Takes, changeable, takes_effect
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.testing import JSON

if TYPE_CHECKING:
    from collections.abc import Sequence


class PeopleTests(OperatorTestCase):
    def test_count(self) -> None:
        self.assertEqual(self.does("count"), ["0 online."])
        self.people("alice", "bob")
        self.connect()
        self.assertEqual(self.does("count"), ["2 online, 1 at the door."])
        self.assertEqual(
            self.data("count"),
            {"online": 2, "at_door": 1, "draining": False, "stops_in": None},
        )
        self.does("drain")
        self.does("shutdown in 5m")
        self.assertEqual(
            self.does("count"),
            ["2 online, 1 at the door; nobody new is let in; the server stops in 5 minutes."],
        )

    def test_who(self) -> None:
        self.assertEqual(self.does("who"), ["Nobody is here."])
        self.assertEqual(self.data("who"), [])
        self.people("alice", "小明")
        self.connect()
        rows = self.does("who")
        self.assertEqual(
            rows[0].split(), ["#", "NAME", "ACCOUNT", "ADDRESS", "WIRE", "SINCE", "QUEUE"]
        )
        self.assertEqual(rows[1].split()[:4], ["1", "alice", "192.168.1.1", "line"])
        self.assertTrue(rows[1].endswith(" 0"))
        # A wide name takes four cells, and the columns stand under each other.
        self.assertEqual(rows[2].index("192"), rows[1].index("192") - 2)
        self.assertIn("(at the door)", rows[3])
        first = self.data("who")[0]
        self.assertEqual(
            {key: first[key] for key in ("number", "name", "address", "wire", "queue")},
            {"number": 1, "name": "alice", "address": "192.168.1.1", "wire": "line", "queue": 0},
        )
        self.assertIsInstance(first["since"], float)

    def test_say(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.assertEqual(self.does("say tea  is ready"), ["Told 2 people."])
        line = "-- The operator to all: tea  is ready"
        self.assertEqual(alice.sees() + bob.sees(), [line, line])
        self.assertEqual(self.data("say more"), {"told": 2})

    def test_msg_by_name_and_by_number(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.assertEqual(self.does("msg BOB come here"), ["Told bob."])
        self.assertEqual(self.data("msg 2 and now"), {"name": "bob"})
        self.assertEqual(
            bob.sees(), ["-- The operator to bob: come here", "-- The operator to bob: and now"]
        )
        self.assertEqual(alice.sees(), [])

    def test_msg_to_nobody(self) -> None:
        self.connect()
        for who in ("carol", "1", "77", "{0}"):
            self.assertEqual(
                self.refused(f"msg {who} hello"),
                f"Nobody here is {who}. Type who for names and numbers.",
            )

    def test_usage(self) -> None:
        for line, usage in (
            ("count x", "Usage: count"), ("who x", "Usage: who"), ("say", "Usage: say TEXT"),
            ("msg bob", "Usage: msg WHO TEXT"), ("msg", "Usage: msg WHO TEXT"),
            ("stats x", "Usage: stats"), ("drain on", "Usage: drain [off]"),
            ("rooms x", "Usage: rooms"), ("room a b", "Usage: room [#ROOM] [RULE=VALUE ...]"),
            ("reload x", "Usage: reload"), ("motd x", "Usage: motd [reload]"),
            ("shutdown cancel x", "Usage: shutdown [in TIME|cancel] [REASON]"),
            ("help a b", "Usage: help [COMMAND]"),
        ):  # fmt: skip
            self.assertEqual(self.refused(line, 2), usage)

    def test_what_is_no_command(self) -> None:
        self.assertEqual(self.refused("cuont", 2), "There is no command cuont. Did you mean count?")
        self.assertIn("Type help", self.refused("frobnicate", 2))

    def test_help(self) -> None:
        names = [
            "count", "who", "say", "msg", "watch", "rooms", "room", "topic", "kick", "mute",
            "unmute", "ban", "unban", "exempt", "unexempt", "allow", "disallow", "bans", "audit",
            "account", "nodes", "at", "stats", "limit", "drain", "motd", "reload", "shutdown",
            "help",
        ]  # fmt: skip
        listed = self.data("help")
        self.assertEqual([command["name"] for command in listed], names)
        self.assertEqual(len(self.does("help")), len(names) + 1)
        for line in self.does("help"):
            self.assertLess(len(line), 80, line)
        words = " ".join(self.does("help say")[1].split())
        self.assertEqual(words, "say TEXT tell everybody, as the operator")
        self.assertIn("There is no command", self.refused("help cuont", 2))


class RoomTests(OperatorTestCase):
    def test_rooms(self) -> None:
        self.assertIn("no room yet", self.does("rooms")[0])
        alice, _ = self.people("alice", "bob")
        self.typing(alice, "/join #茶")
        self.does("room #lobby")  # it is there before anybody has come
        self.does("topic #茶 all about tea")
        rows = self.does("rooms")
        self.assertEqual(rows[0].split(), ["ROOM", "PEOPLE", "TOPIC"])
        self.assertEqual(rows[1].split(), ["#lobby", "2"])
        self.assertEqual(rows[2].split(), ["#茶", "1", "all", "about", "tea"])
        self.assertEqual(
            self.data("rooms")[1], {"room": "#茶", "people": 1, "topic": "all about tea"}
        )

    def test_room(self) -> None:
        self.people("alice", "小明")
        self.does("topic all about tea")
        self.assertEqual(
            [" ".join(line.split()) for line in self.does("room")],
            [
                "room: #lobby", "topic: all about tea", "rules: (none)", "founder: (nobody)",
                "moderators: (nobody)", "with a voice: (nobody)", "members: alice, 小明",
            ],
        )  # fmt: skip
        told = self.data("room LOBBY")
        self.assertEqual(
            (told["room"], told["topic"], told["members"], told["founder"]),
            ("#lobby", "all about tea", ["alice", "小明"], ""),
        )
        self.assertIn("There is no room #nowhere", self.refused("room #nowhere"))
        self.assertIn("no name for a room", self.refused("room ##"))

    def test_rules(self) -> None:
        (alice,) = self.people("alice")
        rules = self.data("room slow=10 retention=7d,100 key=sesame secret=on limit=5")["rules"]
        self.assertEqual(
            rules,
            {
                "key": True, "invite-only": False, "limit": 5, "moderated": False, "secret": True,
                "topic-locked": False, "outside": False, "slow": "10", "retention": "1w,100",
            },
        )  # fmt: skip
        self.assertIn("operator", alice.sees()[0])
        shown = self.does("room #lobby")[2].split(maxsplit=1)
        self.assertEqual(shown, ["rules:", "key, limit=5, secret, slow=10, retention=1w,100"])
        self.assertNotIn("sesame", str(self.result("room").lines()))
        self.assertIn("seconds between two lines", self.refused("room slow=often"))
        self.assertIn("colour", self.refused("room colour=red"))
        self.refused("room #lobby moderated=maybe")

    def test_topic(self) -> None:
        (alice,) = self.people("alice")
        self.assertEqual(self.does("topic"), ["#lobby has no topic."])
        self.assertEqual(self.does("topic #lobby tea {0}"), ["#lobby is about: tea {0}"])
        self.assertEqual(self.data("topic"), {"room": "#lobby", "topic": "tea {0}"})
        self.assertIn("operator", alice.sees()[0])
        self.assertEqual(self.does("topic -"), ["#lobby has no topic."])
        self.assertIn("There is no room #lab", self.refused("topic #lab tea"))
        self.assertIn("too long", self.refused("topic " + "x" * 500))

    def test_watch_says_which_room(self) -> None:
        self.assertEqual(self.data("watch LAB"), {"room": "#lab"})
        self.assertIn("no name for a room", self.refused("watch a b"))


class RoomsOnSlowEngineTests(OnSlowEngine, RoomTests):
    """The same on an engine whose commits wait."""

    def test_a_topic_that_is_not_kept(self) -> None:
        self.people("alice")
        self.slow.fails = True
        self.assertIn("could not keep it", self.refused("topic tea"))
        self.assertEqual(self.does("topic"), ["#lobby has no topic."])


class RoomsOnSQLiteTests(OnSQLite, RoomTests):
    """The same, on a database."""


class RunningTests(OperatorTestCase):
    def test_stats(self) -> None:
        self.people("alice", "bob")
        self.world.connect(JSON)
        self.wait(3600)
        told = self.data("stats")
        self.assertEqual(told["people"], 2)
        self.assertEqual(told["rooms"], 1)
        self.assertEqual(told["sessions"]["line"], 2)
        self.assertEqual((told["queue"], told["longest_queue"], told["uncommitted"]), (0, 0, 0))
        self.assertEqual((told["full"], told["draining"], told["stops_in"]), (False, False, None))
        lines = self.does("stats")
        self.assertTrue(lines[0].startswith("up for:  "), lines)
        self.assertIn("1 hour", lines[0])
        self.assertIn("2 line", lines[2])

    def test_queues(self) -> None:
        alice, bob = self.people("alice", "bob")
        bob.wire.stall()
        for _ in range(20):
            alice.types("x" * 10_000)
            self.wait(1)
        told = self.data("stats")
        self.assertGreater(told["queue"], 100_000)
        self.assertEqual(told["queue"], told["longest_queue"])

    def test_drain(self) -> None:
        (alice,) = self.people("alice")
        self.assertEqual(
            self.does("drain"), ["Nobody new is let in; 1 person may stay. drain off ends it."]
        )
        bob = self.connect()
        self.assertEqual(
            bob.sees(), ["-- Sorry, nobody new is let in for now. Please come again later."]
        )
        self.assertFalse(bob.is_connected)
        program = self.world.connect(JSON)
        self.assertIn(b'"code":"draining"', program.reads()[0])
        self.assertEqual(self.typing(alice, "still here"), ["<alice> still here"])
        self.assertEqual(self.data("drain"), {"draining": True, "online": 1})
        self.assertEqual(self.does("drain off"), ["Whoever comes is let in again."])
        self.people("carol")

    def test_limits_are_listed(self) -> None:
        rows = self.does("limit")
        self.assertEqual(rows[0].split(), ["LIMIT", "VALUE", "UNIT", "CHANGES"])
        self.assertEqual(len(rows), len(fields(Limits)) + 1)
        by_name = {row["name"]: row for row in self.data("limit")}
        self.assertEqual(by_name["line"]["value"], "16K")
        self.assertEqual(by_name["line"]["takes"], "for new connections")

    def test_one_limit(self) -> None:
        shown = self.does("limit rooms")
        self.assertEqual(shown[0].split(), ["limit:", "rooms"])
        self.assertIn("Past so many the room", shown[-1])
        self.assertEqual(self.data("limit rooms")["takes"], "at once")
        self.assertIn("did you mean rooms?", self.refused("limit romms"))

    def test_a_limit_that_is_changed_at_once(self) -> None:
        (alice,) = self.people("alice")
        self.assertEqual(self.does("limit topic 5"), ["topic is 5 now (at once), and was 400."])
        self.assertIn("5 characters at most", self.typing(alice, "/topic too long")[0])
        self.assertEqual(
            self.data("limit topic=0"),
            {"name": "topic", "was": "5", "value": "0", "takes": "at once"},
        )
        self.assertIn("all about tea", self.typing(alice, "/topic all about tea")[0])

    def test_a_limit_a_minute_is_counted_anew(self) -> None:
        (alice,) = self.people("alice")
        self.does("limit joins=1")
        self.typing(alice, "/join #one")
        self.assertIn("1 rooms a minute", self.typing(alice, "/join #two")[0])
        self.does("limit joins=2")
        self.assertNotIn("a minute", self.typing(alice, "/join #two")[0])

    def test_limits_of_one_address(self) -> None:
        self.people("alice")
        self.does("limit per-private-address=1")
        self.assertIn("from your address", self.connect().sees()[0])
        self.does("limit per-private-address=100")
        self.does("limit connects-private=1")
        self.people("bob")
        self.assertIn("too many new connections", self.connect().sees()[0])
        self.does("limit connects-private=0")
        self.people("carol", "dave")

    def test_the_names_of_rooms_by_whoever_is_here(self) -> None:
        (alice,) = self.people("alice")
        self.does("limit room-characters=4")
        self.assertIn("4 characters at most", self.typing(alice, "/join #long-name")[0])
        self.does("limit room-characters=40")
        self.assertIn("#" + "x" * 38, " ".join(self.typing(alice, "/join #" + "x" * 38)))

    def test_a_limit_for_new_connections(self) -> None:
        (alice,) = self.people("alice")
        self.assertIn("(for new connections)", self.does("limit burst=1")[0])
        (bob,) = self.people("bob")
        for person, name, count in ((alice, "alice", 6), (bob, "bob", 3)):
            self.wait(10)
            person.sees()
            for number in range(6):
                person.types(f"{number}")
            self.turn()
            said = [line for line in person.sees() if line.startswith(f"<{name}>")]
            self.assertEqual(len(said), count, said)

    def test_whoever_is_slowed_is_told_the_pace_that_holds_for_them(self) -> None:
        (alice,) = self.people("alice")
        self.does("limit rate=1")
        for number in range(50):
            alice.types(f"{number}")
        self.turn()
        self.assertIn("5 ", next(line for line in alice.sees() if line.startswith("-- ")))

    def test_limits_that_cannot_change(self) -> None:
        for name in ("key-time", "uncommitted", "history", "peer-dead"):
            self.assertEqual(
                self.refused(f"limit {name}=5"),
                f"{name} can be changed at a start only: with --limit {name}=5, or under [limits]"
                " in the file of --config.",
            )
        self.assertEqual(self.world.registry.limits, DEFAULT_LIMITS)

    def test_values_that_are_none(self) -> None:
        for line in ("limit rate=fast", "limit rate=-1", "limit rooms 1.5", "limit nothing=1"):
            self.refused(line)
        self.assertEqual(self.world.registry.limits, DEFAULT_LIMITS)

    def test_what_is_said_of_each_limit_is_said_of_one(self) -> None:
        found: Sequence[Takes] = [takes_effect(limit.name) for limit in fields(Limits)]
        self.assertEqual(set(found), set(Takes))
        new = replace(DEFAULT_LIMITS, rooms=7, rate=7.0, keys=7)
        self.assertEqual(
            changeable(new, DEFAULT_LIMITS), replace(DEFAULT_LIMITS, rooms=7, rate=7.0)
        )
