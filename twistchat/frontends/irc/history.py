"""`CHATHISTORY`: what was said before (ircv3.net, draft/chathistory).

A page is asked for by where it begins or ends: a message by its id, or a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from twisted.words.protocols.irc import ERR_UNKNOWNCOMMAND

from twistchat.core import commands as c
from twistchat.core.concerns import private_log
from twistchat.core.names import fold
from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.message import word, write
from twistchat.frontends.irc.tags import log_tag, read_msgid, read_time
from twistchat.frontends.irc.targets import is_room

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.core.model import User
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.message import Message

ANY = "*"
"""Instead of where to begin: anywhere."""

MILLISECOND = 0.001
"""Times are told so exactly, and no more: what comes after one of them is a millisecond later."""

MOST = 10**9
"""No count is greater, however long it is written."""


class Point(NamedTuple):
    """Where in a log a page begins or ends: at a message, or else at a time."""

    epoch: str = ""
    number: int | None = None
    time: float | None = None

    def behind(self) -> dict[str, Any]:
        """Ask for what comes behind it."""
        if self.number is not None:
            return {"after": self.number, "epoch": self.epoch}
        return {} if self.time is None else {"since": _later(self.time)}

    def before(self) -> dict[str, Any]:
        """Ask for what comes before it."""
        if self.number is not None:
            return {"before": self.number, "epoch": self.epoch}
        return {} if self.time is None else {"until": self.time}

    def around(self) -> dict[str, Any]:
        """Ask for what is around it."""
        if self.number is not None:
            return {"before": self.number + 1, "epoch": self.epoch, "around": True}
        return {} if self.time is None else {"until": _later(self.time), "around": True}


class BadRequestError(Exception):
    """That asks for nothing: with the code of a standard reply, and what it is about."""

    def __init__(self, code: str, about: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.about = about


def _later(time: float) -> float:
    return round(time * 1000 + 1) / 1000


def _chathistory(dialog: IRCDialog, message: Message) -> None:
    """Read what was said before."""
    user, server = dialog.session.user, dialog.about.server
    if Cap.CHATHISTORY not in dialog.caps:
        dialog.reply(ERR_UNKNOWNCOMMAND, message.command, "Ask for draft/chathistory first")
        return
    if user is None:
        return
    subcommand = word(message.params[0].upper())
    try:
        command = _read(dialog, user, subcommand, message.params[1:])
    except BadRequestError as error:
        params = [each for each in (subcommand, error.about) if each]
        fail = write(server, "FAIL", message.command, error.code, *params, text=str(error))
        dialog.tell_all([fail])
        return
    target = message.params[1] if isinstance(command, c.ReadHistory) else ""
    dialog.does(command, about=f"{subcommand} {target}".rstrip(" "))


def _read(
    dialog: IRCDialog, user: User, subcommand: str, params: tuple[str, ...]
) -> c.ReadHistory | c.ListConversations:
    count = SUBCOMMANDS.get(subcommand)
    if count is None:
        raise BadRequestError("INVALID_PARAMS", "", f"There are {', '.join(SUBCOMMANDS)}")
    if len(params) != count:
        few = "That needs more than you said" if len(params) < count else "That is too much"
        raise BadRequestError("INVALID_PARAMS", "", few)
    limit = _limit(params[-1], dialog.session.limits.page)
    if subcommand == "TARGETS":
        first, last = (_time(each) for each in params[:2])
        since, until = sorted((first, last))
        return c.ListConversations(_later(since), until, limit, oldest=first <= last)
    target = params[0]
    if not target or " " in target:
        raise BadRequestError("INVALID_TARGET", word(target), "That is no room, and nobody")
    points = [_point(dialog, user, target, each) for each in params[1:-1]]
    if ANY in params[1:-1] and subcommand != "LATEST":
        raise BadRequestError("INVALID_PARAMS", ANY, "Say from where: timestamp=… or msgid=…")
    which = _which(subcommand, points)
    room, to = (target, "") if is_room(target) else ("", target)
    is_spoken = Cap.EVENT_PLAYBACK not in dialog.caps
    return c.ReadHistory(room, limit, to=to, is_spoken=is_spoken, **which)


def _which(subcommand: str, points: list[Point]) -> dict[str, Any]:
    """Tell what a page is asked for: `c.ReadHistory`'s fields."""
    first, last = points[0], points[-1]
    match subcommand:
        case "LATEST":
            return first.behind()
        case "BEFORE":
            return first.before()
        case "AFTER":
            return first.behind() | {"oldest": True}
        case "AROUND":
            return first.around()
        case _:
            if (first.number is None) != (last.number is None):
                sentence = "Say both ends in the same way: timestamp=… or msgid=…"
                raise BadRequestError("INVALID_PARAMS", "", sentence)
            is_forward = (first.number or first.time or 0) <= (last.number or last.time or 0)
            since, until = (first, last) if is_forward else (last, first)
            return since.behind() | until.before() | {"oldest": is_forward}


def _limit(typed: str, most: int) -> int:
    if not (typed.isascii() and typed.isdecimal()) or len(typed) > len(str(MOST)):
        raise BadRequestError("INVALID_PARAMS", word(typed), "That is no count of messages")
    return min(int(typed) or most, most)


def _time(typed: str) -> float:
    kind, _, value = typed.partition("=")
    time = read_time(value) if kind == "timestamp" else None
    if time is None:
        raise BadRequestError(
            "INVALID_PARAMS", word(typed), "A time is timestamp=YYYY-MM-DDThh:mm:ss.sssZ"
        )
    return time


def _point(dialog: IRCDialog, user: User, target: str, typed: str) -> Point:
    """Read where a page begins or ends."""
    if typed == ANY:
        return Point()
    kind, _, value = typed.partition("=")
    if kind == "timestamp":
        return Point(time=_time(typed))
    if kind != "msgid":
        raise BadRequestError(
            "INVALID_MSGREFTYPE", f"{target} {word(typed)}", "Say timestamp=… or msgid=…"
        )
    place = read_msgid(value)
    if place is None or place.log != log_tag(_log(dialog, user, target)):
        raise BadRequestError("INVALID_PARAMS", word(typed), "There is no such message there")
    return Point(place.epoch, place.number)


def _log(dialog: IRCDialog, user: User, target: str) -> str:
    """Name the log of a room, or of what somebody and the user have said to each other."""
    if is_room(target):
        return fold(target)
    place = dialog.about.place
    other = place.person(target) or place.accounts.named(target)
    if other is None:
        raise BadRequestError("INVALID_TARGET", word(target), "Nobody here is called that")
    return private_log(user.id, other.id)


SUBCOMMANDS = {"LATEST": 3, "BEFORE": 3, "AFTER": 3, "AROUND": 3, "BETWEEN": 4, "TARGETS": 3}
"""How many parameters each has."""

HISTORY_COMMANDS: Mapping[str, Entry] = {"CHATHISTORY": Entry(_chathistory, 1)}
"""What was said before."""
