"""What one program says, an object a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.logger import Logger

import twistchat
from twistchat.core.commands import Say, Whisper
from twistchat.core.events import Cause, Done, Refusal, Refused
from twistchat.core.text import clean
from twistchat.engine import Committed
from twistchat.frontends.jsonlines import desk
from twistchat.frontends.jsonlines import requests as r
from twistchat.frontends.jsonlines.codec import (
    PROTOCOL,
    BadLineError,
    Object,
    decode,
    encode,
    longest_line,
)
from twistchat.frontends.jsonlines.format import JSON, error
from twistchat.frontends.jsonlines.format_accounts import account
from twistchat.frontends.lines import COMMAND
from twistchat.frontends.pulse import Pulse
from twistchat.login import GuestName, ResumeToken
from twistchat.session.coming import Coming
from twistchat.session.ignoring import Ignoring, ignore, unignore
from twistchat.session.state import State

if TYPE_CHECKING:
    from twistchat.engine import Label
    from twistchat.frontends.lines import LineInput
    from twistchat.frontends.registry import Registry, Told
    from twistchat.session import Session

log = Logger()


def speak_json(session: Session, source: LineInput, registry: Registry) -> None:
    """Let a connection speak JSON from the next line on."""
    source.speak(JSONDialog(session, source, registry))


class JSONDialog:
    """See `twistchat.frontends.lines.Dialog`; docs/json-protocol.md tells what is said."""

    def __init__(self, session: Session, source: LineInput, registry: Registry) -> None:
        self._limits = limits = registry.limits
        self._registry = registry
        self._session = session
        self._source = source
        self._markers = registry.markers
        self.longest = longest_line(limits.line)
        session.put(source.frame(encode(_hello(session, registry))))
        session.speaks(*source.carries("json", JSON))
        self._pulse = Pulse(
            source,
            clock=registry.clock,
            limits=limits,
            ask=lambda: session.put(source.asks(encode({"type": "ping"}))),
            give_up=lambda: session.drop(Cause.TIMED_OUT),
        )

    def hears(self, line: bytes) -> int:
        """Do what a line asks for."""
        if not line.strip():
            return 0
        try:
            fields = decode(line)
        except BadLineError as bad:
            session = self._session
            if session.user is not None or not self._source.is_foreign(session, line):
                self._put(error(str(bad)))
            return 1
        label: Label | None = None
        try:
            label = r.label_of(fields)
            if fields.get("type") != "join":  # whose key is the room's, and told to nobody
                label = r.label_of(fields, fields.get("key"))
            asked = self._read(fields)
        except r.BadRequestError as bad:
            self._put(error(str(bad), about=bad.about, hint=bad.hint), label)
            return 1
        self._does(asked, label)
        return 1 if isinstance(asked, Say | Whisper | r.Ping | r.Pong) else COMMAND

    def hears_too_much(self, line: bytes) -> None:
        """Refuse a line that is too long."""
        if self._session.user is None and self._source.is_foreign(self._session, line):
            return
        self._put(error("too-long", hint=str(self.longest)))
        self._session.bitten_by("line")

    def ends(self) -> None:
        """Ask for no sign of life any more."""
        self._pulse.stop()

    # ------------------------------------------------------------ what is asked

    def _read(self, fields: Object) -> r.Asked:
        kind = fields.get("type")
        read = r.REQUESTS.get(kind) if isinstance(kind, str) else None
        if read is None:
            raise r.BadRequestError("unknown-type", kind if isinstance(kind, str) else "")
        if self._session.user is None and kind not in ("hello", "ping", "pong", "quit"):
            raise r.BadRequestError("hello-first")
        if kind == "hello" and fields.get("protocol", PROTOCOL) != PROTOCOL:
            raise r.BadRequestError("bad-protocol", hint=str(PROTOCOL))
        if kind == "hello" and self._session.state is not State.DOOR:
            raise r.BadRequestError("in-already")
        return read(r.Fields(fields, self._limits.line))

    def _does(self, asked: r.Asked, label: Label | None) -> None:
        session = self._session
        is_command = not isinstance(asked, r.Local)
        if session.is_stopping and not (is_command or isinstance(asked, r.Ping | r.Pong)):
            # As of whatever else is asked then: at once, and in no order.
            refused = Committed(Refused(Refusal.STOPPING), label=label)
            session.put(session.format.encode_reply(refused, session.name))
            return
        match asked:
            case r.Hello():
                self._come_in(asked, label)
            case r.Ping():
                self._put({"type": "pong"}, label)  # beside the order: it asks for the connection
            case r.Pong():
                pass
            case r.Ignore():
                self._ignore(asked.name, label)
            case r.Unignore():
                if unignore(session, asked.name, session.limits) is Ignoring.DONE:
                    session.answer(Done(), label)
                else:
                    self._put(error("not-ignored", about=asked.name), label)
            case r.ListIgnored():
                names = list(session.ignores.of(session))
                self._put({"type": "ignored", "names": names}, label)
            case r.AskServer():
                self._registry.operate(
                    session, asked.command, lambda told: self._told(told, label), label
                )
            case r.RenewToken():
                if session.user is not None:
                    session.answer(session.way_back.token(session.user), label)
            case desk.MarkRead(room, to, number):
                self._markers.move(session, room=room, to=to, number=number, label=label)
            case desk.ShowAccount():
                mine = session.user.account if session.user is not None else None
                self._put(account(session.name, mine.role if mine else None), label)
            case (
                desk.Register()
                | desk.LogIn()
                | desk.ChangePassword()
                | desk.LogOut()
                | desk.DeleteAccount()
            ):
                desk.ask(asked, session, label)
            case _:
                session.receive(asked, label)

    def _told(self, told: Told, label: Label | None) -> None:
        """Hand on what the server says to an operator."""
        lines = [clean(line) for line in told.lines()]
        answer = {"type": "server", "status": int(told.status), "lines": lines}
        self._put(answer | {"data": told.data()}, label)

    def _come_in(self, hello: r.Hello, label: Label | None) -> None:
        session = self._session
        if hello.client:
            log.info("{who} uses {client}", who=session.described, client=clean(hello.client[:80]))
        if session.desk.asks_house(session):
            if not hello.house:
                self._put(error("house-first"), label)
                return
            refused = session.desk.admit(session, hello.house)
            if refused is not None:
                session.answer(refused, label)
                return
        if hello.password:
            session.desk.log_in(
                session,
                hello.name,
                hello.password,
                rooms=hello.rooms,
                takes_private=hello.private,
                label=label,
            )
            return
        credentials = ResumeToken(hello.token, hello.name) if hello.token else GuestName(hello.name)
        coming = Coming(credentials, hello.rooms, label, takes_private=hello.private)
        session.log_in(coming)

    def _ignore(self, name: str, label: Label | None) -> None:
        session = self._session
        match ignore(session, name, session.limits):
            case Ignoring.NO_NAME:
                session.answer(Refused(Refusal.NO_SUCH_PERSON, name), label)
            case Ignoring.ONESELF:
                session.answer(Refused(Refusal.TO_ONESELF), label)
            case Ignoring.TOO_MANY:
                count = len(session.ignores.of(session))
                self._put(error("too-many-ignored", hint=str(count)), label)
            case _:
                session.answer(Done(), label)

    # ------------------------------------------------------------ the connection

    def _put(self, told: Object, label: Label | None = None) -> None:
        if label is not None and label.id is not None:
            told["id"] = label.id
        self._session.put(self._source.frame(encode(told)))


def _hello(session: Session, registry: Registry) -> Object:
    limits, greeting = registry.limits, registry.greeting
    hello: Object = {
        "type": "hello",
        "protocol": PROTOCOL,
        "server": greeting.server,
        "software": f"twistchat/{twistchat.__version__}",
        "motd": list(greeting.motd),
        "limits": {
            "text": limits.line,
            "page": limits.page,
            "name": limits.name_characters,
            "room": limits.room_characters,
            "topic": limits.topic,
        },
        "ping": limits.ping,
    }
    if not session.desk.doors.guests:
        hello["guests"] = False
    if session.desk.asks_house(session):
        hello["house"] = True
    return hello
