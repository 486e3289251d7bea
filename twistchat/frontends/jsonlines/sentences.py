"""A sentence for each code of an error: programs read the code, and whoever wrote them this."""

from __future__ import annotations

from twistchat.core.codes import Refusal, Unkept

BAD_LINES = {
    "not-utf8": "That line is not UTF-8.",
    "not-json": "That line is not JSON.",
    "not-an-object": "A line has to be a JSON object: {{...}}.",
    "too-long": "That line is longer than {hint} bytes.",
    "text-long": "That text is longer than {hint} bytes of UTF-8.",
    "bad-id": "An id is a whole number, or a string of at most {hint} printable characters.",
    "unknown-type": "There is no request of the type {about}.",
    "bad-field": "The field {about} has to be {hint}.",
    "bad-protocol": "This server speaks version {hint} of the protocol.",
    "hello-first": "Say hello first, with the name that you wish.",
    "house-first": "This chat has a password: give it with your hello, as house.",
    "in-already": "You are in already.",
    "too-many-ignored": "You ignore {hint} people, and that is as many as one may.",
    "not-ignored": "You do not ignore {about}.",
}
"""Of lines that ask for nothing that can be done."""

MISSED_PRIVATE = "Private words to you may be missing here: the server has them no longer."

REFUSED = {
    Refusal.NAME_EMPTY: "That is no name.",
    Refusal.NAME_CHARACTERS: "A name has no blanks, no invisible characters and no punctuation "
    "such as / ! @ * ? , : # & ~ % + < >.",
    Refusal.NAME_NUMBER: "A name is more than a number.",
    Refusal.NAME_LONG: "That name is too long.",
    Refusal.NAME_RESERVED: "The name {about} would be misunderstood.",
    Refusal.NAME_TAKEN: "The name {about} is taken.",
    Refusal.NAME_KEPT: "The name {about} is kept for whoever has its token.",
    Refusal.NAME_SAME: "You are {about} already.",
    Refusal.ROOM_NAME: "{about} is no name for a room.",
    Refusal.ROOM_LONG: "The name of a room has at most {hint} characters.",
    Refusal.ROOMS: "There are {hint} rooms, and somebody is in each.",
    Refusal.ROOMS_PER_PERSON: "You are in {hint} rooms, and that is as many as one may.",
    Refusal.NOT_IN_ROOM: "You are not in {about}.",
    Refusal.IN_NO_ROOM: "You are in no room.",
    Refusal.IN_ROOM_ALREADY: "{about} is in {hint} already.",
    Refusal.NO_SUCH_PERSON: "Nobody here is called {about}.",
    Refusal.NO_SUCH_COMMAND: "There is no command {about}.",
    Refusal.NOTHING_TO_SAY: "There was nothing to say.",
    Refusal.TOPIC_LONG: "A topic has at most {hint} characters.",
    Refusal.TO_ONESELF: "That would be to yourself.",
    Refusal.JOINS_FAST: "You may join {about} rooms a minute. Wait for {hint} s.",
    Refusal.RENAMES_FAST: "You may change your name {about} times a minute. Wait for {hint} s.",
    Refusal.STRANGERS_FAST: "You may write {about} times a minute to people who have not written "
    "to you. Wait for {hint} s.",
    Refusal.OPERATORS_ONLY: "Only operators can do that.",
    Refusal.CUSTOM: "{hint}",
    Refusal.NO_HISTORY: "What was said in {about} cannot be read now.",
    Refusal.NO_SEARCH: "Searching {about} failed or took too long.",
    Refusal.NOTHING_TO_SEARCH: "What is looked for: words, who, since or until?",
    Refusal.SEARCHES_FAST: "You may search {about} times a minute. Wait for {hint} s.",
    Refusal.TOKEN_UNKNOWN: "That is no token of this chat.",
    Refusal.TOKEN_EXPIRED: "That token is too old.",
    Refusal.WRONG_PASSWORD: "That is not the password of an account of that name.",
    Refusal.ATTEMPTS_FAST: "Too many wrong passwords. Wait for {hint} s.",
    Refusal.LOGIN_BUSY: "Too many passwords wait to be checked. Try again in a moment.",
    Refusal.ACCOUNT_DISABLED: "The account {about} is disabled.",
    Refusal.ACCOUNT_EXISTS: "There is an account {about} already.",
    Refusal.NO_SUCH_ACCOUNT: "There is no account {about}.",
    Refusal.NAME_REGISTERED: "The name {about} belongs to an account.",
    Refusal.NAME_LOST: "Somebody else took the name {about}, while this server was cut off.",
    Refusal.NAME_CLAIMED: "The name {about} belongs to an account, whose owner has come.",
    Refusal.PASSWORD_SHORT: "A password has at least {hint} characters.",
    Refusal.PASSWORD_LONG: "A password has at most {hint} bytes of UTF-8.",
    Refusal.PASSWORD_CHARACTERS: "A password has no control characters, and none that is not yet "
    "in Unicode.",
    Refusal.PASSWORD_NAME: "A name is no password.",
    Refusal.HOUSE_PASSWORD_WRONG: "That is not the password of this chat.",
    Refusal.GUESTS_NOT_WELCOME: "This chat is for those who have an account.",
    Refusal.REGISTRATIONS_FAST: "Only {about} accounts a minute can be made from your address. "
    "Wait for {hint} s.",
    Refusal.NOT_LOGGED_IN: "You are a guest: log in first.",
    Refusal.LOGGED_IN_ALREADY: "You are logged in as {about} already.",
    Refusal.UNKNOWN: "It cannot be said now, and nobody knows whether it was kept before.",
    Refusal.UNAVAILABLE: "The server cannot give out names now.",
    Refusal.STOPPING: "The server is stopping.",
    Refusal.FAULT: "That went wrong in the server, and nothing was done.",
    Refusal.FULL: "This chat is full: {hint} are here.",
    Refusal.DRAINING: "Nobody new is let in for now.",
    Refusal.ADDRESS_FULL: "{hint} connections from your address are open already.",
    Refusal.ADDRESS_FAST: "Too many new connections from your address. Wait for {hint} s.",
    Refusal.NOT_MODERATOR: "Only moderators of {about} can do that.",
    Refusal.NOT_FOUNDER: "Only who made {about}, and operators, can do that.",
    Refusal.OUTRANKED: "You cannot do that to {about}, who may do as much as you.",
    Refusal.NO_SUCH_ROOM: "There is no room {about} to do that in.",
    Refusal.NO_PATTERN: "That is no name, and no pattern of names like spam*: {about}",
    Refusal.ADDRESS_BAN: "All that can be done to an address is to ban it, and everywhere.",
    Refusal.NOT_SANCTIONED: "There is nothing of {about} to be taken back.",
    Refusal.SANCTIONS: "There are {hint} of these, and that is as many as there may be.",
    Refusal.MUTED: "You are muted.",
    Refusal.BANNED: "You are banned.",
    Refusal.MODERATED: "In {about} one needs a voice, which a moderator gives.",
    Refusal.SLOW_MODE: "{about} is slow. Wait for {hint} s.",
    Refusal.TOPIC_LOCKED: "Only moderators of {about} change its topic.",
    Refusal.KEY_NEEDED: "{about} has a key.",
    Refusal.INVITE_ONLY: "Only who is invited comes into {about}.",
    Refusal.ROOM_FULL: "{about} is full: {hint} people may be in it.",
    Refusal.NO_SUCH_RULE: "There is no rule {about}.",
    Refusal.RULE_VALUE: "The rule {about} is given {hint}.",
    Refusal.NAME_OF_ACCOUNT: "You are logged in as {about}, and that is your name.",
}
"""Of requests that were refused."""

NOT_KEPT = {
    Unkept.FAILED: ("not-kept", "The server could not keep it. Send it again."),
    Unkept.TOO_LATE: ("not-kept-late", "It had to wait for too long. Send it again."),
    Unkept.STOPPING: ("not-kept-stopping", "The server is stopping."),
    Unkept.NO_SUCH_LINE: ("no-such-line", "There is nothing under that number to be deleted."),
    Unkept.KEY_REUSED: ("key-reused", "Something else was sent under that key before."),
    Unkept.UNKNOWN: (
        "not-kept-unknown",
        "Nobody knows whether it was kept. With its key it can be sent again.",
    ),
}
"""Of what was said and not kept: the code, and the sentence."""
