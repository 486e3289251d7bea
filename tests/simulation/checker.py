"""What people saw, and what was kept, against the model."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from tests.simulation.houses import words_of
from tests.simulation.lines import DURABLE, LOBBY, OF_ROOMS, Line, read
from tests.simulation.model import Log, Order, WrongError, must
from twistchat.core.concerns import is_durable
from twistchat.core.events import Whispered
from twistchat.frontends.line.speech import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from tests.simulation.people import Someone, Typed
    from tests.simulation.watched import Kept
    from twistchat.core.limits import Limits
    from twistchat.engine import Committed

ROOMS = (LOBBY, "#a", "#b")


def lines_of(kept: Kept, log: str) -> list[str]:
    """Read a log as people see it."""
    # What is kept is durable, and so no reply; a `Committed` may be either.
    return [ENGLISH.told(event.item)[0] for event in kept.get(log, [])]  # type: ignore[arg-type]


class Life:
    """All that happened between two starts of a server, to be checked."""

    def __init__(
        self,
        *,
        witness: Someone,
        people: Sequence[Someone],
        others: AbstractSet[str],
        names: AbstractSet[str],
        before: Kept,
        after: Kept,
        limits: Limits,
    ) -> None:
        self.people = [witness, *people]
        self.others = others
        """What was said by those who speak JSON."""
        self.names = names
        """What those are called."""
        self.after = after
        self.before = before
        self.replay = limits.replay
        self.page = limits.page
        self.order = Order([line for line in witness.seen if read(line).kind in OF_ROOMS])
        self.logs = {
            room: Log(room, lines_of(after, room), len(before.get(room, [])), self.order)
            for room in ROOMS
        }
        everything = [committed for log in after.values() for committed in log]
        self.texts = {self.words(committed) for committed in everything}
        """All that is kept."""
        self.whispers = {
            self.words(committed): committed
            for committed in everything
            if isinstance(committed.item, Whispered)
        }

    @staticmethod
    def words(committed: Committed) -> str:
        """Tell what was typed."""
        item = committed.item
        return words_of(item) if is_durable(item) else ""

    def check(self, *, is_at_rest: bool) -> None:
        """Find what is wrong; at rest nothing is under way any more."""
        for log, events in self.before.items():
            must(self.after.get(log, [])[: len(events)] == events, "history has changed", log)
        views = [self._view(someone, is_at_rest=is_at_rest) for someone in self.people]
        self._check_kept(views)
        self._check_whispers(views)

    def _view(self, someone: Someone, *, is_at_rest: bool) -> View:
        """Follow what somebody saw, from where they came in."""
        name = next((line.who for line in map(read, someone.seen) if line.kind == "welcome"), "")
        comings: list[int | None] = [*self.order.comings[name]]
        if not name or someone.is_lost:
            comings.append(None)
        furthest: tuple[int, str] = (-1, "came in, and nobody was told")
        for coming in comings:
            view = View(self, someone, coming)
            try:
                view.follow(is_at_rest=is_at_rest)
            except WrongError as wrong:
                furthest = max(furthest, (view.read, f"{wrong} (line {view.read} of {name}'s)"))
            else:
                return view
        raise WrongError(furthest[1])

    def _check_kept(self, views: Sequence[View]) -> None:
        """Nothing is kept that was refused; everybody's words stand as they were typed."""
        refused = set().union(*(view.refused for view in views))
        resolved = set().union(*(view.resolved for view in views))
        doubtful = set().union(*(view.doubtful for view in views))
        for log in self.after:
            if log.startswith("#") and log not in ROOMS:  # of these see `heard.py`
                continue
            here = lines_of(self.after, log)[len(self.before.get(log, [])) :]
            texts = [read(line).text for line in here]
            must(len(set(texts)) == len(texts), "kept twice", log, texts)
            must(refused.isdisjoint(texts), "refused, and kept", log, refused & set(texts))
            for view in views:
                typed = [typed.text for typed in view.someone.typed]
                mine = [text for text in texts if text in typed]
                must(mine == sorted(mine, key=typed.index), "kept in another order", mine)
        everything = {t.text for view in views for t in view.someone.typed if t.kind in WORDS}
        everything |= self.others
        seen = {line.text for line in self.order.happened if line.kind in DURABLE}
        must(seen <= everything, "nobody typed this", seen - everything)
        must(refused.isdisjoint(seen), "refused, and seen", refused & seen)
        for room in self.logs.values():
            for text in (read(line).text for line in room.unseen):
                must(text in everything, "kept, but nobody typed it", text)
                must(text not in resolved - doubtful, "kept, but not where it was seen", text)

    def _check_whispers(self, views: Sequence[View]) -> None:
        """Two people see private words, at the same place in the order."""
        logs = [log for log in self.after if log.startswith("@")]
        kept = {line for log in logs for line in lines_of(self.after, log)}
        whispers: dict[str, list[tuple[View, int, int]]] = {}
        for view in views:
            for line, last, following in view.whispers:
                whispers.setdefault(line, []).append((view, last, following))
        cut_off = set().union(*(view.asked | view.names for view in views if view.is_cut_off))
        cut_off |= self.names  # of these see `records.py`
        for line, seen in whispers.items():
            if read(line).text in self.others:
                continue
            who, to = read(line).who, read(line).to
            must(line in kept, "private words that are not kept", line)
            must(len(seen) <= 2, "private words that several saw", line)
            must(len({id(view) for view, *_ in seen}) == len(seen), "private words twice", line)
            last, following = max(at for _, at, _ in seen), min(at for *_, at in seen)
            must(last < following, "private words at two places", line)
            names = set().union(*(view.names for view, *_ in seen))
            missing = {who, to} - names if len(seen) == 1 else set()
            must(len(seen) == 2 or bool({who, to} & cut_off), "private words of one alone", line)
            must(missing <= cut_off, "private words that somebody missed", line)


