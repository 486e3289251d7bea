"""People with accounts on nc, and what the house knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.accounts import OTHER, SECRET, WRONG, Accounts
from tests.contract.wires import LineWire

if TYPE_CHECKING:
    from twistchat.testing import Person

__all__ = ["OTHER", "SECRET", "WRONG", "AccountTestCase"]


class AccountTestCase(LineWire, Accounts):
    """A test in which people on nc have accounts."""

    def typing_all(self, person: Person, *lines: str) -> list[str]:
        """Let somebody type lines, with a while between them, and return what they see."""
        person.sees()
        for line in lines:
            person.types(line)
            self.settles()
        return person.sees()

    def unread(self, name: str) -> list[str]:
        """What the owner of an account has not surely read of what was said to them alone."""
        account = self.world.parts.chat.accounts.named(name)
        assert account is not None
        reading = self.world.engine.unread(account.id, limit=100)
        self.settles()
        return [getattr(found.item, "text", "") for found in self.successResultOf(reading)]
