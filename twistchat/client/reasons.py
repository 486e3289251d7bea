"""Why there is no connection, in words."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from twisted.internet import error

if TYPE_CHECKING:
    from twisted.python.failure import Failure


def unreachable(failure: Failure, server: str) -> str:
    """Say why there is no connection to a server."""
    if failure.check(error.DNSLookupError):
        return f"there is no host {server.split(' ', maxsplit=1)[0].split(':', maxsplit=1)[0]}"
    if failure.check(error.ConnectionRefusedError):
        return f"nothing listens at {server}"
    number = getattr(failure.value, "osError", None)
    reason = os.strerror(number) if isinstance(number, int) else failure.getErrorMessage()
    return f"cannot connect to {server}: {reason}"
