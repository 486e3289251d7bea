"""Many who come and go where many read it; on both engines."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.engines import OnSlowEngine, OnSQLite
from twistchat.core.events import Cause, Departed, Joined
from twistchat.core.limits import NONE, Limits
from twistchat.core.names import fold
from twistchat.engine.memory import MemoryEngine
from twistchat.telling import crowds
from twistchat.testing import ChatTestCase, Person


class CrowdTests(ChatTestCase):
    limits = Limits(crowd=3, crowd_time=3.0, joins=NONE, renames=NONE)

    def crowd(self) -> list[Person]:
        people = self.people("alice", "bob", "carol")
        self.wait(4)
        for person in people:
            person.sees()
        return people

    def come(self, *names: str) -> list[Person]:
        people = [self.world.connect() for _ in names]
        for person, name in zip(people, names, strict=True):
            person.types(name)
        self.turn()
        return people

    def test_many_who_come_are_told_in_one_line(self) -> None:
        alice, *_ = self.crowd()
        self.come(*(f"p{number}" for number in range(99)))
        self.assertEqual(alice.sees(), [])
        self.wait(3)
        self.assertEqual(alice.sees(), ["-- p0 and 98 others joined."])

    def test_each_is_told_of_their_own_coming(self) -> None:
        self.crowd()
        (dora,) = self.come("dora")
        self.assertEqual(
            dora.sees()[-2:], ["-- dora joined.", "-- Here now (4): alice, bob, carol, dora"]
        )
        self.wait(3)
        self.assertEqual(dora.sees(), [])  # once is enough

    def test_few_are_named(self) -> None:
        alice, *_ = self.crowd()
        for names, told in (
            (["a"], "-- a joined."),
            (["b", "c"], "-- b and c joined."),
            (["d", "e", "f"], "-- d, e and f joined."),
            (["g", "h", "i", "j"], "-- g and 3 others joined."),
        ):
            self.come(*names)
            self.wait(4)
            self.assertEqual(alice.sees(), [told])

    def test_nobody_speaks_before_they_have_come(self) -> None:
        alice, *_ = self.crowd()
        dora, _ = self.come("dora", "emil")
        dora.types("hi")
        self.turn()
        self.assertEqual(alice.sees(), ["-- dora and emil joined.", "<dora> hi"])
        dora.types("/nick d2")
        self.come("finn")
        self.turn()
        dora.types("exit")
        self.turn()
        self.assertEqual(alice.sees(), ["-- dora is now d2."])
        self.wait(3)
        self.assertEqual(alice.sees(), ["-- d2 left.", "-- finn joined."])

    def test_who_comes_and_goes_at_once_is_not_told(self) -> None:
        alice, *_ = self.crowd()
        emil, dora = self.come("emil", "dora")
        dora.types("exit")
        self.wait(4)
        self.assertEqual(alice.sees(), ["-- emil joined."])
        self.assertEqual(emil.sees()[-1], "-- Here now (4): alice, bob, carol, emil")
        emil.types("/leave")
        emil.types("/join #lobby")
        self.wait(4)
        self.assertEqual(alice.sees(), [])

    def test_who_goes_and_says_so_in_the_same_turn(self) -> None:
        alice, *_ = self.crowd()
        (dora,) = self.come("dora")
        self.wait(4)
        alice.sees()
        dora.sends(b"going\n/quit\n")
        self.wait(4)
        self.assertEqual(alice.sees(), ["<dora> going", "-- dora left."])

    def test_a_private_word_of_one_who_has_just_come(self) -> None:
        alice, *_ = self.crowd()
        dora, _ = self.come("dora", "emil")
        dora.types("/msg alice psst")
        self.turn()
        self.assertEqual(alice.sees(), ["-- dora and emil joined.", "<dora -> alice> psst"])

    def test_in_another_room(self) -> None:
        alice, bob, carol = self.crowd()
        for person in (alice, bob, carol):
            person.types("/join #cats")
        self.turn()
        self.wait(4)
        dora, emil = self.come("dora", "emil")
        self.wait(4)
        for person in (alice, bob, carol):
            person.sees()
        dora.types("/join #cats")
        emil.types("/join #cats")
        self.wait(4)
        self.assertEqual(alice.sees(), ["-- dora and emil joined #cats."])
        emil.types("/leave #cats")
        self.wait(4)
        self.assertEqual(alice.sees(), ["-- emil left #cats."])
        # Who shares both rooms with dora is told once that she is gone.
        dora.vanishes()
        self.wait(4)
        self.assertEqual(alice.sees(), ["-- dora left."])

    def test_one_is_told_that_one_has_left(self) -> None:
        _, _, carol = self.crowd()
        self.come("dora")
        carol.types("/join #cats")
        carol.types("/leave #lobby")
        self.turn()
        self.assertIn("-- carol left #lobby.", carol.sees())
        self.wait(4)
        self.assertEqual(carol.sees(), [])

    def test_at_the_edge_of_a_crowd(self) -> None:
        alice, bob, carol = self.crowd()
        carol.types("/leave")
        self.turn()
        carol.types("/join #lobby")  # two read it now, but what was begun goes on
        self.wait(10)
        self.assertEqual(alice.sees(), [])
        (dora,) = self.come("dora")
        for person in (bob, carol):
            person.types("/quit")
        self.turn()
        dora.types("/quit")
        self.wait(10)
        self.assertEqual(alice.sees(), ["-- bob and carol left."])

    def test_a_small_room_hears_of_it_at_once_and_why(self) -> None:
        alice, bob, carol = self.crowd()
        for person in (alice, bob):
            person.types("/join #two")
        self.wait(4)
        for person in (alice, bob, carol):
            person.sees()
        bob.types("/quit see you at six")
        self.turn()
        self.assertEqual(alice.sees(), ["-- bob left: see you at six"])
        self.assertEqual(carol.sees(), [])
        self.wait(4)
        self.assertEqual(carol.sees(), ["-- bob left."])
        self.assertEqual(alice.sees(), [])  # she knows

    def test_who_comes_later_is_not_told_of_what_was_before(self) -> None:
        alice, _, carol = self.crowd()
        carol.types("/quit")
        self.turn()
        self.come("dora")
        emil, finn = self.come("emil", "finn")
        self.wait(4)
        self.assertEqual(alice.sees(), ["-- carol left.", "-- dora, emil and finn joined."])
        self.assertEqual(emil.sees()[-1], "-- finn joined.")
        self.assertEqual(finn.sees()[-1], "-- Here now (5): alice, bob, dora, emil, finn")
        if isinstance(self.world.engine, MemoryEngine):  # a database has its chores
            self.assertEqual(self.world.clock.getDelayedCalls(), [])

    def test_being_away_tells_nobody(self) -> None:
        alice, *_ = self.crowd()
        dora, _ = self.come("dora", "emil")
        dora.types("/away")
        self.turn()
        self.assertEqual(alice.sees(), [])
        self.wait(3)
        self.assertEqual(alice.sees(), ["-- dora and emil joined."])

    def test_who_comes_back_over_another_connection(self) -> None:
        alice, bob, carol = self.crowd()
        self.come("emil", "finn")
        self.wait(4)
        alice.sees()
        carol.vanishes()
        self.turn()
        self.come("carol")
        self.wait(4)
        self.assertEqual(alice.sees(), ["-- carol left.", "-- carol joined."])
        bob.hangs_up()
        self.turn()
        (dora,) = self.come("dora")
        dora.types("/nick bob")  # the name is free, so that bob left has to be told first
        self.turn()
        self.assertEqual(alice.sees(), ["-- bob left.", "-- dora joined.", "-- dora is now bob."])

    def test_nothing_waits_when_the_server_stops(self) -> None:
        alice, *_ = self.crowd()
        self.come("dora")
        self.world.registry.say_goodbye("")
        self.turn()
        self.world.parts.fanout.stop()
        self.assertEqual(alice.sees(), ["-- dora joined.", "-- Goodbye, the server is stopping."])
        self.turn()
        self.assertEqual(len(self.world.registry.sessions), 0)
        self.world.engine.stop()
        self.turn()
        self.assertEqual(self.world.clock.getDelayedCalls(), [])

    def test_who_comes_back_from_more_rooms_than_one(self) -> None:
        people = [*self.crowd(), *self.come("dora")]
        for person in people:
            person.types("/join #a")
        self.wait(4)
        alice, *_, dora = people
        alice.sees()
        dora.types("/quit")
        self.turn()
        (again,) = self.come("dora")
        again.types("hi")
        self.wait(4)
        self.assertEqual(alice.sees(), ["-- dora left.", "-- dora joined.", "<dora> hi"])

    def test_leaving_one_room_and_then_the_chat(self) -> None:
        people = [*self.crowd(), *self.come("dora")]
        for person in people:
            person.types("/join #a")
        self.wait(4)
        alice, *_, dora = people
        alice.sees()
        dora.types("/leave #a")
        self.turn()
        dora.types("/quit")
        self.wait(4)
        self.assertEqual(alice.sees(), ["-- dora left #a.", "-- dora left."])

    def test_a_name_that_is_taken_over_in_another_room(self) -> None:
        alice, bob, carol = self.crowd()
        (dora,) = self.come("dora")
        alice.types("/join #a")
        self.wait(4)
        alice.sees()
        dora.types("/quit")
        self.turn()
        carol.types("/leave #lobby")
        carol.types("/nick dora")
        carol.types("/join #a")
        self.turn()
        self.assertEqual(
            alice.sees(), ["-- carol left #lobby.", "-- dora left.", "-- dora joined #a."]
        )
        bob.sees()

    def test_a_herd_that_goes_on_into_other_rooms(self) -> None:
        alice, *_ = self.crowd()
        herd = [self.world.connect() for _ in range(50)]
        for number, person in enumerate(herd):
            person.sends(f"p{number}\n/join #mine{number}\n".encode())
        self.wait(4)
        self.assertEqual(alice.sees(), ["-- p0 and 49 others joined."])

    def test_a_small_room_is_told_of_each(self) -> None:
        alice, bob = self.people("alice", "bob")
        (carol,) = self.people("carol")
        self.assertEqual(alice.sees(), [])
        carol.types("exit")
        self.turn()
        self.assertEqual(bob.sees(), [])  # three read the lobby until now
        self.wait(4)
        self.assertEqual(bob.sees(), ["-- carol left."])
        self.come("dora")
        self.assertEqual(bob.sees(), ["-- dora joined."])

    def test_one_write_for_a_hundred_who_come(self) -> None:
        alice, *_ = self.crowd()
        alice.writes.clear()
        self.come(*(f"p{number}" for number in range(99)))
        self.wait(4)
        self.assertEqual(len(alice.writes), 1)


class CrowdOnSlowEngineTests(OnSlowEngine, CrowdTests):
    """The same, with commits that take a while."""


class NoCrowdTests(ChatTestCase):
    limits = Limits(crowd=NONE)

    def test_folding_can_be_switched_off(self) -> None:
        alice, *_ = self.people(*(f"p{number}" for number in range(120)))
        self.people("last")
        self.assertEqual(self.world.registry.people[0].name, "p0")
        last = self.world.connect()
        last.types("very last")
        last.types("verylast")
        self.turn()
        self.assertEqual(alice.sees(), ["-- verylast joined."])


class CrowdOnSQLiteTests(OnSQLite, CrowdTests):
    """The same, on a database."""


class HerdTests(SynchronousTestCase):
    def test_thousands_are_not_compared_with_each_other(self) -> None:
        """As when a node begins, to which others tell who is there."""
        count = 0

        def counting(name: str) -> str:
            nonlocal count
            count += 1
            return fold(name)

        self.patch(crowds, "fold", counting)
        clock, told = Clock(), list[crowds.Crowd]()
        herd = crowds.Crowds(clock, 3.0, told.append)
        for number in range(1_000):
            who = f"p{number}"
            herd.add(Joined("#lobby", who, who, 5.0), ("#lobby",), ())
            herd.settle(Joined("#lab", who, who, 5.0))
        self.assertEqual(told, [])
        self.assertLess(count, 10_000)
        for number in range(999, -1, -1):
            who = f"p{number}"
            herd.add(Departed(("#lobby",), who, who, Cause.LOST, "", 5.0), ("#lobby",), ())
        clock.advance(4)
        self.assertEqual((told, herd.people), ([], {}))
        self.assertLess(count, 20_000)
