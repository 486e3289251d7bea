"""StandardIO on the server's terminal, without getting into the log's way."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from twisted.internet.stdio import StandardIO

if TYPE_CHECKING:
    from twisted.internet.interfaces import IProtocol


def open_console(protocol: IProtocol, reactor: Any) -> None:
    """Connect a protocol to the terminal.

    StandardIO makes its descriptors non-blocking, and the log is written to the same terminal
    by twistd, which cannot cope with that. So the terminal is opened anew, by its name: the
    setting belongs to the opening and not to the terminal.
    """
    anew: dict[str, int] = {}
    if sys.platform != "win32" and os.isatty(0) and os.isatty(1):
        anew["stdin"] = os.open(os.ttyname(0), os.O_RDWR | os.O_NOCTTY)
        anew["stdout"] = os.open(os.ttyname(1), os.O_RDWR | os.O_NOCTTY)
    StandardIO(protocol, reactor=reactor, **anew)
