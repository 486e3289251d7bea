"""What one person on the line wire has chosen: where typing goes, and how they are written to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from twistchat.core import commands as c
from twistchat.core.events import Noted, Refusal, Refused
from twistchat.core.names import LOBBY, room_name
from twistchat.core.text import clean
from twistchat.frontends.line import sentences as s
from twistchat.frontends.line.charsets import KNOWN, charset
from twistchat.frontends.line.commands import (
    Asked,
    AskServer,
    BeAway,
    Help,
    Ignore,
    LeaveRoom,
    Local,
    Resume,
    SetCharset,
    SetEcho,
    SetNumbers,
    SetTimes,
    ShowToken,
    SpeakJSON,
    TalkIn,
    Unignore,
)
from twistchat.frontends.line.desk import ForDesk
from twistchat.frontends.line.dialect import Dialect, Note, Parameter
from twistchat.frontends.line.format import shared
from twistchat.frontends.line.search import Find
from twistchat.session import State
from twistchat.session.ignoring import Ignoring, ignore, unignore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.frontends.line.dialog import Connection
    from twistchat.frontends.line.format import LineFormat
    from twistchat.session import Session


class View:
    """One person's view of the chat from a terminal; it does what they ask of it.

    What concerns others goes on to the session. Where typing goes follows what was decided, and
    not what was told yet, so that a line sent right behind a `/join` is said in that room.
    """

    __slots__ = (
        "_asks",
        "_connection",
        "_dialect",
        "_known_as",
        "_room",
        "_session",
        "format",
        "known",
    )

    def __init__(
        self,
        *,
        session: Session,
        dialect: Dialect,
        wire_format: LineFormat,
        connection: Connection,
        asks: Callable[[ForDesk], None],
    ) -> None:
        self.format = wire_format
        """How this person is written to."""
        self._session = session
        self._dialect = dialect
        self._connection = connection
        self._asks = asks
        """Begins to ask for a password."""
        self._room = LOBBY
        self.known = ""
        """Where they know that typing goes; empty: nothing was typed yet."""
        self._known_as = session.user

    @property
    def room(self) -> str:
        """Where what is typed goes: empty for somebody who is in no room."""
        user = self._session.user
        if user is None or self._room in user.rooms:
            return self._room
        return next(reversed(user.rooms), "")

    def was_moved(self, room: str, line: Sequence[Asked | Note]) -> bool:
        """Whether a line was meant for a room that they were put out of: it is said nowhere."""
        known, self.known = self.known, room
        user, self._known_as = self._known_as, self._session.user
        is_moved = bool(known and room) and user is self._known_as
        # The very one that was handed to whoever read it, and none that was typed.
        if not is_moved or all(getattr(asked, "room", None) is not room for asked in line):
            return False
        self.note(s.MOVED, room=room, left=known)
        return True

    def does(self, line: Sequence[Asked | Note]) -> None:
        """Do what one line asks for, or say why not."""
        if self._session.state in (State.LEAVING, State.GONE):
            return
        before = self.room
        for asked in line:
            match asked:
                case Note():
                    self.note(asked.sentence, **asked.parameters)
                case c.Join():
                    self._join(asked, before, is_last=asked is line[-1])
                case _ if isinstance(asked, Local):
                    self._local(asked)
                case _:
                    self._session.receive(asked)

    def note(self, sentence: str, **parameters: Parameter) -> None:
        """Tell this person something that concerns nobody else."""
        speech = self.format.speech
        filled = {
            name: value(speech) if callable(value) else value for name, value in parameters.items()
        }
        self._show(speech.say(sentence, **filled))

    def write_as(self, wire_format: LineFormat) -> None:
        """Write to this person in another way from now on."""
        self.format = self._session.format = shared(wire_format)

    def _show(self, *lines: str) -> None:
        self._session.answer(Noted(lines))

    def _local(self, asked: Local) -> None:
        match asked:
            case Help():
                self._show(*self._dialect.help(asked.topic, self.format.speech))
            case SetEcho():
                self._session.echo = asked.on
                self.note(s.ECHO_ON if asked.on else s.ECHO_OFF)
            case SetTimes():
                self.write_as(replace(self.format, times=asked.on))
                self.note(s.TIMES_ON if asked.on else s.TIMES_OFF)
            case SetNumbers():
                self.write_as(replace(self.format, numbers=asked.on))
                self.note(s.NUMBERS_ON if asked.on else s.NUMBERS_OFF)
            case SetCharset():
                self._set_charset(asked.name)
            case TalkIn():
                self._talk_in(asked.room)
            case LeaveRoom():
                self._leave(self._leaving(asked.words))
            case Ignore():
                self._ignore(asked.name)
            case Unignore():
                self._unignore(asked.name)
            case Find():
                self._session.receive(asked.command(self.format.zone))
            case _ if isinstance(asked, ForDesk):
                self._asks(asked)
            case SpeakJSON():
                self._connection.switch(self._session, "json")
            case ShowToken():
                self._show_token()
            case AskServer():
                self._connection.operate(self._session, asked.command)
            case Resume():
                self._session.resume(asked.token)
            case BeAway():
                user = self._session.user
                is_away = user is not None and user.away is not None
                is_back = asked.words.casefold() == "off" or (not asked.words and is_away)
                self._session.receive(c.SetAway(None if is_back else asked.words))
            case _:
                assert_never(asked)

    # ------------------------------------------------------------ rooms

    def _join(self, join: c.Join, before: str, *, is_last: bool) -> None:
        name = room_name(join.room, self._session.limits)

        def joined() -> None:
            user = self._session.user
            if user is not None and isinstance(name, str) and name in user.rooms:
                self._room = name
            if is_last and self.room != before:
                self._tell_room()
            elif is_last and name == before:
                self.note(s.TALKING_ALREADY, room=before)

        self._session.receive(join, then=joined)

    def _leaving(self, words: str) -> c.Leave:
        """Read which room is left: a word alone is its name, also without a #."""
        first, _, rest = words.partition(" ")
        name = room_name(first, self._session.limits) if first else ""
        user = self._session.user
        is_there = user is not None and isinstance(name, str) and name in user.rooms
        if first.startswith("#") or is_there or (first and not rest):
            return c.Leave(first, rest.strip())
        return c.Leave(self.room, words)

    def _leave(self, leave: c.Leave) -> None:
        before = self.room

        def left() -> None:
            if self.room == before:
                return
            if self.room:
                self._tell_room()
            else:
                self._session.answer(Refused(Refusal.IN_NO_ROOM))

        self._session.receive(leave, then=left)

    def _tell_room(self) -> None:
        self.known = self.room
        self.note(s.TALKING_IN, room=self.known)

    def _talk_in(self, typed: str) -> None:
        user = self._session.user
        if user is None:
            return
        if not typed:
            if user.rooms:
                self.note(s.ROOMS_OF_YOURS, rooms=", ".join(user.rooms), room=self.room)
            else:
                self._session.answer(Refused(Refusal.IN_NO_ROOM))
            return
        name = room_name(typed, self._session.limits)
        if isinstance(name, Refused):
            self._session.answer(name)
        elif name not in user.rooms:
            self._session.answer(Refused(Refusal.NOT_IN_ROOM, name))
        else:
            self._room = name
            self._tell_room()

    # ------------------------------------------------------------ people, charsets

    def _ignore(self, name: str) -> None:
        session = self._session
        ignored = session.ignores.of(session)
        if not name:
            names = ", ".join(ignored)
            self.note(s.IGNORING if ignored else s.IGNORING_NOBODY, names=names)
            return
        match ignore(session, name, session.limits):
            case Ignoring.NO_NAME:
                session.answer(Refused(Refusal.NO_SUCH_PERSON, clean(name[:40])))
            case Ignoring.ONESELF:
                self.note(s.IGNORED_SELF)
            case Ignoring.TOO_MANY:
                self.note(s.IGNORED_MANY, count=len(ignored))
            case Ignoring.ABSENT:
                self.note(s.IGNORED_ABSENT, name=name)
            case _:
                self.note(s.IGNORED, name=name)

    def _unignore(self, name: str) -> None:
        is_over = unignore(self._session, name, self._session.limits) is Ignoring.DONE
        self.note(s.IGNORED_NO_MORE if is_over else s.IGNORED_NOT, name=name[:40])

    # ------------------------------------------------------------ coming back

    def _show_token(self) -> None:
        """Show them what they come back with, as soon as it is kept where they have read."""
        session = self._session
        user = session.user
        if user is None:
            return
        session.hold()
        kept = session.way_back.bookmarked(user, lambda: session.outlet.waits)
        kept.addCallbacks(session.answer, lambda _: self.note(s.NO_TOKEN))
        kept.addBoth(lambda _: session.release())

    def _set_charset(self, typed: str) -> None:
        name = charset(typed)
        if not typed:
            current = self.format.charset
            others = ", ".join(known for known in KNOWN if known != current)
            self.note(s.CHARSET_NOW, charset=current, known=others)
        elif name is None:
            self.note(s.CHARSET_UNKNOWN, charset=typed[:40], known=", ".join(KNOWN))
        else:
            self.write_as(replace(self.format, charset=name))
            self.note(s.CHARSET, charset=name)
