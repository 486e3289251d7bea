"""The letters of room modes: which rule of a room, or which deed, each of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.law import Deed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twistchat.core.law import RoomRules

FLAGS = {
    "i": ("invite-only", "invite_only"),
    "m": ("moderated", "moderated"),
    "n": ("outside", "outside"),
    "s": ("secret", "secret"),
    "t": ("topic-locked", "topic_locked"),
}
"""Modes without a parameter: the rule as people write it, and its field."""

TURNED = "n"
"""The mode that is on where its rule is off: that nobody is heard who is not in the room."""

KEY, LIMIT = "k", "l"
"""Modes that are rules with a value."""

LISTS = {
    "b": (Deed.BAN, Deed.UNBAN),
    "e": (Deed.EXEMPT, Deed.UNEXEMPT),
    "I": (Deed.ALLOW, Deed.DISALLOW),
    "q": (Deed.MUTE, Deed.UNMUTE),
}
"""Modes that are lists of masks: what adds to each of them, and what takes from it."""

PARTS = {"o": (Deed.OP, Deed.DEOP), "v": (Deed.VOICE, Deed.DEVOICE)}
"""Modes that somebody has in a room."""

CHANMODES = f"{''.join(LISTS)},{KEY},{LIMIT},{''.join(FLAGS)}"
"""As ISUPPORT tells them: lists, always with a parameter, only when set, never."""

WITH_PARAMETER = "".join(sorted((*LISTS, *PARTS, KEY, LIMIT)))
"""The letters that have a parameter, as 004 tells them; and all letters."""
ALL = "".join(sorted(f"{WITH_PARAMETER}{''.join(FLAGS)}"))

HIDDEN = "*"
"""Instead of a key, which nobody is shown."""

_DEEDS = {
    deed: f"{sign}{letter}"
    for letter, deeds in {**LISTS, **PARTS}.items()
    for sign, deed in zip("+-", deeds, strict=True)
}
_FIELDS = {field: letter for letter, (_, field) in FLAGS.items()} | {"key": KEY, "limit": LIMIT}


def deed_mode(deed: Deed) -> str:
    """Write which mode a deed changes, with its sign; empty: none, as of a kick."""
    return _DEEDS.get(deed, "")


def modes_of(rules: RoomRules) -> Sequence[str]:
    """Write the modes that a room has, and their parameters: `["+ntkl", "*", "20"]`."""
    letters, params = _on(_FIELDS.values(), rules)
    return [f"+{letters}", *params]


def modes_changed(rules: RoomRules, changed: Sequence[str]) -> Sequence[str]:
    """Write which modes are other than before, by the names of the fields of their rules.

    Nothing if all of these are rules that IRC does not know.
    """
    letters = [_FIELDS[name] for name in changed if name in _FIELDS]
    on, params = _on(letters, rules)
    off = "".join(letter for letter in letters if letter not in on)
    signed = f"+{on}" * bool(on) + f"-{off}" * bool(off)
    return [signed, *params, *([HIDDEN] if KEY in off else [])] if signed else []


def is_on(letter: str, rules: RoomRules) -> bool:
    """Whether a room has a mode that is a rule."""
    if letter in FLAGS:
        is_so: bool = getattr(rules, FLAGS[letter][1])
        return is_so is not (letter == TURNED)
    return bool(rules.key if letter == KEY else rules.limit)


def _on(letters: Iterable[str], rules: RoomRules) -> tuple[str, list[str]]:
    on = [letter for letter in letters if is_on(letter, rules)]
    params = {KEY: HIDDEN, LIMIT: str(rules.limit)}
    return "".join(on), [params[letter] for letter in on if letter in params]
