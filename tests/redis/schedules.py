"""Schedules by chance: what several nodes say, and what befalls them and their Redis.

`python -m tests.redis.schedules SEED [COUNT]` plays some, and says which fail.

Of each node it is looked, while it tells:

- the numbers of a room go on by one, but behind a `Missed` that says which are left out, and under
  another epoch only behind one that says so;
- under one number of one epoch all tell the same;
- nothing is told twice, but under another epoch what the store had lost with its answer;

and in the end, when all is well again:

- all that its speaker was told to be kept is in the room's log, once, unless the store has lost
  something; and nothing that was said not to be kept;
- all nodes stand at the same place, and know the same people.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING

from twisted.internet.task import Clock
from twisted.logger import ILogObserver, LogEvent, globalLogBeginner, globalLogPublisher
from zope.interface import implementer

from tests.redis.engines import kill, link_of, redis_engine
from tests.redis.nodes import dumped, members, restore
from tests.redis.server import shared_server
from tests.redis.storing import entered
from twistchat.core import events as e
from twistchat.core.concerns import stands_in
from twistchat.core.limits import Limits
from twistchat.engine import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.redis.clocklink import ClockLink
    from twistchat.engine import Committed

ROOMS = ("#lobby", "#lab", "#tea")


class WrongError(AssertionError):
    """Something is not as it must be."""


class Watched:
    """A node, and what it has told, looked at as it comes."""

    def __init__(self, play: Play, name: str) -> None:
        self.name = name
        self.play = play
        self.told: list[Committed] = []
        self.texts: Counter[str] = Counter()
        self.epochs: dict[str, set[str]] = {}
        """Under which ones each text was told."""
        self.at: dict[str, tuple[str, int]] = {}
        self.people: dict[str, e.Entered] = {}
        self.elsewhere: dict[str, set[str]] = {}
        self.engine = redis_engine(play.server, play.clock, play.limits, node=name)
        self.is_started = False
        self._is_telling = False
        self.engine.start(self._deliver).addCallback(self._started)

    @property
    def link(self) -> ClockLink:
        return link_of(self.engine)

    def put(self, *items: e.Item) -> None:
        self.engine.append([Entry(item, self) for item in items])

    def _started(self, _: object) -> None:
        self.is_started = True

    def _deliver(self, batch: Sequence[Committed]) -> None:
        self.play.expect(not self._is_telling, f"{self.name} tells while it tells")
        self._is_telling = True
        for each in batch:
            self.play.story.append(f"{self.name} tells {_short(each)}")
            self.told.append(each)
            self._look(each)
        self._is_telling = False

    def _look(self, each: Committed) -> None:
        match each.item:
            case e.Said() as said:
                self._said(each, said)
            case e.NotKept(e.Said() as said, why):
                if why is e.Unkept.UNKNOWN:
                    self.play.unknown.add(said.text)
                else:
                    self.play.refused.add(said.text)
            case e.Missed(room, _, last, is_new) if room:
                at = self.at.get(room)
                if is_new:
                    self.at[room] = each.epoch, each.number
                elif at is not None:
                    self.play.expect(at[0] == each.epoch, f"{_short(each)} of another epoch")
                    self.at[room] = each.epoch, last
            case e.Resynced() as resynced:
                self._resynced(resynced)
            case e.Entered() as who if each.node:
                self.elsewhere.setdefault(who.user, set()).add(each.node)
            case e.Departed() as gone:
                self.elsewhere.pop(gone.user, None)
                if each.node:
                    self.people.pop(gone.user, None)
            case e.Withdrew() as gone:
                self.elsewhere.get(gone.user, set()).discard(each.node)
            case e.HistoryOpened():
                at = self.at.get(stands_in(each.item) or "")
                if at is not None and each.epoch:
                    self.play.expect(at == (each.epoch, each.number), f"{_short(each)} at {at}")

    def _said(self, each: Committed, said: e.Said) -> None:
        expect = self.play.expect
        if not each.epoch:
            return  # what holds, at a start
        at, place = self.at.get(said.room), (each.epoch, each.number)
        if at is not None:
            expect(place == (at[0], at[1] + 1), f"{_short(each)} behind {at} at {self.name}")
        self.at[said.room] = place
        self.texts[said.text] += 1
        under = self.epochs.setdefault(said.text, set())
        is_again = each.epoch in under or (under and not self.play.has_lost)
        expect(not is_again, f"{said.text} twice at {self.name}")
        under.add(each.epoch)
        known = self.play.places.setdefault((said.room, *place), said.text)
        expect(known == said.text, f"{place} is {known}, and {said.text} at {self.name}")
        if each.origin is self:
            self.play.kept.add(said.text)

    def _resynced(self, resynced: e.Resynced) -> None:
        self.elsewhere = {}
        for node, who in resynced.people:
            self.elsewhere.setdefault(who.user, set()).add(node)
        if self.is_started:
            self.put(*self.people.values())


@implementer(ILogObserver)
class Play:
    """Plays one schedule."""

    limits = Limits(uncommitted_age=1.0)

    def __init__(self, seed: int, *, loses: bool) -> None:
        self.random = Random(seed)
        self.loses = loses
        """Whether the store may lose something."""
        self.server = shared_server()
        self.clock = Clock()
        self.story: list[str] = []
        self.wrong: list[str] = []
        self.kept: set[str] = set()
        self.refused: set[str] = set()
        self.unknown: set[str] = set()
        self.places: dict[tuple[str, str, int], str] = {}
        self.nodes: dict[str, Watched] = {}
        self._lost = 0
        self._count = 0
        self._saved: dict[bytes, bytes] | None = None
        self._is_silent = False

    @property
    def has_lost(self) -> bool:
        """Whether the store has lost anything."""
        return self._lost > 0

    def expect(self, is_so: bool, what: str) -> None:
        if not is_so:
            self.story.append(f"WRONG: {what}")
            self.wrong.append(what)

    def __call__(self, event: LogEvent) -> None:
        """Nothing but what is said to the operator may go wrong."""
        if event.get("log_failure") is not None:
            self.expect(False, event["log_failure"].getTraceback())

    def play(self) -> None:
        with closing(self.server.client()) as self.redis:
            self.redis.flushall()
            globalLogPublisher.addObserver(self)
            try:
                for name in "abc":
                    self._start(name)
                for _ in range(self.random.randrange(20, 120)):
                    if self.wrong:
                        break
                    self._step()
                self._mend()
                self._check()
                if self.wrong:
                    raise WrongError(self.wrong[0])
            finally:
                globalLogPublisher.removeObserver(self)
                for node in self.nodes.values():
                    kill(node.engine)

    # ------------------------------------------------------------ what happens

    def _start(self, name: str) -> None:
        self.nodes[name] = node = Watched(self, name)
        for _ in range(200):
            if node.is_started:
                return
            self.clock.advance(0.01)
        raise WrongError(f"{name} does not start")

    def _step(self) -> None:
        random = self.random
        node = random.choice(list(self.nodes.values()))
        deeds: list[Callable[[Watched], None]] = [
            *[self._say] * 12, *[self._presence] * 4, self._open, *[self._time] * 8,
        ]  # fmt: skip
        faults: list[Callable[[Watched], None]] = [
            self._cut, self._join, self._lose, self._lose, self._refuse, self._accept, self._hold,
            self._let_go, self._deafen, self._hear, self._dead, self._trim, self._restart,
            self._forget,
        ]  # fmt: skip
        if self.loses:
            faults += [self._flush, self._save, self._fail_over]
        deed = random.choice(deeds if random.random() < 0.85 else faults)
        self.story.append(f"{deed.__name__[1:]} {node.name}")
        deed(node)

    def _say(self, node: Watched) -> None:
        lines = []
        for _ in range(self.random.choice((1, 1, 2, 5))):
            self._count += 1
            room = self.random.choice(ROOMS)
            text = f"{node.name}{self._count}"
            lines.append(e.Said(room, "1", "alice", text, action=False, at=7.0 + self._count))
        node.put(*lines)

    def _presence(self, node: Watched) -> None:
        user = f"{node.name}{self.random.randrange(3)}"
        if user not in node.people:
            node.people[user] = entered(user, "#lobby")
            node.put(node.people[user])
        elif self.random.random() < 0.5:
            del node.people[user]
            node.put(e.Departed(("#lobby",), user, user, e.Cause.LEFT, "", 9.0))
        else:
            node.put(e.AwayChanged(("#lobby",), user, user, f"{self._count}", 9.0))

    def _open(self, node: Watched) -> None:
        node.put(e.HistoryOpened(self.random.choice(ROOMS), 5))

    def _time(self, _: Watched) -> None:
        for _turn in range(self.random.choice((1, 3, 10, 100, 1_000))):
            self.clock.advance(self.random.choice((0.0005, 0.002, 0.01)))

    def _cut(self, node: Watched) -> None:
        node.link.go_down(is_done=self.random.random() < 0.5)

    def _join(self, node: Watched) -> None:
        node.link.come_up()

    def _lose(self, node: Watched) -> None:
        name = self.random.choice(("append", "append", "feed", "beat", "hello", "reassert", ""))
        node.link.lose_next(name, is_done=self.random.random() < 0.5)

    def _refuse(self, node: Watched) -> None:
        code = self.random.choice(("OOM", "READONLY", "LOADING", "BUSY", "MISCONF"))
        node.link.refuse(code, self.random.choice(("append", "")), count=self.random.choice((1, 3)))

    def _accept(self, node: Watched) -> None:
        node.link.accept()

    def _hold(self, node: Watched) -> None:
        node.link.hold()

    def _let_go(self, node: Watched) -> None:
        node.link.let_go()

    def _deafen(self, node: Watched) -> None:
        node.link.is_deaf = True

    def _hear(self, node: Watched) -> None:
        node.link.is_deaf = False

    def _dead(self, node: Watched) -> None:
        """Its lease is over; who beats next lets its people be gone."""
        self.redis.zadd("twistchat:nodes", {node.name: 0})

    def _trim(self, _: Watched) -> None:
        self.redis.xtrim("twistchat:feed", maxlen=self.random.choice((0, 1, 5)), approximate=False)

    def _restart(self, node: Watched) -> None:
        kill(node.engine)
        self.unknown.update(
            entry.item.text
            for entry in self._under_way(node)
            if isinstance(entry.item, e.Said)
        )  # fmt: skip
        self._start(node.name)

    def _under_way(self, node: Watched) -> Sequence[Entry]:
        line = node.engine._line
        return [waiting.entry for waiting in (*line._writing, *line._waiting)]

    def _forget(self, node: Watched) -> None:
        """A room is forgotten: only one in which nobody is."""
        node.put(e.RoomForgotten("#gone", 9.0))

    def _flush(self, _: Watched) -> None:
        self.redis.flushall()
        self._lost += 1

    def _save(self, _: Watched) -> None:
        self._saved = dumped(self.redis)

    def _fail_over(self, _: Watched) -> None:
        """Another Redis takes over, that has not heard of the last that was said."""
        if self._saved is None:
            return
        self._lost += 1
        for node in self.nodes.values():
            node.link.drop("it failed over")
        restore(self.redis, self._saved)
        self.redis.hset("twistchat:facts", "run", "another")  # by which one knows another Redis
        self._saved = None

    # ------------------------------------------------------------ the end

    def _mend(self) -> None:
        self.story.append("all is well")
        for node in self.nodes.values():
            node.link.accept()
            node.link.is_deaf = False
            node.link.let_go()
            node.link.come_up()
        for _ in range(4):
            self._end_former()
            for _turn in range(100):
                self.clock.advance(0.05)
        for node in self.nodes.values():
            node.put(e.Said("#lobby", "1", "alice", f"last of {node.name}", False, 7.0))
        for _ in range(300):
            self.clock.advance(0.05)

    def _end_former(self) -> None:
        """The lease is over of a process that is no more, and that a failover has brought back."""
        for name, node in self.nodes.items():
            life = self.redis.hget(f"twistchat:node:{name}", "life") or b""
            known = life.decode() if isinstance(life, bytes) else life
            if _process(known) != _process(node.engine._place.here.life):
                self._dead(node)

    def _check(self) -> None:
        texts = Counter(
            each.item.text
            for room in ROOMS
            for each in self._history(room)
            if isinstance(each.item, e.Said)
        )
        self.expect(all(count == 1 for count in texts.values()), f"kept twice: {texts}")
        for node in self.nodes.values():
            self.expect(f"last of {node.name}" in texts, f"{node.name} could say nothing")
            self.expect(not node.engine.trouble, f"{node.name}: {node.engine.trouble}")
            for other in self.nodes.values():
                said = f"last of {other.name}"
                self.expect(node.texts[said] == 1, f"{node.name} has not told {said}")
        self.expect(not (self.refused & set(texts)), f"not kept: {self.refused & set(texts)}")
        if not self._lost:
            lost = self.kept - set(texts)
            self.expect(not lost, f"lost: {lost}")
        self._check_places()
        self._check_people()

    def _history(self, room: str) -> list[Committed]:
        found: list[list[Committed]] = []
        node = next(iter(self.nodes.values()))
        node.engine.history(room, limit=10_000).addCallback(found.append)
        for _ in range(20):
            self.clock.advance(0.01)
        return found[0]

    def _check_places(self) -> None:
        stands = defaultdict(set)
        for node in self.nodes.values():
            for room, place in node.at.items():
                stands[room].add(place)
        for room, places in stands.items():
            self.expect(len(places) == 1, f"{room} stands at {places}")

    def _check_people(self) -> None:
        here = {name: set(node.people) for name, node in self.nodes.items()}
        kept = members(self.redis, "twistchat:people")
        self.expect(kept == set().union(*here.values()), f"{kept} are in the store, of {here}")
        for name, node in self.nodes.items():
            known = {user for user, homes in node.elsewhere.items() if homes - {name}}
            others = set().union(*(users for other, users in here.items() if other != name))
            self.expect(known == others, f"{name} knows {known}, not {others}")


def _process(life: str) -> str:
    return life.partition(".")[0]


def _short(each: Committed) -> str:
    item = each.item
    match item:
        case e.Said():
            what = item.text
        case e.NotKept(e.Said() as said, why):
            what = f"{said.text} {why}"
        case e.Missed():
            what = f"{item.room} {item.first}-{item.last} {item.is_new_epoch}"
        case _:
            what = str(getattr(item, "user", ""))
    room = getattr(item, "room", "")
    return f"{type(item).__name__} {what} {room} {each.epoch} {each.number} of {each.node or '-'}"


def run(seed: int, *, loses: bool) -> None:
    """Play the schedule of a seed.

    Raises:
        WrongError: something is not as it must be; it has the story in its notes.
    """
    play = Play(seed, loses=loses)
    try:
        play.play()
    except WrongError as wrong:
        wrong.add_note("\n".join(f"    {line}" for line in play.story))
        raise


def main(first: str = "0", count: str = "1") -> int:
    """Play some; return how many failed."""
    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)
    failed = 0
    for seed in range(int(first), int(first) + int(count)):
        try:
            run(seed, loses=bool(seed % 2))
        except WrongError as wrong:
            failed += 1
            sys.stdout.write("\n".join([f"{seed}: {wrong}", *wrong.__notes__, ""]))
    sys.stdout.write(f"{count} schedules, {failed} failed\n")
    return failed


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:]), 1))
