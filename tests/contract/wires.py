"""How one asks for things: the line wire, JSON, IRC. A new wire adds a class here."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, cast
from unittest import SkipTest

from tests.irc.reading import READING_IRC
from tests.lines import TOKEN
from tests.web.browsers import WEB, Browser, frame
from twistchat.core.law import EVERYWHERE, LASTING, Deed
from twistchat.core.names import LOBBY
from twistchat.core.orders import read_changes, read_order
from twistchat.frontends.irc.letters import FLAGS, TURNED, deed_mode
from twistchat.testing import JSON, LINE, ChatTestCase, FrontEnd, Person, Program

if TYPE_CHECKING:
    from collections.abc import Sequence


class Wire(ChatTestCase, ABC):
    """How somebody on a wire asks for things; and what they see, without the answers."""

    overlong: bytes
    """A line that is longer than any may be."""
    bad: tuple[bytes, ...]
    """Lines that say nothing that could be understood."""
    is_asked = False
    """Whether a password that was wrong is asked for again."""
    is_told_outside = True
    """Whether somebody is told what is done about them in a room where they are not."""
    words, many = 1_000, 60
    """How much one line may well be, and how many are much to read."""

    def setUp(self) -> None:
        super().setUp()
        self.everybody: list[Person] = []

    def connect(self, *, speaks_first: bool = False) -> Person:
        person = super().connect(speaks_first=speaks_first)
        self.everybody.append(person)
        return person

    def people(self, *names: str) -> list[Person]:
        people = super().people(*names)
        self.everybody += people
        return people

    def comes_in(self, person: Person, name: str) -> None:
        person.comes_in_as(name)

    @abstractmethod
    def joins(self, person: Person, room: str, key: str = "") -> None:
        """Ask to go into a room."""

    @abstractmethod
    def does(self, person: Person, deed: str, to: str, room: str = LOBBY, more: str = "") -> None:
        """Do something about somebody; `more` is for how long, and why."""

    @abstractmethod
    def changes(self, person: Person, room: str, rules: str) -> None:
        """Change the rules of a room, as people write them."""

    @abstractmethod
    def deletes(self, person: Person, room: str, number: int) -> None:
        """Take back what was said."""

    @abstractmethod
    def invites(self, person: Person, to: str, room: str) -> None:
        """Invite somebody."""

    @abstractmethod
    def looks_back(self, person: Person, room: str) -> None:
        """Ask for what was said."""

    @abstractmethod
    def leaves(self, person: Person, room: str) -> None:
        """Ask to leave a room."""

    @abstractmethod
    def renames(self, person: Person, name: str) -> None:
        """Ask for another name."""

    @abstractmethod
    def whispers(self, person: Person, to: str, text: str) -> None:
        """Say something to one person."""

    @abstractmethod
    def sets_topic(self, person: Person, room: str, topic: str) -> None:
        """Say what a room is about."""

    @abstractmethod
    def is_away(self, person: Person, words: str) -> None:
        """Be away."""

    @abstractmethod
    def quits(self, person: Person, words: str) -> None:
        """Leave the chat."""

    @abstractmethod
    def sentence(self, text: str) -> bytes:
        """What is sent to say something in the lobby."""

    @abstractmethod
    def asks_for_token(self, person: Person) -> str:
        """Find out what one comes back with."""

    @abstractmethod
    def resumes(self, person: Person, token: str, name: str, number: int) -> None:
        """Come back; a program has read the lobby up to a number."""

    @abstractmethod
    def registers(self, person: Person, password: str) -> None:
        """Make an account of one's name."""

    @abstractmethod
    def logs_in(self, person: Person, name: str, password: str) -> None:
        """Be the owner of an account, having come in as a guest."""

    @abstractmethod
    def comes_in_with(self, person: Person, name: str, password: str) -> None:
        """Come in as the owner of an account."""

    @abstractmethod
    def shows_house(self, person: Person, password: str, name: str) -> None:
        """Show the password of the house, and come in under a name if that is right."""

    @abstractmethod
    def logs_out(self, person: Person) -> None:
        """Be nobody again."""

    @abstractmethod
    def changes_password(self, person: Person, old: str, new: str) -> None:
        """Give one's account another password."""

    @abstractmethod
    def deletes_account(self, person: Person, password: str) -> None:
        """Delete one's account."""

    def dribbles(self, person: Person, lines: Sequence[bytes]) -> None:
        """Send lines in as many packets as there can be."""
        for byte in b"".join(lines):
            person.sends(bytes([byte]))

    def passes(self, seconds: float) -> None:
        """Let time go by; nobody is silent for so long that they would be gone."""
        self.wait(seconds)

    def told(self, person: Person) -> list[str]:
        """What has happened, as a person would read it; no answers."""
        return person.sees()

    @abstractmethod
    def is_told_away(self, person: Person, who: str, words: str) -> bool:
        """Whether one was told that somebody is away."""


