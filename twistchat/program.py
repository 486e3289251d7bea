"""The command line of `twistchat`: the terminal client, and the operator's tools."""

from __future__ import annotations

import argparse
from typing import NoReturn

import twistchat
from twistchat.archive import commands as archive
from twistchat.client import main as client
from twistchat.client import send, tail


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
    archive.add_commands(commands)
    return parser


def main() -> int:
    """Run the command line, and return its status."""
    parser = make_parser()
    options = parser.parse_args()
    status: int = options.run(parser, options)
    return status
