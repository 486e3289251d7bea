"""The files of the page, as they are read."""

from __future__ import annotations

from gzip import decompress
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import twistchat
from tests.folders import temporary_folder
from twistchat.frontends.web.assets import own_assets, read_assets
from twistchat.frontends.web.lightening import (
    join_styles,
    lighten,
    lighten_styles,
    needed_at_once,
)


class AssetsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = temporary_folder(self)
        (self.folder / "ui").mkdir()
        for path, text in (
            ("index.html", "<p>"),
            ("main.js", "const a = 1;\n" * 100),
            ("ui/log.js", "1"),
            ("b.css", ""),
            ("notes.txt", ""),
            ("main.js~", ""),
            (".hidden.js", ""),
        ):
            (self.folder / path).write_text(text)

    def test_what_is_served(self) -> None:
        assets = read_assets(self.folder)
        self.assertEqual(list(assets.files), ["b.css", "main.js", "ui/log.js"])
        self.assertEqual(assets.page, "<p>")
        self.assertEqual(assets.modules, ["main.js", "ui/log.js"])
        self.assertEqual(assets.files["main.js"].kind, "text/javascript; charset=utf-8")

    def test_compressed_where_it_is_worth_it(self) -> None:
        files = read_assets(self.folder).files
        gzipped = files["main.js"].gzipped
        assert gzipped is not None
        self.assertEqual(decompress(gzipped), files["main.js"].body)
        self.assertLess(len(gzipped), 100)
        self.assertIsNone(files["ui/log.js"].gzipped)

    def test_the_version_changes_with_any_file(self) -> None:
        before = read_assets(self.folder).version
        self.assertEqual(read_assets(self.folder).version, before)
        (self.folder / "ui" / "log.js").write_text("2")
        changed = read_assets(self.folder).version
        (self.folder / "ui" / "log.js").write_text("1")
        (self.folder / "ui" / "log.js").rename(self.folder / "log.js")
        self.assertEqual(len({before, changed, read_assets(self.folder).version}), 3)

    def test_it_is_the_same_at_every_start(self) -> None:
        first, second = read_assets(self.folder), read_assets(self.folder)
        self.assertEqual(first, second)


class LighteningTests(SynchronousTestCase):
    def test_what_only_people_read(self) -> None:
        script = (
            "/** Says what it is. */\n\n/**\n * @param {string} a\n */\n"
            "export function f(a) {\n  // why\n  return `${a} // b`; // c\n}\n"
        )
        self.assertEqual(
            lighten(script), "\n\n\n\n\nexport function f(a) {\n\nreturn `${a} // b`; // c\n}\n"
        )
        self.assertEqual(lighten_styles("/* a\n b */\na {\n  b: c; /* d */\n}\n"),
                         "\n\na {\nb: c; /* d */\n}\n")  # fmt: skip

    def test_texts_that_go_on_over_a_line(self) -> None:
        for script in ("a = `\n  // b\n`;\n", "  a = 'b\\\n  c';\n"):
            self.assertEqual(lighten(script), script)

    def test_stylesheets(self) -> None:
        link = '<link rel="stylesheet" href="{base}%s">\n'
        page = f"<title>x</title>\n{link % 'b.css'}{link % 'ui/a.css'}</head>"
        self.assertEqual(
            join_styles(page, "all.css"),
            (f"<title>x</title>\n{link % 'all.css'}</head>", ["b.css", "ui/a.css"]),
        )
        self.assertEqual(join_styles("<p>", "all.css"), ("<p>", []))

    def test_what_is_needed_at_once(self) -> None:
        scripts = {
            "main.js": "import { a } from './ui/a.js';\nimport './b.js';\nimport(`./ui/${x}.js`);",
            "ui/a.js": "import {\n  c,\n} from '../c.js';\nconst d = () => import('./late.js');",
            "b.js": "export { x } from './c.js';\n",
            "c.js": "",
            "ui/late.js": "import './later.js';\nimport '../c.js';\n",
            "ui/later.js": "",
            "ui/part.js": "import './own.js';\nimport './missing.js';\n",
            "ui/own.js": "",
        }
        self.assertEqual(needed_at_once(scripts), {*scripts} - {"ui/late.js", "ui/later.js"})


class OwnAssetsTests(SynchronousTestCase):
    def test_every_file_is_served(self) -> None:
        assets = own_assets()
        folder = Path(twistchat.__file__).parent / "frontends" / "web" / "static"
        there = {
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        }
        styles = {path for path in there if path.endswith(".css")}
        self.assertEqual({*assets.files} - {"all.css"}, there - styles - {"index.html"})

    def test_stylesheets_ask_for_nothing(self) -> None:
        """They are moved when they are joined: what they named would not be found."""
        styles = own_assets().files["all.css"].body.decode()
        for forbidden in ("@import", "@charset", "url("):
            self.assertNotIn(forbidden, styles.replace("url(data:", "").replace('url("data:', ""))
