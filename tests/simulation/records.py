"""What people who speak JSON were told, against the model and what was kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import product
from typing import TYPE_CHECKING

from tests.simulation.lines import Line, read
from tests.simulation.model import WrongError, must
from tests.simulation.programs import TRY_AGAIN
from twistchat.core.events import Whispered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.simulation.checker import Life
    from tests.simulation.company import Company
    from tests.simulation.programs import Asked, Connection, Program, Told

CUT_OFF = ("resumed", "too slow", "timed out")
"""Causes of a goodbye that drops what waits before it."""

NOBODY = {"no-such-person", "to-oneself"}
"""What may become of private words."""

OUTCOMES = {"said", "whispered", "kept", "error"}


def line_of(told: Told) -> Line | None:
    """Understand a line of the server's as one on a terminal."""
    match told:
        case {"type": "said", "room": room, "who": who, "text": text}:
            return Line("said", who, room, text)
        case {"type": "topic", "room": room, "who": who, "topic": topic}:
            return Line("topic", who, room, topic)
        case {"type": "joined", "room": room, "who": who}:
            return Line("joined", who, room)
        case {"type": "left", "room": room, "who": who, "words": words}:
            return Line("left", who, room, words)
        case {"type": "departed", "who": who, "words": words}:
            return Line("departed", who, "", words)
        case {"type": "renamed", "old": old, "new": new}:
            return Line("renamed", old, "", new)
    return None


class Numbers:
    """What one connection was told by numbers: past, live, and what became of its own words."""

    def __init__(self, life: Life, program: Program, connection: Connection) -> None:
        self._life = life
        self._program = program
        self._connection = connection
        self._seen = dict(connection.rooms)
        self._stands: dict[str, int] = {}
        self._unread: set[str] = set()
        self._past: dict[str, list[tuple[int, int, str]]] = defaultdict(list)

    def check(self) -> None:
        """Go through all that was told."""
        answers = Counter(told["id"] for told in self._connection.told if "id" in told)
        must(max(answers.values(), default=1) == 1, "several answers", answers)
        unknown = set(answers) - set(self._connection.asked)
        must(not unknown, "answers to nothing", unknown)
        for place, told in enumerate(self._connection.told):
            self._follow(told, self._connection.told[place + 1 : place + 2])
        must(self._connection.is_cut or not any(self._past.values()), "past without an end")

    def _follow(self, told: Told, then: Sequence[Told]) -> None:
        if told["type"] == "live" and then and "id" in then[0]:
            self._seen[told["room"]] = self._connection.asked[then[0]["id"]].seen
        match told:
            case {"past": True, "room": room, "type": "gap"}:
                self._past[room].append((told["from"], told["to"], told["why"]))
            case {"past": True, "room": room}:
                self._is_kept(told)
                self._past[room].append((told["number"], told["number"], ""))
            case {"type": "error", "code": "no-history", "about": room}:
                self._unread.add(room)
            case {"type": "live", "room": room}:
                self._live(room, told)
            case {"type": "said" | "topic", "room": room, "number": number}:
                self._is_kept(told)
                stands = self._stands.get(room)
                must(stands is not None, "told of a room before it was live", told)
                assert stands is not None
                hidden = self._life.logs[room].is_hidden
                between = [at for at in range(stands + 1, number) if not hidden(at)]
                must(number > stands, "told again, or out of order", told, stands)
                must(not between, "a hole that nobody announced", told, between)
                self._stands[room] = number
            case {"type": "left", "room": room, "who": who} if who in self._program.names:
                if self._connection.asked.get(told.get("id", 0)) is not None:
                    self._stands.pop(room, None)
        if "id" in told and told["type"] in OUTCOMES:
            self._answered(told, self._connection.asked[told["id"]])

    def _is_kept(self, told: Told) -> None:
        log = self._life.after.get(told["room"], [])
        number = told["number"]
        must(0 < number <= len(log), "told, but not kept", told)
        there = read(self._life.logs[told["room"]].kept[number - 1])
        must(line_of(told) == there, "told otherwise than it was kept", told, there)
        must(log[number - 1].epoch == told["epoch"], "another epoch", told)

    def _live(self, room: str, told: Told) -> None:
        """Compare what was told of the past with what had to be."""
        number, epoch = told["number"], told["epoch"]
        log = self._life.after.get(room, [])
        must(number <= len(log), "live beyond the log", told)
        must(not log or log[0].epoch == epoch, "live in another epoch", told)
        past = self._past.pop(room, [])
        seen = self._seen.get(room)
        if room in self._unread:  # then there is a gap, and nothing else, whatever the epoch
            self._unread.remove(room)
            after = seen[1] if seen and seen[0] == epoch else 0
            all_of_it = [(after + 1, number, "unread")] if seen and after < number else []
            must(past == all_of_it, "not read, and no gap told", told, seen, past)
            self._stands[room] = number
            return
        must(past == list(self._due(seen, number, epoch)), "another past", told, seen, past)
        self._stands[room] = number

    def _due(
        self, seen: tuple[str, int] | None, number: int, epoch: str
    ) -> Iterator[tuple[int, int, str]]:
        if seen is None:
            first = max(1, number - self._life.replay + 1)
        else:
            after = seen[1] if seen[0] == epoch else 0
            first = max(after + 1, number - self._life.page + 1)
            if seen[0] != epoch:
                yield 1, first - 1, "epoch"
            elif first > after + 1:
                yield after + 1, first - 1, "page"
        for at in range(first, number + 1):
            yield at, at, ""

    # ------------------------------------------------------------ what became of its words

    def _answered(self, told: Told, asked: Asked) -> None:
        if told["type"] == "error":
            if told["code"] == "key-reused":
                others = set(self._program.used[asked.key])
                if not asked.to:  # else a name may have become somebody else's
                    others -= {asked.text}
                must(bool(others & self._life.texts), "a key that was never used", told, asked)
            elif asked.type == "say":
                allowed = TRY_AGAIN | {"unknown"} | (NOBODY if asked.to else set())
                must(told["code"] in allowed, "refused for no reason", told, asked)
            return
        if asked.type != "say":
            return
        must(told.get("key") == asked.key, "another key", told, asked)
        if told["type"] != "kept":
            must(told["text"] == asked.text, "another text", told, asked)
        if told["type"] != "kept" or "room" in told:  # it cannot be said there any more
            must(told.get("room", "") == asked.room, "another room", told, asked)
        if asked.to:
            found = self._life.whispers.get(asked.text)
        else:
            kept = self._life.after.get(asked.room, [])
            found = next((c for c in kept if asked.text == self._life.words(c)), None)
        must(found is not None, "acknowledged, but not kept", told, asked)
        assert found is not None
        place = (told["epoch"], told["number"])
        must((found.epoch, found.number) == place, "acknowledged otherwise", told, found)


