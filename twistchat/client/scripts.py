"""What `send` and `tail` have in common: where, as whom, and how they end."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from twisted.application.internet import backoffPolicy
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import react
from twisted.python.failure import Failure

from twistchat.client import passwords
from twistchat.client.address import endpoint
from twistchat.client.api import Client
from twistchat.client.errors import ChatError, RefusedError
from twistchat.client.reasons import unreachable
from twistchat.client.sentences import refused
from twistchat.core.text import clean

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Coroutine

    from twistchat.client.passwords import Shown

SERVER = "localhost:8000"

TRIES = 5
"""Names that are tried where nobody has said which."""

LONGEST = 16
"""Characters of a name that is made of the user's."""


class EndError(Exception):
    """The program ends: with this status, and perhaps a word."""

    def __init__(self, status: int, words: str = "") -> None:
        super().__init__(words)
        self.status = status


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that both have."""
    parser.add_argument(
        "--server",
        metavar="HOST[:PORT]",
        default=os.environ.get("TWISTCHAT_SERVER") or SERVER,
        help=f"where the chat is; {SERVER}, or what TWISTCHAT_SERVER says, if not given",
    )
    parser.add_argument(
        "--nick", metavar="NAME", help="the name to be called by; made of the user's if not given"
    )
    passwords.add_options(parser)


def made_name() -> str:
    """Make a name of who runs this."""
    user = os.environ.get("USER") or os.environ.get("LOGNAME") or ""
    name = "".join(c for c in user if c.isalnum() or c in "-_.")[:LONGEST]
    return name if name and not name.isnumeric() else f"script{name[:6]}"


def complain(words: str) -> None:
    """Say what is wrong, on stderr."""
    print(f"twistchat: {clean(words)}", file=sys.stderr, flush=True)  # noqa: T201, its place


def make_client(
    reactor: Any,
    parser: argparse.ArgumentParser,
    options: argparse.Namespace,
    shown: Shown,
    *,
    listen: bool,
) -> Client:
    """Make the client that the command line describes."""
    if options.nick is not None and not options.nick.strip():
        parser.error("--nick is empty")
    try:
        where = endpoint(reactor, options.server)
    except ValueError as wrong:
        parser.error(str(wrong))
    return Client(
        reactor,
        where,
        password=shown.password,
        house=shown.house,
        private=False,
        retry=backoffPolicy(initialDelay=0.5, maxDelay=10.0),
        software=f"twistchat {options.command}",
        listen=listen,
    )


async def come_in(client: Client, options: argparse.Namespace) -> None:
    """Connect, and come in.

    Raises:
        EndError: that was not possible.
    """
    try:
        await client.connect()
    except RefusedError as error:
        raise EndError(1, refused(error)) from error
    except ChatError as error:
        raise EndError(1, str(error)) from error
    except Exception as error:  # whatever an endpoint raises: it is told in one line
        raise EndError(1, unreachable(Failure(), options.server)) from error
    name = options.login or options.nick or made_name()
    for left in reversed(range(TRIES)):
        try:
            await client.enter(name)
        except RefusedError as error:
            if options.login or options.nick or not left or not error.code.startswith("name-"):
                raise EndError(1, refused(error)) from error
            name = f"{made_name()}{secrets.randbelow(10_000)}"
        except ChatError as error:
            raise EndError(1, str(error)) from error
        else:
            return


def run(
    parser: argparse.ArgumentParser,
    options: argparse.Namespace,
    make: Callable[[Any, Client], Program],
    *,
    listen: bool = True,
) -> NoReturn:
    """Run a program until it ends, or is ended by a signal; with `listen` it takes events.

    Raises:
        SystemExit: at the end, with the status.
    """
    passwords.check(parser, options)
    try:
        shown = passwords.read(options, may_ask=True)
    except passwords.NoPasswordError as error:
        complain(str(error))
        raise SystemExit(1) from error
    react(
        lambda reactor: Deferred.fromCoroutine(
            _run(reactor, make_client(reactor, parser, options, shown, listen=listen), make)
        )
    )
    raise AssertionError("react does not return")


class Program:
    """What `run` runs."""

    async def go(self) -> int:
        """Do it all, and return the status."""
        raise NotImplementedError

    def signalled(self, number: int) -> Awaitable[int]:
        """Return the status of a program that a signal ends."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of everything, whatever it was."""


async def _run(reactor: Any, client: Client, make: Callable[[Any, Client], Program]) -> None:
    program = make(reactor, client)
    over: Deferred[int] = Deferred()

    def ends(status: int) -> None:
        if not over.called:
            over.callback(status)

    def fails(failure: Failure) -> None:
        error = failure.value
        if isinstance(error, CancelledError):
            return
        if isinstance(error, EndError):
            if str(error):
                complain(str(error))
            ends(error.status)
        elif isinstance(error, ChatError):
            complain(str(error))
            ends(1)
        elif not over.called:
            over.errback(failure)

    def start(coroutine: Coroutine[Any, Any, int]) -> Deferred[None]:
        return Deferred.fromCoroutine(coroutine).addCallbacks(ends, fails)

    async def by_signal(number: int) -> int:
        return await program.signalled(number)

    def signalled(number: int, _: object) -> None:
        # Out of the handler, into a turn of the reactor.
        reactor.callFromThread(lambda: start(by_signal(number)))

    def take_signals() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signalled)

    reactor.callWhenRunning(take_signals)  # in the place of the reactor's own, which is set by then
    going = start(program.go())
    try:
        status = await over
    finally:
        going.cancel()
        program.close()
    await client.quit(patience=2.0)
    raise SystemExit(status)
