"""What one person on nc or telnet says, a line at a time: a name first, then words and commands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, assert_never

from twistchat.core.commands import Say
from twistchat.core.events import Refusal, Refused
from twistchat.frontends.line import asking, sentences
from twistchat.frontends.line import sentences_accounts as s
from twistchat.frontends.line.desk import (
    ChangePassword,
    DeleteAccount,
    ForDesk,
    LogIn,
    LogOut,
    Register,
    ShowAccount,
)
from twistchat.frontends.line.view import View
from twistchat.frontends.lines import COMMAND
from twistchat.login import GuestName
from twistchat.session.coming import Coming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.limits import Limits
    from twistchat.frontends.line.asking import Asking
    from twistchat.frontends.line.dialect import Dialect
    from twistchat.frontends.line.format import LineFormat
    from twistchat.session import Session


class Connection(Protocol):
    """What a dialog knows of its connection."""

    def is_foreign(self, session: Session, data: bytes) -> bool:
        """Answer a line of another program's protocol in that; whether it was one."""

    def understands(self, session: Session, line: bytes) -> int | None:
        """Let a first line be heard in another language, if it is one of that; see `hears`."""

    def switch(self, session: Session, language: str) -> None:
        """Speak another language, by its name."""

    def operate(self, session: Session, command: str) -> None:
        """Ask something of the server itself."""


class LineDialog:
    """See `twistchat.frontends.lines.Dialog`."""

    __slots__ = (
        "_asking",
        "_connection",
        "_dialect",
        "_limits",
        "_session",
        "_view",
        "has_heard",
        "longest",
    )

    def __init__(
        self,
        *,
        session: Session,
        dialect: Dialect,
        limits: Limits,
        wire_format: LineFormat,
        connection: Connection,
    ) -> None:
        self.longest = limits.line
        self.has_heard = False
        """Whether a line has come, so that they know how to send one."""
        self._session = session
        self._dialect = dialect
        self._limits = limits
        self._connection = connection
        self._view = View(
            session=session,
            dialect=dialect,
            wire_format=wire_format,
            connection=connection,
            asks=self._asks,
        )
        self._asking: Asking | None = None
        """The password that is being asked for."""
        session.way_back.is_shown_on_leaving = True

    def hears(self, line: bytes) -> int:
        """Do what a line asks for."""
        session, view = self._session, self._view
        if not self.has_heard and (work := self._connection.understands(session, line)) is not None:
            return work
        if line.endswith(b"\r"):
            line = line[:-1]
            if not self.has_heard:
                view.write_as(replace(view.format, newline=b"\r\n"))
        self.has_heard = True
        try:
            text = line.decode(view.format.charset)
        except UnicodeDecodeError:
            charset = view.format.charset
            sentence = sentences.NOT_UTF8 if charset == "utf-8" else sentences.NOT_CHARSET
            view.note(sentence, charset=charset)
            return 1
        if self._asking is not None and not self._asking.is_over:
            # At the door a program may ask for its own language, where a password is asked for.
            ways_out = ("/quit",) if session.user is not None else ("/quit", "/json")
            if text.strip() not in ways_out:
                self._asking.hears(text)
                return COMMAND
        if session.user is None:
            if not self._connection.is_foreign(session, line):
                self._at_door(text)
            return COMMAND
        room = view.room
        asked = self._dialect.read(text, room)
        if room != view.known and view.was_moved(room, asked):
            return 1
        match asked:
            case [Say() as said]:  # as nearly always
                session.receive(said)
                return 1
        view.does(asked)
        return sum(1 if isinstance(each, Say) else COMMAND for each in asked)

    def hears_too_much(self, line: bytes) -> None:
        """Refuse a line that is too long."""
        self.has_heard = True
        if self._session.user is None and self._connection.is_foreign(self._session, line):
            return
        self._view.note(sentences.TOO_LONG, kib=self._limits.line // 1024)
        self._session.bitten_by("line")

    def hint_at_enter(self) -> None:
        """Help those who send text without ever ending a line, as socket tutorials do."""
        if not self.has_heard:
            self._view.note(sentences.PRESS_ENTER)

    def ends(self) -> None:
        """Nothing is under way here."""
        self._session.way_back.is_shown_on_leaving = False

    def greets(self, server: str, motd: Sequence[str]) -> Sequence[str]:
        """Greet somebody, and ask for what comes first."""
        speech = self._view.format.speech
        if self._session.desk.asks_house(self._session):
            self._asking = asking.house(self._session, self._view.note, self._ask_name)
            return speech.greeting(server, motd, s.ASK_HOUSE)
        return speech.greeting(server, motd, self._name_wanted)

    @property
    def _name_wanted(self) -> str:
        return sentences.ASK_NAME if self._session.desk.doors.guests else s.ASK_ACCOUNT

    def _ask_name(self) -> None:
        view = self._view
        self._session.put(view.format.lines([view.format.speech.say(self._name_wanted)]))

    def _ask(self, conversation: Asking) -> None:
        self._asking = conversation
        conversation.asks()

    def _asks(self, asked: ForDesk) -> None:
        """Do what is about accounts, or begin to ask for a password."""
        session, note = self._session, self._view.note
        account = session.user.account if session.user is not None else None
        match asked:
            case LogIn(is_too_much=True) | Register(True) | ChangePassword(True):
                note(s.ON_ITS_OWN)
            case _:
                pass
        match asked:
            case LogIn(name):
                if account is not None:
                    session.answer(Refused(Refusal.LOGGED_IN_ALREADY, session.name))
                elif not (name or session.name):
                    note(sentences.NAME_WANTED)
                else:
                    self._ask(asking.log_in(session, note, name or session.name))
            case Register():
                if account is not None:
                    session.answer(Refused(Refusal.LOGGED_IN_ALREADY, session.name))
                else:
                    self._ask(asking.register(session, note))
            case ShowAccount() if account is None:
                note(s.NO_ACCOUNT, name=session.name)
            case ShowAccount():
                note(s.ACCOUNT_OF, name=session.name)
            case _ if account is None:
                session.answer(Refused(Refusal.NOT_LOGGED_IN))
            case ChangePassword():
                self._ask(asking.change_password(session, note))
            case DeleteAccount():
                self._ask(asking.delete_account(session, note))
            case LogOut():
                session.desk.log_out(session)
                session.when_free(self._ask_name)
            case _:
                assert_never(asked)

    def _at_door(self, text: str) -> None:
        desk, note = self._session.desk, self._view.note
        match self._dialect.read_at_door(text):
            case str() as name if desk.doors.guests and not desk.is_registered(name):
                self._session.log_in(Coming(GuestName(name)))
            case str() as name:
                # At once: who reads that a name has a password may well type it now.
                if desk.doors.guests:
                    note(s.REGISTERED, name=name[:40])
                self._ask(asking.log_in(self._session, note, name, self._ask_name))
            case asked:
                self._view.does((asked,))
