"""Who wants to hear nothing of whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from twistchat.core.events import (
    Departed,
    Invited,
    Item,
    Left,
    Renamed,
    Said,
    Signalled,
    Tagged,
    Whispered,
)
from twistchat.core.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")

_HEARD = Said | Whispered | Signalled | Tagged | Invited | Left | Departed
"""What is not told as it is to who ignores its speaker."""


@dataclass(slots=True, eq=False)
class _Ignored:
    """Somebody who is ignored."""

    name: str
    """As it was typed."""
    keys: dict[str, None] = field(default_factory=dict)
    """That name, folded, and the ids of those who bore it since, with an @ before, which no name
    has in it."""


class Ignores(Generic[T]):
    """Whom each listener ignores.

    By nickname, so that it holds when they come back; and by who they are, so that it holds when
    they rename, also for what they said before. (Another name that they took is not ignored when
    they are gone: it may be an innocent person's.) Their words and invitations are not told. That
    they come and go is, without parting words.
    """

    def __init__(self) -> None:
        self._by_listener: dict[T, list[_Ignored]] = {}
        self.deaf: dict[str, dict[T, None]] = {}
        """Who ignores it, by folded name and by id."""

    def of(self, listener: T) -> Sequence[str]:
        """Whom a listener ignores."""
        return [ignored.name for ignored in self._by_listener.get(listener, ())]

    def add(self, listener: T, name: str, user: str | None = None) -> None:
        """Ignore somebody, by a name, and by the id of who bears it now, if anybody does."""
        self.remove(listener, name)
        ignored = _Ignored(name)
        self._by_listener.setdefault(listener, []).append(ignored)
        self._know(listener, ignored, fold(name))
        if user is not None:
            self._know(listener, ignored, f"@{user}")

    def remove(self, listener: T, name: str, user: str | None = None) -> bool:
        """Ignore somebody no more, by the name or the id. False if they were not ignored."""
        mine = self._by_listener.get(listener, [])
        found = [one for one in mine if fold(name) in one.keys or f"@{user}" in one.keys]
        for ignored in found:
            mine.remove(ignored)
        if not mine:
            self._by_listener.pop(listener, None)
        for key in {key for ignored in found for key in ignored.keys}:
            if not any(key in other.keys for other in mine):
                deaf = self.deaf[key]
                del deaf[listener]
                if not deaf:
                    del self.deaf[key]
        return bool(found)

    def clear(self, listener: T) -> None:
        """Forget whom a listener ignored."""
        for name in self.of(listener):
            self.remove(listener, name)

    def deaf_to(self, item: Item) -> Iterable[T]:
        """Find the listeners to whom this is not told as it is."""
        if not self.deaf or not isinstance(item, _HEARD):
            return ()
        by_name = self.deaf.get(fold(item.who), {})
        return {**by_name, **self.deaf.get(f"@{item.user}", {})}

    def follow(self, renamed: Renamed) -> None:
        """Go on ignoring somebody who takes another name."""
        for listener in list(self.deaf.get(fold(renamed.old), ())):
            for ignored in self._by_listener[listener]:
                if fold(renamed.old) in ignored.keys:
                    self._know(listener, ignored, f"@{renamed.user}")

    def _know(self, listener: T, ignored: _Ignored, key: str) -> None:
        ignored.keys[key] = None
        self.deaf.setdefault(key, {})[listener] = None
