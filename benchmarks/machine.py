"""What is asked of the machine: two cores, enough files, who else works, memory."""

from __future__ import annotations

import os
import platform
import re
import resource
import shutil
import sqlite3
import subprocess
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CPUS = Path("/sys/devices/system/cpu")
SPARE_FILES = 100
"""Files that a program has open besides its connections."""


def _siblings(core: int) -> str:
    """What says which hardware threads share a core with this one."""
    try:
        return (CPUS / f"cpu{core}" / "topology" / "thread_siblings_list").read_text()
    except OSError:
        return str(core)


def two_cores() -> tuple[int, int]:
    """Choose a core for the server and another one for the load.

    Raises:
        SystemExit: if there is only one.
    """
    first, *others = sorted(os.sched_getaffinity(0))
    if not others:
        raise SystemExit("this benchmark's server and load need a core each, and there is only one")
    apart = [core for core in others if _siblings(core) != _siblings(first)]
    return first, (apart or others)[0]


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Let whatever is started meanwhile run on one core only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def busy_seconds(cores: tuple[int, int]) -> float:
    """How long these have worked since the machine was started, for whomever, interrupts too."""
    ticks = 0
    for line in Path("/proc/stat").read_text().splitlines():
        name, *fields = line.split()
        if name in {f"cpu{core}" for core in cores}:
            user, nice, system, _idle, _waiting, *interrupts = map(int, fields[:7])
            ticks += user + nice + system + sum(interrupts)
    return ticks / os.sysconf("SC_CLK_TCK")


def most_clients() -> int:
    """Allow as many open files as we may; children inherit it. Return how many clients fit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most - SPARE_FILES


def resident(pid: int) -> int:
    """The memory of a process, in KiB."""
    return _memory(pid, "VmRSS:")


def peak(pid: int) -> int:
    """The most memory that a process has had, in KiB."""
    return _memory(pid, "VmHWM:")


def _memory(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    raise ProcessLookupError(f"process {pid} has ended")


def executable(name: str) -> str | None:
    """Where a program is, if it is installed."""
    # What the system runs is often not on the path of those who are not root.
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _version(name: str, option: str) -> str:
    program = executable(name)
    if program is None:
        return ""
    done = subprocess.run(
        [program, option], capture_output=True, text=True, check=False, timeout=10
    )
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return found.group() if found else ""


def description() -> dict[str, str]:
    """What a stranger has to know of this machine: no names, no places."""
    processors = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^model name\s*:\s*(.*)$", processors, re.MULTILINE)
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    others = {
        "gcc": _version("cc", "-dumpfullversion"),
        "ngircd": _version("ngircd", "--version"),
        "redis": _version("redis-server", "--version"),
        "OpenSSL": _version("openssl", "version"),
    }
    return {
        "processor": model.group(1) if model else platform.machine(),
        "cores": f"{len(os.sched_getaffinity(0))}",
        "memory": f"{gigabytes:.0f} GiB",
        "kernel": f"Linux {platform.release().partition('-')[0]}",
        "Python": platform.python_version(),
        "Twisted": metadata.version("twisted"),
        "SQLite": sqlite3.sqlite_version,
    } | {name: version for name, version in others.items() if version}
