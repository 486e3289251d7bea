"""As whom a node comes to its Redis. Never on the command line, where everybody sees it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENT = "TWISTCHAT_REDIS_"
"""How the variables of the environment begin: TWISTCHAT_REDIS_PASSWORD."""

FILES = frozenset({"ca", "certificate", "key"})


class CredentialsError(ValueError):
    """They cannot be used; the message is a sentence for the operator."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is shown to a Redis, and to its Sentinels; and whom to believe over TLS."""

    username: str = ""
    """Empty: the user that Redis calls `default`."""
    password: str = field(default="", repr=False)
    sentinel_username: str = ""
    sentinel_password: str = field(default="", repr=False)
    ca: str = ""
    """A file with the certificates of who signs the server's; empty: whom this system believes."""
    certificate: str = ""
    """A file with a certificate of ours, for a Redis that wants one."""
    key: str = ""
    """Its key; empty: it is in the same file."""


NAMES: Mapping[str, str] = {
    f"redis-{each.name.replace('_', '-')}": each.name for each in fields(Credentials)
}
"""What the options of the file are called, and which field each is."""


def read_credentials(
    options: Mapping[str, str], environment: Mapping[str, str], folder: Path
) -> Credentials:
    """Put together what the file says and what the environment does, which wins.

    Raises:
        CredentialsError: they do not fit together, or a file cannot be read; with a sentence.
    """
    values: dict[str, str] = {}
    for option, name in NAMES.items():
        text = environment.get(ENVIRONMENT + name.upper(), "") or options.get(option, "")
        if text and name in FILES:
            text = str(folder / text)
            try:
                with Path(text).open("rb"):
                    pass
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or error
                raise CredentialsError(option, f"cannot read {option} {text}: {why}") from error
        values[name] = text
    found = Credentials(**values)
    if found.username and not found.password:
        raise CredentialsError(
            "redis-username", "there is a redis-username without a redis-password: give both"
        )
    if found.sentinel_username and not found.sentinel_password:
        raise CredentialsError(
            "redis-sentinel-username",
            "there is a redis-sentinel-username without a password: give both",
        )
    if found.key and not found.certificate:
        raise CredentialsError(
            "redis-key", "there is a redis-key without a redis-certificate: give both"
        )
    return found
