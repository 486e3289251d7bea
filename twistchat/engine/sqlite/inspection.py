"""Looks at a database before a start, while an error can still be told in the terminal."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

from twistchat.engine.sqlite.faults import DatabaseError
from twistchat.engine.sqlite.file import WriterLock, header_version, lock_of
from twistchat.engine.sqlite.migrate import refuse_newer

if TYPE_CHECKING:
    from pathlib import Path


def check(path: Path) -> None:
    """See that a server could open this database, and leave everything as it is.

    Raises:
        DatabaseError: it could not; the message is a sentence for the operator.
    """
    try:
        _check(path)
    except OSError as error:
        raise DatabaseError(f"cannot look at {path}: {error.strerror}") from error


def _check(path: Path) -> None:
    folder = path.parent
    if not folder.is_dir():
        raise DatabaseError(f"there is no folder {folder}: make it, or choose another file")
    if path.is_dir():
        raise DatabaseError(f"{path} is a folder: choose a file")
    # The lock first: to open and close the file itself in the process of its own writer would
    # take that writer's locks away, as POSIX has it.
    lock = WriterLock(path) if lock_of(path).exists() else nullcontext()
    with lock:
        version = header_version(path)
    if version is not None:
        refuse_newer(path, version)
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        raise DatabaseError(f"no right to write to {path}: change that, or choose another file")
    folder = path.resolve().parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DatabaseError(
            f"no right to make files in {folder}, as a database needs: choose --engine sqlite:PATH"
        )
