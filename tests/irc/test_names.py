"""Who is in a room: `NAMES`, and what one is told on joining."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tests.irc.kit import PATIENT, IRCTestCase
from twistchat.core import events as e
from twistchat.core.accounts import Role
from twistchat.core.limits import NONE
from twistchat.core.model import Persona, User
from twistchat.frontends.irc.about import about
from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.names import on_joining
from twistchat.frontends.irc.targets import NAMES_TARGETS
from twistchat.testing import LINE

if TYPE_CHECKING:
    from twistchat.core.limits import Limits
    from twistchat.frontends.irc.about import About


class NamesTestCase(IRCTestCase):
    @property
    def about(self) -> About:
        return about(self.world.registry)

    def crowd(self, count: int, room: str = "#茶", name: str = "person") -> None:
        """Let many be in a room, without a connection."""
        chat = self.world.parts.chat
        opened = chat._state.open(room)
        for number in range(count):
            user = User(f"id{number}", f"{name}{number:04}", persona=Persona("me", "Me"))
            chat.enter(user)
            chat._state.add(user, opened)


class NamesTests(NamesTestCase):
    def test_ones_own_room(self) -> None:
        alice, bob = self.clients("alice", "小明", room="#茶")
        expected = [
            ":twistchat.chat 353 alice = #茶 @alice 小明",
            ":twistchat.chat 366 alice #茶 End of /NAMES list",
        ]
        self.assertEqual(self.asking(alice, "NAMES #茶"), expected)
        self.assertEqual(
            self.asking(bob, "NAMES #茶")[0], ":twistchat.chat 353 小明 = #茶 @alice 小明"
        )

    def test_others_rooms_and_people_on_other_wires(self) -> None:
        self.world.people("ann", front_end=LINE)
        (bob,) = self.clients("bob")
        self.assertEqual(
            self.asking(bob, "names #Lobby"),
            [
                ":twistchat.chat 353 bob = #lobby ann",
                ":twistchat.chat 366 bob #Lobby End of /NAMES list",
            ],
        )

    def test_where_there_is_no_such_room_it_ends(self) -> None:
        (bob,) = self.clients("bob")
        for name in ("#nowhere", "nothing", "#lobby", "#", "&local"):
            end = f":twistchat.chat 366 bob {name} End of /NAMES list"
            self.assertEqual(self.asking(bob, f"NAMES {name}"), [end])
        self.assertEqual(
            self.asking(bob, "NAMES :"), [":twistchat.chat 366 bob * End of /NAMES list"]
        )

    def test_several(self) -> None:
        alice, _ = self.clients("alice", "bob", room="#a")
        self.asking(alice, "JOIN #b")
        self.assertEqual(
            self.asking(alice, "NAMES #b,#a,#b"),
            [
                ":twistchat.chat 353 alice = #b @alice",
                ":twistchat.chat 353 alice = #a @alice bob",
                ":twistchat.chat 366 alice #b,#a End of /NAMES list",
            ],
        )
        self.assertEqual(
            self.asking(alice, "NAMES #A,,#nowhere,#a"),
            [
                ":twistchat.chat 353 alice = #a @alice bob",
                ":twistchat.chat 366 alice #A,*,#nowhere,#a End of /NAMES list",
            ],
        )

    def test_so_many(self) -> None:
        (alice,) = self.clients("alice")
        many = [f"#r{number}" for number in range(50)]
        told = ",".join(many[:NAMES_TARGETS])
        self.assertEqual(
            self.asking(alice, f"NAMES {','.join(many)}"),
            [f":twistchat.chat 366 alice {told} End of /NAMES list"],
        )

    def test_the_end_is_not_too_long_for_a_line(self) -> None:
        (alice,) = self.clients("alice")
        names = [f"#{number}{'茶' * 15}" for number in range(NAMES_TARGETS)]
        alice.types(f"NAMES {','.join(names)}")
        self.turn()
        lines = alice.hears()
        self.assertEqual(len(lines), 2)
        self.assertTrue(all(len(f"{line}\r\n".encode()) <= 512 for line in lines))
        self.assertTrue(all(line.endswith(" :End of /NAMES list") for line in lines))
        self.assertEqual(",".join(line.split(" ")[3] for line in lines), ",".join(names))

    def test_all(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        alice, _ = self.clients("alice", "bob", room="#a")
        ann.types("/join #hidden")
        ann.types("/rules secret=on")
        self.turn()
        self.assertEqual(
            self.asking(alice, "NAMES"),
            [
                ":twistchat.chat 353 alice = #a @alice bob",
                ":twistchat.chat 353 alice = #lobby ann",
                ":twistchat.chat 366 alice * End of /NAMES list",
            ],
        )

    def test_a_secret_room_is_told_to_its_members_alone(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        (bob,) = self.clients("bob")
        ann.types("/join #hidden")
        ann.types("/rules secret=on")
        self.turn()
        end = ":twistchat.chat 366 bob #hidden End of /NAMES list"
        self.assertEqual(self.asking(bob, "NAMES #hidden"), [end])
        self.asking(bob, "JOIN #hidden")
        self.assertEqual(
            self.asking(bob, "NAMES #hidden"), [":twistchat.chat 353 bob @ #hidden @ann bob", end]
        )

    def test_marks(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        ann.types("/join #lab")
        self.turn()
        (many,) = self.clients("many", room="#lab", caps="multi-prefix")
        (few,) = self.clients("few", room="#lab")
        for deed in ("/op many", "/voice many", "/voice few"):
            ann.types(deed)
            self.turn()
        marked = ":twistchat.chat 353 many = #lab @ann @+many +few"
        self.assertEqual(self.asking(many, "NAMES #lab")[0], marked)
        marked = ":twistchat.chat 353 few = #lab @ann @many +few"
        self.assertEqual(self.asking(few, "NAMES #lab")[0], marked)

    def test_operators_of_the_server_are_not_marked(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        (bob,) = self.clients("bob", room="#lab")
        self.world.registers(ann, role=Role.OPERATOR)
        ann.types("/join #lab")
        self.turn()
        self.assertIn("#lab @bob ann", self.asking(bob, "NAMES #lab")[0])

    def test_masks(self) -> None:
        (bob,) = self.clients("bob", room="#a", caps="userhost-in-names")
        listed = self.asking(bob, "NAMES #a")[0]
        self.assertRegex(listed, r"^:twistchat.chat 353 bob = #a @bob!~bob@[0-9a-f]{12}\.cloak$")

    def test_whoever_hides_is_told_to_members_alone(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#a")
        (carl,) = self.clients("carl")
        user = bob.user
        assert user is not None
        user.persona = replace(user.persona, is_invisible=True)
        self.assertIn(" @alice bob", self.asking(alice, "NAMES #a")[0])
        self.assertTrue(self.asking(carl, "NAMES #a")[0].endswith(" #a @alice"))


class ManyNamesTests(NamesTestCase):
    limits: ClassVar[Limits] = replace(PATIENT, rate=NONE, clients=5_000)

    def test_lines_are_not_too_long_whoever_reads_them(self) -> None:
        for name in ("person", "张三李四王五", "名" * 12):
            self.crowd(300, f"#{name.lower()}", name)
        (bob,) = self.clients("名" * 16)
        for room in ("#person", "#张三李四王五", f"#{'名' * 12}"):
            bob.hears()
            bob.types(f"NAMES {room}")
            self.turn()
            lines = bob.hears()
            self.assertTrue(all(len(f"{line}\r\n".encode()) <= 512 for line in lines))
            self.assertTrue(max(len(f"{line}\r\n".encode()) for line in lines) > 380)
            names = " ".join(line.partition(" :")[2] for line in lines[:-1]).split(" ")
            self.assertEqual(len(names), 300)
            self.assertEqual(len(set(names)), 300)

    def test_all_names_are_bounded(self) -> None:
        for number in range(6):
            self.crowd(400, f"#r{number}", f"p{number}")
        (bob,) = self.clients("bob")
        rooms = {line.split(" ")[4] for line in self.asking(bob, "NAMES")[:-1]}
        self.assertEqual(rooms, {"#r0", "#r1", "#r2"})

    def listed(self, name: str = "#茶") -> e.MembersListed:
        """What somebody is told who has just come in."""
        room = self.about.place.room(name)
        roster = [] if room is None else [(user, user.name) for user in room.members.values()]
        return e.MembersListed(name, "", (), len(roster), on_joining=True, roster=roster)

    def test_names_are_written_once_for_all_who_join_in_a_turn(self) -> None:
        self.crowd(500)
        listed, names = self.listed(), self.about.names
        first = on_joining(self.about, Cap.NONE, listed, "ann")
        again = on_joining(self.about, Cap.ECHO_MESSAGE | Cap.BATCH, listed, "小明")
        self.assertEqual(
            [line.partition(" :")[2] for line in first], [line.partition(" :")[2] for line in again]
        )
        self.assertEqual(again[-1], ":twistchat.chat 366 小明 #茶 :End of /NAMES list")
        room = self.about.place.room("#茶")
        assert room is not None
        plain, batch, all_marks = (
            names.of(self.about, caps, room, listed.roster)
            for caps in (Cap.NONE, Cap.BATCH, Cap.MULTI_PREFIX)
        )
        self.assertIs(plain, batch)
        self.assertIsNot(plain, all_marks)
        self.turn()
        self.assertIsNot(names.of(self.about, Cap.NONE, room, listed.roster), plain)

    def test_each_is_told_who_was_there_just_then(self) -> None:
        self.crowd(300)
        names = [f"客{number}" for number in range(30)]
        clients = self.clients(*names)
        for client in clients:
            client.types("JOIN #茶")
        self.turn()
        there = [f"person{number:04}" for number in range(300)]
        for client, name in zip(clients, names, strict=True):
            there.append(name)
            lines = client.hears()
            self.assertLessEqual(max(len(f"{line}\r\n".encode()) for line in lines), 512)
            told = [line.partition(" :")[2] for line in lines if " 353 " in line]
            self.assertEqual(" ".join(told).split(" "), there)

    def test_of_whom_they_are_told_later(self) -> None:
        ann, bob = self.clients("ann", "bob", room="#a")
        carl, dot = self.clients("carl", "dot")
        for client, line in (
            (carl, "JOIN #a"),
            (bob, "NICK bert"),
            (ann, "MODE #a +v bert"),
            (dot, "JOIN #a"),
            (carl, "PART #a"),
            (bob, "QUIT"),
        ):
            client.types(line)
        self.turn()
        # A mode may be shown before it is told: it is of that person, whatever their name.
        self.assertIn(":twistchat.chat 353 carl = #a @ann +bob carl", self.told(carl))
        self.assertIn(":twistchat.chat 353 dot = #a @ann +bert carl dot", self.told(dot))

    def test_they_are_told_the_names_and_modes_of_then(self) -> None:
        _, bob = self.clients("ann", "bob", room="#a")
        carl, dot = self.clients("carl", "dot")
        carl.types("JOIN #a")
        dot.types("NICK dora")
        bob.types("QUIT")
        dot.types("JOIN #a")
        dot.types("NICK bob")  # who bears this name is somebody else
        self.turn()
        self.assertEqual(
            self.told(carl)[1:],
            [
                ":twistchat.chat 353 carl = #a @ann bob carl",
                ":twistchat.chat 366 carl #a End of /NAMES list",
                ":bob QUIT Quit",
                ":dora JOIN #a",
                ":dora NICK bob",
            ],
        )

    def test_of_a_room_that_is_gone_the_end(self) -> None:
        end = [":twistchat.chat 366 ann #gone :End of /NAMES list"]
        self.assertEqual(on_joining(self.about, Cap.NONE, self.listed("#gone"), "ann"), end)
