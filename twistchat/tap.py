"""What `twistd chat` takes: options in, service out."""

from __future__ import annotations

import atexit
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.cred.credentials import IUsernamePassword
from twisted.cred.strcred import AuthOptionMixin
from twisted.logger import Logger
from twisted.python import usage

import twistchat
from twistchat.config import (
    OPTIONS,
    Config,
    ConfigError,
    help_limits,
    read_config,
    read_limit,
)
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.core.text import clean
from twistchat.engine import choice
from twistchat.frontends.console.reloading import ReloadError, Settings
from twistchat.frontends.registry import Greeting
from twistchat.given import PREFIX, Given, fail
from twistchat.given.doors import read_doors, read_metrics, read_places
from twistchat.given.engine import CREDENTIALS, read_engine
from twistchat.given.files import read_certificates, read_motd
from twistchat.given.web import read_web
from twistchat.host.descriptors import fit
from twistchat.host.endpoints import ANY
from twistchat.host.private import IS_POSSIBLE, CannotMakeError, TakenError, check
from twistchat.host.probe import CannotListenError, Trial
from twistchat.log import destination
from twistchat.operating import ControlAt
from twistchat.service import KINDS, ChatService

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.accounts.doors import Doors
    from twistchat.engine.choice import Choice
    from twistchat.engine.retention import Retention
    from twistchat.frontends.web.place import WebPlace
    from twistchat.host.certificates import Certificates
    from twistchat.host.endpoints import Listen

log = Logger()

DEFAULTS = {
    "port": "8000",
    "listen": [],
    "engine": choice.DEFAULT,
    "retention": [],
    "name": "twistchat",
    "guests": True,
    "auth": [],
    "web-origin": [],
    "web-proxy": [],
    "control": "twistchat.ctl",
}
"""Of the options that are neither on the command line nor in the file."""

CHANGEABLE = frozenset({"name", "motd"})
"""Options that can change while the server runs. Limits say it themselves (`core.changes`)."""


