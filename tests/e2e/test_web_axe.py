"""What axe-core finds in the page: nothing serious, at the door, in the chat, in dialogs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.e2e.houses import OnNc, SharedHouse
from tests.e2e.visitors import Visitor, VisitorTestCase, expect

if TYPE_CHECKING:
    from collections.abc import Iterator

OPTIONS = {"resultTypes": ["violations"]}
WIDE, PHONE = {"width": 1200, "height": 800}, {"width": 390, "height": 844}


class AxeTests(VisitorTestCase):
    house = SharedHouse("--engine", "memory:", "--limit", "rate=0", "--limit", "joins=0")

    def test_light(self) -> None:
        self._looks_at_all("light", WIDE)

    def test_dark(self) -> None:
        self._looks_at_all("dark", WIDE)

    def test_on_a_phone(self) -> None:
        self._looks_at_all("light", PHONE)

    def _looks_at_all(self, theme: str, size: dict[str, int]) -> None:
        from axe_playwright_python.sync_playwright import Axe

        visitor = self.visitor(
            self.house.port, color_scheme=theme, viewport=size, reduced_motion="reduce"
        )
        found = []
        for place in self._places(visitor, f"{theme}{size['width']}"):
            told = Axe().run(visitor.page, options=OPTIONS)
            found += [
                f"{place}: {it['impact']} {it['id']} ({it['help']}): {node['html'][:200]}"
                for it in told.response["violations"]
                if it["impact"] in {"serious", "critical"}
                for node in it["nodes"]
            ]
        self.assertEqual(found, [])

    def _places(self, ada: Visitor, name: str) -> Iterator[str]:
        """Go from place to place, as somebody with the page does."""
        page = ada.page
        ada.comes(f"#{name}")
        expect(ada.door).to_be_visible()
        yield "the door"
        ada.door.press("Enter")
        yield "the door, where something is wrong"
        ada.door.fill(name)
        ada.door.press("Enter")
        ada.is_in(f"#{name}")
        bob = self.calls(OnNc(self.house.port, f"bob{name}", f"#{name}"))
        bob.says(f"hello {name}, see https://example.org and #lobby")
        bob.says("/me waves")
        bob.says("/topic 茶 and https://example.org")
        ada.says("hello 世界")
        ada.sees(f"{name}: hello 世界")
        bob.says("/msg " + name + " psst")
        yield "the chat"
        line = ada.line(f"{name}: hello 世界")
        line.hover()
        line.get_by_role("button", name="What to do with this line").click()
        expect(page.get_by_role("menu")).to_be_visible()
        yield "the menu of a line"
        page.keyboard.press("Escape")
        page.get_by_role("button", name="More about this conversation").click()
        yield "the menu of the room"
        yield from self._dialogs(ada)
        yield from self._drawers(ada, f"bob{name}")

    def _dialogs(self, ada: Visitor) -> Iterator[str]:
        page = ada.page
        ada.chooses("Rules of this room…")
        expect(page.get_by_role("dialog")).to_be_visible()
        yield "the rules"
        page.keyboard.press("Escape")
        for way in ("Settings…", "Name and account…"):
            self._opens(ada, "Conversations")
            ada.sidebar.get_by_role("button", name=re.compile("You are")).click()
            ada.chooses(way)
            expect(page.get_by_role("dialog")).to_be_visible()
            yield way
            page.keyboard.press("Escape")
        self._opens(ada, "Conversations")
        ada.sidebar.get_by_role("button", name="Find or make a room").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        yield "the rooms"
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        self._closes_drawer(ada)

    def _drawers(self, ada: Visitor, member: str) -> Iterator[str]:
        page = ada.page
        page.get_by_role("button", name="Search", exact=True).click()
        expect(page.locator("#found")).to_be_visible()
        yield "the search"
        page.keyboard.press("Escape")
        self._opens(ada, re.compile("^Who is here"))
        ada.opens_menu_of(member)
        yield "the menu of a member"
        page.keyboard.press("Escape")
        self._closes_drawer(ada)
        ada.composer.fill("/no-such-command")
        ada.composer.press("Enter")
        yield "a command that is none"

    def _opens(self, ada: Visitor, name: str | re.Pattern[str]) -> None:
        """Open a drawer, where it is one."""
        part = ada.sidebar if name == "Conversations" else ada.members
        if not part.is_visible():
            ada.page.locator("#head").get_by_role("button", name=name).click()
        expect(part).to_be_visible()

    def _closes_drawer(self, ada: Visitor) -> None:
        if ada.page.locator("#app[data-drawer]").count():
            ada.page.keyboard.press("Escape")
        expect(ada.page.locator("#app[data-drawer]")).to_have_count(0)
