"""Who makes accounts, who changes them, and what follows at once."""

from __future__ import annotations

from tests.core.kit import LAB, CoreTestCase
from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.accounts import Account, AccountDeed, Directory, Role, Standing
from twistchat.core.law import EVERYWHERE, NO_LAW, Deed
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.core.model import User
from twistchat.core.names import LOBBY
from twistchat.core.rights import Rank, rank_of

R = e.Refusal


def account(deed: AccountDeed, name: str, **fields: object) -> c.ChangeAccount:
    return c.ChangeAccount(deed, name, **fields)  # type: ignore[arg-type]  # named by the test


class RegisteringTests(CoreTestCase):
    def test_a_guest_registers_their_own_name(self) -> None:
        (event,) = self.does(self.bob, account(AccountDeed.REGISTER, "whatever"))
        made = Account(self.bob.id, "bob", since=1000.0)
        self.assertEqual(
            event, e.AccountSet(made, AccountDeed.REGISTER, self.bob.id, "bob", 1000.0)
        )
        self.assertEqual(self.bob.account, made)
        self.assertEqual(self.chat.accounts.named("BOB"), made)

    def test_whoever_is_logged_in_registers_nothing(self) -> None:
        self.assert_refused(self.ada, account(AccountDeed.REGISTER, "ada"), R.LOGGED_IN_ALREADY)

    def test_a_name_belongs_to_one_account(self) -> None:
        self.chat.depart(self.ada, e.Cause.LEFT)
        other = self.comes("ADA")
        self.assert_refused(other, account(AccountDeed.REGISTER, "ADA"), R.ACCOUNT_EXISTS)

    def test_two_at_the_same_time(self) -> None:
        (one,) = self.decides(self.bob, account(AccountDeed.REGISTER, "bob"))
        self.chat.depart(self.bob, e.Cause.LEFT)
        other = self.comes("Bob")
        self.assert_refused(other, account(AccountDeed.REGISTER, "Bob"), R.ACCOUNT_EXISTS)
        self.commit([one])
        self.assertIsNone(other.account)
        found = self.chat.accounts.named("bob")
        assert found is not None
        self.assertEqual(found.id, self.bob.id)

    def test_operators_make_accounts(self) -> None:
        command = account(AccountDeed.REGISTER, "dot", identity="a" * 16, role=Role.OPERATOR)
        self.assert_refused(self.bob, command, R.OPERATORS_ONLY)
        self.does(self.op, command)
        made = self.chat.accounts.named("dot")
        assert made is not None
        self.assertEqual((made.id, made.role), ("a" * 16, Role.OPERATOR))
        self.assert_refused(
            self.op, account(AccountDeed.REGISTER, "a b", identity="b" * 16), R.NAME_CHARACTERS
        )
        self.assert_refused(self.op, account(AccountDeed.REGISTER, "eve", identity="x"), R.FAULT)

    def test_their_owner_changes_the_password_and_deletes_it(self) -> None:
        self.does(self.ada, account(AccountDeed.PASSWORD, "ada"))
        assert self.ada.account is not None
        self.assertEqual(self.ada.account.generation, 2)
        self.does(self.ada, account(AccountDeed.DELETE, "ADA"))
        self.assertIsNone(self.ada.account)
        self.assertIsNone(self.chat.accounts.named("ada"))
        self.assertIsNotNone(self.chat.person("ada"))

    def test_others_accounts_are_for_operators(self) -> None:
        for deed in (
            AccountDeed.PASSWORD, AccountDeed.DELETE, AccountDeed.ROLE, AccountDeed.DISABLE,
            AccountDeed.ENABLE,
        ):  # fmt: skip
            self.assert_refused(self.ada, account(deed, "mo"), R.OPERATORS_ONLY)
            self.assert_refused(self.bob, account(deed, "bob"), R.OPERATORS_ONLY)
        for deed in (AccountDeed.ROLE, AccountDeed.DISABLE, AccountDeed.ENABLE):
            self.assert_refused(self.ada, account(deed, "ada"), R.OPERATORS_ONLY)
        self.assert_refused(self.op, account(AccountDeed.DISABLE, "nobody"), R.NO_SUCH_ACCOUNT)

    def test_a_role_holds_at_once(self) -> None:
        self.does(self.op, account(AccountDeed.ROLE, "mo", role=Role.OPERATOR))
        self.assertTrue(self.mo.operator)
        assert self.mo.account is not None
        self.assertEqual(self.mo.account.generation, 1)
        self.does(self.op, account(AccountDeed.ROLE, "mo", role=Role.PERSON))
        self.assertFalse(self.mo.operator)

    def test_who_is_disabled_is_put_out(self) -> None:
        _, gone = self.does(self.op, account(AccountDeed.DISABLE, "mo"))
        assert isinstance(gone, e.Departed)
        self.assertEqual((gone.rooms, gone.cause), ((LOBBY, LAB), e.Cause.KICKED))
        self.assertFalse(gone.is_told)
        self.assertIsNone(self.chat.person("mo"))
        found = self.chat.accounts.named("mo")
        assert found is not None
        self.assertTrue(found.is_disabled)
        self.does(self.op, account(AccountDeed.ENABLE, "mo"))
        found = self.chat.accounts.named("mo")
        assert found is not None
        self.assertEqual((found.standing, found.generation), (Standing.ACTIVE, 2))

    def test_an_operator_who_disables_their_own_account_is_not_put_out(self) -> None:
        items = self.does(self.op, account(AccountDeed.DISABLE, "op"))
        self.assertEqual(len(items), 1)
        self.assertFalse(self.op.operator)

    def test_after_a_restart_they_are_there(self) -> None:
        self.does(self.op, account(AccountDeed.DELETE, "mo"))
        self.restarts()
        self.assertEqual([each.name for each in self.chat.accounts.all()], ["ada", "op"])
        op = self.comes_back(self.op)
        self.assertTrue(op.operator)

    def test_one_keeps_the_name_of_an_account(self) -> None:
        self.assert_refused(self.ada, c.Rename("eve"), R.NAME_OF_ACCOUNT)

    def test_whoever_deletes_the_account_moderates_no_more(self) -> None:
        self.does(self.mo, c.Join("#new"))  # which they found
        _, *told = self.does(self.mo, account(AccountDeed.DELETE, "mo"))
        deeds = [(each.deed, each.room, each.to) for each in told if isinstance(each, e.Moderated)]
        self.assertEqual(deeds, [(Deed.DEOP, LAB, "mo"), (Deed.DEOP, "#new", "mo")])
        for room in (LAB, "#new"):
            self.assert_refused(self.mo, c.Moderate(Deed.KICK, room, "bob"), R.NOT_MODERATOR)

    def test_nor_after_a_restart(self) -> None:
        self.does(self.op, account(AccountDeed.DELETE, "mo"))
        self.restarts()
        room = self.chat.room(LAB)
        assert room is not None
        self.assertEqual(room.law.moderators, {})