class Options(usage.Options, AuthOptionMixin):
    """The options of `twistd chat`."""

    supportedInterfaces = (IUsernamePassword,)

    synopsis = "[options]"
    longdesc = (
        "A chat that anyone can join with whatever they have: nc, telnet, an IRC client"
        " or `twistchat connect`."
    )
    # What is not given is None here: it may still be in the file.
    optParameters = [  # noqa: RUF012, as Twisted wants it
        [
            "port",
            "p",
            None,
            "Where to listen: a port (0: free) or [KIND=]ENDPOINT. [default: 8000]",
        ],
        ["tls", None, None, "A folder with a certificate and its key, for TLS on the same port."],
        [
            "engine",
            "e",
            None,
            "What keeps what is said; memory:, redis://HOST [default: sqlite:twistchat.db]",
        ],
        ["node", None, None, "What this node is called where several share a Redis."],
        ["name", None, None, "How this chat calls itself. [default: twistchat]"],
        ["motd", None, None, "A file with the message of the day, UTF-8."],
        ["guests", None, None, "Whether one may come in with a name alone: yes, no [default: yes]"],
        ["password-file", None, None, "A file with the password that everybody has to know."],
        ["web-base", None, None, "Where people reach the page behind a proxy: a URL, or a path."],
        [
            "metrics",
            None,
            None,
            "Where Prometheus asks: a port of this machine, or an endpoint.",
        ],
        ["control", None, None, "The operator's socket, or no. [default: twistchat.ctl]"],
        ["config", "c", None, "A file with options and limits, TOML; docs/example.toml is one."],
    ]
    optFlags = [  # noqa: RUF012, as Twisted wants it
        ["console", None, "A console for the operator, on this terminal (with twistd -n)."],
    ]

    listen: list[tuple[Listen, Given]]
    engine: Choice
    retention: Retention
    greeting: Greeting
    doors: Doors
    limits: Limits
    console: bool
    web: WebPlace
    metrics: tuple[str, Given] | None
    tls: Certificates | None
    warnings: list[str]
    """What the log is to say at the start."""
    control: ControlAt | None
    settings: Settings
    rundir: Path
    is_daemon: bool

    def opt_version(self) -> None:
        """Print the version of twistchat, and exit."""
        print(f"twistchat {twistchat.__version__}")  # noqa: T201, what was asked for
        raise SystemExit(0)

    def opt_help_limits(self) -> None:
        """Print every limit, what it is for, and exit."""
        print(help_limits())  # noqa: T201, what was asked for
        raise SystemExit(0)

    def opt_listen(self, place: str) -> None:
        """Where to listen: [KIND=]ENDPOINT, or a port; several times for several places."""
        self.setdefault("listen", []).append(place)

    def opt_retention(self, rule: str) -> None:
        """How long to keep what was said, else for good: 90d, 10000 (lines a room), '#lab=7d'."""
        self.setdefault("retention", []).append(rule)

    def opt_auth(self, description: str) -> None:
        """Who is asked for names that have no password here: file:people, unix. --help-auth."""
        self.setdefault("auth", []).append(description)

    def opt_web_origin(self, origin: str) -> None:
        """Whose pages may talk here besides our own: https://school.example, or * for any."""
        self.setdefault("web-origin", []).append(origin)

    def opt_web_proxy(self, proxy: str) -> None:
        """Who is believed about whom they ask for: an address, a network, or unix."""
        self.setdefault("web-proxy", []).append(proxy)

    def opt_limit(self, limit: str) -> None:
        """Change a limit: NAME=VALUE, 0 for none; several times for several limits."""
        self.setdefault("limit", []).append(limit)

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Read the options.

        Raises:
            SystemExit: with one line saying what is wrong. Before the text of a UsageError
                twistd would print all of its own options, and it would print it all to stdout.
        """
        try:
            super().parseOptions(options)  # type: ignore[no-untyped-call]  # Twisted's
        except usage.UsageError as error:
            fail(f"{error}; twistd chat --help shows the options")

    def postOptions(self) -> None:
        """Check everything that can be checked without doing it."""
        # Where twistd works, which is where it was started unless --rundir says otherwise.
        self.rundir = rundir = Path(self._twistd("rundir", ".")).absolute()
        config = self._read_config(rundir)
        self.settings = self._settings(config)
        self.limits, self.greeting = self.settings.limits, self.settings.greeting
        self.warnings = []
        self.listen = self._listen(config)
        self._read_tls(config, rundir)
        self._read_engine(config, rundir)
        self.metrics = read_metrics(self._given("metrics", config))
        web = (self._given(name, config) for name in ("web-origin", "web-base", "web-proxy"))
        self.web = read_web(*web)
        self._read_control(config, rundir)
        entry = (self._given(name, config) for name in ("guests", "auth", "password-file"))
        self.doors, warning = read_doors(*entry, rundir=rundir)
        self._warn(warning)
        self.is_daemon = not self._twistd("nodaemon", default=True)
        console = self._given("console", config)
        self.console = bool(console.value)
        if self.console and self.is_daemon:
            how = f"--config {config.path}" if console.place else "--console"
            console.wrong(f"{console.name} needs the terminal: start with twistd -n chat {how}")

    def read_again(self) -> Settings:
        """Read the file, and those that it names, as they are now.

        Raises:
            ReloadError: something in them is wrong.
        """
        try:
            return self._settings(self._read_config(self.rundir))
        except SystemExit as error:  # with one line, as at a start
            raise ReloadError(str(error.code).removeprefix(PREFIX)) from error

    def _settings(self, config: Config) -> Settings:
        """Read what can be read again while the server runs, and name what else there is."""
        limits = replace(DEFAULT_LIMITS, **self._limits(config))
        name = self._given("name", config)
        called = clean(name.value.strip())
        if not called:
            name.wrong(f"{name.name} is empty: give the chat a name")
        greeting = Greeting(called, read_motd(self._given("motd", config), self.rundir))
        fixed = {
            name: self._given(name, config).value for name in OPTIONS if name not in CHANGEABLE
        }
        return Settings(greeting, limits, fixed)

    def _read_tls(self, config: Config, rundir: Path) -> None:
        given = self._given("tls", config)
        self.tls = read_certificates(given, rundir)
        if self.tls is None:
            return
        self._warn(self.tls.warning)
        if all(place.kind != ANY for place, _ in self.listen):
            self._warn(f"{given.name} is of no use: there is no port for every kind of client")

    def _warn(self, warning: str) -> None:
        if warning:
            self.warnings.append(warning)

    def _read_control(self, config: Config, rundir: Path) -> None:
        control = self._given("control", config)
        self.control = None
        is_wished = bool(control.place) or self["control"] is not None
        if control.value == "no" or not (is_wished or IS_POSSIBLE):
            return
        if not control.value:
            control.wrong(f"{control.name} is empty: give it a path, or no")
        self.control = ControlAt(rundir / control.value, is_wished)
        try:
            check(self.control.path)
        except TakenError as error:
            control.wrong(f"{error}: choose another with --control PATH, or none with --control no")
        except CannotMakeError as error:
            if is_wished:
                control.wrong(
                    f"{error}: choose another with --control PATH, or none with --control no"
                )

    def _read_engine(self, config: Config, rundir: Path) -> None:
        engine, node, retention = (
            self._given(name, config) for name in ("engine", "node", "retention")
        )
        credentials = {name: self._given(name, config) for name in CREDENTIALS}
        self.engine, self.retention = read_engine(
            engine, node=node, retention=retention, credentials=credentials, rundir=rundir
        )

    def parseArgs(self, *unknown: str) -> None:
        """Refuse what is no option."""
        if unknown:
            raise usage.UsageError(f"{unknown[0]!r} is no option")

    def _twistd(self, name: str, default: object) -> Any:
        parent = getattr(self, "parent", None)
        return default if parent is None else parent.get(name, default)

    def _read_config(self, rundir: Path) -> Config:
        path = self["config"]
        if path is None:
            return Config()
        try:
            return read_config(rundir / path, path)
        except ConfigError as error:
            fail(str(error))

    def _given(self, name: str, config: Config) -> Given:
        """Find an option: on the command line, else in the file, else its default."""
        value = self.get(name)
        if value not in (None, 0):  # a flag that is not given is 0
            return Given(value, f"--{name}")
        if name in config.options:
            return Given(config.options[name], name, config.place(name))
        return Given(DEFAULTS.get(name), f"--{name}")

    def _limits(self, config: Config) -> dict[str, Any]:
        limits: dict[str, Any] = dict(config.limits)
        for text in self.get("limit", ()):
            name, equals, value = text.partition("=")
            if not equals:
                fail(f"--limit {text} lacks a value: write it like --limit rate=10")
            try:
                attribute, limits[attribute] = read_limit(name, value)
            except ValueError as error:
                fail(str(error))
        return limits

    def _listen(self, config: Config) -> list[tuple[Listen, Given]]:
        """Find where to listen: where --port says, and at every --listen."""
        port, places = self._given("port", config), self._given("listen", config)
        is_port_given = self["port"] is not None or "port" in config.options
        return read_places(port, places, KINDS, is_port_given=is_port_given)

    def follow_log(self, reactor: Any) -> None:
        """Let a log of ours (`--logger twistchat.log.json`) go where twistd was told to write."""
        is_daemon = not self._twistd("nodaemon", default=True)
        logfile = self._twistd("logfile", None)
        destination.follow(logfile, is_daemon=is_daemon, soon=reactor.callFromThread)


def makeService(options: Options) -> ChatService:
    """Make the service of a chat.

    Raises:
        SystemExit: with one line, if it cannot listen where it should.
    """
    from twisted.internet import reactor

    places = [(place.endpoint, given) for place, given in options.listen]
    if options.metrics is not None:
        places.append(options.metrics)
    with Trial(reactor) as trial:
        for endpoint, given in places:
            try:
                trial.listen(endpoint, given.name)
            except CannotListenError as error:
                given.wrong(error)
    options.follow_log(reactor)
    for warning in options.warnings:
        log.warn("{what}", what=warning)
    limits = fit(options.limits, reactor)
    return ChatService(
        reactor,
        listen=[place for place, _ in options.listen],
        tls=options.tls,
        engine=options.engine.open(reactor, limits, options.retention),
        limits=limits,
        greeting=options.greeting,
        doors=options.doors,
        web=options.web,
        console=options.console,
        metrics=options.metrics and options.metrics[0],
        control=options.control,
        settings=options.settings,
        read_again=options.read_again,
        is_daemon=options.is_daemon,
        stop=reactor.stop,
        fail=_fail_later(reactor),
    )


def _fail_later(reactor: Any) -> Callable[[], None]:
    """Make what ends the process with status 1, after twistd has ended as it always does."""
    failed: list[bool] = []

    def exit_badly() -> None:
        if failed:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(1)

    def fail() -> None:
        failed.append(True)
        reactor.stop()

    # Registered now, to be called behind all that is registered later.
    atexit.register(exit_badly)
    return fail
