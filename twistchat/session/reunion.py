"""What follows for connections here from what other nodes decide about their people.

Whoever has an account may be connected to several nodes; a guest is at the one where they came in
last: their connections elsewhere are replaced, as a connection that is lost is by the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.events import (
    Cause,
    Departed,
    Entered,
    Refusal,
    Refused,
    Renamed,
    Resynced,
    Withdrew,
)
from twistchat.core.names import fold
from twistchat.session.putting_out import PUT_OUT, put_out

if TYPE_CHECKING:
    from twistchat.core.chat import Chat
    from twistchat.core.model import User
    from twistchat.engine import Committed
    from twistchat.login import Names
    from twistchat.pipeline import Pipeline
    from twistchat.telling.fanout import Fanout


class Reunion:
    """Keeps connections here in step with the other nodes."""

    def __init__(self, *, chat: Chat, pipeline: Pipeline, fanout: Fanout, names: Names) -> None:
        self._chat = chat
        self._pipeline = pipeline
        self._fanout = fanout
        self._names = names

    def follow(self, committed: Committed) -> None:
        """Follow what another node has decided, or what is told anew. Called by the pipeline."""
        item = committed.item
        match item:
            case Entered():
                self._names.taken(item.who, item.user)
                self._replace(item.user)
            case Departed():
                if item.cause not in PUT_OUT and item.cause is not Cause.LEFT:
                    self._names.kept_elsewhere(item.who, item.user)
                put_out([item], self._fanout)
            case Renamed():
                self._renamed(item, Refusal.NAME_LOST if not committed.node else None)
            case Withdrew():
                user = self._chat.user(item.user)
                if user is not None and user.is_here:
                    self._claim(user)  # the node that has left may have claimed it last
            case Resynced():
                for user in self._chat.people:
                    if user.is_here:
                        self._claim(user)
                    else:
                        self._replace(user.id)
            case _:
                pass

    def _replace(self, identity: str) -> None:
        """End the connections of somebody who goes on at another node."""
        user = self._chat.user(identity)
        if user is None or not user.is_here:
            for session in self._fanout.others(identity):
                session.replaced()

    def _renamed(self, renamed: Renamed, why: Refusal | None) -> None:
        """Somebody who is here was given another name elsewhere: it is claimed from here on."""
        user = self._chat.user(renamed.user)
        if user is None or not user.is_here:
            return
        self._claim(user)
        self._tell(user, why or Refusal.NAME_CLAIMED, renamed.old)

    def _claim(self, user: User) -> None:
        """Claim the name again that somebody bears; who has lost it is given another one."""
        name = user.name

        def claimed(found: str) -> None:
            if fold(found) == fold(name):
                return
            if self._chat.user(user.id) is user and user.is_here and user.name == name:
                self._pipeline.submit(self._chat.displace(user, found))
                self._tell(user, Refusal.NAME_LOST, name)
            else:
                self._names.release(found, user.id)

        claiming = self._names.claim_or_another(name, user.id)
        claiming.addCallbacks(claimed, lambda _: None)  # it is claimed again at the next resync

    def _tell(self, user: User, why: Refusal, old: str) -> None:
        for session in self._fanout.others(user.id):
            self._pipeline.submit([Refused(why, old, user.name)], session)
