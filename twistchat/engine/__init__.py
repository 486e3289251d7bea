"""Commits in one order, and remembers.

Everything that anybody is to see passes through an engine, in order. It knows logs, numbers and
names; it knows no rules, no wire and no session (an `origin` is handed through unread).

    memory.py       keeps everything in this process, and hands on at once
    sqlite/         keeps everything on disk
    groupcommit.py  the waiting line of every engine that commits later
    worker.py       where an engine does what takes its time
    holders.py      who has which name, where one process decides it
    keys.py         what was said under a key, and whether it is said again
    fields.py       what of an event is more than text: as fields of JSON, and back
    logs.py         the logs of the memory engine
    retention.py    how long what was said is kept
    choice.py       which engine, as an operator writes it: `sqlite:twistchat.db`
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from twistchat.core.codes import Unkept
from twistchat.core.events import KeptBefore, NotKept
from twistchat.core.values import value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.defer import Deferred

    from twistchat.core.events import Durable, Item, SearchOpened
    from twistchat.counts import Commits


class UnavailableError(Exception):
    """The engine cannot ask for now what it would have to; it has told the operator why."""


@value(frozen=True, slots=True)
class Stamp:
    """Where a log stands, or where in it an event was put."""

    epoch: str
    number: int


NOWHERE = Stamp("", 0)
"""Where what is in no log stands."""


@value(frozen=True, slots=True)
class Repeated:
    """What became of an event whose key was used before: it stands where the first one was put."""

    stamp: Stamp


Outcome = Stamp | Unkept | Repeated
"""What became of a durable event: kept here, not kept, or kept before."""


@value(frozen=True, slots=True)
class Label:
    """How a wire names a request: on this connection alone, and for good."""

    id: str | int | None = None
    """It is answered under this name."""
    key: str | None = None
    """Chosen by the client at random: what is kept under it is kept once. It is its speaker's
    own, so that nobody can guess another's away."""


@value(frozen=True, slots=True)
class Committed:
    """An item on its way out, in its place: from here on it may be seen."""

    item: Item
    epoch: str = ""
    """Which life of the log the number belongs to."""
    number: int = 0
    """A durable event's own number in its log (1, 2, 3 …); for presence of one room, the number
    of the last durable event before it."""
    origin: Any = None
    label: Label | None = None
    echo: bool = True
    node: str = ""
    """Where it was decided; empty: here, or long ago."""


@value(frozen=True, slots=True)
class NodeSeen:
    """A node of the chat, as its engine knows it."""

    name: str
    people: int
    """Who are connected to it."""
    since: float
    """When it came: seconds since 1970, UTC."""
    seen: float
    """How many seconds ago it was last heard of."""
    is_here: bool


@value(frozen=True, slots=True)
class Audited:
    """A deed of which an account is given, in the order of all of them."""

    id: int
    committed: Committed
    """It, where it was put; the key of a room is not in it."""


@value(frozen=True, slots=True)
class Entry:
    """An item on its way in, with who asked for it."""

    item: Item
    origin: Any = None
    """The session that asked; replies, `Kept` and `NotKept` go to it."""
    label: Label | None = None
    """What its wire calls the request, if it has such names."""
    echo: bool = True
    """Whether the session that asked is told its own words as everybody is."""

    def committed(self, item: Item, stamp: Stamp) -> Committed:
        """Give it its place, or what has become of it (`NotKept`, `KeptBefore`)."""
        return Committed(item, stamp.epoch, stamp.number, self.origin, self.label, self.echo)

    def settled(self, event: Durable, outcome: Outcome) -> Committed:
        """Tell what has become of its event."""
        match outcome:
            case Stamp():
                return self.committed(event, outcome)
            case Repeated():
                return self.committed(KeptBefore(event), outcome.stamp)
            case _:
                return self.committed(NotKept(event, outcome), NOWHERE)


