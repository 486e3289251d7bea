"""The chat as a front end may look at it: who is here, which rooms there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.core.accounts import Directory
    from twistchat.core.events import MembersListed
    from twistchat.core.limits import Limits
    from twistchat.core.model import Room, User


class Place(Protocol):
    """What there is, as it was decided so far; for looking only.

    What a front end answers from it rides in the order of what was asked (`Written`), behind all
    that was decided before.
    """

    limits: Limits

    @property
    def now(self) -> Callable[[], float]:
        """Tell the time: seconds since 1970, UTC."""

    def person(self, name: str) -> User | None:
        """Find who bears a name now."""

    def user(self, identity: str) -> User | None:
        """Find who is here by their id."""

    @property
    def people(self) -> Sequence[User]:
        """Everybody who is here, in the order of coming."""

    @property
    def population(self) -> int:
        """How many are here."""

    def room(self, name: str) -> Room | None:
        """Find a room by its name, in the spelling that rooms have."""

    def members(self, room: Room) -> MembersListed:
        """Tell who is in a room, as to somebody who comes into it."""

    @property
    def rooms(self) -> Sequence[Room]:
        """All rooms."""

    @property
    def accounts(self) -> Directory:
        """All accounts."""