class LineWire(Wire):
    front_end: ClassVar[FrontEnd] = LINE
    is_asked = True
    overlong = b"x" * 20_000
    bad = (b"\xff\xff\xfe", b"\xc0\xaf", "你好".encode("gbk"))
    ANSWERS = re.compile(
        r"-- (You |Here now|In #|What you type|Welcome|What is your|Topic of|To come back|"
        r"Type that|The last|Not sent|Sorry)"
    )

    def joins(self, person: Person, room: str, key: str = "") -> None:
        person.types(f"/join {room} key={key}" if key else f"/join {room}")

    def does(self, person: Person, deed: str, to: str, room: str = LOBBY, more: str = "") -> None:
        person.types(f"/{deed} {room} {to} {more}")

    def changes(self, person: Person, room: str, rules: str) -> None:
        person.types(f"/rules {room} {rules}")

    def deletes(self, person: Person, room: str, number: int) -> None:
        person.types(f"/delete {room} {number}")

    def invites(self, person: Person, to: str, room: str) -> None:
        person.types(f"/invite {to} {room}")

    def looks_back(self, person: Person, room: str) -> None:
        person.types(f"/history {room}")

    def leaves(self, person: Person, room: str) -> None:
        person.types(f"/leave {room}")

    def renames(self, person: Person, name: str) -> None:
        person.types(f"/nick {name}")

    def whispers(self, person: Person, to: str, text: str) -> None:
        person.types(f"/msg {to} {text}")

    def sets_topic(self, person: Person, room: str, topic: str) -> None:
        person.types(f"/topic {room} {topic}")

    def is_away(self, person: Person, words: str) -> None:
        person.types(f"/away {words}")

    def quits(self, person: Person, words: str) -> None:
        person.types(f"/quit {words}")

    def sentence(self, text: str) -> bytes:
        return text.encode() + b"\n"

    def asks_for_token(self, person: Person) -> str:
        person.sees()
        person.types("/token")
        self.turn()
        (found,) = TOKEN.findall("\n".join(person.sees()))
        return str(found)

    def resumes(self, person: Person, token: str, name: str, number: int) -> None:
        person.types(f"/resume {token}")

    def registers(self, person: Person, password: str) -> None:
        for line in ("/register", password, password):
            person.types(line)

    def logs_in(self, person: Person, name: str, password: str) -> None:
        for line in (f"/login {name}", password):
            person.types(line)

    def comes_in_with(self, person: Person, name: str, password: str) -> None:
        self.logs_in(person, name, password)

    def shows_house(self, person: Person, password: str, name: str) -> None:
        for line in (password, name):
            person.types(line)

    def logs_out(self, person: Person) -> None:
        person.types("/logout")

    def changes_password(self, person: Person, old: str, new: str) -> None:
        for line in ("/passwd", old, new, new):
            person.types(line)

    def deletes_account(self, person: Person, password: str) -> None:
        for line in ("/account delete", password):
            person.types(line)

    def told(self, person: Person) -> list[str]:
        return [line for line in person.sees() if not self.ANSWERS.match(line)]

    def is_told_away(self, person: Person, who: str, words: str) -> bool:
        return f"-- {who} is away: {words}" in person.sees()


