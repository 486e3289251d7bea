"""Who is here, one line each: `WHO`, also with fields that are asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tests.irc.kit import PATIENT, IRCTestCase
from tests.irc.test_names import NamesTestCase
from twistchat.core.accounts import Role
from twistchat.core.commands import SetAway
from twistchat.frontends.irc.who import WHO_SHOWN
from twistchat.testing import LINE

if TYPE_CHECKING:
    from tests.irc.kit import Client
    from twistchat.core.limits import Limits
    from twistchat.testing import Person


class WhoTestCase(IRCTestCase):
    def who(self, client: Client, asked: str) -> list[tuple[str, ...]]:
        """Ask, and return the parameters of the answers behind one's own name, but for the end."""
        client.hears()
        client.types(f"WHO {asked}")
        self.turn()
        *lines, end = client.heard()
        self.assertEqual(end.command, "315")
        self.assertEqual(end.params[1], asked.split(" ", maxsplit=1)[0])
        return [line.params[1:] for line in lines]

    def names(self, client: Client, asked: str) -> list[str]:
        return [params[4] for params in self.who(client, asked)]

    def goes_away(self, person: Person) -> None:
        session = person.protocol.session  # type: ignore[attr-defined]  # it has one
        session.receive(SetAway("busy"))
        self.turn()