class WordsForWhoIsAwayTests(CoreTestCase):
    def test_an_account_finds_them(self) -> None:
        self.chat.depart(self.mo, e.Cause.LEFT)
        said, will_find = self.does(self.bob, c.Whisper("MO", "call me"))
        assert isinstance(said, e.Whispered)
        self.assertEqual((said.to_user, said.to), (self.mo.id, "mo"))
        self.assertEqual(will_find, e.WillFind("mo"))

    def test_nobody_else_does(self) -> None:
        self.chat.depart(self.cat, e.Cause.LEFT)
        self.assert_refused(self.bob, c.Whisper("cat", "call me"), R.NO_SUCH_PERSON)
        self.does(self.op, account(AccountDeed.DISABLE, "mo"))
        self.assert_refused(self.bob, c.Whisper("mo", "call me"), R.NO_SUCH_PERSON)
        self.assert_refused(self.bob, c.Whisper("ada", " "), R.NOTHING_TO_SAY)


class DirectoryTests(CoreTestCase):
    def test_names_in_any_spelling(self) -> None:
        directory = Directory(DEFAULT_LIMITS)
        made = Account("1", "Zoë")
        self.assertTrue(directory.put(made))
        for name in ("zoë", "ZOË", " Zoe\u0308 "):
            self.assertIs(directory.named(name), made)
        self.assertIsNone(directory.named("zoe"))
        self.assertIsNone(directory.named("x" * 10_000))
        self.assertIs(directory.of("1"), made)
        self.assertTrue(directory.is_registered("zoë"))
        self.assertFalse(directory.put(Account("2", "ZOË")))
        self.assertEqual(len(directory), 1)
        directory.put(Account("1", "Zoë", standing=Standing.DELETED))
        self.assertEqual(directory.all(), [])


