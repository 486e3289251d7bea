"""What IRC has no numeric or command for, in plain English."""

from __future__ import annotations

from twistchat.core.codes import Cause, Unkept
from twistchat.core.law import Deed
from twistchat.wire import WhyLeftOut

QUIT = {
    Cause.LEFT: "Quit",
    Cause.LOST: "Connection lost",
    Cause.TIMED_OUT: "Timed out",
    Cause.TOO_SLOW: "Too slow",
    Cause.STOPPING: "Server stopping",
    Cause.NO_NAME: "No name given",
    Cause.KICKED: "Put out",
    Cause.BANNED: "Banned",
    Cause.LOGGED_OUT: "Logged out",
    Cause.RESUMED: "Came back over another connection",
}
"""Why somebody left: what others read of it."""

ERROR = {
    Cause.LEFT: "Quit",
    Cause.LOST: "Connection lost",
    Cause.TIMED_OUT: "Nothing was heard from you for too long",
    Cause.TOO_SLOW: "You took in too little of what was said to you",
    Cause.STOPPING: "The server is stopping",
    Cause.NO_NAME: "You did not come in in time",
    Cause.KICKED: "You were put out",
    Cause.BANNED: "You are banned",
    Cause.LOGGED_OUT: "Your password was changed elsewhere: log in with the new one",
    Cause.RESUMED: "You came back over another connection",
}
"""Why a connection is closed: what its client reads."""

DEEDS = {
    Deed.KICK: ("put {to} out of {room}", "put {to} out of the chat"),
    Deed.MUTE: ("muted {to} in {room}", "muted {to} everywhere"),
    Deed.UNMUTE: ("unmuted {to} in {room}", "unmuted {to} everywhere"),
    Deed.BAN: ("banned {to} from {room}", "banned {to} from the chat"),
    Deed.UNBAN: ("lets {to} come into {room} again", "lets {to} come into the chat again"),
    Deed.OP: ("made {to} a moderator of {room}", ""),
    Deed.DEOP: ("took {to} off the moderators of {room}", ""),
    Deed.VOICE: ("gave {to} a voice in {room}", ""),
    Deed.DEVOICE: ("took the voice of {to} in {room}", ""),
    Deed.EXEMPT: ("exempted {to} from the bans of {room}", ""),
    Deed.UNEXEMPT: ("exempts {to} from the bans of {room} no more", ""),
    Deed.ALLOW: ("lets {to} come into {room} uninvited", ""),
    Deed.DISALLOW: ("lets {to} come into {room} uninvited no more", ""),
    Deed.FOUND: ("founded {room}", ""),
}
"""What somebody did about somebody: in a room, and everywhere."""

DELETED = "{who} deleted line {number} of {room}{why}."
ERASED = "A line of {who} was deleted by {by}."
ANNOUNCED = "The operator to all: {text}"
ANNOUNCED_TO = "The operator to you: {text}"
MISSED = "Something that was said here is missing: the server has it no longer."
MISSED_PRIVATE = (
    "Private words to you may be missing: the server has them no longer. "
    "Ask whoever may have written to you."
)
STOPPING = "Goodbye, the server is stopping"
SLOWED = (
    "You sent faster than {rate:g} lines a second. The rest is read slowly, and nothing is lost."
)
WILL_FIND = "{name} is not here, and will find it."

NOT_KEPT = {
    Unkept.FAILED: "the server could not keep it. Send it again",
    Unkept.TOO_LATE: "it had to wait for too long. Send it again",
    Unkept.STOPPING: "the server is stopping",
    Unkept.NO_SUCH_LINE: "there is nothing under that number to be deleted",
    Unkept.KEY_REUSED: "something else was sent under its key before",
    Unkept.UNKNOWN: "nobody knows whether it was kept: look for it before you send it again",
}
NOT_SENT = "Not sent, since {why}: {text}"
NOT_DONE = "Not done, since {why}."

LEFT_OUT = {
    WhyLeftOut.PAGE: "{count} lines of {room} are left out here: there is more than one page.",
    WhyLeftOut.DELETED: "{count} lines of {room} are no longer kept.",
    WhyLeftOut.EPOCH: "Nobody knows what you missed in {room}, since it began anew.",
    WhyLeftOut.UNREAD: "{count} lines of {room} cannot be read now.",
}
UNREAD = "What was said in {room} cannot be read now."
PRIVATE = "While you were away you were told this:"
PRIVATE_MORE = "There may be more: that is told when you log in again."
PRIVATE_UNREAD = "What you were told while you were away cannot be read now."
