"""Who has which name: claimed over all nodes, given back as soon as that can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.engine import UnavailableError
from twistchat.engine.redis.link import (
    FULL,
    PASSING,
    AnswerLostError,
    NotSentError,
    RefusedError,
    StoreError,
)
from twistchat.engine.redis.store import NodeGoneError

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twistchat.engine.redis.lease import Lease
    from twistchat.engine.redis.place import Place
    from twistchat.engine.redis.store import Store


TRIES = 3
"""How often a name is claimed, where an answer is lost."""


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
            UnavailableError: nobody knows whether it is theirs.
            StoreError: the same, and the operator does not know why.
        """
        why: StoreError | None = None
        for _ in range(TRIES):
            if why is not None:
                self._lease.doubt_of(why)
            await self._lease.ready(self._patience)
            self._released.pop(name, None)
            try:
                return await self._store.claim(self._place.here, name, holder)
            except (NotSentError, AnswerLostError, NodeGoneError) as error:
                why = error
            except RefusedError as error:
                if error.code in FULL:
                    raise UnavailableError(str(error)) from error
                if error.code not in PASSING:
                    raise
                why = error
        raise UnavailableError(str(why)) from why

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
