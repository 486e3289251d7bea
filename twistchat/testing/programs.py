"""Programs that speak JSON: what they ask, and what they hear."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from twistchat.core import events as e
from twistchat.core.accounts import Account, AccountDeed, Role
from twistchat.core.law import EVERYWHERE, Deed, RoomRules
from twistchat.core.names import LOBBY
from twistchat.core.rules import changed as changed_rules
from twistchat.engine import Committed
from twistchat.frontends.jsonlines.codec import PROTOCOL, Object, decode, encode
from twistchat.frontends.jsonlines.protocol import JSONFactory
from twistchat.frontends.line.format import LineFormat
from twistchat.frontends.line.speech import ENGLISH
from twistchat.testing.people import FrontEnd, Person

if TYPE_CHECKING:
    from twistchat.testing.people import World

WRITTEN: dict[object, str] = {True: "on", False: "off", None: "off"}
"""Values of rules, as people write them."""

READING = LineFormat(zone=UTC)
"""How people would read it."""


class Program(Person):
    """Somebody connected over the JSON wire: what they ask, and what they hear."""

    _put_out = ""
    """Of whom it was last told that they were put out: that they leave goes without saying."""

    def asks(self, kind: str, /, **fields: Any) -> None:
        """Send a request."""
        self.sends(encode({"type": kind, **fields}))

    def hears(self) -> list[Object]:
        """Return the lines that have come since one last looked, each as its fields."""
        return [decode(line) for line in self.reads()]

    def comes_in_as(self, name: str) -> None:
        """Say hello with this name."""
        self.asks("hello", protocol=PROTOCOL, name=name)

    def says(self, text: str, room: str = LOBBY) -> None:
        """Say something in a room."""
        self.asks("say", room=room, text=text)

    def sees(self) -> list[str]:
        """Return what happened since one last looked, in the words that people on nc read."""
        lines = []
        for told in self.hears():
            if told.get("deed") in ("kick", "ban"):
                self._put_out = str(told["to"])
            lines += _read(told, self._put_out)
        return lines


JSON = FrontEnd(JSONFactory, Program)
"""Programs at a port of their own, an object a line (docs/json-protocol.md)."""


def program_in(world: World) -> Program:
    """Connect a program, which has been told hello and has still to say it."""
    program = world.connect(JSON)
    assert isinstance(program, Program)
    return program


def _read(told: Object, put_out: str) -> list[str]:
    match told:
        case {"type": "error", "text": str(text)}:
            return [f"-- {text}"]
        case {"type": "goodbye", "cause": str(cause)}:
            return list(ENGLISH.answered(e.Goodbye(e.Cause(cause), told.get("words", ""))))
        case {"type": "slowed", "rate": rate}:
            return list(ENGLISH.answered(e.Slowed(rate)))
    event = _moderation(told) or _event(told)
    if event is None:
        return []
    if isinstance(event, e.Left | e.Departed) and event.who == put_out:
        event = replace(event, is_told=True)
    if told.get("past"):
        past = Committed(event, told["epoch"], told["number"])
        return list(READING.past(past, now=event.at))
    return list(ENGLISH.told(event, UTC))


def _moderation(told: Object) -> e.Event | None:
    """Make the event of what a program was told of moderators; None if that was something else."""
    room, at, who = (told.get(name) for name in ("room", "time", "who"))
    of: dict[str, Any] = {"room": room, "user": "", "who": who, "at": at}
    match told:
        case {"type": "moderated", "deed": deed, "to": to, "words": words, "until": until}:
            of["room"] = "" if room == EVERYWHERE else room
            return e.Moderated(deed=Deed(deed), to_user="", to=to, words=words, until=until, **of)
        case {"type": "rules", "rules": {**rules}, "changed": [*changed], "time": _}:
            now = RoomRules()
            for name, value in rules.items():
                now, _ = changed_rules(now, [(str(name), WRITTEN.get(value, str(value)))])
            names = [name for name in changed if name != "retention"]
            if len(names) < len(changed):
                names += ("keep_time", "keep_lines")
            return e.RulesChanged(rules=now, changed=tuple(names), **of)
        case {"type": "deleted", "line": number, "words": words}:
            return e.Deleted(number=number, words=words, **of)
        case {"type": "erased", "by": by}:
            return e.Erased(by=by, **of)
        case {"type": "account", "name": name, "role": role, "deed": deed}:
            account = Account("", name, Role(role))
            return e.AccountSet(account, AccountDeed(deed), "", str(who), of["at"])
        case _:
            return None


def _event(told: Object) -> e.Event | None:
    """Make the event of what a program was told of it; None if that was no event."""
    of = {"user": "", "at": told.get("time", 0.0)}
    match told:
        case {"type": "said", "room": room, "who": who, "text": text}:
            how = {name: told.get(name, False) for name in ("action", "notice")}
            return e.Said(room=room, who=who, text=text, **how, **of)
        case {"type": "whispered", "who": who, "to": to, "text": text}:
            how = {name: told.get(name, False) for name in ("action", "notice")}
            return e.Whispered(who=who, to_user="", to=to, text=text, **how, **of)
        case {"type": "topic", "room": room, "who": who, "topic": topic}:
            return e.TopicChanged(room=room, who=who, topic=topic, **of)
        case {"type": "joined", "room": room, "who": who}:
            return e.Joined(room=room, who=who, **of)
        case {"type": "left", "room": room, "who": who, "words": words}:
            cause = e.Cause(told.get("cause", "left"))
            return e.Left(room=room, who=who, words=words, cause=cause, **of)
        case {"type": "departed", "who": who, "cause": cause, "words": words}:
            return e.Departed(rooms=(), who=who, cause=e.Cause(cause), words=words, **of)
        case {"type": "renamed", "old": old, "new": new}:
            return e.Renamed(rooms=(), old=old, new=new, **of)
        case {"type": "invited", "room": room, "who": who, "to": to}:
            return e.Invited(room=room, who=who, to_user="", to=to, **of)
        case {"type": "announced", "text": text, "to": to}:
            return e.Announced(text=text, to_user=None, to=to, at=of["at"])
        case {"type": "stopping", "words": words}:
            return e.Stopping(words, of["at"])
        case _:
            return None
