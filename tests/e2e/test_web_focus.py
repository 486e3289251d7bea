"""Where the focus is: never nowhere, whatever goes away that had it."""

from __future__ import annotations

import re

from tests.e2e.houses import OnNc, SharedHouse
from tests.e2e.visitors import Visitor, VisitorTestCase, expect


class FocusTests(VisitorTestCase):
    house = SharedHouse("--engine", "memory:", "--limit", "rate=0", "--limit", "joins=0")

    def setUp(self) -> None:
        self.port = self.house.port

    def _enters(self, name: str, room: str) -> Visitor:
        visitor = self.visitor(self.port)
        visitor.enters(name, room, room=room)
        return visitor

    def test_a_member_who_leaves(self) -> None:
        ada = self._enters("ada", "#leave")
        names = ("abe", "bob", "eve")
        abe, bob, eve = (self.calls(OnNc(self.port, name, "#leave")) for name in names)
        ada.member("bob").focus()
        abe.says("/quit")
        expect(ada.member("abe")).to_have_count(0)
        expect(ada.member("bob")).to_be_focused()
        bob.says("/quit")
        expect(ada.member("bob")).to_have_count(0)
        expect(ada.member("eve")).to_be_focused()
        ada.opens_menu_of("eve")
        eve.says("/quit")
        expect(ada.member("eve")).to_have_count(0)
        ada.page.keyboard.press("Escape")
        expect(ada.page.get_by_role("menu")).to_have_count(0)
        expect(ada.log).to_be_focused()

    def test_the_line_of_a_menu_that_is_out_of_sight(self) -> None:
        ada = self._enters("ada2", "#flood")
        bob = self.calls(OnNc(self.port, "bob2", "#flood"))
        bob.says("here")
        ada.sees("bob2: here")
        ada.line("bob2: here").hover()
        ada.line("bob2: here").get_by_role("button", name="What to do with this line").click()
        expect(ada.page.get_by_role("menu")).to_be_visible()
        for count in range(200):
            bob.says(f"{count}")
        ada.sees("bob2: 199")
        ada.page.keyboard.press("Escape")
        expect(ada.log).to_be_focused()

    def test_a_topic(self) -> None:
        """It stays as it is while others come and go; whoever does not change it is back there."""
        ada = self._enters("ada3", "#topic")
        bob = self.calls(OnNc(self.port, "bob3", "#topic"))
        more = ada.page.locator("#head").get_by_role("button", name=re.compile("More"))
        more.click()
        ada.chooses("Change the topic")
        ada.page.keyboard.press("Escape")
        expect(more).to_be_focused()
        bob.says("/topic about http://example.org/")
        link = ada.page.locator("#head").get_by_role("link")
        link.focus()
        bob.says("/me leaves")
        bob.says("/leave")
        expect(ada.member("bob3")).to_have_count(0)
        expect(link).to_be_focused()

    def test_what_the_banner_says(self) -> None:
        ada = self._enters("ada4", "#banner")
        ada.page.evaluate("() => { location.hash = '#a,b'; }")
        close = ada.banner.get_by_role("button")
        close.focus()
        close.press("Enter")
        expect(close).to_have_count(0)
        expect(ada.log).to_be_focused()
