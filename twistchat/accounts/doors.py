"""What an operator says about who may come in, and how others' checkers are named for it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from twisted.cred import strcred
from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.credentials import IUsernamePassword

from twistchat.core.values import value

if TYPE_CHECKING:
    from pathlib import Path

    from twisted.cred.checkers import ICredentialsChecker

    from twistchat.accounts.house import HousePassword


@value(frozen=True, slots=True)
class Doors:
    """Who may come in."""

    guests: bool = True
    """Whether one may come in with a name alone."""
    house: HousePassword | None = None
    """What everybody has to know."""
    checkers: tuple[ICredentialsChecker, ...] = ()
    """They are asked, in this order, for names that have no password of ours."""


OPEN = Doors()
"""Whoever has a name may come in."""


def read_checker(text: str, folder: Path) -> ICredentialsChecker:
    """Make a checker of a description as operators write it: `file:people`, `unix`.

    A file's path begins in `folder`; whatever a plugin of others makes of paths is its own.

    Raises:
        ValueError: there is no such checker, or it cannot be used; with a sentence saying so.
    """
    kind, _, argument = text.partition(":")
    if kind == "file" and argument.strip():
        path = folder.absolute() / argument
        try:
            with path.open("rb"):
                pass
        except OSError as error:
            raise ValueError(f"cannot read {argument}: {error.strerror}") from error
        text = f"file:{path}"
    try:
        checker = strcred.makeChecker(text)
    except strcred.InvalidAuthType as error:
        kinds = ", ".join(sorted(_kinds()))
        raise ValueError(f"there is no {kind!r} to ask; there are: {kinds}") from error
    except Exception as error:  # a plugin's own
        raise ValueError(f"{kind} says: {error}") from error
    if IUsernamePassword not in checker.credentialInterfaces:
        raise ValueError(f"{kind} is not asked for names and passwords, as people have them here")
    if kind == "unix" and find_spec("spwd") is None:
        raise ValueError("unix needs Python's modules crypt and spwd, which 3.13 has no more")
    if isinstance(checker, InMemoryUsernamePasswordDatabaseDontUse):
        # strcred fills it with text, and cred asks it for bytes (as of Twisted 26.4).
        checker.users = {_bytes(name): _bytes(password) for name, password in checker.users.items()}
    return cast("ICredentialsChecker", checker)


def _kinds() -> list[str]:
    return [
        factory.authType
        for factory in strcred.findCheckerFactories()
        if IUsernamePassword in factory.credentialInterfaces
    ]


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
