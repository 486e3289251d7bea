"""The files of the page, as they are read."""

from __future__ import annotations

import re
from gzip import decompress
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import twistchat
from tests.folders import temporary_folder
from twistchat.frontends.web.assets import compress, own_assets, read_assets

BUDGET = 60_000
"""Bytes of the first load, compressed."""

FIRST = ("main.js", "all.css", "icon.svg", "manifest.webmanifest")
"""What is fetched with the page, besides the words."""


class AssetsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = temporary_folder(self)
        (self.folder / "ui").mkdir()
        for path, text in (
            ("index.html", "<p>"),
            ("main.js", "a(1);\n" * 100),
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

    def test_what_only_people_read_is_not_sent(self) -> None:
        (self.folder / "main.js").write_text("// why\nexport  function f() {\n  a(`b  c`);\n}\n")
        self.assertEqual(
            read_assets(self.folder).files["main.js"].body, b"export function f(){a(`b  c`);}"
        )

    def test_it_is_the_same_at_every_start(self) -> None:
        first, second = read_assets(self.folder), read_assets(self.folder)
        self.assertEqual(first, second)


class OwnAssetsTests(SynchronousTestCase):
    def test_every_file_is_served(self) -> None:
        assets = own_assets()
        folder = Path(twistchat.__file__).parent / "frontends" / "web" / "static"
        there = {
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        }
        styles = {path for path in there if path.endswith(".css")}
        self.assertLessEqual({*assets.files} - {"all.css"}, there - styles - {"index.html"})
        main = assets.files["main.js"].body.decode()
        for path in there - styles - {*assets.files, "index.html"}:
            declared = re.findall(
                r"^export (?:async )?[a-z]+ (\w+)", (folder / path).read_text(), re.M
            )
            self.assertTrue(declared, path)
            for name in declared:
                self.assertIn(name, main, path)

    def test_stylesheets_ask_for_nothing(self) -> None:
        """They are moved when they are joined: what they named would not be found."""
        styles = own_assets().files["all.css"].body.decode()
        for forbidden in ("@import", "@charset", "url("):
            self.assertNotIn(forbidden, styles.replace("url(data:", "").replace('url("data:', ""))

    def test_the_first_load_is_small(self) -> None:
        """What a browser fetches until one can chat, in either language."""
        assets = own_assets()
        for words in ("words/en.js", "words/zh.js"):
            sizes = {"/": len(compress(assets.page.encode()) or b"")}
            for path in (*FIRST, words):
                asset = assets.files[path]
                sizes[path] = len(asset.body if asset.gzipped is None else asset.gzipped)
            self.assertLess(sum(sizes.values()), BUDGET, sizes)
