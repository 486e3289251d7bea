"""The conversation with a server, over all its connections, without any I/O.

Objects go in (`receive`), and what they mean comes out; what is to be sent lies in `outgoing`.
Time is asked of `seconds`, and nothing here waits.

A line that is said is pending until its answer comes. After a lost connection the client comes
back with its token, so that it is who it was, and sends each pending line again under the key
that it had: the server takes it once. Where the token is no good any more, the key means nothing
either; then what was sent and not answered fails, since nobody knows whether it was said.
"""

from __future__ import annotations

import secrets
from enum import Enum
from typing import TYPE_CHECKING

from twistchat.client import events as e
from twistchat.client import requests as r
from twistchat.client.decoding import decode
from twistchat.client.errors import PAUSE, DisconnectedError, RefusedError
from twistchat.client.ledger import Ledger
from twistchat.client.rooms import Place, Rooms, room_called
from twistchat.client.who import Who
from twistchat.frontends.jsonlines.codec import PROTOCOL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twistchat.frontends.jsonlines.codec import Object

PAGES = frozenset({"history", "search"})
"""Requests whose past lines are for who asked. Those of a room that one enters are events."""
NAMES_TRIED = 5
"""Other names that are tried on one connection, when coming back."""


class Stage(Enum):
    """How far it has come with the server."""

    AWAY = "not connected"
    DOOR = "greeted, and without a name"
    ENTERING = "asked to be let in"
    IN = "in"


