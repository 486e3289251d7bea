"""Folders for a test's files, which go with the test."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.python.usage import Options as TwistdOptions

if TYPE_CHECKING:
    from twisted.trial.unittest import SynchronousTestCase


def temporary_folder(test: SynchronousTestCase) -> Path:
    """Make a folder that is removed after the test.

    Trial's own `mktemp` makes one where the tests were started, which under pytest is the project.
    """
    folder = tempfile.TemporaryDirectory()
    test.addCleanup(folder.cleanup)
    return Path(folder.name)


def twistd_in(folder: Path) -> TwistdOptions:
    """The options of a twistd that works in this folder, as the parent of those of the chat."""
    twistd = TwistdOptions()
    twistd["rundir"] = str(folder)
    twistd["nodaemon"] = True
    return twistd
