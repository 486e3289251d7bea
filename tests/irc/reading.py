"""What a person would read of lines of IRC, in the words that people on nc read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING

from tests.irc.kit import Client
from twistchat.core import events as e
from twistchat.core.codes import Cause
from twistchat.core.law import Deed, RoomRules
from twistchat.core.names import LOBBY
from twistchat.core.rules import changed
from twistchat.engine import Committed
from twistchat.frontends.irc.letters import FLAGS, LISTS, PARTS, TURNED
from twistchat.frontends.irc.protocol import IRCFactory
from twistchat.frontends.irc.refusals import OTHERWISE, OVER_ALL, SAYING
from twistchat.frontends.irc.sentences import ERROR, QUIT
from twistchat.frontends.irc.tags import read_time
from twistchat.frontends.line.format import LineFormat
from twistchat.frontends.line.speech import ENGLISH
from twistchat.testing import FrontEnd

if TYPE_CHECKING:
    from twisted.internet.interfaces import IProtocol

    from tests.irc.kit import Line
    from twistchat.testing import World

CAPS = "echo-message message-tags server-time batch draft/chathistory"

READING = LineFormat(zone=UTC)

SENTENCES = {
    "412": "There was nothing to say.",
    "417": "That line is longer than 512 bytes.",
    "421": "There is no such command.",
    "461": "That needs more.",
}
"""What numerics mean that are no refusals of the chat's own."""


def _pattern(sentence: str) -> re.Pattern[str]:
    escaped = re.escape(sentence).replace("\\{", "{").replace("\\}", "}")
    for name in ("about", "hint"):
        escaped = escaped.replace(f"{{{name}}}", f"(?P<{name}>.+)")
    return re.compile(escaped.replace("{until}", "(?: until .*)?"))


PUT_OUT = re.compile(r"\S+ (?:put|banned) (\S+) (?:out of|from) the chat.*")

REFUSALS = [
    (row, _pattern(row.sentence), code)
    for code, row in (
        *OVER_ALL.items(),
        *SAYING.items(),
        *((code, row) for (_, code), row in OTHERWISE.items()),
    )
    if row.numeric.isdecimal()
]
"""How each refusal is written, to find out which it was."""

CAUSES = {words: cause for cause, words in QUIT.items()}
GOODBYES = {words: cause for cause, words in ERROR.items()}
DEEDS = {
    f"{sign}{letter}": deed
    for letter, deeds in {**LISTS, **PARTS}.items()
    for sign, deed in zip("+-", deeds, strict=True)
}


class Reader(Client):
    """Somebody on IRC whose client shows what comes as people on nc would read it."""

    def __init__(self, world: World, protocol: IProtocol) -> None:
        super().__init__(world, protocol)
        self._shown: set[str] = set()
        self._banned: tuple[str, str] | None = None
        """The last ban that was told: of which room, and of whom."""
        self._gone = ""
        """Of whom it was last told that they were put out of the chat."""

    def comes_in_as(self, name: str) -> None:
        """Register, and go where everybody is."""
        for line in (f"CAP REQ :{CAPS}", f"NICK {name}", f"USER {name} 0 * :{name}", "CAP END"):
            self.types(line)
        self.types(f"JOIN {LOBBY}")

    def sees(self) -> list[str]:
        """Return what happened, in the words that people on nc read."""
        return [words for line in self.heard() for words in self._read(line)]

    def _read(self, line: Line) -> list[str]:
        command, params = line.command, line.params
        if command.isdecimal():
            return _numeric(command, params)
        if command == "ERROR":
            return _goodbye(params[0])
        if command == "FAIL":
            return [f"-- {params[-1]}"]
        if command == "NOTICE" and "!" not in line.source:
            found = PUT_OUT.fullmatch(params[-1])
            self._gone = found[1] if found else self._gone
            return [f"-- {params[-1]}"]
        event = _event(line)
        if event is None or self._is_shown(line):
            return []
        if "batch" in line.tags and isinstance(event, e.Said | e.Whispered):
            return list(READING.past(Committed(event), now=event.at))
        if isinstance(event, e.Moderated):
            event = self._put_out(event)
        elif isinstance(event, e.Departed) and event.who == self._gone:
            event = replace(event, is_told=True)
        return list(ENGLISH.told(event, UTC))

    def _is_shown(self, line: Line) -> bool:
        """Whether it is shown already: what one says to oneself comes twice."""
        msgid = line.tags.get("msgid", "")
        is_shown = bool(msgid) and msgid in self._shown
        self._shown.add(msgid)
        return is_shown

    def _put_out(self, event: e.Moderated) -> e.Event:
        """Understand a kick that follows from a ban."""
        banned = self._banned
        if event.deed is Deed.BAN:
            self._banned = event.room, event.to
        if event.deed is not Deed.KICK or banned is None or banned[0] != event.room:
            return event
        is_told = banned[1] == event.to
        return e.Left(event.room, "", event.to, "", event.at, Cause.BANNED, is_told)


