"""What one can ask of a chat: a method for each request of the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twistchat.client.rooms import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twistchat.client import requests as r
    from twistchat.client.core import Core
    from twistchat.client.events import AnyEvent
    from twistchat.frontends.jsonlines.codec import Object


@dataclass(frozen=True, slots=True)
class Page:
    """Past lines of a room, in order."""

    events: tuple[AnyEvent, ...]
    room: str
    epoch: str
    number: int
    """Up to where was looked."""
    more: bool
    """Whether there may be more in that direction."""


class Asking:
    """The requests of `Client`.

    Each raises `RefusedError` where the server says no, and `DisconnectedError` where the
    connection was lost before the answer (a line that is said, or a room to be in, survives that).
    """

    _core: Core

    async def _answer(self, request: r.Request) -> r.Done:
        raise NotImplementedError

    def _check(self) -> None:
        raise NotImplementedError

    async def _ask(self, **fields: object) -> Object:
        self._check()
        given = {name: value for name, value in fields.items() if value is not None}
        return (await self._answer(self._core.ask(**given))).answer

    # ------------------------------------------------------------ speaking

    async def say(self, room: str, text: str, *, action: bool = False) -> int:
        """Say something in a room, once, and return its number there when it is kept.

        It is sent again by itself after a lost connection.

        Raises:
            RefusedError: the server does not take it.
            UnknownError: nobody knows whether it was said.
        """
        self._check()
        done = await self._answer(self._core.say(room=room, text=text, action=action))
        return _number(done.answer)

    async def whisper(self, to: str, text: str, *, action: bool = False) -> int:
        """Say something to one person alone, once; as `say`."""
        self._check()
        done = await self._answer(self._core.say(to=to, text=text, action=action))
        return _number(done.answer)

    # ------------------------------------------------------------ rooms

    async def join(self, room: str, seen: tuple[str, int] | None = None, *, key: str = "") -> None:
        """Be in a room, from now on; `seen` is up to where one has read it, as `seen()` tells.

        `key` is what one has to know to come in, where that is so.
        """
        self._check()
        place = Place(*seen) if seen is not None else None
        await self._answer(self._core.join(room, place, key))

    async def leave(self, room: str, words: str = "") -> None:
        """Leave a room, and stay in the chat."""
        await self._ask(type="leave", room=room, words=words or None)

    async def invite(self, to: str, room: str) -> None:
        """Ask somebody into a room."""
        await self._ask(type="invite", room=room, to=to)

    async def topic(self, room: str, topic: str | None = None) -> str:
        """Tell what a room is about; with `topic`, change it first (to nothing if empty)."""
        told = await self._ask(type="topic", room=room, topic=topic)
        return str(told.get("topic") or "")

    async def members(self, room: str) -> Object:
        """Tell who is in a room: `names`, `away`, `count`, `topic`."""
        return await self._ask(type="members", room=room)

    async def list_rooms(self, matching: str | None = None) -> Object:
        """Tell which rooms there are: `rooms`, `count`."""
        return await self._ask(type="rooms", matching=matching)

    # ------------------------------------------------------------ people

    async def rename(self, name: str) -> None:
        """Take another name."""
        await self._ask(type="rename", name=name)

    async def person(self, name: str) -> Object:
        """Tell what is known of somebody: `here`, `idle`, `away`, `rooms`."""
        return await self._ask(type="person", name=name)

    async def away(self, words: str | None = "") -> None:
        """Be away (None: be back), on later connections too."""
        self._check()
        await self._answer(self._core.be_away(words))

    async def ignore(self, name: str) -> None:
        """Hear nothing more of somebody, on later connections too."""
        self._check()
        await self._answer(self._core.ignore(name, on=True))

    async def unignore(self, name: str) -> None:
        """Hear somebody again."""
        self._check()
        await self._answer(self._core.ignore(name, on=False))

    async def ignored(self) -> Sequence[str]:
        """Tell whom one ignores."""
        names = (await self._ask(type="ignored")).get("names")
        return [str(name) for name in names] if isinstance(names, list) else []

    # ------------------------------------------------------------ for moderators

    async def kick(self, room: str, to: str, words: str | None = None) -> None:
        """Put somebody out of a room; or, where that is `#*`, out of the chat. Operators only."""
        await self.moderate("kick", room, to, words=words)

    async def mute(
        self, room: str, to: str, seconds: float | None = None, words: str | None = None
    ) -> None:
        """Let nobody hear somebody, or whom a pattern meets (`spam*`); without `seconds` for good.

        In the room `#*` it holds everywhere, as with the others. Operators only.
        """
        await self.moderate("mute", room, to, seconds=seconds, words=words)

    async def ban(
        self, room: str, to: str, seconds: float | None = None, words: str | None = None
    ) -> None:
        """Put somebody out, and keep them out; as `mute`."""
        await self.moderate("ban", room, to, seconds=seconds, words=words)

    async def moderate(
        self,
        deed: str,
        room: str,
        to: str,
        *,
        seconds: float | None = None,
        words: str | None = None,
    ) -> None:
        """Do any of these, or `unmute`, `unban`, `op`, `deop`, `voice`, `devoice`.

        `exempt` and `allow` are as `ban`, in one room; `unexempt` and `disallow` take them back.
        """
        await self._ask(type=deed, room=room, to=to, seconds=seconds, words=words)

    async def rules(self, room: str, change: Mapping[str, object] | None = None) -> Object:
        """Tell how a room is used (`rules`); with `change`, change it first."""
        return await self._ask(type="rules", room=room, change=change)

    async def sanctions(self, room: str) -> Object:
        """Tell who is muted (`mutes`) and who is banned (`bans`), `exempt` and `allowed`."""
        return await self._ask(type="sanctions", room=room)

    async def delete(self, room: str, number: int, words: str | None = None) -> None:
        """Take back what was said under a number."""
        await self._ask(type="delete", room=room, number=number, words=words)

    # ------------------------------------------------------------ accounts

    async def register(self, password: str) -> None:
        """Make an account of the name that one bears, and be logged in to it."""
        await self._ask(type="register", password=password)

    async def log_in(self, name: str, password: str) -> None:
        """Be the owner of an account, over the same connection."""
        await self._ask(type="login", name=name, password=password)

    async def change_password(self, old: str, new: str) -> None:
        """Give one's account another password; its other connections end."""
        await self._ask(type="passwd", old=old, new=new)

    async def log_out(self) -> None:
        """Be nobody again, at the door."""
        await self._ask(type="logout")

    async def delete_account(self, password: str) -> None:
        """Delete one's account, and be a guest."""
        await self._ask(type="delete-account", password=password)

    async def who_am_i(self) -> Object:
        """Tell which account one is logged in to: `name`, and `role` (None: a guest's)."""
        return await self._ask(type="account")

    async def mark_read(self, room: str, number: int) -> int:
        """Move the read marker of one's account in a room; returns where it is then."""
        return _number(await self._ask(type="read", room=room, number=number))

    async def mark_private_read(self, name: str, number: int) -> int:
        """Move that of what somebody and one say to each other."""
        return _number(await self._ask(**{"type": "read", "with": name, "number": number}))

    # ------------------------------------------------------------ the past

    async def history(
        self,
        room: str,
        *,
        before: int | None = None,
        after: int | None = None,
        since: float | None = None,
        until: float | None = None,
        limit: int | None = None,
    ) -> Page:
        """Read past lines: the first that fit with `after` or `since`, else the last ones."""
        return await self._page(
            type="history", room=room, before=before, after=after, since=since, until=until,
            limit=limit,
        )  # fmt: skip

    async def search(
        self,
        room: str,
        words: Sequence[str] = (),
        *,
        who: str | None = None,
        since: float | None = None,
        until: float | None = None,
        limit: int | None = None,
    ) -> Page:
        """Find what was said: each of the words is in it."""
        return await self._page(
            type="search", room=room, words=list(words), who=who, since=since, until=until,
            limit=limit,
        )  # fmt: skip

    async def _page(self, **fields: object) -> Page:
        self._check()
        given = {name: value for name, value in fields.items() if value is not None}
        done = await self._answer(self._core.ask(**given))
        told = done.answer
        return Page(
            events=tuple(done.request.lines),
            room=str(told.get("room") or fields["room"]),
            epoch=str(told.get("epoch") or ""),
            number=_number(told),
            more=told.get("more") is True,
        )

    # ------------------------------------------------------------ the rest

    async def command(self, name: str, *, room: str | None = None, text: str = "") -> None:
        """Give a command that the operator's extensions added."""
        await self._ask(type="command", name=name, room=room, text=text)

    async def server(self, command: str) -> Object:
        """Ask something of the server itself, as an operator: `status`, `lines`, `data`."""
        return await self._ask(type="server", command=command)

    async def renew(self) -> None:
        """Have a token that lasts longer; done by itself now and then."""
        await self._ask(type="token")

    async def ping(self) -> None:
        """Wait for a sign of life."""
        await self._ask(type="ping")


def _number(told: Object) -> int:
    number = told.get("number")
    return number if isinstance(number, int) else 0
