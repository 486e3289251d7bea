"""The password of the house: whoever comes in has to know it, guest or not."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from math import ceil
from typing import TYPE_CHECKING

from twistchat.accounts.passwords import LONGEST, normalised
from twistchat.core.codes import Refusal
from twistchat.core.events import Refused

if TYPE_CHECKING:
    from twistchat.accounts.attempts import Attempts


class HousePassword:
    """A password that everybody is told. Blanks around it do not count."""

    __slots__ = ("_digest", "_key")

    def __init__(self, password: str) -> None:
        text = normalised(password.strip())
        if text is None:
            raise ValueError(f"a password has 1 to {LONGEST} bytes, and no control characters")
        self._key = secrets.token_bytes(32)
        self._digest = self._digest_of(text)

    @classmethod
    def of_file(cls, text: str) -> HousePassword:
        """Read it from a file's text: its first line.

        Raises:
            ValueError: that is none; with a sentence saying so.
        """
        first = text.partition("\n")[0]
        if not first.strip():
            raise ValueError("its first line is empty: write the password there")
        return cls(first)

    def is_right(self, typed: str) -> bool:
        """Compare it with what somebody typed, in the same time whatever that was."""
        text = normalised(typed.strip()) or ""
        return hmac.compare_digest(self._digest_of(text), self._digest)

    def _digest_of(self, text: str) -> bytes:
        # Of one length, since a comparison tells that of what it compares.
        return hashlib.blake2b(text.encode(), key=self._key).digest()


class House:
    """Asks for the password of the house, if it has one; guessing at it is slowed down."""

    def __init__(self, password: HousePassword | None, attempts: Attempts) -> None:
        self._password = password
        self._attempts = attempts

    @property
    def has_password(self) -> bool:
        """Whether it has one."""
        return self._password is not None

    def admit(self, typed: str, address: str) -> Refused | None:
        """Let somebody in who typed this, or tell why not."""
        if self._password is None:
            return None
        if wait := self._attempts.wait(None, address):
            return Refused(Refusal.ATTEMPTS_FAST, hint=str(ceil(wait)))
        attempt = self._attempts.begin(None, address)
        if self._password.is_right(typed):
            attempt.succeeded()
            return None
        attempt.failed()
        return Refused(Refusal.HOUSE_PASSWORD_WRONG)
