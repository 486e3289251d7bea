"""An export, in one of the formats: a stream of bytes, of which little is in memory at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from twistchat.archive import ArchiveError, page, records, transcript
from twistchat.archive.database import reading
from twistchat.archive.files import new_file
from twistchat.archive.selection import Selected, Selection, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Source = Callable[[Wanted], AbstractContextManager[Selected]]
"""From which an export is taken."""

FORMATS: dict[str, Callable[[Selected], Iterator[str]]] = {
    "text": transcript.write,
    "json": records.write,
    "html": page.write,
}
"""By their names, as an operator writes them."""

BUFFER = 1 << 18
"""Bytes that are written at once."""


@dataclass(frozen=True, slots=True)
class Export:
    """What was taken out."""

    lines: int
    size: int
    """Bytes."""


@contextmanager
def of_database(path: Path, wanted: Wanted) -> Iterator[Selected]:
    """Take something out of a database.

    Raises:
        ArchiveError: there is nothing of the kind, or it cannot be read.
        DatabaseError: it is no database of ours.
    """
    with reading(path) as source:
        yield Selection(source, wanted)


def export(source: Source, wanted: Wanted, form: str, out: BinaryIO) -> Export:
    """Write an export to a stream.

    Raises:
        ArchiveError: there is nothing of the kind, or it cannot be read.
        DatabaseError: it is no database of ours.
        OSError: it cannot be written.
    """
    size = 0
    with source(wanted) as selection:
        waiting = bytearray()
        for text in FORMATS[form](selection):
            waiting += text.encode()
            if len(waiting) >= BUFFER:
                size += _write(out, waiting)
        size += _write(out, waiting)
    return Export(selection.count, size)


def _write(out: BinaryIO, waiting: bytearray) -> int:
    size = len(waiting)
    out.write(waiting)
    out.flush()
    waiting.clear()
    return size


def export_to_file(
    source: Source,
    wanted: Wanted,
    form: str,
    path: Path,
    *,
    force: bool = False,
    database: Path | None = None,
) -> Export:
    """Write an export to a new file, which is there when it is whole, and is not the `database`.

    Raises:
        ArchiveError: it was not written, and nothing is left of it.
        DatabaseError: it is no database of ours.
    """
    with new_file(path, force=force, source=database) as temporary:
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(descriptor, "wb") as out:  # noqa: PTH123, it is a descriptor
            return export(source, wanted, form, out)


def export_to_stdout(source: Source, wanted: Wanted, form: str) -> None:
    """Write an export to standard output, as long as somebody takes it.

    Raises:
        ArchiveError: it cannot be read or written.
        DatabaseError: it is no database of ours.
    """
    if sys.stdout is None:
        raise ArchiveError("standard output is closed: write to a file with --output FILE")
    try:
        export(source, wanted, form, sys.stdout.buffer)
    except OSError as error:
        # What waits goes nowhere, or Python would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # that is `head`, which has seen enough
            raise ArchiveError(f"cannot write to standard output: {error.strerror}") from error
