"""The rules, without Twisted: what follows from a command, and what is committed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

import twistchat
from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.chat import Chat, Extension
from twistchat.core.model import User
from twistchat.core.names import LOBBY

if TYPE_CHECKING:
    from collections.abc import Sequence


class ChatTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.chat = Chat(now=lambda: 7.0)
        self.alice, self.bob = User("1", "alice"), User("2", "bob")
        for user in (self.alice, self.bob):
            self.chat.enter(user)
            self.chat.perform(user, c.Join(LOBBY))

    def items(self, user: User, command: c.Command) -> Sequence[e.Item]:
        decided = self.chat.perform(user, command)
        assert not isinstance(decided, e.Refused), decided
        return decided

    def refusal(self, user: User, command: c.Command) -> e.Refused:
        refused = self.chat.perform(user, command)
        assert isinstance(refused, e.Refused), refused
        return refused

    def test_saying(self) -> None:
        self.assertEqual(
            self.items(self.alice, c.Say(LOBBY, "  hello \x1b[1m  ")),
            [e.Said(LOBBY, "1", "alice", "  hello ␛[1m", False, 7.0)],
        )

    def test_saying_nothing(self) -> None:
        self.assertEqual(
            self.refusal(self.alice, c.Say(LOBBY, "  ")).code, e.Refusal.NOTHING_TO_SAY
        )

    def test_saying_where_one_is_not(self) -> None:
        self.assertEqual(
            self.refusal(self.alice, c.Say("#else", "x")),
            e.Refused(e.Refusal.NOT_IN_ROOM, "#else"),
        )

    def test_joining_shows_who_is_there(self) -> None:
        carol = User("3", "Carol")
        self.chat.enter(carol)
        self.assertEqual(
            self.items(carol, c.Join(LOBBY)),
            [
                e.JoinOpened(LOBBY, 20, None),
                e.Joined(LOBBY, "3", "Carol", 7.0),
                e.MembersListed(LOBBY, "", ("alice", "bob", "Carol"), 3, on_joining=True),
            ],
        )
        self.assertEqual(self.items(carol, c.Join(LOBBY)), [])

    def test_joining_a_room_of_no_good_name(self) -> None:
        self.assertEqual(self.refusal(self.bob, c.Join("#a b")).code, e.Refusal.ROOM_NAME)

    def test_several_rooms(self) -> None:
        self.items(self.alice, c.Join("#Lab"))
        self.assertEqual(list(self.alice.rooms), [LOBBY, "#lab"])
        renamed = self.items(self.alice, c.Rename("alicia"))
        self.assertEqual(renamed, [e.Renamed((LOBBY, "#lab"), "1", "alice", "alicia", 7.0)])
        self.assertEqual(
            self.items(self.alice, c.Leave("#lab", "enough")),
            [e.Left("#lab", "1", "alicia", "enough", 7.0)],
        )
        self.assertEqual(self.refusal(self.alice, c.Leave("#lab")).code, e.Refusal.NOT_IN_ROOM)
        lab = self.chat.room("#lab")
        assert lab is not None
        self.assertEqual(lab.members, {})

    def test_a_room_knows_since_when_it_is_there(self) -> None:
        times = iter(range(100, 200))
        chat = Chat(now=lambda: float(next(times)))
        chat.enter(self.alice)
        since = []
        for _ in range(2):
            chat.perform(self.alice, c.Join("#lab"))
            room = chat.room("#lab")
            assert room is not None
            since.append(room.since)
            chat.perform(self.alice, c.Leave("#lab"))
        self.assertGreaterEqual(since[0], 100.0)
        self.assertEqual(since[0], since[1])

    def test_departing_leaves_every_room(self) -> None:
        self.items(self.alice, c.Join("#lab"))
        self.assertEqual(
            self.chat.depart(self.alice, e.Cause.LOST),
            [e.Departed((LOBBY, "#lab"), "1", "alice", e.Cause.LOST, "", 7.0)],
        )
        self.assertIsNone(self.chat.person("alice"))
        self.assertEqual(self.chat.people, [self.bob])

    def test_quitting_says_goodbye_last(self) -> None:
        departed, goodbye = self.items(self.alice, c.Quit("see\x07 you"))
        self.assertEqual(
            departed, e.Departed((LOBBY,), "1", "alice", e.Cause.LEFT, "see␇ you", 7.0)
        )
        self.assertEqual(goodbye, e.Goodbye(e.Cause.LEFT))

    def test_whispering(self) -> None:
        self.assertEqual(
            self.items(self.alice, c.Whisper("ＢOB", "psst")),
            [e.Whispered("1", "alice", "2", "bob", "psst", False, 7.0)],
        )
        self.assertEqual(
            self.refusal(self.alice, c.Whisper("carol", "x")).code, e.Refusal.NO_SUCH_PERSON
        )
        self.assertEqual(
            self.items(self.alice, c.Whisper("alice", "milk")),
            [e.Whispered("1", "alice", "1", "alice", "milk", False, 7.0)],
        )
        self.assertEqual(
            self.refusal(self.alice, c.Whisper("bob", " ")).code, e.Refusal.NOTHING_TO_SAY
        )

    def test_a_rename_is_found_under_the_new_name_alone(self) -> None:
        self.items(self.alice, c.Rename("zed"))
        self.assertIs(self.chat.person("ZED"), self.alice)
        self.assertIsNone(self.chat.person("alice"))
        self.assertEqual(self.refusal(self.alice, c.Rename("zed")).code, e.Refusal.NAME_SAME)

    def test_durable_state_changes_when_it_is_committed(self) -> None:
        (changed,) = self.items(self.alice, c.SetTopic(LOBBY, "cats"))
        self.assertEqual(self.items(self.bob, c.ReadTopic(LOBBY)), [e.TopicTold(LOBBY, "")])
        assert isinstance(changed, e.TopicChanged)
        self.chat.apply(changed)
        self.assertEqual(self.items(self.bob, c.ReadTopic(LOBBY)), [e.TopicTold(LOBBY, "cats")])

    def test_what_was_committed_before_a_restart(self) -> None:
        again = Chat(now=lambda: 9.0)
        again.apply(e.TopicChanged("#lab", "1", "alice", "cats", 7.0))
        again.apply(e.Said("#lab", "1", "alice", "meow", False, 7.0))
        room = again.room("#lab")
        assert room is not None
        self.assertEqual(room.topic, "cats")

    def test_a_topic_too_long(self) -> None:
        self.assertEqual(
            self.refusal(self.alice, c.SetTopic(LOBBY, "x" * 401)).code, e.Refusal.TOPIC_LONG
        )

    def test_history_is_authorised_and_bounded(self) -> None:
        self.assertEqual(
            self.items(self.alice, c.ReadHistory(LOBBY, 10**6)), [e.HistoryOpened(LOBBY, 200)]
        )
        self.assertEqual(
            self.items(self.alice, c.ReadHistory(LOBBY, 0)), [e.HistoryOpened(LOBBY, 1)]
        )
        self.assertEqual(
            self.refusal(self.alice, c.ReadHistory("#lab", 1)).code, e.Refusal.NOT_IN_ROOM
        )

    def test_only_operators_announce(self) -> None:
        operator = User("0", "operator", operator=True)
        self.assertEqual(
            self.items(operator, c.Announce("tea", to="bob")), [e.Announced("tea", "2", "bob", 7.0)]
        )
        self.assertEqual(
            self.items(operator, c.Announce("tea")), [e.Announced("tea", None, None, 7.0)]
        )
        self.assertEqual(
            self.refusal(operator, c.Announce("tea", to="x")).code, e.Refusal.NO_SUCH_PERSON
        )
        self.assertEqual(self.refusal(self.bob, c.Announce("tea")).code, e.Refusal.OPERATORS_ONLY)

    def test_an_extension(self) -> None:
        def shout(chat: Chat, user: User, room: str, text: str) -> Sequence[e.Item] | e.Refused:
            return chat.perform(user, c.Say(room, text.upper()))

        self.chat.extensions["shout"] = Extension("shout", "WORDS", "say it loudly", shout)
        self.assertEqual(
            self.items(self.bob, c.Custom("shout", LOBBY, "hey")),
            [e.Said(LOBBY, "2", "bob", "HEY", False, 7.0)],
        )
        self.assertEqual(
            self.refusal(self.bob, c.Custom("dance", LOBBY)).code, e.Refusal.NO_SUCH_COMMAND
        )


class WithoutTwistedTests(SynchronousTestCase):
    def test_core_imports_no_twisted(self) -> None:
        package = str(Path(twistchat.__file__).parent)
        code = (
            "import sys; sys.modules['twistchat'] = type(sys)('twistchat');"
            f"sys.modules['twistchat'].__path__ = [{package!r}];"
            "import twistchat.core.chat, twistchat.core.names;"
            "sys.exit(any(name.partition('.')[0] == 'twisted' for name in sys.modules))"
        )
        self.assertEqual(subprocess.run([sys.executable, "-c", code], check=False).returncode, 0)
