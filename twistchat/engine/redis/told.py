"""What the store tells, read: entries of the feed, and how everything stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twistchat.core.nodes import Entered, Resynced
from twistchat.engine import Committed
from twistchat.engine.redis.batch import stamp_of
from twistchat.engine.redis.codec import item_of_text, read_stored, read_told
from twistchat.engine.redis.link import StoreError
from twistchat.engine.redis.shapes import Batch, Here, Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twistchat.core.events import Durable
    from twistchat.engine import Stamp


class FeedTrimmedError(StoreError):
    """What comes next in the feed is no longer there, or was lost."""


def read_feed(entries: list[tuple[bytes, list[bytes]]], after: int) -> Sequence[Batch]:
    """Read entries of the feed that follow a place.

    Raises:
        FeedTrimmedError: the next one is not there.
        StoreError: one cannot be read.
    """
    batches = []
    for place, fields in entries:
        after += 1
        if place != b"%d-0" % after:
            raise FeedTrimmedError("the feed has a hole: what was told there is no longer kept")
        try:
            batches.append(_batch(after, fields))
        except ValueError as error:
            raise StoreError(f"the feed has something at {after} that is none of it") from error
    return batches


def _batch(seq: int, fields: list[bytes]) -> Batch:
    known = dict(zip(fields[::2], fields[1::2], strict=True))
    node, life, number = known[b"h"].decode().split(" ")
    places = known[b"p"].decode().split(",")
    items = []
    for place, item in zip(places, read_told(known[b"e"]), strict=True):
        if item is not None:
            epoch, _, last = place.partition(" ")
            stands = int(last) if last else 0
            items.append(Committed(item, epoch, stands, None, None, True, node))
    return Batch(seq, Here(node, life), int(number), items)


def read_snapshot(answer: Any, at: float) -> Snapshot:
    """Read what `lua/hello.lua` answers.

    Raises:
        StoreError: it holds something that this version does not know.
    """
    store, seq, secret, is_new, standing, holds, people, mark = answer
    stands = {
        name.decode(): stamp_of(place.decode().rpartition(" ")[0])
        for name, place in zip(standing[::2], standing[1::2], strict=True)
    }
    try:
        held, times = _in_order(holds), _times(holds, stands)
        entered = [
            (node.decode(), _entered(json))
            for node, json in zip(people[::2], people[1::2], strict=True)
        ]
    except ValueError as error:
        raise StoreError(f"the store holds something that cannot be read here: {error}") from error
    entered.sort(key=lambda each: (each[1].since, each[1].user, each[0]))
    return Snapshot(
        store.decode(),
        seq,
        bytes.fromhex(secret.decode()),
        stands,
        Resynced(tuple(entered), tuple(held), at),
        bool(is_new),
        (mark[0], mark[1]) if mark else None,
        times,
    )


def _times(
    found: list[tuple[bytes, int, bytes, bytes]], stands: Mapping[str, Stamp]
) -> dict[str, float]:
    """Find when the last of each log happened, where that is known."""
    return {
        name.decode(): read_stored(json).at
        for name, number, json, _ in found
        if stands[name.decode()].number == number
    }


def _in_order(found: list[tuple[bytes, int, bytes, bytes]]) -> list[Durable]:
    """Read events in the order in which they happened, each of them once."""
    once = {}
    for name, number, json, order in found:
        event = read_stored(json)
        once[name, number] = (int(order), event.at, name, number, event)
    return [event for *_, event in sorted(once.values(), key=lambda each: each[:4])]


def _entered(json: bytes) -> Entered:
    item = item_of_text(json)
    if not isinstance(item, Entered):
        raise ValueError("somebody who has not entered")  # noqa: TRY004, as all else here
    return item
