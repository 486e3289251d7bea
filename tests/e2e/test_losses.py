"""Who looks after a store that may lose what it has finds what is hidden, and nothing else."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.e2e.record import Log, Record
from tests.e2e.segments import losses
from tests.e2e.stories import Gap, Heard, Ledger, Live, Story
from tests.e2e.stories import losses as losses_of
from tests.e2e.views import Spoken, View

ROOM = "#lobby"


def heard(number: int, text: str, epoch: str = "e1") -> Heard:
    return Heard(ROOM, epoch, number, text, False)


def story(*told: Heard | Gap | Live) -> Story:
    made = Story("prog")
    made.told[ROOM] = list(told)
    return made


class StoryTests(SynchronousTestCase):
    def found(self, *stories: Story) -> list[str]:
        return list(losses_of(stories, Ledger()))

    def test_right(self) -> None:
        gap = Gap(ROOM, "e2", 1, 1, "epoch")
        first = story(Live(ROOM, "e1", 0), heard(1, "a"), heard(2, "b"), gap, heard(2, "c", "e2"))
        self.assertEqual(self.found(first, story(heard(2, "b"))), [])

    def test_another_epoch_without_a_word(self) -> None:
        self.assertIn("was at", self.found(story(heard(1, "a"), heard(2, "b", "e2")))[0])
        self.assertIn("was at", self.found(story(heard(1, "a"), Live(ROOM, "e2", 1)))[0])

    def test_a_hole(self) -> None:
        self.assertIn("was at", self.found(story(heard(1, "a"), heard(3, "c")))[0])

    def test_two_texts_under_one_number(self) -> None:
        found = self.found(story(heard(1, "a")), story(heard(1, "b")))
        self.assertEqual(found, ["under one number, ('#lobby', 'e1', 1): 'a' and 'b'"])

    def test_twice_under_one_epoch(self) -> None:
        self.assertIn("twice", self.found(story(heard(1, "a"), heard(2, "a")))[0])
        again = Gap(ROOM, "e2", 1, 0, "epoch")
        self.assertEqual(self.found(story(heard(1, "a"), again, heard(1, "a", "e2"))), [])

    def test_what_is_kept_is_compared_too(self) -> None:
        ledger = Ledger()
        log = Log("e1", 1, [1], [Spoken(ROOM, "ann", "said", "a")])
        self.assertEqual(list(ledger.read(Record({ROOM: log}))), [])
        self.assertIn("a", ledger)
        self.assertIn("under one number", next(ledger.add(heard(1, "b"))))

    def test_two_stores_beside_each_other(self) -> None:
        """Nobody knows of both, until one of them is gone."""

        def kept(*texts: str, epoch: str = "e1") -> Record:
            events = [Spoken(ROOM, "ann", "said", text) for text in texts]
            return Record({ROOM: Log(epoch, len(texts), [*range(1, len(texts) + 1)], events)})

        ledger = Ledger()
        astray, here = story(heard(1, "a"), heard(2, "b")), story(heard(1, "a"), heard(2, "c"))
        ledger.goes_astray(kept("a", "b"), kept("a", "c", epoch="e2"))
        self.assertEqual(list(losses_of([astray, here], ledger)), [])
        self.assertEqual(
            list(losses(View("bob", [*ViewTests.IN, "<ann> a", "<ann> b"]), ledger)), []
        )
        self.assertIn("under one number", next(ledger.add(heard(2, "d"))))

    def test_whoever_has_read_what_is_lost_is_told(self) -> None:
        gap = Gap(ROOM, "e1", 1, 0, "epoch")
        self.assertEqual(self.found(story(heard(1, "a"), heard(2, "b"), gap, heard(1, "a"))), [])
        gap = gap._replace(why="page")
        self.assertIn("was at", self.found(story(heard(1, "a"), heard(2, "b"), gap))[0])


class ViewTests(SynchronousTestCase):
    IN = ("-- bob joined.", "-- Here now (2): ann, bob")
    UNREAD = "-- The last lines of #lobby cannot be read now. Try again later."

    def found(self, *shown: str) -> list[str]:
        ledger = Ledger()
        for number, text in enumerate(("a", "b", "c", "d"), 1):
            self.assertEqual(list(ledger.add(heard(number, text))), [])
        self.assertEqual(list(ledger.add(heard(1, "x", "e2"))), [])
        return list(losses(View("bob", shown), ledger))

    def test_right(self) -> None:
        self.assertEqual(self.found(*self.IN, "<ann> a", "<ann> b"), [])
        head = "-- The last line of #lobby:"
        self.assertEqual(self.found(head, "[12:30] <ann> b", *self.IN, "<ann> c"), [])
        self.assertEqual(self.found(self.UNREAD, *self.IN, "<ann> c", "<ann> d"), [])
        gone = "-- Something that was said in #lobby is missing here: the server has it no longer."
        self.assertEqual(self.found(*self.IN, "<ann> a", gone, "<ann> x"), [])

    def test_what_nobody_else_was_told_counts_as_one(self) -> None:
        self.assertEqual(self.found(*self.IN, "<ann> a", "<ann> lost", "<ann> c"), [])
        self.assertEqual(len(self.found(*self.IN, "<ann> a", "<ann> lost", "<ann> d")), 1)

    def test_wrong(self) -> None:
        self.assertIn("no run", self.found(*self.IN, "<ann> a", "<ann> c")[0])
        self.assertIn("no run", self.found(*self.IN, "<ann> b", "<ann> a")[0])
        self.assertIn("no run", self.found(*self.IN, "<ann> a", "<ann> x")[0])
        self.assertIn("twice", self.found(*self.IN, "<ann> a", "<ann> a")[0])
