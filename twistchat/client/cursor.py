"""One's place in each room, kept in a file from one run to the next."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path

from twistchat.client.rooms import Place


class NoCursorError(Exception):
    """The file is there, and is none; the text says what is wrong."""


class Cursor:
    """A file: a JSON object, and for each room `[epoch, number]` of the last line written."""

    def __init__(self, path: Path) -> None:
        self._path = Path(os.path.realpath(path))  # a link to it stays one
        self._places: dict[str, Place] = {}
        self._moved: dict[str, Place] = {}
        self._is_kept = True

    def load(self) -> None:
        """Read the file, if there is one.

        Raises:
            NoCursorError: it cannot be read, or is no cursor.
        """
        try:
            read = json.loads(self._path.read_text("utf-8"))
            self._places = {
                str(room): Place(str(epoch), int(number)) for room, (epoch, number) in read.items()
            }
        except FileNotFoundError:
            return
        except OSError as error:
            raise NoCursorError(f"cannot read {self._path}: {error.strerror}") from error
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise NoCursorError(f"{self._path} is no cursor: it was not written by me") from error

    def check(self) -> None:
        """See whether it could be written, before there is anything to remember.

        Raises:
            NoCursorError: it could not.
        """
        try:
            number, name = self._beside()
            os.close(number)
            Path(name).unlink()
        except OSError as error:
            words = f"cannot write {self._path}: {error.strerror}"
            raise NoCursorError(words) from error

    def place(self, room: str) -> Place | None:
        """Tell up to where a room was written out."""
        return self._places.get(room)

    def move(self, room: str, place: Place) -> None:
        """Move behind a line that is written out."""
        if self._places.get(room) != place:
            self._places[room] = self._moved[room] = place
            self._is_kept = False

    def save(self) -> None:
        """Write the file, whole or not at all. Other rooms in it may be others' by now.

        Raises:
            OSError: that is not possible.
        """
        if self._is_kept:
            return
        with contextlib.suppress(NoCursorError):
            self.load()
        self._places |= self._moved
        number, name = self._beside()
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                json.dump(self._places, file, ensure_ascii=False)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        self._is_kept = True

    def _beside(self) -> tuple[int, str]:
        """Make a file next to it, which may take its place."""
        return tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
