"""What somebody comes back with as themselves: a token, which nobody can guess or make.

It names a person and when it was given out, signed with the engine's secret; so nothing has to be
kept for it, and it is good after a restart, however that came.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from typing import TYPE_CHECKING, NamedTuple

from twistchat.core.events import Refusal, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from twistchat.core.accounts import Directory
    from twistchat.core.limits import Limits
    from twistchat.engine import Engine

PERSON = 8
"""Bytes of a `User.id`, which is written in hexadecimal digits."""

TIME = 5
"""Bytes of a time in seconds: enough for 34,000 years."""

SIGNATURE = 16
"""Bytes of the HMAC-SHA256 (RFC 2104, which allows cutting it to half of its length)."""

SHAPE = re.compile(r"[A-Za-z0-9_-]{39}")
"""Base64 with the letters of URLs and file names (RFC 4648, section 5), without padding."""


class Token(NamedTuple):
    """A token, and until when (seconds since 1970, UTC) it can be used."""

    text: str
    expires: float


class Tokens:
    """Gives tokens out, and reads them."""

    def __init__(
        self,
        *,
        engine: Engine,
        limits: Limits,
        now: Callable[[], float],
        accounts: Directory,
    ) -> None:
        self._engine = engine
        self._accounts = accounts
        self._time = limits.token_time
        self._now = now

    def give(self, person: str) -> Token:
        """Make a token for a person (a `User.id`)."""
        now = int(self._now())
        body = bytes.fromhex(person) + now.to_bytes(TIME)
        token = base64.urlsafe_b64encode(body + self._sign(body)).rstrip(b"=")
        return Token(token.decode(), now + self._time)

    def read(self, text: str) -> str | Refused:
        """Read whose token that is: a `User.id`, or why it is no good."""
        text = text.strip()
        if SHAPE.fullmatch(text) is None:
            return Refused(Refusal.TOKEN_UNKNOWN)
        try:
            token = base64.urlsafe_b64decode(text + "=")
        except binascii.Error:
            return Refused(Refusal.TOKEN_UNKNOWN)
        body, signature = token[: PERSON + TIME], token[PERSON + TIME :]
        if not hmac.compare_digest(signature, self._sign(body)):
            return Refused(Refusal.TOKEN_UNKNOWN)
        account = self._accounts.of(body[:PERSON].hex())
        if account is not None and account.is_disabled:
            return Refused(Refusal.ACCOUNT_DISABLED, account.name)
        if int.from_bytes(body[PERSON:]) + self._time < self._now():
            return Refused(Refusal.TOKEN_EXPIRED)
        return body[:PERSON].hex()

    def _sign(self, body: bytes) -> bytes:
        # What was given to somebody before they had an account, or in an earlier life of its
        # tokens, is signed otherwise: so it is worth nothing any more, also when it is deleted.
        if generation := self._accounts.generation(body[:PERSON].hex()):
            body += generation.to_bytes(8)
        return hmac.digest(self._engine.secret, b"token" + body, hashlib.sha256)[:SIGNATURE]
