"""Every sentence of the line wire, in one place, with its parameters by name.

What the system says begins with `-- `, what people say with `<name> `, what they do with
`* name `. Nobody can type a line that looks like another kind: names have no blanks and none of
`<>*` in them, and each line begins with one of these.

`_` marks a sentence for translation with gettext (`xgettext --keyword=_ --keyword=Plural:1,2`);
`speech.py` looks it up when it is said, and fills in the parameters. A line that begins with
`-- ` must do so in every language.
"""

from __future__ import annotations

from twistchat.core.codes import Cause, Refusal, Unkept
from twistchat.frontends.line import sentences_moderation as moderation
from twistchat.frontends.line.marks import Plural, _
from twistchat.wire import WhyLeftOut

# ---------------------------------------------------------------- what happens

SAID = _("<{who}> {text}")
DID = _("* {who} {text}")
NOTICED = _("-{who}- {text}")
WHISPERED = _("<{who} -> {to}> {text}")
WHISPERED_ACTION = _("<{who} -> {to}> * {text}")
WHISPERED_NOTICE = _("-{who} -> {to}- {text}")
ELSEWHERE = _("[{room}] {line}")
AT = _("[{time}] {line}")
NUMBERED = _("({number}) {line}")

JOINED = _("-- {who} joined.")
JOINED_ROOM = _("-- {who} joined {room}.")
LEFT = _("-- {who} left.")
LEFT_WORDS = _("-- {who} left: {words}")
LEFT_CAUSE = _("-- {who} left ({cause}).")
LEFT_ROOM = _("-- {who} left {room}.")
LEFT_ROOM_WORDS = _("-- {who} left {room}: {words}")
TWO = _("{first} and {last}")
SEVERAL = _("{first}, {second} and {last}")
MANY = Plural("{first} and {count} other", "{first} and {count} others")
RENAMED = _("-- {old} is now {new}.")
TOPIC_CHANGED = _("-- {who} changed the topic of {room}: {topic}")
TOPIC_REMOVED = _("-- {who} removed the topic of {room}.")
INVITED = _("-- {who} invites {to} to {room}: /join {room} goes there.")
ANNOUNCED = _("-- The operator to all: {text}")
ANNOUNCED_TO = _("-- The operator to {to}: {text}")
GONE = _("-- Something that was said in {room} is missing here: the server has it no longer.")
GONE_PRIVATE = _(
    "-- Private words to you may be missing here: the server has them no longer. "
    "Ask whoever may have written to you."
)
STOPPING = _("-- Goodbye, the server is stopping.")
STOPPING_WORDS = _("-- Goodbye, the server is stopping: {words}")

CAUSE = {
    Cause.LEFT: _("left"),
    Cause.LOST: _("connection lost"),
    Cause.TIMED_OUT: _("timed out"),
    Cause.TOO_SLOW: _("too slow"),
    Cause.STOPPING: _("server stopping"),
    Cause.NO_NAME: _("no name given"),
    Cause.RESUMED: _("came back over another connection"),
} | moderation.CAUSE

# ---------------------------------------------------------------- answers

