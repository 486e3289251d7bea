"""What people do who speak JSON: they are cut off anywhere, and come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.checker import ROOMS
from tests.simulation.programs import JSON, Asked, Connection, Place, Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulation.houses import House
    from tests.simulation.schedule import Step

NAMES = ("ann", "ben", "eve", "zoe", "小明")
MOST = 4


class Company:
    """All who speak JSON: they outlive the server's lives."""

    def __init__(self, house: House, story: list[str], new_words: Callable[[int], str]) -> None:
        self.house = house
        self.story = story
        self.programs: list[Program] = []
        self._new_words = new_words
        self._keys = 0

    @property
    def texts(self) -> set[str]:
        """All that any of them has said."""
        return {text for program in self.programs for text in program.texts}

    @property
    def names(self) -> set[str]:
        """All names that any of them has had."""
        return {name for program in self.programs for name in program.names}

    def begin(self) -> None:
        """Let a life of the server begin: there is no connection to it yet."""
        for program in self.programs:
            program.connections.clear()
            program.lost_at = None  # names are kept by a server, and not beyond it

    def look(self) -> None:
        """Let everybody work off what has come, but those who lag."""
        for program in self.programs:
            for connection in program.connections:
                connection.looks()
            now = program.now
            if now is None or now.is_lagging:
                continue
            if program.works_off():
                self._says_hello(program, now)
                now.has_more_to_say = True  # what it said behind the first hello was refused
            elif now.is_in and now.has_more_to_say:
                now.has_more_to_say = False
                self._sends_again(program)

    def end(self) -> None:
        """Let nobody lag any more, and everybody come back who is not here, and say what waits."""
        for program in self.programs:
            for connection in program.connections:
                connection.is_lagging = False
                connection.person.wire.flow()
        self.look()
        for program in self.programs:
            if program.now is None and program.pending:
                self._comes(program, program.places, how=2)
            elif program.now is not None and program.now.is_in:
                self._sends_again(program)

    def killed(self, share: Callable[[], float]) -> None:
        """Let the server die; of what it has written only some has arrived."""
        for program in self.programs:
            for connection in program.connections:
                connection.looks()
                connection.is_cut = True
            self._gets(program, share())

    # ------------------------------------------------------------ steps

    def appear(self, step: Step) -> None:
        """Come in for the first time, or come back."""
        gone = [one for one in self.programs if one.now is None]
        if gone:
            self.back(step)
        elif len(self.programs) < MOST:
            program = Program(NAMES[step.how % len(NAMES)])
            self.programs.append(program)
            if step.how % 3:
                program.places[ROOMS[step.who % len(ROOMS)]] = None
            self._comes(program, dict(program.places), step.how)

    def back(self, step: Step) -> None:
        """Come back: with where one has read to, with something older, or with nonsense."""
        gone = [one for one in self.programs if one.now is None]
        if gone:
            program = gone[step.who % len(gone)]
            self._comes(program, self._given_back(program, step), step.how)

    def twin(self, step: Step) -> None:
        """Come back though one is still here; the old connection may still say something."""
        if (program := self._one(step)) is not None and program.token:
            old = program.now
            assert old is not None
            if step.how % 3 == 0:
                program.asks(self._words(program, step))
            self._comes(program, self._given_back(program, step), step.how, ghost=old)
            if step.how % 4 == 0 and not old.person.wire.disconnecting:
                old.sends({"type": "say", "room": ROOMS[0], "text": "never"})

    def utter(self, step: Step) -> None:
        """Say something; perhaps twice at once, perhaps only the half of it."""
        if (program := self._one(step)) is None:
            return
        asked = self._words(program, step)
        self.story.append(f"{program.name} says {asked.text[:9]} as {asked.key} in {asked.room}")
        program.asks(asked)
        if step.how % 6 == 0:
            program.repeats(asked)

    def confide(self, step: Step) -> None:
        """Say something to another one."""
        program = self._one(step)
        others = [one for one in self.programs if one is not program and one.now is not None]
        if program is not None and others:
            to = others[step.how % len(others)].name
            asked = Asked("say", key=self._key(program), text=self._new_words(1), to=to)
            self.story.append(f"{program.name} says {asked.text} as {asked.key} to {to}")
            program.asks(asked)

    def repeat(self, step: Step) -> None:
        """Send something again, acknowledged or not; or something else under its key."""
        program = self._one(step)
        if program is None or not program.used:
            return
        key = list(program.used)[step.how % len(program.used)]
        asked = next(iter(program.used[key].values()))
        if step.who % 3 == 0:
            asked = asked._replace(text=self._new_words(1))
            program.used[key][asked.text] = asked
        self.story.append(f"{program.name} says again {asked.text[:9]} as {key}")
        program.repeats(asked)

    def cut(self, step: Step) -> None:
        """Lose the connection: some of what was written to it arrives, and the rest is lost."""
        if (program := self._one(step)) is None:
            return
        connection = program.now
        assert connection is not None
        match step.how % 5:
            case 0:
                program.asks(self._words(program, step))
            case 1:
                program.asks(self._words(program, step), share=0.5)
        connection.looks()
        connection.is_cut = True
        self._gets(program, (step.who % 4) / 3)
        self.story.append(f"{program.name} is lost at {connection.read} of {len(connection.told)}")
        if connection.is_in and connection.is_open:
            is_uncertain = self.house.may_refuse_names or connection.is_name_open
            program.lost_at = None if is_uncertain else self._time
        connection.is_over = True
        if step.how % 2:
            connection.person.vanishes()
        else:
            connection.person.hangs_up()

    def lag(self, step: Step) -> None:
        """Work nothing off for a while; what comes waits in the network, or at the server."""
        if (program := self._one(step)) is not None and program.now is not None:
            wire = program.now.person.wire
            program.now.is_lagging = not program.now.is_lagging
            self.story.append(f"{program.name} reads " + "later" * program.now.is_lagging)
            if not program.now.is_lagging:
                wire.flow()
            elif step.how % 3 == 0:
                wire.stall()

    def enter(self, step: Step) -> None:
        """Enter a room, perhaps one where one was before."""
        if (program := self._one(step)) is not None:
            room = ROOMS[step.how % len(ROOMS)]
            former = [place for name, place in program.former if name == room]
            seen = former[step.who % len(former)] if former and step.how % 2 else None
            if room not in program.places:
                program.places[room] = seen
                program.asks(Asked("join", room, seen=seen))
                self.story.append(f"{program.name} joins {room}, which was read to {seen}")

    def go(self, step: Step) -> None:
        """Leave a room."""
        if (program := self._one(step)) is not None and len(program.places) > 1:
            room = list(program.places)[1 + step.how % (len(program.places) - 1)]
            program.asks(Asked("leave", room, self._new_words(1)))
            self.story.append(f"{program.name} leaves {room}")

    def call(self, step: Step) -> None:
        """Take another name."""
        if (program := self._one(step)) is not None:
            fields = {"type": "rename", "name": NAMES[step.how % len(NAMES)]}
            assert program.now is not None
            program.now.is_name_open = True
            program.names.add(fields["name"])
            program.now.sends(fields)
            self.story.append(f"{program.name} asks for the name {fields['name']}")

    def bow(self, step: Step) -> None:
        """Quit."""
        if (program := self._one(step)) is not None:
            assert program.now is not None
            program.now.is_name_open = True  # it is kept for nobody who has quit
            program.asks(Asked("quit"))
            self.story.append(f"{program.name} quits")

    # ------------------------------------------------------------ inside

    @property
    def _time(self) -> float:
        return self.house.world.clock.seconds()

    def _one(self, step: Step) -> Program | None:
        here = [one for one in self.programs if one.now is not None and one.now.is_in]
        return here[step.who % len(here)] if here else None

    def _words(self, program: Program, step: Step) -> Asked:
        rooms = list(program.places)
        text = self._new_words(step.how)
        return Asked("say", rooms[step.who % len(rooms)], text, self._key(program))

    def _key(self, program: Program) -> str:
        # Others have the same keys: they are nobody's but their owner's.
        return f"k{len(program.used) + 1}"

    def _given_back(self, program: Program, step: Step) -> dict[str, Place | None]:
        places = dict(program.places)
        match step.how % 7:
            case 0 if program.former:  # older than the truth
                room, place = program.former[step.who % len(program.former)]
                if room in places:
                    places[room] = place
            case 1:
                places[ROOMS[0]] = ("another", step.who % 5)
            case 2:
                places[ROOMS[0]] = None
        return places

    def _comes(
        self,
        program: Program,
        places: dict[str, Place | None],
        how: int,
        ghost: Connection | None = None,
    ) -> None:
        person = self.house.world.connect(JSON, speaks_first=True)
        connection = Connection(person, dict(places), ghost)
        if program.lost_at is not None:
            kept = self.house.limits.name_kept
            if self._time - program.lost_at > kept - 0.5:
                program.lost_at = None
        program.connections.append(connection)
        self.story.append(f"{program.name} comes with {places}" + (" (a twin)" if ghost else ""))
        self._says_hello(program, connection, how)
        if how % 3 and program.token:  # else one may be somebody else the next time
            self._sends_again(program)
        if how % 11 == 3:  # lost on its way in
            connection.is_cut = True
            connection.person.vanishes()

    def _says_hello(self, program: Program, connection: Connection, how: int = 0) -> None:
        if not program.name:
            program.name = f"q{self._keys}"
            self._keys += 1
        is_sloppy = how % 2 == 1  # rooms have many spellings
        spelled = {room: room[1:].upper() for room in connection.rooms if is_sloppy}
        program.hellos(connection, spelled)

    def _sends_again(self, program: Program) -> None:
        for asked in list(program.pending.values()):
            program.repeats(asked)

    def _gets(self, program: Program, share: float) -> None:
        """Let so much of what was written arrive."""
        if program.now is not None:
            unread = len(program.now.told) - program.now.read
            program.works_off(round(unread * share))

    def connections(self) -> Iterator[tuple[Program, Connection]]:
        """Go through all connections of this life."""
        for program in self.programs:
            for connection in program.connections:
                yield program, connection
