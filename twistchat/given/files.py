"""What stands in a file: the message of the day, passwords, certificates."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from twistchat.accounts.house import HousePassword
from twistchat.config import ConfigError, read_text
from twistchat.core.text import clean
from twistchat.host.certificates import CertificateError, Certificates

if TYPE_CHECKING:
    from pathlib import Path

    from twistchat.given import Given


def read_motd(motd: Given, rundir: Path) -> tuple[str, ...]:
    """Read the message of the day, a line each; none if there is no file."""
    if motd.value is None:
        return ()
    try:
        text = read_text(rundir / motd.value, f"{motd.name} {motd.value}")
    except ConfigError as error:
        motd.wrong(error)
    return tuple(clean(line) for line in text.splitlines())


def read_house(house: Given, rundir: Path) -> tuple[HousePassword | None, str]:
    """Read the password that everybody has to know, if there is one; and what to warn of."""
    if house.value is None:
        return None, ""
    path, called = rundir / house.value, f"{house.name} {house.value}"
    warning = ""
    try:
        text = read_text(path, called)
        if path.stat().st_mode & stat.S_IROTH:
            warning = f"{called} can be read by every user of this machine: chmod o-r"
    except ConfigError as error:
        house.wrong(error)
    try:
        return HousePassword.of_file(text), warning
    except ValueError as error:
        house.wrong(f"{called} has no password: {error}")


def read_certificates(tls: Given, rundir: Path) -> Certificates | None:
    """Read what TLS shows, if there is to be TLS."""
    if tls.value is None:
        return None
    try:
        return Certificates(rundir / tls.value, f"{tls.name} {tls.value}")
    except CertificateError as error:
        tls.wrong(error)
