"""How far this node has told, of the feed and of each log."""

from __future__ import annotations

from collections import Counter
from secrets import token_hex
from typing import TYPE_CHECKING

from twistchat.core.concerns import SERVER_LOG, is_durable, log_of, stands_in
from twistchat.core.events import Missed, RoomForgotten
from twistchat.engine import NOWHERE, Committed, Stamp
from twistchat.engine.redis.present import Present
from twistchat.engine.redis.shapes import Here
from twistchat.engine.redis.store import ToldUpTo, identity_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twistchat.core.events import Durable
    from twistchat.engine.redis.shapes import Snapshot

PRIVATE_LOGS = 1_000
"""Private logs of which it is known how far they were told: those that were told last."""


def new_life(former: Here) -> Here:
    """Begin another life of a node, in the same process."""
    process, _, _ = former.life.partition(".")
    return Here(former.node, f"{process}.{token_hex(4)}")


class Place:
    """How far this node has told. What is told passes through `follow`, in order."""

    def __init__(self, node: str) -> None:
        self.here = new_life(Here(node, token_hex(8)))
        self.store = ""
        """Which store that is."""
        self.secret = b""
        self.at = 0
        """The last of the feed that was told."""
        self.mark: tuple[int, bytes] | None = None
        """The last of the feed that was told and that nobody else can have put there: its number,
        and whose it was."""
        self.people: set[str] = set()
        """Who has entered here."""
        self.coming: Counter[str] = Counter()
        """How often somebody has, and it is not told yet: whatever is told until then of their
        going was decided before."""
        self.present = Present()
        self._rooms: dict[str, ToldUpTo] = {}
        self._private: dict[str, ToldUpTo] = {}

    def take(self, snapshot: Snapshot) -> None:
        """Go on from where a snapshot was taken."""
        self.store, self.secret = snapshot.store, snapshot.secret
        self.at, self.mark = snapshot.seq, snapshot.mark
        told, self._rooms = self._rooms, {}
        for name, stamp in snapshot.stands.items():
            before = told.get(name)
            is_same = before is not None and before[:2] == (stamp.epoch, stamp.number)
            self._rooms[name] = (
                before
                if before and is_same
                else ToldUpTo(stamp.epoch, stamp.number, snapshot.times.get(name))
            )

    def passed(self, seq: int, here: Here, number: int) -> None:
        """Note that a batch of the feed is told."""
        self.at = seq
        if number:
            self.mark = seq, identity_of(here, number)

    def came(self, user: str) -> None:
        """Note that it is told that somebody has entered here."""
        self.coming[user] -= 1
        if self.coming[user] <= 0:
            del self.coming[user]

    @property
    def told(self) -> Mapping[str, ToldUpTo]:
        """Up to where each log was told."""
        return {**self._rooms, **self._private}

    def stand(self, name: str) -> Stamp:
        """Tell where a log stands, as far as it was told."""
        upto = self._upto(name)
        return NOWHERE if upto is None else Stamp(upto.epoch, upto.number)

    def knows(self, name: str) -> bool:
        """Tell whether it is known where a log stands."""
        return self._upto(name) is not None

    def begin(self, name: str, stamp: Stamp) -> None:
        """Note where a log stands of which nothing was known."""
        if stamp != NOWHERE and not name.startswith("@") and name not in self._rooms:
            self._rooms[name] = ToldUpTo(stamp.epoch, stamp.number)

    def follow(self, batch: Sequence[Committed]) -> list[Committed]:
        """Note what is told now; give it back, with a `Missed` before what does not go on."""
        followed: list[Committed] = []
        for each in batch:
            item = each.item
            self.present.follow(item, each.node)
            if is_durable(item) and each.epoch:  # else it is what holds of before
                missed = self._note(each, item)
                if missed is not None:
                    followed.append(missed)
            elif isinstance(item, RoomForgotten):
                self._rooms.pop(item.room, None)
            elif isinstance(item, Missed):
                if item.room:
                    self._rooms[item.room] = ToldUpTo(each.epoch, each.number)
            elif each.epoch and (name := stands_in(item)) is not None:
                self.begin(name, Stamp(each.epoch, each.number))
            followed.append(each)
        return followed

    def missed(self, snapshot: Snapshot, at: float) -> list[Committed]:
        """Tell of each log what stands between what was told of it and a snapshot."""
        found = []
        for name, stamp in snapshot.stands.items():
            upto = self._rooms.get(name)
            if name == SERVER_LOG or upto is None or stamp == self.stand(name):
                continue
            if stamp.epoch != upto.epoch or stamp.number > upto.number:
                found.append(_missed(name, upto, Stamp(stamp.epoch, stamp.number + 1), at))
        return found

    def _upto(self, name: str) -> ToldUpTo | None:
        return (self._private if name.startswith("@") else self._rooms).get(name)

    def _note(self, committed: Committed, event: Durable) -> Committed | None:
        name = log_of(event) or ""
        upto = ToldUpTo(committed.epoch, committed.number, event.at)
        if name.startswith("@"):
            self._private.pop(name, None)
            self._private[name] = upto
            if len(self._private) > PRIVATE_LOGS:
                del self._private[next(iter(self._private))]
            return None
        before = self._rooms.get(name)
        self._rooms[name] = upto
        stamp = Stamp(upto.epoch, upto.number)
        if before is None or name == SERVER_LOG:
            return None
        if before.epoch == stamp.epoch and before.number + 1 >= stamp.number:
            return None
        return _missed(name, before, stamp, event.at)


def _missed(room: str, upto: ToldUpTo, stamp: Stamp, at: float) -> Committed:
    """Say that what stands between what was told and this is not told."""
    is_new = stamp.epoch != upto.epoch
    first, last = 1 if is_new else upto.number + 1, stamp.number - 1
    return Committed(Missed(room, first, last, is_new, at), stamp.epoch, last)
