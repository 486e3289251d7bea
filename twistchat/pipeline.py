"""The straight way between what was decided and what is told."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from twistchat.core.concerns import (
    changes_state,
    is_answer,
    is_between,
    is_durable,
    is_part,
    stands_in,
)
from twistchat.core.events import (
    Departed,
    JoinOpened,
    KeptBefore,
    KeyOpened,
    Left,
    Moderated,
    NotKept,
    Refused,
    Reply,
    Resynced,
    RoomForgotten,
    Said,
)
from twistchat.core.law import Deed
from twistchat.engine import Committed, Entry
from twistchat.faults import guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.defer import Deferred

    from twistchat.core.chat import Chat
    from twistchat.core.events import Durable, Item
    from twistchat.core.model import User
    from twistchat.engine import Engine, Label
    from twistchat.telling.fanout import Fanout

    Followed = tuple[Sequence[Callable[[Committed], None]], Committed]
    """Those who are to be told something, and what."""


class Waiter(Protocol):
    """Whoever has asked for a change of durable state, and waits for it."""

    def settled(self, outcome: Item) -> None:
        """It is committed, as this says, or was refused (`NotKept`)."""


def _labelled(
    items: Sequence[Item], origin: object, label: Label | None, *, echo: bool
) -> Sequence[Entry]:
    """Label the first that answers the request, and the parts of that."""
    found, asked = [], label
    for item in items:
        is_labelled = label is not None and is_answer(item)
        # What one missed is a part of the answer only before that: see `Welcomed`.
        is_part_of_it = label is not None if isinstance(item, JoinOpened) else is_part(item)
        found.append(Entry(item, origin, asked if is_labelled or is_part_of_it else None, echo))
        label = None if is_labelled else label
    return found


def answer_to(refused: Refused, unsaid: Durable | None, label: Label | None) -> Reply:
    """Answer a request that the rules refuse; `unsaid` is what they do not let be said.

    What is sent again under its key may have been kept, whatever they say of it now.
    """
    if unsaid is None or label is None or label.key is None:
        return refused
    return KeyOpened(label.key, refused, unsaid)


class Pipeline:
    """Hands items to the engine, and what comes back from it to Chat and Fanout.

    Whoever holds their input waits here: for their own change of durable state to be
    committed or refused, or for room in an engine that is full.
    """

    def __init__(self, *, chat: Chat, engine: Engine, fanout: Fanout) -> None:
        self._chat = chat
        self._engine = engine
        self._fanout = fanout
        self._short_of_room: deque[Callable[[], None]] = deque()
        self._untold: set[str] = set()
        """Of whom (by id) nobody was told that they were put out, since it was not kept."""
        self._followers: list[Callable[[Committed], None]] = []
        self._watchers: list[Callable[[Committed], None]] = []
        self._elsewhere: list[Callable[[Committed], None]] = []
        self._is_shared = bool(engine.node)
        """Whether other nodes decide, too."""
        if self._is_shared:
            chat.is_shared()

    def follow(self, follower: Callable[[Committed], None]) -> None:
        """Call this with whatever durable is committed, but for what is said in rooms.

        And with what could not be: `NotKept`. What they answer to that is told behind it, as is
        what those answer who `watch`.
        """
        self._followers.append(follower)

    def watch(self, watcher: Callable[[Committed], None]) -> None:
        """Call this with whatever is told and not kept: presence, and answers."""
        self._watchers.append(watcher)

    def watch_elsewhere(self, watcher: Callable[[Committed], None]) -> None:
        """Call this with whatever other nodes have decided, and when all is told anew."""
        self._elsewhere.append(watcher)

    @property
    def full(self) -> bool:
        """Whether nothing more should be read from anybody for now."""
        return self._engine.full

    def start(self) -> Deferred[None]:
        """Start the engine."""
        return self._engine.start(self._deliver)

    def submit(
        self,
        items: Sequence[Item],
        origin: object = None,
        label: Label | None = None,
        *,
        echo: bool = True,
    ) -> None:
        """Put items into the one order: who asked for them, under which label.

        `echo`: whether whoever asked is told what they say as everybody is.
        """
        if not items:
            return
        if self._is_shared:
            self._chat.under_way(items)
        if label is None:
            self._engine.append([Entry(item, origin, None, echo) for item in items])
        else:
            self._engine.append(_labelled(items, origin, label, echo=echo))

    def when_room(self, go_on: Callable[[], None]) -> None:
        """Call this, once, as soon as the engine is no longer full."""
        self._short_of_room.append(go_on)

    def _take_back(self, event: Durable) -> None:
        """Let nothing follow from an event that is told nobody; who is put out stays so."""
        self._chat.unkept(event)
        if isinstance(event, Moderated) and event.deed in (Deed.KICK, Deed.BAN):
            self._untold.add(event.to_user)

    def _follow(self, placed: Committed, followed: list[Followed]) -> None:
        """Tell here what another node has decided, or how everything stands now."""
        item = placed.item
        if isinstance(item, Resynced):
            told = self._chat.resync(item)
        else:
            told = self._chat.follow(item, placed.node)
        followed.append((self._elsewhere, placed))
        if is_between(item):
            followed.append((self._watchers, placed))
        for each in told:
            committed = placed if each is item else self._placed(each, placed)
            if not is_between(each):
                self._fanout.publish(committed)
                watchers = self._followers if is_durable(each) else self._watchers
                followed.append((watchers, committed))
                if each is not item:
                    followed.append((self._elsewhere, committed))
        if isinstance(item, Resynced):
            self.submit(self._chat.present())

    def _note_anew(self, item: Item, node: str, anew: dict[User, None]) -> None:
        user = self._chat.is_to_be_told_anew(item, node)
        if user is not None:
            anew[user] = None

    def _tell(self, committed: Committed, followed: list[Followed]) -> None:
        self._fanout.publish(committed)
        followed.append((self._watchers, committed))

    def _placed(self, item: Item, behind: Committed) -> Committed:
        """Put what follows from a person's whole state where the room of it stands."""
        name = stands_in(item)
        stands = None if name is None else self._fanout.told.stands(name)
        epoch, number = ("", 0) if stands is None else (stands.epoch, stands.number)
        return Committed(item, epoch, number, node=behind.node)

    def _take(self, placed: Committed, followed: list[Followed]) -> tuple[Committed, Item | None]:
        """Take over what was decided here: as it is told, and which deed is settled by it."""
        committed, item = placed, placed.item
        decided: Item | None = item
        if is_durable(item):
            self._chat.apply(item)
            if self._untold and isinstance(item, Moderated):
                self._untold.discard(item.to_user)
            followed.append((self._followers, placed))
        else:
            match item:
                case RoomForgotten():
                    self._chat.apply(item)
                case NotKept():
                    decided = item.event
                    self._take_back(decided)
                    followed.append((self._followers, placed))
                case KeptBefore():
                    decided = item.event  # by an earlier one, of which that is to hold
                    if decided is not None:
                        self._take_back(decided)
                case Left() | Departed() if item.is_told and item.user in self._untold:
                    self._untold.discard(item.user)
                    committed = replace(committed, item=replace(item, is_told=False))
                case _ if (full := self._chat.completed(item)) is not item:
                    committed = replace(committed, item=full)
            followed.append((self._watchers, committed))
        return committed, decided

    def _deliver(self, batch: Sequence[Committed]) -> None:
        settled: list[
            tuple[Waiter, Item]
        ] = []  # told last: what they go on with comes after all of this
        # And so is what those tell who follow this.
        followed: list[Followed] = []
        anew: dict[User, None] = {}  # of whom other nodes are to know more then
        for placed in batch:
            item = placed.item
            if type(item) is Said:  # as nearly always, and nobody waits for it
                self._chat.apply(item)
                if placed.node:
                    self._chat.heard(item)
                self._fanout.publish(placed)
                continue
            if placed.node or type(item) is Resynced:
                self._follow(placed, followed)
                self._note_anew(item, placed.node, anew)
                continue
            if self._is_shared:
                for each in self._chat.told(item):
                    self._tell(self._placed(each, placed), followed)
                self._note_anew(item, "", anew)
            committed, decided = self._take(placed, followed)
            if not is_between(item):
                self._fanout.publish(committed)
            if decided is not None and changes_state(decided) and committed.origin is not None:
                settled.append((committed.origin, item))
        for followers, committed in followed:
            for follower in followers:
                guarded(follower, committed)
        if anew:
            self.submit(self._chat.present(anew))
        for waiter, outcome in settled:
            guarded(waiter.settled, outcome)
        while self._short_of_room and not self._engine.full:
            guarded(self._short_of_room.popleft())
