"""Random people against a small model of who should see what, and in which order."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from twisted.trial.unittest import SynchronousTestCase

from twistchat.core.accounts import Role
from twistchat.core.limits import NONE, Limits
from twistchat.engine.memory import MemoryEngine
from twistchat.testing import Person, SlowEngine, World, sqlite_engine

if TYPE_CHECKING:
    from twisted.internet.task import Clock

    from twistchat.engine import Engine

LOBBY = "#lobby"
ROOMS = (LOBBY, "#a", "#b", "#c")
NAMES = ("ann", "ben", "小明", "dora", "emil", "finn", "gil", "hana")
LIMITS = Limits(
    crowd=NONE,
    turn=NONE,
    rate=NONE,
    joins=NONE,
    renames=NONE,
    strangers=NONE,
    connects_private=NONE,
)

# What only answers the one who asked, or comes from the past.
NOISE = re.compile(
    r"-- (In #|Here now|What you type|You |The last|Nothing has been|Only who is|Goodbye)|\[\d\d:"
)

new_name = st.sampled_from(NAMES)
who = st.integers(0, 11)
"""Somebody who is here: see `Talk.one`."""
where = st.sampled_from(ROOMS)

LIFTED = {
    "unmute": "-- opal unmuted {name}{where}.",
    "unban": "-- opal lets {name} come into {room} again.",
    "unexempt": "-- opal exempts {name} from the bans of {room} no more.",
    "disallow": "-- opal lets {name} come into {room} uninvited no more.",
}
"""By what a moderator types: what is told of it."""


@dataclass(eq=False)
class Someone:
    """One person, as the model sees them."""

    person: Person
    rooms: set[str] = field(default_factory=set)
    ignores: dict[str, list[Someone]] = field(default_factory=dict)
    """By the name that was typed: those who bore it since."""
    expected: list[str] = field(default_factory=list)

    def ignores_one(self, name: str, other: Someone) -> bool:
        if other is self:  # whose name may be one that they ignored
            return False
        return name in self.ignores or any(other in borne for borne in self.ignores.values())


class Talk(RuleBasedStateMachine):
    """People who come, go, talk and rename; several things may happen in one turn."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(self.make_engine, limits=LIMITS)
        self.here: dict[str, Someone] = {}
        self.counter = 0
        self.muted: dict[str, dict[Someone, str]] = {room: {} for room in ROOMS}
        self.banned: dict[str, dict[Someone, str]] = {room: {} for room in ROOMS}
        """By room: who it was about, and what they were called then."""
        self.exempt: dict[str, dict[Someone, str]] = {room: {} for room in ROOMS}
        """Whom no ban keeps out."""
        self.allowed: dict[str, dict[Someone, str]] = {room: {} for room in ROOMS}
        """Who comes in though only who is invited does."""
        self.invite_only: set[str] = set()
        self.keepers: dict[str, Someone] = {}
        """Who made which room: they moderate it."""
        (self.opal,) = self.world.people("opal")
        self.world.registers(self.opal, role=Role.OPERATOR)
        self.opal.types("/leave #lobby")
        self.world.turn()

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        return MemoryEngine(limits)

    # ------------------------------------------------------------ the model

    def tell(self, rooms: set[str], line: str, speaker: tuple[str, Someone] | None = None) -> None:
        """Let everybody who is in one of these rooms see a line, once."""
        for someone in self.here.values():
            is_deaf = speaker is not None and someone.ignores_one(*speaker)
            if someone.rooms & rooms and not is_deaf:
                someone.expected.append(line)

    @staticmethod
    def meets(held: dict[Someone, str], someone: Someone, name: str) -> bool:
        return someone in held or name in held.values()

    def is_muted(self, room: str, someone: Someone, name: str) -> bool:
        """Whether somebody may say nothing; moderators are muted in person alone."""
        if self.keepers.get(room) is someone:
            return someone in self.muted[room]
        return self.meets(self.muted[room], someone, name)

    def is_mute(self, someone: Someone, name: str) -> bool:
        return any(self.is_muted(room, someone, name) for room in someone.rooms)

    def is_kept_out(self, room: str, someone: Someone, name: str) -> bool:
        """Whether somebody cannot come in."""
        is_keeper = self.keepers.get(room) is someone
        banned = self.banned[room]
        is_banned = someone in banned if is_keeper else self.meets(banned, someone, name)
        if is_banned and not self.meets(self.exempt[room], someone, name):
            return True
        is_invited = is_keeper or self.meets(self.allowed[room], someone, name)
        return room in self.invite_only and not is_invited

    def in_room(self, room: str, line: str) -> str:
        return line if room == LOBBY else f"[{room}] {line}"

    def words(self) -> str:
        self.counter += 1
        return f"words {self.counter}"

    def one(self, number: int) -> tuple[str, Someone]:
        """Choose somebody who is here."""
        name = sorted(self.here)[number % len(self.here)]
        return name, self.here[name]

    # ------------------------------------------------------------ what people do

    @rule(name=new_name)
    def come(self, name: str) -> None:
        if name in self.here:
            return
        self.turn()
        person = self.world.connect()
        person.types(name)
        self.world.turn()
        person.sees()
        someone = Someone(person)
        if not self.is_kept_out(LOBBY, someone, name):
            self.tell({LOBBY}, f"-- {name} joined.")
            someone.rooms.add(LOBBY)
        self.here[name] = someone

    @precondition(lambda self: self.here)
    @rule(number=who, room=where)
    def say(self, number: int, room: str) -> None:
        name, someone = self.one(number)
        words = self.words()
        someone.person.types(f"/msg {room} {words}")
        if room in someone.rooms and not self.is_muted(room, someone, name):
            self.tell({room}, self.in_room(room, f"<{name}> {words}"), speaker=(name, someone))

    @precondition(lambda self: self.here)
    @rule(number=who, other_number=who)
    def whisper(self, number: int, other_number: int) -> None:
        name, someone = self.one(number)
        to, other = self.one(other_number)
        if name != to:
            words = self.words()
            someone.person.types(f"/msg {to} {words}")
            line = f"<{name} -> {to}> {words}"
            someone.expected.append(line)
            if not other.ignores_one(name, someone):
                other.expected.append(line)

    @precondition(lambda self: self.here)
    @rule(number=who, room=where)
    def join_or_leave(self, number: int, room: str) -> None:
        name, someone = self.one(number)
        if room in someone.rooms:
            someone.person.types(f"/leave {room}")
            self.tell({room}, f"-- {name} left {room}.")
            someone.rooms.remove(room)
        else:
            if room != LOBBY and self.world.parts.chat.room(room) is None:
                self.keepers[room] = someone
            someone.person.types(f"/join {room}")
            if self.is_kept_out(room, someone, name):
                return
            someone.rooms.add(room)
            joined = "joined." if room == LOBBY else f"joined {room}."
            self.tell({room}, f"-- {name} {joined}")

    @precondition(lambda self: self.here)
    @rule(number=who, new=new_name)
    def rename(self, number: int, new: str) -> None:
        if new in self.here:
            return
        self.turn()  # a name is claimed first, and that may take a while
        name, someone = self.one(number)
        someone.person.types(f"/nick {new}")
        self.world.turn()
        # Nobody says by a name what they may not say, nor is called as one who is kept out.
        is_barred = any(
            new in self.banned[room].values() and not self.meets(self.exempt[room], someone, new)
            for room in someone.rooms
        )
        if is_barred or self.is_mute(someone, name):
            someone.person.sees()
            return
        line = f"-- {name} is now {new}."
        self.tell(someone.rooms or {f"of {name} alone"}, line)
        if not someone.rooms:
            someone.expected.append(line)
        del self.here[name]
        self.here[new] = someone
        for other in self.here.values():
            if name in other.ignores and someone not in other.ignores[name]:
                other.ignores[name].append(someone)

    @precondition(lambda self: self.here)
    @rule(number=who, how=st.sampled_from(["quit", "hang up", "vanish"]), says=st.booleans())
    def go(self, number: int, how: str, says: bool) -> None:
        name, someone = self.one(number)
        if says:
            self.say(number, LOBBY)
        del self.here[name]
        match how:
            case "quit":
                someone.person.types("/quit so long")
                is_mute = self.is_mute(someone, name)
                for other in self.here.values():
                    if other.rooms & someone.rooms:
                        is_silent = is_mute or other.ignores_one(name, someone)
                        words = "." if is_silent else ": so long"
                        other.expected.append(f"-- {name} left{words}")
            case "hang up":
                someone.person.hangs_up()
                self.tell(someone.rooms, f"-- {name} left.")
            case "vanish":
                someone.person.vanishes()
                self.tell(someone.rooms, f"-- {name} left (connection lost).")
        self.turn()  # so that the name may be taken again

    @precondition(lambda self: len(self.here) > 1)
    @rule(number=who, other_number=who)
    def ignore_or_not(self, number: int, other_number: int) -> None:
        self.turn()  # it holds for what is not told yet
        name, someone = self.one(number)
        other, person = self.one(other_number)
        if name == other:
            return
        if someone.ignores_one(other, person):
            someone.person.types(f"/unignore {other}")
            someone.ignores = {
                typed: borne
                for typed, borne in someone.ignores.items()
                if typed != other and person not in borne
            }
        else:
            someone.person.types(f"/ignore {other}")
            someone.ignores[other] = [person]

    # ------------------------------------------------------------ what moderators do

    def moderate(self, room: str, line: str, about: Someone | None, *, by_keeper: bool) -> str:
        """Let Opal do something, or who made the room; return who of them did.

        Those before them first: on a slow engine theirs may wait.
        """
        self.turn()
        keeper = self.keepers.get(room)
        for name, someone in self.here.items():
            if by_keeper and someone is keeper and someone is not about:
                someone.person.types(line)
                self.world.turn()
                return name
        self.opal.types(line)
        self.world.turn()
        return "opal"

    @precondition(lambda self: self.here)
    @rule(number=who, room=where, by_keeper=st.booleans())
    def kick(self, number: int, room: str, by_keeper: bool) -> None:
        name, someone = self.one(number)
        if room in someone.rooms:
            by = self.moderate(room, f"/kick {room} {name}", someone, by_keeper=by_keeper)
            self.tell_deed(room, None, f"-- {by} put {name} out of {room}.", by)
            someone.rooms.remove(room)

    @precondition(lambda self: self.here)
    @rule(number=who, room=where, by_keeper=st.booleans())
    def mute(self, number: int, room: str, by_keeper: bool) -> None:
        name, someone = self.one(number)
        if self.world.parts.chat.room(room) is None:
            return
        by = self.moderate(room, f"/mute {room} {name}", someone, by_keeper=by_keeper)
        self.muted[room][someone] = name
        where = "" if room == LOBBY else f" in {room}"
        self.tell_deed(room, someone, f"-- {by} muted {name}{where} for good.", by)

    @precondition(lambda self: self.here)
    @rule(number=who, room=where, by_keeper=st.booleans())
    def ban(self, number: int, room: str, by_keeper: bool) -> None:
        name, someone = self.one(number)
        if self.world.parts.chat.room(room) is None:
            return
        by = self.moderate(room, f"/ban {room} {name}", someone, by_keeper=by_keeper)
        self.banned[room][someone] = name
        self.tell_deed(room, someone, f"-- {by} banned {name} from {room} for good.", by)
        if not self.meets(self.exempt[room], someone, name):
            someone.rooms.discard(room)

    @precondition(lambda self: self.here)
    @rule(number=who, room=where, by_keeper=st.booleans(), is_ban=st.booleans())
    def spare(self, number: int, room: str, by_keeper: bool, is_ban: bool) -> None:
        name, someone = self.one(number)
        if self.world.parts.chat.room(room) is None:
            return
        typed = "exempt" if is_ban else "allow"
        by = self.moderate(room, f"/{typed} {room} {name}", someone, by_keeper=by_keeper)
        (self.exempt if is_ban else self.allowed)[room][someone] = name
        line = f"-- {by} lets {name} come into {room} uninvited for good."
        if is_ban:
            line = f"-- {by} exempted {name} from the bans of {room} for good."
        self.tell_deed(room, someone, line, by)

    @rule(room=where, how=st.sampled_from(list(LIFTED)))
    def lift(self, room: str, how: str) -> None:
        lists = {
            "unmute": self.muted,
            "unban": self.banned,
            "unexempt": self.exempt,
            "disallow": self.allowed,
        }
        held = lists[how][room]
        if not held:
            return
        name = next(iter(held.values()))
        self.moderate(room, f"/{how} {room} {name}", None, by_keeper=False)
        where = "" if room == LOBBY else f" in {room}"
        bearer = self.here.get(name)
        for someone, borne in list(held.items()):
            if borne == name or someone is bearer:
                del held[someone]
                line = LIFTED[how].format(name=borne, room=room, where=where)
                self.tell_deed(room, someone, line, "opal")

    @rule(room=where, by_keeper=st.booleans())
    def close_or_open(self, room: str, by_keeper: bool) -> None:
        """Let only those come in who are invited, or everybody again."""
        if room == LOBBY or self.world.parts.chat.room(room) is None:
            return
        self.invite_only ^= {room}
        is_closed = room in self.invite_only
        line = f"/rules {room} invite-only={'yes' if is_closed else 'no'}"
        by = self.moderate(room, line, None, by_keeper=by_keeper)
        how = "only who is invited comes in" if is_closed else "nobody need be invited"
        self.tell_deed(room, None, f"-- {by} changed {room}: {how}.", by)

    def tell_deed(self, room: str, someone: Someone | None, line: str, by: str) -> None:
        """Let a room see it, and who did it, and whom it is about, wherever they are."""
        self.tell({room}, line)
        for other in {self.here.get(by), someone}:
            if other is not None and other in self.here.values() and room not in other.rooms:
                other.expected.append(line)

    # ------------------------------------------------------------ what they see

    @rule()
    def turn(self) -> None:
        self.world.turn()
        for name, someone in self.here.items():
            seen = [line for line in someone.person.sees() if not NOISE.match(line)]
            assert seen == someone.expected, (name, seen, someone.expected)
            someone.expected.clear()

    @precondition(lambda self: self.here)
    @invariant()
    def everybody_is_known(self) -> None:
        chat = self.world.parts.chat
        for name, someone in self.here.items():
            user = chat.person(name)
            assert user is not None, name
            assert set(user.rooms) == someone.rooms
        for room in ROOMS:
            found = chat.room(room)
            members = {user.name for user in found.members.values()} if found else set()
            assert members == {name for name, one in self.here.items() if room in one.rooms}

    def teardown(self) -> None:
        self.turn()
        while self.here:
            self.go(0, "hang up", says=False)
        self.opal.hangs_up()
        self.world.turn()
        assert len(self.world.registry.sessions) == 0
        self.world.engine.stop()
        self.world.turn()
        assert self.world.clock.getDelayedCalls() == []
        self.folder.cleanup()


class SlowTalk(Talk):
    """The same, on an engine whose commits and claims take a while."""

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        return SlowEngine(clock, limits)


class StoredTalk(Talk):
    """The same, on a database."""

    def make_engine(self, clock: Clock, limits: Limits) -> Engine:
        return sqlite_engine(Path(self.folder.name) / "chat.db", clock, limits)


COMMON = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


class ModelTests(SynchronousTestCase):
    def test_an_engine_that_commits_at_once(self) -> None:
        run_state_machine_as_test(Talk, settings=COMMON)

    def test_a_slow_engine(self) -> None:
        run_state_machine_as_test(SlowTalk, settings=COMMON)

    def test_a_database(self) -> None:
        run_state_machine_as_test(StoredTalk, settings=COMMON)
