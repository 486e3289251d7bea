"""MODE of rooms: rules, parts and lists, as they are asked, changed and told."""

from typing import ClassVar

from tests.engines import OnSlowEngine, OnSQLite
from tests.irc.kit import Client, IRCTestCase
from twistchat.core.accounts import Role
from twistchat.core.limits import NONE, Limits
from twistchat.core.model import Persona
from twistchat.frontends.irc.masks import host_of
from twistchat.frontends.irc.modes import MODES
from twistchat.testing import LINE, Person

SERVER = "twistchat.chat"


class ModeCase(IRCTestCase):
    limits: ClassVar[Limits] = Limits(joins=1_000, strangers=1_000, sanctions=3, rate=NONE)

    def a_room(self, *names: str, room: str = "#tea") -> list[Client]:
        """Let people be in a room that the first of them has made."""
        clients = self.clients(*names, room=room)
        for client in clients:
            client.hears()
        return clients

    def numeric(self, client: Client, line: str) -> list[str]:
        """What a client is answered with, in one line: the numeric, and all but its words."""
        client.hears()
        client.types(line)
        self.turn()
        (told,) = client.heard()
        return [told.command, *told.params[:-1]]

    def host(self, client: Person) -> str:
        user = client.user
        assert user is not None
        return host_of(user.id)


class QuestionTests(ModeCase):
    def test_the_modes_of_a_room(self) -> None:
        alice, bob = self.a_room("alice", "bob")
        modes, created = self.asking(alice, "MODE #TEA")
        self.assertEqual(modes, f":{SERVER} 324 alice #tea +n")
        self.assertRegex(created, f"^:{SERVER} 329 alice #tea [0-9]+$")
        self.assertEqual(
            self.asking(alice, "MODE #tea +kl-n key 5"), [":alice MODE #tea +kl-n * 5"]
        )
        bob.hears()
        (carl,) = self.clients("carl")
        for client, name in ((bob, "bob"), (carl, "carl")):
            modes, _ = self.asking(client, "MODE #tea")
            self.assertEqual(modes, f":{SERVER} 324 {name} #tea +kl * 5")
        alice.types("MODE #tea -kl")
        self.turn()
        self.assertEqual(self.asking(bob, "MODE #tea")[-2], f":{SERVER} 324 bob #tea +")

    def test_of_no_room(self) -> None:
        (alice,) = self.a_room("alice")
        (bob,) = self.clients("bob")
        self.asking(alice, "MODE #tea +s")
        for name in ("#tea", "#none", "#", "#a:b"):
            for rest in ("", " +m", " b", " +o nobody"):
                told = self.numeric(bob, f"MODE {name}{rest}")
                self.assertEqual(told[:2], ["403", "bob"], name)
        self.assertEqual(self.numeric(bob, "MODE")[:3], ["461", "bob", "MODE"])

    def test_lists(self) -> None:
        alice, bob = self.a_room("alice", "bob")
        (carl,) = self.clients("carl")
        for letter, entry, end, more in (
            ("b", "367", "368", []), ("e", "348", "349", []), ("I", "346", "347", []),
            ("q", "728", "729", ["q"]),
        ):  # fmt: skip
            self.assertEqual(
                self.asking(alice, f"MODE #tea +{letter} Spam*!*@*"),
                [f":alice MODE #tea +{letter} spam*!*@*"],
            )
            for asked in (f"MODE #tea {letter}", f"MODE #tea +{letter}", f"MODE #tea -{letter}"):
                one, last = (line.split(" ") for line in self.asking(alice, asked))
                self.assertEqual(one[1:-1], [entry, "alice", "#tea", *more, "spam*!*@*", "alice"])
                self.assertTrue(one[-1].isdecimal())
                self.assertEqual(last[1:4], [end, "alice", "#tea"])
            bob.hears()
            for_bob = self.asking(bob, f"MODE #tea {letter}")
            first = for_bob[0].split(" ")[1]
            self.assertEqual(first, entry if letter in "bq" else "482")
            self.assertEqual(self.numeric(carl, f"MODE #tea {letter}")[:3], ["442", "carl", "#tea"])
            self.assertEqual(
                self.asking(alice, f"MODE #tea -{letter} SPAM*!*@*"),
                [f":alice MODE #tea -{letter} spam*!*@*"],
            )
            (last_,) = self.asking(alice, f"MODE #tea {letter}")
            self.assertEqual(last_.split(" ")[1], end)

    def test_several_lists_once_each(self) -> None:
        (alice,) = self.a_room("alice")
        told = self.asking(alice, "MODE #tea beIqbbbb")
        self.assertEqual([line.split(" ")[1] for line in told], ["368", "349", "347", "729"])

    def test_what_ends_by_itself_is_listed_no_more(self) -> None:
        _, bob = self.a_room("alice", "bob")
        (carl,) = self.world.people("carl", front_end=LINE)
        self.world.registers(carl, role=Role.OPERATOR)
        carl.types("/ban #tea spam* 1m")
        self.turn()
        self.assertEqual(len(self.asking(bob, "MODE #tea b")), 2)
        for _ in range(7):
            bob.types("PING 1")
            self.wait(10)
        self.assertEqual(len(self.asking(bob, "MODE #tea b")), 1)


