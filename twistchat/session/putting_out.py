"""Connections of people whom somebody put out of the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.events import Cause, Departed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.events import Item
    from twistchat.telling.fanout import Fanout

PUT_OUT = frozenset({Cause.KICKED, Cause.BANNED})


def put_out(decided: Sequence[Item], fanout: Fanout) -> None:
    """End the connections of those who were made to depart, behind what they are told of it."""
    for item in decided:
        if isinstance(item, Departed) and item.cause in PUT_OUT:
            for session in fanout.others(item.user):
                session.put_out(item.cause, words=item.words)
