"""What holds in one room, or everywhere: its rules, who moderates it, who is muted or kept out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar, assert_never

from twistchat.core.events import Moderated, RulesChanged
from twistchat.core.names import fold
from twistchat.core.values import value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twistchat.core.model import User

EVERYWHERE = "#*"
"""Instead of a room: what is done holds in all of them. No room can be called that."""

ADDRESS = "address"
"""Instead of a person's id: whom it is about is known by an address alone."""


class Deed(StrEnum):
    """What a moderator does about somebody."""

    KICK = "kick"
    MUTE = "mute"
    UNMUTE = "unmute"
    BAN = "ban"
    UNBAN = "unban"
    OP = "op"
    DEOP = "deop"
    VOICE = "voice"
    DEVOICE = "devoice"
    EXEMPT = "exempt"
    UNEXEMPT = "unexempt"
    ALLOW = "allow"
    DISALLOW = "disallow"
    FOUND = "found"


SUBJECTS = {
    Deed.MUTE: "mute",
    Deed.UNMUTE: "mute",
    Deed.BAN: "ban",
    Deed.UNBAN: "ban",
    Deed.OP: "op",
    Deed.DEOP: "op",
    Deed.VOICE: "voice",
    Deed.DEVOICE: "voice",
    Deed.EXEMPT: "exempt",
    Deed.UNEXEMPT: "exempt",
    Deed.ALLOW: "allow",
    Deed.DISALLOW: "allow",
    Deed.FOUND: "found",
}
"""What a deed decides: of all deeds of a subject about one target the last holds."""

LASTING = frozenset({Deed.MUTE, Deed.BAN, Deed.EXEMPT, Deed.ALLOW})
"""Deeds that hold for good, or until a time."""


@value(frozen=True, slots=True)
class RoomRules:
    """How a room is used: what every wire can set and show."""

    key: str = ""
    """What one must know to come in, as `rules.hidden_key` makes it; empty: nothing."""
    invite_only: bool = False
    """Only who was invited comes in."""
    limit: int = 0
    """So many people at most; 0: any number."""
    moderated: bool = False
    """Only moderators, and those whom they gave a voice, may speak."""
    secret: bool = False
    """It is listed for nobody who is not in it."""
    topic_locked: bool = False
    """Only moderators say what it is about."""
    outside: bool = False
    """Also people who are not in it may say something in it."""
    slow: float = 0.0
    """Seconds between two lines of one person."""
    keep_time: float = 0.0
    """Seconds for which what is said is kept; 0: as long as the server keeps it."""
    keep_lines: int = 0
    """Lines that are kept; 0: as many as the server keeps."""


@value(frozen=True, slots=True)
class Sanction:
    """A mute, a ban, or an exception from bans: of whom, by whom, why, until when."""

    to_user: str
    """Of a person or an account (its id); `ADDRESS`; or empty: whoever bears such a name."""
    to: str
    """The name; or a pattern, in which * stands for any characters and ? for one; an address."""
    who: str
    """Whose deed it was."""
    words: str
    until: float | None
    """Seconds since 1970, UTC; None: for good."""
    at: float

    @classmethod
    def of(cls, event: Moderated) -> Sanction:
        """Read it from the deed that began it."""
        return cls(event.to_user, event.to, event.who, event.words, event.until, event.at)

    def holds(self, now: float) -> bool:
        """Whether its time is not over."""
        return self.until is None or now < self.until

    def is_about(self, user: User) -> bool:
        """Whether it is about somebody in person, whatever their name."""
        return bool(self.to_user) and self.to_user == user.id

    def meets(self, user: User) -> bool:
        """Whether it is about somebody, or about a name such as theirs."""
        return self.is_about(user) or self.bars(user.name)

    def bars(self, name: str) -> bool:
        """Whether it is about whoever bears a name."""
        return self.to_user != ADDRESS and _fits(fold(self.to), fold(name))


def _fits(pattern: str, name: str) -> bool:
    """Whether a name is as a pattern says; both as `fold` makes them.

    Each part between two stars is looked for once, as early as may be: so many stars take no time.
    And nothing is compiled, since there may be hundreds of patterns in each of many rooms.
    """
    first, *parts = pattern.split("*")
    if not parts:
        return len(name) == len(first) and _stands_at(first, name, 0)
    *between, last = parts
    at, end = len(first), len(name) - len(last)
    if end < at or not (_stands_at(first, name, 0) and _stands_at(last, name, end)):
        return False
    for part in between:
        places = range(at, end - len(part) + 1)
        found = next((place for place in places if _stands_at(part, name, place)), None)
        if found is None:
            return False
        at = found + len(part)
    return True


def _stands_at(part: str, name: str, place: int) -> bool:
    if "?" not in part:
        return name.startswith(part, place)
    return len(name) - place >= len(part) and all(
        wanted in ("?", found)
        for wanted, found in zip(part, name[place : place + len(part)], strict=True)
    )


