"""What each command does that somebody types into the terminal client."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Protocol

from twistchat.client import manual
from twistchat.client import sentences as s
from twistchat.client.errors import RefusedError
from twistchat.client.finds import read_find
from twistchat.client.rooms import room_called
from twistchat.client.typed_accounts import AccountCommands
from twistchat.client.typed_moderation import ModeratorCommands, UsageError
from twistchat.core.moments import NoMomentError
from twistchat.core.orders import read_rooms

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from twistchat.client.api import Client
    from twistchat.client.prompt import Prompt
    from twistchat.client.showing import Showing

FOR_NC = frozenset({"token", "resume", "json"})
"""Commands of the wire that people on nc speak."""

LOCAL = frozenset(
    {"say", "me", "msg", "help", "time", "numbers", "echo", "charset", "room", "quit"}
)
"""Commands that need no connection: a line that is said waits for one."""

ROOMS_A_LINE = 20
"""Rooms that one line may join."""


class Screen(Protocol):
    """What commands need of the conversation in which they are typed."""

    room: str
    shows_own: bool

    def show(self, *lines: str) -> None:
        """Print lines."""

    def say(self, text: str, *, room: str = "", to: str = "", action: bool = False) -> None:
        """Say something, now or when there is a connection."""

    def my_rooms(self) -> list[str]:
        """Name the rooms that one is in."""

    def join_failed(self) -> None:
        """Leave out what was typed behind a join that was refused."""

    def leave_chat(self, words: str = "") -> None:
        """Leave when everything typed before is said."""


class Commands(ModeratorCommands, AccountCommands):
    """Reads commands, and does what they ask."""

    def __init__(
        self,
        *,
        client: Client,
        screen: Screen,
        prompt: Prompt,
        showing: Showing,
        now: Callable[[], float],
    ) -> None:
        self._client = client
        self._prompt = prompt
        self._screen = screen
        self._showing = showing
        self._now = now

    async def do(self, line: str) -> None:
        """Do what a line asks for that begins with a slash."""
        typed, _, words = line[1:].partition(" ")
        name = manual.NAMES.get(typed.casefold())
        if not self._client.is_in and name not in LOCAL:
            self._screen.show(s.NOT_NOW)
        elif name is None:
            await self._other(typed, words.strip())
        else:
            does: Callable[[str], Coroutine[object, object, None]] = getattr(self, f"_{name}")
            try:
                await does(words)
            except UsageError:
                entry = manual.ENTRIES[name]
                usage = s.USAGE.format(name=name, usage=entry.usage, example=entry.example)
                self._screen.show(usage.replace("  (", " ("))

    async def _other(self, name: str, words: str) -> None:
        if "/" in name:
            self._screen.show(s.UNKNOWN_SLASH.format(name=name[:40]))
            return
        if name.casefold() in FOR_NC:
            self._screen.show(s.FOR_NC.format(name=name.casefold()))
            return
        try:
            await self._client.command(name.casefold(), room=self._screen.room, text=words)
        except RefusedError as error:
            if error.code != "no-such-command":
                raise
            close = get_close_matches(name.casefold(), manual.ENTRIES, n=1)
            if close:
                self._screen.show(s.UNKNOWN_CLOSE.format(name=name[:40], close=close[0]))
            else:
                self._screen.show(s.UNKNOWN.format(name=name[:40]))

    # ------------------------------------------------------------ talking

    async def _say(self, words: str) -> None:
        self._screen.say(_given(words), room=self._screen.room)

    async def _me(self, words: str) -> None:
        self._screen.say(_given(words).strip(), room=self._screen.room, action=True)

    async def _msg(self, words: str) -> None:
        to, _, text = _given(words).strip().partition(" ")
        text = _given(text).strip()
        if to.startswith("#"):
            self._screen.say(text, room=to)
        else:
            self._screen.say(text, to=to)

    async def _history(self, words: str) -> None:
        limit, room = None, self._screen.room
        for word in words.split():
            if word.isascii() and word.isdecimal() and limit is None and len(word) < 10:
                limit = int(word)
            else:
                room = room_called(word)
        page = await self._client.history(room, limit=20 if limit is None else limit)
        if not page.events:
            self._screen.show(s.HISTORY_EMPTY.format(room=page.room))
        else:
            head = s.HISTORY.say(len(page.events), room=page.room)
            self._screen.show(head, *self._showing.past(page.events))

    async def _search(self, words: str) -> None:
        try:
            find = read_find(self._screen.room, _given(words), now=self._now())
        except NoMomentError as error:
            self._screen.show(s.WHEN.format(when=str(error)[:40]))
            return
        page = await self._client.search(
            room_called(find.room), find.words, who=find.who, since=find.since, until=find.until
        )
        if not page.events:
            self._screen.show(s.FOUND_NOTHING.format(room=page.room, wanted=find.wanted))
            return
        plural = s.FOUND_LAST if page.more else s.FOUND
        further = "until:" + self._showing.time(getattr(page.events[0], "time", 0.0))
        head = plural.say(
            len(page.events), room=page.room, wanted=find.wanted, further=further.replace(" ", "T")
        )
        self._screen.show(head, *self._showing.past(page.events))

    # ------------------------------------------------------------ rooms

    async def _join(self, words: str) -> None:
        wanted = [(room_called(name), key) for name, key in read_rooms(words)]
        rooms = [room for room, _ in wanted]
        if not 0 < len(rooms) <= ROOMS_A_LINE:
            raise UsageError
        before = self._screen.room
        if rooms == [before] and before in self._screen.my_rooms():
            self._screen.show(s.TALKING_ALREADY.format(room=before))
            return
        # At once, so that what is typed next is said there or nowhere.
        self._screen.room = rooms[-1]
        for room, key in wanted:
            was_there = room in self._screen.my_rooms()
            try:
                await self._client.join(room, key=key)
            except RefusedError:
                if self._screen.room == room:
                    self._screen.room = before
                self._screen.join_failed()
                raise
            if room == rooms[-1] == self._screen.room and was_there:
                self._screen.show(s.TALKING_IN.format(room=room))

    async def _leave(self, words: str) -> None:
        first, _, rest = words.strip().partition(" ")
        is_room = first.startswith("#") or (first and not rest)
        is_room = is_room or (first and room_called(first) in self._screen.my_rooms())
        if is_room:
            await self._client.leave(room_called(first), rest.strip())
        else:
            await self._client.leave(self._screen.room, words.strip())

    async def _room(self, words: str) -> None:
        rooms = self._screen.my_rooms()
        wanted = room_called(_one_or_none(words)) if words.strip() else ""
        if not rooms:
            self._screen.show(s.NO_ROOM)
        elif not wanted:
            self._screen.show(
                s.ROOMS_OF_YOURS.format(rooms=", ".join(rooms), room=self._screen.room)
            )
        elif wanted not in rooms:
            self._screen.show(s.NOT_IN_ROOM.format(room=wanted))
        else:
            self._screen.room = wanted
            self._screen.show(s.TALKING_IN.format(room=wanted))

    async def _rooms(self, words: str) -> None:
        matching = _one_or_none(words)
        told = await self._client.list_rooms(matching or None)
        self._screen.show(*self._showing.rooms(told, matching))

    async def _who(self, words: str) -> None:
        room = room_called(_one_or_none(words)) if words.strip() else self._screen.room
        self._screen.show(*self._showing.members(await self._client.members(room)))

    async def _topic(self, words: str) -> None:
        first, _, rest = words.strip().partition(" ")
        if first.startswith("#"):
            room, topic = room_called(first), rest.strip()
        else:
            room, topic = self._screen.room, words.strip()
        if topic:
            await self._client.topic(room, "" if topic == "-" else topic)
            return
        topic = await self._client.topic(room)
        self._screen.show((s.TOPIC if topic else s.NO_TOPIC).format(room=room, topic=topic))

    async def _invite(self, words: str) -> None:
        name, _, elsewhere = _given(words).strip().partition(" ")
        room = room_called(_one_or_none(elsewhere)) if elsewhere.strip() else self._screen.room
        await self._client.invite(name, room)

    # ------------------------------------------------------------ people

    async def _nick(self, words: str) -> None:
        await self._client.rename(_given(words).strip())

    async def _whois(self, words: str) -> None:
        self._screen.show(*self._showing.person(await self._client.person(_given(words).strip())))

    async def _server(self, words: str) -> None:
        told = await self._client.server(words.strip() or "help")
        lines = told.get("lines")
        for line in lines if isinstance(lines, list) else ():
            self._screen.show(s.NOTED.format(line=line))

    async def _away(self, words: str) -> None:
        words = words.strip()
        if words.casefold() == "off" or (not words and self._client.is_away):
            await self._back("")
            return
        await self._client.away(words)
        self._screen.show((s.AWAY_WORDS if words else s.AWAY).format(words=words))

    async def _back(self, words: str) -> None:
        if words.strip():
            raise UsageError
        await self._client.away(None)
        self._screen.show(s.BACK)

    async def _ignore(self, words: str) -> None:
        name = _one_or_none(words)
        if name:
            await self._client.ignore(name)
            self._screen.show(s.IGNORED.format(name=name))
            return
        names = ", ".join(await self._client.ignored())
        self._screen.show(s.IGNORING.format(names=names) if names else s.IGNORING_NOBODY)

    async def _unignore(self, words: str) -> None:
        name = _given(words).strip()
        await self._client.unignore(name)
        self._screen.show(s.IGNORED_NO_MORE.format(name=name))

    # ------------------------------------------------------------ this terminal

    async def _time(self, words: str) -> None:
        self._showing.times = _on_or_off(words)
        self._screen.show(s.TIMES_ON if self._showing.times else s.TIMES_OFF)

    async def _numbers(self, words: str) -> None:
        self._showing.numbers = _on_or_off(words)
        self._screen.show(s.NUMBERS_ON if self._showing.numbers else s.NUMBERS_OFF)

    async def _echo(self, words: str) -> None:
        self._screen.shows_own = _on_or_off(words)
        self._screen.show(s.ECHO_ON if self._screen.shows_own else s.ECHO_OFF)

    async def _charset(self, words: str) -> None:
        self._screen.show(s.CHARSET)

    async def _help(self, words: str) -> None:
        asked = words.strip().removeprefix("/").casefold()
        name = manual.NAMES.get(asked)
        if not asked:
            self._screen.show(*manual.overview())
        elif asked in manual.PAGES:
            self._screen.show(*manual.page(asked))
        elif name is None:
            self._screen.show(s.UNKNOWN.format(name=asked[:40]))
        else:
            self._screen.show(*manual.explain(name))

    async def _quit(self, words: str) -> None:
        self._screen.leave_chat(words.strip())


def _given(words: str) -> str:
    if not words.strip():
        raise UsageError
    return words


def _one_or_none(words: str) -> str:
    words = words.strip()
    if " " in words:
        raise UsageError
    return words


def _on_or_off(words: str) -> bool:
    choice = words.strip().casefold()
    if choice not in ("on", "off"):
        raise UsageError
    return choice == "on"
