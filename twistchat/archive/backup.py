"""A copy of a database, beside a running server."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twistchat.archive import ArchiveError
from twistchat.archive.database import reading
from twistchat.archive.files import new_file
from twistchat.engine.sqlite.faults import explain
from twistchat.engine.sqlite.migrate import copy_database

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made."""

    path: Path
    lines: int
    size: int
    """Bytes."""


def back_up(
    database: Path, destination: Path, *, force: bool = False, is_folder: bool = False
) -> Backup:
    """Copy a database as it is at one moment. `destination` may be a folder.

    The copy is one file, and knows that it is a copy: a server that opens it begins new epochs. It
    is looked at before it gets its name: a damaged one must not take the place of a good one.

    Raises:
        ArchiveError: it was not made, and nothing is left of it.
        DatabaseError: there is nothing to be copied.
    """
    try:
        is_there = destination.is_dir()
    except OSError as error:
        raise ArchiveError(f"cannot write {destination}: {error.strerror}") from error
    if is_folder and not is_there:
        raise ArchiveError(f"there is no folder {destination}: make it, or choose another")
    if is_there:
        destination /= time.strftime("twistchat-%Y%m%d-%H%M%S.db", time.gmtime())
    with (
        reading(database, older=True) as source,
        new_file(destination, force=force, source=database) as temporary,
    ):
        try:
            copy_database(source, temporary)
            lines = _checked(temporary, database)
        except sqlite3.Error as error:
            raise ArchiveError(
                f"cannot copy {database} to {destination}: {explain(error)}"
            ) from error
        size = temporary.stat().st_size
    return Backup(destination, lines, size)


def _checked(path: Path, database: Path) -> int:
    """Look whether a copy is whole, and count its lines."""
    copy = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        if copy.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise ArchiveError(
                f"{database} is damaged, and no backup was made: see `twistchat db check`"
            )
        (lines,) = copy.execute("SELECT count(*) FROM events").fetchone()
    finally:
        copy.close()
    return int(lines)
