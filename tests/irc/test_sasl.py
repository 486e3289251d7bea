"""`AUTHENTICATE`: the owners of accounts."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tests.engines import OnSlowEngine
from tests.irc.kit import PATIENT
from tests.irc.owners import OTHER, SECRET, WRONG, OwnersTestCase, plain
from twistchat.accounts.doors import Doors
from twistchat.accounts.house import HousePassword
from twistchat.core.accounts import AccountDeed
from twistchat.core.commands import Moderate
from twistchat.core.law import EVERYWHERE, Deed
from twistchat.frontends.irc.sasl import read_plain
from twistchat.testing import LINE

if TYPE_CHECKING:
    from tests.irc.kit import Client
    from twistchat.core.limits import Limits

REGISTERS = ("NICK zoe", "USER z 0 * :Zoe")


class PlainTests(OwnersTestCase):
    """What PLAIN sends (RFC 4616)."""

    def test_names_and_passwords(self) -> None:
        self.assertEqual(read_plain(plain("ann", "a b")), ("ann", "a b"))
        self.assertEqual(read_plain(plain("阿明", "é")), ("阿明", "é"))
        self.assertEqual(read_plain(plain("ann", "x", wished="ANN")), ("ann", "x"))

    def test_what_is_none(self) -> None:
        for said in (
            "", "+", "!!!", "=", "é", "AA==", "a", plain("", "x"), plain("ann", ""),
            plain("ann", "x", wished="bob"), plain("ann", "x\0y"),
            base64.b64encode(b"\0ann\0\xff").decode(), base64.b64encode(b"ann x").decode(),
        ):  # fmt: skip
            self.assertIsNone(read_plain(said), said)


class SaslTests(OwnersTestCase):
    limits: ClassVar[Limits] = replace(PATIENT, burst=10**6)

    def setUp(self) -> None:
        super().setUp()
        self.has_account("ann", "bob")

    def test_before_coming_in(self) -> None:
        client = self.door("CAP LS 302", "CAP REQ :sasl", *REGISTERS)
        client.hears()
        self.assertEqual(
            self.asking(client, "AUTHENTICATE PLAIN"), [":twistchat.chat AUTHENTICATE +"]
        )
        client.types(f"AUTHENTICATE {plain('ann')}")
        self.turn()
        loggedin, success = client.heard()
        self.assertEqual((loggedin.command, *loggedin.params[::2]), ("900", "*", "ann"))
        self.assertRegex(loggedin.params[1], r"^ann!~z@[0-9a-f]{12}\.cloak$")
        self.assertEqual(success.short, ":twistchat.chat 903 * You have logged in")
        client.types("CAP END")
        self.turn()
        self.assertEqual(client.heard()[0].params[0], "ann")
        self.assertEqual(self.account_name_of(client), "ann")
        self.assertEqual(client.user and client.user.persona.realname, "Zoe")

    def test_the_mask_is_theirs(self) -> None:
        client = self.door("CAP REQ :sasl", "USER z 0 * :z", "NICK ann", "AUTHENTICATE PLAIN",
                           f"AUTHENTICATE {plain('ann')}", "CAP END")  # fmt: skip
        lines = client.heard()
        mask = next(line.params[1] for line in lines if line.command == "900")
        welcome = next(line.params[1] for line in lines if line.command == "001")
        self.assertTrue(welcome.endswith(f", {mask}"))

    def test_in_pieces(self) -> None:
        account = self.world.parts.chat.accounts.named("ann")
        assert account is not None
        for size in (150, 300, 294, 297, 500):
            password = "p" * size
            self.world.parts.passwords.set(account.id, password)
            self.turn()
            said = plain("ann", password)
            client = self.door("CAP REQ :sasl", *REGISTERS, "AUTHENTICATE PLAIN")
            client.hears()
            while len(said) >= 400:
                self.assertEqual(self.asking(client, f"AUTHENTICATE {said[:400]}"), [])
                said = said[400:]
            self.assertEqual(
                [line.split()[1] for line in self.asking(client, f"AUTHENTICATE {said or '+'}")],
                ["900", "903"],
                size,
            )

    def test_what_is_wrong_and_another_try(self) -> None:
        client = self.door("CAP REQ :sasl", *REGISTERS)
        client.hears()
        for said in (
            "!!!", "+", plain("ann", WRONG), plain("zoe"), plain("", SECRET), plain("ann", ""),
            plain("ann", SECRET, "bob"), plain("x" * 250, "y"),
        ):  # fmt: skip
            self.wait(3)
            told = self.asking(client, "AUTHENTICATE PLAIN", f"AUTHENTICATE {said}")
            self.assertEqual(
                [line.split()[1:3] for line in told], [["AUTHENTICATE", "+"], ["904", "*"]], said
            )
        self.wait(3)
        self.assertEqual(
            [line.split()[1] for line in self.logs_in(client, "ann")],
            ["AUTHENTICATE", "900", "903"],
        )

    def test_guesses_are_slowed_down(self) -> None:
        client = self.door("CAP REQ :sasl")
        for _ in range(7):
            told = self.logs_in(client, "ann", WRONG)
        self.assertRegex(told[-1], "904 . Too many wrong passwords. Wait for 1 s")
        self.wait(2)
        self.assertRegex(self.logs_in(client, "ann")[-1], "903")

    def test_abort(self) -> None:
        client = self.door("CAP REQ :sasl", *REGISTERS)
        client.hears()
        aborted = ":twistchat.chat 906 * You have aborted logging in"
        self.assertEqual(self.asking(client, "AUTHENTICATE *"), [aborted])
        self.assertEqual(
            self.asking(client, "AUTHENTICATE plain", "AUTHENTICATE *"),
            [":twistchat.chat AUTHENTICATE +", aborted],
        )
        self.asking(client, "AUTHENTICATE PLAIN", f"AUTHENTICATE {'A' * 400}", "AUTHENTICATE *")
        self.assertIn(" 903 ", self.logs_in(client, "ann")[-1])

    def test_no_such_mechanism(self) -> None:
        client = self.door("CAP REQ :sasl")
        client.hears()
        for typed in ("FOO", "SCRAM-SHA-256", "AAAA", "+", ":"):
            self.assertEqual(
                self.asking(client, f"AUTHENTICATE {typed}"),
                [
                    ":twistchat.chat 908 * PLAIN are what you can log in by",
                    ":twistchat.chat 904 * There is no such mechanism here",
                ],
            )
        self.assertIn(" 461 ", self.asking(client, "AUTHENTICATE")[0])

    def test_too_long(self) -> None:
        client = self.door("CAP REQ :sasl", "AUTHENTICATE PLAIN")
        client.hears()
        self.assertEqual(
            self.asking(client, f"AUTHENTICATE {'A' * 401}"),
            [":twistchat.chat 905 * Send 400 characters at a time"],
        )
        self.assertIn(" 417 ", self.asking(client, f"AUTHENTICATE {'A' * 500}")[0])

    def test_without_end(self) -> None:
        client = self.door("CAP REQ :sasl", "AUTHENTICATE PLAIN")
        client.hears()
        told = self.asking(client, *[f"AUTHENTICATE {'A' * 400}"] * 50)
        self.assertEqual(told, [":twistchat.chat 904 * That is more than a name and a password"])
        self.assertEqual(self.asking(client, "AUTHENTICATE +"), [])
        self.assertIn(" 903 ", self.logs_in(client, "ann")[-1])

    def test_whoever_does_not_wait_for_its_end(self) -> None:
        client = self.door("CAP REQ :sasl", *REGISTERS, "AUTHENTICATE PLAIN")
        client.hears()
        client.types("CAP END")
        self.turn()
        self.assertEqual(self.numerics(client)[:2], ["906", "001"])
        self.assertEqual(self.name_of(client), "zoe")
        self.assertIsNone(self.account_name_of(client))

    def test_without_having_asked_for_it(self) -> None:
        client = self.door(f"NICK {'ann'}", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('ann')}")
        self.assertEqual(self.numerics(client), ["AUTHENTICATE", "900", "903"])
        self.assertEqual(self.asking(client, "USER a 0 * :a")[0].split()[1:3], ["001", "ann"])

    def test_the_last_one_counts(self) -> None:
        client = self.door("CAP REQ :sasl", *REGISTERS)
        self.logs_in(client, "ann")
        self.logs_in(client, "bob")
        self.asking(client, "CAP END")
        self.assertEqual(self.account_name_of(client), "bob")

    def test_it_holds_only_while_the_account_is_the_same(self) -> None:
        for deed in (AccountDeed.PASSWORD, AccountDeed.DISABLE, AccountDeed.DELETE):
            client = self.door("CAP REQ :sasl", *REGISTERS)
            self.logs_in(client, "ann")
            self.changes(deed, "ann")
            told = self.asking(client, "CAP END")
            self.assertIn(" 464 ", told[0])
            self.assertIn("ERROR", told[-1])
            self.assertIsNone(client.user)
            if deed is AccountDeed.DISABLE:
                self.changes(AccountDeed.ENABLE, "ann")

    def test_a_disabled_account(self) -> None:
        self.changes(AccountDeed.DISABLE, "ann")
        client = self.door("CAP REQ :sasl")
        self.assertEqual(
            self.logs_in(client, "ann")[-1],
            ":twistchat.chat 904 * The account ann is disabled",
        )

    def test_whoever_is_banned(self) -> None:
        self.world.parts.operator.perform(Moderate(Deed.BAN, EVERYWHERE, "ann"))
        self.turn()
        client = self.door("CAP REQ :sasl", *REGISTERS)
        self.logs_in(client, "ann")
        self.assertIn(" 465 ", self.asking(client, "CAP END")[0])
        self.assertFalse(client.is_connected)

    def test_over_two_connections(self) -> None:
        one, two = (self.door("CAP REQ :sasl", *REGISTERS) for _ in range(2))
        for client in (one, two):
            self.logs_in(client, "ann")
            self.asking(client, "CAP END")
        self.assertIs(one.user, two.user)

    def test_they_are_where_they_were(self) -> None:
        for again in range(2):
            client = self.door("CAP REQ :sasl", *REGISTERS)
            self.logs_in(client, "ann")
            told = self.asking(client, "CAP END")
            if again:
                self.assertIn(":ann JOIN #tea", told)
            else:
                self.assertNotIn(" JOIN #", "".join(told))
                self.asking(client, "JOIN #tea")
                client.types("QUIT")
                self.turn()

    def test_where_they_are_over_another_connection(self) -> None:
        one, two = (self.door("CAP REQ :sasl", *REGISTERS) for _ in range(2))
        self.logs_in(one, "ann")
        self.asking(one, "CAP END", "JOIN #tea")
        self.logs_in(two, "ann")
        told = self.asking(two, "CAP END")
        self.assertEqual([line for line in told if " JOIN #" in line], [":ann JOIN #tea"])
        self.assertEqual(one.hears(), [])
        self.asking(two, "PRIVMSG #tea :here")
        self.assertEqual(self.told(one), [":ann PRIVMSG #tea here"])

    def test_a_guest_who_bears_the_name_meanwhile(self) -> None:
        self.asking(self.owner("cat"), "QUIT")
        (guest,) = self.world.people("dot", front_end=LINE)
        client = self.door("CAP REQ :sasl", "NICK dot", "USER d 0 * :d")
        self.logs_in(client, "cat")
        self.assertEqual(self.asking(client, "CAP END")[0].split()[1:3], ["001", "cat"])
        self.assertEqual(guest.user and guest.user.name, "dot")

    def test_labels(self) -> None:
        client = self.door("CAP REQ :batch labeled-response")
        client.hears()
        client.types("@label=1 AUTHENTICATE PLAIN")
        client.types(f"@label=2 AUTHENTICATE {plain('ann', WRONG)}")
        client.types("@label=3 AUTHENTICATE PLAIN")
        client.types(f"@label=4 AUTHENTICATE {plain('ann')}")
        self.turn()
        told = [(line.tags.get("label"), line.command) for line in client.heard()]
        self.assertEqual(
            told,
            [("1", "AUTHENTICATE"), ("2", "904"), ("3", "AUTHENTICATE"), ("4", "BATCH"),
             (None, "900"), (None, "903"), (None, "BATCH")],
        )  # fmt: skip

    def test_whoever_hangs_up_while_it_is_looked_at(self) -> None:
        client = self.door("CAP REQ :sasl", *REGISTERS, "AUTHENTICATE PLAIN")
        client.types(f"AUTHENTICATE {plain('ann')}")
        client.types("CAP END")
        client.vanishes()
        self.turn()
        self.assertIsNone(self.world.parts.chat.person("ann"))
        self.assertIsNone(self.world.parts.chat.person("zoe"))


class AfterwardsTests(OwnersTestCase):
    """Whoever has come in logs in, and is the owner of the account from then on."""

    def setUp(self) -> None:
        super().setUp()
        self.has_account("ann", "bob")
        (self.zoe,) = self.clients("zoe", room="#tea")

    def becomes(self, client: Client, *lines: str) -> list[str]:
        """What a client reads that asks for something, having logged in."""
        return self.asking(client, *lines)

    def test_they_are_somebody_else_at_the_next_thing_that_they_ask(self) -> None:
        (eve,) = self.clients("eve", room="#tea")
        told = self.logs_in(self.zoe, "ann")
        self.assertEqual([line.split()[1] for line in told], ["AUTHENTICATE", "900", "903"])
        self.assertEqual(self.name_of(self.zoe), "zoe")
        self.zoe.hears(), eve.hears()
        self.zoe.says("it is me", "#tea")
        self.turn()
        self.assertEqual(self.account_name_of(self.zoe), "ann")
        self.assertEqual(self.told(self.zoe)[0], ":zoe NICK ann")
        self.assertEqual(self.told(eve)[-1], ":ann PRIVMSG #tea it is me")

    def test_or_a_second_later(self) -> None:
        self.logs_in(self.zoe, "ann")
        self.wait(0.5)
        self.assertEqual(self.name_of(self.zoe), "zoe")
        self.wait(1)
        self.assertEqual(self.account_name_of(self.zoe), "ann")
        assert self.zoe.user is not None
        self.assertEqual(list(self.zoe.user.rooms), ["#tea"])
        self.assertEqual(self.zoe.user.persona.realname, "zoe in person")

    def test_they_know_where_they_are_no_longer(self) -> None:
        self.asking(self.zoe, "JOIN #lab", "MODE #lab +b ann!*@*")
        self.logs_in(self.zoe, "ann")
        told = self.asking(self.zoe, "PING x")
        assert self.zoe.user is not None
        self.assertEqual(list(self.zoe.user.rooms), ["#tea"])
        self.assertIn(":twistchat.chat 474 ann #lab You are banned (+b)", told)
        self.assertEqual([line for line in told if "PART" in line], [":ann PART #lab"])
        self.assertLess(told.index(":zoe NICK ann"), told.index(":ann PART #lab"))
        self.assertIn("PONG", told[-1])

    def test_what_is_asked_is_answered_in_its_order(self) -> None:
        told = self.asking(
            self.zoe, "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('ann')}", "PING one", "PING two"
        )
        commands = [line.split()[1] for line in told]
        self.assertEqual(commands[:3], ["AUTHENTICATE", "900", "903"])
        self.assertLess(commands.index("NICK"), commands.index("PONG"))
        self.assertEqual(commands[-2:], ["PONG", "PONG"])
        self.assertEqual(told[-1][-3:], "two")

    def test_again_and_again(self) -> None:
        self.logs_in(self.zoe, "ann")
        told = self.logs_in(self.zoe, "bob")
        self.assertEqual([line.split()[1] for line in told], ["AUTHENTICATE", "900", "903"])
        self.wait(2)
        self.assertEqual(self.told(self.zoe)[0], ":zoe NICK bob")
        told = self.logs_in(self.zoe, "ann")
        self.assertEqual([line.split()[1] for line in told], ["AUTHENTICATE", "900", "903"])
        self.wait(2)
        self.assertEqual(self.told(self.zoe)[0], ":bob NICK ann")
        self.assertIsNone(self.world.parts.chat.person("bob"))

    def test_while_they_log_in_once_more_they_are_nobody_else(self) -> None:
        self.logs_in(self.zoe, "ann")
        self.asking(self.zoe, "AUTHENTICATE PLAIN")
        self.wait(2)
        self.assertEqual(self.asking(self.zoe, "PING x"), [":twistchat.chat PONG twistchat.chat x"])
        self.assertEqual(
            [line.split()[1:3] for line in self.asking(self.zoe, f"AUTHENTICATE {plain('bob')}")],
            [["900", "zoe"], ["903", "zoe"]],
        )
        self.assertEqual(self.asking(self.zoe, "PING x")[0], ":zoe NICK bob")

    def test_but_not_for_ever(self) -> None:
        self.logs_in(self.zoe, "ann")
        self.asking(self.zoe, "AUTHENTICATE PLAIN")
        self.wait(11)
        self.assertEqual(self.told(self.zoe)[0], ":zoe NICK ann")

    def test_logging_in_once_more_may_fail(self) -> None:
        for said in ("AUTHENTICATE *", "AUTHENTICATE !", f"AUTHENTICATE {plain('bob', WRONG)}"):
            self.logs_in(self.zoe, "ann")
            self.asking(self.zoe, "AUTHENTICATE PLAIN", said)
            self.wait(2)
            self.assertEqual(self.account_name_of(self.zoe), "ann")

    def test_as_who_they_are_already(self) -> None:
        self.logs_in(self.zoe, "ann")
        self.wait(2)
        self.zoe.hears()
        user = self.zoe.user
        told = self.logs_in(self.zoe, "ann")
        self.assertEqual([line.split()[1] for line in told], ["AUTHENTICATE", "900", "903"])
        self.wait(2)
        self.assertEqual(self.zoe.hears(), [])
        self.assertIs(self.zoe.user, user)

    def test_wrong(self) -> None:
        told = self.logs_in(self.zoe, "ann", WRONG)
        self.assertIn(" 904 zoe ", told[-1])
        self.wait(2)
        self.assertEqual(self.name_of(self.zoe), "zoe")

    def test_what_was_shown_is_worthless_by_then(self) -> None:
        self.logs_in(self.zoe, "ann")
        self.changes(AccountDeed.PASSWORD, "ann")
        self.wait(2)
        self.assertEqual(
            self.told(self.zoe),
            [(":twistchat.chat NOTICE zoe You are still zoe: "
             "That is not the password of an account of that name")],
        )  # fmt: skip
        self.assertEqual(self.name_of(self.zoe), "zoe")

    def test_whoever_goes_before(self) -> None:
        self.logs_in(self.zoe, "ann")
        self.zoe.vanishes()
        self.wait(2)
        calls = str(self.world.clock.getDelayedCalls())
        self.assertNotIn("Sasl", calls)
        self.assertNotIn("Pulse", calls)

    def test_whoever_quits_quits_as_the_owner(self) -> None:
        self.logs_in(self.zoe, "ann")
        self.zoe.types("QUIT")
        self.turn()
        self.assertFalse(self.zoe.is_connected)
        self.assertEqual(list(self.world.parts.chat.people), [])


class AfterwardsOnSlowEngineTests(OnSlowEngine, AfterwardsTests):
    """The same, where everything takes a while."""


class SaslOnSlowEngineTests(OnSlowEngine, SaslTests):
    """The same, where passwords take a while."""


class HouseTests(OwnersTestCase):
    """Both: the password of the house by PASS, the account by SASL."""

    doors: ClassVar[Doors] = Doors(house=HousePassword(OTHER))

    def test_both(self) -> None:
        client = self.door(f"PASS :{OTHER}", "NICK ann", "USER a 0 * :a")
        self.asking(client, f"REGISTER * * :{SECRET}", "QUIT")
        client = self.door("CAP REQ :sasl", f"PASS :{OTHER}", *REGISTERS)
        self.logs_in(client, "ann")
        self.assertEqual(self.asking(client, "CAP END")[0].split()[1:3], ["001", "ann"])
        client = self.door("CAP REQ :sasl", *REGISTERS)
        self.logs_in(client, "ann")
        self.assertIn(" 464 ", self.asking(client, "CAP END")[0])

    def test_the_house_comes_first(self) -> None:
        """Whoever does not know its password does not guess at those of accounts."""
        client = self.door(f"PASS :{OTHER}", "NICK ann", "USER a 0 * :a")
        self.asking(client, f"REGISTER * * :{SECRET}", "QUIT")
        for password in ((), (f"PASS :{WRONG}",)):
            client = self.door("CAP REQ :sasl", *password)
            told = self.logs_in(client, "ann")
            self.assertIn(":twistchat.chat 904 * You did not say the password of this", told[-1])
            self.assertNotIn(" 900 ", " ".join(told))
        client.types(f"PASS :{OTHER}")
        self.assertIn(" 903 ", self.logs_in(client, "ann")[-1])
        told = self.asking(client, *REGISTERS, "CAP END")
        self.assertEqual(told[0].split()[1:3], ["001", "ann"])