class RuleTests(ModeCase):
    def test_one_line_is_one_change(self) -> None:
        alice, bob = self.a_room("alice", "bob")
        (carl,) = self.world.people("carl", front_end=LINE)
        carl.types("/join #tea")
        self.turn()
        for person in (alice, bob, carl):
            person.sees()
        told = [":alice MODE #tea +kilt * 5"]
        self.assertEqual(self.asking(alice, "MODE #tea +tkil sesame 5"), told)
        self.assertEqual(self.told(bob), told)
        (line,) = carl.sees()
        self.assertIn("alice changed #tea: one needs its key to come in", line)
        self.assertEqual(self.asking(alice, "MODE #tea -tkil+m"), [":alice MODE #tea +m-kilt *"])

    def test_what_is_so_already(self) -> None:
        (alice,) = self.a_room("alice")
        for line in ("+n", "-m", "-k", "-l", "-k any", "-", "+", ":"):
            self.assertEqual(self.asking(alice, f"MODE #tea {line}"), [], line)
        self.asking(alice, "MODE #tea +kl a 5")
        for line in ("+k a", "+l 5", "+l 05", "+kl a 5"):
            self.assertEqual(self.asking(alice, f"MODE #tea {line}"), [], line)
        self.assertEqual(self.asking(alice, "MODE #tea +k b"), [":alice MODE #tea +k *"])
        self.assertEqual(self.asking(alice, "MODE #tea -k wrong"), [":alice MODE #tea -k *"])

    def test_wrong_values(self) -> None:
        (alice,) = self.a_room("alice")
        for line, shown in (
            ("+k :two words", ["k", "*"]), ("+k :", ["k", "*"]), ("+k : ", ["k", "*"]),
            (f"+k {'x' * 400}", ["k", "*"]), ("+k", ["k", "*"]), ("+k a,b", ["k", "*"]),
            ("+k off", ["k", "*"]),
            ("+l 0", ["l", "0"]), ("+l -1", ["l", "-1"]), ("+l abc", ["l", "abc"]),
            ("+l :", ["l", "*"]), ("+l", ["l", "*"]), ("+l 12345678901", ["l", "12345678901"]),
            ("+o", ["o", "*"]), ("-v", ["v", "*"]), ("+o :", ["o", "*"]), ("+b :", ["b", "*"]),
        ):  # fmt: skip
            told = self.numeric(alice, f"MODE #tea {line}")
            self.assertEqual(told[:5], ["696", "alice", "#tea", *shown], line)
        self.assertEqual(self.asking(alice, "MODE #tea")[0], f":{SERVER} 324 alice #tea +n")

    def test_what_is_right_is_done_all_the_same(self) -> None:
        (alice,) = self.a_room("alice")
        told = self.asking(alice, "MODE #tea +lmZk茶 0 key")
        self.assertEqual(
            [line.split(" ")[1:5] for line in told],
            [
                ["472", "alice", "Z", "is"], ["472", "alice", "茶", "is"],
                ["696", "alice", "#tea", "l"], ["MODE", "#tea", "+km", "*"],
            ],
        )  # fmt: skip

    def test_who_may_not(self) -> None:
        alice, bob = self.a_room("alice", "bob")
        (carl,) = self.clients("carl")
        alice.types("MODE #tea +v bob")
        self.turn()
        bob.hears()
        for line in ("+m", "+k x", "-n", "+o bob", "+b x", "+mo bob", "-v bob", "-q x", "+l"):
            self.assertEqual(self.numeric(bob, f"MODE #tea {line}"), ["482", "bob", "#tea"], line)
            self.assertEqual(self.numeric(carl, f"MODE #tea {line}"), ["442", "carl", "#tea"], line)
        self.assertEqual(alice.hears()[1:], [])

    def test_operators_may_everywhere(self) -> None:
        alice, bob = self.a_room("alice", "bob")
        (carl,) = self.clients("carl")
        self.world.registers(carl, role=Role.OPERATOR)
        self.assertEqual(self.asking(carl, "MODE #tea +s"), [":carl MODE #tea +s"])
        self.assertEqual(self.told(bob), [":carl MODE #tea +s"])
        self.assertEqual(self.asking(carl, "MODE #tea")[0], f":{SERVER} 324 carl #tea +ns")
        alice.hears()

    def test_a_rule_of_ours_is_told_in_words(self) -> None:
        alice, _ = self.a_room("alice", "bob")
        (carl,) = self.world.people("carl", front_end=LINE)
        self.world.registers(carl, role=Role.OPERATOR)
        carl.types("/rules #tea slow=10 outside=on")
        self.turn()
        mode, words = self.told(alice)
        self.assertEqual(mode, ":carl MODE #tea -n")
        self.assertIn("slow=10", words)


