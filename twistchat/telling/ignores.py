"""Who wants to hear nothing of whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from twistchat.core.events import Invited, Item, Renamed, Said, Whispered
from twistchat.core.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


T = TypeVar("T")


class Ignores(Generic[T]):
    """Whom each listener ignores, by nickname: it holds when they rename or come back.

    Words and invitations are not told; that somebody comes or goes is.
    """

    def __init__(self) -> None:
        self._by_listener: dict[T, dict[str, str]] = {}
        """The names as they were typed, by the folded ones."""
        self._by_name: dict[str, dict[T, None]] = {}

    def of(self, listener: T) -> Sequence[str]:
        """Whom a listener ignores."""
        return list(self._by_listener.get(listener, {}).values())

    def add(self, listener: T, name: str) -> None:
        """Ignore somebody."""
        self._by_listener.setdefault(listener, {})[fold(name)] = name
        self._by_name.setdefault(fold(name), {})[listener] = None

    def remove(self, listener: T, name: str) -> bool:
        """Ignore somebody no more. False if they were not ignored."""
        mine = self._by_listener.get(listener, {})
        if mine.pop(fold(name), None) is None:
            return False
        if not mine:
            del self._by_listener[listener]
        others = self._by_name[fold(name)]
        del others[listener]
        if not others:
            del self._by_name[fold(name)]
        return True

    def clear(self, listener: T) -> None:
        """Forget whom a listener ignored."""
        for name in self.of(listener):
            self.remove(listener, name)

    def deaf_to(self, item: Item) -> Iterable[T]:
        """Find the listeners to whom this is not told."""
        if not self._by_name or not isinstance(item, Said | Whispered | Invited):
            return ()
        return self._by_name.get(fold(item.who), ())

    def follow(self, renamed: Renamed) -> None:
        """Ignore somebody who is ignored under their new name as well as before."""
        for listener in list(self._by_name.get(fold(renamed.old), ())):
            self.remove(listener, renamed.old)
            self.add(listener, renamed.new)
