"""How an operator hears what a room is told: as any session does, and in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.concerns import is_reply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twistchat.core.events import Cause
    from twistchat.engine import Label
    from twistchat.telling.specials import Part


class Ear:
    """A listener of Fanout's (`telling.fanout.Listener`) that is nobody in the chat."""

    is_in = False

    def put(self, data: bytes) -> None:
        """Hand on what a watched room is told. For those who derive from this."""
        raise NotImplementedError

    def tell(self, parts: Iterable[Part]) -> None:
        """Hand on what everybody is told; to an operator nobody replies in this way."""
        for committed, encoded in parts:
            if committed is None or not is_reply(committed.item):
                self.put(encoded)

    def replaced(self) -> None:
        """Nobody goes on in the operator's place."""

    def put_out(self, cause: Cause, label: Label | None = None, words: str = "") -> None:
        """Nobody puts the operator out."""