class PartTests(ModeCase):
    def test_given_and_taken(self) -> None:
        alice, bob, carl = self.a_room("alice", "bob", "carl")
        self.assertEqual(
            self.asking(alice, "MODE #tea +ov BOB Carl"),
            [":alice MODE #tea +o bob", ":alice MODE #tea +v carl"],
        )
        self.assertEqual(self.asking(bob, "MODE #tea +o carl")[-1], ":bob MODE #tea +o carl")
        self.assertEqual(self.numeric(bob, "MODE #tea -o carl"), ["482", "bob", "#tea"])
        self.assertEqual(self.asking(bob, "MODE #tea -v carl"), [":bob MODE #tea -v carl"])
        self.assertEqual(self.asking(alice, "MODE #tea -o carl")[-1], ":alice MODE #tea -o carl")
        self.assertEqual(self.asking(bob, "MODE #tea -o bob")[-1], ":bob MODE #tea -o bob")
        self.assertEqual(self.asking(alice, "MODE #tea -o alice")[-1], ":alice MODE #tea -o alice")
        self.assertEqual(self.numeric(alice, "MODE #tea +o alice"), ["482", "alice", "#tea"])
        del carl

    def test_of_nobody(self) -> None:
        (alice,) = self.a_room("alice")
        self.clients("bob")
        for sign in "+-":
            for letter in "ov":
                told = self.numeric(alice, f"MODE #tea {sign}{letter} nobody")
                self.assertEqual(told, ["401", "alice", "nobody"])
                told = self.numeric(alice, f"MODE #tea {sign}{letter} bob")
                self.assertEqual(told, ["441", "alice", "bob", "#tea"])

    def test_what_is_so_already(self) -> None:
        alice, bob = self.a_room("alice", "bob")
        self.assertEqual(self.asking(alice, "MODE #tea -ov bob bob", "MODE #tea -v alice"), [])
        alice.types("MODE #tea +ov bob bob")
        self.turn()
        self.assertEqual(self.asking(alice, "MODE #tea +ov bob bob")[2:], [])
        del bob

    def test_who_made_the_room_may_have_it_for_good(self) -> None:
        (alice,) = self.a_room("alice")
        self.assertEqual(self.asking(alice, "MODE #tea +o alice"), [":alice MODE #tea +o alice"])
        self.assertEqual(self.asking(alice, "MODE #tea +o alice"), [])

    def test_a_founder_stays(self) -> None:
        alice, bob = self.clients("alice", "bob")
        self.world.registers(alice)
        for client in (alice, bob):
            client.types("JOIN #own")
            self.turn()
        alice.types("MODE #own +o bob")
        self.turn()
        bob.hears()
        self.assertEqual(self.numeric(bob, "MODE #own -o alice"), ["482", "bob", "#own"])
        self.assertEqual(self.asking(bob, "MODE #own +o alice"), [])

    def test_of_who_has_gone_elsewhere(self) -> None:
        alice, bob, carl = self.a_room("alice", "bob", "carl")
        alice.types("MODE #tea +oo bob carl")
        self.turn()
        bob.types("PART #tea")
        carl.types("QUIT")
        self.turn()
        alice.hears()
        self.assertEqual(
            self.asking(alice, "MODE #tea -oo bob carl"),
            [":alice MODE #tea -o bob", ":alice MODE #tea -o carl"],
        )

    def test_one_behind_the_other(self) -> None:
        alice, bob = self.a_room("alice", "bob")
        told = self.asking(alice, "MODE #tea +v-v+v bob bob bob")
        self.assertEqual(told, [f":alice MODE #tea {x}v bob" for x in "+-+"])
        self.assertEqual(self.told(bob), told)


