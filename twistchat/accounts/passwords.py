"""What a password has to be, and when two of them are the same."""

from __future__ import annotations

import unicodedata

from twistchat.core.codes import Refusal
from twistchat.core.events import Refused
from twistchat.core.names import fold

SHORTEST = 8
"""Characters. Who guesses over a network is slowed down; who has stolen the hashes is not."""

LONGEST = 512
"""Bytes of UTF-8: more than any password manager makes, and nobody's work to hash."""

TYPED = 4 * LONGEST
"""Characters that may be typed for it: normalising more would take long."""

_NEVER = {"Cc", "Cn", "Co", "Cs"}
"""Controls, and what has no meaning yet or everywhere: it may not be the same elsewhere."""


def normalised(typed: str) -> str | None:
    """Bring a password to the form in which it is compared; None: no password is like that.

    It is that of RFC 8265 (OpaqueString), so that the same keys make the same password on another
    machine: all spaces are one kind of space, and marks stand with their letters (NFC). Case
    matters, and so does the width of letters.
    """
    if len(typed) > TYPED:
        return None
    text = _composed(typed)
    return text if text and _is_clean(text) and len(text.encode()) <= LONGEST else None


def good_password(typed: str, name: str) -> str | Refused:
    """Read a password that somebody wishes for the account of a name.

    Returns it normalised, or why it cannot be one.
    """
    if len(typed) > TYPED:
        return Refused(Refusal.PASSWORD_LONG, hint=str(LONGEST))
    text = _composed(typed)
    if not _is_clean(text):
        return Refused(Refusal.PASSWORD_CHARACTERS)
    if len(text) < SHORTEST:
        return Refused(Refusal.PASSWORD_SHORT, hint=str(SHORTEST))
    if len(text.encode()) > LONGEST:
        return Refused(Refusal.PASSWORD_LONG, hint=str(LONGEST))
    if fold(text.strip()) == fold(name):
        return Refused(Refusal.PASSWORD_NAME)
    return text


def _composed(typed: str) -> str:
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in typed)
    return unicodedata.normalize("NFC", spaced)


def _is_clean(text: str) -> bool:
    return all(unicodedata.category(character) not in _NEVER for character in text)
