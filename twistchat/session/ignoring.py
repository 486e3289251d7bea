"""Whom one session wants to hear nothing of: what every wire asks of Fanout's `Ignores`."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from twistchat.core.names import fold, nickname

if TYPE_CHECKING:
    from twistchat.core.limits import Limits
    from twistchat.session.session import Session


class Ignoring(Enum):
    """What has become of a wish to ignore somebody, or to hear them again."""

    DONE = "done"
    ABSENT = "done, for when they come: nobody is called so now"
    NO_NAME = "nobody can be called so"
    ONESELF = "that is oneself"
    TOO_MANY = "one ignores as many as one may"
    NOT_IGNORED = "they were not ignored"


def ignore(session: Session, name: str, limits: Limits) -> Ignoring:
    """Let a session hear nothing more of somebody."""
    if not _may_be_name(name, limits):
        return Ignoring.NO_NAME
    if fold(name) == fold(session.name):
        return Ignoring.ONESELF
    if len(session.ignores.of(session)) >= limits.ignores:
        session.bitten_by("ignores")
        return Ignoring.TOO_MANY
    user = session.person(name)
    session.ignores.add(session, name, user.id if user else None)
    return Ignoring.DONE if user else Ignoring.ABSENT


def unignore(session: Session, name: str, limits: Limits) -> Ignoring:
    """Let a session hear somebody again."""
    user = session.person(name)
    is_over = _may_be_name(name, limits) and session.ignores.remove(
        session, name, user.id if user else None
    )
    return Ignoring.DONE if is_over else Ignoring.NOT_IGNORED


def _may_be_name(typed: str, limits: Limits) -> bool:
    return isinstance(nickname(typed, limits, lambda _: False), str)
