"""Capabilities (ircv3.net, capability negotiation): what a client may ask for."""

from __future__ import annotations

from enum import Flag, auto


class Cap(Flag):
    """What a client has asked for; each changes what it reads, or what it may write."""

    NONE = 0
    ACCOUNT_NOTIFY = auto()
    ACCOUNT_REGISTRATION = auto()
    ACCOUNT_TAG = auto()
    AWAY_NOTIFY = auto()
    BATCH = auto()
    CAP_NOTIFY = auto()
    CHATHISTORY = auto()
    ECHO_MESSAGE = auto()
    EVENT_PLAYBACK = auto()
    EXTENDED_JOIN = auto()
    EXTENDED_MONITOR = auto()
    INVITE_NOTIFY = auto()
    LABELED_RESPONSE = auto()
    MESSAGE_TAGS = auto()
    MULTI_PREFIX = auto()
    SASL = auto()
    SERVER_TIME = auto()
    SETNAME = auto()
    STANDARD_REPLIES = auto()
    USERHOST_IN_NAMES = auto()


NAMES: dict[str, Cap] = {
    "account-notify": Cap.ACCOUNT_NOTIFY,
    "account-tag": Cap.ACCOUNT_TAG,
    "away-notify": Cap.AWAY_NOTIFY,
    "batch": Cap.BATCH,
    "cap-notify": Cap.CAP_NOTIFY,
    "draft/account-registration": Cap.ACCOUNT_REGISTRATION,
    "draft/chathistory": Cap.CHATHISTORY,
    "draft/event-playback": Cap.EVENT_PLAYBACK,
    "echo-message": Cap.ECHO_MESSAGE,
    "extended-join": Cap.EXTENDED_JOIN,
    "extended-monitor": Cap.EXTENDED_MONITOR,
    "invite-notify": Cap.INVITE_NOTIFY,
    "labeled-response": Cap.LABELED_RESPONSE,
    "message-tags": Cap.MESSAGE_TAGS,
    "multi-prefix": Cap.MULTI_PREFIX,
    "sasl": Cap.SASL,
    "server-time": Cap.SERVER_TIME,
    "setname": Cap.SETNAME,
    "standard-replies": Cap.STANDARD_REPLIES,
    "userhost-in-names": Cap.USERHOST_IN_NAMES,
}
"""By the names that are on the wire."""

VALUES = {"sasl": "PLAIN"}
"""What there is to say of some of them."""

UNWRITTEN = Cap.CAP_NOTIFY | Cap.EXTENDED_MONITOR | Cap.SASL
"""What changes what a client may ask, or of whom it hears, and not how anything is written."""
