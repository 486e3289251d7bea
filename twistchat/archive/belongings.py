"""What a chat has besides what was said: secrets, and notes of people, for whoever moves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from twistchat.archive.fields import RecordError, id_of, number_of, text_of, time_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

LONGEST_NOTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Secret:
    """With what tokens are signed."""

    digits: str


@dataclass(frozen=True, slots=True)
class Password:
    """The hash of an account's password."""

    account: str
    hashed: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has read a log."""

    log: int
    person: str
    number: int


@dataclass(frozen=True, slots=True)
class Note:
    """What is remembered of somebody until a time."""

    person: str
    text: str
    until: float


Belonging = Secret | Password | Cursor | Note

KINDS = ("secret", "password", "cursor", "note")
"""What they are called in an export."""


def record_of(belonging: Belonging, places: Mapping[int, int]) -> dict[str, Any]:
    """Write one; `places` are the numbers of logs in the file."""
    match belonging:
        case Secret(digits):
            return {"type": "secret", "hex": digits}
        case Password(account, hashed):
            return {"type": "password", "account": account, "hash": hashed}
        case Cursor(log, person, number):
            return {"type": "cursor", "log": places[log], "person": person, "number": number}
        case Note(person, text, until):
            return {"type": "note", "person": person, "text": text, "until": until}
        case _:
            assert_never(belonging)


def read(fields: dict[str, Any]) -> Belonging:
    """Read one of them.

    Raises:
        RecordError: it is not as it should be.
    """
    match fields["type"]:
        case "secret":
            digits = text_of(fields, "hex")
            try:
                is_good = len(bytes.fromhex(digits)) == 32
            except ValueError:
                is_good = False
            if not is_good:
                raise RecordError("hex is no 32 bytes")
            return Secret(digits)
        case "password":
            return Password(id_of(fields, "account"), text_of(fields, "hash"))
        case "cursor":
            person = id_of(fields, "person")
            return Cursor(number_of(fields, "log"), person, number_of(fields, "number", least=0))
        case _:
            text = text_of(fields, "text", LONGEST_NOTE)
            return Note(id_of(fields, "person"), text, time_of(fields, "until"))


# ---------------------------------------------------------------- in a database


def of_database(database: sqlite3.Connection, logs: Sequence[int]) -> Iterator[Belonging]:
    """Read those of a database, with cursors in some of its logs."""
    for (digits,) in database.execute("SELECT value FROM facts WHERE name = 'secret'"):
        yield Secret(digits)
    for row in database.execute("SELECT account, hash FROM passwords ORDER BY account").fetchall():
        yield Password(*row)
    taken = set(logs)
    for row in database.execute(
        "SELECT log, person, number FROM cursors ORDER BY person, log"
    ).fetchall():
        if row[0] in taken:
            yield Cursor(*row)
    for row in database.execute(
        "SELECT person, text, until FROM remembered ORDER BY person"
    ).fetchall():
        yield Note(*row)


def put_into(database: sqlite3.Connection, belonging: Belonging, log: int) -> None:
    """Put one into a database; a cursor into a log (by its id). A secret that there is stays."""
    match belonging:
        case Secret(digits):
            database.execute("INSERT OR IGNORE INTO facts VALUES ('secret', ?)", (digits,))
        case Password(account, hashed):
            database.execute("INSERT OR REPLACE INTO passwords VALUES (?, ?)", (account, hashed))
        case Cursor(_, person, number):
            database.execute(
                "INSERT INTO cursors VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET number = max(number, excluded.number)",
                (person, log, number),
            )
        case Note(person, text, until):
            database.execute(
                "INSERT OR REPLACE INTO remembered VALUES (?, ?, ?)", (person, text, until)
            )
        case _:
            assert_never(belonging)
