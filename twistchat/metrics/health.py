"""Whether all is well, as a word or a sentence of why not; nothing where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twistchat.counts import Commits


def why_unwell(commits: Commits, *, now: float, patience: float) -> str:
    """Say what is wrong with the store; the writer may take as long as `patience`, in seconds."""
    if commits.since is not None and now - commits.since > patience:
        return "the store does not answer"
    if commits.is_failing:
        return "lines cannot be kept"
    return ""
