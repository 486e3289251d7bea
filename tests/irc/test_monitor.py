"""`MONITOR`: who comes and goes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tests.engines import OnSlowEngine, OnSQLite
from tests.irc.kit import IRCTestCase
from twistchat.core.accounts import AccountDeed, Standing
from twistchat.core.events import AccountSet
from twistchat.core.limits import DEFAULT_LIMITS, NONE
from twistchat.frontends.irc.about import about
from twistchat.frontends.irc.monitors import MONITORED
from twistchat.testing import JSON, LINE

if TYPE_CHECKING:
    from tests.irc.kit import Client
    from twistchat.core.limits import Limits
    from twistchat.frontends.irc.monitors import Monitors
    from twistchat.testing import FrontEnd, Person


class MonitorTestCase(IRCTestCase):
    @property
    def monitors(self) -> Monitors:
        return about(self.world.registry).monitors

    def comes(self, name: str, front_end: FrontEnd) -> Person:
        """Let somebody come in over another wire."""
        person = self.world.connect(front_end)
        person.comes_in_as(name)
        self.turn()
        return person

    def asks(self, client: Client, asked: str) -> list[str]:
        """Ask, and return the answers, but for the host of those who are here."""
        return self.short(self.asking(client, f"MONITOR {asked}"))

    def reads(self, client: Client) -> list[str]:
        """What a client has read since, in the same way."""
        return self.short(self.told(client))

    def short(self, lines: list[str]) -> list[str]:
        short = []
        for line in lines:
            _, numeric, _, *rest = line.split(" ")
            names = ",".join(each.partition("!")[0] for each in rest[0].split(","))
            short.append(" ".join((numeric, names, *rest[1:])))
        return short


class ExtendedMonitorTests(MonitorTestCase):
    """`extended-monitor`: whoever shares no room is told more, too."""

    CAPS = "away-notify setname account-notify"

    def test_away_and_names_and_accounts(self) -> None:
        (ann,) = self.clients("ann", caps=f"extended-monitor {self.CAPS}")
        self.asks(ann, "+ bob,小明")
        (bob,) = self.clients("bob")
        xm = self.comes("小明", LINE)
        self.told(ann)
        bob.types("AWAY :for tea")
        bob.types("SETNAME :Bob the Builder")
        bob.types("AWAY")
        xm.types("/away 吃饭")
        self.turn()
        self.assertEqual(
            self.told(ann),
            [":bob AWAY for tea", ":bob SETNAME Bob the Builder", ":bob AWAY", ":小明 AWAY 吃饭"],
        )
        self.world.registers(bob)
        self.assertEqual(self.told(ann), [":bob ACCOUNT bob"])

    def test_an_operator_who_deletes_an_account_is_told_once(self) -> None:
        ann, bob = self.clients("ann", "bob", room="#tea", caps="account-notify")
        self.world.registers(bob)
        self.told(ann)
        assert ann.user is not None
        assert bob.user is not None
        assert bob.user.account is not None
        gone = replace(bob.user.account, standing=Standing.DELETED, generation=2)
        deleted = AccountSet(gone, AccountDeed.DELETE, ann.user.id, "ann", 0.0)
        self.world.parts.pipeline.submit([deleted])
        self.turn()
        self.assertEqual([x for x in self.told(ann) if "ACCOUNT" in x], [":bob ACCOUNT *"])

    def test_it_is_told_once(self) -> None:
        caps = f"extended-monitor {self.CAPS}"
        ann, bob = self.clients("ann", "bob", room="#tea", caps=caps)
        self.asks(ann, "+ ann,bob")
        for line in ("AWAY :for tea", "SETNAME :x"):
            bob.types(line)
            ann.types(line)
        self.turn()
        self.assertEqual(self.told(ann).count(":bob AWAY for tea"), 1)
        self.assertEqual(len(self.told(bob)), 4)  # its own two answers, and those of ann
        self.asking(ann, "AWAY")
        self.world.registers(bob)
        self.assertEqual(self.told(ann), [":bob ACCOUNT bob"])

    def test_only_what_was_asked_for(self) -> None:
        (ann,) = self.clients("ann", caps="extended-monitor")
        (cat,) = self.clients("cat", caps=self.CAPS)
        (dot,) = self.clients("dot", caps=f"extended-monitor {self.CAPS}")
        for client in (ann, cat, dot):
            self.asks(client, "+ bob")
        (bob,) = self.clients("bob")
        self.asks(dot, "- bob")
        for client in (ann, cat, dot):
            self.told(client)
        bob.types("AWAY :for tea")
        bob.types("SETNAME :x")
        self.turn()
        self.world.registers(bob)
        for client in (ann, cat, dot):
            self.assertEqual(self.told(client), [])


class MonitorTests(MonitorTestCase):
    limits: ClassVar[Limits] = replace(DEFAULT_LIMITS, rate=NONE, renames=1_000)

    def test_who_comes_and_goes_on_all_wires(self) -> None:
        (ann,) = self.clients("ann")
        self.assertEqual(self.asks(ann, "+ bob,小明,prog"), ["731 bob,小明,prog"])
        (bob,) = self.clients("bob")
        self.assertEqual(self.reads(ann), ["730 bob"])
        xm, prog = self.comes("小明", LINE), self.comes("Prog", JSON)
        self.clients("somebody")
        self.assertEqual(self.reads(ann), ["730 小明", "730 Prog"])
        bob.types("QUIT")
        xm.types("/quit")
        prog.vanishes()
        self.turn()
        self.assertEqual(self.reads(ann), ["731 bob", "731 小明", "731 Prog"])

    def test_the_whole_mask(self) -> None:
        (ann,) = self.clients("ann")
        self.asks(ann, "+ bob")
        self.clients("bob")
        self.assertRegex(self.told(ann)[0], r"^:twistchat.chat 730 ann bob!~bob@\w{12}\.cloak$")

    def test_who_is_here_already(self) -> None:
        ann, bob = self.clients("ann", "Bob")
        self.assertEqual(self.asks(ann, "+ carl,bob,dora"), ["730 Bob", "731 carl,dora"])
        self.asking(bob, "QUIT")
        self.assertEqual(self.reads(ann), ["731 Bob"])
        self.assertEqual(self.asks(ann, "+ bob"), ["731 bob"])

    def test_who_is_named_twice_is_told_of_once(self) -> None:
        (ann,) = self.clients("ann")
        self.assertEqual(self.asks(ann, "+ ann,bob,ANN,Bob"), ["730 ann", "731 bob"])

    def test_another_name(self) -> None:
        ann, bob = self.clients("ann", "baz")
        self.asks(ann, "+ qux")
        self.asking(bob, "NICK qux")
        self.assertEqual(self.reads(ann), ["730 qux"])
        self.asking(bob, "NICK QUX")
        self.assertEqual(self.reads(ann), [])
        self.asking(bob, "NICK other")
        self.assertEqual(self.reads(ann), ["731 QUX"])
        self.asks(ann, "+ other")
        self.asking(bob, "NICK qux")
        self.assertEqual(self.reads(ann), ["731 other", "730 qux"])

    def test_lists(self) -> None:
        ann, _ = self.clients("ann", "bob")
        end = "733 End of MONITOR list"
        self.assertEqual(self.asks(ann, "L"), [end])
        self.asks(ann, "+ bob,小明")
        self.asks(ann, "+ eve,BOB")
        self.assertEqual(self.asks(ann, "l"), ["732 BOB,小明,eve", end])
        self.assertEqual(self.asks(ann, "S"), ["730 bob", "731 小明,eve"])
        self.assertEqual(self.asks(ann, "- Bob,nobody"), [])
        self.assertEqual(self.asks(ann, "L"), ["732 小明,eve", end])
        self.assertEqual(self.asks(ann, "C"), [])
        self.assertEqual(self.asks(ann, "L"), [end])
        self.assertEqual(self.asks(ann, "S"), [])

    def test_each_has_their_own(self) -> None:
        ann, bea = self.clients("ann", "bea")
        self.asks(ann, "+ qux")
        self.asks(bea, "+ qux")
        self.assertEqual(self.asks(bea, "- qux"), [])
        self.clients("qux")
        self.assertEqual((self.reads(ann), self.reads(bea)), (["730 qux"], []))

    def test_what_nobody_can_be_called(self) -> None:
        (ann,) = self.clients("ann")
        self.assertEqual(self.asks(ann, "+ *!user@host"), ["731 *"])
        self.asks(ann, "+ *,#room,a:b,,")
        self.assertEqual(self.asks(ann, "L"), ["733 End of MONITOR list"])
        self.clients("bar")
        self.assertEqual(self.reads(ann), [])

    def test_what_is_asked_wrongly(self) -> None:
        (ann,) = self.clients("ann")
        usage = "461 MONITOR Say MONITOR + name, - name, C, L or S"
        for asked in ("+", "-", "x", "x bob", "+ :"):
            self.assertEqual(self.asks(ann, asked), [usage], asked)
        self.assertEqual(
            self.asking(ann, "MONITOR"),
            [":twistchat.chat 461 ann MONITOR That needs more than you said"],
        )

    def test_so_many(self) -> None:
        (ann,) = self.clients("ann")
        for start in range(0, MONITORED, 20):
            names = ",".join(f"n{number}" for number in range(start, start + 20))
            self.asks(ann, f"+ {names}")
        self.assertEqual(
            self.asks(ann, "+ N7,one,more"), ["734 100 one,more Monitor list is full", "731 N7"]
        )
        self.asks(ann, "- n8")
        self.assertEqual(self.asks(ann, "+ one"), ["731 one"])

    def test_lines_are_not_too_long(self) -> None:
        (ann,) = self.clients("ann")
        for start in range(0, 100, 10):
            names = ",".join(f"{'名' * 10}{number:04}" for number in range(start, start + 10))
            ann.types(f"MONITOR + {names}")
        ann.types("MONITOR S")
        ann.types("MONITOR L")
        self.turn()
        lines = ann.hears()
        self.assertTrue(all(len(f"{line}\r\n".encode()) <= 512 for line in lines))
        self.assertEqual("".join(lines).count("名" * 10), 300)

    def test_an_account_over_several_connections_is_here_once(self) -> None:
        (ann,) = self.clients("ann")
        (bob,) = self.world.people("bob", front_end=LINE)
        self.world.registers(bob)
        self.asks(ann, "+ bob")
        self.asking(ann, "WHOIS bob")
        bob.types("/quit")
        self.turn()
        self.assertEqual(self.reads(ann), ["731 bob"])

    def test_nothing_is_kept_of_whoever_has_gone(self) -> None:
        ann, bea = self.clients("ann", "bea")
        self.asks(ann, "+ bob,eve")
        self.asks(bea, "+ bob")
        ann.vanishes()
        bea.types("QUIT")
        self.turn()
        self.assertEqual((self.monitors._watched, self.monitors._lists), ({}, {}))

    def test_a_name_in_another_width(self) -> None:
        (ann,) = self.clients("ann")
        self.asks(ann, "+ bob")
        self.comes("Ｂｏｂ", LINE)
        self.assertEqual(self.reads(ann), ["730 Ｂｏｂ"])


class ScenarioTests(MonitorTestCase):
    """On engines that commit later, what is told ends with how it is."""

    def test_presence(self) -> None:
        (ann,) = self.clients("ann")
        self.assertEqual(self.asks(ann, "+ bob"), ["731 bob"])
        (bob,) = self.clients("bob")
        self.assertEqual(self.reads(ann), ["730 bob"])
        ann.types("MONITOR + bob")  # while bob goes, in the same packet of the network
        bob.types("QUIT")
        self.turn()
        self.assertEqual(self.reads(ann), ["730 bob", "731 bob"])

    def test_before_a_pong(self) -> None:
        (ann,) = self.clients("ann")
        self.asks(ann, "+ bob")
        (bob,) = self.clients("bob")
        self.reads(ann)
        bob.types("QUIT")
        self.turn()
        ann.types("PING :done")
        self.turn()
        self.assertEqual([line.command for line in ann.heard()], ["731", "PONG"])


class SlowScenarioTests(OnSlowEngine, ScenarioTests):
    """The same, where each commit takes its time."""


class SQLiteScenarioTests(OnSQLite, ScenarioTests):
    """The same, on a database."""
