"""Where the passwords come from that a command line needs: never from the command line itself."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import argparse

PASSWORD = "TWISTCHAT_PASSWORD"  # noqa: S105, the name of a variable
HOUSE = "TWISTCHAT_HOUSE_PASSWORD"


class NoPasswordError(Exception):
    """There is none to be had; the text says why, and what to do."""


class Shown(NamedTuple):
    """What a command line shows at the door."""

    password: str | None
    """Of the account that `--login` names; None: there is none, or it is still to be asked for."""
    house: str | None
    """Of the chat."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options about accounts."""
    parser.add_argument("--login", metavar="NAME", help="come in as the owner of this account")
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        type=Path,
        help="its password is the first line of this file; without it that of the variable "
        f"{PASSWORD} is, or you are asked",
    )
    parser.add_argument(
        "--house-password-file",
        metavar="FILE",
        type=Path,
        help=f"the same for the password of the chat, if it has one; the variable is {HOUSE}",
    )


def check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Complain of options that mean nothing together."""
    if options.login is not None and not options.login.strip():
        parser.error("--login is empty")
    if options.login is not None and options.nick is not None:
        parser.error("--login has the name: leave --nick out")
    if options.login is None and options.password_file is not None:
        parser.error("--password-file needs --login NAME")


def read(options: argparse.Namespace, *, may_ask: bool) -> Shown:
    """Read the passwords that are needed; where none is given, ask for it on the terminal.

    `may_ask` says whether it is asked here: a conversation asks by itself.

    Raises:
        NoPasswordError: there is none.
    """
    house = _given(options.house_password_file, HOUSE)
    if options.login is None:
        return Shown(None, house)
    password = _given(options.password_file, PASSWORD)
    if password is None and may_ask:
        password = _ask(f"Password of {options.login}: ")
    return Shown(password, house)


def _given(path: Path | None, variable: str) -> str | None:
    if path is None:
        return os.environ.get(variable) or None
    try:
        first = path.read_text("utf-8").partition("\n")[0].removesuffix("\r")
    except OSError as error:
        raise NoPasswordError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise NoPasswordError(f"{path} is not UTF-8") from error
    if not first:
        raise NoPasswordError(f"{path}: its first line is empty; write the password there")
    return first


def _ask(question: str) -> str:
    try:  # else getpass would read standard input, and show what is typed
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError as error:
        words = f"there is no terminal to ask for the password: --password-file, or {PASSWORD}"
        raise NoPasswordError(words) from error
    try:
        password = getpass.getpass(question)
    except EOFError:
        password = ""
    if not password:
        raise NoPasswordError("no password was given")
    return password
