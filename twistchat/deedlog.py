"""Tells the operator's log what moderators and operators did, and about whom."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, assert_never

from twisted.logger import Logger

from twistchat.core.concerns import is_audited
from twistchat.core.events import AccountSet, Deleted, Moderated, RulesChanged

if TYPE_CHECKING:
    from twistchat.engine import Committed

log = Logger()


def log_deed(committed: Committed) -> None:
    """Log a deed that was just committed, in one line. Called by the pipeline.

    What a start finds in the store was logged when it was done.
    """
    item = committed.item
    if committed.origin is None or not is_audited(item):
        return
    match item:
        case Moderated():
            log.info(
                "{who}: {deed} {whom} {where}{until}{reason}",
                who=item.who,
                deed=str(item.deed),
                whom=item.to,
                where=f"in {item.room}" if item.room else "everywhere",
                room=item.room,
                until=_until(item.until),
                reason=f" ({item.words})" if item.words else "",
            )
        case RulesChanged():
            changed = ", ".join(item.changed)
            log.info(
                "{who}: rules of {room}: {changed}", who=item.who, room=item.room, changed=changed
            )
        case Deleted():
            log.info(
                "{who}: deleted {number} of {room}",
                who=item.who,
                number=item.number,
                room=item.room,
            )
        case AccountSet():
            log.info(
                "{who}: {deed} of the account {whom} ({role})",
                who=item.who,
                deed=str(item.deed),
                whom=item.account.name,
                role=str(item.account.role),
            )
        case _:
            assert_never(item)


def _until(until: float | None) -> str:
    if until is None:
        return ""
    return f" until {datetime.fromtimestamp(until, UTC):%Y-%m-%dT%H:%M:%SZ}"
