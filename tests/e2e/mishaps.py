"""What befalls nodes and their Redis while people talk at all of them, by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet import reactor
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.task import deferLater

from tests.e2e import stories
from tests.e2e.checker import faults
from tests.e2e.nodes import LEASE
from tests.e2e.programs import Caller
from tests.e2e.roving import RovingProgram, RovingReader
from tests.e2e.segments import losses
from tests.e2e.stories import Ledger
from tests.e2e.talkers import CalmTalker, Listener
from tests.e2e.tunnels import HOST

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from random import Random

    from tests.e2e.nodes import Node, Nodes
    from tests.e2e.record import Record
    from tests.e2e.views import View

ROOMS = ("#lobby", "#cats", "#dogs")
OWNER, SECRET = "owner", "Hush correct 1"


class Mishaps:
    """Some nodes, who talks at them, and what has happened so far."""

    def __init__(self, nodes: Nodes, rng: Random) -> None:
        self.nodes = nodes
        self.happened: list[str] = []
        """Each mishap, with the time at which it began."""
        self.programs = [
            RovingProgram(f"program{number}", ROOMS, rng, nodes.ports) for number in range(3)
        ]
        self.readers = [RovingReader(f"reader{number}", rng, nodes.ports) for number in range(2)]
        self.rng = rng
        self._begin = reactor.seconds()
        self._people: list[tuple[Node, Listener]] = []
        """Who is connected to which node, and stays there as long as that is possible."""
        self._gone: list[Listener] = []
        self._has_owner = False
        self._seats: dict[Node, Caller] = {}
        """Where the owner of the account is besides."""
        self._count = 0
        self.ledger = Ledger()

    # ------------------------------------------------------------ who talks

    async def begin(self) -> None:
        """Let everybody come."""
        for program in self.programs:
            await program.come_anywhere()
        for reader in self.readers:
            await reader.come_anywhere()
        await self.gather()

    async def register(self) -> None:
        """Make an account, as which a program comes and goes beside somebody on nc at each node."""
        self._has_owner = True
        caller = await Caller.call(self.nodes.all[0].port, OWNER)
        for line, answer in (
            ("/register", "^-- A new password"),
            (SECRET, "^-- The same again"),
            (SECRET, "^-- The name owner is registered"),
            ("/quit", "^-- Goodbye"),
        ):
            caller.types(line)
            await caller.heard.until(answer)
        owner = RovingProgram(OWNER, ROOMS, self.rng, self.nodes.ports)
        owner.proof = {"password": SECRET}
        self.programs.append(owner)

    async def _take_a_seat(self, node: Node) -> None:
        seat = self._seats.get(node)
        if seat is None or seat.lost.called:
            seat = self._seats[node] = Caller()
            await connectProtocol(HostnameEndpoint(reactor, HOST.encode(), node.port), seat)
            seat.types("\n".join([f"/login {OWNER}", SECRET, *(f"/join {room}" for room in ROOMS)]))

    async def gather(self) -> None:
        """Let people come in place of those who were lost: at each node a talker and a listener."""
        for node in self.nodes.all if self._has_owner else ():
            await self._take_a_seat(node)
        for person in (person for _, person in self._people if person.lost.called):
            self._gone.append(person)
        self._people = [each for each in self._people if not each[1].lost.called]
        for node in self.nodes.all:
            here = [type(person) for at, person in self._people if at is node]
            for kind in (CalmTalker, Listener):
                if kind not in here:
                    person = self._person(kind, node)
                    await person.come(node.port)
                    self._people.append((node, person))

    def _person(self, kind: type[Listener], node: Node) -> Listener:
        self._count += 1
        rooms = tuple(self.rng.sample(ROOMS[1:], self.rng.randrange(3)))
        if kind is Listener:
            return Listener(f"listener-{node}{self._count}", rooms)
        return CalmTalker(f"talker-{node}{self._count}", rooms, f"t{self._count}", self.rng)

    async def befall(self, mishap: Callable[[Mishaps], Awaitable[str]]) -> None:
        """Let something happen while everybody talks, and all be well again."""
        await self.gather()
        await self.wait(0.2, 0.6)
        self.happened.append(f"{reactor.seconds() - self._begin:.1f} {mishap.__name__}")
        self.happened[-1] += f" {await mishap(self)}"
        await self.wait(0, 0.3)
        try:
            await self.nodes.heal(f"heal{len(self.happened)}")
        except AssertionError as error:
            self._is_well([str(error)])

    async def wait(self, least: float, most: float) -> float:
        """Wait for a random while. Returns how long that was."""
        seconds = self.rng.uniform(least, most)
        await deferLater(reactor, seconds)
        return seconds

    async def end(self) -> None:
        """Let everybody fall silent, in peace: all is acknowledged in the end."""
        for program in self.programs:
            await program.be_quiet()
        for program in self.programs:
            await program.stay_away()
        for reader in self.readers:
            await reader.stay_away()
        for seat in self._seats.values():
            if not seat.lost.called:
                await seat.leave()
        for _, person in self._people:
            if not person.lost.called:
                await person.quit()
            self._gone.append(person)

    # ------------------------------------------------------------ what is wrong

    def check(self) -> None:
        """Nothing is lost, doubled or swapped of what anybody was told."""
        record, views = self.nodes.record(), self._views()
        found = faults(record, views, tells_perhaps=True)
        found += stories.faults([program.story for program in self.programs], record)
        for reader in self.readers:
            found += reader.faults(record, is_marked=False)
        kept = set(record.texts())
        self._is_well([*found, *self._revenants(kept.__contains__)])
        assert sum(map(len, (log.events for log in record.logs.values()))) > 100

    def check_losses(self) -> None:
        """What is lost is said to be; nothing is doubled or swapped under one epoch."""
        record = self.nodes.record()
        told = [program.story for program in self.programs]
        found = [*self.ledger.read(record), *stories.losses(told, self.ledger)]
        found += (fault for view in self._views() for fault in losses(view, self.ledger))
        for story in told:
            now = [kept for kept in story.kept if kept.epoch == record.logs[kept.room].epoch]
            for kept in now:
                event = record.logs[kept.room].events[kept.number - 1 : kept.number]
                if [one.text for one in event] != [kept.text]:
                    found.append(f"{story.name}: acknowledged and lost under one epoch: {kept}")
        self._is_well([*found, *self._revenants(self.ledger.__contains__)])

    def look(self, record: Record, now: Record | None = None) -> None:
        """Take in what was kept, before it is lost: nobody may have been told its numbers.

        What is kept `now` is so instead, where two stores went on beside each other.
        """
        if now is None:
            self.ledger.had(record)
        else:
            self.ledger.goes_astray(record, now)

    def _revenants(self, is_kept: Callable[[str], bool]) -> Iterator[str]:
        for program in self.programs:
            for text in program.given_up:
                if is_kept(text):
                    yield f"{program.name} was told that it was not kept, and it was: {text!r}"

    def _views(self) -> Sequence[View]:
        return [person.view() for person in self._gone]

    def _is_well(self, found: Sequence[str]) -> None:
        assert not found, "\n".join(["after", *self.happened, "there is", *found[:20]])


# ---------------------------------------------------------------- mishaps that lose nothing


def _short_or_long(rng: Random) -> tuple[float, float]:
    """Shorter than the lease, or longer."""
    return rng.choice(((0.1, LEASE / 3), (LEASE * 1.2, LEASE * 2)))


async def a_node_is_killed(mishaps: Mishaps) -> str:
    """`kill -9` of a node, which is started again soon, or when its lease is over."""
    node = mishaps.rng.choice(mishaps.nodes.all)
    await node.kill()
    seconds = await mishaps.wait(*_short_or_long(mishaps.rng))
    await node.start()
    return f"{node}, for {seconds:.1f} s"


async def a_node_stands_still(mishaps: Mishaps) -> str:
    """SIGSTOP of a node; when that is over it does not know of it."""
    node = mishaps.rng.choice(mishaps.nodes.all)
    node.pause()
    seconds = await mishaps.wait(*_short_or_long(mishaps.rng))
    node.resume()
    return f"{node}, for {seconds:.1f} s"


async def redis_is_killed(mishaps: Mishaps) -> str:
    """`kill -9` of Redis, which is started again with what it has on disk."""
    mishaps.nodes.redis.kill()
    seconds = await mishaps.wait(*_short_or_long(mishaps.rng))
    mishaps.nodes.redis.start()
    return f"for {seconds:.1f} s"


async def redis_stands_still(mishaps: Mishaps) -> str:
    """SIGSTOP of Redis."""
    mishaps.nodes.redis.pause()
    seconds = await mishaps.wait(*_short_or_long(mishaps.rng))
    mishaps.nodes.redis.resume()
    return f"for {seconds:.1f} s"


async def connections_are_cut(mishaps: Mishaps) -> str:
    """The connections of some nodes break, once and again; they may connect anew at once."""
    rng, cut = mishaps.rng, ""
    for _ in range(rng.randrange(1, 6)):
        for node in rng.sample(mishaps.nodes.all, rng.randrange(1, 4)):
            node.tunnel.cut()
            cut += node.name
        await mishaps.wait(0, 0.1)
    return cut


async def a_node_is_cut_off(mishaps: Mishaps) -> str:
    """A node cannot connect for a while."""
    node = mishaps.rng.choice(mishaps.nodes.all)
    node.tunnel.close()
    seconds = await mishaps.wait(*_short_or_long(mishaps.rng))
    node.tunnel.mend()
    return f"{node}, for {seconds:.1f} s"


async def a_way_is_held_up(mishaps: Mishaps) -> str:
    """What a node sends comes late, and what it is answered."""
    node = mishaps.rng.choice(mishaps.nodes.all)
    node.tunnel.hold()
    seconds = await mishaps.wait(*_short_or_long(mishaps.rng))
    node.tunnel.mend()
    return f"{node}, for {seconds:.1f} s"


async def answers_are_lost(mishaps: Mishaps) -> str:
    """What some nodes send is done, and they never hear of it."""
    rng, lost = mishaps.rng, ""
    for _ in range(rng.randrange(1, 4)):
        for node in rng.sample(mishaps.nodes.all, rng.randrange(1, 4)):
            node.tunnel.lose_answers()
            lost += node.name
        await mishaps.wait(0, 0.3)
        for node in mishaps.nodes.all:
            node.tunnel.mend()
    return lost


async def redis_is_full(mishaps: Mishaps) -> str:
    """Redis has no memory for anything more, and refuses what would need some."""
    with mishaps.nodes.redis.client() as client:
        client.config_set("maxmemory", "1")
        seconds = await mishaps.wait(*_short_or_long(mishaps.rng))
        client.config_set("maxmemory", "0")
    return f"for {seconds:.1f} s"


HARMLESS = (
    a_node_is_killed, a_node_stands_still, redis_is_killed, redis_stands_still,
    connections_are_cut, a_node_is_cut_off, a_way_is_held_up, answers_are_lost, redis_is_full,
)  # fmt: skip


# ---------------------------------------------------------------- and those that lose something


async def redis_is_flushed(mishaps: Mishaps) -> str:
    """FLUSHALL: everything is gone."""
    await mishaps.nodes.hold()
    mishaps.look(mishaps.nodes.record())
    with mishaps.nodes.redis.client() as client:
        client.flushall()
    mishaps.nodes.let_go()
    return ""


async def a_replica_takes_over(mishaps: Mishaps) -> str:
    """Redis dies, and a replica that does not have all of it takes its place."""
    rng = mishaps.rng
    seconds, lives_on = rng.uniform(0, 0.5), rng.choice((0, rng.uniform(0.1, 1)))
    await mishaps.nodes.fail_over(seconds, lives_on=lives_on, dies=mishaps.look)
    return f"{seconds:.2f} s behind, and the former lived on for {lives_on:.1f} s"


LOSSY = (redis_is_flushed, a_replica_takes_over)


def drawn(
    rng: Random, count: int, mishaps: Sequence[Callable[[Mishaps], Awaitable[str]]]
) -> list[Callable[[Mishaps], Awaitable[str]]]:
    """Draw so many; none comes again before all others have come."""
    order: list[Callable[[Mishaps], Awaitable[str]]] = []
    while len(order) < count:
        order += rng.sample(mishaps, len(mishaps))
    return order[:count]
