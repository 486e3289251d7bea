"""Who has which name: claimed over all nodes, given back as soon as that can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.engine.redis.link import AnswerLostError, NotSentError
from twistchat.engine.redis.store import NodeGoneError

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twistchat.engine.redis.lease import Lease
    from twistchat.engine.redis.place import Place
    from twistchat.engine.redis.store import Store


class Names:
    """Claims names and gives them back."""

    def __init__(self, *, store: Store, place: Place, lease: Lease, patience: float) -> None:
        self._store = store
        self._place = place
        self._lease = lease
        self._patience = patience
        self._released: dict[str, str] = {}
        """What is to be given back once there is a connection."""
        lease.now_ready = self._give_back

    async def claim(self, name: str, holder: str) -> bool:
        """See `Engine.claim`; while there is no connection it waits for one, but not for long.

        Raises:
            StoreError: nobody knows whether it is theirs.
        """
        for _ in range(2):
            await self._lease.ready(self._patience)
            self._released.pop(name, None)
            try:
                return await self._store.claim(self._place.here, name, holder)
            except (NotSentError, AnswerLostError, NodeGoneError) as error:
                self._lease.doubt_of(error)
        await self._lease.ready(self._patience)
        return await self._store.claim(self._place.here, name, holder)

    def release(self, name: str, holder: str) -> None:
        """See `Engine.release`."""
        self._released[name] = holder
        if self._lease.is_ready:
            self._give_back()

    def _give_back(self) -> None:
        released, self._released = self._released, {}
        for name, holder in released.items():

            def failed(failure: Failure, name: str = name, holder: str = holder) -> None:
                self._released.setdefault(name, holder)
                self._lease.doubt(failure)

            self._store.release(self._place.here, name, holder).addErrback(failed)
