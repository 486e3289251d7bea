"""Coming in: NICK, USER, PASS and CAP in any order."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING, ClassVar, cast

import twistchat
from tests.engines import OnSlowEngine
from tests.irc.kit import PATIENT
from tests.irc.owners import OTHER, SECRET, WRONG, OwnersTestCase
from twistchat.accounts.doors import Doors
from twistchat.accounts.house import HousePassword
from twistchat.core.accounts import AccountDeed
from twistchat.core.commands import Moderate
from twistchat.core.law import EVERYWHERE, Deed
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.frontends.registry import Greeting
from twistchat.testing import LINE, World

if TYPE_CHECKING:
    from tests.irc.kit import Client

WELCOME = """\
:chat.example.org CAP * LS :account-notify account-tag away-notify batch cap-notify \
draft/account-registration draft/chathistory draft/event-playback echo-message extended-join \
extended-monitor invite-notify labeled-response message-tags multi-prefix sasl=PLAIN server-time \
setname standard-replies userhost-in-names
:chat.example.org CAP * ACK :server-time multi-prefix
:chat.example.org 001 阿明 :Welcome to chat.example.org, 阿明!~ming@HOST
:chat.example.org 002 阿明 :Your host is chat.example.org, running VERSION
:chat.example.org 003 阿明 :This server was started 1970-01-01 00:00 UTC
:chat.example.org 004 阿明 chat.example.org VERSION Bior Ibeiklmnoqstv Ibekloqv
:chat.example.org 005 阿明 AWAYLEN=200 BOT=B CASEMAPPING=ascii CHANLIMIT=#:50 \
CHANMODES=beIq,k,l,imnst CHANNELLEN=32 CHANTYPES=# CHATHISTORY=200 ELIST=CMNTU EXCEPTS=e \
HOSTLEN=18 INVEX=I KICKLEN=200 :are what this server knows
:chat.example.org 005 阿明 LINELEN=512 MAXLIST=beIq:500 MODES=20 MONITOR=100 \
MSGREFTYPES=msgid,timestamp NAMELEN=120 NETWORK=chat.example.org NICKLEN=24 PREFIX=(ov)@+ \
SAFELIST TARGMAX=JOIN:,KICK:4,NAMES:10,NOTICE:4,PART:,PRIVMSG:4,TAGMSG:4 TOPICLEN=400 \
USERLEN=11 :are what this server knows
:chat.example.org 005 阿明 UTF8ONLY WHOX :are what this server knows
:chat.example.org 251 阿明 :There are 1 users and 0 invisible on 1 servers
:chat.example.org 252 阿明 0 :operators are here
:chat.example.org 253 阿明 0 :connections have no name yet
:chat.example.org 254 阿明 0 :rooms have somebody in them
:chat.example.org 255 阿明 :I have 1 clients and 0 servers
:chat.example.org 265 阿明 1 1 :Current local users 1, max 1
:chat.example.org 266 阿明 1 1 :Current global users 1, max 1
:chat.example.org 375 阿明 :- chat.example.org Message of the day -
:chat.example.org 372 阿明 :- Tea is at four.
:chat.example.org 372 阿明 :- Everybody meets in #lobby: /join #lobby
:chat.example.org 376 阿明 :End of the message of the day
:chat.example.org PONG chat.example.org here
ERROR :Closing link: Quit"""
"""All that a client reads which comes in, asks whether the server is there, and quits."""


class WelcomeTests(OwnersTestCase):
    def test_the_whole_of_it(self) -> None:
        greeting = Greeting("chat.example.org", ("Tea is at four.",))
        self.world = World(self.make_engine, greeting=greeting)
        client = self.door(
            "CAP LS 302",
            "NICK 阿明",
            "USER ming 0 * :Ming",
            "CAP REQ :server-time multi-prefix",
            "CAP END",
            "PING here",
        )
        client.types("QUIT :tea")
        self.turn()
        read = [re.sub("[0-9a-f]{12}.cloak", "HOST", line) for line in client.hears()]
        version = f"twistchat-{twistchat.__version__}"
        self.assertEqual(read, WELCOME.replace("VERSION", version).splitlines())
        self.assertFalse(client.is_connected)

    def test_limits_as_they_are(self) -> None:
        limits = replace(PATIENT, name_characters=9, topic=10**9, rooms_per_person=10**9)
        self.world = World(self.make_engine, limits=limits)
        client = self.door("NICK ann", "USER a 0 * :a")
        tokens = [
            each for line in client.heard() if line.command == "005" for each in line.params[1:-1]
        ]
        self.assertIn("NICKLEN=9", tokens)
        self.assertIn("CHANLIMIT=#:", tokens)
        self.assertFalse([token for token in tokens if token.startswith("TOPICLEN")])

    def test_lines_are_as_long_as_they_may_be(self) -> None:
        name = "茶" * 16
        greeting = Greeting("x" * 60 + ".org", ("我們今天下午在花園喝茶" * 40,))
        self.world = World(self.make_engine, greeting=greeting)
        client = self.door(f"NICK {name}", "USER abcdefghijkl 0 * :a")
        told = client.hears()
        self.assertTrue(all(len(line.encode()) <= 510 for line in told))
        motd = [line.partition(" :- ")[2] for line in told if " 372 " in line]
        self.assertEqual("".join(motd[:-1]), greeting.motd[0])
        parts = [line.split(" :")[0].split()[3:] for line in told if " 005 " in line]
        self.assertTrue(all(len(part) <= 13 for part in parts))

    def test_people_on_other_wires_count(self) -> None:
        ann, _ = self.world.people("ann", "bob", front_end=LINE)
        self.door("NICK cat")
        dot = self.door("NICK dot", "USER d 0 * :d", "MODE dot +i")
        dot.hears()
        self.assertEqual(
            self.asking(dot, "LUSERS"),
            [
                ":twistchat.chat 251 dot There are 2 users and 1 invisible on 1 servers",
                ":twistchat.chat 252 dot 0 operators are here",
                ":twistchat.chat 253 dot 1 connections have no name yet",
                ":twistchat.chat 254 dot 1 rooms have somebody in them",
                ":twistchat.chat 255 dot I have 3 clients and 0 servers",
                ":twistchat.chat 265 dot 3 3 Current local users 3, max 3",
                ":twistchat.chat 266 dot 3 3 Current global users 3, max 3",
            ],
        )
        ann.types("/quit")
        self.turn()
        self.assertIn(
            ":twistchat.chat 265 dot 2 3 Current local users 2, max 3", self.asking(dot, "LUSERS")
        )


class RegistrationTests(OwnersTestCase):
    def is_in(self, client: Client, name: str) -> None:
        """It has come in, and read that as the next thing."""
        self.assertEqual(self.name_of(client), name)
        (first, *_) = client.heard()
        self.assertEqual((first.command, first.params[0]), ("001", name))

    def test_in_any_order(self) -> None:
        lines = ("PASS x", "NICK ann", "USER a 0 * :Ann", "CAP LS", "CAP END")
        for order in permutations(lines):
            client, said, is_in = self.client(), "", False
            for line in order:
                client.types(line)
                self.turn()
                said += line
                has_ended = said.rfind("CAP END") >= said.rfind("CAP LS")
                is_in |= "NICK" in said and "USER" in said and has_ended
                self.assertEqual(self.name_of(client), "ann" if is_in else None, said)
            client.types("QUIT")
            self.turn()

    def test_without_capabilities(self) -> None:
        self.is_in(self.door("NICK ann", "USER a 0 * :Ann"), "ann")
        self.is_in(self.door("user b 0 * Bob", "nick :bob"), "bob")

    def test_nothing_is_asked_before(self) -> None:
        client = self.door("JOIN #tea", "WHO ann", "NICK ann", "PRIVMSG ann :x", "NONSENSE")
        self.assertEqual(self.numerics(client), ["451"] * 4)
        self.assertEqual(self.asking(client, "USER a 0 * :Ann")[0][:20], ":twistchat.chat 001 ")

    def test_a_name_that_is_none(self) -> None:
        client = self.door("USER a 0 * :Ann", "NICK *", "NICK 12", "NICK a,b", "NICK server")
        self.assertEqual(self.numerics(client), ["432"] * 4)
        for nothing in ("NICK", "NICK :"):
            self.assertEqual(self.asking(client, nothing)[0].split()[:3], [
                ":twistchat.chat", "431", "*",
            ])  # fmt: skip
        (told,) = self.asking(client, f"NICK {'x' * 25}")
        words = f"That nickname is too long. Free is {'x' * 24}"
        self.assertEqual(told, f":twistchat.chat 432 * {'x' * 25} {words}")
        client.types("NICK ann")
        self.turn()
        self.is_in(client, "ann")

    def test_a_name_that_begins_as_what_a_browser_asks_for(self) -> None:
        for first in (b"NICK *", b"PASS /secret", b"USER / 0 * :x"):
            client = cast("Client", self.connect(speaks_first=True))
            client.sends(first + b"\r\nPING here\r\n")
            self.turn()
            self.assertEqual(self.told(client)[-1], ":twistchat.chat PONG twistchat.chat here")

    def test_a_name_that_is_none_takes_one_back(self) -> None:
        client = self.door("NICK ann", "NICK *", "USER a 0 * :Ann")
        self.assertIsNone(self.name_of(client))
        self.assertEqual(self.asking(client, "NICK ann")[0].split()[1], "001")

    def test_the_name_of_somebody_else(self) -> None:
        self.world.people("ann", front_end=LINE)
        client = self.door("NICK ANN", "USER a 0 * :Ann")
        self.assertEqual(
            self.told(client),
            [":twistchat.chat 433 * ANN That nickname is taken. Free is ANN2"],
        )
        self.assertEqual(self.asking(client, "NICK ann")[0].split()[1], "433")
        client.types("NICK ben")
        self.turn()
        self.is_in(client, "ben")

    def test_two_at_once(self) -> None:
        one, two = self.client(), self.client()
        for line in ("NICK ann", "USER a 0 * :Ann"):
            for client in (one, two):
                client.types(line)
        self.turn()
        self.assertEqual(self.numerics(one)[0], "001")
        self.assertEqual(self.numerics(two), ["433"])

    def test_a_name_that_belongs_to_an_account(self) -> None:
        self.has_account("ann")
        client = self.door("NICK ann", "USER a 0 * :Ann")
        self.assertEqual(
            self.told(client),
            [
                (
                    ":twistchat.chat 433 * ann That nickname belongs to an account: log in with "
                    "SASL, or with PASS name:password. Free is ann2"
                )
            ],
        )

    def test_who_they_are(self) -> None:
        client = self.door("NICK ann", "USER 小a\x02b!@*cdefghijklm 8 x : Ann \x1b[1m of Ux ")
        assert client.user is not None
        persona = client.user.persona
        self.assertEqual((persona.ident, persona.realname), ("小abcdefghi", "Ann ␛[1m of Ux"))
        self.assertFalse(persona.is_invisible)
        bob = self.door("NICK bob", f"USER 😊 0 * :{'茶' * 60}")
        assert bob.user is not None
        self.assertEqual(bob.user.persona.ident, "user")
        self.assertEqual(bob.user.persona.realname, "茶" * 40)

    def test_user_says_who(self) -> None:
        for line in ("USER", "USER a 0 *", "USER a 0 * :", "USER a 0 * : "):
            self.assertEqual(self.numerics(self.door("NICK ann", line)), ["461"], line)

    def test_the_second_user_counts(self) -> None:
        client = self.door("USER a 0 * :Ann", "USER b 0 * :Bob", "NICK ann")
        assert client.user is not None
        self.assertEqual(client.user.persona.realname, "Bob")
        client.hears()
        self.assertEqual(
            [line.split()[1] for line in self.asking(client, "USER a 0 * :x", "PASS x")],
            ["462", "462"],
        )

    def test_they_are_in_no_room_at_first(self) -> None:
        client = self.door("NICK ann", "USER a 0 * :Ann")
        assert client.user is not None
        self.assertEqual(client.user.rooms, {})
        self.assertNotIn("JOIN", self.numerics(client))

    def test_nick_afterwards(self) -> None:
        ann, bob = self.clients("ann", "bob")
        self.assertEqual(self.asking(ann, "NICK ann"), [])
        self.assertEqual(self.asking(ann, "NICK Ann"), [":ann NICK Ann"])
        self.assertEqual(self.asking(ann, "NICK cat"), [":Ann NICK cat"])
        self.assertEqual(self.asking(ann, "NICK :")[0].split()[1], "431")
        self.assertEqual(self.asking(bob, "NICK ann"), [":bob NICK ann"])

    def test_whoever_says_nothing_is_let_go(self) -> None:
        client = self.door("NICK ann")
        self.wait(61)
        self.assertEqual(client.hears(), ["ERROR :Closing link: You did not come in in time"])
        self.assertFalse(client.is_connected)

    def test_quit_at_the_door(self) -> None:
        client = self.door("QUIT :chkport")
        self.assertEqual(client.hears(), ["ERROR :Closing link: Quit: chkport"])
        self.assertFalse(client.is_connected)
        self.assertEqual(self.door("QUIT").hears(), ["ERROR :Closing link: Quit"])

    def test_ping_at_the_door(self) -> None:
        client = self.door("PING one", "NICK ann", "PING :two  words")
        self.assertEqual(
            client.hears(),
            [
                ":twistchat.chat PONG twistchat.chat one",
                ":twistchat.chat PONG twistchat.chat :two  words",
            ],
        )

    def test_a_browser_whose_first_line_was_hidden(self) -> None:
        client = self.door("X: y", "Host: chat.example.org", "NICK evil", "USER e 0 * :e")
        self.assertIsNone(self.name_of(client))
        self.assertFalse(client.is_connected)

    def test_whoever_is_banned(self) -> None:
        self.world.parts.operator.perform(Moderate(Deed.BAN, EVERYWHERE, "ann"))
        self.turn()
        client = self.door("NICK ann", "USER a 0 * :a")
        self.assertEqual(
            self.told(client),
            [":twistchat.chat 465 * You are banned",
             ": ERROR Closing link: You are banned"],
        )  # fmt: skip
        self.assertFalse(client.is_connected)

    def test_whoever_hangs_up_in_the_middle(self) -> None:
        for count in range(1, 5):
            client = self.client()
            lines = ("CAP LS 302", "NICK ann", "USER a 0 * :a", "CAP END")
            for line in lines[:count]:
                client.types(line)
            client.vanishes()
            self.turn()
        self.is_in(self.door("NICK ann", "USER a 0 * :a"), "ann")


class OnSlowEngineTests(OnSlowEngine, RegistrationTests):
    """The same, where it takes a while until a name is known to be free."""


class PassTests(OwnersTestCase):
    """`PASS` where the house has no password."""

    def test_a_name_and_its_password(self) -> None:
        self.has_account("ann")
        for password in (f"ann:{SECRET}", f"ANN:{SECRET}"):
            client = self.door(f"PASS :{password}", "NICK zoe", "USER z 0 * :Zoe")
            self.assertEqual(self.account_name_of(client), "ann")
            self.assertEqual(client.heard()[0].params[0], "ann")

    def test_the_password_of_the_name_that_one_takes(self) -> None:
        self.has_account("ann")
        client = self.door("NICK ann", f"PASS :{SECRET}", "USER a 0 * :Ann")
        self.assertEqual(self.account_name_of(client), "ann")

    def test_a_password_with_a_colon(self) -> None:
        ann = self.owner("ann")
        self.asking(ann, "QUIT")
        account = self.world.parts.chat.accounts.named("ann")
        assert account is not None
        self.world.parts.passwords.set(account.id, "a:colon in it")
        self.turn()
        client = self.door("PASS :a:colon in it", "NICK ann", "USER a 0 * :Ann")
        self.assertEqual(self.account_name_of(client), "ann")

    def test_a_wrong_one(self) -> None:
        self.has_account("ann")
        for password, nick in ((WRONG, "ann"), (f"ann:{WRONG}", "zoe"), ("zoe:x", "zoe")):
            client = self.door(f"PASS :{password}", f"NICK {nick}", "USER a 0 * :Ann")
            words = "That is not the password of an account of that name"
            self.assertEqual(
                self.told(client),
                [f":twistchat.chat 464 * {words}", f": ERROR Closing link: {words}"],
            )
            self.assertFalse(client.is_connected)

    def test_guesses_are_slowed_down(self) -> None:
        self.has_account("ann")
        for _ in range(6):
            self.door(f"PASS :{WRONG}", "NICK ann", "USER a 0 * :Ann")
        client = self.door(f"PASS :{SECRET}", "NICK ann", "USER a 0 * :Ann")
        self.assertRegex(self.told(client)[0], "464 .* wrong passwords. Wait for 1 s")

    def test_for_another_server(self) -> None:
        client = self.door("PASS :whatever", "NICK ann", "USER a 0 * :Ann")
        self.assertEqual(self.name_of(client), "ann")
        self.assertIsNone(self.account_name_of(client))

    def test_the_last_one_counts(self) -> None:
        self.has_account("ann")
        client = self.door("PASS x:y", f"PASS ann:{SECRET}", "NICK ann", "USER a 0 * :Ann")
        self.assertEqual(self.account_name_of(client), None)  # a blank ends it
        client = self.door("PASS x:y", f"PASS :ann:{SECRET}", "NICK ann", "USER a 0 * :Ann")
        self.assertEqual(self.account_name_of(client), "ann")

    def test_a_disabled_account(self) -> None:
        self.has_account("ann")
        self.changes(AccountDeed.DISABLE, "ann")
        client = self.door(f"PASS :{SECRET}", "NICK ann", "USER a 0 * :Ann")
        self.assertRegex(self.told(client)[0], "464 .* account ann is disabled")

    def test_whoever_hangs_up_while_it_is_looked_at(self) -> None:
        self.has_account("ann")
        client = self.client()
        for line in (f"PASS :{SECRET}", "NICK ann", "USER a 0 * :Ann"):
            client.types(line)
        client.vanishes()
        self.turn()
        self.assertIsNone(self.world.parts.chat.person("ann"))


class PassOnSlowEngineTests(OnSlowEngine, PassTests):
    """The same, where passwords take a while."""


class HouseTests(OwnersTestCase):
    """`PASS` where the house has a password."""

    doors: ClassVar[Doors] = Doors(house=HousePassword("open sesame"))
    limits: ClassVar[Limits] = DEFAULT_LIMITS

    def test_the_right_one(self) -> None:
        client = self.door("PASS :open sesame", "NICK ann", "USER a 0 * :Ann")
        self.assertEqual(self.numerics(client)[0], "001")

    def test_none_and_a_wrong_one(self) -> None:
        words = "You did not say the password of this chat: your client calls it server password"
        for line in ("PING x", f"PASS :{WRONG}"):
            client = self.door(line, "NICK ann", "USER a 0 * :Ann")
            told = self.told(client)
            self.assertEqual(
                told[-2:],
                [
                    f":twistchat.chat 464 * {words}",
                    f": ERROR Closing link: {words}",
                ],
            )
            self.assertFalse(client.is_connected)

    def test_it_is_shown_once(self) -> None:
        self.door("PASS :open sesame", "NICK ann", "USER a 0 * :Ann")
        client = self.door("PASS :open sesame", "NICK ann", "USER a 0 * :Ann")
        self.assertEqual(self.numerics(client), ["433"])
        self.assertEqual(self.asking(client, "NICK bob")[0].split()[1], "001")

    def test_guesses_are_slowed_down(self) -> None:
        for _ in range(31):
            self.door(f"PASS :{WRONG}", "NICK ann", "USER a 0 * :Ann")
        client = self.door("PASS :open sesame", "NICK ann", "USER a 0 * :Ann")
        self.assertRegex(self.told(client)[0], "464 .* wrong passwords. Wait for")


class AccountsOnlyTests(OwnersTestCase):
    """Where guests may not come in."""

    doors: ClassVar[Doors] = Doors(guests=False)

    def has_account(self, *names: str, **_: object) -> None:
        for name in names:
            command = self.world.parts.operator
            made = command.adopt(name)
            self.turn()
            account = self.successResultOf(made)
            self.world.parts.passwords.set(account.id, SECRET)
            self.turn()

    def test_guests(self) -> None:
        client = self.door("NICK ann", "USER a 0 * :Ann")
        words = (
            "This chat is for those who have an account: log in with SASL, "
            "or with PASS name:password"
        )
        self.assertEqual(
            self.told(client),
            [f":twistchat.chat NOTICE * {words}", f": ERROR Closing link: {words}"],
        )
        client = self.door("CAP REQ standard-replies", "NICK a", "USER a 0 * :Ann", "CAP END")
        self.assertEqual(
            self.told(client)[1:],
            [f":twistchat.chat FAIL * ACCOUNT_REQUIRED {words}", f": ERROR Closing link: {words}"],
        )

    def test_owners_of_accounts(self) -> None:
        self.has_account("ann")
        client = self.door(f"PASS :ann:{SECRET}", "NICK ann", "USER a 0 * :Ann")
        self.assertEqual(self.account_name_of(client), "ann")
        self.assertNotEqual(SECRET, OTHER)
