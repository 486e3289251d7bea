"""What several nodes tell: one order everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.redis.nodes import Node, NodesTestCase
from twistchat.core import events as e
from twistchat.core.limits import Limits
from twistchat.core.model import Seen
from twistchat.engine import UnavailableError
from twistchat.engine.redis.link import RefusedError

if TYPE_CHECKING:
    from twistchat.engine import Committed


class OneOrderTests(NodesTestCase):
    def test_what_is_said_at_once_at_three_nodes(self) -> None:
        nodes = [self.start(name) for name in "abc"]
        for turn in range(20):
            for node in nodes:
                node.say(f"{node.name}{turn}", room=f"#r{turn % 3}")
                if turn % 4 == 0:
                    node.say(f"{node.name}{turn} again")
            self.clock.advance(0.0007 * turn)
        self.pump()
        self.assert_one_order(*nodes)
        self.assertEqual(len(nodes[0].lines), 75)
        for node in nodes:
            for name in "abc":
                said = [text for text in node.lines if text[0] == name and " " not in text]
                self.assertEqual(said, [f"{name}{turn}" for turn in range(20)])
            self.assertEqual(self.places(node), self.places(nodes[0]))

    def test_presence_has_its_place_in_it(self) -> None:
        one, other = self.start("a"), self.start("b")
        one.enter("1")
        other.enter("2")
        self.pump()
        for turn in range(10):
            one.say(f"a{turn}")
            one.put(e.Joined(f"#r{turn}", "1", "1", 7.0), e.Left(f"#r{turn}", "1", "1", "", 7.5))
            other.say(f"b{turn}")
            other.put(e.AwayChanged((), "2", "2", f"{turn}", 8.0))
            self.clock.advance(0.0015)
        self.pump()
        self.assert_one_order(one, other)
        self.assertEqual(len(one.shared), 2 + 20 + 30)
        nodes = {each.node for each in one.told if isinstance(each.item, e.AwayChanged)}
        self.assertEqual(nodes, {"b"})
        self.assertEqual({each.node for each in one.of(e.Joined)}, {""})

    def test_who_asked_is_known_where_they_asked(self) -> None:
        one, other = self.start("a"), self.start("b")
        origin = object()
        one.put(e.Said("#lobby", "1", "alice", "hi", False, 7.0), origin=origin, key="k")
        self.pump()
        (here,), (there,) = one.of(e.Said), other.of(e.Said)
        self.assertIs(here.origin, origin)
        self.assertIsNone(there.origin)
        self.assertIsNone(there.label)
        self.assertEqual((here.epoch, here.number), (there.epoch, there.number))

    def test_what_follows_from_it_at_once(self) -> None:
        nodes = [self.start(name) for name in "abc"]

        def answer(committed: Committed) -> None:
            if isinstance(committed.item, e.Said) and committed.item.text == "ping":
                nodes[1].say("pong")
                nodes[1].put(e.Noted(("heard",)))

        nodes[1].react = answer
        nodes[0].say("ping", "and more")
        self.pump()
        self.assert_one_order(*nodes)
        self.assertEqual(nodes[2].lines, ["ping", "and more", "pong"])
        self.assertEqual([type(each.item) for each in nodes[1].told][-2:], [e.Said, e.Noted])

    def test_a_reply_stands_where_the_node_is(self) -> None:
        one, other = self.start("a"), self.start("b")
        one.say(*"abc")
        self.pump()
        other.put(e.HistoryOpened("#lobby", 5))
        one.say("d")
        self.pump()
        (opened,) = other.of(e.HistoryOpened)
        before = [each.number for each in other.told[: other.told.index(opened)] if each.number]
        self.assertEqual(opened.number, max(before))

    def test_a_reply_in_a_room_of_which_nothing_is_known(self) -> None:
        one, other = self.start("a"), self.start("b")
        other.link.is_deaf = True
        one.say("a", room="#new")
        self.pump()
        other.put(e.HistoryOpened("#new", 5))
        self.pump()
        self.assertEqual([type(each.item) for each in other.told], [e.Said, e.HistoryOpened])
        self.assertEqual([each.number for each in other.told], [1, 1])

    def test_whoever_comes_has_read_on_at_another_node(self) -> None:
        """What they have read there is told here before they come in, so not to them again."""
        one, other = self.start("a"), self.start("b")
        one.say(*"ab")
        self.pump()
        other.link.is_deaf = True
        one.say("c")
        self.pump()
        last = one.told[-1]
        for seen in (Seen(last.epoch, 3), Seen(last.epoch, 9), Seen("another", 9)):
            other.put(e.JoinOpened("#lobby", 5, seen))
            self.pump()
            self.assertEqual(other.lines, ["a", "b", "c"])
            self.assertEqual(other.told[-1].number, 3)

    def test_a_room_that_is_forgotten_begins_anew_everywhere(self) -> None:
        one, other = self.start("a"), self.start("b")
        one.say("old", room="#lab")
        one.put(e.RoomForgotten("#lab", 8.0))
        self.pump()
        other.say("new", room="#lab")
        self.pump()
        self.assert_one_order(one, other)
        first, _, last = one.told
        self.assertEqual((first.number, last.number), (1, 1))
        self.assertNotEqual(first.epoch, last.epoch)
        self.assertEqual(one.of(e.Missed), [])

    def test_what_changed_nothing(self) -> None:
        one, other = self.start("a"), self.start("b")
        origin = object()
        one.enter("1", "#lobby")
        self.pump()
        one.put(e.Joined("#lobby", "1", "1", 7.0), origin=origin)
        one.put(e.Left("#lab", "1", "1", "", 7.0))
        one.put(e.Left("#lab", "1", "1", "", 7.0), origin=origin, key="k")
        self.pump()
        self.assertEqual([type(each.item) for each in one.told], [e.Entered, e.Rejoined, e.Done])
        self.assertEqual([each.origin for each in one.told[1:]], [origin, origin])
        self.assertEqual([type(each.item) for each in other.told], [e.Entered])

    def test_the_last_home_of_somebody(self) -> None:
        one, other = self.start("a"), self.start("b")
        one.enter("1", "#lobby", is_guest=False)
        self.pump()
        other.enter("1", "#lobby", is_guest=False)
        self.pump()
        gone = e.Departed(("#lobby",), "1", "1", e.Cause.LOST, "", 9.0)
        one.put(gone)
        self.pump()
        other.put(gone)
        self.pump()
        for node in (one, other):
            kinds = [type(each.item) for each in node.told[-2:]]
            self.assertEqual(kinds, [e.Withdrew, e.Departed])
        self.assert_one_order(one, other)


class WakingTests(NodesTestCase):
    def test_what_nobody_was_woken_for_is_found_at_the_next_beat(self) -> None:
        one, other = self.start("a"), self.start("b")
        other.link.is_deaf = True
        one.say("a", "b")
        self.pump()
        self.assertEqual(other.lines, [])
        self.beat()
        self.assertEqual(other.lines, ["a", "b"])

    def test_what_is_before_ones_own_is_fetched_at_once(self) -> None:
        one, other = self.start("a"), self.start("b")
        other.link.is_deaf = True
        one.say("a")
        self.pump()
        other.say("b")
        self.clock.pump([0.001] * 8)
        self.assertEqual(other.lines, ["a", "b"])

    def test_ones_own_needs_no_reading(self) -> None:
        one = self.start("a")
        for turn in range(5):
            one.say(str(turn))
            self.pump(0.1)
        self.assertEqual(one.link.done.count("feed"), 0)
        self.assertEqual(one.link.done.count("append"), 5)

    def test_much_is_read_a_part_at_a_time(self) -> None:
        one, other = self.start("a"), self.start("b")
        other.link.is_deaf = True
        for turn in range(250):
            one.say(str(turn))
            self.clock.pump([0.001] * 3)
        self.beat()
        self.assertEqual(other.lines, [str(turn) for turn in range(250)])

    def test_a_turn_goes_together(self) -> None:
        one = self.start("a")
        for turn in range(30):
            one.say(str(turn))
        self.pump(0.1)
        self.assertEqual(one.link.done.count("append"), 1)


class NamesTests(NodesTestCase):
    def claim(self, node: Node, name: str, holder: str) -> list[bool | str]:
        answers: list[bool | str] = []
        claiming = node.engine.claim(name, holder)
        claiming.addErrback(lambda failure: str(failure.value)).addCallback(answers.append)
        return answers

    limits = Limits(uncommitted_age=2.0)

    def test_over_all_nodes(self) -> None:
        one, other = self.start("a"), self.start("b")
        first, second = self.claim(one, "bob", "1"), self.claim(other, "bob", "2")
        self.pump()
        self.assertEqual((first, second), ([True], [False]))
        one.engine.release("bob", "1")
        self.pump()
        second = self.claim(other, "bob", "2")
        self.pump()
        self.assertEqual(second, [True])

    def test_while_there_is_no_connection_one_is_waited_for(self) -> None:
        one = self.start("a")
        one.link.go_down()
        early = self.claim(one, "bob", "1")
        self.pump()
        self.assertEqual(early, [])
        one.link.come_up()
        self.pump()
        self.assertEqual(early, [True])
        one.link.go_down()
        late = self.claim(one, "eve", "1")
        self.pump(3.0)
        self.assertEqual(len(late), 1)
        self.assertEqual(late, ["the cable was pulled out"])
        self.flushLoggedErrors()

    def test_where_nothing_is_kept_now(self) -> None:
        """The operator knows of it, and those who come try again; so nothing is wrong."""
        one = self.start("a")
        for code, error in (
            ("OOM", UnavailableError),
            ("MISCONF", UnavailableError),
            ("ERR", RefusedError),
        ):
            one.link.refuse(code, "claim", count=1)
            claiming = one.engine.claim("bob", "1")
            self.pump()
            self.failureResultOf(claiming, error)
        one.link.refuse("READONLY", "claim", count=1)
        claimed = self.claim(one, "bob", "1")
        self.pump(5.0)
        self.assertEqual(claimed, [True])
        self.flushLoggedErrors()

    def test_a_name_is_given_back_as_soon_as_that_can_be(self) -> None:
        one, other = self.start("a"), self.start("b")
        self.claim(one, "bob", "1")
        self.pump()
        one.link.go_down()
        one.engine.release("bob", "1")
        self.pump()
        one.link.come_up()
        self.pump()
        found = self.claim(other, "bob", "2")
        self.pump()
        self.assertEqual(found, [True])