class MaskTests(ModeCase):
    def test_a_ban_by_name(self) -> None:
        alice, bob = self.a_room("alice", "bob")
        told = self.asking(alice, "MODE #tea +b BOB")
        self.assertEqual(told[0], ":alice MODE #tea +b bob!*@*")
        self.assertEqual(told[1].split(" ")[1:4], ["KICK", "#tea", "bob"])
        bob.types("NICK rob")
        self.turn()
        self.assertEqual(self.numeric(bob, "JOIN #tea"), ["474", "rob", "#tea"])
        for line, told in (
            ("+b rob!*@*", []),  # who is called that now is banned already, in person
            ("-b nobody!*@*", []),
            ("-b rob", [":alice MODE #tea -b bob!*@*"]),
            ("-b rob", []),
        ):
            self.assertEqual(self.asking(alice, f"MODE #tea {line}"), told, line)
        self.assertEqual(self.asking(bob, "JOIN #tea")[0], ":rob JOIN #tea")

    def test_a_ban_by_host(self) -> None:
        alice, bob = self.a_room("alice", "bob")
        (carl,) = self.world.people("carl", front_end=LINE)
        for name, client in (("bob", bob), ("carl", carl)):
            host = self.host(client)
            told = self.asking(alice, f"MODE #tea +b *!*@{host.upper()}")
            self.assertEqual(told[0], f":alice MODE #tea +b {name}!*@*")
            self.assertEqual(self.asking(alice, f"MODE #tea +b *!*@{host}"), [])
            told = self.asking(alice, f"MODE #tea -b *!*@{host}")
            self.assertEqual(told, [f":alice MODE #tea -b {name}!*@*"])
        alice.types(f"MODE #tea +b *!*@{self.host(bob)}")
        self.turn()
        host = self.host(bob)
        bob.types("QUIT")
        self.turn()
        alice.hears()
        self.assertEqual(
            self.asking(alice, f"MODE #tea -b *!*@{host}"), [":alice MODE #tea -b bob!*@*"]
        )

    def test_what_clients_make_of_a_name(self) -> None:
        alice, bob, carl = self.a_room("alice", "bob", "carl")
        assert bob.user is not None
        bob.user.persona = Persona("robert")
        host = self.host(bob)
        for mask in (
            "*!~robert@*.cloak", "*!*robert@*.cloak", f"*!*@{host}", f"b*!~robert@{host}",
            f"*!~robert@{host[:5]}*", f"~robert@{host}",
        ):  # fmt: skip
            told = self.asking(alice, f"MODE #tea +q {mask}")
            self.assertEqual(told, [":alice MODE #tea +q bob!*@*"], mask)
            self.assertEqual(
                self.asking(alice, "MODE #tea -q bob"), [":alice MODE #tea -q bob!*@*"]
            )
        del carl

    def test_what_nobody_can_mean(self) -> None:
        (alice, *_) = self.a_room("alice", "bob", "carl")
        for mask in (
            "*!*@*.cloak", "*!*@192.0.2.7", "*!*@example.org", "dan!*@x.cloak", "*!~nobody@*",
            "*!*@*", "*", "**", "?*", "*!*", "192.0.2.7", "$a:bob", "~a:bob", "x" * 400,
            "a,b!*@*", f"{'*?' * 120}!*@*",
        ):  # fmt: skip
            for letter in "beIq":
                told = self.asking(alice, f"MODE #tea +{letter} {mask}")
                self.assertEqual([x.split(" ")[1] for x in told], ["696"], (letter, mask))
        self.assertEqual(self.asking(alice, "MODE #tea -b *!*@192.0.2.7")[0].split(" ")[1], "696")

    def test_patterns(self) -> None:
        alice, bob, carl = self.a_room("alice", "小明", "carl")
        self.assertEqual(
            self.asking(alice, "MODE #tea +q 小*!*@*"), [":alice MODE #tea +q 小*!*@*"]
        )
        self.assertEqual(self.numeric(bob, "PRIVMSG #tea :x"), ["404", "小明", "#tea"])
        self.assertEqual(self.asking(carl, "PRIVMSG #tea :x")[1:], [])

    def test_oneself_and_whoever_may_do_as_much(self) -> None:
        alice, bob, _ = self.a_room("alice", "bob", "carl")
        alice.types("MODE #tea +o bob")
        self.turn()
        self.assertEqual(self.numeric(alice, "MODE #tea +b bob"), ["482", "alice", "#tea"])
        self.assertEqual(self.numeric(alice, "MODE #tea +q alice")[:2], ["400", "alice"])
        bob.hears()

    def test_a_full_list(self) -> None:
        (alice,) = self.a_room("alice")
        for number in range(3):
            alice.types(f"MODE #tea +b x{number}")
        self.turn()
        alice.hears()
        self.assertEqual(self.numeric(alice, "MODE #tea +b x3")[:3], ["478", "alice", "#tea"])

    def test_too_many_in_one_line(self) -> None:
        (alice,) = self.a_room("alice")
        names = " ".join(f"x{number}" for number in range(MODES + 2))
        told = self.asking(alice, f"MODE #tea +{'v' * (MODES + 2)} {names}")
        self.assertEqual([line.split(" ")[1] for line in told], ["401"] * MODES + ["696"])

    def test_who_is_elsewhere_is_told_nothing_as_on_other_networks(self) -> None:
        alice, _ = self.a_room("alice", "bob")
        (carl,) = self.clients("carl", room="#pot")
        (dora,) = self.world.people("dora", front_end=LINE)
        for mode in ("+b", "-b", "+e", "+I", "+q"):
            alice.types(f"MODE #tea {mode} carl!*@*")
            alice.types(f"MODE #tea {mode} dora!*@*")
        self.turn()
        self.assertEqual(carl.hears(), [])
        self.assertEqual(len(dora.sees()), 5)
        self.world.registers(carl, role=Role.OPERATOR)
        self.assertEqual(self.asking(carl, "MODE #tea +v bob"), [":carl MODE #tea +v bob"])

    def test_exceptions(self) -> None:
        alice, _ = self.a_room("alice", "bob")
        (carl,) = self.clients("carl")
        self.asking(alice, "MODE #tea +bi c*!*@*")
        self.assertEqual(self.numeric(carl, "JOIN #tea")[0], "474")
        self.asking(alice, "MODE #tea +e carl!*@*")
        self.assertEqual(self.numeric(carl, "JOIN #tea")[0], "473")
        self.asking(alice, "MODE #tea +I carl!*@*")
        self.assertEqual(self.asking(carl, "JOIN #tea")[0], ":carl JOIN #tea")


