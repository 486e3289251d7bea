"""`twistchat connect`, and how both sides of the client are put together."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from twisted.application.internet import backoffPolicy
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.stdio import StandardIO
from twisted.internet.task import react
from twisted.python.failure import Failure

from twistchat.client import events as e
from twistchat.client import passwords
from twistchat.client.address import NoAddressError, endpoint, is_described, is_port, read_address
from twistchat.client.api import Client
from twistchat.client.conversation import Conversation
from twistchat.client.errors import DisconnectedError, RefusedError
from twistchat.client.hiding import Echo
from twistchat.client.keyboard import Keyboard
from twistchat.client.reasons import unreachable
from twistchat.client.sentences import refused
from twistchat.client.server import ServerProtocol
from twistchat.client.talk import Talk

if TYPE_CHECKING:
    from twisted.internet.interfaces import IProtocol, IStreamClientEndpoint

    from twistchat.client.passwords import Shown

SOFTWARE = "twistchat connect"


def add_command(commands: Any) -> None:
    """Add `connect` to a command line (to what argparse's `add_subparsers` returns)."""
    joining = commands.add_parser(
        "connect",
        help="join a chat from this terminal, or from a pipe",
        description="Join a chat. What you type is said; exit or the end of input leaves.",
        epilog="In a pipe each line is said, and the status is 0 when all of it was: "
        "printf 'hello\\n' | twistchat connect HOST --nick bot",
    )
    joining.add_argument(
        "address",
        metavar="[tls:]HOST[:PORT]",
        type=parse_address,
        help="the server; port 8000 if none",
    )
    joining.add_argument("port", metavar="PORT", nargs="?", type=parse_port, help=argparse.SUPPRESS)
    joining.add_argument("--nick", "-n", metavar="NAME", help="the name to be called by")
    passwords.add_options(joining)
    joining.set_defaults(run=run)


def parse_address(text: str) -> tuple[str, int] | str:
    """Read `HOST`, `HOST:PORT`, `[IPV6]:PORT` or a bare IPv6 address.

    What begins with `tls:` or describes an endpoint is returned as it is.

    Raises:
        ArgumentTypeError: it is none of these.
    """
    try:
        return text if is_described(text) else read_address(text)
    except NoAddressError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def parse_port(text: str) -> int:
    """Read a port that stands by itself, as nc and telnet take it.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not is_port(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: write HOST:PORT")
    return int(text)


MOST = 20_000
"""Events that may wait for a terminal that takes none, also while an answer is awaited."""


async def connect(
    reactor: Any,
    where: IStreamClientEndpoint,
    called: str,
    *,
    options: argparse.Namespace,
    shown: Shown,
    echo: Echo,
) -> None:
    """Join a chat at a server that is `called` so, and stay until it is over.

    Raises:
        SystemExit: always at the end, with the status.
    """
    is_pipe = not sys.stdin.isatty()
    nick = options.login or options.nick
    over: Deferred[int] = Deferred()
    last: list[str | None] = []

    def finish(status: int, words: str | None) -> None:
        last.append(words)
        # Not from within: this may be called by what is to be stopped.
        reactor.callLater(0, over.callback, status)

    def make_plain() -> IProtocol:
        if options.login is not None:
            talk.failed("that server speaks no JSON: log in by hand, without --login")
        keyboard.talk_to(conversation)
        return ServerProtocol(conversation, keyboard)

    client = Client(
        reactor,
        where,
        password=shown.password,
        house=shown.house,
        rooms=None,
        most=MOST,
        retry=backoffPolicy(initialDelay=1.0, maxDelay=30.0),
        plain=make_plain,
        software=SOFTWARE,
    )
    conversation = Conversation(nick=nick, is_pipe=is_pipe, finish=finish)
    talk = Talk(
        client=client, clock=reactor, nick=nick, logs_in=options.login is not None,
        is_pipe=is_pipe, finish=finish,
    )  # fmt: skip
    keyboard = Keyboard(talk, None if is_pipe else sys.stdin.encoding, echo)
    ended: Deferred[None] = Deferred()

    def interrupted() -> Deferred[None]:
        (conversation if client.is_plain else talk).interrupted()
        return ended  # the reactor goes on until the connection is closed

    async def go() -> None:
        try:
            await client.connect()
        except RefusedError as error:
            talk.failed(refused(error))
            return
        except DisconnectedError as hung_up:
            if is_pipe:
                talk.failed(str(hung_up))
                return
        except Exception:  # whatever an endpoint raises: it is told in one line
            talk.failed(unreachable(Failure(), called))
            return
        # Only now: before there is a server, nothing is read from a pipe.
        StandardIO(keyboard, reactor=reactor)
        if not client.is_plain:
            keyboard.print_from(talk.valve)
            await talk.run()
            return
        async for event in client.events():
            if isinstance(event, e.Disconnected | e.Retrying):
                conversation.trying_again(event.retry)

    reactor.addSystemEventTrigger("before", "shutdown", interrupted)
    Deferred.fromCoroutine(go()).addErrback(over.errback)
    status = await over
    await client.quit(patience=1.0)
    await keyboard.close()
    for words in filter(None, last):  # behind all that is on the screen
        print(f"twistchat: {words}", file=sys.stderr)  # noqa: T201, its place is stderr
    ended.callback(None)
    raise SystemExit(status)


def run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> NoReturn:
    """Join a chat as the command line says. `parser` tells what is wrong with it.

    Raises:
        SystemExit: at the end, with the status.
    """
    address, called = options.address, str(options.address)
    if isinstance(address, tuple):
        host, port = address[0], options.port or address[1]
        called = f"{host} port {port}"
    elif options.port:
        parser.error(f"write the port into the address: {address}:{options.port}")
    if options.nick is not None and not options.nick.strip():
        parser.error("--nick is empty")
    name = options.login or options.nick
    if name is not None and any(0xD800 <= ord(c) < 0xE000 for c in name):
        parser.error("the name is not text in this terminal's encoding")
    if name is None and not sys.stdin.isatty():
        parser.error("a pipe needs a name: --nick NAME")
    passwords.check(parser, options)
    try:
        shown = passwords.read(options, may_ask=not sys.stdin.isatty())
    except passwords.NoPasswordError as error:
        parser.error(str(error))

    def make(reactor: Any) -> IStreamClientEndpoint:
        if isinstance(address, tuple):
            return HostnameEndpoint(reactor, host, port)
        try:
            return endpoint(reactor, address)
        except ValueError as wrong:
            parser.error(str(wrong))

    blocking, echo = {}, Echo(sys.stdin.fileno())
    if sys.platform != "win32":
        # StandardIO makes the terminal non-blocking, which the shell would inherit.
        blocking = {descriptor: os.get_blocking(descriptor) for descriptor in (0, 1, 2)}
    try:
        react(
            lambda reactor: Deferred.fromCoroutine(
                connect(reactor, make(reactor), called, options=options, shown=shown, echo=echo)
            )
        )
    finally:
        echo.on()
        for descriptor, was in blocking.items():
            os.set_blocking(descriptor, was)
