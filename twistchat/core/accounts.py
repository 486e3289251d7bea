"""Accounts: names that belong to somebody, also while they are away."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from twistchat.core.names import fold, longest_typed
from twistchat.core.values import value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.limits import Limits


class Role(StrEnum):
    """What the owner of an account may do on this server."""

    PERSON = "person"
    OPERATOR = "operator"


class Standing(StrEnum):
    """Whether one can log in to an account."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"


class AccountDeed(StrEnum):
    """What is done about an account."""

    REGISTER = "register"
    PASSWORD = "password"  # noqa: S105, a word and no password
    ROLE = "role"
    DISABLE = "disable"
    ENABLE = "enable"
    DELETE = "delete"


@value(frozen=True, slots=True)
class Account:
    """A name that belongs to somebody. Their password is the engine's alone."""

    id: str
    """The `User.id` of everybody who has logged in to it."""
    name: str
    role: Role = Role.PERSON
    standing: Standing = Standing.ACTIVE
    generation: int = 1
    """Which life of its tokens: one more makes all that were given out worthless."""
    since: float = 0.0
    """When it was made: seconds since 1970, UTC."""

    @property
    def is_disabled(self) -> bool:
        """Whether nobody can log in to it for now."""
        return self.standing is Standing.DISABLED


class Directory:
    """All accounts, as far as they are committed."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._by_id: dict[str, Account] = {}
        self._by_name: dict[str, Account] = {}

    def __len__(self) -> int:
        """Count them."""
        return len(self._by_id)

    def named(self, name: str) -> Account | None:
        """Find the account of a name, in any spelling."""
        name = name.strip()
        if not self._by_name or len(name) > longest_typed(self.limits.name_characters):
            return None
        return self._by_name.get(fold(name))

    def is_registered(self, folded: str) -> bool:
        """Whether a name, given as `names.fold` makes it, belongs to an account."""
        return folded in self._by_name

    def of(self, identity: str) -> Account | None:
        """Find the account of a person (a `User.id`)."""
        return self._by_id.get(identity)

    def all(self) -> Sequence[Account]:
        """List them by name."""
        return [account for _, account in sorted(self._by_name.items())]

    def put(self, account: Account) -> bool:
        """Take over how an account is now; whether it could be.

        It cannot, where its name belongs to another one: two were made at the same time.
        """
        folded = fold(account.name)
        other = self._by_name.get(folded)
        if other is not None and other.id != account.id:
            return False
        if account.standing is Standing.DELETED:
            self._by_id.pop(account.id, None)
            self._by_name.pop(folded, None)
        else:
            self._by_id[account.id] = self._by_name[folded] = account
        return True
