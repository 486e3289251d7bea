"""Order: trial's asynchronous classes first, then the other classes, then function-style tests.

pytest-twisted leaves things behind in the reactor that trial's own check for a clean reactor,
which runs after each asynchronous TestCase, would blame on the wrong test. These are few, so that
with several workers they are done before any worker takes function-style tests over from another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.trial.unittest import TestCase

if TYPE_CHECKING:
    import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    cls = getattr(item, "cls", None)
    if cls is None:
        return 2
    return 0 if issubclass(cls, TestCase) else 1
