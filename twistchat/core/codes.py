"""Stable codes for why: put into words by each wire, or handed on as they are."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """Why somebody is gone."""

    LEFT = "left"
    LOST = "connection lost"
    TIMED_OUT = "timed out"
    TOO_SLOW = "too slow"
    STOPPING = "server stopping"
    NO_NAME = "no name given"
    KICKED = "kicked"
    BANNED = "banned"
    LOGGED_OUT = "logged out"
    RESUMED = "resumed"
    """They came back over another connection."""


class Refusal(StrEnum):
    """Why something was refused: stable codes, put into words by each wire."""

    NAME_EMPTY = "name-empty"
    NAME_CHARACTERS = "name-characters"
    NAME_NUMBER = "name-number"
    NAME_LONG = "name-long"
    NAME_RESERVED = "name-reserved"
    NAME_TAKEN = "name-taken"
    NAME_KEPT = "name-kept"
    NAME_SAME = "name-same"
    ROOM_NAME = "room-name"
    ROOM_LONG = "room-long"
    ROOMS = "too-many-rooms"
    ROOMS_PER_PERSON = "too-many-rooms-of-yours"
    NOT_IN_ROOM = "not-in-room"
    IN_NO_ROOM = "in-no-room"
    IN_ROOM_ALREADY = "in-room-already"
    NO_SUCH_PERSON = "no-such-person"
    NO_SUCH_COMMAND = "no-such-command"
    NOTHING_TO_SAY = "nothing-to-say"
    TOPIC_LONG = "topic-long"
    TO_ONESELF = "to-oneself"
    JOINS_FAST = "joins-too-fast"
    RENAMES_FAST = "renames-too-fast"
    STRANGERS_FAST = "strangers-too-fast"
    OPERATORS_ONLY = "operators-only"
    NOT_MODERATOR = "not-moderator"
    NOT_FOUNDER = "not-founder"
    OUTRANKED = "outranked"
    NO_SUCH_ACCOUNT = "no-such-account"
    ACCOUNT_EXISTS = "account-exists"
    LOGGED_IN_ALREADY = "logged-in-already"
    REGISTRATIONS_FAST = "registrations-too-fast"
    NO_SUCH_ROOM = "no-such-room"
    NO_PATTERN = "no-pattern"
    ADDRESS_BAN = "address-ban"
    NOT_SANCTIONED = "not-sanctioned"
    SANCTIONS = "too-many-sanctions"
    MUTED = "muted"
    BANNED = "banned"
    MODERATED = "moderated"
    SLOW_MODE = "slow-mode"
    TOPIC_LOCKED = "topic-locked"
    KEY_NEEDED = "key-needed"
    INVITE_ONLY = "invite-only"
    ROOM_FULL = "room-full"
    NO_SUCH_RULE = "no-such-rule"
    RULE_VALUE = "rule-value"
    NAME_OF_ACCOUNT = "name-of-account"
    CUSTOM = "custom"
    NO_HISTORY = "no-history"
    NO_SEARCH = "no-search"
    NOTHING_TO_SEARCH = "nothing-to-search"
    SEARCHES_FAST = "searches-too-fast"
    TOKEN_UNKNOWN = "token-unknown"  # noqa: S105, a code and no password
    TOKEN_EXPIRED = "token-expired"  # noqa: S105, a code and no password
    WRONG_PASSWORD = "wrong-password"  # noqa: S105, a code and no password
    ATTEMPTS_FAST = "attempts-too-fast"
    LOGIN_BUSY = "login-busy"
    ACCOUNT_DISABLED = "account-disabled"
    NAME_REGISTERED = "name-registered"
    NAME_CLAIMED = "name-claimed"
    NAME_LOST = "name-lost"
    PASSWORD_SHORT = "password-short"  # noqa: S105, a code and no password
    PASSWORD_LONG = "password-long"  # noqa: S105, a code and no password
    PASSWORD_CHARACTERS = "password-characters"  # noqa: S105, a code and no password
    PASSWORD_NAME = "password-is-name"  # noqa: S105, a code and no password
    HOUSE_PASSWORD_WRONG = "house-password-wrong"  # noqa: S105, a code and no password
    GUESTS_NOT_WELCOME = "guests-not-welcome"
    NOT_LOGGED_IN = "not-logged-in"
    UNKNOWN = "unknown"
    UNAVAILABLE = "unavailable"
    STOPPING = "stopping"
    FAULT = "fault"
    FULL = "full"
    DRAINING = "draining"
    """Nobody new is let in, as the operator wants it."""
    ADDRESS_FULL = "address-full"
    ADDRESS_FAST = "address-too-fast"


LIMITS_BITTEN = {
    Refusal.ROOMS: "rooms",
    Refusal.ROOMS_PER_PERSON: "rooms-per-person",
    Refusal.ROOM_LONG: "room-characters",
    Refusal.TOPIC_LONG: "topic",
    Refusal.SANCTIONS: "sanctions",
    Refusal.JOINS_FAST: "joins",
    Refusal.RENAMES_FAST: "renames",
    Refusal.STRANGERS_FAST: "strangers",
    Refusal.SEARCHES_FAST: "searches",
}
"""The limits (by their names in `Limits`) that people run into, by what they are then told."""


class Unkept(StrEnum):
    """Why a durable event was not kept."""

    FAILED = "failed"
    NO_SUCH_LINE = "no-such-line"
    """There is nothing under that number to be deleted."""
    TOO_LATE = "too-late"
    STOPPING = "stopping"
    KEY_REUSED = "key-reused"
    """Something else was said under its key before."""
    UNKNOWN = "unknown"
    """The store failed at the very end, or never answered: it may have been kept."""


NO_FAULT = frozenset((Unkept.NO_SUCH_LINE, Unkept.KEY_REUSED))
"""Why something is not kept that the store is not to blame for."""
