"""Who has which name, where one process decides it alone."""

from __future__ import annotations


class Holders:
    """Folded names, and the id of who has each."""

    def __init__(self) -> None:
        self._by_name: dict[str, str] = {}

    def claim(self, name: str, holder: str) -> bool:
        """See `Engine.claim`."""
        return self._by_name.setdefault(name, holder) == holder

    def release(self, name: str, holder: str) -> None:
        """See `Engine.release`."""
        if self._by_name.get(name) == holder:
            del self._by_name[name]
