"""Who somebody is on IRC: `nick!user@host`. Hosts are cloaked: they tell nothing of an address."""

from __future__ import annotations

import hashlib
from functools import lru_cache

NO_IDENT = "chat"
"""The user name of those who have none, since they are not on IRC."""

USERLEN = 10
"""Characters of a user name."""


HOSTLEN = len("0123456789ab.cloak")
"""Characters of a host name."""


@lru_cache(10_000)
def host_of(user: str) -> str:
    """Cloak a person (by their `User.id`, which nobody is to see): the same for all connections."""
    return f"{hashlib.sha256(f'host:{user}'.encode()).hexdigest()[:12]}.cloak"


def hostmask(name: str, ident: str, user: str) -> str:
    """Write who that is; `ident` as they say."""
    return f"{name}!{user_name(ident)}@{host_of(user)}"


def user_name(ident: str) -> str:
    """Mark that nobody has checked what somebody says they are called on their machine."""
    return f"~{ident}" if ident else NO_IDENT