GREETING = _("-- Welcome to {server}.")
MOTD = _("-- | {line}")
ASK_NAME = _("-- What is your name? Type it and press Enter.")
WELCOMED = _("-- You are {name}. Type to talk; /help shows the commands, exit leaves.")
HERE_NOW = _("-- Here now ({count}): {names}")
HERE_NOW_MORE = _("-- Here now ({count}): {names} and {more} others; /who lists all.")
MEMBERS = _("-- In {room} ({count}): {names}")
MEMBERS_MORE = _("-- In {room} ({count}): {names} and {more} others; /who {room} lists all.")
MEMBERS_MANY = _("-- In {room} ({count}): {names} and {more} others.")
MEMBER_AWAY = _("{name} (away)")
TOPIC = _("-- Topic of {room}: {topic}")
NO_TOPIC = _("-- {room} has no topic. /topic WORDS sets one.")
ROOMS = Plural("-- There is {count} room:", "-- There are {count} rooms:")
ROOMS_MATCHING = Plural(
    "-- There is {count} room with {matching} in its name:",
    "-- There are {count} rooms with {matching} in their names:",
)
ROOMS_NONE = _("-- No room has {matching} in its name. /join #{matching} would make one.")
ROOM = _("--   {room} ({count})")
ROOM_TOPIC = _("--   {room} ({count}): {topic}")
ROOM_YOURS = _("{room} *")
ROOMS_MORE = _("--   and {more} others; /rooms WORD shows those with that in their name.")
ROOMS_STAR = _("-- You are in those with a *. /join #ROOM goes into another.")
PERSON = _("-- {name} has been here for {here}.")
PERSON_IDLE = _("-- {name} has been here for {here}, and silent for {idle}.")
PERSON_ROOMS = _("-- {name} is in {rooms} with you.")
PERSON_AWAY = _("-- {name} is away.")
PERSON_AWAY_WORDS = _("-- {name} is away: {words}")
AWAY = _("-- You are away. Anyone who writes to you alone is told; /back ends it.")
AWAY_WORDS = _("-- You are away: {words}. Anyone who writes to you alone is told; /back ends it.")
BACK = _("-- You are back.")
HISTORY = Plural("-- The last line of {room}:", "-- The last {count} lines of {room}:")
HISTORY_EMPTY = _("-- Nothing has been said in {room} yet.")
FOUND = Plural(
    "-- {count} line in {room} for {wanted}:", "-- {count} lines in {room} for {wanted}:"
)
FOUND_LAST = Plural(
    "-- The last line in {room} for {wanted} ({further} looks further back):",
    "-- The last {count} lines in {room} for {wanted} ({further} looks further back):",
)
FOUND_NOTHING = _("-- Nothing was found in {room} for {wanted}.")
MISSED = Plural("-- You missed one line in {room}:", "-- You missed {count} lines in {room}:")
MISSED_PERHAPS = Plural(
    "-- You missed one line in {room}, or have read it (?):",
    "-- You missed {count} lines in {room}; those with a ? you may have read:",
)
MISSED_NOTHING = _("-- You missed nothing in {room}.")
PERHAPS = _("? {line}")
LEFT_OUT = {
    WhyLeftOut.PAGE: Plural(
        "-- One line is left out here. /search {room} until:TIME shows it.",
        "-- {count} lines are left out here. /search {room} until:TIME shows the last of them.",
    ),
    WhyLeftOut.DELETED: Plural(
        "-- One line of {room} is no longer kept.", "-- {count} lines of {room} are no longer kept."
    ),
}
LEFT_OUT_EPOCH = _(
    "-- Nobody knows what you missed in {room}, since it began anew. The last lines:"
)
TOKEN = _("-- To come back as yourself: /resume {token}")
TOKEN_MORE = _("-- Type that instead of a name, and keep it to yourself: it is as good as you.")
GOODBYE_TOKEN = _("-- To come back and read what you miss: /resume {token}")
SLOWED = _("-- That was faster than {rate} lines a second. The rest comes slowly, nothing is lost.")
NOTED = _("-- {line}")

SECONDS = Plural("{count} second", "{count} seconds")
MINUTES = Plural("{count} minute", "{count} minutes")
HOURS = Plural("{count} hour", "{count} hours")
DAYS = Plural("{count} day", "{count} days")

GOODBYE = {
    Cause.LEFT: _("-- Goodbye."),
    Cause.LOST: _("-- Goodbye."),
    Cause.TIMED_OUT: _("-- Goodbye."),
    Cause.TOO_SLOW: _("-- Goodbye: you took in too little of what was said to you."),
    Cause.STOPPING: _("-- Goodbye, the server is stopping."),
    Cause.NO_NAME: _("-- Goodbye: no name was given in time."),
    Cause.RESUMED: _("-- Goodbye: you came back over another connection."),
} | moderation.GOODBYE

NOT_KEPT = {
    Unkept.FAILED: _("-- Not sent: the server could not keep it. Try again: {text}"),
    Unkept.TOO_LATE: _("-- Not sent: it had to wait for too long. Try again: {text}"),
    Unkept.STOPPING: _("-- Not sent: the server is stopping. You wrote: {text}"),
    Unkept.KEY_REUSED: _("-- Not sent: something else was sent in its place before: {text}"),
    Unkept.UNKNOWN: _("-- Perhaps not sent: the server does not know. You wrote: {text}"),
    Unkept.NO_SUCH_LINE: moderation.NO_SUCH_LINE,
}

