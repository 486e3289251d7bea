"""What `twistd chat` takes: options in, service out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from twisted.python import usage

import twistchat
from twistchat.core.limits import DEFAULT_LIMITS
from twistchat.core.text import clean
from twistchat.engine import Engine, open_engine
from twistchat.frontends.registry import Greeting
from twistchat.probe import CannotListenError, endpoint_of, try_to_listen
from twistchat.service import ChatService

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_MOTD = 64 * 1024
"""Bytes. Everybody is sent it on connecting."""


class Options(usage.Options):
    """The options of `twistd chat`."""

    synopsis = "[options]"
    longdesc = (
        "A chat that anyone can join with whatever they have: nc, telnet or `twistchat connect`."
    )
    optParameters = [  # noqa: RUF012, as Twisted wants it
        ["port", "p", "8000", "Where to listen: a port (0: a free one) or a Twisted endpoint."],
        ["engine", "e", "memory:", "Where what was said is kept. memory: forgets on stopping."],
        ["name", None, "twistchat", "How this chat calls itself."],
        ["motd", None, None, "A file with the message of the day, UTF-8."],
    ]
    optFlags = [  # noqa: RUF012, as Twisted wants it
        ["console", None, "A console for the operator, on this terminal (with twistd -n)."],
    ]

    endpoint: str
    engine: Engine
    greeting: Greeting

    def opt_version(self) -> None:
        """Print the version of twistchat, and exit."""
        print(f"twistchat {twistchat.__version__}")  # noqa: T201, what was asked for
        raise SystemExit(0)

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Read the options.

        Raises:
            SystemExit: with one line saying what is wrong. Before the text of a UsageError
                twistd would print all of its own options, and it would print it all to stdout.
        """
        try:
            super().parseOptions(options)  # type: ignore[no-untyped-call]  # Twisted's
        except usage.UsageError as error:
            _fail(f"{error}; twistd chat --help shows the options")

    def postOptions(self) -> None:
        """Check everything that can be checked without doing it."""
        name = clean(self["name"].strip())
        if not name:
            _fail("--name is empty: give the chat a name")
        try:
            self.endpoint = endpoint_of(self["port"])
            self.engine = open_engine(self["engine"], DEFAULT_LIMITS)
        except ValueError as error:
            _fail(str(error))
        if self["console"] and not self._twistd("nodaemon", default=True):
            _fail("--console needs the terminal: start with twistd -n chat --console")
        self.greeting = Greeting(name, _read_motd(self["motd"], self._twistd("rundir", ".")))

    def parseArgs(self, *unknown: str) -> None:
        """Refuse what is no option."""
        if unknown:
            raise usage.UsageError(f"{unknown[0]!r} is no option")

    def _twistd(self, name: str, default: object) -> Any:
        parent = getattr(self, "parent", None)
        return default if parent is None else parent.get(name, default)


def makeService(options: Options) -> ChatService:
    """Make the service of a chat.

    Raises:
        SystemExit: with one line, if it cannot listen where it should.
    """
    from twisted.internet import reactor

    try:
        try_to_listen(reactor, options.endpoint)
    except CannotListenError as error:
        _fail(str(error))
    return ChatService(
        reactor,
        listen=[options.endpoint],
        engine=options.engine,
        greeting=options.greeting,
        console=bool(options["console"]),
        stop=reactor.stop,
    )


def _read_motd(path: str | None, rundir: str) -> tuple[str, ...]:
    if path is None:
        return ()
    file = Path(rundir) / path
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_MOTD + 1)
    except OSError as error:
        _fail(f"cannot read --motd {path}: {error.strerror}")
    if len(content) > MAX_MOTD:
        _fail(f"--motd {path} is too large: {MAX_MOTD // 1024} KiB at most")
    try:
        return tuple(clean(line) for line in content.decode("utf-8-sig").splitlines())
    except UnicodeDecodeError:
        _fail(f"--motd {path} is not UTF-8")


def _fail(message: str) -> NoReturn:
    raise SystemExit(f"twistd chat: {message}")
