"""What somebody is asked for, a line at a time; passwords are not shown as they are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from twisted.internet.defer import Deferred

if TYPE_CHECKING:
    from collections import deque

    from twistchat.client.conversation import Terminal


class Screen(Protocol):
    """Where it is asked."""

    terminal: Terminal | None

    def show(self, *lines: str) -> None:
        """Print lines."""


class Prompt:
    """Asks for one line after the other.

    What is asked for is told to whoever asked, and to nobody else: it is neither said nor kept.
    """

    def __init__(self, screen: Screen, typed: deque[str]) -> None:
        self._screen = screen
        self._typed = typed
        """Lines that were typed ahead: the next password may be among them."""
        self._waiting: Deferred[str] | None = None
        self._is_hidden = False

    @property
    def is_waiting(self) -> bool:
        """Whether the next line is an answer."""
        return self._waiting is not None

    def ask(self, question: str) -> Deferred[str]:
        """Ask for a line that everybody may see; with no question it was asked for already."""
        self.end()
        if question:
            self._screen.show(question)
        return self._wait()

    def ask_secretly(self, question: str) -> Deferred[str]:
        """Ask for a password; it is empty where somebody has thought better of it.

        What is typed is not shown until `end`.
        """
        if self._screen.terminal is not None:
            self._screen.terminal.hide_typing()
        self._screen.show(question)
        self._is_hidden = True
        return self._typed_ahead() or self._wait()

    def end(self) -> None:
        """Show again what is typed."""
        self._waiting = None
        if self._is_hidden and self._screen.terminal is not None:
            self._screen.terminal.show_typing()
        self._is_hidden = False

    def takes(self, line: str) -> bool:
        """Take a line for an answer, if one is waited for and this can be it."""
        waiting, words = self._waiting, line.strip()
        if waiting is None or words == "/quit":
            return False
        if not self._is_hidden and (not words or words.casefold() == "exit"):
            return False
        self._waiting = None
        waiting.callback(line)
        return True

    def never_mind(self) -> None:
        """Wait no more: nothing is typed any more."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.callback("")

    def _typed_ahead(self) -> Deferred[str] | None:
        if not self._typed:
            return None
        ahead: Deferred[str] = Deferred()
        ahead.callback(self._typed.popleft())
        return ahead

    def _wait(self) -> Deferred[str]:
        def cancelled(_: Deferred[str]) -> None:
            self._waiting = None

        self._waiting = Deferred(cancelled)
        return self._waiting
