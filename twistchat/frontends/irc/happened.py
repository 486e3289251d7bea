"""What happened, as lines of IRC."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed
from twistchat.core.codes import Cause
from twistchat.core.concerns import log_of
from twistchat.frontends.irc import deeds
from twistchat.frontends.irc import sentences as s
from twistchat.frontends.irc.connection import last_words
from twistchat.frontends.irc.message import LONGEST, unbroken, write
from twistchat.frontends.irc.seeing import modes_of
from twistchat.frontends.irc.split import parts
from twistchat.frontends.irc.tags import msgid_of, msgid_of_signal

if TYPE_CHECKING:
    from twistchat.core.model import User
    from twistchat.engine import Committed
    from twistchat.frontends.irc.format import IRCFormat

ACTION = "\x01ACTION {}\x01"
"""What somebody does (modern.ircdocs.horse, CTCP)."""

UNKNOWN = "*"
"""Instead of the name of an account that somebody does not have."""


def lines_of(item: e.Event, committed: Committed, to: IRCFormat) -> list[str]:
    """Write an event; nothing where clients are not told of it."""
    about = to.about
    match item:
        case e.Said():
            return said(item, item.room, committed, to)
        case e.Whispered():
            return said(item, item.to, committed, to)
        case e.Signalled() | e.Tagged():
            return signalled(item, committed, to)
        case e.Joined():
            return joined(item, to)
        case e.Left():
            return _left(item, to)
        case e.Departed():
            source = about.mask(item.who, item.user)
            return [write(source, "QUIT", text=quit_words(item), tags=to.tags(item.at, item.user))]
        case e.Renamed():
            source = about.mask(item.old, item.user)
            return [write(source, "NICK", item.new, tags=to.tags(item.at, item.user))]
        case e.Invited() | e.InvitationShown():
            is_told = isinstance(item, e.Invited) or to.has_invitations
            return [_of(item, to, "INVITE", item.to, item.room)] if is_told else []
        case e.AwayChanged():
            if not to.has_away:
                return []
            words = () if item.words is None else (item.words or "away",)
            return [_of(item, to, "AWAY", *words)]
        case e.PersonaChanged():
            is_other = item.persona.realname != item.was.realname
            if not (to.has_setname and is_other):
                return []
            return [_of(item, to, "SETNAME", item.persona.realname)]
        case e.TopicChanged():
            source, tags = about.mask(item.who, item.user), kept_tags(item, committed, to)
            return [write(source, "TOPIC", item.room, text=item.topic, tags=tags)]
        case e.Moderated():
            return deeds.moderated(about, item, kept_tags(item, committed, to))
        case e.RulesChanged():
            return deeds.rules_changed(about, item, kept_tags(item, committed, to))
        case e.AccountSet():
            return _account(item, to)
        case e.Deleted() | e.Erased() | e.Announced() | e.Missed():
            return [_in_words(item, to)]
        case e.Stopping():
            told = f"{s.STOPPING}: {item.words}" if item.words else f"{s.STOPPING}."
            return [_server(item, to, "*", told), last_words(e.Goodbye(Cause.STOPPING, item.words))]
        case e.RoomForgotten() | e.Folded():
            return []
        case _:
            assert_never(item)


def _of(
    item: e.Invited | e.InvitationShown | e.AwayChanged | e.PersonaChanged,
    to: IRCFormat,
    *words: str,
) -> str:
    """Write what somebody does that is not kept."""
    source = to.about.mask(item.who, item.user)
    return write(source, *words, tags=to.tags(item.at, item.user))


def _in_words(item: e.Deleted | e.Erased | e.Announced | e.Missed, to: IRCFormat) -> str:
    """Write what there is no command for."""
    match item:
        case e.Deleted():
            who, number, why = item.who, item.number, deeds.why(item.words)
            told = s.DELETED.format(who=who, number=number, room=item.room, why=why)
            return _server(item, to, item.room, told)
        case e.Erased():
            return _server(item, to, item.room, s.ERASED.format(who=item.who, by=item.by))
        case e.Missed():
            return _server(item, to, item.room or "*", s.MISSED if item.room else s.MISSED_PRIVATE)
        case e.Announced():
            sentence = s.ANNOUNCED if item.to is None else s.ANNOUNCED_TO
            return _server(item, to, item.to or "*", sentence.format(text=item.text))
        case _:
            assert_never(item)


def _server(item: e.Event, to: IRCFormat, target: str, told: str) -> str:
    """Write what the server tells in its own words."""
    return write(to.about.server, "NOTICE", target, text=told, tags=to.tags(item.at))


def kept_id(item: e.Durable, committed: Committed) -> str:
    """Name what has a number."""
    return msgid_of(log_of(item) or "", committed.epoch, committed.number)


def kept_tags(item: e.Durable, committed: Committed, to: IRCFormat) -> str:
    """Write the tags of what has a number."""
    return to.tags(item.at, item.user, kept_id(item, committed))


# ---------------------------------------------------------------- what is said


def said(
    item: e.Said | e.Whispered,
    target: str,
    committed: Committed,
    to: IRCFormat,
    *,
    before: str = "",
) -> list[str]:
    """Write what somebody said, in as many lines as it takes.

    `before` stands before it, such as a time.
    """
    command = "NOTICE" if item.notice else "PRIVMSG"
    head = f":{to.about.mask(item.who, item.user)} {command} {target} :"
    text, body = unbroken(before + item.text), ACTION if item.action else "{}"
    msgid = kept_id(item, committed) if to.has_tags else ""
    tags = to.tags(item.at, item.user, msgid, item.tags)
    line = head + (body.format(text) if item.action else text)
    if len(line) * 4 < LONGEST or len(line.encode(errors="replace")) <= LONGEST - 2:
        return [f"@{tags} {line}" if tags else line]
    room = LONGEST - 2 - len(head.encode(errors="replace")) - len(body) + len("{}")
    found = []
    for number, part in enumerate(parts(text, room)):
        if number:  # clients of others' tags (a reply to something) need them once
            tags = to.tags(item.at, item.user, f"{msgid}.{number}" if msgid else "")
        line = head + body.format(part)
        found.append(f"@{tags} {line}" if tags else line)
    return found


def signalled(item: e.Signalled | e.Tagged, committed: Committed, to: IRCFormat) -> list[str]:
    """Write what somebody's program says to the programs of others."""
    source, target = to.about.mask(item.who, item.user), item.room or item.to
    if isinstance(item, e.Signalled) and item.text:
        msgid = msgid_of_signal(item) if to.has_tags else ""
        tags = to.tags(item.at, item.user, msgid, item.tags)
        text, command = item.text.strip("\x01"), "NOTICE" if item.notice else "PRIVMSG"
        return [write(source, command, target, text=f"\x01{text}\x01", tags=tags)]
    if not to.has_tags:
        return []
    msgid = kept_id(item, committed) if isinstance(item, e.Tagged) else msgid_of_signal(item)
    tags = to.tags(item.at, item.user, msgid, item.tags)
    return [write(source, "TAGMSG", target, tags=tags)]


