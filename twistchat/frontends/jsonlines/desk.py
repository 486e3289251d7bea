"""What programs ask for about accounts and passwords, and who does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from twistchat.engine import Label
    from twistchat.session import Session


@dataclass(frozen=True, slots=True)
class Register:
    """Make an account of one's name."""

    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LogIn:
    """Be the owner of an account."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Give one's account another password."""

    old: str = field(repr=False)
    new: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LogOut:
    """Be nobody again, at the door."""


@dataclass(frozen=True, slots=True)
class DeleteAccount:
    """Delete one's account, and be a guest."""

    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShowAccount:
    """Ask which account one is logged in to."""


@dataclass(frozen=True, slots=True)
class MarkRead:
    """Say up to where one has read a room, or (where that is empty) what one says to somebody."""

    room: str
    to: str
    number: int


AboutAccounts = Register | LogIn | ChangePassword | LogOut | DeleteAccount

ForDesk = AboutAccounts | ShowAccount | MarkRead
"""What is about accounts and their owners."""


def ask(asked: AboutAccounts, session: Session, label: Label | None) -> None:
    """Have it done by who takes the session's passwords."""
    desk = session.desk
    match asked:
        case Register(password):
            desk.register(session, password, label)
        case LogIn(name, password):
            desk.log_in(session, name, password, label=label)
        case ChangePassword(old, new):
            desk.change_password(session, old, new, label)
        case DeleteAccount(password):
            desk.delete_account(session, password, label)
        case LogOut():
            desk.log_out(session, label)
        case _:
            assert_never(asked)