class Core:
    """One client's conversation with a server."""

    def __init__(
        self,
        *,
        seconds: Callable[[], float],
        name: str | None = None,
        token: str | None = None,
        password: str | None = None,
        house: str | None = None,
        rooms: Iterable[str] | None = (),
        private: bool = True,
        software: str = "",
        make_key: Callable[[], str] = r.make_key,
    ) -> None:
        self.stage = Stage.AWAY
        self.who = Who(name=name, token=token, password=password, house=house)
        self.rooms = Rooms(rooms or ())
        self.ledger = Ledger(rooms=self.rooms, seconds=seconds)
        self.ignored: dict[str, None] = {}
        self.away: str | None = None
        self.was_in = False
        self._goes_anywhere = rooms is None
        """Whether it is the server's to say in which rooms it is at first."""
        self._takes_private = private
        self._software = software
        self._make_key = make_key
        self._tried = 0
        self._hello: r.Request | None = None

    def take_outgoing(self) -> list[Object]:
        """Take what is to be sent now, in this order."""
        outgoing, self.ledger.outgoing = self.ledger.outgoing, []
        return outgoing

    # ------------------------------------------------------------ what is asked

    def enter(self, name: str, password: str | None = None) -> None:
        """Come in under a name, now and after each lost connection.

        With a password it is that of an account. It is not kept: one comes back with the token.
        """
        self.who.wishes(name, password)
        if self.stage is Stage.DOOR:
            self._say_hello()

    def ask(self, **fields: object) -> r.Request:
        """Ask for something; it is sent when the client is in."""
        request = r.Request(fields)
        if self.stage is Stage.IN:
            self.ledger.send(request)
        else:
            self.ledger.hold(request)
        return request

    def join(self, room: str, seen: Place | None = None, key: str = "") -> r.Join:
        """Be in a room from now on; it may take a key to come in."""
        room = room_called(room)
        self.rooms.want(room, seen)
        if key:
            self.rooms.keys[room] = key
        join = r.Join(self._joining(room))
        self.ledger.add_join(join)
        if self.stage is Stage.IN:
            self.ledger.send(join)
        elif self.stage is Stage.ENTERING:
            self.ledger.hold(join)
        return join  # at other times `hello` will have it

    def say(self, *, text: str, room: str = "", to: str = "", action: bool = False) -> r.Say:
        """Say something, once."""
        fields: Object = {"type": "say", "text": text, "key": self._make_key()}
        fields |= {"to": to} if to else {"room": room_called(room)}
        if action:
            fields["action"] = True
        say = r.Say(fields)
        self.ledger.add_say(say)
        if self.stage is Stage.IN:
            self.ledger.send(say)
        return say

    def ignore(self, name: str, *, on: bool) -> r.Request:
        """Hear nothing more of somebody, or hear them again; after a lost connection too."""
        if on:
            self.ignored[name] = None
            self.rooms.may_jump = True
        else:
            for other in [other for other in self.ignored if other.casefold() == name.casefold()]:
                del self.ignored[other]
        return self.ask(type="ignore" if on else "unignore", name=name)

    def be_away(self, words: str | None) -> r.Request:
        """Be away (words may be empty) or back (None); after a lost connection too."""
        self.away = words
        return self.ask(type="away", words=words)

    # ------------------------------------------------------------ the connection

    def greeted(self, hello: Object) -> list[r.Outcome]:
        """Begin with a server, whose `hello` has come."""
        self.stage, self._tried = Stage.DOOR, 0
        told = decode(hello)
        needs_house = isinstance(told, e.Hello) and told.house and not self.who.house
        if self.who.wish is not None and not needs_house:
            self._say_hello()
        return [r.Happened(told)] if told is not None else []

    def lost(self) -> list[r.Outcome]:
        """Let go of the connection: what can be asked again will be, the rest has failed."""
        self.stage, self._hello = Stage.AWAY, None
        self.rooms.lost()
        return list(self.ledger.lost())

    def waited(self) -> None:
        """Go on with what had to wait: rooms that could not be joined so fast, lines."""
        if self.stage is Stage.IN:
            for room in self.rooms.missing():
                self.ledger.send(r.Join(self._joining(room), is_again=True))
            self.ledger.send_again()

    def _joining(self, room: str) -> Object:
        key = self.rooms.keys.get(room)
        return {"type": "join", "room": room} | ({"key": key} if key else {})

    # ------------------------------------------------------------ what comes in

    def receive(self, told: Object) -> list[r.Outcome]:
        """Take in what the server says, and tell what it means."""
        kind = told.get("type")
        whole = self.ledger.find(told["re"]) if "re" in told else None
        if whole is not None and whole.fields["type"] in PAGES:
            part = decode(told, name=self.who.name)
            if part is not None:
                whole.lines.append(part)
            return []
        request = self.ledger.settle(told)
        if kind == "welcome" and request is not None and request is not self._hello:
            return self._logged_in(request, told)
        if kind == "welcome":
            return self._welcomed(told)
        if kind == "logged-out":
            return self._logged_out(request, told)
        if kind == "error":
            return self._refused(told, request)
        if kind == "token":
            self.who.take_token(told)
        is_answer = request is not None and kind in ("members", "rooms", "person", "read", "server")
        event = None if is_answer else decode(told, name=self.who.name)
        outcomes = [] if event is None else self._happened(event)
        if request is not None:
            outcomes += self._answered(request, told)
        return outcomes

    def _happened(self, event: e.AnyEvent) -> list[r.Outcome]:
        gap: e.Gap | None = None
        after: list[r.Outcome] = []
        match event:
            case e.Moderated(number=0):
                pass  # it holds everywhere, and is in no room's log
            case e.Tagged(room=""):
                pass  # of two people, whose numbers nobody counts here
            case _ if isinstance(event, e.Numbered):
                is_new, gap = self.rooms.take(event)
                is_said = isinstance(event, e.Said | e.Tagged | e.Topic)
                if not is_new or (event.past and is_said and self._is_ignored(event.who)):
                    return []
            case e.Whispered():
                if not self.rooms.take_private(event):
                    return []
            case e.Gap():
                if not self.rooms.skip(event):
                    return []
            case e.Live():
                self.rooms.want(event.room)  # where the owner of an account was
                gap = self.rooms.begin(event)
                self.ledger.send_again(event.room)
                after = list(self.ledger.joined(event.room))
            case e.Renamed(mine=True):
                self.who.is_called(event.new)
            case e.Joined(mine=True):
                self.rooms.want(event.room)
                self.rooms.enter(event.room)
                after = list(self.ledger.joined(event.room))
            case e.Left(mine=True):
                self.rooms.forget(event.room)
            case e.Account(name=self.who.name):
                self.who.account_changed(event)
            case e.Goodbye(cause="resumed"):
                # Another has come with this token: coming back would only drive that one out.
                after = [r.GiveUp(DisconnectedError("another client has come with this token"))]
            case e.Goodbye(cause="no name given"):
                # Whoever sat at the door would be at it again, for as long as the terminal is open.
                after = [r.GiveUp(DisconnectedError("no name was given in time"))]
            case e.Goodbye(cause="kicked" | "banned" as cause):
                # To come back by itself is not what was meant by that.
                after = [r.GiveUp(DisconnectedError(f"this client was {cause}"))]
            case _:
                pass
        before = [r.Happened(gap)] if gap is not None else []
        return [*before, r.Happened(event), *after]

    def _answered(self, request: r.Request, told: Object) -> list[r.Outcome]:
        room = told.get("room")
        if isinstance(request, r.Join) and isinstance(room, str) and room != request.room:
            self.rooms.forget(request.room)  # the server spells it otherwise
            self.rooms.want(room)
        return list(self.ledger.finish(request, told))

    # ------------------------------------------------------------ coming in

    def _say_hello(self) -> None:
        fields: Object = {"type": "hello", "protocol": PROTOCOL, "name": self.who.wish}
        fields |= self.who.hello()
        if self.was_in or not self._goes_anywhere or self.rooms.missing():
            fields["rooms"] = self.rooms.wishes()
        if not self._takes_private:
            fields["private"] = False
        if self._software:
            fields["client"] = self._software
        self.stage = Stage.ENTERING
        self._hello = r.Request(fields)
        self.ledger.send(self._hello)

    def _welcomed(self, told: Object) -> list[r.Outcome]:
        was_in, self.was_in = self.was_in, True
        self.stage, self._hello = Stage.IN, None
        is_the_same = self.who.is_now(told)
        welcome = e.Connected(
            name=self.who.name,
            resumed=told.get("resumed") is True,
            again=was_in,
            account=self.who.account is not None,
            operator=self.who.is_operator,
            raw=told,
        )
        outcomes: list[r.Outcome] = [r.Happened(welcome), r.Entered()]
        if was_in and not is_the_same:
            outcomes += self.ledger.is_somebody_new()
        for ignored in self.ignored:
            self.ledger.send(r.Request({"type": "ignore", "name": ignored}))
        if self.away is not None:
            self.ledger.send(r.Request({"type": "away", "words": self.away}))
        outcomes += self.ledger.send_what_was_held()
        return outcomes

    def _logged_in(self, request: r.Request, told: Object) -> list[r.Outcome]:
        """Be the owner of an account. What was asked before is answered."""
        self.rooms.lost()
        self.who.is_now(told)
        logged_in = e.LoggedIn(name=self.who.name, operator=self.who.is_operator, raw=told)
        return [r.Happened(logged_in), *self.ledger.finish(request, told)]

    def _logged_out(self, request: r.Request | None, told: Object) -> list[r.Outcome]:
        """Be at the door, as if one had never been in."""
        out = e.LoggedOut(name=self.who.name, wished=True, raw=told)
        self.stage, self.was_in, self._goes_anywhere = Stage.DOOR, False, True
        self.rooms.clear()
        self.ignored.clear()
        self.away = None
        self.who.is_nobody()
        outcomes: list[r.Outcome] = [r.Happened(out)]
        return outcomes if request is None else [*outcomes, *self.ledger.finish(request, told)]

    # ------------------------------------------------------------ refusals

    def _refused(self, told: Object, request: r.Request | None) -> list[r.Outcome]:
        error = RefusedError.read(told)
        if self.stage in (Stage.DOOR, Stage.ENTERING) and request in (None, self._hello):
            return self._turned_away(error)
        if isinstance(request, r.Say):
            return self._say_refused(request, error)
        if request is None or isinstance(request, r.Join):
            return self._join_refused(told, request, error)
        return list(self.ledger.fail(request, error))

    def _join_refused(
        self, told: Object, request: r.Join | None, error: RefusedError
    ) -> list[r.Outcome]:
        """Of a room that one goes back into; or of nothing that one asked for."""
        is_again = request is None or request.is_again
        if error.code == "no-history":
            # One is there all the same; what was missed shows in the next number.
            for room in (request.room if request is not None else None, error.about):
                self.rooms.enter(str(room))
            return [r.Happened(_problem(error, told))]
        if is_again and error.code == "joins-too-fast" and self.rooms.missing():
            return [r.Wait(error.wait)]
        if request is None and error.code == "key-needed" and error.about in self.rooms.keys:
            # `hello` has no place for it.
            self.ledger.send(r.Join(self._joining(error.about), is_again=True))
            return []
        outcomes: list[r.Outcome] = [r.Happened(_problem(error, told))] if is_again else []
        if request is not None:
            outcomes += self.ledger.fail(request, error)
        named = (request.room,) if request is not None else (told.get("room"), error.about)
        for room in named:
            if isinstance(room, str) and room in self.rooms and not self.rooms.is_live(room):
                self.rooms.forget(room)
                outcomes += self.ledger.not_joined(room, error)
        return outcomes

    def _say_refused(self, say: r.Say, error: RefusedError) -> list[r.Outcome]:
        room = str(say.fields.get("room"))
        if error.code == "not-in-room" and room in self.rooms and not self.rooms.is_live(room):
            return []  # it waits for the room
        if error.is_passing:
            return [r.Wait(PAUSE)]
        return list(self.ledger.fail(say, error))

    def _turned_away(self, error: RefusedError) -> list[r.Outcome]:
        self.stage, was_typed = Stage.DOOR, self.who.shows_typed
        self.who.forget_typed()
        self.who.refused(error.code)
        if error.is_of_token and self.who.token is not None and not was_typed:
            return self._token_is_no_good()
        if error.code in ("bad-protocol", "banned"):
            return [r.GiveUp(error)]
        if was_typed:  # by somebody who may type another
            self.who.wish = None
            return [r.TurnedAway(error)]
        if not self.was_in:
            self.who.wish = None
            return [r.TurnedAway(error)]
        if error.is_for_good:
            return [r.GiveUp(error)]
        if not error.code.startswith("name-"):
            return [r.Happened(_problem(error, {})), r.HangUp()]
        self._tried += 1
        if self._tried > NAMES_TRIED:
            return [r.HangUp()]
        self.who.wish = error.hint or f"{self.who.name[:12]}{secrets.randbelow(10_000)}"
        self._say_hello()
        return []

    def _token_is_no_good(self) -> list[r.Outcome]:
        self.who.token = None
        if self.who.password is not None:  # so one is the same person as before
            self._say_hello()
            return []
        if self.who.account is not None:
            self.who.wish = None
            return [r.Happened(e.LoggedOut(name=self.who.account))]
        outcomes = list(self.ledger.is_somebody_new())
        self._say_hello()
        return outcomes

    def _is_ignored(self, who: str) -> bool:
        return any(name.casefold() == who.casefold() for name in self.ignored)


def _problem(error: RefusedError, told: Object) -> e.Problem:
    return e.Problem(code=error.code, text=error.text, about=error.about, hint=error.hint, raw=told)
