"""New files: for their owner alone, and seen by nobody before they are whole and on the disk."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from twistchat.archive import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMPANIONS = ("", "-wal", "-shm", "-journal", ".lock")
"""What stands behind the name of a database in those of the files that belong to it."""


@contextmanager
def new_file(path: Path, *, force: bool, source: Path | None) -> Iterator[Path]:
    """Give a temporary name beside `path`; what is written there gets that name at the end.

    `force` replaces a file that is there. `source` is the database that is read, if it is one.

    Raises:
        ArchiveError: there is something already, or it cannot be written. Nothing is left then.
    """
    if not path.name:
        raise ArchiveError(f"{path} is a folder: name a file in it")
    temporary = path.with_name(f".twistchat-{secrets.token_hex(4)}.part")
    try:
        _refuse(path, force=force, source=source)
        try:
            yield temporary
            _sync(temporary)
            _refuse(path, force=force, source=source)  # it may have been made meanwhile
            temporary.replace(path)
            with suppress(PermissionError):  # not every system opens a folder
                _sync(path.parent)
        finally:
            for file in _files_of(temporary):
                file.unlink(missing_ok=True)
    except OSError as error:
        raise ArchiveError(f"cannot write {path}: {error.strerror}") from error


def _refuse(path: Path, *, force: bool, source: Path | None) -> None:
    if not path.parent.is_dir():
        raise ArchiveError(f"there is no folder {path.parent}: make it, or choose another")
    if source is not None and path.parent.resolve() / path.name in _files_of(source.resolve()):
        raise ArchiveError(f"{path} belongs to the database itself: choose another name")
    for companion in ("-wal", "-journal"):
        beside = path.with_name(path.name + companion)
        if os.path.lexists(beside):
            # SQLite would take it for a part of the new file.
            raise ArchiveError(
                f"{beside} stands there, as if {path} were a database in use: choose another name"
            )
    if not os.path.lexists(path):
        return
    if not force:
        raise ArchiveError(f"{path} is there already: choose another name, or add --force")
    if not path.is_file() or path.is_symlink():
        raise ArchiveError(f"{path} is no plain file: choose another name")


def _files_of(database: Path) -> list[Path]:
    return [database.with_name(database.name + companion) for companion in COMPANIONS]


def _sync(path: Path) -> None:
    """Wait until it is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