WORDS = ("said", "topic", "whispered")


class View:
    """What one person saw, followed line by line."""

    def __init__(self, life: Life, someone: Someone, coming: int | None) -> None:
        self.someone = someone
        self.read = 0
        self.refused: set[str] = set()
        self.doubtful: set[str] = set()
        self.resolved: set[str] = set()
        self.whispers: list[tuple[str, int, int]] = []
        """Private words, with the places between which they were seen."""
        self.names: set[str] = set()
        self.asked = {typed.text for typed in someone.typed if typed.kind == "renamed"}
        self.is_cut_off = someone.is_lost or someone.is_stalled
        """Whether it may have missed what came last."""
        self._life = life
        self._order = life.order
        heard = [] if coming is None else list(life.order.heard(coming))
        self._places = [place for place, _ in heard]
        self._names = [name for _, name in heard]
        self._next = 0
        self._name = ""
        self._inside: set[str] = set()
        self._due = deque(someone.typed)
        self._past: deque[str] = deque()
        self._replayed: tuple[str, Sequence[str] | None] | None = None
        self._refusals = 0
        self._has_come: str = ""
        self._typed = {typed.text: place for place, typed in enumerate(someone.typed)}

    def follow(self, *, is_at_rest: bool) -> None:
        """Compare all that was seen with what must be."""
        lines = deque(self.someone.seen)
        while lines:
            self.read += 1
            raw = lines.popleft()
            line = read(raw)
            if line.kind == "history":
                past = [read(lines.popleft()) for _ in range(min(line.lines, len(lines)))]
                is_whole = len(past) == line.lines and all(one.kind == "past" for one in past)
                must(is_whole or (self.is_cut_off and not lines), "not so many lines", raw)
                if is_whole:
                    self._shown(line.room, [one.text for one in past])
            elif line.kind == "no history":
                self._shown(line.room, [])
            elif line.kind == "unread":
                self._shown(line.room, None)
            elif line.kind in OF_ROOMS:
                self._told(raw, line)
            else:
                self._answered(raw, line)
        self._end(is_at_rest=is_at_rest)

    # ------------------------------------------------------------ what rooms are told

    def _told(self, raw: str, line: Line) -> None:
        must(self._next < len(self._places), "seen where nobody else saw it", raw)
        place, name = self._places[self._next], self._names[self._next]
        must(raw == self._order.lines[place], "seen out of order", raw, self._order.lines[place])
        self._next += 1
        is_own = line.who == self._name
        if is_own and line.kind == "joined":
            self._check_replay(line.room, place)
            self._inside.add(line.room)
            self._has_come = line.room
            if self._next > 1:  # coming in, one was not asked
                self._done(line)
        elif is_own:
            self._done(line)
            self._inside.discard(line.room if line.kind == "left" else "")
            if line.kind == "renamed":
                self._name = line.text
                self.names.add(line.text)
        must(self._name == name, "another name", raw, self._name)

    def _before(self) -> int:
        """The first place in the order that was not seen when this was."""
        return self._places[self._next - 1] + 1 if self._next else 0

    def _after(self) -> int:
        left = self._places[self._next :]
        return left[0] if left else len(self._order.lines)

    # ------------------------------------------------------------ the past

    def _shown(self, room: str, past: Sequence[str] | None) -> None:
        if room not in self._inside:  # on joining: compared when its place is known
            self._replayed = (room, past)
            return
        typed = self._take("history", room)
        if past is not None:
            self._check_past(room, self._before(), typed.limit, past)

    def _check_replay(self, room: str, place: int) -> None:
        replayed, self._replayed = self._replayed, None
        if replayed is None:
            known = list(self._life.logs[room].known(place))
            must(not known[0] or not self._life.replay, "nothing of the past", room)
            return
        must(replayed[0] == room, "the past of another room", replayed)
        if replayed[1] is not None:
            self._check_past(room, place, self._life.replay, replayed[1])

    def _check_past(self, room: str, place: int, limit: int, past: Sequence[str]) -> None:
        known = [log[-limit:] for log in self._life.logs[room].known(place)]
        must(past in [list(log) for log in known], "another past", room, past, known[0])

    # ------------------------------------------------------------ answers

    def _answered(self, raw: str, line: Line) -> None:
        match line.kind:
            case "whispered":
                self.whispers.append((raw, self._before() - 1, self._after()))
                must(self._name in (line.who, line.to), "private words of others", raw)
                if line.who == self._name:
                    self._done(line)
            case "unkept" | "doubtful":
                typed = self._take(None, line.text)
                must(typed.kind in WORDS, "refused, though it cannot be", raw)
                (self.refused if line.kind == "unkept" else self.doubtful).add(line.text)
            case "nobody":
                self._take("whispered", None)
            case "no name":
                self._take("renamed" if self._name else "welcome", None)
            case "welcome":
                self._name = line.who
                self.names.add(line.who)
                self._take("welcome", line.who)
            case "stopping":
                self._refusals += 1
            case "goodbye":
                self._goodbye(raw)
            case "members":
                must(line.room == self._has_come, "who is here, unasked", raw)
                members = self._order.members[self._places[self._next - 1]]
                names = sorted(members, key=lambda name: (name.casefold(), name))
                told = line.text.replace(" (away)", "").split(", ")
                must(sorted(told) == sorted(names), "who is here", raw, names)
            case "about":
                topic = self._life.logs[line.room].topic(self._before())
                must(line.text == topic, "another topic", raw, topic)
            case "noise":
                pass
            case _:
                raise WrongError(f"not understood: {raw}")

    def _goodbye(self, raw: str) -> None:
        if "too little" in raw:
            self.is_cut_off = True
        elif "stopping" not in raw:
            self._take("goodbye", None)

    def _done(self, line: Line) -> None:
        self._take(line.kind, line.room if line.kind == "joined" else line.text)

    def _take(self, kind: str | None, text: str | None) -> Typed:
        """What was typed first is done first."""
        must(bool(self._due), "done, but never asked for", kind, text)
        typed = self._due.popleft()
        is_it = kind in (None, typed.kind) and text in (None, typed.text)
        must(is_it, "done out of order", (kind, text), typed)
        self.resolved.add(typed.text)
        return typed

    # ------------------------------------------------------------ the end

    def _end(self, *, is_at_rest: bool) -> None:
        if self.is_cut_off:
            return
        missing = [self._order.lines[place] for place in self._places[self._next :]]
        must(not missing, "never seen", missing[:3])
        left = len(self._due) - self._refusals
        if is_at_rest:
            must(left == 0, "never answered", *list(self._due)[:3])
        elif self._name:
            # On stopping, a name that was being claimed is not, without a word.
            has_claimed = bool(self._due) and self._due[0].kind == "renamed"
            must(left in (0, has_claimed), "never answered", *list(self._due)[:3])
