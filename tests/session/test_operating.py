"""What an operator does without a session: it is done when it is kept."""

from __future__ import annotations

from tests.engines import OnSlowEngine
from tests.session.kit import SECRET, AccountTestCase
from twistchat.core import commands as c
from twistchat.core.accounts import AccountDeed, Role
from twistchat.core.events import NotKept, Refusal, Refused, Unkept
from twistchat.login import LoginRefused
from twistchat.session.operating import NotDoneError
from twistchat.testing import SlowEngine


class OperatorTests(OnSlowEngine, AccountTestCase):
    def test_it_is_done_when_it_is_kept(self) -> None:
        self.owner("ann")
        operator = self.world.parts.operator
        doing = operator.perform(c.ChangeAccount(AccountDeed.ROLE, "ann", role=Role.OPERATOR))
        self.assertNoResult(doing)
        self.settles()
        self.successResultOf(doing)

    def test_what_changes_nothing_that_is_kept_is_done_at_once(self) -> None:
        (ann,) = self.people("ann")
        doing = self.world.parts.operator.perform(c.Announce("hello"))
        self.successResultOf(doing)
        self.settles()
        self.assertEqual(ann.sees(), ["-- The operator to all: hello"])

    def test_what_is_refused(self) -> None:
        doing = self.world.parts.operator.perform(c.ChangeAccount(AccountDeed.ROLE, "nobody"))
        why = self.failureResultOf(doing, NotDoneError).value.why
        self.assertEqual(why, Refused(Refusal.NO_SUCH_ACCOUNT, "nobody"))

    def test_what_could_not_be_kept(self) -> None:
        self.owner("ann")
        engine = self.world.engine
        assert isinstance(engine, SlowEngine)
        engine.fails = True
        doing = self.world.parts.operator.perform(c.ChangeAccount(AccountDeed.DISABLE, "ann"))
        self.settles()
        why = self.failureResultOf(doing, NotDoneError).value.why
        assert isinstance(why, NotKept)
        self.assertEqual(why.why, Unkept.FAILED)

    def test_an_account_for_whom_another_checker_knows(self) -> None:
        operator = self.world.parts.operator
        made = operator.adopt("小明")
        self.settles()
        self.assertEqual(self.successResultOf(made).name, "小明")

    def test_two_at_the_same_time_have_one_account(self) -> None:
        operator = self.world.parts.operator
        one, other = operator.adopt("ann"), operator.adopt("ANN")
        self.settles()
        self.assertEqual(self.successResultOf(one).id, self.successResultOf(other).id)
        self.assertEqual(len(self.world.parts.chat.accounts), 1)

    def test_a_name_that_nobody_can_have(self) -> None:
        failed = self.world.parts.operator.adopt("a b")
        refused = self.failureResultOf(failed, LoginRefused).value.refused
        self.assertEqual(refused.code, Refusal.NAME_CHARACTERS)

    def test_a_guest_who_registers_while_an_operator_makes_the_same_account(self) -> None:
        ann, bob = self.people("ann", "bob")
        made = self.world.parts.operator.adopt("ann")
        self.registers(ann, SECRET)
        self.settles()
        account = self.successResultOf(made)
        accounts = self.world.parts.chat.accounts
        self.assertEqual([each.id for each in accounts.all()], [account.id])
        self.assertEqual(self.name_of(ann), "ann" if self.who(ann).id == account.id else None)
        self.told(bob)