def _numeric(command: str, params: tuple[str, ...]) -> list[str]:
    """Say what went wrong, or that somebody is away; of other answers nothing."""
    if command == "301":
        return [f"-- {params[1]} is away: {params[2]}"]
    if command[0] not in "45" or command == "451":  # it said more behind a name that is taken
        return []
    for row, pattern, code in REFUSALS:
        found = pattern.fullmatch(params[-1].partition(". Free is ")[0])
        if row.numeric == command and found is not None:
            named = dict(zip(row.params.split(), params[1:], strict=False)) | found.groupdict()
            refused = e.Refused(code, named.get("about", ""), named.get("hint", ""))
            return list(ENGLISH.answered(refused, UTC))
    return [f"-- {SENTENCES.get(command, params[-1])}"]


def _goodbye(said: str) -> list[str]:
    words, _, why = said.removeprefix("Closing link: ").partition(" (")
    cause = GOODBYES.get(words)
    if cause is None:
        return [f"-- {said}"]
    return list(ENGLISH.answered(e.Goodbye(cause, why.removesuffix(")"))))


def _event(line: Line) -> e.Event | None:
    """Make the event of what a client was told of it; None if that was no event."""
    at = read_time(line.tags.get("time", "")) or 0.0
    who, params = line.nick, line.params
    match line.command:
        case "PRIVMSG" | "NOTICE":
            to, text = params
            found = re.fullmatch("\x01ACTION (.*)\x01", text)
            how = (found[1], True) if found else (text, False)
            notice = line.command == "NOTICE"
            if to.startswith("#"):
                return e.Said(to, "", who, *how, at, notice)
            return e.Whispered("", who, "", to, *how, at, notice)
        case "JOIN":
            return e.Joined(params[0], "", who, at)
        case "PART":
            return e.Left(params[0], "", who, "".join(params[1:]), at)
        case "KICK":
            words = "" if params[2] == who else params[2]
            return e.Moderated(params[0], "", who, Deed.KICK, "", params[1], words, None, at)
        case "QUIT":
            return _quit(line, at)
        case "NICK":
            return e.Renamed((), "", who, params[0], at)
        case "INVITE":
            return e.Invited(params[1], "", who, "", params[0], at)
        case "TOPIC":
            return e.TopicChanged(params[0], "", who, params[1], at)
        case "MODE" if params[0].startswith("#") and "!" in line.source:
            # By the server it tells only how somebody is marked who comes in.
            return _mode(line, at)
        case _:
            return None


def _quit(line: Line, at: float) -> e.Departed:
    said = line.params[0]
    if said.startswith("Quit: "):
        return e.Departed((), "", line.nick, Cause.LEFT, said.removeprefix("Quit: "), at)
    why, _, words = said.partition(" (")
    return e.Departed((), "", line.nick, CAUSES[why], words.removesuffix(")"), at)


def _mode(line: Line, at: float) -> e.Event:
    room, modes, *params = line.params
    if (deed := DEEDS.get(modes)) is not None:
        to = params[0].removesuffix("!*@*")
        return e.Moderated(room, "", line.nick, deed, "", to, "", None, at)
    changes, sign = [], ""
    for letter in modes:
        if letter in "+-":
            sign = letter
        elif letter in FLAGS:
            is_on = (sign == "+") is not (letter == TURNED)
            changes.append((FLAGS[letter][0], "on" if is_on else "off"))
        elif letter in "kl":
            value = params.pop(0) if sign == "+" or letter == "k" else ""
            changes.append(({"k": "key", "l": "limit"}[letter], value if sign == "+" else "off"))
    before = RoomRules()
    for name, value in changes:
        before, _ = changed(before, [(name, "off" if value not in ("off",) else "1")])
    rules, names = changed(before, changes)
    return e.RulesChanged(room, "", line.nick, rules, names, at)


READING_IRC = FrontEnd(IRCFactory, Reader)
"""IRC clients, as people read them."""