class Engine(Protocol):
    """The sequencer and the memory of a chat."""

    @property
    def full(self) -> bool:
        """Whether so much waits to be committed that nothing more should be read."""

    @property
    def commits(self) -> Commits:
        """What it has committed, counted; of an engine that commits at once nothing is."""

    @property
    def waiting(self) -> int:
        """How many bytes, roughly, wait to be committed."""

    @property
    def node(self) -> str:
        """What this node is called; empty: it has the chat for itself."""

    @property
    def trouble(self) -> str:
        """Why nothing can be committed or read now, in words for the operator; empty: it can."""

    def nodes(self) -> Deferred[Sequence[NodeSeen]]:
        """Tell which nodes there are; none, where this one has the chat for itself."""

    def start(self, deliver: Callable[[Sequence[Committed]], None]) -> Deferred[None]:
        """Get ready. From then on `deliver` is called with each batch, in order.

        The first batch is what is remembered of before: the events that still hold (a topic), and
        the last of each room. If it cannot get ready, the Deferred fails with an exception whose
        message is a sentence for the operator.
        """

    def append(self, entries: Sequence[Entry]) -> None:
        """Take items in. Each comes back through `deliver`, in this order.

        A durable event that could not be kept comes back as `NotKept`. When a `RoomForgotten`
        passes, its log ends; a room of that name begins a new one, under another epoch.

        A durable event whose label has a key that its `user` has used in the last
        `Limits.key_time` seconds (by the `at` of both) comes back as `KeptBefore`, with the place
        of the first one; if that one said something else, or elsewhere, as `NotKept` with
        `Unkept.KEY_REUSED`. A key is kept as its event is, and is used only if the event is kept.

        What a `Deleted` names is `Erased` from then on, wherever it is read; its key stays used.
        Where nothing was said under that number, or no longer is, it comes back as `NotKept` with
        `Unkept.NO_SUCH_LINE`.

        A room of which `RulesChanged` says how much is kept of it keeps no more than that.
        """

    def history(
        self,
        log: str,
        *,
        limit: int,
        before: int | None = None,
        after: int | None = None,
        since: float | None = None,
        until: float | None = None,
        oldest: bool = False,
        is_spoken: bool = False,
    ) -> Deferred[list[Committed]]:
        """Read the last `limit` durable events of a log, or the `oldest` ones, oldest first.

        Where only what `is_spoken` is asked for, nothing else that happened is among them. They
        are numbered above `after` and below `before`, and were said at `since` or later and
        before `until`. The times only find where to begin and to end: where a clock was set back,
        what was said about then may be in or out.
        """

    def conversations(
        self,
        person: str,
        rooms: Sequence[str],
        *,
        since: float,
        until: float,
        limit: int,
        oldest: bool = False,
    ) -> Deferred[list[Committed]]:
        """Tell what was said last in each of some rooms, and with whom a person has talked.

        Of these the last `limit` that were said at `since` or later and before `until`, or the
        `oldest` ones; oldest first.
        """

    def search(self, wanted: SearchOpened, *, before: int) -> Deferred[list[Committed]]:
        """Find the last things said in a room, numbered below `before`, that match.

        Each of the words must be in them, in any case and anywhere. They come oldest first.
        """

    def move_cursor(self, person: str, log: str, number: int) -> Deferred[None]:
        """Remember that a person (a `User.id` that lasts) has read a log up to a number.

        It ends with the log; of one that there is not, nothing is remembered.
        """

    def cursors(self, person: str) -> Deferred[dict[str, int]]:
        """Tell how far a person has read, by log; those that they never read are not in it."""

    def unread(self, person: str, *, limit: int) -> Deferred[list[Committed]]:
        """Read the oldest private words to a person that are behind their cursors, oldest first."""

    def audit(
        self, *, limit: int, before: int | None = None, log: str | None = None
    ) -> Deferred[list[Audited]]:
        """Read the last `limit` deeds (`is_audited`), of all logs or of one, oldest first.

        Their ids are below `before`. They stay, whatever becomes of the log in which they were put.
        """

    def kept_under(self, event: Durable, key: str) -> Deferred[Repeated | Unkept | None]:
        """Tell what would become of an event whose key may have been used; None: it was not.

        In which log it would be is not compared: it cannot be said, perhaps since that is gone.
        """

    @property
    def secret(self) -> bytes:
        """Thirty-two random bytes, the same for as long as anything is remembered.

        What is signed with them (a token) is good after a restart. Known once it is started.
        """

    def remember(self, person: str, text: str, until: float) -> Deferred[None]:
        """Remember something of a person (a `User.id`) until a time, in place of what there is."""

    def recall(self, person: str) -> Deferred[str | None]:
        """Tell what is remembered of a person; None if there is nothing, or no longer."""

    def set_password(self, account: str, hashed: str | None) -> Deferred[None]:
        """Keep the hash of an account's password in place of what there is; None: it has none.

        Fires when it is kept as safely as what was said. The account is named by its id; what
        kind of hash it is, nobody here knows.
        """

    def password(self, account: str) -> Deferred[str | None]:
        """Tell the hash of an account's password; None if it has none."""

    def claim(self, name: str, holder: str) -> Deferred[bool]:
        """Take a folded name for a holder (a `User.id`). True if it is now, or was, theirs."""

    def release(self, name: str, holder: str) -> None:
        """Give a folded name back, if this holder has it."""

    def stop(self) -> Deferred[None]:
        """Commit what waits, give up after a while what cannot be, and deliver the rest."""
