"""The table of docs/irc.md: what irctest says, by its files.

    python -m tests.outside.irctest_table RESULT.xml...

The results are those that pytest saves with --junitxml.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree.ElementTree import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

OUTCOMES = ("passed", "failed", "skipped")
FOLDER = "irctest.server_tests."


def outcomes(root: Element) -> Iterator[tuple[str, str]]:
    """Tell of each test in which file it is, and what came of it."""
    for case in root.iter("testcase"):
        module = case.get("classname", "").rpartition(".")[0]
        kinds = {part.tag for part in case}
        if kinds & {"failure", "error"}:
            outcome = "failed"
        else:
            outcome = "skipped" if "skipped" in kinds else "passed"
        yield module.removeprefix(FOLDER).replace(".", "/"), outcome


def table(found: Iterable[tuple[str, str]]) -> str:
    """Write it, with the sum."""
    rows: dict[str, Counter[str]] = {}
    for file, outcome in found:
        rows.setdefault(file, Counter())[outcome] += 1
    total = sum(rows.values(), Counter[str]())
    lines = [f"| file | {' | '.join(OUTCOMES)} |", "|---|--:|--:|--:|"]
    for file, row in [*sorted(rows.items()), ("**all**", total)]:
        numbers = " | ".join(str(row[each]) if row[each] else "" for each in OUTCOMES)
        lines.append(f"| {file} | {numbers} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table of some results."""
    # Written by pytest a moment ago, on this machine.
    roots = [parse(name).getroot() for name in sys.argv[1:]]
    print(table(each for root in roots for each in outcomes(root)))  # noqa: T201


if __name__ == "__main__":
    main()
