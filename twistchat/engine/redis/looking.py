"""Looks at a Redis before a start, while an error can still be told in the terminal."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from twistchat.engine.redis.address import written
from twistchat.engine.redis.blocking import BlockingConnection
from twistchat.engine.redis.fitness import (
    NAME,
    explained,
    introduction,
    judge,
    read_facts,
    read_master,
)
from twistchat.engine.redis.link import RefusedError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twistchat.engine.redis.address import Place, RedisAddress
    from twistchat.engine.redis.credentials import Credentials

PATIENCE = 3.0
"""Seconds for each step."""


def look(address: RedisAddress, credentials: Credentials) -> None:
    """See that a chat could be kept there.

    Raises:
        StoreError: it could not; the message is a sentence for the operator.
    """
    connect(address, credentials).close()


def connect(
    address: RedisAddress, credentials: Credentials, *, patience: float = PATIENCE
) -> BlockingConnection:
    """Connect to a Redis, log in there, and see that it will do.

    Raises:
        StoreError: the message is a sentence for the operator.
    """
    with _explaining(f"Redis at {address}"):
        place = _master(address, credentials) if address.master else None
        connection = _open(address, place or (address.places or [None])[0], credentials, patience)
        try:
            _introduce(connection, address.database, credentials)
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def _explaining(what: str) -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise StoreError(f"cannot use {what}: {error}") from error
    except ssl.SSLCertVerificationError as error:
        why = f"its certificate is not believed ({error.verify_message}): redis-ca names whom to"
        raise StoreError(f"cannot use {what}: {why} believe") from error
    except TimeoutError as error:
        how = " over TLS" if "rediss" in what else ""
        raise StoreError(f"cannot reach {what}: it does not answer{how}") from error
    except OSError as error:
        why = error.strerror or str(error)
        raise StoreError(f"cannot reach {what}: {why}") from error
    except ValueError as error:
        raise StoreError(f"cannot use {what}: what is there is no Redis") from error


def _introduce(connection: BlockingConnection, database: int, credentials: Credentials) -> None:
    steps = introduction(credentials, "twistchat-looking", database)
    for about, words in (*steps, ("facts", ("INFO",))):
        try:
            answer = connection.ask(*words)
        except RefusedError as error:
            if about != NAME:
                raise explained(about, error) from error
    judge(read_facts(answer))


def _open(
    address: RedisAddress, place: Place | None, credentials: Credentials, patience: float
) -> BlockingConnection:
    if place is None:
        plain = socket.socket(socket.AF_UNIX)
        try:
            plain.settimeout(patience)
            plain.connect(address.path)
        except BaseException:
            plain.close()
            raise
        return BlockingConnection(plain)
    plain = socket.create_connection(place, patience)
    if not address.is_tls:
        return BlockingConnection(plain)
    try:
        context = ssl.create_default_context(cafile=credentials.ca or None)
        if credentials.certificate:
            context.load_cert_chain(credentials.certificate, credentials.key or None)
        return BlockingConnection(context.wrap_socket(plain, server_hostname=place[0]))
    except BaseException:
        plain.close()
        raise


def _master(address: RedisAddress, credentials: Credentials) -> Place:
    """Ask the Sentinels which Redis is the master."""
    troubles = []
    for place in address.places:
        try:
            with _explaining(f"the Sentinel at {written(place)}"):
                connection = _open(address, place, credentials, PATIENCE)
                try:
                    return _ask_sentinel(connection, address.master, credentials)
                finally:
                    connection.close()
        except StoreError as error:
            troubles.append(str(error))
    raise StoreError("; ".join(troubles))


def _ask_sentinel(connection: BlockingConnection, master: str, credentials: Credentials) -> Place:
    about = "password"
    try:
        if credentials.sentinel_password:
            user = [credentials.sentinel_username] if credentials.sentinel_username else []
            connection.ask("AUTH", *user, credentials.sentinel_password)
        about = "master"
        answer = connection.ask("SENTINEL", "get-master-addr-by-name", master)
    except RefusedError as error:
        raise explained(about, error) from error
    return read_master(answer, master)
