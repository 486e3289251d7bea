"""docs/operating.md has every command of the operator's, as it is typed."""

from __future__ import annotations

from tests.console.kit import OperatorTestCase
from tests.test_docs import DOCS


class DocumentTests(OperatorTestCase):
    def test_every_command_is_in_the_guide(self) -> None:
        guide = (DOCS / "operating.md").read_text("utf-8").replace("\\|", "|")
        listed = [row["usage"] for row in self.data("help")]
        for usage in listed:
            self.assertIn(f"| `{usage}` | ", guide)
        table = guide[guide.index("| `count` |") : guide.index("\n\n| option")]
        self.assertEqual(table.count("\n") + 1, len(listed))
