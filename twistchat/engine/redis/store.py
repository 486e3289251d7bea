"""What is kept in Redis, and how all nodes change it: each call is one script, done as a whole."""

from __future__ import annotations

from secrets import token_bytes, token_hex
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from twisted.internet.defer import succeed
from twisted.logger import Logger

from twistchat.engine import NodeSeen
from twistchat.engine.redis import scripts
from twistchat.engine.redis.batch import Proposal
from twistchat.engine.redis.fitness import may_lose
from twistchat.engine.redis.link import RefusedError, StoreError
from twistchat.engine.redis.shapes import Beat
from twistchat.engine.redis.told import FeedTrimmedError, read_feed, read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    from twistchat.core.limits import Limits
    from twistchat.engine import Entry
    from twistchat.engine.redis.link import Link, Script, Word
    from twistchat.engine.redis.shapes import Appended, Batch, Here, Snapshot

log = Logger()

__all__ = ["FeedTrimmedError", "NodeGoneError", "Store", "ToldUpTo", "identity_of"]

FORMAT: Final = 1
"""How things are kept: a version that does not know it leaves them alone."""

FEED: Final = 10_000
"""Batches that the feed has at most, or a few more: who is cut off for longer begins anew."""

FEED_STAYS: Final = 1_000
"""Batches that stay in the feed, however old: who was away for a while finds the last it knows."""

BATCH_KEPT: Final = 3_600
"""Seconds for which it is known what has become of a node's last batch."""

KEYS_KEPT: Final = 3_600.0
"""Seconds for which a key is kept beyond its time: clocks differ."""

OVER_FOR_LONG: Final = 86_400.0
"""Seconds after its end in which what held for a time is still told: clocks differ."""

SAFE: Final = {b"appendonly": b"yes", b"appendfsync": b"always"}
"""How a Redis is set that has on its disk what it has answered."""

NOTHING: Final = b"0 0\n"
"""The answer to a batch of which nothing is sent."""

LEASE = 15.0
"""Seconds without a beat after which a node counts as dead, by the clock of Redis."""


class NodeGoneError(StoreError):
    """This life of the node is not registered (any more): its people were announced as gone."""


class ToldUpTo(NamedTuple):
    """Up to where a node has told a log."""

    epoch: str
    number: int
    at: float | None = None
    """When the event of that number happened (its `at`), by which it is known; None: nobody
    knows, and it is taken for the same if there is one."""


