"""The commands about accounts that people type, as data; one more table besides `commands.py`."""

from __future__ import annotations

from twistchat.frontends.line.commands import Asked, LineCommand, UsageError
from twistchat.frontends.line.desk import (
    ChangePassword,
    DeleteAccount,
    LogIn,
    LogOut,
    Register,
    ShowAccount,
)


def _login(room: str, words: str) -> Asked:
    name, _, more = words.strip().partition(" ")
    return LogIn(name, bool(more))


def _register(room: str, words: str) -> Asked:
    return Register(bool(words.strip()))


def _passwd(room: str, words: str) -> Asked:
    return ChangePassword(bool(words.strip()))


def _logout(room: str, words: str) -> Asked:
    if words.strip():
        raise UsageError
    return LogOut()


def _account(room: str, words: str) -> Asked:
    match words.split():
        case []:
            return ShowAccount()
        case ["delete", *_]:
            return DeleteAccount()
        case _:
            raise UsageError


ACCOUNT_COMMANDS = (
    LineCommand("register", _register),
    LineCommand("login", _login, aliases=("identify",)),
    LineCommand("passwd", _passwd, aliases=("password",)),
    LineCommand("logout", _logout),
    LineCommand("account", _account),
)