class OfficeTests(CoreTestCase):
    """Operators by the account of another, as long as they are here."""

    def setUp(self) -> None:
        super().setUp()
        self.does(self.bob, c.TakeOffice(self.op.id))

    def test_they_may_what_operators_may(self) -> None:
        self.assertTrue(self.bob.operator)
        self.assertIsNone(self.bob.account)
        self.does(self.bob, c.Announce("hear ye"))

    def test_they_may_no_more_than_operators(self) -> None:
        self.assertIs(rank_of(self.bob, NO_LAW), Rank.OPERATOR)
        self.assert_refused(self.bob, c.Moderate(Deed.KICK, EVERYWHERE, "op"), R.OUTRANKED)

    def test_only_of_an_operator(self) -> None:
        for identity in (self.ada.id, self.cat.id, "nobody"):
            self.assert_refused(self.cat, c.TakeOffice(identity), R.OPERATORS_ONLY)
        self.assertFalse(self.cat.operator)

    def test_until_the_account_is_another(self) -> None:
        self.does(self.op, account(AccountDeed.ROLE, "op", role=Role.OPERATOR))
        self.assertTrue(self.bob.operator)
        for deed in (AccountDeed.PASSWORD, AccountDeed.ROLE, AccountDeed.DISABLE):
            self.does(self.cat, c.TakeOffice(self.op.id))
            self.does(self.cat, account(deed, "op"))
            self.assertFalse(self.cat.operator, deed)
            self.assertFalse(self.bob.operator, deed)
            self.registers(self.op, Role.OPERATOR)

    def test_not_while_its_owner_is_banned(self) -> None:
        server = User("operator", "operator", operator=True)
        self.does(server, c.Moderate(Deed.BAN, EVERYWHERE, "op"))
        self.assertFalse(self.bob.operator)
        self.assert_refused(self.bob, c.TakeOffice(self.op.id), R.OPERATORS_ONLY)
        self.does(server, c.Moderate(Deed.UNBAN, EVERYWHERE, "op"))
        self.does(self.bob, c.TakeOffice(self.op.id))
        self.assertTrue(self.bob.operator)

    def test_it_ends_with_their_leaving(self) -> None:
        self.chat.depart(self.bob, e.Cause.LEFT)
        self.chat.enter(self.bob)
        self.does(self.op, account(AccountDeed.ROLE, "op", role=Role.PERSON))
        self.assertFalse(self.comes("bob").operator)

    def test_it_is_besides_their_own(self) -> None:
        self.does(self.bob, account(AccountDeed.REGISTER, "bob"))
        self.assertTrue(self.bob.operator)
        self.registers(self.bob, Role.OPERATOR)
        self.does(self.bob, account(AccountDeed.ROLE, "op", role=Role.PERSON))
        self.assertTrue(self.bob.operator)
        self.does(self.bob, account(AccountDeed.ROLE, "bob", role=Role.PERSON))
        self.assertFalse(self.bob.operator)