def target_key(to_user: str, to: str) -> str:
    """Name whom a deed is about, so that a later one about the same takes its place."""
    return to_user if to_user and to_user != ADDRESS else f"{to_user}:{fold(to)}"


Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Law:
    """What holds in one room, or everywhere."""

    rules: RoomRules = field(default_factory=RoomRules)
    founder: str = ""
    """The id of the account that made the room; empty: nobody's."""
    founder_name: str = ""
    keeper: str = ""
    """The id of the guest who made the room, and moderates it; empty: nobody."""
    moderators: Mapping[str, str] = field(default_factory=dict)
    """The names of those who were made moderators, by id."""
    voiced: Mapping[str, str] = field(default_factory=dict)
    """The names of those who may speak in a moderated room, by id."""
    mutes: Mapping[str, Sanction] = field(default_factory=dict)
    """By `target_key`."""
    bans: Mapping[str, Sanction] = field(default_factory=dict)
    exempt: Mapping[str, Sanction] = field(default_factory=dict)
    """Whom its bans do not keep out."""
    allowed: Mapping[str, Sanction] = field(default_factory=dict)
    """Who comes in uninvited, where others need an invitation."""

    @property
    def restrains(self) -> bool:
        """Whether anybody may have to be kept from speaking."""
        return bool(self.mutes or self.rules.moderated or self.rules.slow)

    def after(self, event: Moderated | RulesChanged) -> Law:
        """Tell what holds after something was done."""
        if isinstance(event, RulesChanged):
            return replace(self, rules=event.rules)
        key = target_key(event.to_user, event.to)
        match event.deed:
            case Deed.MUTE:
                return replace(self, mutes=_with(self.mutes, key, event))
            case Deed.UNMUTE:
                return replace(self, mutes=_without(self.mutes, key))
            case Deed.BAN:
                return replace(self, bans=_with(self.bans, key, event))
            case Deed.UNBAN:
                return replace(self, bans=_without(self.bans, key))
            case Deed.EXEMPT:
                return replace(self, exempt=_with(self.exempt, key, event))
            case Deed.UNEXEMPT:
                return replace(self, exempt=_without(self.exempt, key))
            case Deed.ALLOW:
                return replace(self, allowed=_with(self.allowed, key, event))
            case Deed.DISALLOW:
                return replace(self, allowed=_without(self.allowed, key))
            case Deed.OP:
                return replace(self, moderators={**self.moderators, event.to_user: event.to})
            case Deed.DEOP:
                keeper = "" if event.to_user == self.keeper else self.keeper
                moderators = _without(self.moderators, event.to_user)
                return replace(self, keeper=keeper, moderators=moderators)
            case Deed.VOICE:
                return replace(self, voiced={**self.voiced, event.to_user: event.to})
            case Deed.DEVOICE:
                return replace(self, voiced=_without(self.voiced, event.to_user))
            case Deed.FOUND if self.founder:
                return self  # at another node, at the same time: the first has made it
            case Deed.FOUND:
                return replace(self, founder=event.to_user, founder_name=event.to)
            case Deed.KICK:
                return self
            case _:
                assert_never(event.deed)

    def is_moderated_by(self, identity: str) -> bool:
        """Whether somebody moderates the room, whom nobody else's rank helps to that."""
        return identity == self.keeper or identity in self.moderators

    def listed(self, deed: Deed) -> Mapping[str, Sanction]:
        """Find the list that a deed adds to, or takes from; empty if that is none of these."""
        match SUBJECTS.get(deed):
            case "mute":
                return self.mutes
            case "ban":
                return self.bans
            case "exempt":
                return self.exempt
            case "allow":
                return self.allowed
            case _:
                return {}

    def muted(self, user: User, now: float, *, in_person: bool = False) -> Sanction | None:
        """Find what keeps somebody from speaking; `in_person`: but for patterns and names."""
        return _first(self.mutes, user, now, in_person=in_person)

    def banned(self, user: User, now: float, *, in_person: bool = False) -> Sanction | None:
        """Find what keeps somebody out; `in_person`: but for patterns and names."""
        sanction = _first(self.bans, user, now, in_person=in_person)
        return None if sanction is None or self.exempts(user, user.name, now) else sanction

    def barred(self, user: User, name: str, now: float) -> Sanction | None:
        """Find what keeps somebody out who would bear a name."""
        found = next((s for s in self.bans.values() if s.holds(now) and s.bars(name)), None)
        return None if found is None or self.exempts(user, name, now) else found

    def lets_in(self, user: User, now: float) -> bool:
        """Whether somebody comes in uninvited."""
        return _first(self.allowed, user, now, in_person=False) is not None

    def exempts(self, user: User, name: str, now: float) -> bool:
        """Whether no ban keeps somebody out under a name."""
        held = (each for each in self.exempt.values() if each.holds(now))
        return any(each.is_about(user) or each.bars(name) for each in held)


NO_LAW = Law()
"""What holds where nothing was decided."""


def _first(
    sanctions: Mapping[str, Sanction], user: User, now: float, *, in_person: bool
) -> Sanction | None:
    meets = Sanction.is_about if in_person else Sanction.meets
    return next((s for s in sanctions.values() if s.holds(now) and meets(s, user)), None)


def _with(sanctions: Mapping[str, Sanction], key: str, event: Moderated) -> Mapping[str, Sanction]:
    return {**dict(_lasting(sanctions, event.at)), key: Sanction.of(event)}


def _lasting(sanctions: Mapping[str, Sanction], now: float) -> Iterator[tuple[str, Sanction]]:
    return ((key, sanction) for key, sanction in sanctions.items() if sanction.holds(now))


def _without(mapping: Mapping[str, Value], key: str) -> Mapping[str, Value]:
    return {each: value for each, value in mapping.items() if each != key}
