"""Who is where, over all nodes: what changes something is in the feed, and nothing else."""

from __future__ import annotations

from tests.redis.storing import StoreTestCase, departed, entered
from twistchat.core import events as e
from twistchat.core.model import Persona
from twistchat.engine import NOWHERE, Committed
from twistchat.engine.redis.shapes import Told
from twistchat.testing.harness import said


def joined(user: str, room: str = "#lobby") -> e.Joined:
    return e.Joined(room, user, user, 7.0)


def left(user: str, room: str = "#lobby") -> e.Left:
    return e.Left(room, user, user, "", 8.0)


class PeopleTests(StoreTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.hello()

    def rooms(self, user: str) -> list[str]:
        return [room.decode() for room in self.db.zrange(f"t:rooms-of:{user}", 0, -1)]

    def where(self, user: str) -> set[str]:
        return {node.decode() for node in self.db.smembers(f"t:homes:{user}")}

    def test_coming_and_going(self) -> None:
        items: list[e.Item] = [
            entered("ann", "#b", "#a"), joined("ann"), left("ann", "#b"), joined("ann", "#c"),
        ]  # fmt: skip
        self.assertEqual(self.told(self.a.put(*items)), items)
        self.assertEqual(self.b.items(), items)
        self.assertEqual(self.rooms("ann"), ["#a", "#lobby", "#c"])
        (told,) = self.a.put(departed("ann", "#lobby"))
        gone = departed("ann", "#a", "#lobby", "#c")
        self.assertEqual(told, Told(gone, NOWHERE))
        self.assertEqual(self.b.items(), [gone])
        self.assertEqual([self.db.keys("*ann*"), self.db.exists("t:crowds", "t:people")], [[], 0])

    def test_presence_carries_the_number_before_it(self) -> None:
        self.b.put(entered("bob", "#lobby"))
        outcomes = self.a.put(entered("ann"), joined("ann"), said("x"), left("ann"))
        stamps = [each.stamp.number for each in outcomes if isinstance(each, Told)]
        self.assertEqual(stamps, [0, 0, 1])
        news = self.b.news()
        self.assertEqual([committed.number for committed in news], [0, 0, 0, 1, 1])
        epochs = {committed.epoch for committed in news[2:]}
        self.assertEqual(len(epochs), 1)
        self.assertNotEqual(epochs, {""})

    def test_what_changes_nothing_is_not_told(self) -> None:
        self.a.put(entered("ann", "#lobby", is_guest=False))
        self.b.put(entered("ann", "#lobby", is_guest=False))
        self.a.news(), self.b.news()
        outcomes = self.b.put(
            joined("ann"), left("ann", "#lab"), departed("eve"), joined("eve"), left("eve"),
            e.Renamed((), "eve", "eve", "ewe", 7.0), e.AwayChanged((), "eve", "eve", "x", 7.0),
            e.PersonaChanged((), "eve", "eve", Persona(), Persona("x"), 7.0),
        )  # fmt: skip
        self.assertEqual(self.told(outcomes), [None] * len(outcomes))
        self.assertEqual(self.a.items(), [])
        place = outcomes[0]
        assert isinstance(place, Told)
        self.assertTrue(place.stamp.epoch)

    def test_an_account_at_two_nodes(self) -> None:
        self.a.put(entered("ann", "#lobby", is_guest=False))
        self.b.put(entered("ann", "#lab", is_guest=False))
        self.assertEqual(self.where("ann"), {"a", "b"})
        self.assertEqual(self.rooms("ann"), ["#lobby", "#lab"])  # neither join undoes the other
        self.a.news()
        (told,) = self.b.put(departed("ann", "#lobby"))
        withdrew = e.Withdrew("ann", "ann", 9.0)
        self.assertEqual(told, Told(withdrew, NOWHERE))
        self.assertEqual(self.a.news(), [Committed(withdrew, node="b")])
        (told,) = self.b.put(departed("ann"))
        self.assertEqual(told, Told(None, NOWHERE))
        (told,) = self.a.put(departed("ann"))
        self.assertEqual(told, Told(departed("ann", "#lobby", "#lab"), NOWHERE))

    def test_who_withdraws_from_both_at_once_departs(self) -> None:
        self.a.put(entered("ann", "#lobby", is_guest=False))
        self.b.put(entered("ann", is_guest=False))
        withdrew = e.Withdrew("ann", "ann", 9.0)
        self.assertEqual(self.told(self.a.put(withdrew)), [withdrew])
        self.assertEqual(self.told(self.b.put(withdrew)), [departed("ann", "#lobby")])

    def test_who_enters_anew_is_where_they_say(self) -> None:
        self.a.put(entered("ann", "#a", "#b"), joined("ann", "#c"))
        self.a.put(entered("ann", "#c", "#a", "#d", away="tea"))
        self.assertEqual(self.rooms("ann"), ["#c", "#a", "#d"])
        self.assertEqual(self.db.hkeys("t:crowds"), [b"#c", b"#a", b"#d"])

    def test_a_guest_is_at_one_node(self) -> None:
        self.assertTrue(self.wait(self.a.store.claim(self.a.here, "ann", "ann")))
        self.a.put(entered("ann", "#lobby", "#lab"))
        self.assertTrue(self.wait(self.b.store.claim(self.b.here, "ann", "ann")))
        self.b.put(entered("ann", "#lobby"))
        self.assertEqual(self.where("ann"), {"b"})
        self.assertEqual(self.rooms("ann"), ["#lobby"])
        # What the session says that they have left behind changes nothing.
        self.assertEqual(self.told(self.a.put(departed("ann"))), [None])
        self.wait(self.a.store.release(self.a.here, "ann", "ann"))
        self.assertFalse(self.wait(self.a.store.claim(self.a.here, "ann", "eve")))

    def test_who_is_put_out_is_gone_from_every_node(self) -> None:
        self.a.put(entered("ann", "#lobby", is_guest=False))
        self.b.put(entered("ann", is_guest=False), entered("mod"))
        for cause in (e.Cause.KICKED, e.Cause.BANNED):
            self.a.put(entered("eve", "#lobby"))
            (told,) = self.b.put(departed("eve", "#lobby", cause=cause))
            self.assertEqual(told, Told(departed("eve", "#lobby", cause=cause), NOWHERE))
        (told,) = self.b.put(departed("ann", "#lobby", cause=e.Cause.BANNED))
        self.assertEqual(told, Told(departed("ann", "#lobby", cause=e.Cause.BANNED), NOWHERE))
        self.assertEqual(self.where("ann"), set())
        # Their own nodes say what they do not know yet.
        self.assertEqual(self.told(self.a.put(left("eve"), departed("ann"))), [None, None])
        (told,) = self.b.put(left("mod"))
        self.assertEqual(self.told([told]), [None])

    def test_a_moderator_elsewhere_lets_somebody_leave_a_room(self) -> None:
        self.a.put(entered("ann", "#lobby"))
        kicked = e.Left("#lobby", "ann", "ann", "", 8.0, e.Cause.KICKED, is_told=True)
        self.assertEqual(self.told(self.b.put(kicked)), [kicked])
        self.assertEqual(self.told(self.a.put(left("ann"))), [None])

    def test_how_people_are_is_told_to_who_comes(self) -> None:
        persona = Persona("id", 'Ann "A" O\'Hara, \\ 茶', is_bot=True)
        self.a.put(
            entered("1", "#a/b", '#"', who="ann", away="tea", since=6.5),
            entered("2", who="bob", is_guest=False, since=3.25),
            e.Renamed((), "1", "ann", "Änn", 8.0),
            e.AwayChanged((), "1", "Änn", 'in "tea"', 8.0),
            e.PersonaChanged((), "1", "Änn", Persona(), persona, 8.0),
            joined("2", "#lab"),
        )
        self.b.put(entered("2", who="bob", is_guest=False, since=3.25))
        people = self.b.resync(life="b2", former="b1").people
        ann = entered(
            "1", "#a/b", '#"', who="Änn", away='in "tea"', since=6.5, persona=persona
        )  # fmt: skip
        bob = entered("2", "#lab", who="bob", is_guest=False, since=3.25)
        self.assertEqual(people, (("a", bob), ("a", ann)))
        self.a.put(e.AwayChanged((), "1", "Änn", None, 8.0))
        self.assertIsNone(self.b.resync(life="b3", former="b2").people[1][1].away)

    def test_other_things_are_told_as_they_are(self) -> None:
        items: list[e.Item] = [
            e.Announced("hear", None, None, 7.0),
            e.Announced("hear", "1", "ann", 7.0),
            e.Invited("#lab", "1", "ann", "2", "bob", 7.0),
            e.InvitationShown("#lab", "1", "ann", "bob", 7.0),
            e.Signalled("", "1", "ann", "2", "bob", "ping", notice=True, tags="+x", at=7.0),
            e.Asked("b", "id", "who #lobby", "root", 7.0),
            e.Answered("b", "id", '[{"line":"x"}]', 7.0),
        ]
        self.assertEqual(self.told(self.a.put(*items)), items)
        self.assertEqual(self.b.items(), items)

    # ------------------------------------------------------------ names

    def test_names_are_of_all_nodes(self) -> None:
        a, b = self.a, self.b
        self.assertTrue(self.wait(a.store.claim(a.here, "bob", "1")))
        self.assertFalse(self.wait(b.store.claim(b.here, "bob", "2")))
        self.assertTrue(self.wait(a.store.claim(a.here, "bob", "1")))
        self.wait(b.store.release(b.here, "bob", "2"))  # not theirs to give
        self.assertFalse(self.wait(b.store.claim(b.here, "bob", "2")))
        self.wait(a.store.release(a.here, "bob", "1"))
        self.assertTrue(self.wait(b.store.claim(b.here, "bob", "2")))

    def test_a_name_stays_with_who_is_connected_elsewhere(self) -> None:
        for node in (self.a, self.b):
            self.assertTrue(self.wait(node.store.claim(node.here, "ann", "1")))
            node.put(entered("1", who="Ann", is_guest=False))
        self.b.put(departed("1"))
        self.assertEqual(self.db.hget("t:names", "ann"), b"1 a")
        self.wait(self.b.store.release(self.b.here, "ann", "1"))
        self.assertEqual(self.db.hget("t:names", "ann"), b"1 a")
        self.wait(self.a.store.release(self.a.here, "ann", "1"))
        self.assertFalse(self.db.hexists("t:names", "ann"))

    def test_the_former_name_is_free(self) -> None:
        a, b = self.a, self.b
        for name in ("ann", "eve"):
            self.assertTrue(self.wait(a.store.claim(a.here, name, "1")))
        a.put(entered("1", who="ann", is_guest=False), e.Renamed((), "1", "ann", "eve", 7.0))
        b.put(entered("1", who="eve", is_guest=False))
        self.wait(a.store.release(a.here, "ann", "1"))
        self.assertTrue(self.wait(b.store.claim(b.here, "ann", "2")))
        self.assertFalse(self.wait(b.store.claim(b.here, "eve", "2")))

    def test_a_late_release_takes_no_name_that_has_moved_on(self) -> None:
        a, b = self.a, self.b
        self.assertTrue(self.wait(a.store.claim(a.here, "ann", "1")))
        self.assertTrue(self.wait(b.store.claim(b.here, "ann", "1")))
        self.wait(a.store.release(a.here, "ann", "1"))
        self.assertFalse(self.wait(a.store.claim(a.here, "ann", "2")))
        self.wait(b.store.release(b.here, "ann", "1"))
        self.assertTrue(self.wait(a.store.claim(a.here, "ann", "2")))