REFUSED = {
    Refusal.NAME_EMPTY: _("-- Sorry, that is no name. How about {hint}?"),
    Refusal.NAME_CHARACTERS: _(
        "-- Sorry, a name has no blanks, no invisible characters and none of "
        "/ ! @ * ? , : # & ~ % + < > in it. How about {hint}?"
    ),
    Refusal.NAME_NUMBER: _("-- Sorry, a name is more than a number. How about {hint}?"),
    Refusal.NAME_LONG: _(
        "-- Sorry, that name is too long to stand before each line. How about {hint}?"
    ),
    Refusal.NAME_RESERVED: _("-- Sorry, {about} would be misunderstood. How about {hint}?"),
    Refusal.NAME_TAKEN: _("-- Sorry, the name {about} is taken. How about {hint}?"),
    Refusal.NAME_KEPT: _(
        "-- Sorry, the name {about} is kept for a while for whoever has its token: /resume TOKEN. "
        "Or how about {hint}?"
    ),
    Refusal.NAME_SAME: _("-- You are {about} already."),
    Refusal.ROOM_NAME: _("-- {about} is no name for a room. Try something like #cats."),
    Refusal.ROOM_LONG: _("-- That is too long for the name of a room: {hint} characters at most."),
    Refusal.ROOMS: _(
        "-- There are {hint} rooms, and somebody is in each. /rooms shows them: join one of those."
    ),
    Refusal.ROOMS_PER_PERSON: _(
        "-- You are in {hint} rooms, and that is as many as one may. /leave one, then join {about}."
    ),
    Refusal.NOT_IN_ROOM: _("-- You are not in {about}. /join {about} goes there."),
    Refusal.IN_NO_ROOM: _("-- You are in no room. /join #lobby goes back to the lobby."),
    Refusal.IN_ROOM_ALREADY: _("-- {about} is in {hint} already."),
    Refusal.NO_SUCH_PERSON: _("-- Nobody here is called {about}. /who shows who is."),
    Refusal.NO_SUCH_COMMAND: _("-- There is no command /{about}. /help shows them all."),
    Refusal.NOTHING_TO_SAY: _("-- There was nothing to say."),
    Refusal.TOPIC_LONG: _("-- That topic is too long: {hint} characters at most."),
    Refusal.TO_ONESELF: _("-- That would be talking to yourself."),
    Refusal.JOINS_FAST: _(
        "-- You may join {about} rooms a minute. Please wait for {hint} s, and try again."
    ),
    Refusal.RENAMES_FAST: _(
        "-- You may change your name {about} times a minute. Please wait for {hint} s."
    ),
    Refusal.STRANGERS_FAST: _(
        "-- Not sent: you may write {about} times a minute to people who have not written to you. "
        "Please wait for {hint} s."
    ),
    Refusal.OPERATORS_ONLY: _("-- Only operators can do that."),
    Refusal.CUSTOM: _("-- {hint}"),
    Refusal.NO_HISTORY: _("-- The last lines of {about} cannot be read now. Try again later."),
    Refusal.NO_SEARCH: _(
        "-- Searching {about} failed or took too long. Try rarer words, or since:30d."
    ),
    Refusal.NOTHING_TO_SEARCH: _("-- What are you looking for? For example: /search cats since:7d"),
    Refusal.SEARCHES_FAST: _(
        "-- You may search {about} times a minute. Please wait for {hint} s, and try again."
    ),
    Refusal.TOKEN_UNKNOWN: _("-- Sorry, that is no token of this chat."),
    Refusal.TOKEN_EXPIRED: _("-- Sorry, that token is too old: come in with a name."),
    Refusal.WRONG_PASSWORD: _("-- Sorry, that is not the password of an account of that name."),
    Refusal.ATTEMPTS_FAST: _("-- Sorry, too many wrong passwords. Try again in {hint} s."),
    Refusal.LOGIN_BUSY: _(
        "-- Sorry, too many people give their passwords now. Try again in a moment."
    ),
    Refusal.ACCOUNT_DISABLED: _(
        "-- Sorry, the account {about} is disabled. The operators of this chat know why."
    ),
    Refusal.ACCOUNT_EXISTS: _("-- There is an account {about} already. Is it yours? /login"),
    Refusal.NO_SUCH_ACCOUNT: _("-- There is no account {about}."),
    Refusal.NAME_REGISTERED: _(
        "-- Sorry, the name {about} belongs to an account. Is it yours? /login {about}. "
        "Or how about {hint}?"
    ),
    Refusal.NAME_CLAIMED: _(
        "-- The name {about} belongs to an account, whose owner has come. You are {hint} now."
    ),
    Refusal.NAME_LOST: _(
        "-- Somebody else has taken the name {about}, while this server was cut off from others. "
        "You are {hint} now."
    ),
    Refusal.PASSWORD_SHORT: _(
        "-- That password is too short: {hint} characters at least. A few words are easy to keep."
    ),
    Refusal.PASSWORD_LONG: _("-- That password is too long: {hint} bytes at most."),
    Refusal.PASSWORD_CHARACTERS: _(
        "-- A password has only characters that can be typed anywhere. Try another one."
    ),
    Refusal.PASSWORD_NAME: _("-- Your name is no password: everybody knows it. Try another one."),
    Refusal.HOUSE_PASSWORD_WRONG: _(
        "-- Sorry, that is not the password of this chat. Try again, or ask who invited you."
    ),
    Refusal.GUESTS_NOT_WELCOME: _(
        "-- Sorry, this chat is for those who have an account. Have you? /login NAME"
    ),
    Refusal.REGISTRATIONS_FAST: _(
        "-- Only {about} accounts a minute can be made from one address. Try again in {hint} s."
    ),
    Refusal.NOT_LOGGED_IN: _("-- You are a guest here. /login NAME or /register comes first."),
    Refusal.LOGGED_IN_ALREADY: _("-- You are logged in as {about} already. /logout ends that."),
    Refusal.UNKNOWN: _("-- Not sent; and nobody knows whether it was sent before."),
    Refusal.UNAVAILABLE: _("-- Sorry, the server cannot give out names now. Try again later."),
    Refusal.STOPPING: _("-- Not sent: the server is stopping."),
    Refusal.FAULT: _("-- That went wrong in the server, and nothing was done. Its log says why."),
    Refusal.FULL: _("-- Sorry, this chat is full ({hint} are here). Please try again later."),
    Refusal.DRAINING: _("-- Sorry, nobody new is let in for now. Please come again later."),
    Refusal.ADDRESS_FULL: _(
        "-- Sorry, {hint} connections from your address are open already. Close one, or come later."
    ),
    Refusal.ADDRESS_FAST: _(
        "-- Sorry, that were too many new connections from your address. Try again in {hint} s."
    ),
} | moderation.REFUSED

