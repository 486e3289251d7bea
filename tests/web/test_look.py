"""What the page looks like: the contrast of its colours (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import math
import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import twistchat

CSS = Path(twistchat.__file__).parent / "frontends" / "web" / "static" / "css"

GROUNDS = ("paper", "side", "raised", "hover", "chosen")
"""On what text stands."""

TEXT = [
    *[(ink, ground) for ground in (*GROUNDS, "mention") for ink in ("ink", "soft", "accent")],
    *[
        (ink, ground)
        for ground in ("paper", "side", "raised")
        for ink in ("danger", "good", "warn")
    ],
    ("danger", "hover"),
    ("danger", "danger-soft"),
    ("warn", "warn-soft"),
    ("good", "good-soft"),
    ("ink", "lid"),
    ("soft", "well"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-badge", "badge"),
]

SHAPES = [
    (shape, ground)
    for shape in ("edge", "focus")
    for ground in ("paper", "side", "raised", "hover", "mention")
    if (shape, ground) not in {("edge", "hover"), ("edge", "mention")}  # no field stands there
]

Colour = tuple[float, float, float]


def themes() -> dict[str, dict[str, str]]:
    """Read the properties of each theme: light, dark, and dark because the system is."""
    text = re.sub(r"/\*.*?\*/", "", (CSS / "base.css").read_text(), flags=re.DOTALL)
    found = {}
    for selector, body in re.findall(r"(:root[^{}]*)\{([^}]*)\}", text):
        values = dict(re.findall(r"--([a-z-]+):\s*([^;]+);", body))
        if "paper" in values:
            found[selector.strip()] = values
    light, dark, system = found.values()
    return {"light": light, "dark": {**light, **dark}, "system": {**light, **system}}


def linear(code: str) -> Colour:
    """Read #rrggbb as parts of linear light."""
    parts = [int(code[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return red, green, blue


def oklch(lightness: float, chroma: float, hue: float) -> Colour:
    """Read a colour of that kind; what no screen shows is cut off, as browsers do."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, part)) for part in (red, green, blue))
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """How well one is seen on the other: 1 to 21."""
    lights = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in (one, other)]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


class ContrastTests(SynchronousTestCase):
    def check_pairs(self, pairs: list[tuple[str, str]], least: float) -> None:
        bad = [
            f"{theme}: {ink} on {ground}: {found:.2f}"
            for theme, values in themes().items()
            for ink, ground in pairs
            if (found := contrast(linear(values[ink]), linear(values[ground]))) < least
        ]
        self.assertEqual(bad, [])

    def test_text(self) -> None:
        self.check_pairs(TEXT, 4.5)

    def test_fields_and_the_focus(self) -> None:
        self.check_pairs(SHAPES, 3.0)

    def test_names_of_every_hue(self) -> None:
        bad = []
        for theme, values in themes().items():
            lightness = float(values["name-l"].rstrip("%")) / 100
            for hue in range(360):
                colour = oklch(lightness, float(values["name-c"]), hue)
                bad += [
                    f"{theme}: hue {hue} on {ground}: {found:.2f}"
                    for ground in (*GROUNDS, "mention")
                    if (found := contrast(colour, linear(values[ground]))) < 4.5
                ]
        self.assertEqual(bad, [])

    def test_dark_is_the_same_however_it_is_wished(self) -> None:
        found = themes()
        self.assertEqual(found["dark"], found["system"])

    def test_colours_have_names(self) -> None:
        """Elsewhere none is written: it would be the same in both themes."""
        bad = []
        for path in sorted(CSS.glob("*.css")):
            text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
            rules = re.findall(r"(?<![\w-])([a-z][a-z-]*)\s*:\s*([^;{}]+);", text)
            bad += [
                f"{path.name}: {name}: {value}"
                for name, value in rules
                if re.search(r"#[0-9a-fA-F]{3,8}\b|hsl\(", value)
            ]
        self.assertEqual(bad, [])
