"""What keeps what is said, how long, and as whom one comes to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from twistchat.engine.choice import Choice, read_choice
from twistchat.engine.redis.address import is_redis
from twistchat.engine.redis.credentials import NAMES, CredentialsError, read_credentials
from twistchat.engine.redis.link import StoreError
from twistchat.engine.retention import Retention, read_retention
from twistchat.engine.sqlite.faults import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twistchat.engine.redis.credentials import Credentials
    from twistchat.given import Given

CREDENTIALS = tuple(NAMES)
"""Options that stand in the file alone: everybody sees a command line."""


def read_engine(
    engine: Given,
    *,
    node: Given,
    retention: Given,
    credentials: Mapping[str, Given],
    rundir: Path,
) -> tuple[Choice, Retention]:
    """Find the engine and see that it can be used, and find how long it keeps what is said."""
    shown = _shown(engine, credentials, rundir) if is_redis(engine.value) else None
    if node.value == "":
        node.wrong(f"{node.name} is empty: give the node a name, or leave it out")
    try:
        choice = read_choice(engine.value, node=node.value or "", credentials=shown)
        choice.check(rundir)
    except (ValueError, DatabaseError, StoreError) as error:
        engine.wrong(error)
    rules = [retention.value] if isinstance(retention.value, str) else retention.value
    try:
        kept = read_retention(rules)
    except ValueError as error:
        retention.wrong(error)
    if engine.value == "memory:" and rules:
        retention.wrong(
            f"{retention.name} is for what is kept: the memory engine has limits instead"
            " (history, history-bytes, ...)"
        )
    return choice, kept


def _shown(engine: Given, credentials: Mapping[str, Given], rundir: Path) -> Credentials:
    """Find as whom one comes to a Redis."""
    texts = {name: given.value for name, given in credentials.items() if given.value is not None}
    try:
        return read_credentials(texts, os.environ, rundir)
    except CredentialsError as error:
        (credentials[error.option] if error.option in texts else engine).wrong(error)
