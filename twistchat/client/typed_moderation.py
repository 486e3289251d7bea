"""What the commands of moderators do in the terminal client; a part of `typed.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.client import sentences_moderation as s
from twistchat.client import showing_moderation as showing
from twistchat.client.rooms import room_called
from twistchat.core.orders import NoTimeError, first_room, read_changes, read_order

if TYPE_CHECKING:
    from twistchat.client.api import Client
    from twistchat.client.showing import Showing
    from twistchat.client.typed import Screen


class UsageError(Exception):
    """That is not how the command is used."""


class ModeratorCommands:
    """Reads the commands of moderators, and does what they ask."""

    _client: Client
    _screen: Screen
    _showing: Showing

    async def _kick(self, words: str) -> None:
        await self._deed("kick", words)

    async def _mute(self, words: str) -> None:
        await self._deed("mute", words, lasts=True)

    async def _unmute(self, words: str) -> None:
        await self._deed("unmute", words)

    async def _ban(self, words: str) -> None:
        await self._deed("ban", words, lasts=True)

    async def _unban(self, words: str) -> None:
        await self._deed("unban", words)

    async def _exempt(self, words: str) -> None:
        await self._deed("exempt", words, lasts=True)

    async def _unexempt(self, words: str) -> None:
        await self._deed("unexempt", words)

    async def _allow(self, words: str) -> None:
        await self._deed("allow", words, lasts=True)

    async def _disallow(self, words: str) -> None:
        await self._deed("disallow", words)

    async def _op(self, words: str) -> None:
        await self._deed("op", words)

    async def _deop(self, words: str) -> None:
        await self._deed("deop", words)

    async def _voice(self, words: str) -> None:
        await self._deed("voice", words)

    async def _devoice(self, words: str) -> None:
        await self._deed("devoice", words)

    async def _deed(self, deed: str, words: str, *, lasts: bool = False) -> None:
        try:
            order = read_order(words, lasts=lasts)
        except NoTimeError as error:
            self._screen.show(s.NO_TIME.format(time=str(error)[:40]))
            return
        if not order.name:
            raise UsageError
        await self._client.moderate(
            deed, self._place(order.room), order.name, seconds=order.seconds, words=order.words
        )

    async def _bans(self, words: str) -> None:
        room, rest = first_room(words)
        if rest:
            raise UsageError
        told = await self._client.sanctions(self._place(room))
        self._screen.show(*showing.sanctions(told, self._showing.zone))

    async def _rules(self, words: str) -> None:
        room, rest = first_room(words)
        told = await self._client.rules(self._place(room), dict(read_changes(rest)) or None)
        if "founder" in told:  # it is an answer, and no event that is shown by itself
            self._screen.show(*showing.rules(told))

    async def _slow(self, words: str) -> None:
        room, rest = first_room(words)
        seconds, _, behind = rest.partition(" ")
        if not room:
            room, behind = first_room(behind)
        if not seconds or behind:
            raise UsageError
        await self._client.rules(self._place(room), {"slow": seconds})

    async def _delete(self, words: str) -> None:
        room, rest = first_room(words)
        number, _, why = rest.partition(" ")
        if not (number.isascii() and number.isdecimal() and len(number) < 16):
            raise UsageError
        await self._client.delete(self._place(room), int(number), why.strip())

    def _place(self, room: str) -> str:
        """Name the room that is meant; where none is named it is the one that is typed into."""
        return (
            room_called(room) if room and room != showing.EVERYWHERE else room or self._screen.room
        )
