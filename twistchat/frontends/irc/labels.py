"""Which command an answer is to, and under which label (ircv3.net, labeled-response).

The chat hands a `Label` through with what answers a request. For IRC clients it says to which
command, since that decides how it is written, and under which label, or inside which batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twistchat.engine import Label
from twistchat.frontends.irc.message import write
from twistchat.frontends.irc.tags import tagged

if TYPE_CHECKING:
    from collections.abc import Sequence

ANSWER = "a"
"""The name of a batch that is begun and ended in one piece: no other is open meanwhile."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client has asked, as far as it matters for how the answer is written."""

    command: str = ""
    """In capitals; empty: nothing."""
    label: str = ""
    """As it is written in a tag; empty: it has none, or another answer bears it."""
    batch: str = ""
    """The batch in which all that answers it is told; empty: none."""
    about: str = ""
    """What the client has named in it, as it was written."""

    def as_label(self) -> Label:
        """Hand it on with the request."""
        return Label(" ".join((self.command, self.label, self.batch, self.about)).rstrip(" "))


NOTHING = Asked()


def asked_by(label: Label | None) -> Asked:
    """Read what was asked."""
    if label is None or not isinstance(label.id, str):
        return NOTHING
    return Asked(*label.id.split(" ", 3))


def answered(lines: Sequence[str], asked: Asked, server: str) -> list[str]:
    """Put the label on an answer: on its only line, on a batch of several, or on an `ACK`."""
    if asked.batch:
        return in_batch(lines, asked.batch)
    if not asked.label:
        return list(lines)
    label = f"label={asked.label}"
    if not lines:
        return [write(server, "ACK", tags=label)]
    if len(lines) == 1:
        return [tagged(lines[0], label)]
    return [begun(server, ANSWER, "labeled-response", tags=label), *in_batch(lines, ANSWER),
            ended(server, ANSWER)]  # fmt: skip


def in_batch(lines: Sequence[str], batch: str) -> list[str]:
    """Say of lines in which batch they are."""
    return [tagged(line, f"batch={batch}") for line in lines]


def begun(server: str, batch: str, kind: str, *params: str, tags: str = "") -> str:
    """Begin a batch (ircv3.net, batch)."""
    return write(server, "BATCH", f"+{batch}", kind, *params, tags=tags)


def ended(server: str, batch: str) -> str:
    """End a batch."""
    return write(server, "BATCH", f"-{batch}")
