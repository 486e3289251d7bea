"""Why something was refused: the numeric that clients know, and a sentence for people.

Which numeric it is depends on what was asked (`Asked.command`), for some.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twisted.words.protocols import irc

from twistchat.core.codes import Refusal
from twistchat.frontends.irc import deeds
from twistchat.frontends.irc import numerics as n
from twistchat.frontends.irc import sentences as s
from twistchat.frontends.irc.message import write

if TYPE_CHECKING:
    from twistchat.core import events as e
    from twistchat.frontends.irc.about import About
    from twistchat.frontends.irc.labels import Asked

NOTICE = "NOTICE"
ERROR = "ERROR"

TALKING = frozenset({"PRIVMSG", "TAGMSG"})
"""Commands that say something; a NOTICE is never answered (RFC 2812, section 3.3.2)."""

NOWHERE = frozenset({Refusal.NO_SUCH_PERSON, Refusal.NOT_IN_ROOM})
"""Of what a client says by itself (TAGMSG: somebody is typing), nothing else is refused aloud."""


class Row(NamedTuple):
    """How a refusal is written."""

    numeric: str
    """Or `NOTICE`, where clients know none; `ERROR`, where the connection is closed with it."""
    sentence: str
    params: str = ""
    """What stands between the nickname and the sentence: `about`, `asked` (what was named in the
    command), `hint`, `command` and `*`."""


OVER_ALL = {
    Refusal.NAME_EMPTY: Row(irc.ERR_NONICKNAMEGIVEN, "No nickname was given"),
    Refusal.NAME_CHARACTERS: Row(
        irc.ERR_ERRONEUSNICKNAME,
        "A nickname has no blanks, no invisible characters and no punctuation such as "
        "/ ! @ * ? , : # & ~ % + < >",
        "about",
    ),
    Refusal.NAME_NUMBER: Row(irc.ERR_ERRONEUSNICKNAME, "A nickname is more than a number", "about"),
    Refusal.NAME_LONG: Row(irc.ERR_ERRONEUSNICKNAME, "That nickname is too long", "about"),
    Refusal.NAME_RESERVED: Row(
        irc.ERR_ERRONEUSNICKNAME, "That nickname would be misunderstood", "about"
    ),
    Refusal.NAME_TAKEN: Row(irc.ERR_NICKNAMEINUSE, "That nickname is taken", "about"),
    Refusal.NAME_KEPT: Row(
        irc.ERR_NICKNAMEINUSE, "That nickname is kept for a while for who had it", "about"
    ),
    Refusal.NAME_REGISTERED: Row(
        irc.ERR_NICKNAMEINUSE,
        "That nickname belongs to an account: log in with SASL, or with PASS name:password",
        "about",
    ),
    Refusal.NAME_SAME: Row("", ""),
    Refusal.NAME_CLAIMED: Row(
        NOTICE, "{about} belongs to an account, whose owner has come: you are {hint} now"
    ),
    Refusal.NAME_LOST: Row(
        NOTICE,
        "{about} was taken by somebody else while this server was cut off: you are {hint} now",
    ),
    Refusal.NAME_OF_ACCOUNT: Row(
        n.ERR_CANTCHANGENICK, "You are logged in as {about}, and that is your nickname"
    ),
    Refusal.RENAMES_FAST: Row(
        n.ERR_NICKTOOFAST, "You may do that {about} times a minute. Wait for {hint} s", "*"
    ),
    Refusal.ROOM_NAME: Row(irc.ERR_NOSUCHCHANNEL, "That is no name for a room", "about"),
    Refusal.ROOM_LONG: Row(
        irc.ERR_NOSUCHCHANNEL, "The name of a room has at most {hint} characters", "about"
    ),
    Refusal.ROOMS: Row(
        irc.ERR_UNAVAILRESOURCE, "There are {hint} rooms, and somebody is in each", "about"
    ),
    Refusal.ROOMS_PER_PERSON: Row(
        irc.ERR_TOOMANYCHANNELS, "You are in {hint} rooms, and that is as many as one may", "about"
    ),
    Refusal.NO_SUCH_ROOM: Row(irc.ERR_NOSUCHCHANNEL, "There is no such room", "about"),
    Refusal.NOT_IN_ROOM: Row(irc.ERR_NOTONCHANNEL, "You are not in that room", "about"),
    Refusal.IN_NO_ROOM: Row(irc.ERR_NOSUCHCHANNEL, "That is no room", "*"),
    Refusal.IN_ROOM_ALREADY: Row(irc.ERR_USERONCHANNEL, "is in that room already", "about hint"),
    Refusal.NO_SUCH_PERSON: Row(irc.ERR_NOSUCHNICK, "Nobody here is called that", "about"),
    Refusal.NO_SUCH_COMMAND: Row(irc.ERR_UNKNOWNCOMMAND, "Unknown command", "about"),
    Refusal.NOTHING_TO_SAY: Row(irc.ERR_NOTEXTTOSEND, "There was nothing to say"),
    Refusal.TOPIC_LONG: Row(n.ERR_UNKNOWNERROR, "A topic has at most {hint} characters", "command"),
    Refusal.TO_ONESELF: Row(n.ERR_UNKNOWNERROR, "That would be to yourself", "command"),
    Refusal.JOINS_FAST: Row(
        irc.RPL_TRYAGAIN, "You may join {about} rooms a minute. Wait for {hint} s", "command"
    ),
    Refusal.STRANGERS_FAST: Row(
        n.ERR_TARGETTOOFAST,
        "You may write {about} times a minute to people who have not written to you. "
        "Wait for {hint} s",
        "*",
    ),
    Refusal.SEARCHES_FAST: Row(
        irc.RPL_TRYAGAIN, "You may search {about} times a minute. Wait for {hint} s", "command"
    ),
    Refusal.REGISTRATIONS_FAST: Row(
        irc.RPL_TRYAGAIN,
        "Only {about} accounts a minute can be made from your address. Wait for {hint} s",
        "command",
    ),
    Refusal.OPERATORS_ONLY: Row(irc.ERR_NOPRIVILEGES, "Only operators can do that"),
    Refusal.NOT_MODERATOR: Row(
        irc.ERR_CHANOPRIVSNEEDED, "Only operators of that room can do that", "about"
    ),
    Refusal.NOT_FOUNDER: Row(
        irc.ERR_CHANOPRIVSNEEDED, "Only who made that room, and operators, can do that", "about"
    ),
    Refusal.OUTRANKED: Row(
        irc.ERR_CHANOPRIVSNEEDED, "{about} may do as much as you, or more", "asked"
    ),
    Refusal.TOPIC_LOCKED: Row(
        irc.ERR_CHANOPRIVSNEEDED, "Only operators of that room change its topic", "about"
    ),
    Refusal.NO_PATTERN: Row(
        n.ERR_INVALIDMODEPARAM,
        "That is no name, and no pattern of names like spam*",
        "asked * about",
    ),
    Refusal.ADDRESS_BAN: Row(
        n.ERR_INVALIDMODEPARAM,
        "An address can only be banned everywhere, by operators",
        "asked * about",
    ),
    Refusal.NOT_SANCTIONED: Row(
        n.ERR_UNKNOWNERROR, "There is nothing of {about} to be taken back", "command"
    ),
    Refusal.SANCTIONS: Row(
        irc.ERR_BANLISTFULL,
        "There are {hint} of these, and that is as many as there may be",
        "asked *",
    ),
    Refusal.NO_SUCH_RULE: Row(irc.ERR_UNKNOWNMODE, "There is no such mode", "about"),
    Refusal.RULE_VALUE: Row(
        n.ERR_INVALIDMODEPARAM, "The rule {about} is given {hint}", "asked about *"
    ),
    Refusal.MUTED: Row(irc.ERR_CANNOTSENDTOCHAN, "You are muted{until}", "about"),
    Refusal.MODERATED: Row(
        irc.ERR_CANNOTSENDTOCHAN, "One needs a voice there, which an operator gives (+m)", "about"
    ),
    Refusal.SLOW_MODE: Row(
        irc.ERR_CANNOTSENDTOCHAN, "That room is slow: wait for {hint} s", "about"
    ),
    Refusal.BANNED: Row(irc.ERR_BANNEDFROMCHAN, "You are banned{until} (+b)", "about"),
    Refusal.KEY_NEEDED: Row(
        irc.ERR_BADCHANNELKEY, "That room has a key: JOIN {about} KEY (+k)", "about"
    ),
    Refusal.INVITE_ONLY: Row(
        irc.ERR_INVITEONLYCHAN, "Only who is invited comes in: ask somebody there (+i)", "about"
    ),
    Refusal.ROOM_FULL: Row(
        irc.ERR_CHANNELISFULL, "{hint} people may be there, and are (+l)", "about"
    ),
    Refusal.CUSTOM: Row(NOTICE, "{hint}"),
    Refusal.NO_HISTORY: Row(NOTICE, "What was said in {about} cannot be read now"),
    Refusal.NO_SEARCH: Row(NOTICE, "Searching {about} failed or took too long"),
    Refusal.NOTHING_TO_SEARCH: Row(NOTICE, "What is looked for?"),
    Refusal.TOKEN_UNKNOWN: Row(irc.ERR_PASSWDMISMATCH, "That is no token of this chat"),
    Refusal.TOKEN_EXPIRED: Row(irc.ERR_PASSWDMISMATCH, "That token is too old"),
    Refusal.WRONG_PASSWORD: Row(
        irc.ERR_PASSWDMISMATCH, "That is not the password of an account of that name"
    ),
    Refusal.ATTEMPTS_FAST: Row(
        irc.ERR_PASSWDMISMATCH, "Too many wrong passwords. Wait for {hint} s"
    ),
    Refusal.LOGIN_BUSY: Row(
        irc.RPL_TRYAGAIN, "Too many passwords wait to be checked. Try again in a moment", "command"
    ),
    Refusal.ACCOUNT_DISABLED: Row(irc.ERR_PASSWDMISMATCH, "The account {about} is disabled"),
    Refusal.NO_SUCH_ACCOUNT: Row(NOTICE, "There is no account {about}"),
    Refusal.ACCOUNT_EXISTS: Row(NOTICE, "There is an account {about} already"),
    Refusal.LOGGED_IN_ALREADY: Row(n.ERR_SASLALREADY, "You are logged in as {about} already"),
    Refusal.NOT_LOGGED_IN: Row(NOTICE, "You are a guest: log in first"),
    Refusal.PASSWORD_SHORT: Row(NOTICE, "A password has at least {hint} characters"),
    Refusal.PASSWORD_LONG: Row(NOTICE, "A password has at most {hint} bytes of UTF-8"),
    Refusal.PASSWORD_CHARACTERS: Row(NOTICE, "A password has no control characters"),
    Refusal.PASSWORD_NAME: Row(NOTICE, "A name is no password"),
    Refusal.HOUSE_PASSWORD_WRONG: Row(
        irc.ERR_PASSWDMISMATCH,
        "You did not say the password of this chat: your client calls it server password",
    ),
    Refusal.GUESTS_NOT_WELCOME: Row(
        irc.ERR_YOUREBANNEDCREEP,
        "This chat is for those who have an account: log in with SASL, or with PASS name:password",
    ),
    Refusal.UNKNOWN: Row(
        irc.RPL_TRYAGAIN, "It cannot be said now, and nobody knows whether it was kept", "command"
    ),
    Refusal.UNAVAILABLE: Row(irc.RPL_TRYAGAIN, "The server cannot give out names now", "command"),
    Refusal.STOPPING: Row(irc.RPL_TRYAGAIN, "The server is stopping", "command"),
    Refusal.FAULT: Row(
        n.ERR_UNKNOWNERROR, "That went wrong in the server, and nothing was done", "command"
    ),
    Refusal.FULL: Row(ERROR, "This chat is full: {hint} are here. Try again later"),
    Refusal.DRAINING: Row(ERROR, "Nobody new is let in for now. Try again later"),
    Refusal.ADDRESS_FULL: Row(ERROR, "{hint} connections from your address are open already"),
    Refusal.ADDRESS_FAST: Row(
        ERROR, "Too many new connections from your address. Wait for {hint} s"
    ),
}
"""How each refusal is written."""

EVERYWHERE = {
    Refusal.BANNED: Row(irc.ERR_YOUREBANNEDCREEP, "You are banned{until}"),
    Refusal.MUTED: Row(irc.ERR_CANNOTSENDTOCHAN, "You are muted{until}", "*"),
}
"""How it is written where it is about no room."""

SAYING = {
    Refusal.NOT_IN_ROOM: Row(irc.ERR_CANNOTSENDTOCHAN, "You are not in that room", "about"),
    Refusal.ROOM_NAME: Row(irc.ERR_NOSUCHNICK, "There is no such room", "about"),
    Refusal.ROOM_LONG: Row(irc.ERR_NOSUCHNICK, "There is no such room", "about"),
    Refusal.BANNED: Row(irc.ERR_CANNOTSENDTOCHAN, "You are banned there{until}", "about"),
}
"""How it is written of what somebody says."""

OTHERWISE = {
    ("INVITE", Refusal.TO_ONESELF): Row(irc.ERR_USERONCHANNEL, "That is you", "* *"),
    ("SETNAME", Refusal.RENAMES_FAST): Row(
        "FAIL", "You may do that {about} times a minute. Wait for {hint} s",
        "command CANNOT_CHANGE_REALNAME",
    ),
    ("MODE", Refusal.NOT_SANCTIONED): Row("", ""),
    ("TOPIC", Refusal.MUTED): Row(irc.ERR_CHANOPRIVSNEEDED, "You are muted{until}", "about"),
    ("TOPIC", Refusal.MODERATED): Row(
        irc.ERR_CHANOPRIVSNEEDED, "One needs a voice there, which an operator gives (+m)", "about"
    ),
}  # fmt: skip
"""How it is written of single commands."""


def lines_of(about: About, refused: e.Refused, asked: Asked, reader: str) -> list[str]:
    """Write why something was refused; nothing, where IRC is silent of that."""
    if asked.command == "CHATHISTORY":
        return [_history(about, refused, asked)]
    row = _row(about, refused, asked)
    is_silent = asked.command == "TAGMSG" and refused.code not in NOWHERE
    if asked.command == "NOTICE" or is_silent or not row.numeric:
        return []
    hint, told = refused.hint, sentence(refused, row)
    if row.numeric == ERROR or (refused.code is Refusal.BANNED and not reader):
        return [f"ERROR :Closing link: {told}"]
    if row.numeric == NOTICE:
        return [write(about.server, NOTICE, reader or "*", text=f"{told}.")]
    known = {
        "about": _word(refused.about),
        "asked": _word(asked.about),
        "hint": _word(hint),
        "command": asked.command or "*",
    }
    params = [known.get(param, param) for param in row.params.split()]
    nick = [] if row.numeric == "FAIL" else [reader or "*"]
    return [write(about.server, row.numeric, *nick, *params, text=told)]


def sentence(refused: e.Refused, row: Row | None = None) -> str:
    """Tell people why something was refused."""
    until = "" if refused.until is None else f" until {deeds.day(refused.until)}"
    if until and refused.hint and refused.code in (Refusal.BANNED, Refusal.MUTED):
        until += deeds.why(refused.hint)
    if row is None and not refused.about:
        row = EVERYWHERE.get(refused.code)
    if row is None:
        row = OVER_ALL[refused.code]
    return row.sentence.format(about=refused.about, hint=refused.hint, until=until)


def _row(about: About, refused: e.Refused, asked: Asked) -> Row:
    code = refused.code
    if not refused.about and code in EVERYWHERE:
        return EVERYWHERE[code]
    row = OTHERWISE.get((asked.command, code))
    if row is None and asked.command in TALKING:
        row = SAYING.get(code)
    if row is None:
        row = OVER_ALL[code]
    if code is Refusal.NOT_IN_ROOM and about.place.room(refused.about) is None:
        return OVER_ALL[Refusal.NO_SUCH_ROOM]
    return row


def _word(text: str) -> str:
    """Make what can stand among parameters, of what was typed."""
    word = text.replace(" ", "_")
    return f"_{word}" if word.startswith(":") else word or "*"


def _history(about: About, refused: e.Refused, asked: Asked) -> str:
    """Write why there is no history (ircv3.net, chathistory: errors)."""
    code, sentence = "INVALID_TARGET", "There is nothing there that you may read"
    if refused.code in (Refusal.NO_HISTORY, Refusal.FAULT, Refusal.STOPPING):
        code, sentence = "MESSAGE_ERROR", s.UNREAD.format(room=refused.about or "it")
    words = asked.about.split(" ")
    return write(about.server, "FAIL", "CHATHISTORY", code, *words, text=sentence)
