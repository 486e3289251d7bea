"""The fields of a line of an export, each checked: what cannot be so is a `RecordError`."""

from __future__ import annotations

import json
from typing import Any

from twistchat.core.names import may_be_name
from twistchat.core.text import clean

LATEST = 253_000_000_000.0
"""Seconds since 1970: a time in the year 9987. Calendars end soon after."""

LONGEST_NAME = 1024
"""Bytes of a name or an id: some hundred characters, and more than anybody can have."""


class RecordError(Exception):
    """A line is not as this format has it; the message says how."""


def parsed(line: bytes) -> dict[str, Any]:
    """Read a line: it is one JSON object."""
    try:
        fields = json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise RecordError("this is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise RecordError("this is no JSON") from error
    if not isinstance(fields, dict):
        raise RecordError("this is no JSON object")
    return fields


def text_of(fields: dict[str, Any], name: str, longest: int = LONGEST_NAME) -> str:
    """Read a text of so many bytes at most."""
    value = fields.get(name)
    if not isinstance(value, str):
        raise RecordError(f"{name} is missing, or no text")
    try:
        size = len(value.encode())
    except UnicodeEncodeError as error:
        raise RecordError(f"{name} has half a character in it (a surrogate)") from error
    if size > longest:  # before anybody normalises it, which may take long
        raise RecordError(f"{name} is longer than {longest} bytes")
    return value


def name_of(fields: dict[str, Any], name: str) -> str:
    """Read somebody's name."""
    value = text_of(fields, name)
    if not may_be_name(value):
        raise RecordError(f"{name} is {value[:40]!r}, which is no name: see /nick")
    return value


def id_of(fields: dict[str, Any], name: str) -> str:
    """Read an id."""
    value = text_of(fields, name)
    if not value or "," in value or clean(value) != value:
        raise RecordError(f"{name} is {value[:40]!r}, which is no id")
    return value


def number_of(fields: dict[str, Any], name: str, least: int = 1) -> int:
    """Read a whole number."""
    value = fields.get(name)
    if type(value) is not int or not least <= value < 2**62:
        raise RecordError(f"{name} is missing, or no number from {least} on")
    return value


def time_of(fields: dict[str, Any], name: str) -> float:
    """Read a time, in seconds since 1970."""
    value = fields.get(name)
    if not isinstance(value, int | float) or value is True or not 0 <= value < LATEST:
        raise RecordError(f"{name} is missing, or no time in seconds since 1970")
    return float(value)
