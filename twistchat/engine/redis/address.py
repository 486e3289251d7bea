"""Which Redis, as an operator writes it.

redis://HOST:PORT/DATABASE?prefix=school:
rediss://HOST:PORT/DATABASE                              the same over TLS
unix:///run/redis.sock?db=0
redis+sentinel://HOST:PORT,HOST:PORT/MASTER/DATABASE     whichever is the master now
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel")
"""Of all URLs that name a Redis."""

PORT = 6379
SENTINEL_PORT = 26379
PREFIX = "twistchat:"

NO_SECRETS = (
    "a URL with a password in it can be seen by everybody on this machine: write redis-username"
    " and redis-password into the file of --config, or set TWISTCHAT_REDIS_USERNAME and"
    " TWISTCHAT_REDIS_PASSWORD"
)

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?")
_PREFIX = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_SHAPES = (
    "write redis://HOST:PORT/DATABASE, rediss://HOST, unix:///PATH?db=0"
    " or redis+sentinel://HOST,HOST/MASTER/DATABASE"
)

Place = tuple[str, int]
"""A host and a port."""


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where a Redis is, and what in it is the chat's."""

    places: tuple[Place, ...] = ()
    """It; or the Sentinels that know it."""
    path: str = ""
    """Its socket, if it has one in this machine's files."""
    master: str = ""
    """What the Sentinels call it; empty: there are none."""
    database: int = 0
    prefix: str = PREFIX
    """How all keys of the chat begin."""
    is_tls: bool = False

    def __str__(self) -> str:
        """Where it is, as one writes it; what is as usual is left out."""
        parameters = [f"prefix={self.prefix}"] if self.prefix != PREFIX else []
        database = f"/{self.database}" if self.database else ""
        if self.path:
            parameters = [f"db={self.database}"] * bool(self.database) + parameters
            where = f"unix://{self.path}"
        else:
            scheme = ("rediss" if self.is_tls else "redis") + ("+sentinel" if self.master else "")
            places = ",".join(written(place) for place in self.places)
            where = f"{scheme}://{places}{f'/{self.master}' if self.master else ''}{database}"
        return where + ("?" + "&".join(parameters) if parameters else "")


def written(place: Place) -> str:
    """Write a host and a port."""
    host, port = place
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_redis(url: str) -> bool:
    """Whether a URL is meant to name a Redis."""
    scheme, colon, _ = url.partition(":")
    return bool(colon) and scheme.lower() in SCHEMES


def read_address(url: str) -> RedisAddress:
    """Read which Redis is meant.

    Raises:
        ValueError: the message is a sentence for the operator, without what may be a secret.
    """
    scheme, _, rest = url.partition(":")
    scheme = scheme.lower()
    if "@" in rest.partition("?")[0]:
        raise ValueError(NO_SECRETS)
    rest, _, query = rest.partition("?")
    if scheme not in SCHEMES or not rest.startswith("//") or "#" in url:
        raise ValueError(f"that is no address of a Redis: {_SHAPES}")
    given = _parameters(query, {"prefix", "db"} if scheme == "unix" else {"prefix"})
    prefix = given.get("prefix", PREFIX)
    if _PREFIX.fullmatch(prefix) is None:
        raise ValueError("a prefix is made of letters, digits and . _ : - alone, 64 at most")
    if scheme == "unix":
        path = unquote(rest.removeprefix("//"))
        if not path.startswith("/") or "\0" in path:
            raise ValueError("name the socket by its whole path: unix:///run/redis/redis.sock")
        return RedisAddress(path=path, database=_database(given.get("db", "")), prefix=prefix)
    hosts, _, behind = rest.removeprefix("//").partition("/")
    is_sentinel = scheme.endswith("+sentinel")
    master = ""
    if is_sentinel:
        master, _, behind = behind.partition("/")
        master = unquote(master)
        if not master:
            raise ValueError("name the master behind the Sentinels: redis+sentinel://HOST/MASTER/0")
    places = tuple(
        _place(text, SENTINEL_PORT if is_sentinel else PORT) for text in hosts.split(",")
    )
    if len(places) > 1 and not is_sentinel:
        raise ValueError(
            "a chat has one Redis; several Sentinels are named as redis+sentinel://HOST,HOST/MASTER"
        )
    return RedisAddress(
        places,
        master=master,
        database=_database(behind),
        prefix=prefix,
        is_tls=scheme.startswith("rediss"),
    )


def _parameters(query: str, known: set[str]) -> dict[str, str]:
    given = dict(parse_qsl(query, keep_blank_values=True))
    for name in given:
        if name in {"password", "username", "user"}:
            raise ValueError(NO_SECRETS)
        if name not in known:
            raise ValueError(f"behind the ? stands {' or '.join(f'{n}=…' for n in sorted(known))}")
    return given


def _place(text: str, default: int) -> Place:
    found = _HOST.fullmatch(text)
    port = int(found[3] or default) if found else 0
    if found is None or not 0 < port < 65536:
        raise ValueError(f"{text!r} is no host with a port: {_SHAPES}")
    return found[1] or found[2], port


def _database(text: str) -> int:
    if not text:
        return 0
    if re.fullmatch("[0-9]{1,5}", text) is None:
        raise ValueError(f"{text!r} is no number of a database: {_SHAPES}")
    return int(text)
