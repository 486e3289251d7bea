"""The scripts in Lua, which lie in `lua/`."""

from __future__ import annotations

from pathlib import Path

from twistchat.engine.redis.link import Script

FOLDER = Path(__file__).parent / "lua"


def script(name: str) -> Script:
    """Read a script."""
    return Script(name, (FOLDER / f"{name}.lua").read_bytes())
