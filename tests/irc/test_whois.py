"""Who somebody is: `WHOIS`, `USERHOST` and `ISON`; and who was here: `WHOWAS`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from tests.engines import OnSlowEngine
from tests.irc.kit import IRC, IRCTestCase
from twistchat.core.accounts import Role
from twistchat.core.commands import SetAway
from twistchat.core.model import NO_PERSONA
from twistchat.frontends.irc.about import about
from twistchat.frontends.irc.whois import WHOIS_TARGETS
from twistchat.frontends.irc.whowas import WHOWAS_REMEMBERED, WHOWAS_SHOWN, Gone, Whowas
from twistchat.testing import LINE

if TYPE_CHECKING:
    from tests.irc.kit import Client


class WhoisTests(IRCTestCase):
    def test_everything(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        (bob,) = self.clients("小明", room="#茶")
        self.asking(bob, "JOIN #b")
        self.world.registers(bob, role=Role.OPERATOR)
        session = bob.protocol.session  # type: ignore[attr-defined]  # it has one
        session.receive(SetAway("吃饭"))
        user = bob.user
        assert user is not None
        user.persona = replace(user.persona, is_bot=True)
        self.wait(90)
        (carl,) = self.clients("carl")
        lines = self.asking(carl, "WHOIS 小明")
        host = lines[0].split(" ")[5]
        self.assertRegex(host, r"^[0-9a-f]{12}\.cloak$")
        self.assertEqual(
            [line.removeprefix(":twistchat.chat ") for line in lines],
            [
                f"311 carl 小明 ~小明 {host} * 小明 in person",
                "319 carl 小明 @#茶 @#b",
                "312 carl 小明 twistchat.chat twistchat",
                "301 carl 小明 吃饭",
                "313 carl 小明 is an operator of this server",
                "330 carl 小明 小明 is logged in as",
                "335 carl 小明 is a bot on twistchat",
                f"317 carl 小明 90 {int(user.since)} seconds idle, signon time",
                "318 carl 小明 End of /WHOIS list",
            ],
        )
        self.assertEqual(
            [line.split(" ")[1] for line in self.asking(carl, "WHOIS ANN")],
            ["311", "319", "312", "317", "318"],
        )
        self.assertEqual(ann.sees(), [])

    def test_whom_it_asks(self) -> None:
        carl, _ = self.clients("carl", "bob")
        for asked in ("twistchat.chat bob", "TwistChat.Chat bob", "* bob", "bob bob", ": bob"):
            if asked.startswith(":"):
                continue
            self.assertEqual(len(self.asking(carl, f"WHOIS {asked}")), 4, asked)
        self.assertEqual(
            self.asking(carl, "WHOIS other.server bob"),
            [":twistchat.chat 402 carl other.server No such server"],
        )

    def test_nobody(self) -> None:
        (carl,) = self.clients("carl")
        self.assertEqual(
            self.asking(carl, "WHOIS bob"),
            [
                ":twistchat.chat 401 carl bob No such nick/channel",
                ":twistchat.chat 318 carl bob End of /WHOIS list",
            ],
        )
        for asked in ("WHOIS", "WHOIS :", "WHOIS twistchat.chat :"):
            self.assertEqual(
                self.asking(carl, asked), [":twistchat.chat 431 carl No nickname given"]
            )

    def test_several(self) -> None:
        carl, _ = self.clients("carl", "bob")
        told = self.asking(carl, "WHOIS bob,nobody,bob")
        self.assertEqual(
            [line.split(" ")[1] for line in told],
            [
                "311",
                "312",
                "317",
                "318",
                "401",
                "318",
            ],
        )
        told = self.asking(carl, f"WHOIS {','.join(map(str, range(99)))}")
        self.assertEqual(len(told), 2 * WHOIS_TARGETS)

    def test_rooms_that_one_may_not_see(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        carl, dora = self.clients("carl", "dora")
        ann.types("/join #hidden")
        ann.types("/rules secret=on")
        self.turn()
        self.assertIn(":twistchat.chat 319 carl ann #lobby", self.asking(carl, "WHOIS ann"))
        self.asking(carl, "JOIN #hidden")
        told = ":twistchat.chat 319 carl ann #lobby @#hidden"
        self.assertIn(told, self.asking(carl, "WHOIS ann"))
        self.world.registers(dora, role=Role.OPERATOR)
        told = ":twistchat.chat 319 dora ann #lobby @#hidden"
        self.assertIn(told, self.asking(dora, "WHOIS ann"))

    def test_the_rooms_of_whoever_hides_are_told_to_those_in_them(self) -> None:
        (bob,) = self.clients("bob", room="#a")
        (carl,) = self.clients("carl", room="#b")
        self.asking(bob, "JOIN #b")
        user = bob.user
        assert user is not None
        user.persona = replace(user.persona, is_invisible=True)
        self.assertIn(":twistchat.chat 319 carl bob #b", self.asking(carl, "WHOIS bob"))
        self.assertIn(":twistchat.chat 319 bob bob @#a #b", self.asking(bob, "WHOIS bob"))

    def test_many_rooms_take_several_lines(self) -> None:
        (bob,) = self.clients("bob")
        rooms = [f"#{'名' * 28}{number}" for number in range(10)]
        for room in rooms:
            bob.types(f"JOIN {room}")
            self.wait(10)
        bob.hears()
        bob.types("WHOIS bob")
        self.turn()
        lines = [line for line in bob.hears() if " 319 " in line]
        self.assertTrue(all(len(f"{line}\r\n".encode()) <= 512 for line in lines))
        told = " ".join(line.partition(" :")[2] for line in lines).split(" ")
        self.assertEqual(told, [f"@{room}" for room in rooms])

    def test_operators_see_where_somebody_comes_from(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        carl, _ = self.clients("carl", "bob")
        self.world.registers(carl, role=Role.OPERATOR)
        told = ":twistchat.chat 378 carl ann is connected by line from 192.168.1.1"
        self.assertIn(told, self.asking(carl, "WHOIS ann"))
        self.assertEqual(ann.sees(), [])

    def test_userhost(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        carl, _ = self.clients("carl", "bob")
        self.world.registers(ann, role=Role.OPERATOR)
        ann.types("/away")
        self.turn()
        for asked in ("bob nobody ann", ":bob nobody ann"):
            (told,) = self.asking(carl, f"USERHOST {asked}")
            self.assertRegex(
                told,
                r"^:twistchat.chat 302 carl bob=\+~bob@\w{12}.cloak ann\*=-chat@\w{12}.cloak$",
            )
        self.assertEqual(self.asking(carl, "USERHOST nobody"), [":twistchat.chat 302 carl "])
        (told,) = self.asking(carl, f"USERHOST {'bob ' * 9}")
        self.assertEqual(told.count("bob="), 5)

    def test_ison(self) -> None:
        carl, _ = self.clients("carl", "小明")
        self.assertEqual(
            self.asking(carl, "ISON 小明 nobody CARL"), [":twistchat.chat 303 carl 小明 carl"]
        )
        self.assertEqual(
            self.asking(carl, "ISON :小明 carl"), [":twistchat.chat 303 carl 小明 carl"]
        )
        self.assertEqual(self.asking(carl, "ISON nobody"), [":twistchat.chat 303 carl "])

    def test_no_answer_is_too_long(self) -> None:
        (carl,) = self.clients("名" * 16)
        carl.types(f"ISON {'名' * 16} {' '.join(['名' * 16] * 8)}")
        self.turn()
        lines = carl.hears()
        self.assertEqual("".join(lines).count("名" * 16), 9 + len(lines))
        self.assertTrue(all(len(f"{line}\r\n".encode()) <= 512 for line in lines))


class WhowasTests(IRCTestCase):
    def was(self, client: Client, asked: str) -> list[str]:
        return [line.removeprefix(":twistchat.chat ") for line in self.asking(client, asked)]

    def test_who_left(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        carl, bob = self.clients("carl", "小明")
        bob.types("QUIT :bye")
        ann.types("/quit")
        self.turn()
        person, place, end = self.was(carl, "WHOWAS 小明")
        self.assertRegex(person, r"^314 carl 小明 ~小明 \w{12}\.cloak \* 小明 in person$")
        self.assertRegex(place, r"^312 carl 小明 twistchat\.chat until 1970-01-01 00:00:00 UTC$")
        self.assertEqual(end, "369 carl 小明 End of WHOWAS")
        self.assertRegex(self.was(carl, "WHOWAS Ann")[0], r"^314 carl ann chat \S+ \* ann$")

    def test_who_took_another_name(self) -> None:
        carl, bob = self.clients("carl", "bob")
        self.asking(bob, "NICK bert")
        self.assertRegex(self.was(carl, "WHOWAS bob")[0], r"^314 carl bob ~bob ")

    def test_the_last_first_and_so_many(self) -> None:
        (carl,) = self.clients("carl")
        for real in ("one", "two", "three"):
            bob = cast("Client", self.world.connect(IRC))
            bob.types("NICK bob")
            bob.types(f"USER x 0 * :{real}")
            self.turn()
            bob.types("QUIT")
            self.wait(200)
        for asked, names in {
            "bob": ["three", "two", "one"],
            "bob 2": ["three", "two"],
            "bob 1": ["three"],
            "bob 0": ["three", "two", "one"],
            "bob -1": ["three", "two", "one"],
            "bob x": ["three", "two", "one"],
            "bob 99999999999999999999": ["three", "two", "one"],
        }.items():
            told = self.was(carl, f"WHOWAS {asked}")
            found = [line.rpartition(" * ")[2] for line in told if line.startswith("314")]
            self.assertEqual(found, names, asked)

    def test_nobody(self) -> None:
        (carl,) = self.clients("carl")
        self.assertEqual(
            self.was(carl, "WHOWAS bob,eve"),
            [
                "406 carl bob Nobody of that name was here",
                "369 carl bob End of WHOWAS",
                "406 carl eve Nobody of that name was here",
                "369 carl eve End of WHOWAS",
            ],
        )
        self.assertEqual(self.was(carl, "WHOWAS"), ["431 carl No nickname given"])

    def test_the_memory_is_bounded(self) -> None:
        memory = Whowas()
        for number in range(WHOWAS_REMEMBERED + 30):
            memory.add(Gone(f"n{number % 100}", str(number), NO_PERSONA, float(number)))
        kept = [gone for number in range(100) for gone in memory.find(f"N{number}")]
        self.assertEqual(len(kept), WHOWAS_REMEMBERED)
        self.assertEqual(min(gone.at for gone in kept), 30.0)
        for number in range(WHOWAS_REMEMBERED):
            memory.add(Gone("last", str(number), NO_PERSONA, 0.0))
        self.assertEqual(list(memory.find("n1")), [])

    def test_of_a_much_used_name_the_last_are_told(self) -> None:
        (carl,) = self.clients("carl")
        for number in range(50):
            gone = Gone("bob", "7", NO_PERSONA, float(number))
            about(self.world.registry).whowas.add(gone)
        self.assertEqual(len(self.was(carl, "WHOWAS bob")), 2 * WHOWAS_SHOWN + 1)


class SlowTests(OnSlowEngine, IRCTestCase):
    def test_whoever_left_before_they_were_told_that_they_had_come(self) -> None:
        (carl,) = self.clients("carl")
        bob = cast("Client", self.world.connect(IRC))
        bob.sends(b"NICK bob\r\nUSER me 0 * :Me\r\nQUIT\r\n")
        self.turn()
        self.assertRegex(self.asking(carl, "WHOWAS bob")[0], r" 314 carl bob ~me \S+ \* Me$")
