"""Every sentence of the line wire, in one place, with its parameters by name.

What the system says begins with `-- `, what people say with `<name> `, what they do with
`* name `. Nobody can type a line that looks like another kind: names have no blanks and none of
`<>*` in them, and each line begins with one of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from twistchat.core import events as e
from twistchat.core.names import LOBBY

if TYPE_CHECKING:
    from collections.abc import Sequence

SAID = "<{who}> {text}"
DID = "* {who} {text}"
WHISPERED = "<{who} -> {to}> {text}"
WHISPERED_ACTION = "<{who} -> {to}> * {text}"
ELSEWHERE = "[{room}] {line}"

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
ANNOUNCED = "-- The operator to all: {text}"
ANNOUNCED_TO = "-- The operator to {to}: {text}"
STOPPING = "-- Goodbye, the server is stopping."
STOPPING_WORDS = "-- Goodbye, the server is stopping: {words}"

GREETING = "-- Welcome to {server}."
MOTD = "-- | {line}"
ASK_NAME = "-- What is your name? Type it and press Enter."
WELCOMED = "-- You are {name}. Type to talk; /help shows what else you can do, exit leaves."
HERE_NOW = "-- Here now ({count}): {names}"
HERE_NOW_MORE = "-- Here now ({count}): {names} and {more} others; /who lists all."
MEMBERS = "-- In {room} ({count}): {names}"
TOPIC = "-- Topic of {room}: {topic}"
NO_TOPIC = "-- {room} has no topic. /topic WORDS sets one."
HISTORY = "-- The last {count} lines of {room}:"
HISTORY_ONE = "-- The last line of {room}:"
HISTORY_EMPTY = "-- Nothing has been said in {room} yet."
PAST = "[{time}] {line}"
NOTED = "-- {line}"

GOODBYE = {
    e.Cause.LEFT: "-- Goodbye.",
    e.Cause.LOST: "-- Goodbye.",
    e.Cause.TIMED_OUT: "-- Goodbye.",
    e.Cause.TOO_SLOW: "-- Goodbye: you took in too little of what was said to you.",
    e.Cause.STOPPING: "-- Goodbye, the server is stopping.",
    e.Cause.NO_NAME: "-- Goodbye: no name was given in time.",
}

NOT_KEPT = {
    e.Unkept.FAILED: "-- Not sent: the server could not keep it. Try again: {text}",
    e.Unkept.TOO_LATE: "-- Not sent: it had to wait for too long. Try again: {text}",
    e.Unkept.STOPPING: "-- Not sent: the server is stopping. You wrote: {text}",
    e.Unkept.UNKNOWN: "-- Perhaps not sent: the server stops before it knows. You wrote: {text}",
}

REFUSED = {
    e.Refusal.NAME_EMPTY: "-- Sorry, that is no name. How about {hint}?",
    e.Refusal.NAME_CHARACTERS: (
        "-- Sorry, a name has no blanks, no invisible characters and none of "
        "/ ! @ * ? , : # & ~ % + < > in it. How about {hint}?"
    ),
    e.Refusal.NAME_NUMBER: "-- Sorry, a name is more than a number. How about {hint}?",
    e.Refusal.NAME_LONG: (
        "-- Sorry, that name is too long to stand before each line. How about {hint}?"
    ),
    e.Refusal.NAME_RESERVED: "-- Sorry, {about} would be misunderstood. How about {hint}?",
    e.Refusal.NAME_TAKEN: "-- Sorry, the name {about} is taken. How about {hint}?",
    e.Refusal.NAME_SAME: "-- You are {about} already.",
    e.Refusal.ROOM_NAME: "-- {about} is no name for a room. Try something like #cats.",
    e.Refusal.NOT_IN_ROOM: "-- You are not in {about}.",
    e.Refusal.NO_SUCH_PERSON: "-- Nobody here is called {about}. /who shows who is.",
    e.Refusal.NO_SUCH_COMMAND: "-- There is no command /{about}. /help shows them all.",
    e.Refusal.NOTHING_TO_SAY: "-- There was nothing to say.",
    e.Refusal.TOPIC_LONG: "-- That topic is too long: {hint} characters at most.",
    e.Refusal.TO_ONESELF: "-- That would be talking to yourself.",
    e.Refusal.OPERATORS_ONLY: "-- Only operators can do that.",
    e.Refusal.CUSTOM: "-- {hint}",
    e.Refusal.NO_HISTORY: "-- The last lines of {about} cannot be read now. Try again later.",
    e.Refusal.UNAVAILABLE: "-- Sorry, the server cannot give out names now. Try again later.",
    e.Refusal.STOPPING: "-- Not sent: the server is stopping.",
    e.Refusal.FAULT: "-- That went wrong in the server, and nothing was done. Its log says why.",
    e.Refusal.FULL: "-- Sorry, this chat is full ({hint} are here). Please try again later.",
}

NAME_WANTED = "That needs a name first. What is your name?"
PRESS_ENTER = (
    "You typed something: press Enter to send it. (Programs end each line with a newline, \\n.)"
)
NOT_UTF8 = "Not sent: this chat speaks UTF-8, and your terminal is set to something else."
TOO_LONG = "Not sent: it is longer than {kib} KiB. Please send it in pieces."
USAGE = "Usage: {usage}"
UNKNOWN = "There is no command {command}. /help shows them all."
UNKNOWN_CLOSE = "There is no command {command}. Did you mean {close}?"
UNKNOWN_SLASH = "There is no command {command}; // at the start says a line with a slash."
HELP_INTRO = "What you type is said to everybody in the room. You can also type:"
HELP_COMMAND = "  {usage}  {summary}"
HELP_SLASH = "//words"
HELP_SLASH_SUMMARY = "say a line that begins with a slash"
HELP_EXIT_SUMMARY = "leave the chat"
HELP_ALIASES = "  also: {aliases}"
HELP_DOOR = "Type the name you want to be called by, and press Enter. exit leaves."
ECHO_ON = "You see your own lines again."
ECHO_OFF = "You no longer see your own lines. /echo on brings them back."

CROWD = 30
"""Up to so many names are shown to somebody who comes in."""


def told(item: e.Event) -> str:
    """Put an event into the one line that everybody reads."""
    match item:
        case e.Said():
            template = DID if item.action else SAID
            return _in_room(item.room, template.format(who=item.who, text=item.text))
        case e.Whispered():
            template = WHISPERED_ACTION if item.action else WHISPERED
            return template.format(who=item.who, to=item.to, text=item.text)
        case e.TopicChanged():
            template = TOPIC_CHANGED if item.topic else TOPIC_REMOVED
            return template.format(who=item.who, room=item.room, topic=item.topic)
        case e.Joined():
            template = JOINED if item.room == LOBBY else JOINED_ROOM
            return template.format(who=item.who, room=item.room)
        case e.Left():
            template = LEFT_ROOM_WORDS if item.words else LEFT_ROOM
            return template.format(who=item.who, room=item.room, words=item.words)
        case e.Departed():
            if item.cause is not e.Cause.LEFT:
                return LEFT_CAUSE.format(who=item.who, cause=item.cause)
            return (LEFT_WORDS if item.words else LEFT).format(who=item.who, words=item.words)
        case e.Renamed():
            return RENAMED.format(old=item.old, new=item.new)
        case e.Announced():
            template = ANNOUNCED if item.to is None else ANNOUNCED_TO
            return template.format(text=item.text, to=item.to)
        case e.Stopping():
            template = STOPPING_WORDS if item.words else STOPPING
            return template.format(words=item.words)
        case _:
            assert_never(item)


def answered(reply: e.Reply) -> Sequence[str]:
    """Put a reply into the lines that the one who asked reads."""
    match reply:
        case e.Welcomed():
            return [WELCOMED.format(name=reply.name)]
        case e.MembersListed():
            return _members(reply)
        case e.TopicTold():
            template = TOPIC if reply.topic else NO_TOPIC
            return [template.format(room=reply.room, topic=reply.topic)]
        case e.Refused():
            return [REFUSED[reply.code].format(about=reply.about, hint=reply.hint)]
        case e.Noted():
            return [NOTED.format(line=line) for line in reply.lines]
        case e.Goodbye():
            return [GOODBYE[reply.cause]]
        case e.NotKept():
            return [NOT_KEPT[reply.why].format(text=_words_of(reply.event))]
        case e.Kept() | e.HistoryOpened():
            return []
        case _:
            assert_never(reply)


def greeting(server: str, motd: Sequence[str]) -> Sequence[str]:
    """Greet somebody who has just connected, and ask for their name."""
    return [
        GREETING.format(server=server),
        *(MOTD.format(line=line) for line in motd),
        ASK_NAME,
    ]


def history_head(room: str, count: int) -> str:
    """Stand above the last lines of a room."""
    template = {0: HISTORY_EMPTY, 1: HISTORY_ONE}.get(count, HISTORY)
    return template.format(room=room, count=count)


def _members(reply: e.MembersListed) -> Sequence[str]:
    count, names = len(reply.names), ", ".join(reply.names)
    if not reply.on_joining:
        return [MEMBERS.format(room=reply.room, count=count, names=names)]
    lines = []
    if reply.topic:
        lines.append(TOPIC.format(room=reply.room, topic=reply.topic))
    if count > CROWD:
        names = ", ".join(reply.names[:CROWD])
        lines.append(HERE_NOW_MORE.format(count=count, names=names, more=count - CROWD))
    else:
        lines.append(HERE_NOW.format(count=count, names=names))
    return lines


def _words_of(event: e.Durable) -> str:
    return event.topic if isinstance(event, e.TopicChanged) else event.text


def _in_room(room: str, line: str) -> str:
    return line if room == LOBBY else ELSEWHERE.format(room=room, line=line)
