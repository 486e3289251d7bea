"""The sentences about moderating and accounts; a part of `sentences.py`, for its length."""

from __future__ import annotations

UNTIL = " until {time}"
FOR_GOOD = " for good"
WHY = " ({words})"

DEEDS = {
    "kick": "-- {who} put {to} out of {place}{why}.",
    "mute": "-- {who} muted {to} in {place}{until}{why}.",
    "unmute": "-- {who} unmuted {to} in {place}{why}.",
    "ban": "-- {who} banned {to} from {place}{until}{why}.",
    "unban": "-- {who} lets {to} come into {place} again{why}.",
    "op": "-- {who} made {to} a moderator of {place}{why}.",
    "deop": "-- {who} took {to} off the moderators of {place}{why}.",
    "voice": "-- {who} gave {to} a voice in {place}{why}.",
    "devoice": "-- {who} took the voice of {to} in {place}{why}.",
    "exempt": "-- {who} exempted {to} from the bans of {place}{until}{why}.",
    "unexempt": "-- {who} exempts {to} from the bans of {place} no more{why}.",
    "allow": "-- {who} lets {to} come into {place} uninvited{until}{why}.",
    "disallow": "-- {who} lets {to} come into {place} uninvited no more{why}.",
    "found": "-- {who} founded {place}.",
}
MUTED_IN = {
    "#*": {
        "mute": "-- {who} muted {to} everywhere{until}{why}.",
        "unmute": "-- {who} unmuted {to} everywhere{why}.",
    },
    "#lobby": {
        "mute": "-- {who} muted {to}{until}{why}.",
        "unmute": "-- {who} unmuted {to}{why}.",
    },
}
"""How these are said of some places."""
THE_CHAT = "the chat"
OTHER_DEED = "-- {who}: {deed} {to} in {place}{until}{why}."
DELETED = "-- {who} deleted line {line} of {room}{why}."
DELETED_HERE = "-- {who} deleted line {line}{why}."
ERASED = "<{who}> (deleted by a moderator)"
RULES_CHANGED = "-- {who} changed {room}: {rules}."
PUT_OUT_OF = "-- {who} was put out of {room}."
PUT_OUT = "-- {who} was put out{why}."
ABSENT = "-- {who} is not here, and will find it."

ACCOUNTS = {
    "register": "-- The name {name} is registered.",
    "password": "-- The password of {name} was changed.",
    "role": "-- {name} is no operator any more.",
    "disable": "-- Nobody can log in as {name} for now.",
    "enable": "-- One can log in as {name} again.",
    "delete": "-- The account of {name} is deleted.",
}
IS_OPERATOR = "-- {name} is an operator now."

FLAGS = {
    "key": ("one needs its key to come in", "no key is needed"),
    "invite_only": ("only who is invited comes in", "nobody need be invited"),
    "limit": ("{value} people at most", "any number of people"),
    "moderated": ("only who has a voice may speak", "everybody may speak"),
    "secret": ("it is not listed", "it is listed"),
    "topic_locked": ("only moderators change the topic", "everybody may change the topic"),
    "outside": (
        "also people who are not in it may say something in it",
        "only who is in it says something in it",
    ),
    "slow": (
        "{value} between two lines of one person", "one may speak as often as one likes"
    ),
    "retention": (
        "lines are kept for {value}", "lines are kept for as long as the server keeps them"
    ),
}  # fmt: skip
"""What a rule means, and what it means that there is none."""
ONE_PERSON = "1 person at most"
KEEP_LINES = "{value} lines are kept"

RULES = "-- Rules of {room}: {rules}."
NO_RULES = "-- {room} has no rules: everybody may come in, and speak."
FOUNDER = "-- {room} was founded by {name}."
MODERATORS = "-- Moderators of {room}: {names}."
VOICED = "-- With a voice in {room}: {names}."

NO_SANCTIONS = "-- Nobody is muted in {room}, or banned from it."
NO_SANCTIONS_EVERYWHERE = "-- Nobody is muted everywhere, or banned from the chat."
MUTES = "-- Muted in {place}:"
BANS = "-- Banned from {place}:"
EXEMPT = "-- Exempt from the bans of {place}:"
ALLOWED = "-- Come into {place} uninvited:"
MUTES_EVERYWHERE = "-- Muted everywhere:"
SANCTION = "--   {to}{until}, by {who}{why}"

MUTED = "You are muted in {about}{until}{why}."
MUTED_EVERYWHERE = "You are muted{until}{why}."
BANNED = "You are banned from {about}{until}{why}."
BANNED_EVERYWHERE = "Sorry, you are banned from this chat{until}{why}."
NO_TIME = "-- Nothing was done: {time} is no time. Write 10m, 2h or 7d."
MOVED = "-- Not sent: you are no longer in {left}. What you type now goes to {room}."

REFUSED = {
    "key-needed": "{about} has a key: /join {about} key=WORD goes there.",
    "invite-only": "Only who is invited comes into {about}: ask somebody in it.",
    "no-such-rule": "There is no rule {about}. There are key, invite-only, limit, moderated, "
    "secret, topic-locked, outside, slow and retention.",
    "address-ban": "All that can be done to an address is to ban it, and everywhere: "
    "/ban #* {about}",
    "not-sanctioned": "There is nothing of {about} to be taken back. Look at /bans.",
}
"""What the terminal says otherwise than the server."""
