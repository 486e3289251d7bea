"""One JSON object a line: bytes → object → bytes, the same for server and client."""

from __future__ import annotations

import json
from typing import Any, NoReturn

PROTOCOL = 1
"""The version of the protocol (docs/json-protocol.md) that this program speaks."""

ESCAPED = 6
"""Bytes that JSON may need for one byte of text: `\\u0001`."""

AROUND = 4096
"""Bytes for all of a line that is not its text."""

Object = dict[str, Any]
"""What a line says: fields by name."""


class BadLineError(Exception):
    """That line is no JSON object in UTF-8; the text is a code of the protocol."""


def longest_line(text: int) -> int:
    """How long a line may be whose text has so many bytes."""
    return ESCAPED * text + AROUND


def decode(line: bytes) -> Object:
    """Read a line.

    Raises:
        BadLineError: it is no JSON object in UTF-8.
    """
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise BadLineError("not-utf8") from None
    try:
        read = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):  # thousands of brackets are no request
        raise BadLineError("not-json") from None
    if not isinstance(read, dict):
        raise BadLineError("not-an-object")
    return read


def encode(fields: Object) -> bytes:
    """Write a line, with its end.

    Text is written as it is; a lone surrogate, which no UTF-8 can carry, as a question mark.
    """
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode(errors="replace") + b"\n"


def _no_number(name: str) -> NoReturn:
    """Refuse `NaN` and `Infinity`, which are no JSON (RFC 8259, section 6)."""
    raise ValueError(name)
