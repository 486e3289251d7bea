"""The shell of `twistchat ctl`: lines with editing, completion and a history of their own.

It is Python's readline. Where there is none, or no terminal, it is plain input.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

try:
    import readline
except ImportError:  # Windows, and some builds of Python
    HAS_READLINE = False
else:
    HAS_READLINE = True

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PROMPT = "twistchat> "

ENDS = frozenset(("exit", "quit"))

REMEMBERED = 1_000
"""Lines of the history."""


def history_file() -> Path:
    """Say where the history is kept (XDG Base Directory Specification)."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "twistchat" / "ctl_history"


class Shell:
    """Where the operator types. `complete` tells what may stand behind the words before."""

    def __init__(self, complete: Callable[[Sequence[str]], list[str]]) -> None:
        self.is_terminal = sys.stdin.isatty()
        self._may_stand = complete
        self._matches: list[str] = []
        self._edits = self.is_terminal and HAS_READLINE

    def __enter__(self) -> Self:
        if self._edits:
            self._begin()
        return self

    def __exit__(self, *error: object) -> None:
        if self._edits:
            atexit.unregister(self._keep)
            self._keep()

    def lines(self) -> Iterator[str]:
        """Hand out what is typed, until the end of input or `exit`."""
        while True:
            try:
                line = input(PROMPT) if self.is_terminal else input()
            except EOFError:
                if self.is_terminal:
                    print()  # noqa: T201, behind the prompt
                return
            except KeyboardInterrupt:
                if not self.is_terminal:
                    raise
                print()  # noqa: T201, away with the line
                continue
            except UnicodeDecodeError:
                continue
            if line.strip().casefold() in ENDS:
                return
            if line.strip():
                yield line

    def forget(self) -> None:
        """Take the last line out of the history."""
        if self._edits and (last := readline.get_current_history_length()):
            readline.remove_history_item(last - 1)

    def _begin(self) -> None:
        file = history_file()
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(OSError):
            readline.read_history_file(file)
        readline.set_history_length(REMEMBERED)
        readline.set_completer(self._complete)
        readline.set_completer_delims(" ")
        is_libedit = "libedit" in (readline.__doc__ or "")
        readline.parse_and_bind("bind ^I rl_complete" if is_libedit else "tab: complete")
        atexit.register(self._keep)

    def _keep(self) -> None:
        with contextlib.suppress(OSError):
            readline.write_history_file(history_file())

    def _complete(self, text: str, number: int) -> str | None:
        """Complete a word. Called by readline, for one match after the other."""
        if number == 0:
            begun = readline.get_line_buffer()[: readline.get_begidx()].split()
            start, names = text.casefold(), self._may_stand(begun)
            self._matches = [f"{name} " for name in names if name.casefold().startswith(start)]
        return self._matches[number] if number < len(self._matches) else None