class Way:
    """What one connection was told, in the one order, from some place on."""

    def __init__(self, life: Life, connection: Connection, start: int) -> None:
        self.read = 0
        self.start = start
        self.end = start
        """The place behind the last line that it was told."""
        self.name = ""
        self.inside: set[str] = set()
        self.joined: set[str] = set()
        self._life = life
        self._connection = connection
        self._live: dict[str, int] = {}
        self._is_over = False

    def follow(self) -> None:
        """Compare what was told with what had to be."""
        for told in self._connection.told:
            self.read += 1
            match told:
                case {"past": True}:
                    continue
                case {"type": "welcome", "name": name}:
                    self.name = name
                case {"type": "live", "room": room, "number": number}:
                    self._live[room] = number
                case {"type": "members", "room": room}:
                    if room in self._live:  # where one is already, over another connection
                        self._stands_right(room, self.end)
                        self.inside.add(room)
                case _:
                    if (line := line_of(told)) is not None:
                        self._told(told, line)
        if not is_cut_off(self._connection):
            left = self._next()
            must(left is None, "never told", left is not None and self._life.order.lines[left])

    def _told(self, told: Told, line: Line) -> None:
        place = self._next()
        must(place is not None, "told where nobody else was", told)
        assert place is not None
        there = self._life.order.happened[place]
        must(line == there, "told out of order", told, there)
        is_own = line.who == self.name
        if is_own and line.kind == "joined":
            self._stands_right(line.room, place)
            self.inside.add(line.room)
            self.joined.add(line.room)
        elif is_own and line.kind == "left":
            self.inside.discard(line.room)
        elif is_own and line.kind == "renamed":
            self.name = line.text
        self.end = place + 1

    def _stands_right(self, room: str, place: int) -> None:
        number = self._live.pop(room, None)
        must(number is not None, "joined without being live", room)
        known = [len(log) for log in self._life.logs[room].known(place)]
        must(number in known, "live at another number", room, number, known)

    def _next(self) -> int | None:
        """Find the next place that has to be told."""
        order = self._life.order
        for place in range(self.end, len(order.lines)):
            line = order.happened[place]
            is_own = line.who == self.name
            if is_own and line.kind == "departed":
                self.inside.clear()
                return None
            if (is_own and line.kind == "joined") or self.inside & order.rooms[place]:
                return place
        return None


def is_cut_off(connection: Connection) -> bool:
    """Whether somebody may have missed what came last."""
    if connection.is_cut or connection.person.wire.is_stalled:
        return True
    return any(t["type"] == "goodbye" and t["cause"] in CUT_OFF for t in connection.told)


