"""An export, put into a Redis in which there is no chat yet: all of it or nothing.

Of rooms that were forgotten only the account is kept: a Redis keeps no other lives of a room than
the present one.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, BinaryIO

from twistchat.archive import ArchiveError
from twistchat.archive.belongings import Cursor, Note, Password, Secret
from twistchat.archive.importing import Import, Importing, Lines, Written
from twistchat.archive.shared import PATIENCE
from twistchat.core.concerns import is_audited, log_of
from twistchat.engine import Stamp
from twistchat.engine.redis.filling import Filling
from twistchat.engine.redis.link import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twistchat.archive.belongings import Belonging
    from twistchat.archive.records import AuditRecord, LogRecord
    from twistchat.core.events import Durable
    from twistchat.engine.choice import RedisChoice

Deed = tuple[str | None, float, str, str, str]


def import_export(file: BinaryIO, name: str, choice: RedisChoice) -> Import:
    """Put an export into a Redis. `name` is that of the file.

    Raises:
        ArchiveError: nothing was put in.
        StoreError: the Redis cannot be used.
    """
    lines = Lines(file, name)
    connection = choice.connect(PATIENCE)
    try:
        filling = Filling(connection, choice.address.prefix)
        if not filling.is_empty:
            raise ArchiveError(
                f"there is a chat in {choice.address} already, so nothing was imported: choose"
                " another database (redis://HOST/1) or a ?prefix= of its own"
            )
        filling.begin()
        try:
            done = Importing(_Redis(filling)).run(lines)
            filling.finish()
        except (ArchiveError, StoreError):
            filling.give_up()
            raise
    except StoreError as error:
        raise ArchiveError(f"{choice.address}: {error}; nothing was imported") from error
    except OSError as error:
        what = f"{name}, or write to {choice.address}"
        raise ArchiveError(
            f"cannot read {what}: {error.strerror or error}; nothing was imported"
        ) from error
    finally:
        connection.close()
    return done


class _Redis:
    """A Redis that is filled by one import."""

    def __init__(self, filling: Filling) -> None:
        self._filling = filling
        self._deeds: list[tuple[Stamp, Durable]] = []
        """Those of which an account is to be given."""
        self._given: set[Deed] = set()
        self._belongings: list[tuple[Belonging, Written | None]] = []

    def begin(self, records: Mapping[int, LogRecord]) -> dict[int, Written]:
        """See `Target.begin`."""
        return {key: Written(record, key, goes_on=False, last=0) for key, record in records.items()}

    def put(self, log: Written, number: int, event: Durable) -> None:
        """See `Target.put`."""
        if is_audited(event):
            self._deeds.append((Stamp(log.record.epoch, number), event))
        if log.record.ended is None:
            self._filling.put(number, event)

    def give_account(self, record: AuditRecord) -> None:
        """See `Target.give_account`."""
        self._given.add(_deed(record.event))
        self._filling.give_account(Stamp(record.epoch, record.number), record.event)

    def keep(self, belonging: Belonging, log: Written | None) -> None:
        """See `Target.keep`."""
        match belonging:
            case Secret(digits):
                self._filling.secret = bytes.fromhex(digits)
            case Password(account, hashed):
                self._filling.set_password(account, hashed)
            case _:
                self._belongings.append((belonging, log))

    def end(self, logs: Sequence[Written]) -> None:
        """See `Target.end`."""
        for log in logs:
            if log.record.ended is None:
                is_same = log.record.epoch and not log.has_gaps
                epoch = log.record.epoch if is_same else secrets.token_hex(4)
                first, last = log.bounds
                self._filling.stands(log.record.name, Stamp(epoch, last), first or 1)
        for stamp, event in self._deeds:
            if _deed(event) not in self._given:
                epoch = stamp.epoch or secrets.token_hex(4)
                self._filling.give_account(Stamp(epoch, stamp.number), event)
        for belonging, written in self._belongings:
            if isinstance(belonging, Cursor) and written and written.record.ended is None:
                name = written.record.name
                self._filling.set_cursor(belonging.person, name, belonging.number)
            elif isinstance(belonging, Note) and belonging.until > time.time():
                expires = belonging.until - time.time()
                self._filling.remember(belonging.person, belonging.text, belonging.until, expires)


def _deed(event: Durable) -> Deed:
    """What tells one deed from another."""
    about = getattr(event, "to_user", "")
    return log_of(event), event.at, type(event).__name__, event.user, about
