"""A terminal that does not show what is typed."""

from __future__ import annotations

from typing import Any

try:
    import termios
except ImportError:  # not on Windows
    termios = None  # type: ignore[assignment]


class Echo:
    """What a terminal shows of what is typed. It is as before when `on` has been called."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: list[Any] | None = None

    def off(self) -> None:
        """Show nothing but the end of each line."""
        if termios is None or self._before is not None:
            return
        try:
            before = termios.tcgetattr(self._descriptor)
        except termios.error:  # it is no terminal, or gone
            return
        hidden = list(before)
        hidden[3] = before[3] & ~termios.ECHO | termios.ECHONL
        self._before = before
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, hidden)

    def on(self) -> None:
        """Show what is typed, if that was so before."""
        before, self._before = self._before, None
        if termios is not None and before is not None:
            try:
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, before)
            except termios.error:
                return
