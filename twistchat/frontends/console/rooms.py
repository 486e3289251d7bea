"""The operator's commands about rooms: which there are, who is in one, what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twistchat.core.commands import ChangeRules, SetTopic
from twistchat.core.events import Refused
from twistchat.core.names import LOBBY, room_name
from twistchat.core.orders import first_room, read_changes
from twistchat.core.rules import written_retention
from twistchat.frontends.console.command import Asked, Command, UsageError
from twistchat.frontends.console.results import Column, Facts, Failed, Result, Table, Told, Watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twisted.internet.defer import Deferred

    from twistchat.core.chat import Chat
    from twistchat.core.law import RoomRules
    from twistchat.core.model import Room
    from twistchat.frontends.console.errands import Errands


NO_SUCH_ROOM = "no-such-room"

RULES_IN_CHAT = "In the chat rules are changed under your own name: /rules #lab slow=10."

ROOMS = (
    Column("room", "ROOM"),
    Column("people", "PEOPLE"),
    Column("topic", "TOPIC"),
)


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "(nobody)"


def _as_typed(rules: Mapping[str, Any]) -> str:
    """Write rules as they are changed; those that are off are left out."""
    on = (
        name if value is True else f"{name}={value}"
        for name, value in rules.items()
        if value is not False and value is not None
    )
    return ", ".join(on) or "(none)"


ROOM = (
    Column("room", "room"),
    Column("topic", "topic", lambda topic: topic or "(none)"),
    Column("rules", "rules", _as_typed),
    Column("founder", "founder", lambda name: name or "(nobody)"),
    Column("moderators", "moderators", _names),
    Column("voiced", "with a voice", _names),
    Column("members", "members", _names),
)


class Rooms:
    """What the operator asks of rooms, and sets in them."""

    def __init__(self, *, chat: Chat, errands: Errands) -> None:
        self._chat = chat
        self._errands = errands

    def commands(self) -> Sequence[Command]:
        """List the commands. In the chat one joins a room to see it, and says its topic there."""
        return (
            Command("watch", "[#ROOM]", "see what is said, or no longer", self._watch),
            Command("rooms", "", "every room, the fullest first", self._rooms, in_chat=True),
            Command(
                "room",
                "[#ROOM] [RULE=VALUE ...]",
                "who is in a room, its topic and its rules",
                self._room,
                in_chat=True,
            ),
            Command(
                "topic",
                "[#ROOM] [TEXT]",
                "what a room is about; - for nothing",
                self._topic,
            ),
        )

    def named(self, typed: str) -> Room | Failed:
        """Find a room by its name as it was typed; the lobby, if there is none."""
        name = room_name(typed or LOBBY, self._chat.limits)
        if isinstance(name, Refused):
            return Failed(f"{typed} is no name for a room.", str(name.code))
        room = self._chat.room(name)
        if room is None:
            return Failed(f"There is no room {name}. Type rooms for those there are.", NO_SUCH_ROOM)
        return room

    def _watch(self, asked: Asked) -> Result:
        # Also a room that is not there yet: somebody may come.
        name = room_name(asked.words or LOBBY, self._chat.limits)
        if isinstance(name, Refused):
            return Failed(f"{asked.words} is no name for a room.", str(name.code))
        return Watch(name)

    def _rooms(self, asked: Asked) -> Result:
        asked.nothing()
        rooms = sorted(self._chat.rooms, key=lambda room: (-len(room.members), room.name))
        rows: list[Mapping[str, Any]] = [
            {"room": room.name, "people": len(room.members), "topic": room.topic} for room in rooms
        ]
        return Table(ROOMS, rows, "There is no room yet: the first who comes makes one.")

    def _room(self, asked: Asked) -> Result | Deferred[Result]:
        typed, rules = first_room(asked.words)
        if not typed and "=" not in rules:  # a name alone is a room's, also without a #
            typed, rules = rules, ""
        if " " in typed:
            raise UsageError
        room = self.named(typed)
        if isinstance(room, Failed):
            return room
        if not rules:
            return self._told_all(room)
        if asked.by is not None:
            raise UsageError(RULES_IN_CHAT)
        changes = ChangeRules(room.name, read_changes(rules))
        return self._errands.run(changes, lambda _: self._told_all(room))

    def _told_all(self, room: Room) -> Facts:
        law = room.law
        fields = {
            "room": room.name,
            "topic": room.topic,
            "rules": _rules(law.rules),
            "founder": law.founder_name,
            "moderators": list(self._chat.moderators(room)),
            "voiced": sorted(law.voiced.values()),
            "members": [user.name for user in room.members.values()],
        }
        return Facts(ROOM, fields)

    def _topic(self, asked: Asked) -> Deferred[Result] | Result:
        typed, topic = first_room(asked.words)
        room = self.named(typed)
        if isinstance(room, Failed):
            return room
        if not topic:
            return _told(room.name, room.topic)

        wanted = SetTopic(room.name, "" if topic == "-" else topic)
        return self._errands.run(wanted, lambda _: _told(room.name, room.topic))


def _rules(rules: RoomRules) -> Mapping[str, Any]:
    """Write rules under the names, and with the values, that people give them; never the key."""
    return {
        "key": bool(rules.key),
        "invite-only": rules.invite_only,
        "limit": rules.limit or None,
        "moderated": rules.moderated,
        "secret": rules.secret,
        "topic-locked": rules.topic_locked,
        "outside": rules.outside,
        "slow": f"{rules.slow:g}" if rules.slow else None,
        "retention": written_retention(rules),
    }


def _told(room: str, topic: str) -> Told:
    fields = {"room": room, "topic": topic}
    return Told("{room} is about: {topic}" if topic else "{room} has no topic.", fields)
