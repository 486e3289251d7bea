"""The command line of `twistchat`: the terminal client, and the operator's tools."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import twistchat
from twistchat.archive import commands as archive
from twistchat.client import ctl, send, tail
from twistchat.client import main as client

if TYPE_CHECKING:
    from collections.abc import Sequence


class Parser(argparse.ArgumentParser):
    """A command line whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help shows more)\n")


def make_parser() -> Parser:
    """Make the command line. Each command says by `run` what does it."""
    parser = Parser(
        prog="twistchat",
        description="A chat that anyone can join: its terminal client, and its operator's tools.",
        epilog="The server is started by Twisted: twistd -n chat --port 8000",
    )
    parser.add_argument("--version", action="version", version=f"twistchat {twistchat.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    client.add_command(commands)
    send.add_command(commands)
    tail.add_command(commands)
    ctl.add_command(commands)
    archive.add_commands(commands)
    return parser


def read_options(parser: Parser, given: Sequence[str]) -> argparse.Namespace:
    """Read a command line on which options may stand before the words of `send`, too."""
    options, further = parser.parse_known_args(given)
    if further and (options.command != "send" or any(word.startswith("-") for word in further)):
        parser.error(f"unrecognized arguments: {' '.join(further)}")
    if further:
        options.words += further
    return options


def fill_descriptors() -> None:
    """Let the use of standard input and output fail where they are closed.

    Otherwise the next file or connection that is opened would be taken for them.
    """
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # takes the lowest number that is free
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115, while the program runs
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115, while it runs


def main() -> int:
    """Run the command line, and return its status."""
    fill_descriptors()
    parser = make_parser()
    options = read_options(parser, sys.argv[1:])
    status: int = options.run(parser, options)
    return status
