"""Which rooms there are: `LIST`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tests.irc.kit import PATIENT
from tests.irc.test_names import NamesTestCase
from twistchat.core.accounts import Role
from twistchat.frontends.irc.listing import CONDITIONS, LISTED
from twistchat.testing import LINE

if TYPE_CHECKING:
    from tests.irc.kit import Client
    from twistchat.core.limits import Limits


class ListTests(NamesTestCase):
    limits: ClassVar[Limits] = replace(PATIENT, clients=5_000, rooms=5_000)

    def listed(self, client: Client, asked: str = "") -> list[str]:
        """Ask, and return the names of the rooms."""
        first, *lines, end = self.asking(client, f"LIST {asked}".rstrip())
        self.assertEqual(first, f":twistchat.chat 321 {client.user.name} Channel Users  Name")  # type: ignore[union-attr]  # who asks is in
        self.assertIn(" 323 ", end)
        return [line.split(" ")[3] for line in lines]

    def test_rooms(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        bob, _ = self.clients("bob", "carl", room="#茶")
        ann.types("/topic 欢迎 everybody")
        self.turn()
        self.assertEqual(
            self.asking(bob, "LIST"),
            [
                ":twistchat.chat 321 bob Channel Users  Name",
                ":twistchat.chat 322 bob #茶 2 ",
                ":twistchat.chat 322 bob #lobby 1 欢迎 everybody",
                ":twistchat.chat 323 bob End of /LIST",
            ],
        )

    def test_an_empty_room_is_none(self) -> None:
        (bob,) = self.clients("bob")
        self.assertEqual(self.listed(bob), [])
        self.assertEqual(self.listed(bob, "#lobby"), [])
        self.assertEqual(self.listed(bob, "#nowhere,nothing"), [])

    def test_masks(self) -> None:
        (bob,) = self.clients("bob", room="#chan1")
        self.asking(bob, "JOIN #chan2")
        both = ["#chan1", "#chan2"]
        for asked, found in {
            "*an1": ["#chan1"],
            "*AN2": ["#chan2"],
            "#c*n2": ["#chan2"],
            "*an3": [],
            "#ch*": both,
            "#chan2,#chan1": both,
            "!*an1": ["#chan2"],
            "!*an3": both,
            "!#ch*": [],
            "#ch*,!*1": ["#chan2"],
            "": both,
            ",": both,
        }.items():
            self.assertEqual(self.listed(bob, asked), found, asked)

    def test_how_many_are_in_them(self) -> None:
        self.clients("alice", "bob", room="#two")
        self.clients("carl", room="#one")
        (dora,) = self.clients("dora")
        for asked, found in {
            ">0": ["#two", "#one"],
            ">1": ["#two"],
            "<2": ["#one"],
            "<1": [],
            "<100": ["#two", "#one"],
            ">0,<2": ["#one"],
            ">1,#one": [],
            ">": [],
            "<999999999999": [],
            ">²": [],
        }.items():
            self.assertEqual(self.listed(dora, asked), found, asked)

    def test_when_they_were_made(self) -> None:
        (bob,) = self.clients("bob", room="#old")
        self.wait(150)
        self.asking(bob, "JOIN #new")
        self.wait(30)
        for asked, found in {
            "C>2": ["#old"],
            "c<2": ["#new"],
            "C<0": [],
            "C>0": ["#new", "#old"],
            "C<10": ["#new", "#old"],
        }.items():
            self.assertEqual(self.listed(bob, asked), found, asked)

    def test_when_their_topic_was_set(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        (bob,) = self.clients("bob", room="#none")
        for room, waiting in (("#old", 150), ("#new", 30)):
            ann.types(f"/join {room}")
            ann.types("/topic x")
            self.wait(waiting)
        for asked, found in {
            "T>2": ["#old"],
            "T<2": ["#new"],
            "T<0": [],
            "t>0": ["#new", "#old"],
        }.items():
            self.assertEqual(self.listed(bob, asked), found, asked)

    def test_secret_rooms(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        bob, carl = self.clients("bob", "carl")
        ann.types("/join #hidden")
        ann.types("/rules secret=on")
        self.turn()
        self.assertEqual(self.listed(bob), ["#lobby"])
        self.assertEqual(self.listed(bob, "#hidden"), [])
        self.asking(bob, "JOIN #hidden")
        self.assertEqual(self.listed(bob), ["#hidden", "#lobby"])
        self.world.registers(carl, role=Role.OPERATOR)
        self.assertEqual(self.listed(carl), ["#hidden", "#lobby"])

    def test_a_topic_is_cut_between_two_characters(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        (bob,) = self.clients("bob")
        ann.types(f"/topic {'茶' * 400}")
        self.turn()
        bob.types("LIST")
        self.turn()
        line = bob.hears()[1]
        self.assertTrue(505 < len(f"{line}\r\n".encode()) <= 512)
        self.assertTrue(line.endswith("茶"))

    def test_it_is_bounded(self) -> None:
        chat = self.world.parts.chat
        (bob,) = self.clients("bob")
        user = bob.user
        assert user is not None
        for number in range(LISTED + 10):
            chat._state.add(user, chat._state.open(f"#r{number}"))
        told = self.asking(bob, "LIST")
        self.assertEqual(len(told), LISTED + 3)
        first = f"These are the {LISTED} fullest; say which"
        self.assertEqual(told[-2], f":twistchat.chat 416 bob LIST {first}")
        self.wait(60)
        masks = ",".join(f"r{number}" for number in range(CONDITIONS))
        self.assertEqual(self.listed(bob, f"{masks},#r7"), [])
