"""Chromium as the system has it, for tests that look at the page; nothing is downloaded."""

from __future__ import annotations

import atexit
import os
import re
import shutil
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from unittest import skipUnless

from twisted.trial.unittest import SynchronousTestCase

from tests.e2e.programs import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Page,
        Playwright,
        Request,
    )

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or ""

NAME = "chat.test"
"""What the server is called there: as on a LAN without TLS, such a page has no secure context."""

ARGUMENTS = (
    f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
)

# What goes wrong without a word from the page is told to the console too.
VIOLATIONS = """
addEventListener('securitypolicyviolation', (event) => {
  const { violatedDirective, blockedURI, sourceFile, lineNumber } = event;
  console.error(`CSP: ${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`);
});
"""

needs_chromium = skipUnless(
    PROGRAM and find_spec("playwright"), "there is no Chromium here, or no playwright"
)


@cache
def _playwright() -> Playwright:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(PATIENCE * 1000)
    started = sync_playwright().start()
    atexit.register(started.stop)
    return started


@cache
def chromium() -> Browser:
    """The one browser of all tests; each has contexts of its own in it."""
    is_root = os.getuid() == 0
    return _playwright().chromium.launch(
        executable_path=PROGRAM,
        args=[*ARGUMENTS, "--no-sandbox"] if is_root else [*ARGUMENTS],
        chromium_sandbox=not is_root,
    )


class Watch:
    """Looks on while a page is used: what it asks for elsewhere, and what goes wrong in it."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.wrong: list[str] = []
        self._host = origin.split("://", 1)[1]
        self._forgiven: list[re.Pattern[str]] = []
        context.on("request", self._requested)
        context.on("console", self._told)
        context.on("weberror", lambda error: self.wrong.append(f"uncaught: {error.error}"))
        context.on("dialog", self._asked)
        context.on("page", self._opened)

    def forgive(self, pattern: str) -> None:
        """Say what may go wrong from now on, as a regular expression."""
        self._forgiven.append(re.compile(pattern))

    @property
    def faults(self) -> list[str]:
        return [it for it in self.wrong if not any(each.search(it) for each in self._forgiven)]

    def _requested(self, request: Request) -> None:
        self._goes_to(request.url)

    def _goes_to(self, url: str) -> None:
        scheme, _, rest = url.partition("://")
        if scheme in {"http", "https", "ws", "wss"} and rest.split("/", 1)[0] != self._host:
            self.wrong.append(f"asks elsewhere: {url}")

    def _told(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"}:
            self.wrong.append(f"console: {message.text}")

    def _asked(self, dialog: Any) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _opened(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._goes_to(socket.url))


@needs_chromium
class BrowserTestCase(SynchronousTestCase):
    """Opens pages: nothing may go wrong in these, nor may they ask for anything elsewhere."""

    def browses(
        self, port: int, *, scheme: str = "http", host: str = NAME, **given: Any
    ) -> tuple[Page, Watch]:
        """Open an empty page of somebody who has never been here."""
        origin = f"{scheme}://{host}:{port}"
        options = {"locale": "en-GB", "viewport": {"width": 1200, "height": 800}}
        context = chromium().new_context(
            base_url=origin, ignore_https_errors=scheme == "https", **{**options, **given}
        )
        context.set_default_timeout(PATIENCE * 1000)
        context.add_init_script(VIOLATIONS)
        watch = Watch(context, origin)
        self.addCleanup(self._closes, context, watch)
        return context.new_page(), watch

    def _closes(self, context: BrowserContext, watch: Watch) -> None:
        context.close()
        self.assertEqual(watch.faults, [])
