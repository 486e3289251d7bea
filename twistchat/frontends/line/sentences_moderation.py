"""The sentences about moderating and about accounts; a part of `sentences.py`, for its length.

`{until}` is filled with one of `UNTIL` and `FOR_GOOD`, `{why}` with `WHY`, or with nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from twistchat.core.accounts import AccountDeed
from twistchat.core.codes import Cause, Refusal
from twistchat.core.law import Deed
from twistchat.frontends.line.marks import Plural, _


class Places(NamedTuple):
    """One sentence, by where its deed holds: in a room, or everywhere."""

    room: str
    everywhere: str = ""


UNTIL = _(" until {time}")
FOR_GOOD = _(" for good")
WHY = _(" ({words})")

# ---------------------------------------------------------------- what moderators do

DEEDS = {
    Deed.KICK: Places(
        _("-- {who} put {to} out of {room}{why}."), _("-- {who} put {to} out of the chat{why}.")
    ),
    Deed.MUTE: Places(
        _("-- {who} muted {to} in {room}{until}{why}."),
        _("-- {who} muted {to} everywhere{until}{why}."),
    ),
    Deed.UNMUTE: Places(
        _("-- {who} unmuted {to} in {room}{why}."), _("-- {who} unmuted {to} everywhere{why}.")
    ),
    Deed.BAN: Places(
        _("-- {who} banned {to} from {room}{until}{why}."),
        _("-- {who} banned {to} from the chat{until}{why}."),
    ),
    Deed.UNBAN: Places(
        _("-- {who} lets {to} come into {room} again{why}."),
        _("-- {who} lets {to} come into the chat again{why}."),
    ),
    Deed.OP: Places(_("-- {who} made {to} a moderator of {room}{why}.")),
    Deed.DEOP: Places(_("-- {who} took {to} off the moderators of {room}{why}.")),
    Deed.VOICE: Places(_("-- {who} gave {to} a voice in {room}{why}.")),
    Deed.DEVOICE: Places(_("-- {who} took the voice of {to} in {room}{why}.")),
    Deed.EXEMPT: Places(_("-- {who} exempted {to} from the bans of {room}{until}{why}.")),
    Deed.UNEXEMPT: Places(_("-- {who} exempts {to} from the bans of {room} no more{why}.")),
    Deed.ALLOW: Places(_("-- {who} lets {to} come into {room} uninvited{until}{why}.")),
    Deed.DISALLOW: Places(_("-- {who} lets {to} come into {room} uninvited no more{why}.")),
    Deed.FOUND: Places(_("-- {who} founded {room}.")),
}
MUTED_HERE = _("-- {who} muted {to}{until}{why}.")
UNMUTED_HERE = _("-- {who} unmuted {to}{why}.")
DELETED = _("-- {who} deleted line {number} of {room}{why}.")
DELETED_HERE = _("-- {who} deleted line {number}{why}.")
ERASED = _("<{who}> (deleted by a moderator)")
RULES_CHANGED = _("-- {who} changed {room}: {rules}.")

PUT_OUT_OF = _("-- {who} was put out of {room}.")
PUT_OUT = _("-- {who} was put out.")
PUT_OUT_WORDS = _("-- {who} was put out ({words}).")

ACCOUNT_SET = {
    AccountDeed.REGISTER: _("-- The name {name} is registered."),
    AccountDeed.PASSWORD: _("-- The password of {name} was changed."),
    AccountDeed.ROLE: _("-- {name} is no operator any more."),
    AccountDeed.DISABLE: _("-- Nobody can log in as {name} for now."),
    AccountDeed.ENABLE: _("-- One can log in as {name} again."),
    AccountDeed.DELETE: _("-- The account of {name} is deleted."),
}
IS_OPERATOR = _("-- {name} is an operator now.")

# ---------------------------------------------------------------- how a room is used

KEY = _("one needs its key to come in")
NO_KEY = _("no key is needed")
INVITE_ONLY = _("only who is invited comes in")
NOT_INVITE_ONLY = _("nobody need be invited")
LIMIT = Plural("{count} person at most", "{count} people at most")
NO_LIMIT = _("any number of people")
MODERATED = _("only who has a voice may speak")
NOT_MODERATED = _("everybody may speak")
SECRET = _("it is not listed")
NOT_SECRET = _("it is listed")
TOPIC_LOCKED = _("only moderators change the topic")
NOT_TOPIC_LOCKED = _("everybody may change the topic")
OUTSIDE = _("also people who are not in it may say something in it")
NOT_OUTSIDE = _("only who is in it says something in it")
SLOW = _("{time} between two lines of one person")
NOT_SLOW = _("one may speak as often as one likes")
KEEP_TIME = _("lines are kept for {time}")
KEEP_LINES = Plural("{count} line is kept", "{count} lines are kept")
KEEP_ALL = _("lines are kept for as long as the server keeps them")

RULES = _("-- Rules of {room}: {rules}.")
NO_RULES = _("-- {room} has no rules: everybody may come in, and speak.")
FOUNDER = _("-- {room} was founded by {name}.")
MODERATORS = _("-- Moderators of {room}: {names}.")
VOICED = _("-- With a voice in {room}: {names}.")

# ---------------------------------------------------------------- who is muted or banned

NO_SANCTIONS = Places(
    _("-- Nobody is muted in {room}, or banned from it."),
    _("-- Nobody is muted everywhere, or banned from the chat."),
)
MUTES = Places(_("-- Muted in {room}:"), _("-- Muted everywhere:"))
BANS = Places(_("-- Banned from {room}:"), _("-- Banned from the chat:"))
EXEMPT = Places(_("-- Exempt from the bans of {room}:"))
ALLOWED = Places(_("-- Come into {room} uninvited:"))
SANCTION = _("--   {to}{until}, by {who}{why}")
SANCTIONS_MORE = _("--   and {more} others.")

# ---------------------------------------------------------------- private words

WILL_FIND = _("-- {name} is not here, and will find it.")
FOUND_PRIVATE = Plural(
    "-- While you were away you were told this:",
    "-- While you were away you were told {count} things:",
)
MORE_PRIVATE = _("-- There may be more: that is told when you log in again.")
UNREAD_PRIVATE = _("-- What you were told while you were away cannot be read now.")

# ---------------------------------------------------------------- the end

CAUSE = {
    Cause.KICKED: _("put out"),
    Cause.BANNED: _("banned"),
    Cause.LOGGED_OUT: _("logged out"),
}
GOODBYE = {
    Cause.KICKED: _("-- Goodbye: you were put out{why}."),
    Cause.BANNED: _("-- Goodbye: you are banned{why}."),
    Cause.LOGGED_OUT: _(
        "-- Goodbye: your password was changed elsewhere. /login asks for the new one."
    ),
}

# ---------------------------------------------------------------- refusals

NO_TIME = _("Nothing was done: {time} is no time. Write 10m, 2h or 7d.")
NOT_DONE = _("-- Not done: the server could not keep it. Try again.")
NO_SUCH_LINE = _("-- There is nothing under the number {number} in {room} to be deleted.")

REFUSED = {
    Refusal.NOT_MODERATOR: _("-- Only moderators of {about} can do that."),
    Refusal.NOT_FOUNDER: _("-- Only who made {about}, and operators, can do that."),
    Refusal.OUTRANKED: _("-- You cannot do that to {about}, who may do as much as you."),
    Refusal.NO_SUCH_ROOM: _("-- There is no room {about} to do that in."),
    Refusal.NO_PATTERN: _("-- That is no name, and no pattern of names like spam*: {about}"),
    Refusal.ADDRESS_BAN: _(
        "-- All that can be done to an address is to ban it, and everywhere: /ban #* {about}"
    ),
    Refusal.NOT_SANCTIONED: _("-- There is nothing of {about} to be taken back. Look at /bans."),
    Refusal.SANCTIONS: _("-- There are {hint} of these, and that is as many as there may be."),
    Refusal.MUTED: _("-- You are muted in {about}{until}{why}."),
    Refusal.BANNED: _("-- You are banned from {about}{until}{why}."),
    Refusal.MODERATED: _("-- Not sent: in {about} one needs a voice, which a moderator gives."),
    Refusal.SLOW_MODE: _("-- Not sent: {about} is slow. Please wait for {hint} s."),
    Refusal.TOPIC_LOCKED: _("-- Only moderators of {about} change its topic."),
    Refusal.KEY_NEEDED: _("-- {about} has a key: /join {about} key=WORD goes there."),
    Refusal.INVITE_ONLY: _("-- Only who is invited comes into {about}: ask somebody in it."),
    Refusal.ROOM_FULL: _("-- {about} is full: {hint} people may be in it. Try again later."),
    Refusal.NO_SUCH_RULE: _(
        "-- There is no rule {about}. There are key, invite-only, limit, moderated, secret, "
        "topic-locked, outside, slow and retention."
    ),
    Refusal.RULE_VALUE: _("-- The rule {about} is given {hint}."),
    Refusal.NAME_OF_ACCOUNT: _("-- You are logged in as {about}, and that is your name."),
}
REFUSED_EVERYWHERE = {
    Refusal.MUTED: _("-- You are muted{until}{why}."),
    Refusal.BANNED: _("-- Sorry, you are banned from this chat{until}{why}."),
}
"""What is said of those where nothing is named that it is about."""

RULE_VALUES = {
    "key": _("a word that one must know to come in (key=sesame), or key=off"),
    "limit": _("a number of people (limit=20), or limit=off"),
    "slow": _("seconds between two lines of one person (slow=10), or slow=off"),
    "retention": _("how long lines are kept, or how many: retention=7d, retention=1000, or off"),
}
ON_OR_OFF = _("on or off")
"""How a rule is written; this one of all that are not in `RULE_VALUES`."""
