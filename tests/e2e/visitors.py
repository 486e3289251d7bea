"""Somebody with the page open: what they do there, and what they see, by roles and labels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from tests.e2e.browsers import NAME, BrowserTestCase
from tests.e2e.houses import Cable, Caller, OnNc
from tests.e2e.programs import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.e2e.browsers import Watch
    from tests.e2e.houses import SharedHouse

Called = TypeVar("Called", Cable, Caller, OnNc)

GONE = r"WebSocket connection to|net::ERR_|Failed to load resource"
"""What browsers say of themselves when a server cannot be reached."""

NUMBERED = "rows => rows.map(row => [Number(row.dataset.number), row.getAttribute('aria-label')])"


class Visitor:
    """Somebody in a browser."""

    def __init__(self, page: Page, watch: Watch) -> None:
        self.page = page
        self.watch = watch
        self.context = page.context
        self.log = page.get_by_role("log")
        self.composer = page.locator("#composer textarea")
        self.banner = page.locator("#banner")
        self.members = page.locator("#members")
        self.sidebar = page.locator("#sidebar")
        self.door = page.get_by_role("textbox", name="Your name")

    def comes(self, where: str = "") -> None:
        """Open the page."""
        self.page.goto(f"/{where}")

    def enters(self, name: str, where: str = "", *, room: str = "#lobby") -> None:
        """Open the page, and come in."""
        self.comes(where)
        self.door.fill(name)
        self.door.press("Enter")
        self.is_in(room)

    def is_in(self, room: str) -> None:
        """Wait until a room is shown."""
        _expect(self.page.get_by_role("heading", level=1, name=room)).to_be_visible()
        _expect(self.composer).to_be_enabled()

    def goes_to(self, room: str) -> None:
        self.says(f"/join {room}")
        self.is_in(room)

    def says(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Enter")

    def line(self, words: str) -> Locator:
        """The line in the log that is heard as this: `ada: hello`."""
        return self.log.get_by_role("article", name=words, exact=True)

    def sees(self, words: str) -> None:
        """Wait until a line is there, once."""
        _expect(self.line(words)).to_have_count(1)

    def lines(self) -> list[str]:
        """All lines that are drawn now, of what has a number."""
        return [words for _, words in self.numbered()]

    def numbered(self) -> list[tuple[int, str]]:
        """All lines that are drawn now, with their numbers."""
        rows: list[Any] = self.log.locator("[data-number]").evaluate_all(NUMBERED)
        return [(number, words) for number, words in rows]

    def member(self, name: str) -> Locator:
        return self.members.get_by_role("button", name=re.compile(rf"^{name}\b"))

    def opens_menu_of(self, name: str) -> None:
        """Open what one may do about a member."""
        self.member(name).click()
        _expect(self.page.get_by_role("menu")).to_be_visible()

    def chooses(self, words: str) -> None:
        """Choose something in the menu that is open."""
        self.page.get_by_role("menu").get_by_role("menuitem", name=words, exact=True).click()

    def wheel(self, by: int) -> None:
        """Turn the wheel over the log, and let the page draw."""
        self.log.hover()
        self.page.mouse.wheel(0, by)
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def place(self) -> int:
        """How far the log is scrolled from its end, in pixels."""
        below: int = self.log.evaluate("log => log.scrollHeight - log.clientHeight - log.scrollTop")
        return below

    def wakes(self) -> None:
        """Let the device say that it has a network again: nobody waits for the next try."""
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def until(self, script: str, value: object = None) -> None:
        """Wait until something holds in the page."""
        self.page.wait_for_function(script, arg=value, timeout=PATIENCE * 1000)


class VisitorTestCase(BrowserTestCase):
    """Its tests are about people with the page open, and others who meet them at one server."""

    house: ClassVar[SharedHouse]

    @classmethod
    def tearDownClass(cls) -> None:
        cls.house.ends()

    def calls(self, caller: Called) -> Called:
        """Let somebody who is not in a browser leave, when all is over."""
        self.addCleanup(caller.leave)
        return caller

    def visitor(self, port: int, **given: Any) -> Visitor:
        """Somebody who has never been here."""
        return Visitor(*self.browses(port, **given))

    def another_tab(self, visitor: Visitor) -> Visitor:
        """The same person, in one more tab."""
        return Visitor(visitor.context.new_page(), visitor.watch)


def expect(what: Any) -> Any:
    """Wait for something to be so."""
    return _expect(what)


def _expect(what: Any) -> Any:
    from playwright.sync_api import expect as expecting

    return expecting(what)


__all__ = ["GONE", "NAME", "Visitor", "VisitorTestCase", "expect"]
