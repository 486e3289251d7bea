"""People with the page, with `nc` and with an IRC client in one room, at one port."""

from __future__ import annotations

import re
from typing import Any

from tests.e2e.houses import OnIRC, OnNc, SharedHouse
from tests.e2e.visitors import VisitorTestCase, expect

SCRIPTS = (
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    '"><svg/onload=alert(1)>',
    "<a href='javascript:alert(1)'>x</a> javascript:alert(1)",
    "{{constructor.constructor('window.hacked=1')()}} ${window.hacked=1}",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe><style>*{display:none}</style>",
    'data:text/html,<script>alert(1)</script> [x](javascript:alert(1)) http://evil.test/"onclick="x',
    "&lt;b&gt; &amp; <b>bold</b> <!-- -->",
)

NAMED = "x\"onclick='alert(1)'"


class RoomTests(VisitorTestCase):
    house = SharedHouse("--engine", "memory:", "--limit", "rate=0", "--limit", "joins=0")

    def setUp(self) -> None:
        self.port = self.house.port

    def test_everybody_sees_one_order(self) -> None:
        ada, eve = self.visitor(self.port), self.visitor(self.port)
        ada.enters("ada", "#tea", room="#tea")
        eve.enters("eve", "#tea", room="#tea")
        bob = self.calls(OnNc(self.port, "bob", "#tea"))
        ira = self.calls(OnIRC(self.port, "ира", "#tea"))
        people: list[tuple[str, Any]] = [("ada", ada), ("bob", bob), ("eve", eve), ("ира", ira)]
        for count in range(5):
            for _, person in people:
                person.says(f"line {count} 世界")
        everything = {f"{name}: line {count} 世界" for name, _ in people for count in range(5)}
        for visitor in (ada, eve):
            for words in everything:
                visitor.sees(words)
        bob.heard.until(r"(?s)(.*<(ada|bob|eve|ира)> line \d 世界){20}")
        ira.heard.until(r"(?s)(.*PRIVMSG #tea :line \d 世界){15}")

        order = [words for words in ada.lines() if words in everything]
        self.assertEqual(len(order), 20)
        self.assertEqual([words for words in eve.lines() if words in everything], order)
        told = re.findall(r"^(?:\S+ )?<(\w+)> (line \d 世界)$", bob.heard.text, re.MULTILINE)
        self.assertEqual([f"{name}: {text}" for name, text in told], order)
        told = re.findall(
            r"^(?:@\S+ )?:(\w+)!\S+ PRIVMSG #tea :(.*)$", ira.heard.text, re.MULTILINE
        )
        others = [words for words in order if not words.startswith("ира: ")]
        self.assertEqual([f"{name}: {text.strip()}" for name, text in told], others)

        names = eve.members.get_by_role("listitem")
        expect(names).to_have_count(4)

    def test_what_is_said_stays_text(self) -> None:
        ada = self.visitor(self.port)
        ada.enters("ada2", "#safe", room="#safe")
        bob = self.calls(OnNc(self.port, NAMED, "#safe"))
        for script in SCRIPTS:
            bob.says(script)
            ada.sees(f"{NAMED}: {script}")
            bob.says(f"/topic {script}")
            expect(ada.page.locator("#head")).to_contain_text(script)
        bob.types("/msg ada2 <img src=x onerror=alert(1)>")
        ada.sidebar.get_by_role("link", name=re.compile("onclick")).click()
        ada.sees(f"{NAMED}: <img src=x onerror=alert(1)>")
        self.assertIsNone(ada.page.evaluate("window.hacked ?? null"))
        hrefs = ada.page.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        self.assertEqual([href for href in hrefs if not re.match(r"https?://|#", href)], [])

    def test_links(self) -> None:
        ada = self.visitor(self.port)
        ada.enters("ada3", "#links", room="#links")
        ada.says("see https://example.org/a_(b)?c=d, （http://例子.测试/茶）。 and #lobby")
        line = ada.log.get_by_role("article").last
        link = line.get_by_role("link", name="https://example.org/a_(b)?c=d", exact=True)
        expect(link).to_have_attribute("rel", re.compile("noopener.*noreferrer"))
        expect(link).to_have_attribute("target", "_blank")
        expect(line.get_by_role("link", name="http://例子.测试/茶", exact=True)).to_have_count(1)
        line.get_by_role("link", name="#lobby").click()
        ada.is_in("#lobby")

    def test_private_words(self) -> None:
        ada = self.visitor(self.port)
        ada.enters("ada4")
        bob = self.calls(OnNc(self.port, "bob4"))
        bob.types("/msg ada4 psst")
        link = ada.sidebar.get_by_role("link", name=re.compile("bob4"))
        expect(link).to_contain_text("1")
        expect(ada.page).to_have_title(re.compile("1"))
        link.click()
        ada.sees("bob4: psst")
        expect(ada.page).not_to_have_title(re.compile("1"))
        ada.says("hello yourself")
        bob.heard.until("hello yourself")
        ada.sees("ada4: hello yourself")

    def test_what_is_unread(self) -> None:
        ada = self.visitor(self.port)
        ada.enters("ada5", "#one", room="#one")
        ada.goes_to("#two")
        bob = self.calls(OnNc(self.port, "bob5", "#one"))
        for text in ("one", "two"):
            bob.says(text)
        one = ada.sidebar.get_by_role("link", name=re.compile("one"))
        expect(one).to_contain_text("2")
        bob.says("and ada5, three")
        expect(one).to_contain_text("1")  # mention
        expect(ada.page).to_have_title(re.compile(r"\d"))
        one.click()
        ada.sees("bob5: and ada5, three")
        expect(one).not_to_contain_text("1")

    def test_moderators(self) -> None:
        ada, eve = self.visitor(self.port), self.visitor(self.port)
        ada.enters("ada6", "#class", room="#class")
        eve.enters("eve6", "#class", room="#class")
        eve.says("spam")
        ada.sees("eve6: spam")
        line = ada.line("eve6: spam")
        line.hover()
        line.get_by_role("button", name="What to do with this line").click()
        ada.chooses("Delete…")
        ada.chooses("Delete")
        expect(eve.line("eve6: spam")).to_have_count(0)
        expect(eve.log.get_by_text("deleted by ada6")).to_be_visible()

        ada.opens_menu_of("eve6")
        ada.chooses("Mute…")
        ada.page.get_by_role("dialog").get_by_role("button", name="Mute").click()
        expect(ada.page.get_by_role("dialog")).to_have_count(0)
        eve.says("mmh")
        expect(eve.log.get_by_role("article", name="eve6: mmh")).to_contain_text("Not sent")
        ada.page.locator("#head").get_by_role("button", name="More about").click()
        ada.chooses("Muted and banned…")
        dialog = ada.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Undo: eve6").click()
        expect(dialog).to_contain_text("Nobody.")
        expect(dialog.get_by_role("heading", name="Muted", exact=True)).to_have_count(0)
        dialog.get_by_role("button", name="Close").click()
        ada.opens_menu_of("eve6")
        ada.chooses("Put out…")
        ada.page.get_by_role("dialog").get_by_role("button", name="Put out").click()
        expect(ada.members.get_by_role("listitem")).to_have_count(1)
        expect(eve.log.get_by_text("put eve6 out of the room")).to_have_count(1)
        expect(eve.log.get_by_text("eve6 was put out of the room")).to_have_count(0)
        expect(eve.composer).not_to_be_editable()
        eve.page.locator("#composer").get_by_role("button", name="Join again").click()
        expect(eve.composer).to_be_editable()
        expect(ada.members.get_by_role("listitem")).to_have_count(2)
