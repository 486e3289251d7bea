"""The rules about operators by the account of another, while they are here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core import events as e
from twistchat.core.accounts import Role, Standing
from twistchat.core.rights import may_serve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.accounts import Account
    from twistchat.core.commands import TakeOffice
    from twistchat.core.model import User
    from twistchat.core.state import State


def take_office(state: State, user: User, command: TakeOffice) -> Sequence[e.Item] | e.Refused:
    """Let somebody be an operator while they are here, or no longer."""
    if command.account is None:
        leave_office(state, user)
        return [entered(user, state.now())]
    account = state.accounts.of(command.account)
    if account is None or account.role is not Role.OPERATOR or account.is_disabled:
        return e.Refused(e.Refusal.OPERATORS_ONLY)
    if not may_serve(state, account.id):
        return e.Refused(e.Refusal.OPERATORS_ONLY)
    user.office = account
    user.operator = True
    state.officers[user.id] = user
    return [entered(user, state.now())]


def entered(user: User, now: float) -> e.Entered:
    """Tell the other nodes what there is to know of somebody who is here."""
    return e.Entered(
        user.id,
        user.name,
        tuple(user.rooms),
        user.away,
        user.persona,
        "" if user.office is None else user.office.id,
        user.account is None,
        user.since,
        user.spoke,
        now,
        tuple(room.name for room in user.rooms.values() if room.keeper == user.id),
    )


def follow(state: State, account: Account) -> None:
    """Let nobody be an operator by an account that is no longer such, now that it is like this."""
    for officer in list(state.officers.values()):
        if officer.office is not None and not _holds(officer.office, account):
            leave_office(state, officer)


def close(state: State, identity: str) -> None:
    """Let nobody be an operator by an account whose owner is banned everywhere."""
    for officer in list(state.officers.values()):
        if officer.office is not None and officer.office.id == identity:
            leave_office(state, officer)


def leave_office(state: State, user: User) -> None:
    """Let somebody be no more than they are by themselves."""
    user.office = None
    state.officers.pop(user.id, None)
    user.operator = is_operator(user)


def is_operator(user: User) -> bool:
    """Whether somebody is one now, by their own account or by that of another."""
    is_own = user.account is not None and user.account.role is Role.OPERATOR
    return is_own or user.office is not None


def _holds(office: Account, account: Account) -> bool:
    """Whether somebody is an operator still, now that an account is like this."""
    if account.id != office.id:
        return True
    is_active = account.standing is Standing.ACTIVE and account.role is Role.OPERATOR
    return is_active and account.generation == office.generation
