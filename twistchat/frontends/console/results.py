"""What comes of a command: values, which are written for people or for programs.

There is one value for both. Its `data` is what a program reads; its `lines` are made of the same
fields.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol

from twistchat.core.text import cells, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Status(IntEnum):
    """How it ended: the exit code of `twistchat ctl`."""

    DONE = 0
    FAILED = 1
    """Refused, or not possible now."""
    USAGE = 2
    NOBODY = 3
    """There is no server, or it does not obey this user."""


class Result(Protocol):
    """What comes of a command."""

    @property
    def status(self) -> Status:
        """Whether it is done."""

    def lines(self) -> Sequence[str]:
        """Write it for people."""

    def data(self) -> Any:
        """Write it for programs: what JSON can say, under keys that stay."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, and what it says as fields."""

    sentence: str
    """For people: a template of the fields."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    status: Status = Status.DONE

    def lines(self) -> Sequence[str]:
        """Fill the fields in."""
        return self.sentence.format(**self.fields).splitlines()

    def data(self) -> Any:
        """Hand out the fields."""
        return dict(self.fields)


@dataclass(frozen=True, slots=True)
class Failed:
    """Why it was not done."""

    text: str
    code: str = "failed"
    """Stays the same whatever the text says."""
    status: Status = Status.FAILED

    def lines(self) -> Sequence[str]:
        """Say why."""
        return [self.text]

    def data(self) -> Any:
        """Name the code, with the text beside it."""
        return {"error": self.code, "text": clean(self.text)}


def misused(text: str) -> Failed:
    """Say that a command is not used in this way."""
    return Failed(text, "usage", Status.USAGE)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, or one field of a thing."""

    key: str
    """As programs know it."""
    heading: str
    show: Callable[[Any], str] = str
    """How people read a value."""


@dataclass(frozen=True, slots=True)
class Table:
    """Several things of one kind, a row each."""

    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    nothing: str = ""
    """What people read where there are no rows."""
    status: Status = Status.DONE

    def lines(self) -> Sequence[str]:
        """Write the columns under each other, however wide their letters are."""
        if not self.rows and self.nothing:
            return [self.nothing]
        table = [[column.heading for column in self.columns]]
        table += [
            [clean(column.show(row[column.key])) for column in self.columns] for row in self.rows
        ]
        widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
        return [
            "  ".join(
                cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
            ).rstrip()
            for row in table
        ]

    def data(self) -> Any:
        """Hand out the rows, with all that is in them."""
        return [dict(row) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Facts:
    """One thing, a line for each of its fields."""

    columns: Sequence[Column]
    fields: Mapping[str, Any]
    status: Status = Status.DONE

    def lines(self) -> Sequence[str]:
        """Write the fields under each other."""
        width = max(_width(column.heading) for column in self.columns) + 1
        return [
            f"{column.heading + ':':{width}}  {column.show(self.fields[column.key])}".rstrip()
            for column in self.columns
        ]

    def data(self) -> Any:
        """Hand out the fields."""
        return dict(self.fields)


@dataclass(frozen=True, slots=True)
class Sentences:
    """Several things of one kind, a sentence each."""

    sentence: str
    """For people: a template of the fields of a row."""
    rows: Sequence[Mapping[str, Any]]
    nothing: str = ""
    status: Status = Status.DONE

    def lines(self) -> Sequence[str]:
        """Write a sentence for each."""
        if not self.rows and self.nothing:
            return [self.nothing]
        return [self.sentence.format(**row) for row in self.rows]

    def data(self) -> Any:
        """Hand out the rows."""
        return [dict(row) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Text:
    """A text of several lines."""

    key: str
    text: Sequence[str]
    nothing: str = ""
    """What people read where it is empty."""
    status: Status = Status.DONE

    def lines(self) -> Sequence[str]:
        """Write it as it is."""
        return self.text or [self.nothing]

    def data(self) -> Any:
        """Hand out the lines."""
        return {self.key: list(self.text)}


@dataclass(frozen=True, slots=True)
class Received:
    """What another node has answered, as it was written there."""

    written: Sequence[str]
    fields: Any
    status: Status = Status.DONE

    def lines(self) -> Sequence[str]:
        """Hand out what people read."""
        return list(self.written)

    def data(self) -> Any:
        """Hand out what programs read."""
        return self.fields


@dataclass(frozen=True, slots=True)
class ByNode:
    """What has come of one command at several nodes."""

    results: Mapping[str, Result]

    @property
    def status(self) -> Status:
        """The worst of them."""
        return max(result.status for result in self.results.values())

    def lines(self) -> Sequence[str]:
        """Write what each has answered below its name."""
        return [
            line
            for node, result in self.results.items()
            for line in (f"{node}:", *(f"  {line}" for line in result.lines()))
        ]

    def data(self) -> Any:
        """Hand out what each has answered, by its name."""
        return {node: result.data() for node, result in self.results.items()}


@dataclass(frozen=True, slots=True)
class Watch:
    """A room is to be shown where this was typed, for as long as its operator likes."""

    room: str
    status: Status = Status.DONE

    def lines(self) -> Sequence[str]:
        """Nothing yet: what is said there is shown as it comes."""
        return []

    def data(self) -> Any:
        """Name the room."""
        return {"room": self.room}


def counted(count: int, thing: str, things: str = "") -> str:
    """Count things: 1 line, 2 lines."""
    return f"{count} {thing if count == 1 else things or thing + 's'}"


def _width(text: str) -> int:
    return max(0, cells(text))
