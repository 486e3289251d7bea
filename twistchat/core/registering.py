"""The rules about accounts: who makes them, who may change them, and what follows at once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.accounts import Account, AccountDeed, Role, Standing
from twistchat.core.appointing import resigned
from twistchat.core.moderation import depart
from twistchat.core.names import nickname
from twistchat.core.offices import follow, is_operator, take_office
from twistchat.core.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.model import User
    from twistchat.core.state import State

FOR_OWNERS = frozenset({AccountDeed.PASSWORD, AccountDeed.DELETE})
"""What one may do about one's own account. All of it is for operators."""


def perform(
    state: State, user: User, command: c.ChangeAccount | c.TakeOffice
) -> Sequence[e.Item] | e.Refused:
    """Do what somebody asks about an account."""
    if isinstance(command, c.TakeOffice):
        return take_office(state, user, command)
    return _change_account(state, user, command)


def _change_account(
    state: State, user: User, command: c.ChangeAccount
) -> Sequence[e.Item] | e.Refused:
    """Make an account, or change one."""
    if command.deed is AccountDeed.REGISTER:
        return _register(state, user, command)
    account = state.accounts.decided(command.name)
    is_own = account is not None and account.id == user.id
    if not (user.operator or (is_own and command.deed in FOR_OWNERS)):
        return e.Refused(e.Refusal.OPERATORS_ONLY)
    if account is None:
        return e.Refused(e.Refusal.NO_SUCH_ACCOUNT, clean(command.name.strip()[:40]))
    if account.is_disabled and not user.operator:  # that is under way
        return e.Refused(e.Refusal.ACCOUNT_DISABLED, account.name)
    now = _changed(account, command)
    state.accounts.decide(now)
    items: list[e.Item] = [e.AccountSet(now, command.deed, user.id, user.name, state.now())]
    if now.standing is Standing.DELETED:
        items += resigned(state, user, account)
    other = state.people.get(account.id)
    if other is not None and not is_own and now.standing is not Standing.ACTIVE:
        items.append(depart(state, other, e.Cause.KICKED))
    return items


def _register(state: State, user: User, command: c.ChangeAccount) -> Sequence[e.Item] | e.Refused:
    is_own = not command.identity
    if not (is_own or user.operator):
        return e.Refused(e.Refusal.OPERATORS_ONLY)
    if is_own and (user.account is not None or (user.operator and user.office is None)):
        return e.Refused(e.Refusal.LOGGED_IN_ALREADY, user.name)
    name = user.name if is_own else nickname(command.name, state.limits, lambda _: False)
    if isinstance(name, e.Refused):
        return name
    if state.accounts.decided(name) is not None:
        return e.Refused(e.Refusal.ACCOUNT_EXISTS, name)
    if not is_own and re.fullmatch("[0-9a-f]{16}", command.identity) is None:
        return e.Refused(e.Refusal.FAULT)
    identity = user.id if is_own else command.identity
    now = state.now()
    role = Role.PERSON if is_own or command.role is None else command.role
    generation = state.accounts.generation(identity) + 1
    account = Account(identity, name, role, generation=generation, since=now)
    state.accounts.decide(account)
    return [e.AccountSet(account, AccountDeed.REGISTER, user.id, user.name, now)]


def _changed(account: Account, command: c.ChangeAccount) -> Account:
    # Whatever is changed but a role: all tokens that were given out are worthless.
    renewed = replace(account, generation=account.generation + 1)
    match command.deed:
        case AccountDeed.PASSWORD | AccountDeed.REGISTER:
            return renewed
        case AccountDeed.ROLE:
            return replace(account, role=command.role or Role.PERSON)
        case AccountDeed.DISABLE:
            return replace(renewed, standing=Standing.DISABLED)
        case AccountDeed.ENABLE:
            return replace(account, standing=Standing.ACTIVE)
        case AccountDeed.DELETE:
            return replace(renewed, standing=Standing.DELETED)
        case _:
            assert_never(command.deed)


def apply(state: State, event: e.AccountSet) -> None:
    """Take over how an account is now; whoever is logged in to it is so from now on."""
    account = event.account
    state.accounts.settle(account)
    if not state.accounts.put(account):
        return
    follow(state, account)
    user = state.people.get(account.id)
    if user is None:
        return
    user.account = None if account.standing is not Standing.ACTIVE else account
    user.operator = is_operator(user)
