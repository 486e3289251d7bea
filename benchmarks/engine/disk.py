"""What a folder is on, and how long its disk alone takes to keep something."""

from __future__ import annotations

import os
import time
from pathlib import Path
from tempfile import TemporaryFile

MOUNTS = Path("/proc/self/mounts")
IN_MEMORY = {"tmpfs", "ramfs"}
PAGE = bytes(4096)


def filesystem(folder: Path) -> str:
    """Name the type of the filesystem in which a folder is."""
    best, kind = "", "unknown"
    for line in MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        _device, place, found, *_ = line.split()
        place = place.replace("\\040", " ")
        # The last mount at a place hides those before it.
        if folder.resolve().is_relative_to(place) and len(place) >= len(best):
            best, kind = place, found
    return kind


def sync_times(folder: Path, seconds: float) -> list[float]:
    """Append pages to a file there, and sync each: the least that a commit to this disk takes."""
    times: list[float] = []
    end = time.monotonic() + seconds
    with TemporaryFile(dir=folder, buffering=0) as file:
        while (begin := time.monotonic()) < end:
            file.write(PAGE)
            os.fdatasync(file.fileno())
            times.append(time.monotonic() - begin)
    return times
