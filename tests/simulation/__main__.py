"""`python -m tests.simulation ENGINE SEED [COUNT]`: plays schedules, and says which fail."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from twisted.logger import globalLogBeginner

from tests.simulation.disk import fast_folder
from tests.simulation.model import WrongError
from tests.simulation.running import run
from twistchat.engine.sqlite import file


def main(engine: str, first: str = "0", count: str = "1") -> int:
    """Play them; return how many failed."""
    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)
    file.BUSY = 0.0  # another program's lock is waited for in real seconds
    failed, begun = 0, time.monotonic()
    with fast_folder() as folder:
        for seed in range(int(first), int(first) + int(count)):
            try:
                run(engine, seed, Path(folder))
            except WrongError as wrong:
                failed += 1
                sys.stdout.write("\n".join([f"{engine} {seed}: {wrong}", *wrong.__notes__, ""]))
    rate = int(count) / (time.monotonic() - begun)
    sys.stdout.write(f"{engine}: {count} schedules, {failed} failed, {rate:.0f} a second\n")
    return failed


if __name__ == "__main__":
    sys.exit(min(main(*sys.argv[1:]), 1))
