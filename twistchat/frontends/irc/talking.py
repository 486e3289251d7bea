"""Talking: `PRIVMSG`, `NOTICE`, `TAGMSG`; and `AWAY`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twisted.words.protocols.irc import (
    ERR_CANNOTSENDTOCHAN,
    ERR_NORECIPIENT,
    ERR_NOTEXTTOSEND,
)

from twistchat.core import commands as c
from twistchat.core.text import clean, spoken
from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.entry import Entry
from twistchat.frontends.irc.formatting import ACTION, plain, read_words
from twistchat.frontends.irc.message import LONGEST, write_tags
from twistchat.frontends.irc.numerics import ERR_INPUTTOOLONG
from twistchat.frontends.irc.targets import few, find_room, is_room, known_room, several

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.core.model import User
    from twistchat.frontends.irc.dialog import IRCDialog
    from twistchat.frontends.irc.formatting import Words
    from twistchat.frontends.irc.message import Message

_CLIENT_ONLY = re.compile(r"\+(?:[A-Za-z0-9.-]+/)?[A-Za-z0-9-]+", re.ASCII)
"""Names of tags that clients say to clients (ircv3.net, message-tags)."""

PERSIST = "+draft/persist"
"""Asks that the tags of a `TAGMSG` are remembered with what is said."""


def _privmsg(dialog: IRCDialog, message: Message) -> None:
    """Say something, in rooms and to people."""
    if not message.params or not message.params[0]:
        dialog.reply(ERR_NORECIPIENT, f"No recipient given ({message.command})")
        return
    words = read_words(message.params[1] if len(message.params) > 1 else "")
    if not words.text.strip():
        dialog.reply(ERR_NOTEXTTOSEND, "No text to send")
        return
    names = several(message.params[0])
    if len(names) > 1:
        dialog.several()
    for name in few(dialog, names):
        _say(dialog, name, words, message, notice=False)


def _notice(dialog: IRCDialog, message: Message) -> None:
    """Say something that nothing answers, whatever is wrong with it (RFC 2812, section 3.3.2)."""
    to, typed, *_ = (*message.params, "", "")
    words = read_words(typed, notice=True)
    names = several(to)
    if len(names) > 1:
        dialog.several()
    for name in few(dialog, names, is_silent=True) if words.text.strip() else ():
        _say(dialog, name, words, message, notice=True)


def _say(dialog: IRCDialog, name: str, words: Words, message: Message, *, notice: bool) -> None:
    user = dialog.session.user
    if user is None:
        return
    tags = client_tags(dialog, message)
    if is_room(name):
        room = find_room(dialog, user, name) if notice else known_room(dialog, user, name)
        if room is None:
            return
        if words.ctcp:
            if not notice:
                dialog.reply(ERR_CANNOTSENDTOCHAN, room.name, "Ask clients one by one (CTCP)")
        elif _fits(dialog, user, message.command, room.name, words):
            said = c.Say(room.name, words.text, words.action, notice, tags)
            dialog.does(said, about=name)
    elif words.ctcp:
        dialog.does(c.Signal("", name, words.text, notice, tags), about=name)
    else:
        other = dialog.about.place.person(name)
        to = name if other is None else other.name
        if _fits(dialog, user, message.command, to, words):
            said_to = c.Whisper(name, words.text, words.action, notice, tags)
            dialog.does(said_to, about=name)


def _fits(dialog: IRCDialog, user: User, command: str, target: str, words: Words) -> bool:
    """Tell whether others can be sent it in one line, and refuse it if they cannot.

    Clients that know how long their own mask is cut what is longer themselves.
    """
    text = spoken(words.text)
    if words.action:
        text = f"\x01{ACTION} {text}\x01"
    line = f":{dialog.about.mask_of(user)} {command} {target} :{text}\r\n"
    if 4 * len(line) <= LONGEST or len(line.encode(errors="replace")) <= LONGEST:
        return True
    dialog.reply(ERR_INPUTTOOLONG, "That is too long for one line with your name, and was not sent")
    return False


def _tagmsg(dialog: IRCDialog, message: Message) -> None:
    """Let a client say something to other clients in tags alone."""
    user, tags = dialog.session.user, client_tags(dialog, message)
    if user is None or not tags:
        return
    names, is_kept = several(message.params[0]), PERSIST in message.tags
    if len(names) > 1:
        dialog.several()
    for name in few(dialog, names):
        if not is_room(name):
            dialog.does(c.Signal("", name, tags=tags, is_kept=is_kept), about=name)
        elif (room := known_room(dialog, user, name)) is not None:
            dialog.does(c.Signal(room.name, "", tags=tags, is_kept=is_kept), about=name)


def client_tags(dialog: IRCDialog, message: Message) -> str:
    """Write what is for other clients; nothing of a client that has not asked for tags."""
    if Cap.MESSAGE_TAGS not in dialog.caps or not message.tags:
        return ""
    tags = message.tags.items()
    return clean(write_tags({key: tag for key, tag in tags if _CLIENT_ONLY.fullmatch(key)}))


def _away(dialog: IRCDialog, message: Message) -> None:
    """Be away, or without words be back."""
    words = plain(message.params[0]) if message.params else ""
    dialog.does(c.SetAway(words or None))


TALKING_COMMANDS: Mapping[str, Entry] = {
    "AWAY": Entry(_away),
    "NOTICE": Entry(_notice),
    "PRIVMSG": Entry(_privmsg),
    "TAGMSG": Entry(_tagmsg, 1),
}
"""What is said."""