class GarbageTests(ModeCase):
    def test_nothing_raises(self) -> None:
        (alice, *_) = self.a_room("alice", "bob")
        for line in (
            "MODE #tea " + "b" * 480, "MODE #tea +" + "k-k" * 150, "MODE #tea +l 9" + "9" * 400,
            "MODE #tea +" + "o" * 100 + " bob" * 90, "MODE #tea :+b bob", "MODE :#tea",
            "MODE #tea +b \u3000", "MODE #tea \u3000 x", "MODE #tea +b @@@", "MODE #tea +b !!!@@@",
            "MODE #tea +b !@", "MODE #tea +b @", "MODE #tea +e \x01", "MODE #tea +o #tea",
            "MODE #tea,#tea +m", "MODE #tea +b a" + "*?" * 200, "KICK #tea \x02", "KICK # bob",
            "KICK #tea :", "INVITE : :", "TOPIC : :", "JOIN " + "#," * 200, "PART " + "#," * 200,
            "PRIVMSG " + ",," * 200 + " x", "KILL", "KILL :", "TAGMSG :", "AWAY :\x02",
            "INVITE #tea #tea",
        ):  # fmt: skip
            alice.types(line)
        for _ in range(6):
            alice.types("PING end")
            self.wait(10)
        self.assertIn("end", [line.params[-1] for line in alice.heard() if line.command == "PONG"])
        self.assertEqual(self.flushLoggedErrors(), [])


