"""Whether all is well, as a word or a sentence of why not; nothing where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorTime

    from twistchat.counts import Commits


def why_unwell(commits: Commits, *, now: float, patience: float) -> str:
    """Say what is wrong with the store; the writer may take as long as `patience`, in seconds."""
    if commits.since is not None and now - commits.since > patience:
        return "the store does not answer"
    if commits.is_failing:
        return "lines cannot be kept"
    return ""


class Trouble:
    """Tells of a trouble that has lasted for a while; what is over in a moment is none.

    It looks when it is asked. Whoever balances load asks every few seconds, and must not take all
    nodes away at once because their store is started anew.
    """

    def __init__(self, look: Callable[[], str], clock: IReactorTime, *, patience: float) -> None:
        """`look` says what is wrong now, and `patience` is in seconds."""
        self._look = look
        self._clock = clock
        self._patience = patience
        self._since: float | None = None

    def lasting(self) -> str:
        """Say what has been wrong for longer than a moment; nothing where all is well."""
        what, now = self._look(), self._clock.seconds()
        if not what:
            self._since = None
            return ""
        if self._since is None:
            self._since = now
        return what if now - self._since >= self._patience else ""
