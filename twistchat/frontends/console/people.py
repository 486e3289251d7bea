"""The operator's commands about people: how many, who, and a word to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from twistchat.core.commands import Announce
from twistchat.frontends.console.command import Asked, Command, UsageError
from twistchat.frontends.console.errands import Errands, nobody
from twistchat.frontends.console.results import Column, Result, Table, Told, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.defer import Deferred

    from twistchat.core.chat import Chat
    from twistchat.core.events import Item
    from twistchat.core.model import User
    from twistchat.frontends.console.closing import Closing
    from twistchat.frontends.registry import Registry
    from twistchat.session import Session


def on_the_clock(at: float) -> str:
    """Write a time (seconds since 1970, UTC) on the clock of this machine."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _if_known(known: object) -> str:
    return "" if known is None else str(known)


WHO = (
    Column("number", "#", _if_known),
    Column("name", "NAME", lambda name: name or "(at the door)"),
    Column("role", "ACCOUNT", lambda role: role or ""),
    Column("address", "ADDRESS"),
    Column("wire", "WIRE"),
    Column("since", "SINCE", on_the_clock),
    Column("queue", "QUEUE", _if_known),
)

WHO_AND_WHERE = (*WHO[:3], Column("node", "NODE"), *WHO[3:])
"""The same, where a chat has several nodes. Addresses are known where they are from alone."""


class People:
    """What the operator asks of people, and tells them."""

    def __init__(
        self, *, registry: Registry, chat: Chat, node: str, errands: Errands, closing: Closing
    ) -> None:
        """`node` is the name of this one; empty: the chat has no others."""
        self._registry = registry
        self._chat = chat
        self._node = node
        self._errands = errands
        self._closing = closing

    def commands(self) -> Sequence[Command]:
        """List the commands."""
        return (
            Command(
                "count",
                "",
                "how many are online",
                self._count,
                in_chat=True,
                of_process=True,
            ),
            Command(
                "who",
                "",
                "everybody who is connected",
                self._who,
                in_chat=True,
                of_process=True,
            ),
            Command("say", "TEXT", "tell everybody, as the operator", self._say, in_chat=True),
            Command("msg", "WHO TEXT", "tell one, by name or number", self._msg, in_chat=True),
        )

    def _count(self, asked: Asked) -> Result:
        asked.nothing()
        online, connected = len(self._registry.people), len(self._registry.sessions)
        fields = {
            "online": online,
            **({"in_all": self._chat.population} if self._node else {}),
            "at_door": connected - online,
            "draining": self._registry.is_draining,
            "stops_in": self._closing.left,
        }
        words = "{online} online here, {in_all} at all nodes" if self._node else "{online} online"
        words += ", {at_door} at the door" if connected > online else ""
        words += "; nobody new is let in" if self._registry.is_draining else ""
        if self._closing.left is not None:
            words += f"; the server stops in {self._closing.left_in_words}"
        return Told(words + ".", fields)

    def _who(self, asked: Asked) -> Result:
        asked.nothing()
        rows = [_row(session) for session in self._registry.sessions]
        if not self._node:
            return Table(WHO, rows, "Nobody is here.")
        rows = [{**row, "node": self._node} for row in rows]
        rows += [
            _elsewhere(user, node) for user in self._chat.people for node in sorted(user.elsewhere)
        ]
        return Table(WHO_AND_WHERE, rows, "Nobody is here.")

    def _say(self, asked: Asked) -> Deferred[Result]:
        def told(_: Sequence[Item]) -> Result:
            count = self._chat.population if self._node else len(self._registry.people)
            return Told(f"Told {counted(count, 'person', 'people')}.", {"told": count})

        return self._errands.run(Announce(asked.text()), told)

    def _msg(self, asked: Asked) -> Deferred[Result] | Result:
        who, text = asked.first()
        if not text:
            raise UsageError
        session = self._registry.find(who)
        user = self._chat.person(who)
        name = session.name if session is not None else user.name if user is not None else ""
        if not name:
            return nobody(who)
        return self._errands.run(
            Announce(text, to=name), lambda _: Told("Told {name}.", {"name": name})
        )


def _elsewhere(user: User, node: str) -> dict[str, Any]:
    """Tell what is known here of somebody who is connected to another node."""
    return {
        "number": None,
        "name": user.name,
        "account": None if user.account is None else user.account.name,
        "role": None if user.account is None else str(user.account.role),
        "address": "",
        "wire": "",
        "since": user.since,
        "queue": None,
        "node": node,
    }


def _row(session: Session) -> dict[str, Any]:
    account = session.user.account if session.user is not None else None
    return {
        "number": session.number,
        "name": session.name,
        "account": None if account is None else account.name,
        "role": None if account is None else str(account.role),
        "address": session.address,
        "wire": session.wire,
        "since": session.since,
        "queue": session.outlet.queued,
    }
