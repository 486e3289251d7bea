"""Where people show passwords: to come in, to make an account, to change it, to delete it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from twisted.logger import Logger

from twistchat.accounts.checkers import Password
from twistchat.accounts.passwords import good_password
from twistchat.accounts.shown import Shown
from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed, Role
from twistchat.core.pace import Bucket
from twistchat.login import refusal
from twistchat.session.coming import Coming
from twistchat.session.entrance import Newcomer
from twistchat.session.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twisted.cred.credentials import ICredentials
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime

    from twistchat.accounts.checkers import AccountChecker
    from twistchat.accounts.doors import Doors
    from twistchat.accounts.house import House
    from twistchat.accounts.keeping import Change, Passwords
    from twistchat.core.accounts import Account
    from twistchat.core.chat import Chat
    from twistchat.core.limits import Limits
    from twistchat.core.model import Seen, User
    from twistchat.engine import Committed, Label
    from twistchat.session.entrance import Entrance

log = Logger()

ADDRESSES = 10_000
"""Addresses of which it is remembered how many accounts were made from there lately."""


class Visitor(Newcomer, Protocol):
    """What is known here of a session."""

    network: str
    """What counts as one address, of those that it comes from."""

    @property
    def is_in(self) -> bool:
        """Whether its person acts over it."""

    has_house_password: bool
    """Whether it has shown the password of the house."""

    def settle(self) -> Deferred[None]:
        """Fire when all that it asked before is told."""


class Desk:
    """Takes passwords, and does what their owners ask for with them.

    What is wrong with one is told to the session. Until that is known its input is held: so what
    is typed behind a password is heard when it is known who says it.
    """

    def __init__(
        self,
        *,
        chat: Chat,
        clock: IReactorTime,
        limits: Limits,
        entrance: Entrance,
        checker: AccountChecker,
        passwords: Passwords,
        house: House,
        doors: Doors,
    ) -> None:
        self._chat = chat
        self._clock = clock
        self._a_minute = limits.registrations
        self._entrance = entrance
        self._checker = checker
        self._passwords = passwords
        self._house = house
        self.doors = doors
        """Who may come in."""
        self._changes: dict[str, Change] = {}
        """Passwords that were changed, by account, while the change of the account is under way."""
        self._made: dict[str, Bucket] = {}
        """How many accounts may still be made from which address."""

    def change_limits(self, limits: Limits) -> None:
        """Let other limits hold; how many accounts may be made is counted anew, if that changed."""
        if self._a_minute != limits.registrations:
            self._a_minute = limits.registrations
            self._made.clear()
        self._checker.change_limits(limits)

    # ------------------------------------------------------------ coming in

    def is_registered(self, name: str) -> bool:
        """Whether a name, as it was typed, belongs to an account."""
        return self._chat.accounts.named(name) is not None

    def asks_house(self, session: Visitor) -> bool:
        """Whether somebody has to show the password of the house first."""
        return self._house.has_password and not session.has_house_password

    def admit(self, session: Visitor, typed: str) -> e.Refused | None:
        """Take the password of the house; returns why it is no good, if so."""
        refused = self._house.admit(typed, session.network)
        session.has_house_password |= refused is None
        return refused and self._entrance.refused(refused)

    def log_in(
        self,
        session: Visitor,
        name: str,
        password: str,
        *,
        rooms: Mapping[str, Seen | None] | None = None,
        takes_private: bool = True,
        label: Label | None = None,
    ) -> None:
        """Come in as the owner of an account, or become them."""
        user = session.user
        if user is not None and user.account is not None:
            session.answer(e.Refused(e.Refusal.LOGGED_IN_ALREADY, user.name), label)
            return
        credentials = Password(name, password, session.network)
        self._entrance.log_in(
            session, Coming(credentials, rooms, label, takes_private=takes_private)
        )

    def log_out(self, session: Visitor, label: Label | None = None) -> None:
        """Be nobody again, at the door."""
        if not session.is_in:  # at the door, or leaving
            return
        if session.user is None or session.user.account is None:
            session.answer(e.Refused(e.Refusal.NOT_LOGGED_IN), label)
            return
        user = session.user

        def step_out(_: None) -> None:
            if session.user is user and session.state is State.IN:
                session.steps_out()
                session.answer(e.LoggedOut(), label)

        session.hold()
        session.settle().addCallback(step_out).addBoth(lambda _: session.release())

    def verify(
        self,
        session: Visitor,
        name: str,
        password: str,
        then: Callable[[Account | e.Refused], None],
    ) -> None:
        """Find out whose name and password these are; `then` is called with that, or why not.

        Whoever has shown it may come in as its owner later: see `shown`.
        """
        session.hold()
        checked = self._checker.check(name, password, session.network)
        known: Deferred[Account | e.Refused] = checked.addErrback(self._entrance.refused)
        told = known.addCallback(then)
        told.addErrback(lambda failure: log.failure("a password was checked for nothing", failure))
        told.addBoth(lambda _: session.release())

    def shown(self, account: Account) -> ICredentials:
        """Make credentials of an account whose password was shown: good while it is the same."""
        return Shown(account)

    def take_office(
        self, session: Visitor, name: str, password: str, then: Callable[[e.Refused | None], None]
    ) -> None:
        """Be an operator while one is here; `then` is called when one is, or with why not."""
        user = session.user
        if user is None or not session.is_in:
            return

        def known(found: Account | e.Refused) -> None:
            if isinstance(found, e.Refused):
                then(found)
            elif session.user is not user or not session.is_in:
                pass  # they have gone meanwhile
            elif found.role is not Role.OPERATOR or not self._chat.may_serve(found.id):
                then(e.Refused(e.Refusal.OPERATORS_ONLY))
            elif session.perform(user, c.TakeOffice(found.id), None):
                log.info("{name} is an operator as {account}", name=user.name, account=found.name)
                then(None)

        self.verify(session, name, password, known)

    # ------------------------------------------------------------ one's own account

    def register(self, session: Visitor, password: str, label: Label | None = None) -> None:
        """Make an account of the name that somebody bears."""
        user = session.user
        if user is None or not session.is_in:
            return
        if user.account is not None:
            session.answer(e.Refused(e.Refusal.LOGGED_IN_ALREADY, user.name), label)
            return
        good = good_password(password, user.name)
        if isinstance(good, str) and (wait := self._too_many(session.network)):
            good = e.Refused(e.Refusal.REGISTRATIONS_FAST, str(self._a_minute), str(wait))
        if isinstance(good, e.Refused):
            session.answer(good, label)
            return
        changed = self._passwords.set(user.id, good)
        self._change(session, user, changed, AccountDeed.REGISTER, label)

    def change_password(
        self, session: Visitor, old: str, new: str, label: Label | None = None
    ) -> None:
        """Give one's account another password."""
        if not session.is_in:
            return
        user = session.user
        if user is None or user.account is None:
            session.answer(e.Refused(e.Refusal.NOT_LOGGED_IN), label)
            return
        good = good_password(new, user.name)
        if isinstance(good, e.Refused):
            session.answer(good, label)
            return
        checked = self._checker.check(user.name, old, session.network)
        changed = checked.addCallback(lambda account: self._passwords.set(account.id, good))
        self._change(session, user, changed, AccountDeed.PASSWORD, label)

    def delete_account(self, session: Visitor, password: str, label: Label | None = None) -> None:
        """Delete one's account, and be a guest."""
        if not session.is_in:
            return
        user = session.user
        if user is None or user.account is None:
            session.answer(e.Refused(e.Refusal.NOT_LOGGED_IN), label)
            return
        checked = self._checker.check(user.name, password, session.network)
        known: Deferred[None] = checked.addCallback(_ignored)
        self._change(session, user, known, AccountDeed.DELETE, label)

    def follow(self, committed: Committed) -> None:
        """Forget the password of an account that is deleted. Called by the pipeline.

        Where an account could not be changed, its password is what it was before.
        """
        item = committed.item
        if isinstance(item, e.NotKept) and isinstance(item.event, e.AccountSet):
            self._take_back(self._changes.pop(item.event.account.id, None))
        elif isinstance(item, e.AccountSet):
            self._changes.pop(item.account.id, None)
            if item.deed is AccountDeed.DELETE:
                self._passwords.remove(item.account.id).addErrback(refusal)

    # ------------------------------------------------------------ inside

    def _change(
        self,
        session: Visitor,
        user: User,
        ready: Deferred[Change] | Deferred[None],
        deed: AccountDeed,
        label: Label | None,
    ) -> None:
        """Change an account when it is known that its owner may; until then hold the session."""
        account = user.account

        def change(changed: Change | None) -> None:
            has_left = session.state is not State.IN or session.user is not user
            now = self._chat.accounts.of(user.id)
            if _life(now) != _life(account):  # another connection of theirs was faster
                code = e.Refusal.LOGGED_IN_ALREADY if account is None else e.Refusal.WRONG_PASSWORD
                session.answer(e.Refused(code, user.name), label)
            elif not (has_left and deed is AccountDeed.REGISTER):
                if changed is not None:
                    self._changes[user.id] = changed
                if session.perform(user, c.ChangeAccount(deed, user.name), label):
                    return
                self._changes.pop(user.id, None)
            self._take_back(changed)

        session.hold()
        ready.addCallback(change)
        ready.addErrback(lambda failure: session.answer(self._entrance.refused(failure), label))
        ready.addBoth(lambda _: session.release())

    def _take_back(self, changed: Change | None) -> None:
        """Let a password be what it was before."""
        if changed is not None:
            self._passwords.undo(changed).addErrback(refusal)

    def _too_many(self, network: str) -> int:
        """Count an account that is made from an address; returns the seconds to wait, if any."""
        now = self._clock.seconds()
        bucket = self._made.pop(network, None) or Bucket(self._a_minute, self._a_minute / 60, now)
        self._made[network] = bucket
        if len(self._made) > ADDRESSES:
            del self._made[next(iter(self._made))]
        return int(bucket.take(now) + 0.999)


def _life(account: Account | None) -> int:
    """Tell which life of an account that is: another one begins when its password is changed."""
    return 0 if account is None else account.generation


def _ignored(_: Account) -> None:
    """It is enough that they know its password."""
