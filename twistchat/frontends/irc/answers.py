"""What one client is answered, as lines of IRC."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from twisted.words.protocols import irc

from twistchat.core import events as e
from twistchat.frontends.irc import accounts, happened, names, refusals, welcome
from twistchat.frontends.irc import sentences as s
from twistchat.frontends.irc.connection import last_words
from twistchat.frontends.irc.message import write
from twistchat.frontends.irc.numerics import RPL_LOGGEDOUT, RPL_TOPICWHOTIME

if TYPE_CHECKING:
    from twistchat.engine import Committed
    from twistchat.frontends.irc.format import IRCFormat
    from twistchat.frontends.irc.labels import Asked

NOBODY = "*"
"""Instead of the nickname of somebody who has none."""


def lines_of(
    item: e.Reply, committed: Committed, to: IRCFormat, reader: str, asked: Asked
) -> list[str]:
    """Write an answer; nothing where IRC has none, or clients never ask."""
    about, nick = to.about, reader or NOBODY
    match item:
        case e.Kept(event=e.AccountSet(account=account)) if asked.command == "REGISTER":
            return accounts.registered(about, account, reader)
        case e.Refused() if asked.command == "REGISTER":
            return accounts.not_registered(about, item, reader)
        case e.Kept():
            return _kept(item.event, committed, to, nick, asked)
        case e.NotKept():
            return _not_kept(item, to, nick, asked)
        case e.Refused():
            return refusals.lines_of(about, item, asked, reader)
        case e.Welcomed():
            return welcome.lines(about, item, nick)
        case e.Goodbye():
            return [last_words(item)]
        case e.MembersListed():
            lines = _topic(item.room, item.topic, to, nick) if item.on_joining else []
            return [*lines, *names.on_joining(about, to.caps, item, reader)]
        case e.TopicTold():
            none = write(about.server, irc.RPL_NOTOPIC, nick, item.room, text="No topic is set")
            return _topic(item.room, item.topic, to, nick) or [none]
        case e.Rejoined():
            user = about.place.person(reader)
            return [] if user is None else [happened.came(item.room, user.name, user.id, to)]
        case e.AwayNoted(words=None):
            return [write(about.server, irc.RPL_UNAWAY, nick, text="You are back")]
        case e.AwayNoted():
            return [write(about.server, irc.RPL_NOWAWAY, nick, text="You are away")]
        case e.AwayTold():
            return [write(about.server, irc.RPL_AWAY, nick, item.name, text=item.words or "away")]
        case e.WillFind():
            if asked.command == "NOTICE":
                return []
            return [_notice(to, nick, s.WILL_FIND.format(name=item.name))]
        case e.Slowed():
            return [_notice(to, nick, s.SLOWED.format(rate=item.rate))]
        case e.Noted():
            return [_notice(to, nick, line) for line in item.lines]
        case e.LoggedOut():
            user = about.place.person(reader)
            mask = NOBODY if user is None else about.mask_of(user)
            return [write(about.server, RPL_LOGGEDOUT, nick, mask, text="You are logged out")]
        case (
            e.Done()
            | e.KeptBefore()
            | e.TokenTold()
            | e.ReadTold()
            | e.RoomsListed()
            | e.RulesTold()
            | e.SanctionsListed()
            | e.PersonDescribed()
            | e.HistoryOpened()
            | e.ConversationsOpened()
            | e.SearchOpened()
            | e.JoinOpened()
            | e.PrivateOpened()
            | e.KeyOpened()
            | e.Settled()
            | e.Written()
        ):
            return []
        case _:
            assert_never(item)


def _kept(
    event: e.Event, committed: Committed, to: IRCFormat, nick: str, asked: Asked
) -> list[str]:
    """Write what one has done oneself: an echo where one wants it, or that it is done."""
    match event:
        case e.Said() | e.Whispered() | e.Signalled() | e.Tagged():
            return happened.lines_of(event, committed, to) if to.has_echo else []
        case e.Joined():
            return happened.joined(event, to, is_own=True)
        case e.Invited():
            return [write(to.about.server, irc.RPL_INVITING, nick, event.to, event.room)]
        case e.AwayChanged() | e.InvitationShown():
            return []
        case _:
            return happened.lines_of(event, committed, to)


def _not_kept(item: e.NotKept, to: IRCFormat, nick: str, asked: Asked) -> list[str]:
    """Tell what is lost, as it was sent: nobody else ever hears of it."""
    why = s.NOT_KEPT[item.why]
    match item.event:
        case e.Said() as event:
            told = s.NOT_SENT.format(why=why, text=event.text)
            return [write(to.about.server, irc.ERR_CANNOTSENDTOCHAN, nick, event.room, text=told)]
        case e.Whispered() as event:
            told = s.NOT_SENT.format(why=why, text=event.text)
            return [_notice(to, nick, f"[{event.to}] {told}")]
        case _:
            command = asked.command or NOBODY
            return [_notice(to, nick, f"[{command}] {s.NOT_DONE.format(why=why)}")]


def _topic(room: str, topic: str, to: IRCFormat, nick: str) -> list[str]:
    """Tell what a room is about, and who says so since when; nothing if nobody does."""
    if not topic:
        return []
    server, known = to.about.server, to.about.place.room(room)
    lines = [write(server, irc.RPL_TOPIC, nick, room, text=topic)]
    if known is not None and known.topic_who and known.topic == topic:
        at = str(int(known.topic_at))
        lines.append(write(server, RPL_TOPICWHOTIME, nick, room, known.topic_who, at))
    return lines


def _notice(to: IRCFormat, nick: str, told: str) -> str:
    return write(to.about.server, "NOTICE", nick, text=told)
