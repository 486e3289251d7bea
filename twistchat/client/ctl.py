"""`twistchat ctl`: controls a server on this machine, with one command or from a shell."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from twistchat.client.control import DEFAULT, NOBODY, Connection, NoServerError
from twistchat.client.scripts import complain
from twistchat.client.shell import Shell
from twistchat.core.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twistchat.client.control import Answer

FAILED = 1
USAGE = 2
INTERRUPTED = 130
"""The status, in a shell, of what Ctrl-C ends."""

BROKEN_PIPE = 141
"""The status, in a shell, of what SIGPIPE ends."""

ACCOUNT_DEEDS = ("add", "passwd", "role", "disable", "enable", "delete")

TRAILING = "{option} stands before the command: twistchat ctl {option} COMMAND"

BEFORE = {"--json": "--json", "--node": "--node NAME"}
"""How options are written that stand before a command, and are taken for a part of it behind."""


def add_command(commands: Any) -> None:
    """Add `ctl` to a command line."""
    parser = commands.add_parser(
        "ctl",
        help="control a server that runs on this machine",
        description="Control a server that runs on this machine; without COMMAND in a shell. "
        "help lists the commands.",
        epilog="status: 0 done, 1 refused or failed, 2 a mistake, 3 no server, or not yours",
    )
    parser.add_argument(
        "--control",
        metavar="PATH",
        default=os.environ.get("TWISTCHAT_CONTROL") or DEFAULT,
        help=f"the server's socket; {DEFAULT}, or what TWISTCHAT_CONTROL says, if not given",
    )
    parser.add_argument(
        "--node",
        metavar="NAME",
        help="where several processes share a chat: do it at that one, or at each of them (all); "
        "nodes lists them",
    )
    parser.add_argument("--json", action="store_true", help="for programs: answer in JSON")
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="COMMAND", help="such as: who, say TEXT, help"
    )
    parser.set_defaults(run=run)


def run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    """Do what the command line says, and return the status."""
    command = " ".join(options.words)
    if any(0xD800 <= ord(c) < 0xE000 for c in command):
        parser.error("the command is not in this terminal's encoding")
    if options.words and not command.strip():
        parser.error("the command is empty")
    node: str | None = options.node
    if node is not None and (not node or node.split() != [node]):
        parser.error("--node takes the name of one node, or all: nodes lists them")
    operator = Operator(options.control, is_json=options.json, node=node)
    try:
        if not command:
            return operator.talk()
        status = operator.do(command)
        misplaced = next((BEFORE[word] for word in options.words if word in BEFORE), None)
        if status == USAGE and misplaced is not None:
            complain(TRAILING.format(option=misplaced))
        sys.stdout.flush()
    except NoServerError as error:
        complain(str(error))
        return NOBODY
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Else Python would complain once more when it flushes what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    else:
        return status


class Operator:
    """Asks the server for what somebody types, and shows its answers."""

    def __init__(self, path: str, *, is_json: bool, node: str | None = None) -> None:
        """With a `node`, everything is done at that one."""
        self._path = path
        self._before = "" if node is None else f"at {node} "
        self._is_json = is_json
        self._connection: Connection | None = None

    def talk(self) -> int:
        """Do whatever is typed, until there is no more; return the status of the last."""
        status = 0
        with Shell(self.complete) as shell:
            if shell.is_terminal:
                names = self._ask_quietly(self._before + "count")
                print(f"This controls the server at {self._path}: {names}")  # noqa: T201
                print("help lists the commands, exit leaves.")  # noqa: T201
            for line in shell.lines():
                status = self._try(line, shell)
                if status and not shell.is_terminal:
                    break
        return status

    def _try(self, line: str, shell: Shell) -> int:
        try:
            status = self.do(line)
            sys.stdout.flush()
            if status == USAGE:
                shell.forget()  # it may have had a password in it
        except NoServerError as error:
            self._hang_up()
            complain(str(error))
            return NOBODY
        except KeyboardInterrupt:
            # What goes on (watch) is over; what was under way will be done, unseen.
            self._hang_up()
            if not shell.is_terminal:
                raise
            print()  # noqa: T201, behind the ^C that the terminal shows
            return INTERRUPTED
        else:
            return status

    def do(self, command: str) -> int:
        """Do one command, and return its status."""
        command = self._before + command
        secret: str | None = None
        while True:
            connection = self._connect()
            wanted, status = self._show(
                connection.ask(command, is_json=self._is_json, secret=secret)
            )
            if wanted is None or secret is not None:
                return status
            secret = asked_for(wanted)
            if secret is None:
                return FAILED

    def complete(self, begun: Sequence[str]) -> list[str]:
        """Ask what may stand behind words: commands, rooms, people, limits or accounts."""
        try:
            return self._complete([word.casefold() for word in begun])
        except (NoServerError, KeyError, TypeError, IndexError):
            return []

    def _complete(self, begun: Sequence[str]) -> list[str]:
        usages = {row["name"]: row["usage"] for row in self._rows("help")}
        match begun:
            case [] | ["help"]:
                return list(usages)
            case ["limit"]:
                return self._names("limit")
            case ["account"]:
                return list(ACCOUNT_DEEDS)
            case ["account", deed] if deed in ACCOUNT_DEEDS:
                return self._names("account")
        usage = usages.get(begun[0], "")
        is_room_given = begun[-1].startswith("#")
        found = []
        if "#ROOM" in usage and len(begun) == 1:
            found += self._names("rooms", "room")
        if "WHO" in usage and len(begun) == 1 + is_room_given:
            found += self._names("who")
        return found

    def _names(self, command: str, key: str = "name") -> list[str]:
        return [row[key] for row in self._rows(command)]

    def _rows(self, command: str) -> list[dict[str, Any]]:
        answers = list(self._connect().ask(command, is_json=True))
        return list(answers[0]["data"])

    def _ask_quietly(self, command: str) -> str:
        texts = [answer.get("text", "") for answer in self._connect().ask(command)]
        return clean(" ".join(text for text in texts if text))

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = Connection(self._path)
        return self._connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _show(self, answers: Iterable[Answer]) -> tuple[str | None, int]:
        """Print answers; returns what is to be asked for, if anything, and the status."""
        wanted = None
        for answer in answers:
            match answer:
                case {"end": int() as status}:
                    return wanted, status
                case {"ask": str() as prompt}:
                    wanted = prompt
                case {"error": str() as words}:
                    complain(words)
                case {"watch": str() as room}:
                    if sys.stderr.isatty() and sys.stdout.isatty():
                        note = f"Watching {room}; Ctrl-C ends it."
                        print(clean(note), file=sys.stderr)  # noqa: T201, its place is stderr
                case {"data": data}:
                    print(json.dumps(data, ensure_ascii=False), flush=True)  # noqa: T201
                case {"text": str() as words}:
                    print(clean(words), flush=True)  # noqa: T201, what was asked for
        raise NoServerError("the server has ended")


def asked_for(prompt: str) -> str | None:
    """Ask for a password: twice without echo on a terminal, else it is a line of the input."""
    prompt = clean(prompt)
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        if not line:
            complain(f"{prompt}: the input ended before there was one")
            return None
        return line.rstrip("\r\n")
    try:
        first = getpass.getpass(f"{prompt}: ")
        if getpass.getpass("Once more: ") == first:
            return first
    except EOFError:
        print()  # noqa: T201, behind the prompt
        complain("nothing is changed: no password was given")
        return None
    complain("nothing is changed: the two were not the same")
    return None
