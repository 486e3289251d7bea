"""Every sentence that the terminal client shows; the same as people read on nc.

What the system says begins with `-- `, what people say with `<name> `, what they do with `* name `.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twistchat.client import sentences_moderation as moderation
from twistchat.client.sentences_accounts import REFUSED as ACCOUNTS

if TYPE_CHECKING:
    from twistchat.client.errors import RefusedError


class Plural(NamedTuple):
    """A sentence that depends on a number, its parameter `count`."""

    one: str
    many: str

    def say(self, count: int, **parameters: object) -> str:
        """Say it of so many."""
        return (self.one if count == 1 else self.many).format(count=count, **parameters)


# ---------------------------------------------------------------- what happens

SAID = "<{who}> {text}"
DID = "* {who} {text}"
NOTICED = "-{who}- {text}"
WHISPERED = "<{who} -> {to}> {text}"
WHISPERED_ACTION = "<{who} -> {to}> * {text}"
WHISPERED_NOTICE = "-{who} -> {to}- {text}"
ELSEWHERE = "[{room}] {line}"
AT = "[{time}] {line}"
NUMBERED = "({number}) {line}"
JOINED = "-- {who} joined."
JOINED_ROOM = "-- {who} joined {room}."
LEFT = "-- {who} left."
LEFT_WORDS = "-- {who} left: {words}"
LEFT_CAUSE = "-- {who} left ({cause})."
LEFT_ROOM = "-- {who} left {room}."
LEFT_ROOM_WORDS = "-- {who} left {room}: {words}"
RENAMED = "-- {old} is now {new}."
TOPIC_CHANGED = "-- {who} changed the topic of {room}: {topic}"
TOPIC_REMOVED = "-- {who} removed the topic of {room}."
INVITED = "-- {who} invites {to} to {room}: /join {room} goes there."
ANNOUNCED = "-- The operator to all: {text}"
ANNOUNCED_TO = "-- The operator to {to}: {text}"
STOPPING = "-- Goodbye, the server is stopping."
STOPPING_WORDS = "-- Goodbye, the server is stopping: {words}"
SLOWED = "-- That was faster than {rate:g} lines a second. The rest comes slowly, nothing is lost."
GAP = Plural(
    "-- {count} line of {room} was missed here: /history shows older ones.",
    "-- {count} lines of {room} were missed here: /history shows older ones.",
)
GAP_DELETED = Plural(
    "-- {count} line of {room} was missed here, and is no longer kept.",
    "-- {count} lines of {room} were missed here, and are no longer kept.",
)
GAP_EPOCH = "-- {room} has begun anew: what was said meanwhile is perhaps not all here."

# ---------------------------------------------------------------- the connection

GREETING = "-- Welcome to {server}."
MOTD = "-- | {line}"
ASK_NAME = "-- What is your name? Type it and press Enter."
WELCOMED = "-- You are {name}. Type to talk; /help shows the commands, exit leaves."
WELCOMED_AGAIN = "-- Connected again."
WELCOMED_OTHERWISE = "-- Connected again, and you are {name} now."
LOST = "-- The connection was lost."
TRYING_AGAIN = "-- Trying again in {seconds} s."
WAITING = Plural(
    "-- Not connected: it is sent as soon as there is a connection.",
    "-- Not connected: {count} lines of yours are sent as soon as there is a connection.",
)
NOT_NOW = "-- Not sent: type that command again when there is a connection."
LOST_ANSWER = "-- The connection was lost before that was answered. Type it again."
NOT_JOINED = "-- Not sent, since that room was not joined: {text}"
PERHAPS = "-- Perhaps not sent: nobody knows. You wrote: {text}"
AWAY_LINES = "not sent: {count} of your lines, typed without a connection"
LOST_LINES = "the connection was lost: {count} lines were perhaps not said"
NOBODY_READS = "nobody reads what is printed any more: perhaps not everything was said"
UNREADABLE = "-- Not sent: that line is not in the encoding of this terminal, or not UTF-8."
GOODBYE = "-- Goodbye."
GOODBYE_CAUSE = {
    "too slow": "-- Goodbye: you took in too little of what was said to you.",
    "server stopping": STOPPING,
    "no name given": "-- Goodbye: no name was given in time.",
    "logged out": "-- Goodbye: your password was changed.",
    "resumed": "-- Goodbye: you have come in from elsewhere.",
    "kicked": "-- Goodbye: you were put out{why}.",
    "banned": "-- Goodbye: you are banned{why}.",
}

# ---------------------------------------------------------------- answers

HERE_NOW = "-- Here now ({count}): {names}"
HERE_NOW_MORE = "-- Here now ({count}): {names} and {more} others; /who lists all."
MEMBERS = "-- In {room} ({count}): {names}"
MEMBERS_MORE = "-- In {room} ({count}): {names} and {more} others; /who {room} lists all."
MEMBERS_MANY = "-- In {room} ({count}): {names} and {more} others."
MEMBER_AWAY = "{name} (away)"
TOPIC = "-- Topic of {room}: {topic}"
NO_TOPIC = "-- {room} has no topic. /topic WORDS sets one."
ROOMS = Plural("-- There is {count} room:", "-- There are {count} rooms:")
ROOMS_MATCHING = Plural(
    "-- There is {count} room with {matching} in its name:",
    "-- There are {count} rooms with {matching} in their names:",
)
ROOMS_NONE = "-- No room has {matching} in its name. /join #{matching} would make one."
ROOM = "--   {room} ({count})"
ROOM_TOPIC = "--   {room} ({count}): {topic}"
ROOM_YOURS = "{room} *"
ROOMS_MORE = "--   and {more} others; /rooms WORD shows those with that in their name."
ROOMS_STAR = "-- You are in those with a *. /join #ROOM goes into another."
PERSON = "-- {name} has been here for {here}."
PERSON_IDLE = "-- {name} has been here for {here}, and silent for {idle}."
PERSON_ROOMS = "-- {name} is in {rooms} with you."
PERSON_AWAY = "-- {name} is away."
PERSON_AWAY_WORDS = "-- {name} is away: {words}"
AWAY = "-- You are away. Anyone who writes to you alone is told; /back ends it."
AWAY_WORDS = "-- You are away: {words}. Anyone who writes to you alone is told; /back ends it."
BACK = "-- You are back."
HISTORY = Plural("-- The last line of {room}:", "-- The last {count} lines of {room}:")
HISTORY_EMPTY = "-- Nothing has been said in {room} yet."
FOUND = Plural(
    "-- {count} line in {room} for {wanted}:", "-- {count} lines in {room} for {wanted}:"
)
FOUND_LAST = Plural(
    "-- The last line in {room} for {wanted} ({further} looks further back):",
    "-- The last {count} lines in {room} for {wanted} ({further} looks further back):",
)
FOUND_NOTHING = "-- Nothing was found in {room} for {wanted}."
WHEN = "-- {when} is no time. Write 30m, 12h, 7d, 2026-11-20 or 2026-11-20T14:00."
TALKING_IN = "-- What you type now goes to {room}."
TALKING_ALREADY = "-- You are in {room} already, and what you type goes there."
ROOMS_OF_YOURS = "-- You are in {rooms}. What you type goes to {room}."
NO_ROOM = "-- You are in no room. /join #lobby goes back to the lobby."
NOT_IN_ROOM = "-- You are not in {room}. /join {room} goes there."
ECHO_ON = "-- You see your own lines again."
ECHO_OFF = "-- You no longer see your own lines. /echo on brings them back."
TIMES_ON = "-- Each line shows its time now. /time off takes it away."
TIMES_OFF = "-- Lines no longer show the time."
NUMBERS_ON = "-- Each line that is said in a room shows its number now. /numbers off ends it."
NUMBERS_OFF = "-- Lines no longer show their numbers."
CHARSET = "-- This terminal's own encoding is spoken here, and the server's is UTF-8."
IGNORED = "-- You hear nothing more of {name}. /unignore {name} ends it."
IGNORED_NO_MORE = "-- You hear {name} again."
IGNORING = "-- You ignore {names}. /unignore NAME ends it."
IGNORING_NOBODY = "-- You ignore nobody now. To begin: /ignore NAME"
USAGE = "-- Usage: /{name} {usage} (for example {example})"
FOR_NC = "-- /{name} is for people on nc: this client comes back by itself."
UNKNOWN = "-- There is no command /{name}. /help shows them all."
UNKNOWN_CLOSE = "-- There is no command /{name}. Did you mean /{close}?"
UNKNOWN_SLASH = "-- There is no command /{name}; // at the start says a line with a slash."
NOTED = "-- {line}"

TIMES = (
    (86_400, Plural("{count} day", "{count} days")),
    (3_600, Plural("{count} hour", "{count} hours")),
    (60, Plural("{count} minute", "{count} minutes")),
    (1, Plural("{count} second", "{count} seconds")),
)


def length(seconds: float) -> str:
    """Say a length of time, roughly."""
    for size, plural in TIMES[:-1]:
        if seconds >= 2 * size:
            return plural.say(int(seconds // size))
    return TIMES[-1][1].say(int(seconds))


# ---------------------------------------------------------------- refusals

NOT_KEPT = "Not sent: the server could not keep it. Try again."

REFUSED = (
    {
        "name-empty": "Sorry, that is no name. How about {hint}?",
        "name-characters": "Sorry, a name has no blanks, no invisible characters and none of "
        "/ ! @ * ? , : # & ~ % + < > in it. How about {hint}?",
        "name-number": "Sorry, a name is more than a number. How about {hint}?",
        "name-long": "Sorry, that name is too long to stand before each line. How about {hint}?",
        "name-reserved": "Sorry, {about} would be misunderstood. How about {hint}?",
        "name-taken": "Sorry, the name {about} is taken. How about {hint}?",
        "room-name": "{about} is no name for a room. Try something like #cats.",
        "too-many-rooms": "There are {hint} rooms, and somebody is in each. /rooms shows them.",
        "too-many-rooms-of-yours": "You are in {hint} rooms, and that is as many as one may. "
        "/leave one, then join {about}.",
        "not-in-room": "You are not in {about}. /join {about} goes there.",
        "in-no-room": "You are in no room. /join #lobby goes back to the lobby.",
        "no-such-person": "Nobody here is called {about}. /who shows who is.",
        "to-oneself": "That would be talking to yourself.",
        "text-long": "Not sent: it is longer than {hint} bytes. Please send it in pieces.",
        "too-long": "Not sent: it is too long. Please send it in pieces.",
        "not-kept": NOT_KEPT,
        "not-kept-late": "Not sent: it had to wait for too long. Try again.",
        "unavailable": "Sorry, the server cannot give out names now. Try again later.",
        "full": "Sorry, this chat is full ({hint} are here). Please try again later.",
    }
    | moderation.REFUSED
    | ACCOUNTS
)
"""What the terminal says otherwise than the server, whose own sentences are for programs."""


def not_done(refused: str, error: RefusedError, text: str | None) -> str:
    """Say why something was not done; of a line that may be said again with it, as on nc."""
    if text is not None and error.code in ("not-kept", "not-kept-late"):
        return f"{refused.removesuffix('.')}: {text}"
    return refused


def refused(error: RefusedError) -> str:
    """Say why something was refused, and what one could do."""
    sentence = REFUSED.get(error.code, "")
    needs = [name for name in ("about", "hint") if "{" + name + "}" in sentence]
    if sentence and all(getattr(error, name) for name in needs):
        return sentence.format(about=error.about, hint=error.hint)
    return (error.text or error.code).removeprefix("-- ")
