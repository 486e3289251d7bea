"""Makes the screenshots of the page, in docs/images: a class, in light, in dark and on a phone.

    python -m docs.screenshots

Needs what the tests in a browser need: Chromium, playwright, and letters for Chinese.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.e2e.browsers import NAME, chromium
from tests.e2e.houses import Caller, House

if TYPE_CHECKING:
    from playwright.sync_api import Page, WebSocketRoute

IMAGES = Path(__file__).parent / "images"
MOST = 120 * 1024
"""Bytes of one image."""

BEGIN = datetime(2026, 3, 12, 8, 0, tzinfo=UTC).timestamp()
ROOM = "#class-7b"
TOPIC = "Photosynthesis 光合作用 · notes: https://school.example/7b/leaves"
TALK = (
    ("MsOkafor", "Good morning! Today: why are leaves green? 早上好！"),
    ("小明", "早上好，老师！"),
    ("Léa", "Good morning"),
    ("Tomasz", "morning :)"),
    ("MsOkafor", "Guess first, then read page 41. Whoever is ready says so here."),
    ("小红", "因为叶子里有叶绿素"),
    ("小红", "chlorophyll, it is in the chloroplasts"),
    ("Tomasz", "so they eat green light?"),
    ("小明", "不是，绿光被反射了，所以我们看见绿色"),
    ("Léa", "it reflects green, and takes red and blue: see https://school.example/7b/light"),
    ("MsOkafor", "Exactly. 小红, what does the plant make of the light?"),
    ("小红", "葡萄糖和氧气：6CO₂ + 6H₂O → C₆H₁₂O₆ + 6O₂"),
    ("Aïcha", "is that on the test?"),
    ("MsOkafor", "/me smiles"),
    ("Tomasz", "that is a yes"),
    ("Aïcha", "then I write it down"),
    ("MsOkafor", "Ada, you were ill on Monday: the drawing is in #drawings"),
    ("小明", "@Ada 我可以把笔记给你"),
)
OWN = "谢谢小明! I have the drawing now, thank you."


def main() -> None:
    """Make them all."""
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        house = House(Path(folder), "--engine", "memory:", "--limit", "rate=0", "--name", "Room 7b")
        people = {name: _comes(house.port, name) for name in dict.fromkeys(who for who, _ in TALK)}
        people["MsOkafor"].types(f"/topic {TOPIC}")
        page = _open(house.port, "light", {"width": 1100, "height": 640})
        for number, (who, text) in zip(count(1), TALK, strict=False):
            people[who].types(text)
            page.wait_for_selector(f"#log [data-number='{number + 1}']")
        people["小明"].types("/msg Ada 我把笔记发给你")
        people["Léa"].types("/join #drawings")
        page.locator("#composer textarea").fill(OWN)
        page.keyboard.press("Enter")
        page.locator("#log .log-pending").wait_for(state="detached")
        page.locator("#sidebar").get_by_text("小明").wait_for()
        page.locator("#composer textarea").fill("")
        _take(page, "web-light.png")
        page.emulate_media(color_scheme="dark")
        _take(page, "web-dark.png")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 390, "height": 760})
        _take(page, "web-phone.png")
        page.context.close()
        for person in people.values():
            person.leave()
        house.stop()


def _comes(port: int, name: str) -> Caller:
    caller = Caller(port)
    caller.heard.until("What is your name")
    caller.types(name)
    caller.heard.until("Here now")
    caller.types(f"/join {ROOM}")
    caller.heard.until(rf"(?m)^-- .*{ROOM}")
    return caller


def _open(port: int, theme: str, size: dict[str, int]) -> Page:
    context = chromium().new_context(
        base_url=f"http://{NAME}:{port}",
        locale="en-GB",
        timezone_id="Europe/Paris",
        color_scheme=theme,  # type: ignore[arg-type]  # light or dark
        viewport=size,  # type: ignore[arg-type]  # a TypedDict of theirs
        reduced_motion="reduce",
    )
    page = context.new_page()
    # Whenever they are made, the lesson is at the same time of the same day.
    page.clock.set_fixed_time(datetime.fromtimestamp(BEGIN + 30 * 60, UTC))
    ticks = count()

    def at_that_time(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def told(message: str | bytes) -> None:
            time = BEGIN + 20 * next(ticks)
            socket.send(re.sub(r'"time":[\d.]+', f'"time":{time}', str(message)))

        server.on_message(told)

    page.route_web_socket("**/socket", at_that_time)
    page.goto(f"/{ROOM}")
    page.get_by_role("textbox", name="Your name").fill("Ada")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name=ROOM).wait_for()
    return page


def _take(page: Page, name: str) -> None:
    page.wait_for_function("document.fonts.status === 'loaded'")
    taken = page.screenshot(animations="disabled", caret="hide")
    (IMAGES / name).write_bytes(taken)
    size = len(taken)
    print(f"{name}: {size // 1024} KiB")
    assert size < MOST, f"{name} is too large"


if __name__ == "__main__":
    main()
