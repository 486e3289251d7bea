"""`REGISTER` and `OPER`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tests.engines import OnSlowEngine
from tests.irc.kit import PATIENT
from tests.irc.owners import SECRET, WRONG, OwnersTestCase, plain
from twistchat.core.accounts import AccountDeed, Role
from twistchat.core.commands import Moderate
from twistchat.core.law import EVERYWHERE, Deed

if TYPE_CHECKING:
    from twistchat.core.limits import Limits

FAIL = ":twistchat.chat FAIL"


class RegisterTests(OwnersTestCase):
    limits: ClassVar[Limits] = replace(PATIENT, registrations=3)

    def test_a_guest_makes_an_account(self) -> None:
        (ann,) = self.clients("ann")
        told = self.asking(ann, f"REGISTER * * :{SECRET}")
        self.assertEqual(
            told[0], ":twistchat.chat REGISTER SUCCESS ann The name is yours: log in by SASL"
        )
        self.assertRegex(
            told[1], r":twistchat.chat 900 ann ann!~ann@\w+\.cloak ann You are now logged in as ann"
        )
        self.assertEqual(self.account_name_of(ann), "ann")

    def test_under_the_name_that_they_bear(self) -> None:
        for number, account in enumerate(("*", "ANN", "ann")):
            (ann,) = self.clients("Ann")
            told = self.asking(ann, f"REGISTER {account} me@example.org :{SECRET}")
            self.assertIn("SUCCESS Ann", told[0], number)
            self.changes(AccountDeed.DELETE, "ann")
            self.turn()
        (bob,) = self.clients("bob")
        self.assertEqual(
            self.asking(bob, f"REGISTER ann * :{SECRET}"),
            [(f"{FAIL} REGISTER ACCOUNT_NAME_MUST_BE_NICK ann "
             "An account has the name that you bear: change that first")],
        )  # fmt: skip

    def test_at_the_door(self) -> None:
        client = self.door("NICK ann")
        for name in ("*", "ann"):
            self.assertEqual(
                self.asking(client, f"REGISTER {name} * :{SECRET}"),
                [(f"{FAIL} REGISTER COMPLETE_CONNECTION_REQUIRED {name} "
                 "Come in first: the account has the name under which you are here")],
            )  # fmt: skip
        self.assertIn("VERIFY COMPLETE_CONNECTION", self.asking(client, "VERIFY ann 1")[0])

    def test_why_not(self) -> None:
        (ann,) = self.clients("ann")
        for password, code, words in (
            ("short", "WEAK_PASSWORD", "A password has at least 8 characters"),
            ("with\tblanks", "UNACCEPTABLE_PASSWORD", "A password has no control characters"),
        ):  # fmt: skip
            self.assertEqual(
                self.asking(ann, f"REGISTER * * :{password}"),
                [f"{FAIL} REGISTER {code} ann {words}"],
            )
        self.assertIn(" 461 ", self.asking(ann, "REGISTER * *")[0])
        self.assertIn("INVALID_CODE ann", self.asking(ann, "VERIFY ann 1234")[0])
        self.asking(ann, f"REGISTER * * :{SECRET}")
        for line in (f"REGISTER * * :{SECRET}", "VERIFY ann 1234"):
            self.assertIn("ALREADY_AUTHENTICATED ann", self.asking(ann, line)[0])

    def test_too_many(self) -> None:
        for name in ("ann", "bob", "cat"):
            self.owner(name)
        (dot,) = self.clients("dot")
        (told,) = self.asking(dot, f"REGISTER * * :{SECRET}")
        self.assertIn(
            "TEMPORARILY_UNAVAILABLE dot Only 3 accounts a minute can be made from your", told
        )

    def test_whoever_leaves_while_they_register(self) -> None:
        (ann,) = self.clients("ann")
        ann.types(f"REGISTER * * :{SECRET}")
        ann.vanishes()
        self.turn()
        self.assertIsNone(self.world.parts.chat.accounts.named("ann"))


class RegisterOnSlowEngineTests(OnSlowEngine, RegisterTests):
    """The same, where commits take a while."""

    def test_what_could_not_be_kept(self) -> None:
        (ann,) = self.clients("ann")
        self.slow.fails = True
        ann.types(f"REGISTER * * :{SECRET}")
        self.turn()
        self.flushLoggedErrors(OSError)
        self.assertIsNone(self.account_name_of(ann))
        self.assertIn("TEMPORARILY_UNAVAILABLE ann", self.told(ann)[0])


class FounderTests(OwnersTestCase):
    def test_whose_account_is_deleted_is_no_operator_of_the_room(self) -> None:
        ann = self.owner("ann")
        self.asking(ann, "JOIN #tea")
        (bob,) = self.clients("bob", room="#tea")
        self.assertIn("@ann bob", self.asking(bob, "NAMES #tea")[0])
        ann.session.desk.delete_account(ann.session, SECRET)
        self.turn()
        self.assertEqual(self.told(bob), [":ann MODE #tea -o ann"])
        self.assertIn("= #tea ann bob", self.asking(bob, "NAMES #tea")[0])
        self.assertIn(" 482 ", self.asking(ann, "MODE #tea +m")[-1])
        self.asking(ann, f"REGISTER * * :{SECRET}")  # they are the same person still
        self.assertEqual(self.told(bob), [":twistchat.chat MODE #tea +o ann"])
        self.assertEqual(self.asking(ann, "MODE #tea +m"), [":ann MODE #tea +m"])

    def test_who_moderates_it_besides_is_its_operator_after_that_too(self) -> None:
        ann = self.owner("ann")
        self.asking(ann, "JOIN #tea")
        (bob,) = self.clients("bob", room="#tea")
        ann.hears()
        for deed in (Deed.OP, Deed.DEOP):
            ann.session.receive(Moderate(deed, "#tea", "ann"))
            self.turn()
        told = "NOTICE #tea ann took ann off the moderators of #tea."
        self.assertEqual(self.told(bob), [":ann MODE #tea +o ann", f":twistchat.chat {told}"])
        self.assertIn("@ann bob", self.asking(bob, "NAMES #tea")[0])


class OperTests(OwnersTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.has_account("ann")
        self.has_account("op", role=Role.OPERATOR)
        self.zoe, self.eve = self.clients("zoe", "eve", room="#tea")

    def test_they_stay_who_they_are(self) -> None:
        for client, name in ((self.zoe, "zoe"), (self.eve, "eve")):
            user = client.user
            self.assertEqual(
                self.asking(client, f"OPER op :{SECRET}"),
                [
                    f":twistchat.chat 381 {name} You are an operator now, until you leave",
                    f":{name} MODE {name} +o",
                ],
            )
            self.assertIs(client.user, user)
            assert user is not None
            self.assertTrue(user.operator)
            self.assertEqual(
                self.asking(client, f"MODE {name}"), [f":twistchat.chat 221 {name} +o"]
            )

    def test_again(self) -> None:
        self.asking(self.zoe, f"OPER op :{SECRET}")
        self.assertEqual(
            self.asking(self.zoe, "OPER op x"),
            [":twistchat.chat 381 zoe You are an operator already"],
        )

    def test_wrong(self) -> None:
        for line, words in (
            (f"OPER op :{WRONG}", "That is not the password of an account of that name"),
            (f"OPER nobody :{SECRET}", "That is not the password of an account of that name"),
            (f"OPER ann :{SECRET}", "That is not the account of an operator"),
        ):
            self.assertEqual(self.asking(self.zoe, line), [f":twistchat.chat 464 zoe {words}"])
        self.assertIn(" 461 ", self.asking(self.zoe, "OPER op")[0])
        self.assertIn(" 451 ", self.asking(self.client(), f"OPER op :{SECRET}")[0])
        assert self.zoe.user is not None
        self.assertFalse(self.zoe.user.operator)

    def test_no_longer(self) -> None:
        self.asking(self.zoe, f"OPER op :{SECRET}")
        self.assertEqual(self.asking(self.zoe, "MODE zoe -o"), [":zoe MODE zoe -o"])
        self.assertEqual(self.asking(self.zoe, "MODE zoe -o", "MODE zoe +o"), [])
        assert self.zoe.user is not None
        self.assertFalse(self.zoe.user.operator)

    def test_operators_by_their_own_account_stay_so(self) -> None:
        client = self.door("CAP REQ sasl", "NICK x", "USER x 0 * :x", "AUTHENTICATE PLAIN",
                           f"AUTHENTICATE {plain('op')}", "CAP END")  # fmt: skip
        self.assertEqual(
            self.asking(client, "MODE op", "MODE op -o", "OPER op x"),
            [
                ":twistchat.chat 221 op +or",
                ":twistchat.chat 381 op You are an operator already",
            ],
        )

    def test_guesses_are_slowed_down(self) -> None:
        for _ in range(7):
            told = self.asking(self.zoe, f"OPER op :{WRONG}")
        self.assertRegex(told[0], "464 zoe Too many wrong passwords. Wait for . s")

    def test_labels(self) -> None:
        self.asking(self.zoe, "CAP REQ :batch labeled-response")
        self.zoe.types(f"@label=7 OPER op :{WRONG}")
        self.turn()
        self.assertEqual([line.tags for line in self.zoe.heard()], [{"label": "7"}])

    def test_by_the_account_of_whoever_is_banned(self) -> None:
        self.asking(self.zoe, "CAP REQ :batch labeled-response")
        self.world.parts.operator.perform(Moderate(Deed.BAN, EVERYWHERE, "op"))
        self.turn()
        self.zoe.hears()
        self.zoe.types(f"@label=7 OPER op :{SECRET}")
        self.turn()
        (line,) = self.zoe.heard()
        words = "That is not the account of an operator"
        self.assertEqual(line.short, f":twistchat.chat 464 zoe {words}")
        self.assertEqual(line.tags, {"label": "7"})

    def test_whoever_leaves_meanwhile(self) -> None:
        self.zoe.types(f"OPER op :{SECRET}")
        self.zoe.vanishes()
        self.turn()
        self.assertEqual([user.name for user in self.world.parts.chat.people], ["eve"])


class OperOnSlowEngineTests(OnSlowEngine, OperTests):
    """The same, where passwords take a while."""
