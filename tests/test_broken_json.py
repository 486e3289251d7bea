"""The simulation finds what is broken on purpose in coming back, in keys and in what was missed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.simulation.disk import DiskHouse
from tests.simulation.houses import House, SlowHouse
from tests.test_broken import Broken
from twistchat.core import rooms
from twistchat.core.chat import Chat
from twistchat.core.commands import Join
from twistchat.core.events import (
    Cause,
    Departed,
    JoinOpened,
    KeptBefore,
    Unkept,
    Welcomed,
)
from twistchat.engine.keys import Keys, Used
from twistchat.engine.memory import MemoryEngine
from twistchat.engine.sqlite import passing
from twistchat.frontends.jsonlines import format as json_format
from twistchat.login import Names
from twistchat.pipeline import Pipeline
from twistchat.session import Session, gaps, replay
from twistchat.session.entrance import Entrance
from twistchat.session.tokens import Tokens
from twistchat.telling.fanout import Fanout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.core.model import User


class BrokenForProgramsTests(Broken):
    guests = "json"

    # ------------------------------------------------------------ keys

    def test_keys_that_are_forgotten(self) -> None:
        self.patch(Keys, "note", lambda *_: None)
        self.finds(House)

    def test_keys_that_are_forgotten_at_a_restart(self) -> None:
        self.patch(passing.NewKeys, "write", lambda _: False)
        self.finds(DiskHouse)

    def test_keys_that_are_not_only_their_owners(self) -> None:
        answer, note = Keys.answer, Keys.note

        def answer_all(keys: Keys, event: Any, key: str, *, anywhere: bool = False) -> Any:
            return answer(keys, replace(event, user="all"), key, anywhere=anywhere)

        def note_all(keys: Keys, event: Any, key: str, stamp: Any) -> None:
            note(keys, replace(event, user="all"), key, stamp)

        self.patch(Keys, "answer", answer_all)
        self.patch(Keys, "note", note_all)
        self.finds(House)

    def test_another_text_under_a_key_that_was_used(self) -> None:
        original = Used.answer

        def answer(used: Used, event: Any, key_time: float, *, anywhere: bool = False) -> Any:
            found = original(used, event, key_time, anywhere=anywhere)
            return None if found is Unkept.KEY_REUSED else found

        self.patch(Used, "answer", answer)
        self.finds(House)

    def test_another_number_for_what_was_kept_before(self) -> None:
        settled = json_format._kept_before

        def one_more(event: Any, committed: Any) -> Any:
            return settled(event, replace(committed, number=committed.number + 1))

        self.patch(json_format, "_kept_before", one_more)
        self.finds(House)

    def test_what_is_said_again_told_again(self) -> None:
        deliver = Pipeline._deliver

        def again(pipeline: Pipeline, batch: Sequence[Any]) -> None:
            changed = [
                replace(c, item=c.item.event) if isinstance(c.item, KeptBefore) else c
                for c in batch
            ]
            deliver(pipeline, changed)

        self.patch(Pipeline, "_deliver", again)
        self.finds(House)

    # ------------------------------------------------------------ what was missed

    def test_what_was_missed_begins_one_too_late(self) -> None:
        self.shifts(1)

    def test_what_was_missed_begins_one_too_early(self) -> None:
        self.shifts(-1)

    def shifts(self, by: int) -> None:
        opened = rooms.opened

        def shifted(state: Any, name: str, seen: Any) -> JoinOpened:
            moved = replace(seen, number=max(seen.number + by, 0)) if seen else None
            return opened(state, name, moved)

        self.patch(rooms, "opened", shifted)
        self.finds(House)

    def test_a_gap_that_is_not_told(self) -> None:
        self.patch(replay, "left_out", lambda *_, **__: ())
        self.finds(House)

    def test_what_cannot_be_read_and_is_no_gap(self) -> None:
        self.patch(replay, "unread", lambda *_: ())
        self.finds(SlowHouse)

    def test_an_epoch_that_is_over_taken_for_this_one(self) -> None:
        self.patch(gaps, "seen_here", lambda opened, _: opened.seen and opened.seen.number)
        self.finds(House)

    def test_live_at_a_number_that_is_too_high(self) -> None:
        place = MemoryEngine._place

        def higher(engine: MemoryEngine, entry: Any) -> Any:
            placed = place(engine, entry)
            is_opening = isinstance(placed.item, JoinOpened)
            return replace(placed, number=placed.number + 1) if is_opening else placed

        self.patch(MemoryEngine, "_place", higher)
        self.finds(House)

    # ------------------------------------------------------------ who comes back

    def test_a_ghost_whose_end_is_told(self) -> None:
        replaced = Session.replaced

        def told(session: Session) -> None:
            user = session.user
            if user is not None:
                rooms = tuple(user.rooms)
                session.submit([Departed(rooms, user.id, user.name, Cause.LOST, "", 0.0)])
            replaced(session)

        self.patch(Session, "replaced", told)
        self.finds(House)

    def test_a_ghost_who_is_told_to_come_again(self) -> None:
        rejoin = Chat.rejoin

        def again(chat: Chat, user: User, seen: Any) -> Any:
            items: list[Any] = []
            for room in list(user.rooms):
                del user.rooms[room]
                joined: Any = chat.perform(user, Join(room, (seen or {}).get(room)))
                items += joined
            return items or rejoin(chat, user, seen)

        self.patch(Chat, "rejoin", again)
        self.finds(House)

    def test_a_ghost_that_goes_on_hearing(self) -> None:
        self.patch(Fanout, "others", lambda *_: ())
        self.finds(House)

    def test_an_earlier_life_that_is_heard(self) -> None:
        self.patch(Fanout, "_arrived", lambda told, user: list(told._sessions.get(user, ())))
        self.finds(SlowHouse)

    def test_a_token_of_which_nobody_is_known(self) -> None:
        self.patch(Tokens, "read", lambda *_: "0" * 16)
        self.finds(House)

    def test_a_name_that_is_not_kept(self) -> None:
        self.patch(Names, "keep", Names.release)
        self.finds(House)

    def test_an_answer_that_is_given_twice(self) -> None:
        submit = Session.submit

        def twice(session: Session, items: Any, label: Any = None) -> None:
            submit(session, items, label)
            if any(isinstance(item, Welcomed) for item in items):
                submit(session, items[:1], label)

        self.patch(Session, "submit", twice)
        self.finds(House)

    def test_private_words_told_to_a_third(self) -> None:
        self.leaks_private_words()
        self.finds(House)

    def test_rooms_that_are_not_found_by_another_spelling(self) -> None:
        def seen(_: Entrance, given: Any) -> Any:
            return {name: at for name, at in given.items() if at is not None}

        self.patch(Entrance, "_seen", seen)
        self.finds(House)
