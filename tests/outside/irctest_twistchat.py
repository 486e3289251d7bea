"""A server of ours for each test of irctest.

`pytest --controller tests.outside.irctest_twistchat`, where irctest is; docs/irc-testing.md says
more. Without irctest this can be imported, too.

TWISTD names the twistd that is started, and TWISTCHAT_ENGINE what keeps what is said.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

from twistchat.client.control import Connection, NoServerError

NAME = "My.Little.Server"
OPERATOR = ("operuser", "operpassword")
LONGEST = 512
"""Bytes of a password: more are refused, by every wire."""
SHORTEST = 8
"""Characters of a password that is chosen here. Those of another system may be shorter."""

BURSTS = ("rate", "joins", "renames", "strangers", "searches", "registrations", "name-time", "ping")
"""Limits for people: a test types faster, and with faketime its hours pass in minutes."""


def command(folder: Path, where: str, *, password: str | None, tls: Path | None) -> list[str]:
    """How the server is started, in its folder."""
    twistd = os.environ.get("TWISTD") or str(Path(sys.executable).parent / "twistd")
    people = folder / "people"
    people.touch(mode=0o600)
    words = [twistd, "-n", "--pidfile=", f"--rundir={folder}", "chat"]
    if tls is None:
        words += ["--listen", f"irc=tcp:{where}"]
    else:
        certificate = f"privateKey={tls / 'ssl.key'}:certKey={tls / 'ssl.pem'}"
        words += ["--listen", f"irc=ssl:{where}:{certificate}"]
    words += ["--name", NAME, "--engine", os.environ.get("TWISTCHAT_ENGINE") or "memory:"]
    words += ["--control", "ctl", "--auth", f"file:{people}"]
    words += [word for limit in BURSTS for word in ("--limit", f"{limit}=0")]
    if password is not None:
        house = folder / "house"
        house.touch(mode=0o600)
        house.write_text(password)
        words += ["--password-file", str(house)]
    return words


def add_account(folder: Path, name: str, password: str, role: str = "") -> None:
    """Make an account, as an operator does.

    What is too short for a password here is put where those of another system stand.
    """
    if len(password) < SHORTEST:
        with (folder / "people").open("a", encoding="utf-8") as people:
            people.write(f"{name}:{password}\n")
        return
    with _control(folder / "ctl") as control:
        answers = list(control.ask(f"account add {name} {role}".rstrip(), secret=password))
    assert answers[-1] == {"end": 0}, answers


def _control(path: Path) -> Connection:
    """Wait for the server, if need be."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return Connection(str(path))
        except NoServerError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)  # irctest waits for a server so, too: it has no reactor


def get_irctest_controller_class() -> type[Any]:
    """What irctest asks for."""
    from irctest.basecontrollers import BaseServerController, DirectoryBasedController
    from irctest.patma import ANYSTR
    from irctest.runner import NotImplementedByController
    from irctest.specifications import Capabilities, OptionalBehaviors

    class Twistchat(BaseServerController, DirectoryBasedController):
        """Starts it, and says what it claims: what is claimed and not there is a failure."""

        software_name = "twistchat"
        supported_sasl_mechanisms = frozenset({"PLAIN"})
        supports_sts = False
        extban_mute_char = None
        _port_wait_interval = 0.02
        capabilities = frozenset(
            {
                Capabilities.ACCOUNT_NOTIFY,
                Capabilities.ACCOUNT_TAG,
                Capabilities.AWAY_NOTIFY,
                Capabilities.BATCH,
                Capabilities.ECHO_MESSAGE,
                Capabilities.EXTENDED_JOIN,
                Capabilities.EXTENDED_MONITOR,
                Capabilities.LABELED_RESPONSE,
                Capabilities.MESSAGE_TAGS,
                Capabilities.MULTI_PREFIX,
                Capabilities.SERVER_TIME,
                Capabilities.SETNAME,
            }
        )
        optional_behaviors = frozenset(
            {
                OptionalBehaviors.BAN_EXCEPTION_MODE,
                OptionalBehaviors.CAP_REQ_MINUS,
                OptionalBehaviors.INVITE_EXCEPTION_MODE,
                OptionalBehaviors.MULTI_JOIN,
            }
        )
        isupport: ClassVar[dict[str, Any]] = {
            "BOT": ANYSTR,
            "MONITOR": ANYSTR,
            "PREFIX": "(ov)@+",
            "UTF8ONLY": None,
            "WHOX": None,
        }

        def run(
            self,
            hostname: str,
            port: int,
            *,
            password: str | None,
            ssl: bool,
            run_services: bool,
            faketime: str | None,
            websocket_hostname: str | None,
            websocket_port: int | None,
        ) -> None:
            if websocket_hostname is not None or websocket_port is not None:
                raise NotImplementedByController("Websocket")
            self.hostname, self.port = hostname, port
            self.create_config()
            if ssl:
                self.gen_ssl()
            tls = self.directory if ssl else None
            where = f"{port}:interface={hostname}"
            words = command(self.directory, where, password=password, tls=tls)
            if faketime and (program := shutil.which("faketime")):
                words = [program, "-f", faketime, *words]
                self.faketime_enabled = True
            self.proc = self.execute(words, cwd=self.directory)
            # There is a control socket when the doors are open; before, they are only tried.
            add_account(self.directory, *OPERATOR, "operator")

        def wait_for_services(self) -> None:
            """Accounts are a part of the server."""

        def registerUser(self, case: Any, username: str, password: str | None = None) -> None:
            assert password is not None
            if len(password.encode()) > LONGEST:
                raise NotImplementedByController(f"passwords of more than {LONGEST} bytes")
            add_account(self.directory, username, password)

    return Twistchat
