"""The simulation finds what is broken on purpose: each of these must be found soon."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar

from twisted.trial.unittest import SynchronousTestCase

from tests.simulation import broken
from tests.simulation.disk import DiskHouse, fast_folder
from tests.simulation.houses import House, SlowHouse
from tests.simulation.model import WrongError
from tests.simulation.running import play
from tests.simulation.schedule import make_schedule
from twistchat.core.concerns import people_of
from twistchat.core.events import Whispered
from twistchat.engine.holders import Holders
from twistchat.engine.sqlite import file, store
from twistchat.pipeline import Pipeline
from twistchat.telling import fanout
from twistchat.telling.backlog import Slot
from twistchat.telling.fanout import Fanout
from twistchat.telling.outlet import Outlet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SEEDS = 150
"""In so many schedules it must be found."""


class Broken(SynchronousTestCase):
    """A test that breaks a server."""

    guests: ClassVar[str] = ""
    """Who is there besides those who type."""

    def setUp(self) -> None:
        self.patch(file, "BUSY", 0.0)
        folder = fast_folder()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def finds(self, house: type[House]) -> None:
        """Play until something is found."""
        for seed in range(SEEDS):
            random = Random(seed)
            steps = make_schedule(random, has_faults=bool(house.faults), guests=self.guests)
            try:
                play(house, steps, random, self.folder, guests=self.guests)
            except WrongError as wrong:
                self.flushLoggedErrors()
                self.assertNotIn("Traceback", str(wrong))
                return
        self.fail("nothing was found")

    def leaks_private_words(self) -> None:
        """Let everybody hear what is said to one."""
        everybody = list[str]()
        attach = Fanout.attach

        def remember(self: Fanout, listener: Any, user: str, *, is_coming: bool) -> None:
            everybody.append(user)
            attach(self, listener, user, is_coming=is_coming)

        def leak(item: Any) -> Sequence[str]:
            return everybody if isinstance(item, Whispered) else people_of(item)

        self.patch(Fanout, "attach", remember)
        self.patch(fanout, "people_of", leak)

    def breaks_one_in(
        self, often: int, owner: type, name: str, instead: Callable[..., None]
    ) -> None:
        """Let a method do something else, now and then."""
        original, calls = getattr(owner, name), [0]

        def method(*args: Any) -> None:
            calls[0] += 1
            if calls[0] % often:
                original(*args)
            else:
                instead(original, *args)

        self.patch(owner, name, method)


class BrokenTests(Broken):
    # ------------------------------------------------------------ engines

    def test_an_engine_that_tells_before_it_keeps(self) -> None:
        self.finds(broken.TellsTooEarly)

    def test_an_engine_that_uses_numbers_again(self) -> None:
        self.finds(broken.ReusesNumbers)

    def test_an_engine_that_keeps_what_it_refused(self) -> None:
        self.finds(broken.KeepsRefused)

    def test_an_engine_that_hands_on_batches_in_the_wrong_order(self) -> None:
        self.finds(broken.SwapsBatchesInEngine)

    def test_an_engine_in_which_presence_overtakes(self) -> None:
        self.finds(broken.PresenceOvertakesInEngine)

    def test_an_engine_whose_history_is_short(self) -> None:
        self.finds(broken.ForgetsTheLast)

    def test_a_database_that_loses_what_was_told(self) -> None:
        self.finds(broken.LosesWhatWasTold)

    def test_a_database_that_is_sure_where_it_should_not_be(self) -> None:
        self.patch(store, "may_be_kept", lambda _: False)
        self.finds(DiskHouse)

    def test_names_given_twice(self) -> None:
        self.patch(Holders, "claim", lambda *_: True)
        self.finds(House)

    # ------------------------------------------------------------ the way behind the engine

    def test_batches_told_in_the_wrong_order(self) -> None:
        self.finds(broken.SwapsBatches)

    def test_presence_told_too_early(self) -> None:
        self.finds(broken.PresenceOvertakes)

    def test_what_was_refused_told_to_all(self) -> None:
        self.finds(broken.TellsRefused)

    def test_nobody_told_of_what_was_refused(self) -> None:
        self.finds(broken.SilentOnRefusal)

    def test_a_line_that_one_listener_misses(self) -> None:
        self.breaks_one_in(37, Outlet, "put", lambda _, *args: None)
        self.finds(House)

    def test_a_line_that_one_listener_is_told_twice(self) -> None:
        def twice(put: Callable[..., None], *args: Any) -> None:
            put(*args)
            put(*args)

        self.breaks_one_in(37, Outlet, "put", twice)
        self.finds(House)

    def test_private_words_told_to_a_third(self) -> None:
        self.leaks_private_words()
        self.finds(House)

    def test_what_comes_later_told_before_the_past(self) -> None:
        class Hasty(Slot):
            def __init__(self, outlet: Outlet) -> None:
                super().__init__(lambda _: None)
                self._hasty = outlet

            def fill(self, content: bytes) -> None:
                self._hasty.put(content)

        def reserve(outlet: Outlet) -> Slot:
            return Hasty(outlet)

        self.patch(Outlet, "reserve", reserve)
        self.finds(SlowHouse)

    def test_a_batch_told_backwards(self) -> None:
        deliver = Pipeline._deliver

        def backwards(self: Pipeline, batch: Sequence[Any]) -> None:
            deliver(self, batch[::-1])

        self.patch(Pipeline, "_deliver", backwards)
        self.finds(House)
