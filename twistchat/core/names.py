"""Which nicknames and rooms are well formed, and when two of them are the same."""

from __future__ import annotations

import itertools
import re
import secrets
import unicodedata
from typing import TYPE_CHECKING

from twistchat.core.events import Refusal, Refused
from twistchat.core.text import cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from twistchat.core.limits import Limits

LOBBY = "#lobby"
"""The room that everybody enters."""

FORBIDDEN = "!@*?,:#&~%+<>"
"""Characters with a meaning on some wire: IRC's masks and prefixes, our own brackets."""

RESERVED = frozenset({"operator", "server", "system", "exit", "quit", "help"})
"""Names that would be taken for the program's own, or for a word that does something."""

# Shown as nothing or as a blank although Unicode counts some of them as letters or symbols
# (Default_Ignorable_Code_Point in DerivedCoreProperties.txt, and the blank Braille pattern).
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def fold(name: str) -> str:
    """Bring a name to the form by which names are compared: `ｂob` and `BOB` are `bob`.

    NFKC, casefold, NFKC again (Unicode Standard, section 3.13, toNFKC_Casefold).
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def longest_typed(characters: int) -> int:
    """How many characters as typed may become a name of so many: composing makes them fewer.

    Normalising more than that is not worth it, and takes time that grows with the square of a
    long run of marks.
    """
    return 4 * characters


def _is_bad(character: str) -> bool:
    # Cc, Cf, Cs, Co, Cn: controls, formats, surrogates, private, unassigned. Z: all spaces.
    return (
        character in FORBIDDEN
        or unicodedata.category(character)[0] in "CZ"
        or _INVISIBLE.match(character) is not None
    )


def may_be_name(name: str) -> bool:
    """Whether somebody may be called that, however long names may be in this chat."""
    return bool(name) and not _has_bad_characters(name)


def may_be_room(name: str) -> bool:
    """Whether a room may be called that, in the one spelling that rooms have."""
    return (
        len(name) > 1 and name[0] == "#" and fold(name) == name and not any(map(_is_bad, name[1:]))
    )


def _has_bad_characters(name: str) -> bool:
    plain = unicodedata.normalize("NFKC", name)
    return (
        any(_is_bad(character) for character in name + plain)
        or unicodedata.category(plain[0])[0] == "M"  # it would sit on the bracket before it
        or plain[0] == "/"  # on every wire of people a command begins so
    )


def _fault(name: str, limits: Limits) -> Refusal | None:
    if not name:
        return Refusal.NAME_EMPTY
    if _has_bad_characters(name):
        return Refusal.NAME_CHARACTERS
    if unicodedata.normalize("NFKC", name).isnumeric():
        return Refusal.NAME_NUMBER
    if len(name) > limits.name_characters or not 0 <= cells(name) <= limits.name_cells:
        return Refusal.NAME_LONG
    if fold(name) in RESERVED:
        return Refusal.NAME_RESERVED
    return None


def nickname(typed: str, limits: Limits, is_taken: Callable[[str], bool]) -> str | Refused:
    """Read a nickname as somebody typed it.

    Returns the name in NFC, or why it cannot be one, with a suggestion that is not `is_taken`
    (which is asked with folded names).
    """
    longest = longest_typed(limits.name_characters)
    name = unicodedata.normalize("NFC", typed.strip()[: longest + 1])
    fault = _fault(name, limits)
    if fault is None:
        return name
    return Refused(fault, name[:40], suggest(name, limits, is_taken))


def suggest(name: str, limits: Limits, is_taken: Callable[[str], bool]) -> str:
    """Find a free and well-formed name that is close to the one that was wished for."""
    good = "".join(
        character
        for character in name
        if not any(map(_is_bad, character + unicodedata.normalize("NFKC", character)))
    )
    good = good.lstrip("/")
    while good and unicodedata.category(unicodedata.normalize("NFKC", good)[0])[0] == "M":
        good = good[1:]
    if unicodedata.normalize("NFKC", good).isnumeric():
        good = "guest" + good
    if _fault(_shortened(good, limits, room=1) + "2", limits) is not None:
        good = "guest"  # characters that are good one by one may not be so together
    candidate = _shortened(good, limits, room=0)
    for number in itertools.count(2):
        if _fault(candidate, limits) is None and not is_taken(fold(candidate)):
            return candidate
        if number > 60:  # where names may be very short there may be none
            return candidate
        # Counting up ends soon, so that a crowd of guests costs no more than a handful; and after
        # a few more tries of something longer nothing is left of what was wished for.
        suffix = str(number if number < 10 else 10 + secrets.randbelow(10 ** min(4, number - 8)))
        if number > 20:
            good, suffix = "guest", str(secrets.randbelow(10**9))
        candidate = _shortened(good, limits, room=len(suffix)) + suffix
    raise AssertionError("counting does not end")


def _shortened(name: str, limits: Limits, *, room: int) -> str:
    while name and (
        len(name) > limits.name_characters - room
        or not 0 <= cells(name) <= limits.name_cells - room
    ):
        name = name[:-1]
    return name


def room_name(typed: str, limits: Limits) -> str | Refused:
    """Read the name of a room. Rooms have one spelling, the folded one: `#Lab` is `#lab`."""
    name = fold(typed.strip()[: longest_typed(limits.room_characters)])
    if not name.startswith("#"):
        name = "#" + name
    if len(name) > limits.room_characters:
        return Refused(Refusal.ROOM_LONG, typed.strip()[:40], str(limits.room_characters))
    if len(name) < 2 or any(_is_bad(character) for character in name[1:]):
        return Refused(Refusal.ROOM_NAME, typed.strip()[:40])
    return name