class Store:
    """The one Redis of a chat, as one node uses it."""

    def __init__(
        self,
        link: Link,
        *,
        prefix: str,
        limits: Limits,
        now: Callable[[], float],
        lease: float = LEASE,
    ) -> None:
        self._link = link
        self._prefix = prefix
        self._limits = limits
        self._now = now
        self._lease = milliseconds(lease)
        self._store = ""
        """Which store this node has said hello to last."""
        self._warned = ""
        """Of what it may lose the operator was told."""
        self._began = 0.0
        """When it began its first life."""

    def hello(
        self,
        here: Here,
        *,
        secret: bytes | None = None,
        verify: Mapping[str, ToldUpTo],
        former: str = "",
    ) -> Deferred[Snapshot]:
        """Register a life of this node, and learn how everything stands.

        A former life of it is ended, and its people announced as gone; but where this life goes on
        for the `former` one they stay, until it says who is still there (`reassert`). Where another
        process has taken over meanwhile, this one has to wait until that is gone.

        Each log that was told further than the store has it, or otherwise, goes on under a new
        epoch; the feed has a `Missed` of it.

        `secret` becomes that of a store that has none.

        It fails with `StoreError` where the store was made by a newer version, and where another
        process took the name of this node from it.
        """
        verified = [
            word
            for name, place in verify.items()
            for word in (
                name,
                place.epoch,
                str(place.number),
                "" if place.at is None else repr(float(place.at)),
            )
        ]
        given = token_bytes(32) if secret is None else secret
        at = self._now()
        if not former:
            self._began = at

        def asked(keeps_all: bool) -> Deferred[Any]:
            words: tuple[Word, ...] = (
                here.node, here.life, former, self._lease, repr(float(at)), FEED, token_hex(16),
                token_hex(8), given.hex(), FORMAT, repr(at - OVER_FOR_LONG), int(keeps_all),
                repr(float(self._began)), *verified,
            )  # fmt: skip
            return self._run(scripts.HELLO, *words)

        def answered(answer: Any) -> Snapshot:
            snapshot = read_snapshot(answer, at)
            self._store = snapshot.store
            return snapshot

        def refused(failure: Failure) -> Failure:
            error = failure.value
            code = error.code if isinstance(error, RefusedError) else ""
            if code == "NEWER":
                raise StoreError(
                    "this chat was kept by a newer version of twistchat than this one; install that"
                )
            if code == "TAKEN":
                raise StoreError(
                    f"another process is node {here.node}, too: start this one under another name"
                )
            return failure

        return self._keeps_all().addCallback(asked).addCallbacks(answered, refused)

    def _keeps_all(self) -> Deferred[bool]:
        """Whether what this Redis has answered is on its disk; where it does not say: no."""

        def told(answer: list[bytes]) -> bool:
            settings = dict(zip(answer[::2], answer[1::2], strict=True))
            found = {name: settings.get(name, b"") for name in SAFE}
            warned = may_lose(*(value.decode() for value in found.values()))
            if warned != self._warned:
                self._warned = warned
                if warned:
                    log.warn("{what}", what=warned)
            return found == SAFE

        def refused(failure: Failure) -> bool:
            failure.trap(RefusedError)
            return False

        asked = self._link.command("CONFIG", "GET", "append*")
        return asked.addCallbacks(told, refused)

    def append(
        self, here: Here, number: int, entries: Sequence[Entry], opens: Sequence[str]
    ) -> Deferred[Appended]:
        """Put a batch into the logs and into the feed; asked again, it is answered the same.

        Each life numbers its batches 1, 2, 3 …; numbers may be left out, but never come later
        than a higher one. `opens` are logs of which is asked where they stood before; those of
        rooms begin.

        It fails with `NodeGoneError` where this life is not registered (and the batch was not
        put there before it was ended), and as `Link.run` does.
        """
        proposal = Proposal(entries, opens)
        if proposal.is_empty:
            return succeed(proposal.answered(NOTHING))
        key_time = self._limits.key_time
        words = (
            here.node, here.life, number, BATCH_KEPT, FEED, repr(float(key_time)),
            milliseconds(key_time + KEYS_KEPT), token_hex(8), *proposal.words,
        )  # fmt: skip
        return self._run(scripts.APPEND, *words).addCallback(proposal.answered)

    def feed(self, after: int, limit: int) -> Deferred[Sequence[Batch]]:
        """Read the feed on from behind a place; nothing is left out.

        It fails with `FeedTrimmedError` where that cannot be, and with `NodeGoneError` where this
        is another store than that to which this node has said hello.
        """

        def found(answer: Any) -> Sequence[Batch]:
            last, entries = answer
            batches = read_feed(entries, after)
            if last < after or (last > after and not batches):
                raise FeedTrimmedError("the store has lost what was told before, or comes next")
            return batches

        asked = self._run(scripts.FEED, self._store, after, limit, is_reading=True)
        return asked.addCallback(found)

    def beat(self, here: Here) -> Deferred[Beat]:
        """Say that this node is alive, and let those who have not said so for long be gone."""
        return self._beat(here)

    def look(self, here: Here, *, at: int, mark: tuple[int, bytes] | None) -> Deferred[Beat]:
        """Say so after each connection, and look whether all is there that this node has told.

        `at` is up to where it has told the feed, and `mark` the last batch that it knows there: its
        place, and whose it is (see `identity_of`). Where that is not so, it is to say hello.

        As long as not all nodes have looked into a Redis that may have lost something, what is said
        is said under new epochs; and if one of them is gone before, everything goes on under such.
        """
        place, whose = ("", b"") if mark is None else mark
        return self._keeps_all().addCallback(
            lambda keeps_all: self._beat(
                here, token_hex(16), int(keeps_all), self._store, at, place, whose
            )
        )

    def _beat(self, here: Here, *words: Word) -> Deferred[Beat]:
        seed, *looked = words or (token_hex(16),)
        asked = self._run(
            scripts.BEAT, here.node, here.life, self._lease, repr(float(self._now())), FEED,
            FEED_STAYS, seed, *looked,
        )  # fmt: skip
        return asked.addCallback(
            lambda found: Beat(found[0], found[1].decode(), *(bool(each) for each in found[2:]))
        )

    def leave(self, here: Here) -> Deferred[None]:
        """End this life: who is still here has departed. Names of theirs are kept for a while."""
        kept = milliseconds(self._limits.name_kept)
        now = repr(float(self._now()))
        asked = self._run(scripts.LEAVE, here.node, here.life, now, kept, FEED, token_hex(16))
        return asked.addCallback(_done)

    def reassert(self, here: Here, people: Sequence[str]) -> Deferred[None]:
        """Let those be gone who are said to be connected to this node and are not among these."""
        now = repr(float(self._now()))
        return self._run(scripts.REASSERT, here.node, here.life, now, FEED, *people).addCallback(
            _done
        )

    def nodes(self, here: Here) -> Deferred[Sequence[NodeSeen]]:
        """Tell which nodes there are."""

        def found(nodes: list[tuple[bytes, int, bytes, bytes]]) -> Sequence[NodeSeen]:
            return [
                NodeSeen(
                    name.decode(), people, float(since), float(ago) / 1000,
                    is_here=name.decode() == here.node,
                )
                for name, people, since, ago in nodes
            ]  # fmt: skip

        return self._run(scripts.NODES, self._lease, is_reading=True).addCallback(found)

    def claim(self, here: Here, folded: str, holder: str) -> Deferred[bool]:
        """Take a name for a holder; see `Engine.claim`. It is freed when this node is gone."""
        asked = self._run(scripts.CLAIM, here.node, here.life, folded, holder)
        return asked.addCallback(bool)

    def release(self, here: Here, folded: str, holder: str) -> Deferred[None]:
        """Give a name back, if this node was the last to claim it for this holder."""
        return self._run(scripts.RELEASE, here.node, folded, holder).addCallback(_done)

    def _run(self, script: Script, *words: Word, is_reading: bool = False) -> Deferred[Any]:
        asked = self._link.run(script, [self._prefix], words, is_reading=is_reading)
        return asked.addErrback(_is_gone)


def _is_gone(failure: Failure) -> Failure:
    error = failure.value
    if isinstance(error, RefusedError) and error.code == "NODEGONE":
        raise NodeGoneError(str(error))
    return failure


def _done(_: object) -> None:
    """Tell nothing but that it is done."""


def milliseconds(seconds: float) -> int:
    """As Redis counts."""
    return int(seconds * 1000)


def identity_of(here: Here, number: int) -> bytes:
    """Whose the feed says a batch is."""
    return f"{here.node} {here.life} {number}".encode()