# ---------------------------------------------------------------- coming and going


def joined(item: e.Joined, to: IRCFormat, *, is_own: bool = False) -> list[str]:
    """Write that somebody came into a room.

    Others are told, too, that they are marked there, or away: who comes in reads that in the names.
    """
    lines = [came(item.room, item.who, item.user, to, to.tags(item.at, item.user))]
    if is_own:
        return lines
    user, room = to.about.place.user(item.user), to.about.place.room(item.room)
    if user is None:
        return lines
    if room is not None and (letters := modes_of(user, room.law)):
        names = [item.who] * len(letters)
        tags = to.tags(item.at)
        lines.append(write(to.about.server, "MODE", item.room, f"+{letters}", *names, tags=tags))
    if to.has_away and user.away is not None:
        source, words = to.about.mask_of(user), user.away or "away"
        lines.append(write(source, "AWAY", words, tags=to.tags(item.at, item.user)))
    return lines


def came(room: str, who: str, user: str, to: IRCFormat, tags: str = "") -> str:
    """Write that somebody is in a room now."""
    about, source = to.about, to.about.mask(who, user)
    if not to.has_extended_join:
        return write(source, "JOIN", room, tags=tags)
    account, realname = about.account_of(user) or UNKNOWN, about.persona(user).realname or who
    return write(source, "JOIN", room, account, text=realname, tags=tags)


def _left(item: e.Left, to: IRCFormat) -> list[str]:
    tags = to.tags(item.at, item.user)
    if item.cause in (Cause.KICKED, Cause.BANNED):
        return deeds.put_out(to.about, item, tags)
    source = to.about.mask(item.who, item.user)
    words = item.words or ("" if item.cause is Cause.LEFT else s.QUIT[item.cause])
    return [write(source, "PART", item.room, *((words,) if words else ()), tags=tags)]


def quit_words(item: e.Departed) -> str:
    """Tell why somebody left the chat."""
    why = s.QUIT[item.cause]
    if not item.words:
        return why
    return f"{why}: {item.words}" if item.cause is Cause.LEFT else f"{why} ({item.words})"


def _account(item: e.AccountSet, to: IRCFormat) -> list[str]:
    owner = to.about.place.user(item.account.id)
    return [] if owner is None else account_lines(item, owner, to)


def account_lines(item: e.AccountSet, owner: User, to: IRCFormat) -> list[str]:
    """Write that somebody has an account now, or none any more (ircv3.net, account-notify)."""
    if not to.has_account_notify or item.deed not in (AccountDeed.REGISTER, AccountDeed.DELETE):
        return []
    name = UNKNOWN if item.deed is AccountDeed.DELETE else item.account.name
    return [write(to.about.mask_of(owner), "ACCOUNT", name, tags=to.tags(item.at, owner.id))]