class LabelTests(ModeCase):
    def test_one_batch(self) -> None:
        (alice,) = self.clients("alice", room="#tea", caps="labeled-response batch")
        self.clients("bob", room="#tea")
        alice.hears()
        for line, commands in (
            ("+m", ["MODE"]), ("+m", ["ACK"]), ("b", ["368"]), ("+x", ["472"]),
            ("-b nobody", ["ACK"]),
            ("+kov key bob nobody", ["BATCH", "MODE", "MODE", "401", "BATCH"]),
            ("+bZe", ["BATCH", "472", "368", "349", "BATCH"]),
        ):  # fmt: skip
            alice.types(f"@label=x MODE #tea {line}")
            self.turn()
            lines = alice.heard()
            self.assertEqual(sorted(x.command for x in lines), sorted(commands), line)
            self.assertEqual(lines[0].tags, {"label": "x"})
            inside = {x.tags.get("batch") for x in lines[1:-1]}
            self.assertEqual(len(inside), len(commands) > 1)


class SlowModeTests(OnSlowEngine, RuleTests, PartTests, MaskTests):
    """The same, where what is decided is committed later."""


class NotKeptTests(OnSlowEngine, ModeCase):
    """What was told of somebody and could not be kept is told otherwise."""

    def test_a_mark_that_somebody_was_to_have(self) -> None:
        alice, bob, carl = self.clients("alice", "bob", "carl")
        for client in (alice, bob):
            client.types("JOIN #tea")
            self.turn()
            client.hears()
        self.slow.fails = True
        alice.types("MODE #tea +v bob")
        carl.types("JOIN #tea")  # when it is decided, and not committed
        self.turn()
        told = self.told(carl)
        self.assertIn(":twistchat.chat MODE #tea -v bob", told[-1:])
        self.assertIn(
            "= #tea alice bob", " ".join(self.asking(carl, "NAMES #tea")).replace("@", "")
        )


class KeptTests(OnSQLite, ModeCase):
    def test_it_survives_a_restart(self) -> None:
        alice, _ = self.a_room("alice", "bob")
        for line in ("+bm spam*!*@*", "-n", "+k sesame"):
            alice.types(f"MODE #tea {line}")
        self.turn()
        self.restarts()
        (carl,) = self.clients("carl")
        self.world.registers(carl, role=Role.OPERATOR)
        carl.types("JOIN #tea")
        self.turn()
        carl.hears()
        modes, _ = self.asking(carl, "MODE #tea")
        self.assertEqual(modes, f":{SERVER} 324 carl #tea +mk *")
        self.assertEqual(
            self.asking(carl, "MODE #tea b")[0].split(" ")[4:6], ["spam*!*@*", "alice"]
        )
