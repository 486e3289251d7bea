"""What was said under a key, and whether it is said again.

A key is its speaker's: who said it, and what the wire calls it for good (`Label.key`).
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, assert_never

from twistchat.core.concerns import log_of
from twistchat.core.events import (
    AccountSet,
    Deleted,
    Erased,
    Moderated,
    RulesChanged,
    Said,
    Tagged,
    TopicChanged,
    Unkept,
    Whispered,
)
from twistchat.core.names import fold
from twistchat.core.rules import without_key
from twistchat.engine import Repeated, Stamp
from twistchat.engine.fields import as_text, rules_fields, said_as

if TYPE_CHECKING:
    from twistchat.core.events import Durable
    from twistchat.core.limits import Limits

DIGEST = 8
"""Bytes for what was said, and as many for where: enough that nobody meets two texts that have
the same by chance."""


def digest_of(event: Durable) -> bytes:
    """Sum up what makes an event the same as another: what was said, how, and where.

    When that was and what its speaker was called then may differ, and so until when it holds.
    Private words are for a name, as their speaker typed it: whoever bears it may have come back as
    somebody else; and so is what a moderator does. The key of a room is hidden otherwise each time.
    """
    where = log_of(event) or ""
    match event:
        case Said():
            kind, text = said_as(event), event.text
        case Whispered():
            kind, text = said_as(event), event.text
            where = f"@{fold(event.to)}"
        case Tagged():
            kind, text = "tagged", event.tags
        case TopicChanged():
            kind, text = "topic", event.topic
        case RulesChanged():
            rules = rules_fields(without_key(event.rules))
            kind, text = "rules", as_text({name: rules.get(name) for name in event.changed})
        case Moderated():
            lasts = "" if event.until is None else "for some time"
            kind, text = event.deed.value, f"{fold(event.to)}\0{lasts}\0{event.words}"
        case Deleted():
            kind, text = "deleted", f"{event.number}\0{event.words}"
        case Erased():
            kind, text = "erased", f"{event.user}\0{event.at}"
        case AccountSet():
            account = event.account
            kind, text = "account", f"{event.deed}\0{fold(account.name)}\0{account.role}"
        case _:
            assert_never(event)
    return _summed(f"{kind}\0{text}") + _summed(where)


def _summed(text: str) -> bytes:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=DIGEST).digest()


class Used(NamedTuple):
    """What was kept under a key."""

    stamp: Stamp
    digest: bytes
    at: float

    def answer(
        self, event: Durable, key_time: float, *, anywhere: bool = False
    ) -> Repeated | Unkept | None:
        """Tell what becomes of an event under the same key; None if that is free again.

        It has to say the same, and in the same log, unless that may be `anywhere`.
        """
        if event.at - self.at >= key_time:
            return None
        compared = DIGEST if anywhere else 2 * DIGEST
        if self.digest[:compared] != digest_of(event)[:compared]:
            return Unkept.KEY_REUSED
        return Repeated(self.stamp)


class Keys:
    """The keys of one process: for a while, and not too many; the oldest are forgotten."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._used: OrderedDict[tuple[str, str], Used] = OrderedDict()

    def answer(
        self, event: Durable, key: str, *, anywhere: bool = False
    ) -> Repeated | Unkept | None:
        """See `Used.answer`."""
        used = self._used.get((event.user, key))
        return used.answer(event, self._limits.key_time, anywhere=anywhere) if used else None

    def note(self, event: Durable, key: str, stamp: Stamp) -> None:
        """Remember where an event was put that has this key."""
        self._used[event.user, key] = Used(stamp, digest_of(event), event.at)
        self._used.move_to_end((event.user, key))
        old = event.at - self._limits.key_time
        while self._used:
            oldest = next(iter(self._used))
            if len(self._used) <= self._limits.keys and self._used[oldest].at > old:
                break
            del self._used[oldest]