class Records:
    """All that those who speak JSON were told in one life of the server."""

    def __init__(self, life: Life, company: Company) -> None:
        self._life = life
        self._company = company
        self._ways: dict[Connection, Sequence[Way]] = {}

    def check(self, *, is_at_rest: bool) -> None:
        """Find what is wrong."""
        for program, connection in self._company.connections():
            try:
                Numbers(self._life, program, connection).check()
                self._ways[connection] = self._find_ways(connection)
                self._check_answers(connection, is_at_rest=is_at_rest)
            except WrongError as wrong:
                number = program.connections.index(connection) + 1
                raise WrongError(f"{wrong} (connection {number} of {program.name})") from None
        for program in self._company.programs:
            must(not program.wrong, *program.wrong[:1] or [""])
            self._check_ghosts(program)
            self._check_keys(program, is_at_rest=is_at_rest)
        self._check_whispers()

    def _find_ways(self, connection: Connection) -> Sequence[Way]:
        """Find where it may have come in, so that all that it was told fits."""
        furthest: tuple[int, str] = (-1, "came in, and nobody was told")
        ways = []
        for start in self._starts(connection.told):
            way = Way(self._life, connection, start)
            try:
                way.follow()
            except WrongError as wrong:
                furthest = max(furthest, (way.read, f"{wrong} (line {way.read})"))
            else:
                ways.append(way)
        must(bool(ways), furthest[1])
        return ways

    def _starts(self, told: Sequence[Told]) -> Sequence[int]:
        order = self._life.order
        everywhere = range(len(order.lines) + 1)
        name = next((t["name"] for t in told if t["type"] == "welcome"), None)
        first = next((t for t in told if t["type"] in ("joined", "members")), None)
        if first is None:
            return [len(order.lines)]
        if first["type"] == "joined" and first["who"] == name:
            return order.comings[name]
        return everywhere

    def _check_answers(self, connection: Connection, *, is_at_rest: bool) -> None:
        """Every request is answered, if its connection lived for long enough."""
        if is_cut_off(connection):
            return
        answered = {told["id"] for told in connection.told if "id" in told}
        came_in = any(told["type"] == "welcome" for told in connection.told)
        if is_at_rest or came_in:
            left = [asked for number, asked in connection.asked.items() if number not in answered]
            has_quit = any(asked.type == "quit" for asked in connection.asked.values())
            must(has_quit or not left, "never answered", *left[:2])

    def _check_ghosts(self, program: Program) -> None:
        """Nobody is told that somebody goes on over another connection."""
        for connection in program.connections:
            old = connection.ghost
            causes = [t["cause"] for t in old.told if t["type"] == "goodbye"] if old else []
            if old is None or causes != ["resumed"]:
                continue
            pairs = product(self._ways[old], self._ways[connection])
            wrong = [
                self._is_announced(before, after, (old, connection)) for before, after in pairs
            ]
            must("" in wrong, *wrong[:1])

    def _is_announced(self, before: Way, after: Way, both: Sequence[Connection]) -> str:
        if before.name != after.name or not before.inside or not after.inside:
            return ""  # nobody had told it yet where it was
        asked_to_leave = {a.room for each in both for a in each.asked.values() if a.type == "leave"}
        if again := before.inside & after.joined - asked_to_leave:
            return f"joined again, though never gone: {after.name} {again}"
        for line in self._life.order.happened[before.end : after.start]:
            if (line.kind, line.who) == ("departed", after.name):
                return f"said to be gone, though they came back: {after.name}"
        return "" if before.end <= after.start else "never come back"

    def _check_keys(self, program: Program, *, is_at_rest: bool) -> None:
        for key, used in program.used.items():
            kept = self._life.texts & set(used)
            must(len(kept) <= 1, "kept twice under one key", key, kept)
        if is_at_rest:
            must(not program.pending, "never acknowledged", *program.pending.values())

    def _check_whispers(self) -> None:
        """Private words are told to two, as they are kept."""
        names = {program: set(program.names) for program in self._company.programs}
        for program, connection in self._company.connections():
            for told in connection.told:
                if told["type"] == "welcome":
                    names[program].add(told["name"])
                if told["type"] == "renamed" and told["old"] in names[program]:
                    names[program].add(told["new"])
                if told["type"] != "whispered":
                    continue
                kept = self._life.whispers.get(told["text"])
                must(kept is not None, "private words that are not kept", told)
                assert kept is not None
                assert isinstance(kept.item, Whispered)
                place = (kept.epoch, kept.number, kept.item.who, kept.item.to)
                said = (told["epoch"], told["number"], told["who"], told["to"])
                must(place == said, "private words that were kept otherwise", told, kept)
                is_mine = bool({told["who"], told["to"]} & names[program])
                must(is_mine, "private words of others", told)
