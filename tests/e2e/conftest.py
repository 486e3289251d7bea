"""A real server for each test that wants one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_twisted

from tests.e2e.programs import Server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest_twisted.async_yield_fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    running = await Server.run(tmp_path)
    yield running
    await running.stop()


@pytest_twisted.async_yield_fixture
async def unpaced(tmp_path: Path) -> AsyncIterator[Server]:
    """A server that reads as fast as it can: for tests of much talk, and not of the pace."""
    running = await Server.run(tmp_path, "--limit", "rate=0")
    yield running
    await running.stop()
