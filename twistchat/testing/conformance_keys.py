"""What every engine does with keys, with pages of history, and with what it is to remember.

These are parts of the suites of `conformance.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core import events as e
from twistchat.core.concerns import private_log
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.engine import Entry, Label, Repeated, Stamp
from twistchat.testing.harness import EngineHarness, joined, said

if TYPE_CHECKING:
    from twistchat.engine import Committed


def whispered(text: str = "psst", *, action: bool = False) -> e.Whispered:
    """Make private words of the one who says everything here."""
    return e.Whispered("1", "alice", "2", "bob", text, action, 7.0)


class KeyHarness(EngineHarness):
    """An engine to which things are said under keys."""

    def say(self, key: str, *items: e.Item) -> list[Committed]:
        """Append items in one call, each under this key, and return what has become of them."""
        before = len(self.delivered)
        self.engine.append([Entry(item, label=Label(key=key)) for item in items])
        return self.delivered[before:]

    def kept_under(self, event: e.Durable, key: str) -> Repeated | e.Unkept | None:
        """Ask what would become of an event under a key."""
        found: list[Repeated | e.Unkept | None] = []
        self.engine.kept_under(event, key).addCallback(found.append)
        self.pump()
        return found[0]

    def recall(self, person: str) -> str | None:
        """Recall what is remembered of somebody."""
        found: list[str | None] = []
        self.engine.recall(person).addCallback(found.append)
        self.pump()
        return found[0]

    def remember(self, person: str, text: str, until: float) -> None:
        """Let something be remembered."""
        done: list[None] = []
        self.engine.remember(person, text, until).addCallback(done.append)
        self.pump()
        self.assertEqual(done, [None])


class KeyConformance(KeyHarness):
    """What is said under a key is kept once."""

    def test_what_is_repeated_is_told_its_first_place(self) -> None:
        (first,) = self.say("k", said("a"))
        self.assertEqual((first.item, first.number), (said("a"), 1))
        self.put(said("b"))
        origin, label = object(), Label(7, "k")
        self.engine.append([Entry(said("a", at=8.0), origin, label)])
        again = self.delivered[-1]
        self.assertEqual(again.item, e.KeptBefore(said("a", at=8.0)))
        self.assertEqual((again.epoch, again.number), (first.epoch, 1))
        self.assertEqual((again.origin, again.label), (origin, label))
        self.assertEqual([c.item for c in self.history("#lobby")], [said("a"), said("b")])

    def test_a_repeat_moves_nothing(self) -> None:
        self.say("k", said("a"))
        self.put(said("b"), said("c"))
        again, came, after = self.say("k", said("a"), joined(), said("a"))
        self.assertEqual([again.number, came.number, after.number], [1, 3, 1])
        self.put(joined(), said("d"))
        self.assertEqual([c.number for c in self.delivered[-2:]], [3, 4])

    def test_a_repeat_is_known_whatever_its_speaker_is_called_now(self) -> None:
        self.say("k", said("a", who="alice"))
        (again,) = self.say("k", said("a", who="bob"))
        self.assertIsInstance(again.item, e.KeptBefore)

    def test_a_key_is_not_for_something_else(self) -> None:
        self.say("k", said("a"))
        others: tuple[e.Durable, ...] = (
            said("b"),
            said("a", "#lab"),
            e.Said("#lobby", "1", "alice", "a", True, 7.0),
            e.TopicChanged("#lobby", "1", "alice", "a", 7.0),
            e.Whispered("1", "alice", "2", "bob", "a", False, 7.0),
        )
        for other in others:
            (refused,) = self.say("k", other)
            self.assertEqual(refused.item, e.NotKept(other, e.Unkept.KEY_REUSED))
        self.assertEqual([c.item for c in self.history("#lobby")], [said("a")])
        self.assertEqual(self.history("#lab"), [])

    def test_each_kind_of_event_may_have_one(self) -> None:
        kinds: tuple[e.Durable, ...] = (
            e.TopicChanged("#lobby", "1", "alice", "cats", 7.0), whispered(), whispered(action=True)
        )  # fmt: skip
        for number, event in enumerate(kinds):
            (first,) = self.say(str(number), event)
            (again,) = self.say(str(number), event)
            self.assertEqual(first.item, event)
            self.assertEqual(again.item, e.KeptBefore(event))
            self.assertEqual((again.epoch, again.number), (first.epoch, first.number))
        self.assertEqual(len(self.history(private_log("1", "2"))), 2)

    def test_private_words_are_for_a_name(self) -> None:
        (first,) = self.say("k", whispered())
        back = e.Whispered("1", "alice", "3", "Bob", "psst", False, 8.0)
        (again,) = self.say("k", back)
        self.assertEqual((again.item, again.number), (e.KeptBefore(back), first.number))
        other = e.Whispered("1", "alice", "3", "carol", "psst", False, 8.0)
        (refused,) = self.say("k", other)
        self.assertEqual(refused.item, e.NotKept(other, e.Unkept.KEY_REUSED))

    def test_twice_at_once(self) -> None:
        first, again, other, last = self.say("k", said("a"), said("a"), said("b"), said("a"))
        self.assertEqual((first.item, first.number), (said("a"), 1))
        for each in (again, last):
            self.assertEqual(each.item, e.KeptBefore(said("a")))
            self.assertEqual((each.epoch, each.number), (first.epoch, 1))
        self.assertEqual(other.item, e.NotKept(said("b"), e.Unkept.KEY_REUSED))

    def test_what_is_said_beside_it_is_kept(self) -> None:
        self.say("k", said("a"))
        labels = (None, Label(key="k"), Label(1), Label(key="k"), Label(key="l"))
        texts = ("b", "a", "c", "d", "e")
        self.engine.append(
            [Entry(said(t), label=label) for t, label in zip(texts, labels, strict=True)]
        )
        self.assertEqual([c.number for c in self.delivered], [1, 2, 1, 3, 0, 4])
        self.assertEqual(
            [c.item for c in self.history("#lobby")], [said(text) for text in ("a", "b", "c", "e")]
        )

    def test_a_key_is_its_speakers_own(self) -> None:
        self.say("k", said("a"))
        theirs = e.Said("#lobby", "2", "bob", "a", False, 7.0)
        (kept,) = self.say("k", theirs)
        self.assertEqual((kept.item, kept.number), (theirs, 2))

    def test_after_its_time_it_is_free(self) -> None:
        time = DEFAULT_LIMITS.key_time
        self.say("k", said("a", at=7.0))
        (again,) = self.say("k", said("a", at=6.9 + time))
        self.assertEqual((type(again.item), again.number), (e.KeptBefore, 1))
        (new,) = self.say("k", said("a", at=7.0 + time))
        self.assertEqual((type(new.item), new.number), (e.Said, 2))
        # From then on it is this one's.
        (again,) = self.say("k", said("a", at=8.0 + time))
        self.assertEqual((type(again.item), again.number), (e.KeptBefore, 2))

    def test_whether_it_was_used_can_be_asked(self) -> None:
        (first,) = self.say("k", said("a"))
        kept = Repeated(Stamp(first.epoch, 1))
        self.assertEqual(self.kept_under(said("a"), "k"), kept)
        self.assertEqual(self.kept_under(said("a", "#gone"), "k"), kept)
        self.assertEqual(self.kept_under(said("b"), "k"), e.Unkept.KEY_REUSED)
        self.assertEqual(self.kept_under(whispered("a"), "k"), e.Unkept.KEY_REUSED)
        self.assertIsNone(self.kept_under(said("a"), "other"))
        self.assertIsNone(self.kept_under(e.Said("#lobby", "2", "bob", "a", False, 7.0), "k"))
        self.put(e.RoomForgotten("#lobby", 8.0))
        self.assertEqual(self.kept_under(said("a"), "k"), kept)
        self.assertIsNone(self.kept_under(said("a", at=7.0 + DEFAULT_LIMITS.key_time), "k"))

    def test_it_outlives_its_room(self) -> None:
        (first,) = self.say("k", said("a", "#lab"))
        self.put(e.RoomForgotten("#lab", 8.0))
        (again,) = self.say("k", said("a", "#lab"))
        self.assertEqual((type(again.item), again.epoch), (e.KeptBefore, first.epoch))
        self.assertEqual(self.history("#lab"), [])

    def test_odd_keys(self) -> None:
        for key in ("", "钥匙", "a\0b", "x" * 10_000, "'; --"):
            (first,) = self.say(key, said(f"{len(key)}"))
            (again,) = self.say(key, said(f"{len(key)}"))
            self.assertEqual((type(first.item), type(again.item)), (e.Said, e.KeptBefore))
            self.assertEqual(first.number, again.number)


class PagingConformance(KeyHarness):
    """History, both ways and by time."""

    def page(
        self,
        log: str = "#lobby",
        *,
        limit: int = 100,
        before: int | None = None,
        after: int | None = None,
        since: float | None = None,
        until: float | None = None,
        oldest: bool = False,
    ) -> list[int]:
        """Read a page, and return its numbers."""
        found: list[list[Committed]] = []
        self.engine.history(
            log, limit=limit, before=before, after=after, since=since, until=until, oldest=oldest
        ).addCallback(found.append)
        self.pump()
        return [committed.number for committed in found[0]]

    def test_by_number(self) -> None:
        self.put(*(said(str(number)) for number in range(1, 11)))
        self.pump()
        for after, before, newest, oldest in (
            (None, None, [8, 9, 10], [1, 2, 3]),
            (4, None, [8, 9, 10], [5, 6, 7]),
            (None, 4, [1, 2, 3], [1, 2, 3]),
            (3, 9, [6, 7, 8], [4, 5, 6]),
            (3, 6, [4, 5], [4, 5]),
            (3, 4, [], []),
            (6, 3, [], []),
            (10, None, [], []),
            (None, 1, [], []),
            (0, 11, [8, 9, 10], [1, 2, 3]),
            (-5, 10**30, [8, 9, 10], [1, 2, 3]),
            (10**30, None, [], []),
        ):
            self.assertEqual(self.page(limit=3, after=after, before=before), newest)
            self.assertEqual(self.page(limit=3, after=after, before=before, oldest=True), oldest)

    def test_by_time(self) -> None:
        self.put(*(said("x", at=at) for at in (10.0, 20.0, 20.0, 20.0, 30.0, 40.0)))
        self.pump()
        for since, until, found in (
            (None, None, [1, 2, 3, 4, 5, 6]),
            (20.0, None, [2, 3, 4, 5, 6]),
            (20.1, None, [5, 6]),
            (None, 20.0, [1]),
            (None, 20.1, [1, 2, 3, 4]),
            (20.0, 40.0, [2, 3, 4, 5]),
            (20.0, 20.0, []),
            (30.0, 20.0, []),
            (40.0, None, [6]),
            (41.0, None, []),
            (float("inf"), None, []),
            (None, 10.0, []),
            (None, float("inf"), [1, 2, 3, 4, 5, 6]),
            (-1.0, 100.0, [1, 2, 3, 4, 5, 6]),
        ):
            self.assertEqual(self.page(since=since, until=until), found)
            self.assertEqual(self.page(since=since, until=until, oldest=True), found)
            self.assertEqual(self.page(since=since, until=until, limit=2), found[-2:])
            self.assertEqual(self.page(since=since, until=until, limit=2, oldest=True), found[:2])

    def test_by_both(self) -> None:
        self.put(*(said("x", at=float(number)) for number in range(1, 11)))
        self.pump()
        self.assertEqual(self.page(since=3.0, until=9.0, after=4, before=8), [5, 6, 7])
        self.assertEqual(self.page(since=5.0, until=7.0, after=1, before=10), [5, 6])
        self.assertEqual(self.page(since=5.0, after=6, limit=2, oldest=True), [7, 8])
        self.assertEqual(self.page(until=5.0, before=4, limit=2), [2, 3])

    def test_of_a_clock_that_was_set_back_one_page_follows_another(self) -> None:
        self.put(*(said("x", at=at) for at in (10.0, 30.0, 20.0, 40.0)))
        self.pump()
        for at in (10.0, 20.0, 30.0, 40.0):
            self.assertEqual(self.page(until=at) + self.page(since=at), [1, 2, 3, 4])

    def test_of_private_words(self) -> None:
        self.put(*(whispered(str(number)) for number in range(5)))
        self.pump()
        log = private_log("2", "1")
        self.assertEqual(self.page(log, after=1, limit=2, oldest=True), [2, 3])
        self.assertEqual(self.page(log, since=7.0, limit=2), [4, 5])
        self.assertEqual(self.page(log, until=7.0), [])

    def test_of_nothing(self) -> None:
        self.assertEqual(self.page("#nowhere", since=1.0, until=2.0, oldest=True), [])
        self.assertEqual(self.page("#nowhere", after=1), [])


class RememberingConformance(KeyHarness):
    """The secret, and what is remembered of people."""

    def test_a_secret(self) -> None:
        self.assertEqual(len(self.engine.secret), 32)
        self.assertEqual(self.engine.secret, self.engine.secret)
        self.assertNotEqual(self.engine.secret, bytes(32))

    def test_what_is_remembered_of_people(self) -> None:
        self.assertIsNone(self.recall("1"))
        self.remember("1", "one", 1_000.0)
        self.remember("2", "二", 2_000.0)
        self.assertEqual([self.recall(person) for person in "123"], ["one", "二", None])
        self.remember("1", "", 1_000.0)
        self.assertEqual(self.recall("1"), "")

    def test_until_then(self) -> None:
        self.remember("1", "one", self.clock.seconds() + 60)
        self.clock.pump([1.0] * 50)
        self.assertEqual(self.recall("1"), "one")
        self.clock.pump([1.0] * 20)
        self.assertIsNone(self.recall("1"))
        self.remember("1", "late", self.clock.seconds() - 1)
        self.assertIsNone(self.recall("1"))


class LastingKeyConformance(KeyHarness):
    """What outlives a process: keys, the secret, what is remembered of people."""

    def test_keys_are_there_after_a_kill(self) -> None:
        (first,) = self.say("k", said("a"))
        self.die()
        self.start()
        (again,) = self.say("k", said("a"))
        self.assertEqual(again.item, e.KeptBefore(said("a")))
        self.assertEqual((again.epoch, again.number), (first.epoch, 1))
        (refused,) = self.say("k", said("b"))
        self.assertEqual(refused.item, e.NotKept(said("b"), e.Unkept.KEY_REUSED))

    def test_the_secret_and_what_is_remembered_are_there_after_a_kill(self) -> None:
        secret = self.engine.secret
        self.remember("1", "one", 1_000.0)
        self.die()
        self.start()
        self.assertEqual(self.engine.secret, secret)
        self.assertEqual(self.recall("1"), "one")

    def die(self) -> None:
        """See `LastingConformance.die`."""
        raise NotImplementedError


class FaultyKeyConformance(KeyHarness):
    """A key is used only if what was said under it is kept."""

    def test_the_key_of_what_failed_can_be_used_again(self) -> None:
        (first,) = self.say("before", said("a"))
        self.breaks()
        self.say("k", said("b"))
        for _ in range(20):
            self.pump()
        self.assertEqual(self.delivered[-1].item, e.NotKept(said("b"), e.Unkept.FAILED))
        self.mends()
        (kept,) = self.say("k", said("c"))
        for _ in range(20):
            self.pump()
        self.assertEqual((kept.item, kept.number), (said("c"), 2))
        (again,) = self.say("before", said("a"))
        self.assertEqual((again.item, again.number), (e.KeptBefore(said("a")), first.number))
        self.flushLoggedErrors()

    def breaks(self) -> None:
        """See `FaultyConformance.breaks`."""
        raise NotImplementedError

    def mends(self) -> None:
        """See `FaultyConformance.mends`."""
        raise NotImplementedError
