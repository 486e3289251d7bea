"""twistd, with a stopwatch at each commit of the SQLite engine.

    python stopwatch.py FILE WORDS...

FILE is the number of an open file in which commits are noted; the words are twistd's. What it adds
is one write to memory for each commit, and nothing where nothing is committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

# This repository's chat, wherever another one may be installed; and nothing of this folder's.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from twisted.scripts.twistd import run  # noqa: E402, only now is what follows found

from benchmarks.engine.commits import write_to  # noqa: E402

if __name__ == "__main__":
    write_to(int(sys.argv.pop(1)))
    sys.argv[0] = "twistd"
    run()
