"""Ways to use the page: with an account, in Chinese, by keyboard, on a phone, over TLS."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.certificates import write_pair
from tests.e2e.browsers import NAME
from tests.e2e.houses import OnNc, SharedHouse
from tests.e2e.visitors import Visitor, VisitorTestCase, expect

PHONE = {"width": 390, "height": 844}
PASSWORD = "correct horse 1"

FOCUSED = """() => {
  const { activeElement: it } = document;
  const isSeen = [it, it.parentElement].some((each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== 'none' && outlineWidth !== '0px';
  });
  return [it.tagName, it.id, it.getAttribute('aria-label') ?? it.textContent, isSeen];
}"""

MOVING = """() => [...document.querySelectorAll('*')].filter((it) => {
  const { transitionDuration, animationDuration, animationName } = getComputedStyle(it);
  const isLong = (text) => text.split(',').some((time) => parseFloat(time) > 0.01);
  return isLong(transitionDuration) || (animationName !== 'none' && isLong(animationDuration));
}).map((it) => `${it.tagName}#${it.id}.${it.className}`)"""


class WaysTests(VisitorTestCase):
    house = SharedHouse("--engine", "memory:", "--limit", "rate=0", "--limit", "joins=0")

    def setUp(self) -> None:
        self.port = self.house.port

    def test_an_account(self) -> None:
        ada = self.visitor(self.port)
        ada.enters("ada")
        own = ada.sidebar.get_by_role("button", name=re.compile("You are"))
        own.click()
        ada.chooses("Name and account…")
        dialog = ada.page.get_by_role("dialog", name="You")
        dialog.get_by_text("Keep your name: make an account").click()
        dialog.get_by_label("New password").fill(PASSWORD)
        dialog.get_by_role("button", name="Make the account").click()
        expect(own).to_have_accessible_name(re.compile("logged in"))

        bob = self.visitor(self.port)
        bob.comes()
        bob.door.fill("ada")
        bob.door.press("Enter")
        password = bob.page.get_by_label("Password", exact=True)
        expect(password).to_be_focused()
        password.fill("wrong")
        password.press("Enter")
        expect(bob.page.locator("#door").get_by_role("alert").filter(visible=True)).to_contain_text(
            re.compile("password", re.IGNORECASE)
        )
        password.fill(PASSWORD)
        password.press("Enter")
        bob.is_in("#lobby")

        if not ada.page.get_by_role("dialog").count():
            own.click()
            ada.chooses("Name and account…")
        dialog.get_by_text("Log out").first.click()
        expect(ada.door).to_be_visible()
        ada.page.reload()
        expect(ada.door).to_be_visible()

    def test_a_name_that_somebody_has(self) -> None:
        self.calls(OnNc(self.port, "taken"))
        ada = self.visitor(self.port)
        ada.comes()
        ada.door.fill("taken")
        ada.door.press("Enter")
        ada.page.get_by_role("button", name=re.compile("^Be ")).click()
        ada.is_in("#lobby")

    def test_chinese(self) -> None:
        """The browser's language is taken; while one composes, Enter sends nothing."""
        ada = self.visitor(self.port, locale="zh-CN")
        ada.comes("#中文")
        expect(ada.page.locator("html")).to_have_attribute("lang", "zh-CN")
        door = ada.page.get_by_role("textbox", name="你的名字")
        door.fill("小明")
        door.press("Enter")
        ada.is_in("#中文")
        ada.composer.focus()
        keyboard = ada.context.new_cdp_session(ada.page)
        composing = {"selectionStart": 5, "selectionEnd": 5, "text": "nihao"}
        enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
        keyboard.send("Input.imeSetComposition", composing)
        expect(ada.composer).to_have_value("nihao")
        keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
        expect(ada.composer).to_have_value("nihao")
        keyboard.send("Input.insertText", {"text": "你好"})
        expect(ada.composer).to_have_value("你好")
        self.assertEqual(ada.lines(), [])
        ada.composer.press("Enter")
        ada.page.wait_for_selector("#log [data-number]")
        self.assertEqual([words.replace("：", ": ") for words in ada.lines()], ["小明: 你好"])

    def test_another_language(self) -> None:
        ada = self.visitor(self.port)
        ada.comes()
        ada.page.get_by_label("Language").select_option("简体中文")
        expect(ada.page.get_by_role("textbox", name="你的名字")).to_be_visible()
        expect(ada.page.locator("html")).to_have_attribute("lang", "zh-CN")
        ada.page.reload()
        expect(ada.page.get_by_role("textbox", name="你的名字")).to_be_visible()

    def test_by_keyboard_alone(self) -> None:
        """From the door to a line, to the menu of a member, and back; the focus is always seen."""
        self.calls(OnNc(self.port, "bob2", "#keys"))
        ada = self.visitor(self.port)
        ada.comes("#keys")
        keys = ada.page.keyboard
        expect(ada.door).to_be_focused()
        keys.type("ada2")
        keys.press("Enter")
        ada.is_in("#keys")
        expect(ada.composer).to_be_focused()
        keys.type("by keyboard")
        keys.press("Enter")
        ada.sees("ada2: by keyboard")
        self._tabs_to(ada, re.compile("^bob2"))  # the first: all members are one stop
        keys.press("ArrowDown")
        expect(ada.member("ada2")).to_be_focused()
        keys.press("ArrowUp")
        keys.press("Enter")
        menu = ada.page.get_by_role("menu")
        expect(menu.get_by_role("menuitem").first).to_be_focused()
        keys.press("ArrowDown")
        expect(menu.get_by_role("menuitem").nth(1)).to_be_focused()
        keys.press("Escape")
        expect(menu).to_have_count(0)
        expect(ada.member("bob2")).to_be_focused()
        self._tabs_to(ada, re.compile("^Write to"), "Shift+Tab")
        keys.type("and back")
        keys.press("Enter")
        ada.sees("ada2: and back")

    def _tabs_to(self, visitor: Visitor, name: re.Pattern[str], key: str = "Tab") -> None:
        passed = []
        for _ in range(40):
            visitor.page.keyboard.press(key)
            tag, own, words, is_seen = visitor.page.evaluate(FOCUSED)
            passed.append(f"{tag}#{own} {words[:30]}")
            self.assertTrue(is_seen or tag == "BODY", f"one does not see the focus on {passed[-1]}")
            if name.search(words):
                return
        self.fail(f"{key} does not lead to {name.pattern}: {passed}")

    def test_a_phone(self) -> None:
        ada = self.visitor(self.port, viewport=PHONE, has_touch=True, is_mobile=True)
        ada.enters("ada3")
        page = ada.page
        expect(ada.sidebar).to_be_hidden()
        expect(ada.members).to_be_hidden()
        self.assertEqual(page.evaluate("document.documentElement.scrollWidth"), PHONE["width"])

        page.get_by_role("button", name="Conversations").tap()
        expect(ada.sidebar).to_be_visible()
        page.keyboard.press("Escape")
        expect(ada.sidebar).to_be_hidden()
        page.get_by_role("button", name=re.compile("^Who is here")).tap()
        expect(ada.members).to_be_visible()
        page.touchscreen.tap(10, 400)
        expect(ada.members).to_be_hidden()
        ada.composer.fill("from a phone")
        page.get_by_role("button", name="Send", exact=True).tap()
        ada.sees("ada3: from a phone")

    def test_a_very_narrow_window(self) -> None:
        """Four times as large on a small screen: everything is still there, in one column."""
        ada = self.visitor(self.port, viewport={"width": 320, "height": 256})
        ada.enters("ada4")
        ada.says("small")
        ada.sees("ada4: small")
        self.assertEqual(ada.page.evaluate("document.documentElement.scrollWidth"), 320)
        ada.says("/no-such-command")
        expect(ada.page.get_by_text("There is no command")).to_be_visible()
        ada.page.evaluate("() => { location.hash = '#a,b'; }")
        expect(ada.banner).to_contain_text("A room cannot be called that")
        self.assertGreater(ada.log.evaluate("log => log.clientHeight"), 60)
        ada.says("still here")
        ada.sees("ada4: still here")

    def test_nothing_moves_for_whom_that_troubles(self) -> None:
        ada = self.visitor(self.port, reduced_motion="reduce", viewport=PHONE)
        ada.comes()
        self.assertEqual(ada.page.evaluate(MOVING), [])
        ada.enters("ada5")
        self.assertEqual(ada.page.evaluate(MOVING), [])

    def test_dark(self) -> None:
        """As the device, or as one chooses."""
        light = self.visitor(self.port)
        dark = self.visitor(self.port, color_scheme="dark")
        light.enters("ada6")
        dark.enters("ada7")
        self.assertGreater(self._brightness(light), 200)
        self.assertLess(self._brightness(dark), 60)
        light.sidebar.get_by_role("button", name=re.compile("You are")).click()
        light.chooses("Settings…")
        light.page.get_by_label("Colours").select_option("Dark")
        light.page.keyboard.press("Escape")
        self.assertLess(self._brightness(light), 60)
        light.page.reload()
        light.is_in("#lobby")
        self.assertLess(self._brightness(light), 60)

    def _brightness(self, visitor: Visitor) -> float:
        color = visitor.page.locator("#conversation").evaluate(
            "it => getComputedStyle(it).backgroundColor"
        )
        red, green, blue = map(float, re.findall(r"[\d.]+", color)[:3])
        return (red + green + blue) / 3

    def test_without_scripts(self) -> None:
        """One is told how to join otherwise, with the address at which one has asked."""
        page, _ = self.browses(self.port, java_script_enabled=False)
        page.goto("/")
        for words in (f"nc {NAME} {self.port}", "IRC", f"{NAME}"):
            expect(page.locator("body")).to_contain_text(words)
        expect(page.get_by_text(f"nc {NAME} {self.port}").first).to_be_visible()


class EncryptedTests(VisitorTestCase):
    house = SharedHouse()

    def test_over_tls(self) -> None:
        with TemporaryDirectory() as folder:
            write_pair(Path(folder))
            house = SharedHouse("--engine", "memory:", "--tls", folder)
            self.addCleanup(house.ends)
            port = house.port
        page, watch = self.browses(port, scheme="https")
        sockets: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        ada = Visitor(page, watch)
        ada.enters("ada")
        bob = self.calls(OnNc(port, "bob"))
        ada.says("encrypted")
        bob.heard.until("<ada> encrypted")
        self.assertEqual(sockets, [f"wss://{NAME}:{port}/socket"])
        self.assertTrue(page.evaluate("isSecureContext"))