class JSONWire(Wire):
    front_end: ClassVar[FrontEnd] = JSON
    overlong = b'{"type":"say","room":"#lobby","text":"' + b"x" * 120_000 + b'"}'
    bad: tuple[bytes, ...] = (
        b'{"type":"say","text":"\xff"}',
        b"{",
        b"[]",
        b"hello",
        b'{"type":"nope"}',
    )

    def joins(self, person: Person, room: str, key: str = "") -> None:
        given = {"key": key} if key else {}
        cast("Program", person).asks("join", room=room, **given)

    def does(self, person: Person, deed: str, to: str, room: str = LOBBY, more: str = "") -> None:
        order = read_order(f"{to} {more}", lasts=deed in LASTING)
        fields: dict[str, object] = {"words": order.words} if order.words else {}
        if order.seconds is not None:
            fields["seconds"] = order.seconds
        cast("Program", person).asks(deed, room=room, to=to, **fields)

    def changes(self, person: Person, room: str, rules: str) -> None:
        cast("Program", person).asks("rules", room=room, change=dict(read_changes(rules)))

    def deletes(self, person: Person, room: str, number: int) -> None:
        cast("Program", person).asks("delete", room=room, number=number)

    def invites(self, person: Person, to: str, room: str) -> None:
        cast("Program", person).asks("invite", room=room, to=to)

    def looks_back(self, person: Person, room: str) -> None:
        cast("Program", person).asks("history", room=room)

    def leaves(self, person: Person, room: str) -> None:
        cast("Program", person).asks("leave", room=room)

    def renames(self, person: Person, name: str) -> None:
        cast("Program", person).asks("rename", name=name)

    def whispers(self, person: Person, to: str, text: str) -> None:
        cast("Program", person).asks("say", to=to, text=text)

    def sets_topic(self, person: Person, room: str, topic: str) -> None:
        cast("Program", person).asks("topic", room=room, topic=topic)

    def is_away(self, person: Person, words: str) -> None:
        cast("Program", person).asks("away", words=words)

    def quits(self, person: Person, words: str) -> None:
        cast("Program", person).asks("quit", words=words)

    def sentence(self, text: str) -> bytes:
        return json.dumps({"type": "say", "room": LOBBY, "text": text}).encode() + b"\n"

    def asks_for_token(self, person: Person) -> str:
        program = cast("Program", person)
        program.asks("token")
        self.turn()
        return next(str(told["token"]) for told in program.hears() if told["type"] == "token")

    def resumes(self, person: Person, token: str, name: str, number: int) -> None:
        epoch = self.world.parts.fanout.told.stands(LOBBY)
        assert epoch is not None
        rooms = {LOBBY: [epoch.epoch, number]}
        cast("Program", person).asks("hello", name=name, token=token, rooms=rooms)

    def registers(self, person: Person, password: str) -> None:
        cast("Program", person).asks("register", password=password)

    def logs_in(self, person: Person, name: str, password: str) -> None:
        cast("Program", person).asks("login", name=name, password=password)

    def comes_in_with(self, person: Person, name: str, password: str) -> None:
        cast("Program", person).asks("hello", name=name, password=password)

    def shows_house(self, person: Person, password: str, name: str) -> None:
        cast("Program", person).asks("hello", name=name, house=password)

    def logs_out(self, person: Person) -> None:
        cast("Program", person).asks("logout")

    def changes_password(self, person: Person, old: str, new: str) -> None:
        cast("Program", person).asks("passwd", old=old, new=new)

    def deletes_account(self, person: Person, password: str) -> None:
        cast("Program", person).asks("delete-account", password=password)

    def passes(self, seconds: float) -> None:
        end = self.world.clock.seconds() + seconds
        while (left := end - self.world.clock.seconds()) > 0:
            for person in self.everybody:
                cast("Program", person).asks("pong")
            self.wait(min(left, 20))

    def told(self, person: Person) -> list[str]:
        return [line for line in person.sees() if "refused" not in line]

    def is_told_away(self, person: Person, who: str, words: str) -> bool:
        told = {"type": "away", "who": who, "words": words}
        return told in cast("Program", person).hears()


class WebWire(JSONWire):
    """Browsers: the same as programs, in frames."""

    front_end: ClassVar[FrontEnd] = WEB
    bad = JSONWire.bad[1:]  # bytes that are no UTF-8 end the connection

    def setUp(self) -> None:
        super().setUp()
        self.wait(1)  # nobody is waited for before the greeting, and nothing is said in 1970

    def dribbles(self, person: Person, lines: Sequence[bytes]) -> None:
        for byte in b"".join(map(frame, lines)):
            cast("Browser", person).sends_bytes(bytes([byte]))