# ---------------------------------------------------------------- notes to one's own connection

NAME_WANTED = _("That needs a name first. What is your name?")
PRESS_ENTER = _(
    "You typed something: press Enter to send it. (Programs end each line with a newline, \\n.)"
)
NOT_UTF8 = _(
    "Not sent: that is not UTF-8. Another charset? Type /charset gbk (or big5, ...). "
    "On telnet? Some break Chinese: use nc."
)
NOT_CHARSET = _(
    "Not sent: that was not {charset}. /charset utf-8 goes back to what most terminals speak."
)
TOO_LONG = _("Not sent: it is longer than {kib} KiB. Please send it in pieces.")
USAGE = _("Usage: {usage}")
USAGE_EXAMPLE = _("Usage: {usage} (for example {example})")
UNKNOWN = _("There is no command {command}. /help shows them all.")
UNKNOWN_CLOSE = _("There is no command {command}. Did you mean {close}?")
UNKNOWN_SLASH = _("There is no command {command}; // at the start says a line with a slash.")
WHEN = _("{when} is no time. Write 30m, 12h, 7d, 2026-11-20 or 2026-11-20T14:00.")
MOVED = _("Not sent: you are no longer in {left}. What you type now goes to {room}.")
TALKING_IN = _("What you type now goes to {room}.")
NO_TOKEN = _("There is no token to be had now: it cannot be kept. Try again later.")
TALKING_ALREADY = _("You are in {room} already, and what you type goes there.")
ROOMS_OF_YOURS = _("You are in {rooms}. What you type goes to {room}.")
ECHO_ON = _("You see your own lines again.")
ECHO_OFF = _("You no longer see your own lines. /echo on brings them back.")
TIMES_ON = _("Each line shows the server's time now. /time off takes it away.")
TIMES_OFF = _("Lines no longer show the time.")
NUMBERS_ON = _("Each line that is said in a room shows its number now. /numbers off ends it.")
NUMBERS_OFF = _("Lines no longer show their numbers.")
CHARSET = _("This connection speaks {charset} now.")
CHARSET_NOW = _("This connection speaks {charset}. There are also: {known}")
CHARSET_UNKNOWN = _("{charset} is not a charset that this chat knows. It knows: {known}")
IGNORED = _("You hear nothing more of {name}. /unignore {name} ends it.")
IGNORED_ABSENT = _("Nobody is called {name} now. You will hear nothing of them if they come.")
IGNORED_NO_MORE = _("You hear {name} again.")
IGNORED_NOT = _("You do not ignore {name}.")
IGNORED_SELF = _("You cannot ignore yourself.")
IGNORED_MANY = _("You ignore {count} people, and that is as many as one may. /unignore one first.")
IGNORING = _("You ignore {names}. /unignore NAME ends it.")
IGNORING_NOBODY = _("You ignore nobody now. To begin: /ignore NAME")
