"""Random schedules of people with and without accounts, each given by its seed, and what must hold.

Several connections, some of nc and some of programs, come in, register, log in and out, change
passwords, delete accounts, are lost, come back with tokens, talk and take other names; an operator
kicks, bans, disables, enables and deletes. Time goes by in steps that are shorter than a commit;
and the engine fails now and then. What holds is looked at after each step, and more when all is
at rest.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, cast

from twisted.logger import formatEvent, globalLogPublisher

from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed, Role
from twistchat.core.commands import ChangeAccount, Moderate
from twistchat.core.law import EVERYWHERE, Deed
from twistchat.core.limits import NONE, Limits
from twistchat.core.names import fold
from twistchat.session import State
from twistchat.testing import JSON, LINE, Person, Program, SlowEngine, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.task import Clock
    from twisted.logger import LogEvent

    from twistchat.core.commands import Command
    from twistchat.engine import Engine
    from twistchat.engine.holders import Holders
    from twistchat.session import Session

NAMES = ("ann", "Ann", "ben", "小明", "dora")
PASSWORDS = ("hunter two two", "open sesame", "correct horse")
ROOMS = ("#lobby", "#a", "#b")
LIMITS = Limits(
    joins=NONE, renames=NONE, strangers=NONE, connects_private=NONE, rate=NONE, turn=NONE,
    password_tries=NONE, password_tries_together=NONE, registrations=NONE, name_kept=0.1,
)  # fmt: skip
CONNECTIONS = 7


class WrongError(Exception):
    """Something does not hold."""


def must(holds: object, *what: object) -> None:
    if not holds:
        raise WrongError(*what)


def password_of(name: str) -> str:
    """Tell which password the account of a name has, most likely."""
    return PASSWORDS[len(fold(name)) % len(PASSWORDS)]


class Schedule:
    """One schedule, which is played in a world of its own."""

    def __init__(
        self,
        seed: int,
        make_engine: Callable[[Clock, Limits], Engine],
        holders: Callable[[Engine], Holders],
    ) -> None:
        self.random = random.Random(seed)
        self.world = World(make_engine, limits=LIMITS)
        self.holders = holders
        self.people: list[Person] = []
        self.tokens: list[str] = []
        self.done: list[str] = []
        self.heard: list[bytes] = []
        self.counter = 0
        for number, name in enumerate(NAMES[1:4]):
            made = ChangeAccount(AccountDeed.REGISTER, name, f"{number:016x}")
            self.world.parts.passwords.set(made.identity, password_of(name))
            self.world.parts.operator.perform(made)
        self.world.turn()

    # ------------------------------------------------------------ playing

    def play(self, steps: int) -> None:
        """Play it; raises `WrongError` with what was done."""
        globalLogPublisher.addObserver(observer := cast("Any", self._log))
        try:
            for _ in range(steps):
                self._step()
                self._look()
                if self.random.random() < 0.1:
                    self._rest()
            self._rest()
        except WrongError as wrong:
            wrong.add_note("\n".join(self.done[-40:]))
            raise
        finally:
            globalLogPublisher.removeObserver(observer)
            self.world.parts.stop()

    def _log(self, event: LogEvent) -> None:
        self.heard.append((formatEvent(event) + str(event.get("log_failure", ""))).encode())

    def _step(self) -> None:
        steps = [self._asks] * 12 + [self._operates] * 2 + [self._comes] * 3 + [self._goes]
        step: Callable[[], str] = self.random.choice([*steps, self._trouble])
        self.done.append(f"{self.world.clock.seconds():.3f} {step()}")
        if self.random.random() < 0.7:
            for _ in range(self.random.randrange(12)):
                self.world.clock.advance(0.002)
        for person in self.people:
            person.notice_closing()
            self._reads(person)

    def _reads(self, person: Person) -> None:
        if not isinstance(person, Program):
            self.heard += person.reads()
            return
        for told in person.hears():
            self.heard.append(str(told).encode())
            if isinstance(token := told.get("token"), str):
                self.tokens.append(token)

    def _comes(self) -> str:
        self.people = [person for person in self.people if person.is_connected]
        if len(self.people) >= CONNECTIONS:
            return "nobody comes"
        is_program = self.random.random() < 0.6
        # Nothing that is under way is waited for.
        person = self.world.connect(JSON if is_program else LINE, speaks_first=True)
        self.people.append(person)
        person.sends(b"\n")
        return f"{len(self.people)} connections"

    def _one(self) -> Person | None:
        here = [person for person in self.people if person.is_connected]
        return self.random.choice(here) if here else None

    def _goes(self) -> str:
        person = self._one()
        if person is None:
            return "nobody goes"
        name = person.user.name if person.user else "-"
        if self.random.random() < 0.5:
            person.vanishes()
            return f"{name} vanishes"
        person.hangs_up()
        return f"{name} hangs up"

    def _asks(self) -> str:
        person = self._one()
        if person is None:
            return self._comes()
        name = person.user.name if person.user else "-"
        choose = self.random.choice
        typed, other = choose(NAMES), choose(PASSWORDS)
        mine = password_of(name if person.user else typed)
        password = mine if self.random.random() < 0.9 else other
        other = mine if self.random.random() < 0.7 else other
        self.counter += 1
        words = f"words {self.counter}"
        token = choose(self.tokens[-6:]) if self.tokens else ""
        if isinstance(person, Program):
            hello: list[tuple[str, dict[str, Any]]] = [
                ("hello", {"name": typed}),
                ("hello", {"name": typed, "password": password}),
                ("hello", {"name": typed, "password": password}),
                ("hello", {"name": typed, "token": token}),
            ]
            in_chat: list[tuple[str, dict[str, Any]]] = [
                ("register", {"password": password}),
                ("login", {"name": typed, "password": password_of(typed)}),
                ("passwd", {"old": password, "new": other}),
                ("delete-account", {"password": password}),
                ("logout", {}),
                ("rename", {"name": typed}),
                ("join", {"room": choose(ROOMS)}),
                ("leave", {"room": choose(ROOMS)}),
                ("say", {"room": choose(ROOMS), "text": words}),
                ("say", {"to": typed, "text": words}),
                ("quit", {}),
            ]
            kind, fields = choose(hello if person.user is None else in_chat)
            person.asks(kind, **fields)
            if self.random.random() < 0.2:
                person.asks("say", room="#lobby", text=f"behind {words}")
            return f"{name}: {kind} {fields}"
        lines = choose(
            [[typed], [f"/resume {token}"], *[[f"/login {typed}", password, ""]] * 2]
            if person.user is None
            else [
                ["/register", password, password, ""],
                [f"/login {typed}", password_of(typed), ""],
                ["/passwd", password, other, other, ""],
                ["/account delete", password, ""],
                ["/logout"],
                [f"/resume {token}"],
                [f"/nick {typed}"],
                [f"/join {choose(ROOMS)}"],
                ["/leave"],
                [words],
                [f"/msg {typed} {words}"],
                ["/quit"],
            ]
        )
        if len(lines) > 1 and not cast("Any", person.protocol).session._gate.is_open:
            return f"{name} waits"
        person.types(lines[0])
        asking = cast("Any", person.protocol)._people._asking
        if asking is not None and not asking.is_over:  # for a password, which nobody else is told
            person.sends("".join(f"{line}\n" for line in lines[1:]).encode())
        return f"{name} types {lines}"

    def _operates(self) -> str:
        choose = self.random.choice
        name = choose(NAMES)
        commands: list[Command] = [
            Moderate(Deed.KICK, EVERYWHERE, name),
            Moderate(Deed.KICK, "#lobby", name),
            Moderate(Deed.BAN, EVERYWHERE, name, 0.1),
            Moderate(Deed.UNBAN, EVERYWHERE, name),
            ChangeAccount(AccountDeed.DISABLE, name),
            ChangeAccount(AccountDeed.ENABLE, name),
            ChangeAccount(AccountDeed.ENABLE, name),
            ChangeAccount(AccountDeed.PASSWORD, name),
            ChangeAccount(choose(list(AccountDeed)), name, f"{1000 + self.counter:016x}"),
            ChangeAccount(AccountDeed.ROLE, name, role=choose(list(Role))),
        ]
        command = choose(commands)
        self.world.parts.operator.perform(command).addErrback(lambda _: None)
        return f"the operator: {command}"

    def _trouble(self) -> str:
        engine = self.world.engine
        if not isinstance(engine, SlowEngine):
            return "no trouble"
        if self.random.random() < 0.5:
            engine.refuses = lambda _: None
            return "everything is kept"
        deeds = self.random.choice(((e.AccountSet,), (e.AccountSet, e.Moderated), (e.Said,)))
        engine.refuses = lambda event: e.Unkept.FAILED if isinstance(event, deeds) else None
        return f"not kept: {deeds}"

    # ------------------------------------------------------------ what holds

    def _look(self) -> None:
        """Look at what holds at any time."""
        chat = self.world.parts.chat
        here: dict[str, list[Session]] = {}
        for session in self.world.registry.sessions:
            if session.state is not State.IN:
                continue
            must(session.user is not None, "a session is nobody's", session.number)
            assert session.user is not None
            is_here = chat.user(session.user.id) is session.user
            must(is_here, "a session's person is not in the chat", session.user.name)
            here.setdefault(session.user.id, []).append(session)
        for user in chat.people:
            must(user.id in here, "somebody is in the chat over no connection", user.name)
            must(chat.person(user.name) is user, "a name is another's", user.name)
            for room in user.rooms.values():
                must(room.members.get(user.id) is user, "in a room that has them not", user.name)
        must(len({fold(user.name) for user in chat.people}) == len(chat.people), "one name for two")
        for heard in self.heard:
            for password in PASSWORDS:
                must(password.encode() not in heard, "a password was told", heard)
        self.heard.clear()

    def _rest(self) -> None:
        """Let all that is under way happen, and look at what holds then."""
        engine = self.world.engine
        for _ in range(3):
            self.world.turn()
        for person in self.people:
            self._reads(person)
        self._look()
        parts = self.world.parts
        chat, names = parts.chat, cast("Any", parts.names)
        now = chat.now()
        wanted = {fold(user.name): user.id for user in chat.people}
        kept = {folded: holder for folded, (holder, _) in names._kept.items()}
        held = cast("Any", self.holders(engine))._by_name
        must(held == {**kept, **wanted}, "held", held, "kept", kept, "here", wanted)
        must(not (names._claims or names._owed), "claims", names._claims, names._owed)
        must(not cast("Any", chat.accounts)._decided, "accounts are decided for ever")
        must(not cast("Any", parts.registry.desk)._changes, "passwords are changed for ever")
        for user in chat.people:
            account = chat.accounts.of(user.id)
            must(user.account is account, "not who they are", user.name, user.account, account)
            must(account is None or account.name == user.name, "a name of nobody's", user.name)
            must(account is None or not account.is_disabled, "disabled, and here", user.name)
            is_operator = account is not None and account.role is Role.OPERATOR
            must(user.operator is is_operator, "operator", user.name)
            must(user.operator or chat.why_not_enter(user) is None or self._may(user.name, now))
        fanout = cast("Any", parts.fanout)
        for session in parts.registry.sessions:
            must(session.state in (State.DOOR, State.IN), "a session does not end", session.number)
            must(cast("Any", session)._gate.is_open, "held for ever", session.number, session.name)
            if session.user is not None:
                hears = set(fanout._rooms[session])
                must(hears == set(session.user.rooms), "hears", hears, session.user.rooms)
        ids = {user.id for user in chat.people}
        must(set(fanout._sessions) == ids, "sessions of nobody", fanout._sessions, ids)
        must(not fanout._coming, "coming for ever")

    def _may(self, name: str, now: float) -> bool:
        """Whether somebody was here, under another name, when that name was banned."""
        return any(each.endswith(f"/nick {name}']") or "rename" in each for each in self.done)
