"""How a connection begins, and whether what is at its other end is a Redis that can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.engine.redis.link import RefusedError, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.engine.redis.address import Place
    from twistchat.engine.redis.credentials import Credentials
    from twistchat.engine.redis.link import Word

OLDEST = (6, 2)
"""XRANGE with an end that is left out; what a script may do with TIME."""

NAME = "name"
"""The step that may fail: what a connection is called is for those who look at Redis."""

Facts = dict[str, str]
"""What INFO says."""

_WHERE = (
    "redis-username and redis-password in a server's file of --config,"
    " or TWISTCHAT_REDIS_USERNAME and TWISTCHAT_REDIS_PASSWORD"
)


class UnfitError(StoreError):
    """It cannot be used before somebody changes something."""


class NotNowError(StoreError):
    """It cannot be used now, and may be later."""


def introduction(
    credentials: Credentials, name: str, database: int
) -> list[tuple[str, tuple[Word, ...]]]:
    """List the commands that a connection begins with, each with what it is about."""
    steps: list[tuple[str, tuple[Word, ...]]] = []
    if credentials.username:
        steps.append(("password", ("AUTH", credentials.username, credentials.password)))
    elif credentials.password:
        steps.append(("password", ("AUTH", credentials.password)))
    steps.append((NAME, ("CLIENT", "SETNAME", name)))
    if database:
        steps.append((f"database {database}", ("SELECT", database)))
    return steps


def explained(about: str, error: RefusedError) -> StoreError:
    """Say in other words why a connection cannot begin."""
    text = str(error)
    if error.code in {"LOADING", "MASTERDOWN", "BUSY"}:
        return NotNowError("it is still loading its data" if error.code == "LOADING" else text)
    if error.code == "NOAUTH":
        return UnfitError(f"it wants a password: set {_WHERE}")
    if error.code == "WRONGPASS" or "invalid password" in text:
        return UnfitError(f"the password is wrong, or the user: change {_WHERE}")
    if about == "password" and "without any password" in text:
        return UnfitError(f"it has no password, but was given one: leave out {_WHERE}")
    if error.code == "NOPERM":
        return UnfitError(f"its user may not do what a chat needs: {text}")
    if error.code == "DENIED":
        return UnfitError("it talks to its own machine alone (protected mode): give it a password")
    if about == "master" and "unknown command" in text:
        return UnfitError("it is no Sentinel")
    if about.startswith("database"):
        return UnfitError(f"it has no {about}: {text}")
    return UnfitError(f"it answers {text!r}")


def read_facts(answer: object) -> Facts:
    """Read what INFO answers."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else ""
    pairs = (line.partition(":") for line in text.splitlines() if not line.startswith("#"))
    return {name: value for name, colon, value in pairs if colon}


def judge(facts: Mapping[str, str]) -> None:
    """See whether a chat can be kept there.

    Raises:
        UnfitError: it cannot.
        NotNowError: it cannot now.
    """
    version = facts.get("redis_version", "")
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if not numbers:
        raise UnfitError("it does not say which version it is: is it a Redis?")
    if numbers < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise UnfitError(f"it is Redis {version}, and {oldest} is the oldest that will do")
    if facts.get("redis_mode") == "sentinel":
        raise UnfitError("it is a Sentinel: write redis+sentinel://HOST:PORT/MASTER/0")
    if facts.get("redis_mode") == "cluster" or facts.get("cluster_enabled") == "1":
        raise UnfitError(
            "it is part of a Redis Cluster, over which one order cannot be kept: use a Redis"
            " without cluster-enabled, and Sentinels"
        )
    if facts.get("loading") == "1":
        raise NotNowError("it is still loading its data")
    if facts.get("role", "master") != "master":
        raise NotNowError("it is a replica: name its master, or the Sentinels that know it")


def warning(facts: Mapping[str, str]) -> str:
    """Say what may go wrong there later; empty: nothing that can be seen."""
    policy = facts.get("maxmemory_policy", "noeviction")
    if facts.get("maxmemory", "0") != "0" and policy != "noeviction":
        return (
            f"Redis may throw away what the chat keeps when its memory is full (maxmemory-policy"
            f" {policy}): set noeviction"
        )
    return ""


def may_lose(appendonly: str, appendfsync: str) -> str:
    """Say what of what was seen may be lost with such settings; empty: nothing, or nobody knows."""
    if appendonly == "no":
        what = "all since its last snapshot when it ends (appendonly no)"
    elif appendonly == "yes" and appendfsync != "always":
        what = f"the last moments when its machine fails (appendfsync {appendfsync})"
    else:
        return ""
    return (
        f"Redis may lose what people have seen, {what}. With appendonly yes and appendfsync always"
        " it does not: docs/promises.md"
    )


def read_master(answer: object, master: str) -> Place:
    """Read where the master is, as a Sentinel says.

    Raises:
        StoreError: it knows no such master.
    """
    if not isinstance(answer, list) or len(answer) != 2:
        raise StoreError(f"it knows no master {master!r}")
    return answer[0].decode(), int(answer[1])
