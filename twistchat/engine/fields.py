"""What of an event is more than a line of text: as fields of JSON, and back."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Any

from twistchat.core.accounts import Account, Role, Standing
from twistchat.core.events import Said, Whispered
from twistchat.core.law import RoomRules
from twistchat.core.limits import NONE
from twistchat.core.rules import LONGEST_HIDDEN

if TYPE_CHECKING:
    from collections.abc import Mapping

UNCHANGED = RoomRules()

LONGEST = 1_000
"""Characters of a name or an id in them: more than any has."""


def as_text(fields: Mapping[str, Any]) -> str:
    """Write fields as they stand in one column.

    Raises:
        ValueError: one of them is a number that is none.
    """
    return json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def from_text(text: str) -> dict[str, Any]:
    """Read what `as_text` has written.

    Raises:
        ValueError: it is something else.
    """
    try:
        fields = json.loads(text)
    except RecursionError as error:
        raise ValueError("fields within fields") from error
    if not isinstance(fields, dict):
        raise ValueError("no fields where there should be some")  # noqa: TRY004, as all else here
    return fields


def said_as(event: Said | Whispered) -> str:
    """Name what kind of saying that is."""
    if isinstance(event, Said):
        return "did" if event.action else "noticed" if event.notice else "said"
    how = "-did" if event.action else "-noticed" if event.notice else ""
    return f"whispered{how}"


def rules_fields(rules: RoomRules) -> dict[str, Any]:
    """Name the rules of a room that are other than they are at first."""
    values = {name: getattr(rules, name) for name in RoomRules.__slots__}
    return {name: value for name, value in values.items() if value != getattr(UNCHANGED, name)}


def read_rules(fields: object) -> RoomRules:
    """Read the rules of a room.

    Raises:
        ValueError: there is no such rule, or one cannot be so.
    """
    if not isinstance(fields, dict):
        raise ValueError("rules that are no fields")  # noqa: TRY004, as all else here
    for name, value in fields.items():
        if name not in RoomRules.__slots__:
            raise ValueError(f"a rule that this version does not know: {str(name)[:40]!r}")
        if not _may_be(value, getattr(UNCHANGED, name)):
            raise ValueError(f"the rule {name} cannot be {str(value)[:40]!r}")
    return RoomRules(**fields)


def _may_be(value: object, usual: object) -> bool:
    if isinstance(usual, bool):
        return isinstance(value, bool)
    if isinstance(usual, str):
        return isinstance(value, str) and len(value) <= LONGEST_HIDDEN
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, type(usual) | int) and 0 <= value <= NONE


def account_fields(account: Account) -> dict[str, Any]:
    """Name all that is known of an account."""
    return {
        "id": account.id,
        "name": account.name,
        "role": account.role.value,
        "standing": account.standing.value,
        "generation": account.generation,
        "since": account.since,
    }


def read_account(fields: object) -> Account:
    """Read an account.

    Raises:
        ValueError: something is missing, or cannot be so.
    """
    if not isinstance(fields, dict):
        raise ValueError("an account that is no fields")  # noqa: TRY004, as all else here
    identity, name = fields.get("id"), fields.get("name")
    if not (_is_word(identity) and _is_word(name)):
        raise ValueError("an account without an id or a name")
    generation, since = fields.get("generation"), fields.get("since")
    if type(generation) is not int or not 1 <= generation < 2**62:
        raise ValueError(f"a generation of an account that cannot be: {str(generation)[:40]!r}")
    if isinstance(since, bool) or not isinstance(since, int | float) or not isfinite(since):
        raise ValueError(f"an account since {str(since)[:40]!r}")
    role, standing = Role(str(fields.get("role"))), Standing(str(fields.get("standing")))
    return Account(str(identity), str(name), role, standing, generation, float(since))


def _is_word(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST
