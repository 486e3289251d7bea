"""What is decided at a node while it is cut off, and taken for dead: its own people are told."""

from __future__ import annotations

from dataclasses import replace

from tests.redis.nodes import Node, NodesTestCase
from twistchat.core import events as e

LEFT = e.Departed(("#lobby",), "9", "9", e.Cause.LEFT, "", 9.0)
PRESENCE = (e.Joined, e.Left, e.Departed, e.Renamed, e.AwayChanged, e.Rejoined)


def presence(node: Node) -> list[e.Item]:
    """What a node has told of who is where."""
    return [each.item for each in node.told if isinstance(each.item, PRESENCE)]


class CutOffTests(NodesTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.one, self.other = self.start("a"), self.start("b")
        self.one.enter("1", "#lobby")
        self.one.enter("9", "#lobby")
        self.other.enter("2", "#lobby")
        self.pump()
        self.one.link.go_down()

    def tearDown(self) -> None:
        super().tearDown()
        self.flushLoggedErrors()

    def come_back(self) -> None:
        """Be there again, when the others have been told that all of them are gone."""
        self.clock.pump([0.01] * 10)
        self.lease_is_over(self.one)
        self.other.engine._lease.beat()
        self.clock.pump([0.01] * 10)
        self.one.link.come_up()
        self.pump()

    def test_who_departs_meanwhile(self) -> None:
        del self.one.people["9"]
        self.one.put(LEFT)
        self.come_back()
        self.assertEqual(presence(self.one), [LEFT])

    def test_who_departs_before_it_is_told_anew_who_is_there(self) -> None:
        del self.one.people["9"]
        self.one.put(LEFT)
        self.one.engine._lease.owe()
        self.clock.pump([0.01] * 10)
        self.one.link.come_up()
        self.pump()
        self.assertEqual(presence(self.one), [LEFT])
        self.assertEqual([each.user for each in self.other.items(e.Departed)], ["9"])

    def test_who_goes_somewhere_else_meanwhile(self) -> None:
        items = (
            e.Joined("#new", "1", "1", 9.0),
            e.Left("#new", "1", "1", "", 9.0),
            e.Joined("#lab", "1", "1", 9.0),
            e.Left("#lobby", "1", "1", "", 9.0),
            e.Renamed(("#lab",), "1", "1", "uno", 9.0),
            e.AwayChanged(("#lab",), "1", "uno", "lunch", 9.0),
        )
        self.one.put(*items)
        self.one.people["1"] = replace(self.one.people["1"], who="uno", rooms=("#lab",))
        self.come_back()
        self.assertEqual(presence(self.one), list(items))
        self.one.put(e.Joined("#lab", "1", "uno", 10.0), e.Left("#lobby", "1", "uno", "", 10.0))
        self.pump()
        self.assertEqual(presence(self.one), [*items, e.Rejoined("#lab")])

    def test_who_has_gone_on_at_another_node_meanwhile(self) -> None:
        del self.one.people["9"]
        self.one.put(LEFT)
        self.other.enter("9", "#lobby")
        self.come_back()
        self.assertEqual(presence(self.one), [])
