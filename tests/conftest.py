"""Order: unittest classes before function-style tests.

pytest-twisted leaves things behind in the reactor that trial's own check for a clean reactor,
which runs after each asynchronous TestCase, would blame on the wrong test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: getattr(item, "cls", None) is None)
