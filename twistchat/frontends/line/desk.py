"""What people ask for about accounts and passwords; each password is asked for afterwards."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogIn:
    """Be the owner of an account, whose password is asked for; with no name: of one's own name."""

    name: str
    is_too_much: bool = False
    """Whether more was typed, which may be a password."""


@dataclass(frozen=True, slots=True)
class Register:
    """Make an account of one's name; its password is asked for."""

    is_too_much: bool = False


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Give one's account another password, which is asked for."""

    is_too_much: bool = False


@dataclass(frozen=True, slots=True)
class LogOut:
    """Be nobody again, at the door."""


@dataclass(frozen=True, slots=True)
class ShowAccount:
    """Show whether one is logged in."""


@dataclass(frozen=True, slots=True)
class DeleteAccount:
    """Delete one's account; its password is asked for."""


ForDesk = LogIn | Register | ChangePassword | LogOut | ShowAccount | DeleteAccount
"""What is about accounts and passwords."""
