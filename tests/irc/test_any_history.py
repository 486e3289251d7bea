"""However history is asked for: there is one answer, in lines of IRC, and it is in its batch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.irc.kit import IRC, PATIENT, Line
from twistchat.core.limits import NONE
from twistchat.testing import World

if TYPE_CHECKING:
    from tests.irc.kit import Client

LIMITS = replace(PATIENT, rate=NONE)
CAPS = "echo-message batch message-tags server-time draft/chathistory draft/event-playback"

POINTS = (
    "*", "timestamp=1970-01-01T00:00:01.000Z", "timestamp=9999-12-31T23:59:59.999Z",
    "timestamp=0001-01-01T00:00:00.000Z", "timestamp=1970-01-01T00:00:00Z", "timestamp=",
    "msgid=", "msgid=a-b-1", "msgid=MINE", "msgid=MINE.3", "msgid=MINE-1", "id=1", "=", "💥",
)  # fmt: skip
WORDS = (
    "LATEST", "latest", "BEFORE", "AFTER", "AROUND", "BETWEEN", "TARGETS", "NEXT", "#tea", "#TEA",
    "#nowhere", "ann", "bob", "ANN", "nobody", "0", "1", "3", "-1", "99999999999", "x", "", *POINTS,
)  # fmt: skip

anything = st.lists(st.sampled_from(WORDS), max_size=6)
nearly_right = st.one_of(
    st.tuples(
        st.sampled_from(WORDS[:5]), st.sampled_from(WORDS[8:15]), st.sampled_from(POINTS),
        st.sampled_from(WORDS[15:22]),
    ),
    st.tuples(
        st.just("BETWEEN"), st.sampled_from(WORDS[8:15]), st.sampled_from(POINTS),
        st.sampled_from(POINTS), st.sampled_from(WORDS[15:22]),
    ),
    st.tuples(
        st.just("TARGETS"), st.sampled_from(POINTS), st.sampled_from(POINTS),
        st.sampled_from(WORDS[15:22]),
    ),
)  # fmt: skip


class AnyHistoryTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.world = World(limits=LIMITS)
        self.ann, bob = (cast("Client", self.world.connect(IRC)) for _ in range(2))
        for client, name in ((self.ann, "ann"), (bob, "bob")):
            for line in (f"CAP REQ :{CAPS}", f"NICK {name}", "USER x 0 * :x", "CAP END"):
                client.types(line)
            client.types("JOIN #tea")
            self.world.turn()
        for number in range(5):
            for to in ("#tea", "bob", "ann"):
                self.ann.types(f"PRIVMSG {to} :{number}")
            self.ann.types(f"TOPIC #tea :{number}")
            self.world.turn()
        said = next(line for line in self.ann.heard() if line.command == "PRIVMSG")
        self.msgid = said.tags["msgid"]

    @settings(max_examples=300, deadline=None)
    @given(st.one_of(anything, nearly_right))
    def test_one_answer(self, words: list[str]) -> None:
        asked = [word.replace("MINE", self.msgid) for word in words]
        self.ann.hears()
        *middle, last = asked or [""]
        self.ann.types(" ".join(("CHATHISTORY", *filter(None, middle), f":{last}")))
        self.ann.types("PING done")
        self.world.turn()
        *lines, pong = self.ann.heard()
        self.assertEqual(pong.command, "PONG")
        self.assertEqual(self.flushLoggedErrors(), [])
        if lines[0].command == "FAIL":
            (fail,) = lines
            self.assertEqual(fail.params[0], "CHATHISTORY")
            self.assertTrue(fail.params[-1])
        else:
            self.assert_batch(lines)

    def assert_batch(self, lines: list[Line]) -> None:
        begin, *inside, end = lines
        self.assertEqual((begin.command, end.command), ("BATCH", "BATCH"))
        times = [line.tags["time"] for line in inside if "time" in line.tags]
        self.assertEqual(times, sorted(times))
        for line in inside:
            self.assertEqual(f"+{line.tags['batch']}", begin.params[0])
