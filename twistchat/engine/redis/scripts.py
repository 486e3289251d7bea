"""The scripts that Redis runs for us, in Lua: each is one step that nothing comes between."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from twistchat.engine.redis.link import Script


def load(name: str, *, before: str = "common") -> Script:
    """Read a script from `lua/`, behind what it shares with others (empty: nothing)."""
    folder = files(__package__).joinpath("lua")
    parts = [f"{part}.lua" for part in (before, name) if part]
    return Script(name, b"\n".join(folder.joinpath(part).read_bytes() for part in parts))


HELLO: Final = load("hello")
APPEND: Final = load("append")
FEED: Final = load("feed")
BEAT: Final = load("beat")
LEAVE: Final = load("leave")
REASSERT: Final = load("reassert")
CLAIM: Final = load("claim")
RELEASE: Final = load("release")
NODES: Final = load("nodes")
