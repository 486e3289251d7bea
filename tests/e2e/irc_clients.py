"""The clients that people have for IRC: irssi and WeeChat, driven as from a keyboard.

What they show is read from their own logs. Neither needs a terminal of ours: irssi gets a
pseudo-terminal, and of WeeChat there is a program without a screen (weechat-headless), to which one
types through a pipe of its plugin fifo.
"""

from __future__ import annotations

import re
import shutil
from signal import SIGKILL
from typing import TYPE_CHECKING, ClassVar, Self

import pytest
from twisted.internet import reactor
from twisted.internet.task import deferLater

from tests.e2e.programs import PATIENCE, Program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOOKS_AGAIN = 0.02
"""Seconds between two looks at a log."""


class IRCClient(Program):
    """A client that somebody chats with."""

    program: ClassVar[str]
    folder: Path

    @classmethod
    def at(cls, folder: Path, nick: str, port: int, *, tls: bool = False) -> Self:
        """Start it in a folder of its own, and let it connect."""
        program = cls.installed()
        folder.mkdir()
        words = cls._prepared(folder, nick, port, tls=tls)
        client = cls.start(
            program, *words, use_pty=True, env={"TERM": "vt100", "LC_ALL": "C.UTF-8"}
        )
        assert isinstance(client, cls)
        client.folder = folder
        return client

    @classmethod
    def installed(cls) -> str:
        """Find the program; skip the test if there is none."""
        program = shutil.which(cls.program)
        if program is None:
            pytest.skip(f"{cls.program} is not installed")
        return program

    @classmethod
    def _prepared(cls, folder: Path, nick: str, port: int, *, tls: bool) -> list[str]:
        """Write what it needs there, and return the words that it is started with."""
        raise NotImplementedError  # each program has its own way

    def _logs(self) -> Iterator[Path]:
        raise NotImplementedError  # each program has its own way

    def says(self, text: str, where: str = "") -> None:
        """Type a line, which may be a command, into the window of a room, or of the server."""
        raise NotImplementedError  # each program has its own way

    async def comes_in(self) -> None:
        """Wait until it is welcomed."""
        await self.shows("(?i)message of the day|motd")

    @property
    def shown(self) -> str:
        """All that it has shown, room after room."""
        return "".join(log.read_text("utf-8", "replace") for log in self._logs())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        """End it, if it has not ended by itself: it would try to connect for ever."""
        self.kill(SIGKILL)

    async def shows(self, pattern: str) -> re.Match[str]:
        """Wait until a line that it shows is like this."""
        compiled = re.compile(pattern, re.MULTILINE)
        deadline = reactor.seconds() + PATIENCE
        while (match := compiled.search(self.shown)) is None:
            assert reactor.seconds() < deadline, f"no {pattern!r} in:\n{self.shown}"
            await deferLater(reactor, LOOKS_AGAIN)
        return match


IRSSI_CONFIG = """
servers = ( {{ address = "127.0.0.1"; port = {port}; chatnet = "chat"; autoconnect = "yes";
               use_tls = "{tls}"; tls_verify = "no"; }} );
chatnets = {{ chat = {{ type = "IRC"; }}; }};
logs = {{ "{log}" = {{ level = "ALL"; auto_open = "yes"; }}; }};
settings = {{
  core = {{ nick = "{nick}"; user_name = "{nick}"; real_name = "{nick} of irssi"; }};
  "irc/core" = {{ cmd_queue_speed = "0msec"; }};
  "fe-common/core" = {{ term_charset = "UTF-8"; autolog = "no"; }};
}};
"""


class Irssi(IRCClient):
    """The client of many who sit at a terminal."""

    program = "irssi"

    @classmethod
    def _prepared(cls, folder: Path, nick: str, port: int, *, tls: bool) -> list[str]:
        words = {"nick": nick, "port": port, "tls": "yes" if tls else "no", "log": folder / "log"}
        (folder / "config").write_text(IRSSI_CONFIG.format(**words))
        return [f"--home={folder}"]

    def _logs(self) -> Iterator[Path]:
        yield from self.folder.glob("log")

    def says(self, text: str, where: str = "") -> None:
        # One line at a time: of several it takes those that are not ASCII for a paste gone wrong.
        if text.startswith("/me "):
            self.types(f"/action {where} {text.removeprefix('/me ')}\n")
        else:
            self.types(f"{text}\n" if text.startswith("/") else f"/msg {where} {text}\n")


class WeeChat(IRCClient):
    """The other one."""

    program = "weechat-headless"

    @classmethod
    def _prepared(cls, folder: Path, nick: str, port: int, *, tls: bool) -> list[str]:
        server = f"/server add chat 127.0.0.1/{port} -nicks={nick} -username={nick}"
        if tls:
            server += " -ssl -ssl_verify=off"
        commands = [
            "/set logger.file.flush_delay 0",
            "/set irc.look.smart_filter off",
            "/set irc.server_default.anti_flood_prio_high 0",
            "/set irc.server_default.anti_flood_prio_low 0",
            f"/set irc.server_default.realname {nick} of WeeChat",
            server,
            "/connect chat",
        ]
        return ["--dir", str(folder), *(word for line in commands for word in ("-r", line))]

    def _logs(self) -> Iterator[Path]:
        yield from sorted((self.folder / "logs").glob("irc.*"))

    def says(self, text: str, where: str = "") -> None:
        window = f"chat.{where}" if where else "server.chat"
        (pipe,) = self.folder.glob("weechat_fifo_*")
        with pipe.open("w", encoding="utf-8") as typed:
            typed.write(f"irc.{window} *{text}\n")