class IRCWire(Wire):
    """IRC clients. They have no tokens, and say neither for how long something holds nor why."""

    front_end: ClassVar[FrontEnd] = READING_IRC
    overlong = b"PRIVMSG #lobby :" + b"x" * 20_000
    bad = (b"PRIVMSG #lobby :\xff", b"PRIVMSG", b"NOPE #lobby :x", b":x PRIVMSG #lobby")
    is_told_outside = False
    words, many = 400, 160

    def joins(self, person: Person, room: str, key: str = "") -> None:
        person.types(f"JOIN {room} {key}".rstrip())

    def does(self, person: Person, deed: str, to: str, room: str = LOBBY, more: str = "") -> None:
        order = read_order(f"{to} {more}", lasts=deed in ("mute", "ban"))
        if deed == "kick":
            verb = f"KILL {to}" if room == EVERYWHERE else f"KICK {room} {to}"
            person.types(f"{verb} :{order.words}" if order.words else verb)
            return
        if order.words or order.seconds is not None or room == EVERYWHERE:
            raise SkipTest("IRC has no words for that")
        mode = deed_mode(Deed(deed))
        person.types(f"MODE {room} {mode} {to}" + ("" if mode[1] in "ov" else "!*@*"))

    def changes(self, person: Person, room: str, rules: str) -> None:
        letters = {rule: letter for letter, (rule, _) in FLAGS.items()} | {"key": "k", "limit": "l"}
        modes, params = "", []
        for rule, value in read_changes(rules):
            if rule not in letters:
                raise SkipTest(f"IRC has no mode for {rule}")
            is_on = value != "off"
            letter = letters[rule]
            modes += ("+" if is_on is not (letter == TURNED) else "-") + letter
            if rule in ("key", "limit") and (is_on or rule == "key"):
                params.append(value)
        person.types(" ".join(("MODE", room, modes, *params)))

    def deletes(self, person: Person, room: str, number: int) -> None:
        raise SkipTest("IRC clients see no numbers")

    def invites(self, person: Person, to: str, room: str) -> None:
        person.types(f"INVITE {to} {room}")

    def looks_back(self, person: Person, room: str) -> None:
        person.types(f"CHATHISTORY LATEST {room} * 20")

    def leaves(self, person: Person, room: str) -> None:
        person.types(f"PART {room}")

    def renames(self, person: Person, name: str) -> None:
        person.types(f"NICK {name}")

    def whispers(self, person: Person, to: str, text: str) -> None:
        person.types(f"PRIVMSG {to} :{text}")

    def sets_topic(self, person: Person, room: str, topic: str) -> None:
        person.types(f"TOPIC {room} :{topic}")

    def is_away(self, person: Person, words: str) -> None:
        person.types(f"AWAY :{words}")

    def quits(self, person: Person, words: str) -> None:
        person.types(f"QUIT :{words}")

    def sentence(self, text: str) -> bytes:
        return f"PRIVMSG {LOBBY} :{text}\r\n".encode()

    def asks_for_token(self, person: Person) -> str:
        raise SkipTest("IRC clients have no tokens")

    def resumes(self, person: Person, token: str, name: str, number: int) -> None:
        raise SkipTest("IRC clients have no tokens")

    def registers(self, person: Person, password: str) -> None:
        person.types(f"REGISTER * * :{password}")

    def logs_in(self, person: Person, name: str, password: str) -> None:
        raise SkipTest("tests/irc/test_sasl.py says how")

    def comes_in_with(self, person: Person, name: str, password: str) -> None:
        raise SkipTest("tests/irc/test_sasl.py says how")

    def shows_house(self, person: Person, password: str, name: str) -> None:
        person.types(f"PASS :{password}")
        person.comes_in_as(name)

    def logs_out(self, person: Person) -> None:
        raise SkipTest("on IRC one quits")

    def changes_password(self, person: Person, old: str, new: str) -> None:
        raise SkipTest("IRC clients have no command for that")

    def deletes_account(self, person: Person, password: str) -> None:
        raise SkipTest("IRC clients have no command for that")

    def passes(self, seconds: float) -> None:
        end = self.world.clock.seconds() + seconds
        while (left := end - self.world.clock.seconds()) > 0:
            for person in self.everybody:
                person.types("PONG x")
            self.wait(min(left, 20))

    def is_told_away(self, person: Person, who: str, words: str) -> bool:
        return f"-- {who} is away: {words}" in person.sees()
