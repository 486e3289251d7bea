"""Who is here and which rooms there are: what the rules look at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twistchat.core.accounts import Directory
from twistchat.core.events import Moderated, Refusal, Refused
from twistchat.core.law import NO_LAW, Deed
from twistchat.core.model import Room, User
from twistchat.core.names import LOBBY, fold, longest_typed, room_name
from twistchat.core.pace import Bucket
from twistchat.core.pending import Pending

if TYPE_CHECKING:
    from collections.abc import Callable

    from twistchat.core.events import RulesChanged
    from twistchat.core.law import Law
    from twistchat.core.limits import Limits

ADMITTED = 1_000
"""People of whom it is remembered that they may come into one room."""

CORRESPONDENTS = 1_000
"""People whom one remembers to have been written to by; beyond, the oldest are strangers again."""


class State:
    """The people and the rooms of a chat, and how they are found."""

    def __init__(self, *, now: Callable[[], float], limits: Limits) -> None:
        self.now = now
        self.limits = limits
        self.people: dict[str, User] = {}
        """By id, in the order of coming."""
        self.names: dict[str, User] = {}
        """By folded nickname."""
        self.rooms: dict[str, Room] = {}
        self._empty: dict[str, None] = {}
        """Rooms with nobody in them, the one that has been so for longest first."""
        self._blank: dict[str, None] = {}
        """Those of them in which nothing was ever said: the first to be forgotten."""
        self.accounts = Directory(limits)
        """All accounts."""
        self.officers: dict[str, User] = {}
        """Those who are operators by the account of somebody else, by id."""
        self.law = NO_LAW
        """What holds everywhere, with what is decided and not committed yet."""
        self.is_restrained = False
        """Whether anybody may have to be kept from speaking anywhere."""
        self._committed: dict[str, Law] = {}
        """What holds in rooms, and (the empty name) everywhere, as far as it is committed."""
        self._decided: list[Moderated | RulesChanged] = []
        """What is decided and not committed yet."""
        self._being_forgotten: dict[str, int] = {}
        """Rooms that are to be forgotten as soon as this is committed; how often."""
        self.found: set[str] = set()
        """Rooms that were made while this node did not hear of it, or may have been: by whom is
        known only when they say so."""
        self.pending = Pending()
        """What is under way of people, where several nodes share the chat."""

    def change_limits(self, limits: Limits) -> None:
        """Measure by other limits; what is limited to so many a minute is counted anew."""
        before, self.limits = self.limits, limits
        self.accounts.limits = limits
        for user in self.people.values():
            for name in [name for name in user.paces if _differs(name, before, limits)]:
                del user.paces[name]

    # ------------------------------------------------------------ people

    def person(self, name: str) -> User | None:
        """Find who bears a name now."""
        name = name.strip()
        if len(name) > longest_typed(self.limits.name_characters):
            return None
        return self.names.get(fold(name))

    def free(self, user: User) -> None:
        """Let somebody bear their name no more."""
        folded = fold(user.name)
        if self.names.get(folded) is user:  # else another node has given it to somebody
            del self.names[folded]

    def wait(self, user: User, limit: str) -> float:
        """Let somebody do something that is limited to so many a minute.

        Returns 0.0, or the seconds until they may, if it is too much.
        """
        if user.operator:
            return 0.0
        now = self.now()
        bucket = user.paces.get(limit)
        if bucket is None:
            a_minute = getattr(self.limits, limit)
            bucket = user.paces[limit] = Bucket(a_minute, a_minute / 60, now)
        return bucket.take(now)

    def wait_for_stranger(self, user: User, other: User) -> float:
        """Let somebody write to a person; see `wait`. Whoever has written to one is no stranger."""
        if other.id in user.correspondents:
            return 0.0
        return self.wait(user, "strangers")

    def has_written(self, user: User, other: User) -> None:
        """Remember that somebody has written to a person, who may freely write back."""
        known = other.correspondents
        known.pop(user.id, None)
        known[user.id] = None
        if len(known) > CORRESPONDENTS:
            del known[next(iter(known))]

    # ------------------------------------------------------------ what holds

    def decide(self, event: Moderated | RulesChanged) -> None:
        """Let it hold at once, as its place in the order is known: but only if it is kept."""
        self._decided.append(event)
        self._hold(event.room)

    def settle(self, event: Moderated | RulesChanged, *, is_kept: bool) -> None:
        """Follow what has become of a deed, which may have been decided elsewhere, or long ago."""
        if event in self._decided:
            self._decided.remove(event)
        room = self.rooms.get(event.room)
        is_of_now = room is not None and event.room not in self._being_forgotten
        if is_kept and room is not None and is_of_now and _ends_keeping(event, room.keeper):
            room.keeper = ""
        if is_kept and (not event.room or self.remembers(event.room) is not None):
            before = self._committed.get(event.room, NO_LAW)
            self._committed[event.room] = before.after(event)
        self._hold(event.room)

    def keep(self, user: User, room: Room) -> None:
        """Let a guest moderate a room that they have made, until the server starts anew."""
        self.settle_keeper(room, user.id)

    def settle_keeper(self, room: Room, identity: str) -> None:
        """Let it be known who has made a room as a guest (by their id), if anybody has."""
        if room.keeper != identity:
            room.keeper = identity
            self._hold(room.name)

    def _hold(self, name: str) -> None:
        law, room = self._committed.get(name, NO_LAW), self.rooms.get(name)
        if room is not None and room.keeper:
            law = replace(law, keeper=room.keeper)
        for event in self._decided:
            if event.room == name:
                law = law.after(event)
        if not name:
            self.law, self.is_restrained = law, law.restrains
        elif room is not None:
            room.law, room.is_restrained = law, law.restrains
            if not law.rules.slow:
                room.lines.clear()

    # ------------------------------------------------------------ rooms

    def membership(self, user: User, typed: str) -> Room | Refused:
        """Find a room that somebody is in, by its name as it was typed."""
        room = user.rooms.get(typed)
        if room is not None:
            return room
        if not typed:
            return Refused(Refusal.IN_NO_ROOM)
        name = room_name(typed, self.limits)
        if isinstance(name, Refused):
            return name
        return user.rooms.get(name) or Refused(Refusal.NOT_IN_ROOM, name)

    def reached(self, user: User, typed: str) -> Room | Refused:
        """Find a room whose affairs somebody may see to: theirs, or any, for an operator."""
        name = room_name(typed, self.limits)
        if user.operator and isinstance(name, str) and (room := self.known(name)) is not None:
            return room
        return self.membership(user, typed)

    def known(self, name: str) -> Room | None:
        """Find a room. The lobby is always there, also before the first has come."""
        return self.open(name) if name == LOBBY else self.rooms.get(name)

    def open(self, name: str) -> Room:
        """Find a room, or make it; nobody is in a new one."""
        room = self.rooms.get(name)
        if room is None:
            room = self.rooms[name] = Room(name, since=self.now())
            self._is_empty(room)
            if self._decided:
                self._hold(name)
        return room

    def add(self, user: User, room: Room) -> None:
        """Let somebody be in a room."""
        room.members[user.id] = user
        if room.roster is not None:
            room.roster.append((user, user.name))
        user.rooms[room.name] = room
        self._empty.pop(room.name, None)
        self._blank.pop(room.name, None)

    def remove(self, user: User, room: Room) -> None:
        """Let somebody be in a room no more."""
        del user.rooms[room.name]
        del room.members[user.id]
        room.roster = None
        if not room.members:
            self._is_empty(room)

    def admit(self, identity: str, room: Room, *, is_for_all: bool = True) -> None:
        """Let somebody come into a room whatever its rules (or its `limit` only), but a ban."""
        before = room.admitted.pop(identity, False)
        room.admitted[identity] = is_for_all or before
        if len(room.admitted) > ADMITTED:
            del room.admitted[next(iter(room.admitted))]

    def forget_oldest(self) -> str | None:
        """Forget a room that has been empty for longest; its name, or None if there is none.

        Those in which nothing was ever said go first: else whoever only goes through room after
        room could make the chat forget what was said in others.
        """
        oldest = next(iter(self._blank), None)
        if oldest is None:  # founded ones last: somebody made them for a purpose
            founded = (name for name in self._empty if not self.rooms[name].law.founder)
            oldest = next(founded, next(iter(self._empty), None))
        if oldest is not None:
            self._drop(oldest)
            self._being_forgotten[oldest] = self._being_forgotten.get(oldest, 0) + 1
        return oldest

    def remembers(self, name: str) -> Room | None:
        """Take note that something was committed in a room, and find it.

        None if that was still said in a room that was forgotten since.
        """
        room = self.rooms.get(name)
        if room is not None and room.has_log and not self._being_forgotten:
            return room  # as nearly always
        if name in self._being_forgotten:
            return None
        room = self.open(name)
        if not room.has_log:
            room.has_log = True
            self._blank.pop(name, None)
        return room

    def is_forgotten(self, name: str) -> None:
        """Follow the commit of a forgetting, which may have been decided elsewhere."""
        times = self._being_forgotten.pop(name, 0)
        if times > 1:
            self._being_forgotten[name] = times - 1
        elif not times and name in self._empty:
            self._drop(name)
        elif not times and (room := self.rooms.get(name)) is not None:
            self._begins_anew(room)  # people have come in here since that was decided elsewhere

    def begins_anew(self) -> None:
        """Forget all that holds and is committed: it is told anew."""
        self._committed.clear()
        for room in list(self.rooms.values()):
            self._begins_anew(room)
        self._hold("")

    def drops_blank(self) -> None:
        """Forget rooms that nobody is in and nobody remembers anything of."""
        for name in list(self._blank):
            self._drop(name)

    def _begins_anew(self, room: Room) -> None:
        room.topic = room.topic_who = ""
        room.topic_at = 0.0
        room.has_log = False
        self._committed.pop(room.name, None)
        self._hold(room.name)
        if room.name in self._empty:
            self._blank[room.name] = None

    def _drop(self, name: str) -> None:
        del self._empty[name]
        self._blank.pop(name, None)
        del self.rooms[name]
        self._committed.pop(name, None)
        # What is still under way holds no more, and least of all in a new room of that name.
        self._decided = [event for event in self._decided if event.room != name]

    def _is_empty(self, room: Room) -> None:
        if room.name != LOBBY:  # it is never forgotten
            self._empty[room.name] = None
            if not room.has_log:
                self._blank[room.name] = None


def _ends_keeping(event: Moderated | RulesChanged, keeper: str) -> bool:
    return isinstance(event, Moderated) and event.deed is Deed.DEOP and event.to_user == keeper


def _differs(name: str, one: Limits, other: Limits) -> bool:
    return bool(getattr(one, name) != getattr(other, name))
