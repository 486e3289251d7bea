"""The simulation finds what is broken on purpose on the IRC wire."""

from __future__ import annotations

from typing import Any

from tests.simulation.houses import House, SlowHouse
from tests.test_broken import Broken
from twistchat.core import events as e
from twistchat.frontends.irc import happened, labels, names, past
from twistchat.frontends.irc.dialog import IRCDialog
from twistchat.frontends.irc.format import IRCFormat
from twistchat.frontends.irc.message import encode


class BrokenIRCTests(Broken):
    guests = "irc"

    def loses(self, kind: type) -> None:
        """Write nothing of some happening."""
        lines_of = happened.lines_of

        def silent(item: Any, *args: Any) -> list[str]:
            return [] if isinstance(item, kind) else lines_of(item, *args)

        self.patch(happened, "lines_of", silent)

    # ------------------------------------------------------------ what happens

    def test_a_new_name_that_is_not_told(self) -> None:
        self.loses(e.Renamed)
        self.finds(House)

    def test_a_going_that_is_not_told(self) -> None:
        self.loses(e.Left)
        self.finds(House)

    def test_modes_that_are_not_told(self) -> None:
        self.loses(e.Moderated)
        self.finds(House)

    def test_modes_that_are_not_told_of_whoever_comes_back(self) -> None:
        self.patch(happened, "modes_of", lambda *_: "")
        self.finds(House)

    def test_what_one_says_told_again(self) -> None:
        self.patch(IRCFormat, "pack", lambda _, pieces: b"".join(pieces) + b"".join(pieces[-1:]))
        self.finds(House)

    def test_what_is_too_long_for_a_line(self) -> None:
        self.patch(happened, "parts", lambda text, _: [text])
        self.finds(House)

    # ------------------------------------------------------------ answers

    def test_a_list_of_members_that_is_missing(self) -> None:
        self.patch(names, "on_joining", lambda *_: [])
        self.finds(House)

    def test_answers_that_overtake(self) -> None:
        def at_once(dialog: IRCDialog, lines: list[str]) -> None:
            dialog.session.put(encode(lines))

        self.patch(IRCDialog, "_put", at_once)
        self.finds(SlowHouse)

    def test_a_batch_that_is_not_begun(self) -> None:
        self.patch(labels, "begun", lambda server, *_, **__: f":{server} ACK")
        self.finds(House)

    def test_labels_that_are_not_given_back(self) -> None:
        self.patch(labels, "answered", lambda lines, *_: list(lines))
        self.finds(House)

    # ------------------------------------------------------------ the past

    def test_a_past_that_is_short(self) -> None:
        missed = past._missed

        def short(room: str, read: Any, to: Any, *, now: float) -> list[str]:
            return missed(room, read, to, now=now)[1:]

        self.patch(past, "_missed", short)
        self.finds(House)
