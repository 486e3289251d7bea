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
    """All accounts, as far as they are committed; and what is decided about them and under way."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._by_id: dict[str, Account] = {}
        self._by_name: dict[str, Account] = {}
        self._generations: dict[str, int] = {}
        """Of accounts that were deleted, the last life of their tokens: there is another one when
        whoever had it makes an account again."""
        self._decided: list[Account] = []
        """How accounts are to be, in the order in which that was decided."""

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

    def decided(self, name: str) -> Account | None:
        """Find the account of a name as it will be: what is decided next is decided about that."""
        folded = fold(name.strip()[: longest_typed(self.limits.name_characters)])
        for account in reversed(self._decided):
            if fold(account.name) == folded:
                return None if account.standing is Standing.DELETED else account
        return self.named(name)

    def decide(self, account: Account) -> None:
        """Take note of how an account is to be, which is not committed yet."""
        self._decided.append(account)

    def settle(self, account: Account) -> None:
        """Follow what has become of that: it is committed, or could not be."""
        if account in self._decided:
            self._decided.remove(account)

    def of(self, identity: str) -> Account | None:
        """Find the account of a person (a `User.id`)."""
        return self._by_id.get(identity)

    def generation(self, identity: str) -> int:
        """Tell which life of the tokens of a person (a `User.id`) it is.

        0: they never had an account.
        """
        account = self._by_id.get(identity)
        return self._generations.get(identity, 0) if account is None else account.generation

    def all(self) -> Sequence[Account]:
        """List them by name."""
        return [account for _, account in sorted(self._by_name.items())]

    def begins_anew(self) -> None:
        """Forget what is committed: it is told anew."""
        self._by_id.clear()
        self._by_name.clear()
        self._generations.clear()

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
            self._generations[account.id] = account.generation
        else:
            self._by_id[account.id] = self._by_name[folded] = account
        return True
