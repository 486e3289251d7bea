"""How the lines of a room are read: many of them, older ones, one of them, those that are found."""

from __future__ import annotations

import re

from tests.e2e.houses import OnNc, SharedHouse
from tests.e2e.visitors import VisitorTestCase, expect

MANY = 10_000
NODES = "log => log.getElementsByTagName('*').length"


class LogTests(VisitorTestCase):
    house = SharedHouse("--engine", "memory:", "--limit", "rate=0", "--limit", "joins=0")

    def setUp(self) -> None:
        self.port = self.house.port

    def test_ten_thousand_lines(self) -> None:
        """Only those near what is seen are drawn; and all can be scrolled to."""
        ada = self.visitor(self.port)
        ada.enters("ada", "#many", room="#many")
        bob = self.calls(OnNc(self.port, "bob", "#many"))
        texts = [f"line {count} " + "世界 " * (count % 40) for count in range(1, MANY + 1)]
        bob.types("\n".join(texts))
        ada.page.wait_for_selector(f"#log [data-number='{MANY}']")
        self.assertLess(ada.log.evaluate(NODES), 3000)
        self.assertLessEqual(ada.place(), 1)
        ada.log.focus()
        ada.page.keyboard.press("Home")
        ada.page.wait_for_selector("#log [data-number='1']")
        seen: list[int] = []
        for _ in range(30):
            ada.wheel(700)
            seen += [number for number, _ in ada.numbered()]
        self.assertEqual(sorted(set(seen)), list(range(1, max(seen) + 1)))
        self.assertLess(ada.log.evaluate(NODES), 3000)
        ada.page.keyboard.press("End")
        ada.page.wait_for_selector(f"#log [data-number='{MANY}']")

    def test_older_lines_come_as_one_scrolls(self) -> None:
        """What one reads stays where it is meanwhile."""
        bob = self.calls(OnNc(self.port, "bob2", "#old"))
        bob.types("\n".join(f"line {count}" for count in range(1, 451)))
        bob.heard.until(r"<bob2> line 450$")
        ada = self.visitor(self.port)
        ada.enters("ada2", "#old", room="#old")
        ada.sees("bob2: line 450")
        for _ in range(200):
            if ada.line("bob2: line 1").count():
                break
            before = dict(ada.numbered())
            ada.wheel(-400)
            after = dict(ada.numbered())
            self.assertTrue(before.keys() & after.keys(), "it has jumped")
        ada.sees("bob2: line 1")
        expect(ada.log.get_by_text("The beginning of #old")).to_be_attached()
        bob.says("451")
        ada.page.get_by_role("button", name="1 new line below").click()
        ada.sees("bob2: 451")
        numbers = [number for number, _ in ada.numbered()]
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_new_ones_below(self) -> None:
        bob = self.calls(OnNc(self.port, "bob3", "#below"))
        bob.types("\n".join(f"line {count}" for count in range(1, 101)))
        bob.heard.until(r"<bob3> line 100$")
        ada = self.visitor(self.port)
        ada.enters("ada3", "#below", room="#below")
        ada.sees("bob3: line 100")
        ada.wheel(-600)
        place = ada.place()
        top = ada.numbered()[0]
        for count in range(3):
            bob.says(f"new {count}")
        below = ada.page.get_by_role("button", name="3 new lines below")
        expect(below).to_be_visible()
        self.assertGreaterEqual(ada.place(), place)
        self.assertIn(top, ada.numbered())
        below.click()
        ada.sees("bob3: new 2")
        expect(below).to_have_count(0)
        ada.until(
            "() => { const it = document.querySelector('[role=log]');"
            " return it.scrollHeight - it.clientHeight - it.scrollTop < 2; }"
        )
        bob.says("and at the end one stays there")
        expect(ada.line("bob3: and at the end one stays there")).to_be_in_viewport()

    def test_a_link_to_a_line(self) -> None:
        bob = self.calls(OnNc(self.port, "bob4", "#link"))
        bob.types("\n".join(f"line {count}" for count in range(1, 601)))
        bob.heard.until(r"<bob4> line 600$")
        ada = self.visitor(self.port)
        ada.enters("ada4", "#link/42", room="#link")
        expect(ada.line("bob4: line 42")).to_be_in_viewport()
        expect(ada.line("bob4: line 42")).to_have_class(re.compile("is-marked"))
        ada.page.evaluate("location.hash = '#link/300'")
        expect(ada.line("bob4: line 300")).to_be_in_viewport()
        numbers = [number for number, _ in ada.numbered()]
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_search(self) -> None:
        bob = self.calls(OnNc(self.port, "bob5", "#find"))
        bob.types("\n".join(["绿茶 is green tea", *(f"line {count}" for count in range(1, 301))]))
        bob.heard.until(r"<bob5> line 300$")
        ada = self.visitor(self.port)
        ada.enters("ada5", "#find", room="#find")
        ada.page.get_by_role("button", name="Search", exact=True).click()
        panel = ada.page.get_by_role("complementary", name="Search in #find")
        panel.get_by_label("Words").fill("green")
        panel.get_by_label("Words").press("Enter")
        expect(panel).to_contain_text("1 line found")
        panel.get_by_role("link").click()
        expect(ada.line("bob5: 绿茶 is green tea")).to_be_in_viewport()
        panel.get_by_label("Words").fill("nothing like that")
        panel.get_by_label("Words").press("Enter")
        expect(panel).to_contain_text("Nothing was found")
