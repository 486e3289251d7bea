"""The log for programs: `twistd --logger twistchat.log.json -n chat` writes one JSON object a line.

It knows how twistd tells what happened. What is told, whoever logs decides: never what people say,
and no password or token.
"""

from __future__ import annotations

import re
import signal
import sys
from datetime import UTC, datetime
from json import dumps
from math import isfinite
from typing import TYPE_CHECKING, Any

from twisted.logger import FileLogObserver, formatEvent
from twisted.python.failure import Failure
from twisted.python.logfile import LogFile
from twisted.python.reflect import safe_str

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.logger import ILogObserver, LogEvent

OURS = ("time", "level", "namespace", "message", "system", "traceback")
"""What we say of each event. Fields of its own that are called so would be hidden."""

LEGACY = frozenset((*OURS, "isError", "format", "text", "failure", "why"))
"""Fields that are part of an event's form, in Twisted's older log too, and not of what it says."""

# What JSON may have in a string as it is, but a terminal or another program that reads lines
# could take for more than text: DEL and C1, line separators, overrides; and lone surrogates,
# which no UTF-8 can carry.
_UNSAFE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Destination:
    """Where the log goes. twistd tells its options, but not whoever makes the log."""

    def __init__(self) -> None:
        self._logfile = ""
        self._is_daemon = False
        self._soon: Callable[[Callable[[], None]], object] | None = None

    def follow(
        self,
        logfile: str | None,
        *,
        is_daemon: bool,
        soon: Callable[[Callable[[], None]], object],
    ) -> None:
        """Take note of what twistd was told. `soon` calls something in the reactor's own time."""
        self._logfile = logfile or ("twistd.log" if is_daemon else "-")
        self._is_daemon = is_daemon
        self._soon = soon

    def open(self) -> Any:
        """Open what twistd's own log would be written to.

        Raises:
            SystemExit: with one line, if that cannot be written.
        """
        if self._logfile in ("", "-"):
            if self._is_daemon:
                raise SystemExit("twistd: a daemon has no standard output: give --logfile a file")
            return getattr(sys.stdout, "buffer", sys.stdout)  # in UTF-8, as JSON has to be
        try:
            file = LogFile.fromFullPath(self._logfile)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise SystemExit(f"twistd: cannot write to {self._logfile}: {why}") from error
        self._rotate_when_told(file)
        return file

    def _rotate_when_told(self, file: LogFile) -> None:
        """Begin a new file at SIGUSR1, as twistd does with its own log."""
        told = getattr(signal, "SIGUSR1", None)
        soon = self._soon
        if told is not None and soon is not None and not signal.getsignal(told):
            signal.signal(told, lambda *_: soon(file.rotate))


destination = Destination()
"""Of this process, as the log itself is."""


def json() -> ILogObserver:
    """Make a log of JSON lines, where twistd's own would be: see `--logfile`. Called by twistd."""
    return json_log(destination.open())


def json_log(file: Any) -> ILogObserver:
    """Make a log of JSON lines that is written to a file."""
    return FileLogObserver(file, as_line)


def as_line(event: LogEvent) -> str:
    """Write an event as a JSON object and a line end."""
    fields = {str(name): value for name, value in event.items()}
    level = event.get("log_level")
    told: dict[str, object] = {
        "time": _time(event.get("log_time")),
        "level": getattr(level, "name", "info"),
        "namespace": event.get("log_namespace", "-"),
        "message": formatEvent(event),
    }
    if (system := event.get("log_system")) not in (None, "-"):
        told["system"] = system
    failure = event.get("log_failure")
    if failure is None and event.get("isError"):  # the older log, which writes it into the message
        failure = event.get("failure")
        told["message"] = event.get("why") or "Unhandled Error"
    if isinstance(failure, Failure):
        told["traceback"] = failure.getTraceback()
    for name, value in fields.items():
        if name not in LEGACY and not name.startswith("log_"):
            told[name] = value
    line = dumps({name: _plain(value) for name, value in told.items()}, ensure_ascii=False)
    if not line.isprintable():
        line = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", line)
    return f"{line}\n"


def _time(at: object) -> str | None:
    if not isinstance(at, int | float):
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _plain(value: object) -> object:
    """Make something JSON of a field, whatever it is."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and isfinite(value):
        return value
    return safe_str(value)
