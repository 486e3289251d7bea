"""Pages that lose their server, or are loaded again: nothing is lost, nothing doubled."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.houses import Cable, House, OnNc, SharedHouse
from tests.e2e.visitors import GONE, VisitorTestCase, expect

LOST = "No connection to the server"


class KilledTests(VisitorTestCase):
    house = SharedHouse()

    def test_killed_in_mid_conversation(self) -> None:
        """What is said while nobody answers waits, and is stored once."""
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        house = House(Path(folder.name), "--limit", "rate=0")
        self.addCleanup(house.kill)
        cable = self.calls(Cable(house.port))
        ada, eve = self.visitor(cable.port), self.visitor(cable.port)
        for visitor, name in ((ada, "ada"), (eve, "eve")):
            visitor.enters(name)
            visitor.watch.forgive(GONE)
        said = []
        for count in range(2):
            for visitor, name in ((ada, "ada"), (eve, "eve")):
                for text in (f"{count} before", f"{count} just before"):
                    visitor.says(text)
                    said.append(f"{name}: {text}")
            house.kill()
            ada.says(f"{count} meanwhile")
            said.append(f"ada: {count} meanwhile")
            expect(ada.log.get_by_role("article", name=f"ada: {count} meanwhile")).to_contain_text(
                "being sent"
            )
            expect(ada.banner).to_contain_text(LOST)
            house.start()
            cable.leads_to(house.port)
            for visitor in (ada, eve):
                visitor.wakes()
            ada.says(f"{count} after")
            said.append(f"ada: {count} after")
            for visitor in (ada, eve):
                for words in said:
                    visitor.sees(words)
            expect(ada.log.get_by_text("being sent")).to_have_count(0)
            expect(ada.banner).not_to_contain_text(LOST)
        self.assertEqual(*(self._said(visitor.lines(), said) for visitor in (ada, eve)))
        bob = self.visitor(house.port)
        bob.enters("bob")
        self.assertEqual(self._said(bob.lines(), said), self._said(ada.lines(), said))

    def _said(self, lines: list[str], said: list[str]) -> list[str]:
        order = [words for words in lines if words in said]
        self.assertEqual(sorted(order), sorted(said))
        return order


class ReturnTests(VisitorTestCase):
    house = SharedHouse("--engine", "memory:", "--limit", "rate=0", "--limit", "joins=0")

    def setUp(self) -> None:
        self.port = self.house.port

    def test_missed_more_than_is_told_at_once(self) -> None:
        """Where something is missing, one sees that; and it can be had."""
        cable = self.calls(Cable(self.port))
        ada = self.visitor(cable.port)
        ada.enters("ada", "#long", room="#long")
        bob = self.calls(OnNc(self.port, "bob", "#long"))
        bob.says("first")
        ada.sees("bob: first")
        ada.watch.forgive(GONE)
        cable.cut()
        expect(ada.banner).to_contain_text(LOST)
        for count in range(500):
            bob.says(f"missed {count}")
        bob.heard.until("missed 499")
        cable.mend()
        ada.wakes()
        ada.sees("bob: missed 499")
        gap = ada.log.get_by_role("article", name=re.compile("lines are not shown here"))
        numbers: set[int] = set()
        for _ in range(40):
            numbers |= {number for number, _ in ada.numbered()}
            if gap.count():
                gap.scroll_into_view_if_needed()
                gap.get_by_role("button", name="Load").click()
                expect(gap.get_by_text("Loading")).to_have_count(0)
            if 1 in numbers and not gap.count():
                break
            ada.wheel(-2000)
        expect(gap).to_have_count(0)
        while ada.place() > 1:
            numbers |= {number for number, _ in ada.numbered()}
            ada.wheel(500)
        numbers |= {number for number, _ in ada.numbered()}
        self.assertEqual(numbers, set(range(1, 502)))

    def test_a_device_without_a_network(self) -> None:
        cable = self.calls(Cable(self.port))
        ada = self.visitor(cable.port)
        ada.enters("ada2")
        ada.watch.forgive(GONE)
        ada.context.set_offline(True)
        cable.cut()
        expect(ada.banner).to_contain_text("not connected to a network")
        cable.mend()
        ada.context.set_offline(False)
        ada.says("here again")
        ada.sees("ada2: here again")
        expect(ada.log.get_by_text("being sent")).to_have_count(0)
        expect(ada.banner).not_to_contain_text("not connected to a network")

    def test_typed_without_a_connection(self) -> None:
        cable = self.calls(Cable(self.port))
        ada = self.visitor(cable.port)
        ada.enters("ada3", "#wait", room="#wait")
        ada.watch.forgive(GONE)
        cable.cut()
        expect(ada.banner).to_contain_text(LOST)
        for text in ("one", "two", "three"):
            ada.says(text)
        expect(ada.log.get_by_text("being sent")).to_have_count(3)
        cable.mend()
        ada.wakes()
        expect(ada.log.get_by_text("being sent")).to_have_count(0)
        expect(ada.banner).not_to_contain_text(LOST)
        self.assertEqual(ada.lines(), [f"ada3: {text}" for text in ("one", "two", "three")])

    def test_loaded_again(self) -> None:
        ada = self.visitor(self.port)
        ada.enters("ada4", "#again", room="#again")
        bob = self.calls(OnNc(self.port, "bob4", "#again"))
        ada.says("one")
        bob.heard.until("<ada4> one")
        ada.page.reload()
        ada.is_in("#again")
        ada.sees("ada4: one")
        bob.says("two")
        ada.sees("bob4: two")
        self.assertEqual(ada.lines(), ["ada4: one", "bob4: two"])
        expect(ada.sidebar.get_by_role("button", name=re.compile("You are ada4"))).to_be_visible()
        self.assertNotIn("ada4 has left", bob.heard.text)

    def test_typed_and_loaded_again_without_a_connection(self) -> None:
        """What waits outlives the page that it was typed into."""
        cable = self.calls(Cable(self.port))
        ada = self.visitor(cable.port)
        ada.enters("ada5", "#keep", room="#keep")
        eve = self.visitor(self.port)
        eve.enters("eve5", "#keep", room="#keep")
        ada.watch.forgive(GONE)
        cable.cut()
        expect(ada.banner).to_contain_text(LOST)
        ada.says("kept")
        expect(ada.log.get_by_text("being sent")).to_have_count(1)
        cable.mend()
        ada.page.reload()
        ada.is_in("#keep")
        ada.sees("ada5: kept")
        eve.sees("ada5: kept")

    def test_a_second_tab(self) -> None:
        """It is somebody else, and takes nothing from the first."""
        ada = self.visitor(self.port)
        ada.enters("ada6", "#tabs", room="#tabs")
        other = self.another_tab(ada)
        other.enters("ada6b", "#tabs", room="#tabs")
        other.says("from the second")
        ada.sees("ada6b: from the second")
        ada.says("from the first")
        other.sees("ada6: from the first")
        for tab, name in ((ada, "ada6"), (other, "ada6b")):
            tab.page.reload()
            tab.is_in("#tabs")
            own = tab.sidebar.get_by_role("button", name=re.compile(f"You are {name},"))
            expect(own).to_be_visible()