class WhoTests(WhoTestCase):
    def test_a_room(self) -> None:
        alice, bob = self.clients("alice", "小明", room="#茶")
        self.goes_away(bob)
        first, second = self.who(alice, "#茶")
        self.assertEqual(
            (first[:2], first[3:]),
            (("#茶", "~alice"), ("twistchat.chat", "alice", "H@", "0 alice in person")),
        )
        self.assertRegex(first[2], r"^[0-9a-f]{12}\.cloak$")
        self.assertEqual(second[3:], ("twistchat.chat", "小明", "G", "0 小明 in person"))
        self.assertEqual(self.names(alice, "#nowhere"), [])

    def test_a_room_by_another_spelling(self) -> None:
        (bob,) = self.clients("bob", room="#chan")
        self.assertEqual([params[0] for params in self.who(bob, "#CHAN")], ["#chan"])

    def test_a_person_by_name(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        alice, _ = self.clients("alice", "bob", room="#a")
        self.assertEqual(self.names(alice, "BOB"), ["bob"])
        ((where, ident, _, _, name, flags, real),) = self.who(alice, "ann")
        self.assertEqual((where, ident, name, flags, real), ("*", "chat", "ann", "H", "0 ann"))
        self.world.registers(ann, role=Role.OPERATOR)
        self.goes_away(ann)
        self.assertEqual(self.who(alice, "ann")[0][5], "G*")
        self.assertEqual(self.names(alice, "nobody"), [])

    def test_masks(self) -> None:
        self.world.people("ann", front_end=LINE)
        alice, bob = self.clients("alice", "bob", room="#a")
        user = bob.user
        assert user is not None
        host = self.who(alice, "bob")[0][2]
        for mask, found in {
            "A*": ["ann", "alice"],
            "b?b": ["bob"],
            "?": [],
            "~b*": ["bob"],
            "*in?person": ["alice", "bob"],
            host: ["bob"],
            "*": ["ann", "alice", "bob"],
            "0": ["ann", "alice", "bob"],
            "[a]*": [],
            "*.chat": ["ann", "alice", "bob"],
        }.items():
            self.assertEqual(self.names(alice, mask), found, mask)

    def test_bots_are_marked(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#a")
        user = bob.user
        assert user is not None
        user.persona = replace(user.persona, is_bot=True)
        self.assertEqual(self.who(alice, "bob")[0][5], "HB")

    def test_operators_only(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        alice, _ = self.clients("alice", "bob")
        self.world.registers(ann, role=Role.OPERATOR)
        self.assertEqual(self.names(alice, "* o"), ["ann"])
        self.assertEqual(self.who(alice, "* o%n"), [("ann",)])

    def test_a_secret_room(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        (bob,) = self.clients("bob")
        ann.types("/join #hidden")
        ann.types("/rules secret=on")
        self.turn()
        self.assertEqual(self.names(bob, "#hidden"), [])
        self.asking(bob, "JOIN #hidden")
        self.assertEqual(self.names(bob, "#hidden"), ["ann", "bob"])

    def test_whoever_hides(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#a")
        carl, dora = self.clients("carl", "dora")
        user = bob.user
        assert user is not None
        user.persona = replace(user.persona, is_invisible=True)
        self.assertEqual(self.names(carl, "b*"), [])
        self.assertEqual(self.names(carl, "#a"), ["alice"])
        self.assertEqual(self.names(carl, "bob"), ["bob"])
        self.assertEqual(self.names(alice, "b*"), ["bob"])
        self.assertEqual(self.names(bob, "b*"), ["bob"])
        self.world.registers(dora, role=Role.OPERATOR)
        self.assertEqual(self.names(dora, "b*"), ["bob"])

    def test_it_needs_a_mask(self) -> None:
        (bob,) = self.clients("bob")
        self.assertEqual(
            self.asking(bob, "WHO"), [":twistchat.chat 461 bob WHO That needs more than you said"]
        )
        self.assertEqual(self.asking(bob, "WHO :")[-1], ":twistchat.chat 315 bob * End of WHO list")


class FieldTests(WhoTestCase):
    FIELDS = "tcuihsnfdlaor"

    def test_all_fields_in_their_order(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#a")
        self.world.registers(bob)
        self.wait(7)
        for letters in (self.FIELDS, self.FIELDS[::-1], self.FIELDS + "xyz"):
            (told,) = self.who(alice, f"bob %{letters},123")
            token, where, ident, address, _, server, name, flags, *rest = told
            self.assertEqual((token, where, ident, name, flags), ("123", "*", "~bob", "bob", "H"))
            self.assertEqual((address, server), ("255.255.255.255", "twistchat.chat"))
            self.assertEqual(rest, ["0", "7", "bob", "n/a", "bob in person"])

    def test_each_alone(self) -> None:
        alice, _ = self.clients("alice", "bob", room="#a")
        for letter in self.FIELDS:
            ((field,),) = self.who(alice, f"bob %{letter}")
            self.assertTrue(field)

    def test_in_a_room(self) -> None:
        alice, _ = self.clients("alice", "bob", room="#a")
        self.assertEqual(self.who(alice, "#a %cnf"), [("#a", "alice", "H@"), ("#a", "bob", "H")])

    def test_who_has_no_account(self) -> None:
        alice, _ = self.clients("alice", "bob")
        self.assertEqual(self.who(alice, "bob %na"), [("bob", "0")])

    def test_tokens(self) -> None:
        (bob,) = self.clients("bob")
        for written, token in (("%tn,1", "1"), ("%tn", "0"), ("%tn,1234", "0"), ("%nt,ab", "0")):
            self.assertEqual(self.who(bob, f"bob {written}"), [(token, "bob")])

    def test_none_of_them(self) -> None:
        (bob,) = self.clients("bob")
        for written in ("%", "%xyz", "x", "%,12"):
            self.assertEqual(len(self.who(bob, f"bob {written}")[0]), 7)


class CrowdTests(NamesTestCase):
    limits: ClassVar[Limits] = replace(PATIENT, clients=5_000)

    def test_so_many_are_listed(self) -> None:
        self.crowd(WHO_SHOWN + 5, "#many")
        (bob,) = self.clients("bob")
        for mask in ("#many", "person*", "*"):
            told = self.asking(bob, f"WHO {mask}")
            self.assertEqual(len(told), WHO_SHOWN + 2)
            first = "These are the first 1000; say whom"
            self.assertEqual(told[-2], f":twistchat.chat 416 bob WHO {first}")
            self.wait(60)

    def test_such_a_question_counts_as_many(self) -> None:
        self.crowd(WHO_SHOWN, "#many")
        (bob,) = self.clients("bob")
        for _ in range(10):
            bob.types("WHO person*")
        self.turn()
        at_once = bob.heard()
        self.wait(120)
        later = bob.heard()
        counts = [self.commands(lines).count("352") for lines in (at_once, later)]
        self.assertEqual(sum(counts), 10 * WHO_SHOWN)
        self.assertLess(counts[0], 5 * WHO_SHOWN)

    def test_a_mask_of_many_stars_takes_no_time(self) -> None:
        self.crowd(2_000, "#many", name="a" * 20)
        (bob,) = self.clients("bob")
        told = self.asking(bob, f"WHO {'*a' * 200}*b")
        self.assertEqual(len(told), 1)

    def test_lines_are_not_too_long(self) -> None:
        self.crowd(1, "#one")
        (bob,) = self.clients("bob")
        user = bob.user
        assert user is not None
        user.persona = replace(user.persona, realname="名" * 200)
        bob.types("WHO bob")
        self.turn()
        line, _ = bob.hears()
        self.assertLessEqual(len(f"{line}\r\n".encode()), 512)
        self.assertGreater(len(f"{line}\r\n".encode()), 505)
