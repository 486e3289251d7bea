"""Who one is, and what one has read, as fields; a part of `format.py`, for its length."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from twistchat.core import events as e
from twistchat.core.accounts import Role

if TYPE_CHECKING:
    from twistchat.frontends.jsonlines.codec import Object

Answer = e.Welcomed | e.TokenTold | e.LoggedOut | e.ReadTold
"""What is put into fields here."""


def answer(reply: Answer) -> Object:
    """Put into fields who somebody is, what they come back with, or up to where they have read."""
    match reply:
        case e.Welcomed():
            return _welcome(reply)
        case e.TokenTold():
            return {"type": "token", "token": reply.token, "expires": reply.expires}
        case e.LoggedOut():
            return {"type": "logged-out"}
        case e.ReadTold():
            where: Object = {"room": reply.room} if reply.room else {"with": reply.to}
            return {"type": "read"} | where | {"number": reply.number}
        case _:
            assert_never(reply)


def _welcome(reply: e.Welcomed) -> Object:
    told: Object = {"type": "welcome", "name": reply.name, "resumed": reply.is_back}
    told |= {"token": reply.token, "expires": reply.expires}
    if reply.role is not None:
        told["account"] = True
    if reply.role is Role.OPERATOR:
        told["operator"] = True
    return told


def account_set(item: e.AccountSet, when_who: Object) -> Object:
    """Put into fields what was done about an account; never what comes in with it."""
    account: Object = {"name": item.account.name, "role": str(item.account.role)}
    return {"type": "account"} | when_who | account | {"deed": str(item.deed)}


def account(name: str, role: Role | None) -> Object:
    """Put into fields which account somebody is logged in to, if any."""
    return {"type": "account", "name": name, "role": None if role is None else str(role)}
