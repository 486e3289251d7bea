"""The files of the page: what none of them does, and that all is said in both languages."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

import twistchat

STATIC = Path(twistchat.__file__).parent / "frontends" / "web" / "static"
DOCS = Path(__file__).parent.parent.parent / "docs"

FORBIDDEN = {
    r"\b(?:inner|outer)HTML\b": "text becomes elements",
    r"\binsertAdjacentHTML\b": "text becomes elements",
    r"\bsetHTML": "text becomes elements",
    r"\bcreateContextualFragment\b": "text becomes elements",
    r"\bDOMParser\b": "text becomes elements",
    r"\bdocument\.write": "text becomes elements",
    r"\beval\s*\(": "text becomes a program",
    r"\bnew Function\b": "text becomes a program",
    r"\bset(?:Timeout|Interval)\(\s*['\"`]": "text becomes a program",
    r"\bcssText\b": "the policy forbids it",
    r"\brandomUUID\b": "only over https",
    r"\bnavigator\.locks\b": "only over https",
    r"\bserviceWorker\b": "only over https",
    r"\bdocument\.cookie\b": "nothing is kept there",
    r"https?://(?!www\.w3\.org/)[\w.]": "nothing is fetched from elsewhere",
}

IN_HTML = {
    r"<style\b": "the policy forbids it",
    r"\sstyle\s*=": "the policy forbids it",
    r"\son[a-z]+\s*=": "the policy forbids it",
    r"<script(?![^>]*\ssrc=)": "the policy forbids it",
    r"(?:src|href)=\"(?!\{base\})": "it is not found behind a proxy",
}

LONGEST = 400
"""Lines of one file, but for those that are words: as in Python."""

DUMP = """
const found = {};
for (const path of process.argv.slice(1)) {
  [found[path]] = Object.values(await import(path));
}
console.log(JSON.stringify(found));
"""


def scripts() -> list[Path]:
    return sorted(STATIC.rglob("*.js"))


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|(?<![:'\"`\\])//[^\n]*", "", text, flags=re.DOTALL)


class ForbiddenTests(SynchronousTestCase):
    def test_no_script_does_it(self) -> None:
        bad = [
            f"{path.relative_to(STATIC)}: {match[0]}: {why}"
            for path in scripts()
            for pattern, why in FORBIDDEN.items()
            for match in re.finditer(pattern, without_comments(path.read_text()))
        ]
        self.assertEqual(bad, [])

    def test_nor_does_the_page_itself(self) -> None:
        text = (STATIC / "index.html").read_text()
        bad = [
            f"{match[0]}: {why}"
            for pattern, why in IN_HTML.items()
            for match in re.finditer(pattern, text)
        ]
        self.assertEqual(bad, [])

    def test_styles_fetch_nothing(self) -> None:
        bad = [
            path.name
            for path in sorted(STATIC.rglob("*.css"))
            if re.search(r"@import|url\((?!['\"]?data:)", path.read_text())
        ]
        self.assertEqual(bad, [])

    def test_files_stay_readable(self) -> None:
        lengths = {
            str(path.relative_to(STATIC)): path.read_text().count("\n")
            for path in scripts()
            if path.parent.name != "words"
        }
        self.assertEqual({name for name, length in lengths.items() if length > LONGEST}, set())

    def test_what_is_imported_is_used(self) -> None:
        bad = []
        for path in scripts():
            text = path.read_text()
            for names in re.findall(r"^import (?:\{([^}]*)\}|\w+) from", text, re.MULTILINE):
                for name in re.findall(r"(\w+)\s*(?:,|$)", names.strip()):
                    if len(re.findall(rf"(?:(?<![.\w$])|(?<=\.\.\.)){name}\b", text)) < 2:
                        bad.append(f"{path.relative_to(STATIC)}: {name}")
        self.assertEqual(bad, [])

    def test_what_is_imported_is_there(self) -> None:
        bad = []
        for path in scripts():
            for names, name in re.findall(
                r"^import \{([^}]*)\} from '(\.[^']*)'", path.read_text(), re.MULTILINE
            ):
                other = (path.parent / name).resolve()
                text = other.read_text() if other.is_file() else ""
                bad += [
                    f"{path.relative_to(STATIC)}: {each} of {name}"
                    for each in re.findall(r"(\w+)(?: as \w+)?\s*(?:,|$)", names.strip())
                    if not re.search(
                        rf"^export (?:async )?(?:function\*?|class|const|let) {each}\b", text, re.M
                    )
                ]
        self.assertEqual(bad, [])

    def test_what_the_page_names_is_there(self) -> None:
        text = (STATIC / "index.html").read_text()
        missing = [
            name
            for name in re.findall(r"\{base\}([\w./-]+)", text)
            if not (STATIC / name).is_file()
        ]
        self.assertEqual(missing, [])


class WordsTests(SynchronousTestCase):
    """All is said in both languages: what is needed at once, and what later parts bring."""

    tables: dict[str, dict[str, dict[str, object]]]
    """By part, or "once"; by language; by key."""

    def setUp(self) -> None:
        try:
            from playwright._impl._driver import compute_driver_executable
        except ImportError as error:
            raise SkipTest("playwright, whose node reads the words, is not installed") from error
        paths = sorted((STATIC / "words").glob("*.js"))
        done = subprocess.run(
            [compute_driver_executable()[0], "--input-type=module", "-e", DUMP, *map(str, paths)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        found = {Path(path).stem: table for path, table in json.loads(done.stdout).items()}
        once = {language: found.pop(language) for language in ("en", "zh")}
        self.tables = {"once": once, **found}

    def places(self, word: object) -> set[str]:
        texts = word.values() if isinstance(word, dict) else [word]
        return {place for text in texts for place in re.findall(r"\{(\w+)\}", str(text))}

    def test_the_same_in_both_languages(self) -> None:
        for name, table in self.tables.items():
            self.assertEqual(set(table), {"en", "zh"}, name)
            self.assertEqual(list(table["en"]), list(table["zh"]), name)
            for key, word in table["en"].items():
                self.assertEqual(self.places(word), self.places(table["zh"][key]), key)

    def test_no_word_is_empty(self) -> None:
        for table in self.tables.values():
            for words in table.values():
                for key, word in words.items():
                    for text in word.values() if isinstance(word, dict) else [word]:
                        self.assertTrue(str(text).strip(), key)

    def test_english_counts(self) -> None:
        for table in self.tables.values():
            for key, word in table["en"].items():
                if isinstance(word, dict):
                    self.assertEqual(set(word), {"one", "other"}, key)

    def test_no_two_parts_use_the_same_key(self) -> None:
        keys = [key for table in self.tables.values() for key in table["en"]]
        self.assertEqual(sorted(keys), sorted(set(keys)))

    def test_every_refusal_is_said(self) -> None:
        text = (DOCS / "json-protocol.md").read_text().split("## Codes")[1]
        codes = set(re.findall(r"^\| `([a-z0-9-]+)`", text, re.MULTILINE))
        self.assertGreater(len(codes), 90)
        said = {
            key.removeprefix("error.").split("+")[0]
            for table in self.tables.values()
            for key in table["en"]
            if key.startswith("error.")
        }
        self.assertEqual(codes - said, set())
        self.assertEqual(said - codes, {"other", "lost", "offline"})

    def test_what_is_said_is_there(self) -> None:
        """Every key that is written out in a script."""
        keys = {key for table in self.tables.values() for key in table["en"]}
        parts = {key.split(".")[0] for key in keys if "." in key}
        bad = [
            f"{path.relative_to(STATIC)}: {key}"
            for path in scripts()
            if path.parent.name != "words"
            for key in re.findall(r"\bt(?:\.nodes)?\(\s*'([a-z][\w.+-]*)'", path.read_text())
            if key not in keys and key.split(".")[0] in parts | {""}
        ]
        self.assertEqual(bad, [])
