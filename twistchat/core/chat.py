"""The rules: what follows from what somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.core.model import Room, User
from twistchat.core.names import fold, room_name
from twistchat.core.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Extension:
    """A command that somebody who embeds the chat has added.

    `perform` gets the chat, who asks, the room they type into and what stood behind the command,
    cleaned. It answers like `Chat.perform`: items of the existing kinds, or `Refused`.
    It must not wait.
    """

    name: str
    usage: str
    summary: str
    perform: Callable[[Chat, User, str, str], Sequence[e.Item] | e.Refused]


class Chat:
    """Decides. Knows who is here and in which room; never waits, never writes.

    Presence changes at once, when it is decided. Durable state (a topic) changes in `apply`
    alone, when the engine hands the event back as committed: a commit that fails has nothing
    to undo, and a restart goes the same way as a normal day.
    """

    def __init__(
        self,
        *,
        now: Callable[[], float],
        limits: Limits = DEFAULT_LIMITS,
        extensions: Iterable[Extension] = (),
    ) -> None:
        self.now = now
        self.limits = limits
        self.extensions = {extension.name: extension for extension in extensions}
        self._people: dict[str, User] = {}
        self._names: dict[str, User] = {}
        self._rooms: dict[str, Room] = {}

    # ------------------------------------------------------------ coming and going

    def enter(self, user: User) -> Sequence[e.Item]:
        """Take somebody in. Their name is theirs already (`Engine.claim`)."""
        self._people[user.id] = user
        self._names[fold(user.name)] = user
        return [e.Welcomed(user.name)]

    def depart(self, user: User, cause: e.Cause, words: str = "") -> Sequence[e.Item]:
        """Let somebody go, out of every room."""
        rooms = tuple(user.rooms)
        for room in user.rooms.values():
            del room.members[user.id]
        user.rooms.clear()
        del self._people[user.id]
        del self._names[fold(user.name)]
        words = clean(words.strip())[: self.limits.words]
        return [e.Departed(rooms, user.id, user.name, cause, words, self.now())]

    # ------------------------------------------------------------ looking

    def person(self, name: str) -> User | None:
        """Find who bears a name now."""
        name = name.strip()
        if len(name) > 4 * self.limits.name_characters:
            return None  # no name is, and folding takes time that grows with the square
        return self._names.get(fold(name))

    def is_present(self, folded: str) -> bool:
        """Whether somebody bears this name, given as `names.fold` makes it."""
        return folded in self._names

    @property
    def people(self) -> Sequence[User]:
        """Everybody who is here, in the order of coming."""
        return list(self._people.values())

    def room(self, name: str) -> Room | None:
        """Find a room by its name."""
        return self._rooms.get(name)

    # ------------------------------------------------------------ deciding

    def perform(self, user: User, command: c.Command) -> Sequence[e.Item] | e.Refused:
        """Decide what follows from a command: items, in order, or why it is refused."""
        match command:
            case c.Say():
                return self._say(user, command)
            case c.Whisper():
                return self._whisper(user, command)
            case c.Join():
                return self._join(user, command)
            case c.Leave():
                return self._leave(user, command)
            case c.Rename():
                return self._rename(user, command)
            case c.SetTopic():
                return self._set_topic(user, command)
            case c.ReadTopic():
                return self._read_topic(user, command)
            case c.ListMembers():
                return self._list_members(user, command)
            case c.ReadHistory():
                return self._read_history(user, command)
            case c.Announce():
                return self._announce(user, command)
            case c.Custom():
                return self._custom(user, command)
            case c.Quit():
                items = self.depart(user, e.Cause.LEFT, command.words)
                return [*items, e.Goodbye(e.Cause.LEFT)]
            case _:
                assert_never(command)

    def apply(self, event: e.Durable) -> None:
        """Take over what is committed: here, on another node, or before the last restart."""
        match event:
            case e.TopicChanged():
                self._room(event.room).topic = event.topic
            case e.Said() | e.Whispered():
                pass
            case _:
                assert_never(event)

    def completed(self, item: e.Item) -> e.Item:
        """Fill in what durable state an answer tells, as it stands at the answer's place.

        When it was decided, changes that come before it may still have been under way.
        """
        if not isinstance(item, e.TopicTold | e.MembersListed):
            return item
        topic = self._room(item.room).topic
        return item if topic == item.topic else replace(item, topic=topic)

    # ------------------------------------------------------------ command by command

    def _say(self, user: User, command: c.Say) -> Sequence[e.Item] | e.Refused:
        room = user.rooms.get(command.room)
        if room is None:
            return e.Refused(e.Refusal.NOT_IN_ROOM, command.room)
        text = clean(command.text.rstrip())
        if not text:
            return e.Refused(e.Refusal.NOTHING_TO_SAY)
        return [e.Said(room.name, user.id, user.name, text, command.action, self.now())]

    def _whisper(self, user: User, command: c.Whisper) -> Sequence[e.Item] | e.Refused:
        other = self.person(command.to)
        if other is None:
            return e.Refused(e.Refusal.NO_SUCH_PERSON, clean(command.to[:40]))
        if other is user:
            return e.Refused(e.Refusal.TO_ONESELF)
        text = clean(command.text.rstrip())
        if not text:
            return e.Refused(e.Refusal.NOTHING_TO_SAY)
        return [
            e.Whispered(user.id, user.name, other.id, other.name, text, command.action, self.now())
        ]

    def _join(self, user: User, command: c.Join) -> Sequence[e.Item] | e.Refused:
        name = room_name(command.room, self.limits)
        if isinstance(name, e.Refused):
            return name
        if name in user.rooms:
            return []
        room = self._room(name)
        room.members[user.id] = user
        user.rooms[name] = room
        return [e.Joined(name, user.id, user.name, self.now()), _members(room, on_joining=True)]

    def _leave(self, user: User, command: c.Leave) -> Sequence[e.Item] | e.Refused:
        room = user.rooms.pop(command.room, None)
        if room is None:
            return e.Refused(e.Refusal.NOT_IN_ROOM, command.room)
        del room.members[user.id]
        words = clean(command.words.strip())[: self.limits.words]
        return [e.Left(room.name, user.id, user.name, words, self.now())]

    def _rename(self, user: User, command: c.Rename) -> Sequence[e.Item] | e.Refused:
        old, new = user.name, command.name
        if old == new:
            return e.Refused(e.Refusal.NAME_SAME, new)
        del self._names[fold(old)]
        user.name = new
        self._names[fold(new)] = user
        return [e.Renamed(tuple(user.rooms), user.id, old, new, self.now())]

    def _set_topic(self, user: User, command: c.SetTopic) -> Sequence[e.Item] | e.Refused:
        room = user.rooms.get(command.room)
        if room is None:
            return e.Refused(e.Refusal.NOT_IN_ROOM, command.room)
        topic = clean(command.topic.strip())
        if len(topic) > self.limits.topic:
            return e.Refused(e.Refusal.TOPIC_LONG, hint=str(self.limits.topic))
        return [e.TopicChanged(room.name, user.id, user.name, topic, self.now())]

    def _read_topic(self, user: User, command: c.ReadTopic) -> Sequence[e.Item] | e.Refused:
        room = user.rooms.get(command.room)
        if room is None:
            return e.Refused(e.Refusal.NOT_IN_ROOM, command.room)
        return [e.TopicTold(room.name, room.topic)]

    def _list_members(self, user: User, command: c.ListMembers) -> Sequence[e.Item] | e.Refused:
        room = user.rooms.get(command.room)
        if room is None:
            return e.Refused(e.Refusal.NOT_IN_ROOM, command.room)
        return [_members(room)]

    def _read_history(self, user: User, command: c.ReadHistory) -> Sequence[e.Item] | e.Refused:
        if command.room not in user.rooms:
            return e.Refused(e.Refusal.NOT_IN_ROOM, command.room)
        limit = self.limits.replay if command.limit is None else command.limit
        return [e.HistoryOpened(command.room, max(1, min(limit, self.limits.page)))]

    def _announce(self, user: User, command: c.Announce) -> Sequence[e.Item] | e.Refused:
        if not user.operator:
            return e.Refused(e.Refusal.OPERATORS_ONLY)
        text = clean(command.text.strip())
        if not text:
            return e.Refused(e.Refusal.NOTHING_TO_SAY)
        if command.to is None:
            return [e.Announced(text, None, None, self.now())]
        other = self.person(command.to)
        if other is None:
            return e.Refused(e.Refusal.NO_SUCH_PERSON, command.to)
        return [e.Announced(text, other.id, other.name, self.now())]

    def _custom(self, user: User, command: c.Custom) -> Sequence[e.Item] | e.Refused:
        extension = self.extensions.get(command.name)
        if extension is None:
            return e.Refused(e.Refusal.NO_SUCH_COMMAND, command.name)
        return extension.perform(self, user, command.room, clean(command.text.strip()))

    def _room(self, name: str) -> Room:
        room = self._rooms.get(name)
        if room is None:
            room = self._rooms[name] = Room(name)
        return room


def _members(room: Room, *, on_joining: bool = False) -> e.MembersListed:
    names = tuple(sorted((member.name for member in room.members.values()), key=fold))
    return e.MembersListed(room.name, room.topic, names, on_joining)
