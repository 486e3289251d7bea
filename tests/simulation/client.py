"""An IRC client: what it sends, what it makes of what it is told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.simulation.irclines import Heard, modes, read
from tests.simulation.model import WrongError, must
from twistchat.frontends.irc.protocol import IRCFactory
from twistchat.testing.people import FrontEnd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tests.simulation.irclines import Told
    from twistchat.testing import Person

IRC = FrontEnd(IRCFactory)

MARKS = {"@": "o", "+": "v"}

TIME = re.compile(r"\[(?:\d{4}-\d\d-\d\d )?\d\d:\d\d\] ")
"""Stands before what was said, for those who have not asked for `server-time`."""


@dataclass(eq=False)
class Client:
    """One connection, and what its program knows from it."""

    person: Person
    caps: frozenset[str]
    name: str
    """As it first wished to be called."""
    nick: str = ""
    """As it was told; empty at the door."""
    session: Any = None
    identity: str = ""
    """Who it is in the chat."""
    heard: list[Heard] = field(default_factory=list)
    """What happened, but for the past."""
    past: list[tuple[int, list[Heard]]] = field(default_factory=list)
    """What was told of the past at a time, and how much was heard before it."""
    unread: set[str] = field(default_factory=set)
    """Rooms of which it was told that their past cannot be read."""
    rooms: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    """Who is where, by nickname, each with their modes."""
    is_lost: bool = False
    """Whether the connection was lost, so that it need not have been told everything."""
    is_quitting: bool = False
    """Whether it has asked for the end."""
    is_leaving: bool = False
    """Whether it was told of the end."""
    is_jammed: bool = False
    """Whether it reads nothing."""
    is_dropped: bool = False
    """Whether the server has given it up."""
    refusals: int = 0
    """How often it was refused a name at the door."""
    _unsent: bytes = b""
    _names: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    """Lists of members of which the end is not told yet."""
    _batches: dict[str, str] = field(default_factory=dict)
    """The types of open batches, by name."""
    _asked: list[str] = field(default_factory=list)
    """Labels, and tokens of PINGs, in the order in which they were sent."""
    _answered: set[str] = field(default_factory=set)
    _is_last_past: bool = False

    # ------------------------------------------------------------ what it sends

    def types(self, line: str, *, is_labelled: bool = True) -> None:
        """Put a line to be sent, under a label if it has such; and a PING behind it."""
        if is_labelled and "labeled-response" in self.caps and self.nick:
            label = f"{line[0].lower()}{len(self._asked)}"
            self._asked.append(label)
            line = f"@label={label} {line}"
        self._unsent += line.encode() + b"\r\n"

    def pings(self) -> None:
        """Ask when all that was asked is done."""
        token = f"ping{len(self._asked)}"
        self._asked.append(token)
        self._unsent += f"PING {token}\r\n".encode()

    def sends_raw(self, data: bytes) -> None:
        """Send bytes, behind whatever waits."""
        self._unsent += data
        self.sends_all()

    def sends(self, count: int) -> None:
        """Send so many bytes, as one packet."""
        data, self._unsent = self._unsent[:count], self._unsent[count:]
        if data:
            self.person.sends(data)

    def sends_all(self, split: float = 1.0) -> None:
        """Send what waits, in two packets where it is split in the middle."""
        self.sends(round(len(self._unsent) * split))
        self.sends(len(self._unsent))

    @property
    def is_here(self) -> bool:
        """Whether it is in, as far as it knows."""
        return bool(self.nick) and self.person.is_connected and not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether it expects nothing more."""
        return self.is_lost or self.is_leaving

    @property
    def is_cut_off(self) -> bool:
        """Whether it may have missed what came last."""
        return self.is_lost or self.is_jammed or self.is_dropped

    # ------------------------------------------------------------ what it is told

    def looks(self) -> None:
        """Read what has come."""
        self.session = self.session or getattr(self.person.protocol, "session", None)
        user = self.person.user
        self.identity = self.identity or (user.id if user else "")
        for raw in self.person.reads():
            told = read(raw, self.caps)
            try:
                self._takes(told)
            except (ValueError, IndexError, KeyError) as error:
                must(False, f"a line that is not understood ({error!r})", told)

    def _takes(self, told: Told) -> None:
        if label := told.tags.get("label"):
            must(label in self._asked, "a label that was not sent", told)
            must(label not in self._answered, "answered twice", told)
            self._answered.add(label)
        if batch := told.tags.get("batch"):
            must(batch in self._batches, "in a batch that is not open", told)
        if told.command.isdigit():
            self._takes_numeric(told)
        elif self._is_past(told) and told.command not in ("PRIVMSG", "NOTICE"):
            must("draft/event-playback" in self.caps, "events of the past, unasked", told)
        else:
            taker = getattr(self, f"_takes_{told.command.lower()}", None)
            if taker is None:
                raise WrongError(f"a command that no client knows: {told}")
            taker(told, *told.params)

    def _hears(self, told: Told, kind: str, room: str = "", text: str = "") -> None:
        self.heard.append(Heard(kind, told.nick, room, text))

    # ------------------------------------------------------------ numerics

    def _takes_numeric(self, told: Told) -> None:
        me, *params = told.params
        if told.command == "001":
            must(not self.nick, "welcomed twice", told)
            self.nick = me
        must(not told.is_person, "a numeric from a person", told)
        must(me == (self.nick or me), "a numeric for somebody else", told, self.nick)
        match told.command:
            case "433" | "432" if not self.nick:
                self.refusals += 1
            case "353":
                self._takes_names(told, *params)
            case "366":
                self._ends_names(told, params[0])

    def _takes_names(self, told: Told, sign: str, room: str, names: str) -> None:
        must(sign in "=@", "another kind of room", told)
        must(names == names.strip() and "  " not in names, "names with a blank", told)
        members = self._names.setdefault(room, {})
        for entry in names.split(" "):
            name = entry.lstrip("@+")
            marks = entry[: len(entry) - len(name)]
            must(len(marks) < 2 or "multi-prefix" in self.caps, "several marks", told)
            must(marks in ("", "@", "+", "@+"), "marks in another order", told)
            name, at, _ = name.partition("!")
            must(bool(at) == ("userhost-in-names" in self.caps), "hosts in names", told)
            must(name not in members, "twice in a list of names", told)
            members[name] = {MARKS[mark] for mark in marks}

    def _ends_names(self, told: Told, room: str) -> None:
        listed = {room} if room != "*" else set(self._names)
        for each in listed & set(self.rooms):
            self.rooms[each] = self._names.get(each, {})
        for each in listed:
            self._names.pop(each, None)

    # ------------------------------------------------------------ what happens

    def _members(self, told: Told, room: str) -> dict[str, set[str]]:
        # Whoever moderates a room from outside is answered with what they have done.
        is_in = room in self.rooms or told.nick == self.nick
        must(is_in, "told of a room that one is not in", told)
        return self.rooms.get(room, {})

    def _takes_join(self, told: Told, room: str, *more: str) -> None:
        must(len(more) == (2 if "extended-join" in self.caps else 0), "joined otherwise", told)
        if told.nick == self.nick:
            must(room not in self.rooms, "joined twice", told)
            self.rooms[room] = {}
        members = self._members(told, room)
        must(told.nick not in members, "there already", told)
        members[told.nick] = set()
        self._hears(told, "join", room)

    def _takes_part(self, told: Told, room: str, words: str = "") -> None:
        must(told.nick in self._members(told, room), "not there", told)
        del self.rooms[room][told.nick]
        if told.nick == self.nick:
            del self.rooms[room]
        self._hears(told, "part", room, words)

    def _takes_kick(self, told: Told, room: str, whom: str, why: str) -> None:
        self._members(told, room).pop(whom, None)
        if room in self.rooms or told.nick != self.nick:
            self.heard.append(Heard("kick", "", room, whom))
        if whom == self.nick:
            del self.rooms[room]

    def _takes_quit(self, told: Told, words: str = "") -> None:
        must(told.nick != self.nick, "told of one's own end", told)
        for members in self.rooms.values():
            members.pop(told.nick, None)
        self._hears(told, "quit")

    def _takes_nick(self, told: Told, name: str) -> None:
        for members in self.rooms.values():
            if told.nick in members:
                must(name not in members, "a name of two people", told)
                members[name] = members.pop(told.nick)
        if told.nick == self.nick:
            self.nick = name
        self._hears(told, "nick", "", name)

    def _takes_mode(self, told: Told, target: str, *params: str) -> None:
        if not target.startswith("#"):
            must(target == self.nick, "modes of somebody else", told)
            return
        members, rules = self._members(told, target), []
        for mode, param in modes(params):
            if mode[1] in "ov" and param in members:
                change = set.add if mode[0] == "+" else set.discard
                change(members[param], mode[1])
            if target not in self.rooms or not told.is_person:
                continue  # by the server: what somebody had before who comes in
            if mode[1] in "ovbeIq":
                name = param.partition("!")[0]
                text = f"{mode} {name if mode[1] in 'ov' else name.casefold()}"
                self._hears(told, "mode", target, text)
            else:
                rules.append(mode)
        if rules:
            self._hears(told, "mode", target, " ".join(sorted(rules)))

    def _takes_topic(self, told: Told, room: str, topic: str) -> None:
        self._members(told, room)
        self._hears(told, "topic", room, topic)

    def _takes_privmsg(self, told: Told, to: str, text: str) -> None:
        self._takes_words(told, "said", to, text)

    def _takes_notice(self, told: Told, to: str, text: str) -> None:
        if told.is_person:
            self._takes_words(told, "noticed", to, text)
        elif "cannot be read" in text:
            self.unread.add(to)

    def _takes_words(self, told: Told, kind: str, to: str, text: str) -> None:
        must(told.is_person, "words of the server's", told)
        if text.startswith("\x01ACTION "):
            kind, text = "did", text.removeprefix("\x01ACTION ").removesuffix("\x01")
        is_past = self._is_past(told)
        if "server-time" not in self.caps and (time := TIME.match(text)):
            is_past, text = True, text[time.end() :]
        is_part = text.startswith("x")  # of what was too long for one line
        is_past |= is_part and self._is_last_past
        lines = self._page() if is_past else self.heard
        if is_part:
            must(bool(lines) and lines[-1][:3] == (kind, told.nick, to), "a part of nothing", told)
            lines[-1] = lines[-1]._replace(text=lines[-1].text + text)
        else:
            lines.append(Heard(kind, told.nick, to, text))
        self._is_last_past = is_past

    def _page(self) -> list[Heard]:
        """Find the list of past lines that is being told."""
        if not self.past or self.past[-1][0] != len(self.heard):
            self.past.append((len(self.heard), []))
        return self.past[-1][1]

    def _is_past(self, told: Told) -> bool:
        return self._batches.get(told.tags.get("batch", "")) == "chathistory"

    # ------------------------------------------------------------ the rest

    def _takes_batch(self, told: Told, name: str, *params: str) -> None:
        sign, name = name[0], name[1:]
        if sign == "+":
            must(name not in self._batches, "a batch that is open already", told)
            self._batches[name] = params[0]
            if params[0] == "chathistory":
                self.past.append((len(self.heard), []))
        else:
            must(name in self._batches, "a batch that is not open", told)
            del self._batches[name]

    def _takes_pong(self, told: Told, server: str, token: str) -> None:
        must(token in self._asked, "a token that was not sent", told)
        before = self._asked[: self._asked.index(token)]
        # When the server stops, a name that was being claimed is not, without a word.
        missing = [each for each in before if each not in self._answered and each[0] != "n"]
        must(not missing, "not answered when what came behind it is", told, missing)
        must(token not in self._answered, "answered twice", told)
        self._answered.add(token)

    def _takes_error(self, told: Told, words: str) -> None:
        self.is_leaving = True
        self.is_dropped |= self.is_jammed

    def _takes_ping(self, told: Told, token: str) -> None:
        self.person.sends(f"PONG :{token}\r\n".encode())

    def _takes_away(self, told: Told, words: str = "") -> None:
        must("away-notify" in self.caps, "not asked for", told)

    def _takes_setname(self, told: Told, name: str) -> None:
        must("setname" in self.caps, "not asked for", told)

    def _takes_ack(self, told: Told) -> None:
        must("label" in told.tags, "an answer to nothing", told)

    def _takes_cap(self, told: Told, me: str, verb: str, *params: str) -> None:
        must(verb in ("ACK", "LS", "LIST", "NEW"), "another answer to CAP", told)

    def _ignores(self, told: Told, *params: str) -> None:
        """Take no notice."""

    _takes_tagmsg = _takes_invite = _takes_chathistory = _takes_fail = _takes_warn = _takes_note = (
        _ignores
    )

    # ------------------------------------------------------------ what is missing

    def check_answers(self) -> None:
        """Everything that was asked is answered."""
        missing = [asked for asked in self._asked if asked not in self._answered]
        is_excused = self.is_over or self.is_quitting or self.is_cut_off
        must(not missing or is_excused, "never answered", self.nick, missing)

    def check_rooms(self, there: Mapping[str, Mapping[str, set[str]]]) -> None:
        """Compare who is where with how it is."""
        must(
            set(self.rooms) == set(there), "in other rooms", self.nick, set(self.rooms), set(there)
        )
        for room, members in self.rooms.items():
            known = {name: self._shown(marks) for name, marks in members.items()}
            right = {name: self._shown(marks) for name, marks in there[room].items()}
            must(known == right, "other members", self.nick, room, known, right)

    def _shown(self, marks: set[str]) -> str:
        """Who has not asked for it is not told what an operator is besides."""
        known = marks if "multi-prefix" in self.caps else marks & {"o"}
        return "".join(sorted(known))
