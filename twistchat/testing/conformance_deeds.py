"""What every engine does with what moderators and operators do: a part of `conformance.py`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed, Role, Standing
from twistchat.core.concerns import SERVER_LOG, log_of, private_log
from twistchat.core.law import ADDRESS, Deed
from twistchat.core.rules import UNKNOWN_KEY
from twistchat.engine import Entry, Label
from twistchat.testing.deeds import EVERYTHING, KEY, account, deleted, moderated, rules, whispered
from twistchat.testing.harness import EngineHarness, joined, said

if TYPE_CHECKING:
    from twistchat.engine import Audited, Committed


class DeedHarness(EngineHarness):
    """What deeds need of an engine."""

    def unread(self, person: str, limit: int = 100) -> list[Committed]:
        """Read the unread private words to a person."""
        found: list[list[Committed]] = []
        self.engine.unread(person, limit=limit).addCallback(found.append)
        self.pump()
        return found[0]

    def audit(
        self, limit: int = 100, before: int | None = None, log: str | None = None
    ) -> list[Audited]:
        """Read the account of what was done."""
        found: list[list[Audited]] = []
        self.engine.audit(limit=limit, before=before, log=log).addCallback(found.append)
        self.pump()
        return found[0]

    def deeds(self, log: str | None = None) -> list[e.Item]:
        """Read what was done, when all is kept."""
        self.pump()
        return [each.committed.item for each in self.audit(log=log)]

    def items(self, log: str = "#lobby") -> list[e.Item]:
        """Read what a log has, when all is kept."""
        self.pump()
        return [committed.item for committed in self.history(log)]

    def read_to(self, person: str, log: str, number: int) -> None:
        """Let somebody have read a log so far."""
        self.engine.move_cursor(person, log, number)
        self.pump()


class DeedConformance(DeedHarness):
    """Deeds have their place in a log, and are never forgotten in the account of them."""

    def test_all_that_is_kept_is_read_as_it_was(self) -> None:
        self.put(*EVERYTHING)
        self.pump()
        of_room = [event for event in EVERYTHING if log_of(event) == "#lobby"]
        gone = e.Erased("#lobby", "1", "alice", 7.0, "alice")
        self.assertEqual(self.items(), [gone, *of_room[1:]])
        others = [event for event in EVERYTHING if log_of(event) == SERVER_LOG]
        self.assertEqual(self.items(SERVER_LOG), others)
        numbers = [c.number for c in self.delivered if log_of(c.item) == SERVER_LOG]
        self.assertEqual(numbers, list(range(1, len(others) + 1)))

    def test_the_account_of_what_was_done(self) -> None:
        before = len(self.audit())
        self.put(*EVERYTHING)
        self.pump()
        changed = EVERYTHING[1]
        assert isinstance(changed, e.RulesChanged)
        hidden = replace(changed, rules=replace(changed.rules, key=UNKNOWN_KEY))
        found = self.audit()[before:]
        self.assertEqual([c.committed.item for c in found], [hidden, *EVERYTHING[2:]])
        ids = [each.id for each in found]
        self.assertEqual(ids, sorted(set(ids)))
        places = {(c.epoch, c.number) for c in self.delivered}
        self.assertLessEqual({(c.committed.epoch, c.committed.number) for c in found}, places)

    def test_pages_of_it(self) -> None:
        kicks = [moderated(Deed.KICK, str(number)) for number in range(5)]
        self.put(*kicks[:3], moderated(Deed.KICK, "x", room="#lab"), *kicks[3:])
        self.assertEqual(self.deeds("#lobby")[-5:], kicks)
        last = self.audit(2, log="#lobby")
        self.assertEqual([each.committed.item for each in last], kicks[3:])
        before = self.audit(2, last[0].id, log="#lobby")
        self.assertEqual([each.committed.item for each in before], kicks[1:3])
        everywhere = [each.committed.item for each in self.audit(3)]
        self.assertEqual(everywhere, [moderated(Deed.KICK, "x", room="#lab"), *kicks[3:]])
        self.assertEqual(self.deeds("#nowhere"), [])

    def test_a_room_that_is_forgotten_leaves_its_account(self) -> None:
        self.put(moderated(Deed.BAN, room="#lab"), e.RoomForgotten("#lab", 8.0))
        self.assertEqual(self.items("#lab"), [])
        self.assertEqual(self.deeds("#lab"), [moderated(Deed.BAN, room="#lab")])

    # ------------------------------------------------------------ what is deleted

    def test_what_is_deleted_leaves_its_place(self) -> None:
        self.put(said("a"), said("a secret", who="Bob", at=3.0), said("c"))
        self.pump()
        self.put(deleted(2, "spam"), said("d"))
        gone = e.Erased("#lobby", "1", "Bob", 3.0, "alice")
        self.assertEqual(self.items(), [said("a"), gone, said("c"), deleted(2, "spam"), said("d")])
        self.assertEqual([c.number for c in self.history("#lobby")], [1, 2, 3, 4, 5])
        self.assertEqual(self.search("secret"), [])
        self.assertEqual(self.search(who="bob"), [])
        self.assertEqual(self.search("c"), ["c"])

    def test_what_programs_say_to_programs_is_deleted_too(self) -> None:
        tagged = e.Tagged("#lobby", "1", "Bob", "", "", "+draft/react=secret", 3.0)
        gone = e.Erased("#lobby", "1", "Bob", 3.0, "alice")
        self.put(said("a"), tagged, tagged, deleted(3))  # while it is being written
        self.pump()
        self.wait_for_chores()
        self.put(deleted(2))
        self.assertEqual(self.items(), [said("a"), gone, gone, deleted(3), deleted(2)])
        self.wait_for_chores()
        self.assertEqual(self.search("a"), ["a"])

    def test_the_search_index_forgets_it(self) -> None:
        for number in range(5):
            self.put(said(f"the secret number {number}"))
        self.pump()
        self.wait_for_chores()
        self.put(deleted(3))
        self.pump()
        left = [f"the secret number {number}" for number in (0, 1, 3, 4)]
        self.assertEqual(self.search("secret"), left)
        self.wait_for_chores()
        self.assertEqual(self.search("secret"), left)
        self.assertEqual(self.search("number 2"), [])

    def test_what_is_said_and_deleted_at_once(self) -> None:
        self.put(said("a"), said("oops"), deleted(2), deleted(2), said("b"))
        self.assertEqual(self.delivered[3].item, e.NotKept(deleted(2), e.Unkept.NO_SUCH_LINE))
        gone = e.Erased("#lobby", "1", "alice", 7.0, "alice")
        self.assertEqual(self.items(), [said("a"), gone, deleted(2), said("b")])
        self.assertEqual(self.search("oops"), [])

    def test_where_there_is_nothing_to_delete(self) -> None:
        self.put(said("a"), moderated(Deed.KICK), e.TopicChanged("#lobby", "1", "a", "cats", 7.0))
        self.pump()
        self.batches.clear()
        wrong = [
            deleted(0), deleted(-1), deleted(2), deleted(3), deleted(4), deleted(2**70),
            deleted(1, room="#nowhere"),
        ]  # fmt: skip
        self.put(*wrong, said("b"))
        self.assertEqual(
            [(c.item, c.number) for c in self.delivered],
            [*((e.NotKept(event, e.Unkept.NO_SUCH_LINE), 0) for event in wrong), (said("b"), 4)],
        )
        self.put(said("first", "#nowhere"))
        self.assertEqual(self.delivered[-1].number, 1)
        self.assertEqual(self.deeds()[-1], moderated(Deed.KICK))

    def test_what_is_deleted_was_kept_before(self) -> None:
        self.engine.append([Entry(said("a"), None, Label(1, "key"))])
        self.pump()
        self.put(deleted(1))
        self.engine.append([Entry(said("a"), None, Label(2, "key"))])
        again = self.delivered[-1]
        self.assertEqual((again.item, again.number), (e.KeptBefore(said("a")), 1))
        self.assertEqual(len(self.items()), 2)

    def test_a_deed_with_a_key_is_done_once(self) -> None:
        for label in (1, 2):
            later = moderated(Deed.MUTE, until=60.0 + label, at=float(label))
            self.engine.append([Entry(later, None, Label(label, "key"))])
        other = moderated(Deed.BAN, until=70.0)
        self.engine.append([Entry(other, None, Label(3, "key"))])
        first, again, reused = self.delivered
        self.assertEqual(again.item, e.KeptBefore(moderated(Deed.MUTE, until=62.0, at=2.0)))
        self.assertEqual((again.epoch, again.number), (first.epoch, 1))
        self.assertEqual(reused.item, e.NotKept(other, e.Unkept.KEY_REUSED))

    # ------------------------------------------------------------ what a room keeps of itself

    def test_a_room_keeps_so_many_lines(self) -> None:
        self.put(*(said(str(number)) for number in range(9)), rules(keep_lines=4))
        self.wait_for_chores(90)
        self.assertEqual([c.number for c in self.history("#lobby")][-4:], [7, 8, 9, 10])
        self.assertLessEqual(len(self.history("#lobby")), 4)
        self.put(said("x"), said("y", "#lab"))
        self.wait_for_chores(90)
        self.assertEqual(self.texts(), ["7", "8", "x"])
        self.assertEqual(self.items("#lab"), [said("y", "#lab")])

    def test_a_room_keeps_what_is_young(self) -> None:
        self.put(said("old", at=self.clock.seconds()))
        self.put(rules(keep_time=30.0, at=self.clock.seconds()))
        self.wait_for_chores(120)
        self.put(said("new", at=self.clock.seconds()))
        self.wait_for_chores(2)
        self.assertEqual(self.texts(), ["new"])

    def test_a_room_that_keeps_all_again(self) -> None:
        self.put(said("a"), rules(keep_lines=2), rules("keep_lines"))
        self.put(*(said(str(number)) for number in range(9)))
        self.wait_for_chores(90)
        self.assertEqual(self.texts()[-9:], [str(number) for number in range(9)])

    def texts(self) -> list[str]:
        """What was said in the lobby, and is kept."""
        return [item.text for item in self.items() if isinstance(item, e.Said)]

    def wait_for_chores(self, seconds: float = 30.0) -> None:
        """Let an engine have the time to do what it does beside everything else."""
        self.clock.pump([0.5] * int(seconds * 2))

    # ------------------------------------------------------------ what is unread

    def test_unread(self) -> None:
        self.put(account(AccountDeed.REGISTER, "Bob", "2"))
        self.assertEqual(self.unread("2"), [])
        letters = [
            whispered("one", "2", "1", at=1.0),
            whispered("two", "2", "3", at=2.0),
            whispered("not to them", "1", "2", at=3.0),
            whispered("three", "2", "1", at=4.0),
            whispered("to another", "3", "1", at=5.0),
            whispered("to one like them", "22", "1", at=5.0),
        ]
        for letter in letters:
            self.put(letter)
        self.put(said("two"), moderated(Deed.MUTE, to_user="2"))
        self.pump()
        theirs = [letters[place] for place in (0, 1, 3)]
        self.assertEqual([c.item for c in self.unread("2")], theirs)
        self.assertEqual([c.item for c in self.unread("2", 2)], theirs[:2])
        self.assertEqual([c.number for c in self.unread("2")], [1, 1, 3])
        self.assertTrue(all(c.epoch for c in self.unread("2")))
        self.read_to("2", private_log("1", "2"), 1)
        self.assertEqual([c.item for c in self.unread("2")], theirs[1:])
        self.read_to("1", private_log("1", "2"), 99)  # the other one
        self.read_to("2", private_log("3", "2"), 1)
        self.assertEqual([c.item for c in self.unread("2")], theirs[2:])
        self.read_to("2", private_log("1", "2"), 3)
        self.assertEqual(self.unread("2"), [])
        self.put(whispered("four", "2"))
        self.pump()
        self.assertEqual([c.item for c in self.unread("2")], [whispered("four", "2")])

    def test_presence_goes_on_beside_deeds(self) -> None:
        self.put(said("a"), moderated(Deed.KICK), joined(), deleted(1), joined(), deleted(7))
        self.assertEqual([c.number for c in self.delivered], [1, 2, 2, 3, 3, 0])


class LastingDeedConformance(DeedHarness):
    """What outlives a process: what holds, what was deleted, and the account of it."""

    def die(self) -> None:
        """See `LastingConformance.die`."""
        raise NotImplementedError

    def test_a_start_delivers_what_was_decided_last(self) -> None:
        last: list[e.Item] = [
            rules("slow", "key", key=KEY, slow=5.0),
            moderated(Deed.MUTE, "eve", to_user="5", until=1e9),
            moderated(Deed.BAN, "Bob*", to_user="", words="again", until=1e9),
            account(AccountDeed.ROLE, role=Role.OPERATOR),
            moderated(Deed.BAN, "203.0.113.7/32", room="", to_user=ADDRESS),
            account(AccountDeed.REGISTER, "Bob", "b0b"),
            moderated(Deed.OP, "carol", to_user="3"),
            moderated(Deed.EXEMPT, "Bobby", to_user="", until=1e9),
            moderated(Deed.ALLOW, "carol", to_user="3"),
            said("z"),
        ]
        self.put(
            moderated(Deed.FOUND, "alice", to_user="1"),
            rules(slow=1.0),
            moderated(Deed.BAN, "bob*", to_user="", until=1e6),
            moderated(Deed.MUTE, until=1e9),
            moderated(Deed.EXEMPT, "bobby", to_user=""),
            moderated(Deed.ALLOW),
            account(AccountDeed.REGISTER),
            *last[:4],
            moderated(Deed.UNMUTE),
            moderated(Deed.DISALLOW),
            moderated(Deed.KICK),
            *last[4:],
        )
        self.pump()
        self.die()
        self.start()
        items = [committed.item for committed in self.delivered]
        founded = moderated(Deed.FOUND, "alice", to_user="1")
        self.assertEqual(items, [founded, *last])
        self.batches.clear()
        self.put(account(AccountDeed.PASSWORD), moderated(Deed.UNBAN, room=""))
        self.assertEqual([c.number for c in self.delivered], [5, 6])

    def test_what_is_over_is_not_delivered_for_ever(self) -> None:
        ends = 3 * 86_400.0
        self.put(
            moderated(Deed.BAN, until=ends),
            moderated(Deed.MUTE),
            moderated(Deed.UNMUTE),
            account(AccountDeed.REGISTER),
            account(AccountDeed.DELETE, standing=Standing.DELETED),
            said("z"),
        )
        self.pump()
        self.die()
        self.start()
        holds = [committed.item for committed in self.delivered]
        self.assertEqual(holds, [moderated(Deed.BAN, until=ends), said("z")])
        self.stop()
        self.clock.advance(5 * 86_400.0)
        self.start()
        self.assertEqual([committed.item for committed in self.delivered], [said("z")])
        self.assertEqual(len(self.items()), 4)  # it was done, all the same

    def test_what_was_deleted_stays_so(self) -> None:
        self.put(said("a secret"), said("b"), deleted(1))
        self.put(moderated(Deed.BAN, room="#lab"), e.RoomForgotten("#lab", 8.0))
        self.pump()
        audit = self.audit()
        self.die()
        self.start()
        gone = e.Erased("#lobby", "1", "alice", 7.0, "alice")
        self.assertEqual(self.items(), [gone, said("b"), deleted(1)])
        self.assertEqual(self.search("secret"), [])
        self.assertEqual(self.audit(), audit)
        self.put(moderated(Deed.KICK))
        self.pump()
        self.assertGreater(self.audit()[-1].id, audit[-1].id)

    def test_a_room_goes_on_keeping_less(self) -> None:
        self.put(rules(keep_lines=3), *(said(str(number)) for number in range(9)))
        self.pump()
        self.die()
        self.start()
        self.clock.pump([0.5] * 200)
        self.assertEqual([c.number for c in self.history("#lobby")][-3:], [8, 9, 10])
        self.assertEqual(self.history("#lobby", before=8)[1:], [])  # but for what holds

    def test_unread_words_wait(self) -> None:
        self.put(whispered("one", "2"), whispered("two", "2"))
        self.pump()
        self.read_to("2", private_log("1", "2"), 1)
        self.die()
        self.start()
        self.assertEqual([c.item for c in self.unread("2")], [whispered("two", "2")])


class FaultyDeedConformance(DeedHarness):
    """What could not be kept was not done."""

    def breaks(self) -> None:
        """See `FaultyConformance.breaks`."""
        raise NotImplementedError

    def mends(self) -> None:
        """See `FaultyConformance.mends`."""
        raise NotImplementedError

    def test_what_could_not_be_deleted_is_there(self) -> None:
        self.put(said("a"), said("b"))
        self.pump()
        before = len(self.audit())
        self.breaks()
        self.put(deleted(1), rules(keep_lines=1))
        for _ in range(20):
            self.pump()
        self.assertEqual(self.delivered[2].item, e.NotKept(deleted(1), e.Unkept.FAILED))
        self.mends()
        self.put(said("c"))
        for _ in range(20):
            self.pump()
        self.clock.pump([0.5] * 150)
        self.assertEqual(self.items(), [said("a"), said("b"), said("c")])
        self.assertEqual(len(self.audit()), before)
        self.assertEqual(self.search("a"), ["a"])
        self.flushLoggedErrors()
