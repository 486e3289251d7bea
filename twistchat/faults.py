"""Keeps the fault of one session from costing the others anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.logger import Logger

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec

    Given = ParamSpec("Given")

log = Logger()


def guarded(call: Callable[Given, None], *given: Given.args, **named: Given.kwargs) -> None:
    """Do something for one session; what it raises is logged, and the next one has its turn."""
    try:
        call(*given, **named)
    except Exception:  # whatever it is: logged whole, and no reason to leave the others out
        log.failure("one session failed, and no other")
