"""The configuration file: TOML, with the names of the options, and a table of limits.

    port = 8000
    listen = ["line=unix:/run/chat.sock"]

    [limits]
    rate = 10

Whatever is wrong in it is told with its line.
"""

from __future__ import annotations

import re
import textwrap
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from twistchat.core.limits import described, limit_value, write_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

MAX_FILE = 64 * 1024
"""Bytes, of a file that a person has written."""

HELP = "twistd chat --help-limits explains them"

HELP_LIMITS = """\
How much is too much. Change a limit with --limit NAME=VALUE, or under [limits]
in the file of --config. A value is a number, or a number with K or M (1024 or
1024 * 1024); 0 is no limit, but where it says otherwise.
"""

Keys = tuple[str, ...]
"""Where something stands in the file: its name, after that of its table."""


class ConfigError(Exception):
    """The file cannot be used; the message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a configuration file says."""

    path: str = ""
    """The file, as the operator named it."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """By the name of the option; only those that are in the file."""
    limits: Mapping[str, float] = field(default_factory=dict)
    """By the name of the field in `Limits`; only those that are in the file."""
    lines: Mapping[Keys, int] = field(default_factory=dict)

    def place(self, *keys: str) -> str:
        """Name the file and the line, as errors begin."""
        return f"{self.path}, line {self.lines.get(keys, 1)}"


def read_config(file: Path, path: str) -> Config:
    """Read a configuration file. `path` is how the operator calls it.

    Raises:
        ConfigError: it cannot be read, or something in it is wrong.
    """
    text = read_text(file, f"--config {path}")
    data = _parse(text, path)
    lines = _lines(text)
    options = {name: value for name, value in data.items() if name != "limits"}
    limits = data.get("limits", {})
    places = Config(path, lines=lines)
    for name, value in options.items():
        wrong = _what_is_wrong(name, value)
        if wrong:
            raise ConfigError(f"{places.place(name)}: {wrong}")
    if not isinstance(limits, dict):
        raise ConfigError(
            f"{places.place('limits')}: limits are a table:"
            " write [limits] on a line of its own, and under it rate = 5"
        )
    values: dict[str, float] = {}
    for name, value in limits.items():
        if name in OPTIONS:
            raise ConfigError(
                f"{places.place('limits', name)}: {name!r} is an option: write it above [limits]"
            )
        try:
            attribute, values[attribute] = read_limit(name, value)
        except ValueError as error:
            raise ConfigError(f"{places.place('limits', name)}: {error}") from error
    return Config(path, options, values, lines)


def read_text(file: Path, called: str) -> str:
    """Read a small file that a person has written, as UTF-8.

    Raises:
        ConfigError: it cannot be read. The file is called `called` in the message.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_FILE + 1)
    except OSError as error:
        raise ConfigError(f"cannot read {called}: {error.strerror}") from error
    except ValueError as error:  # a NUL in the name
        raise ConfigError(f"cannot read {called}: {error}") from error
    if len(content) > MAX_FILE:
        raise ConfigError(f"{called} is too large: {MAX_FILE // 1024} KiB at most")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{called} is not UTF-8 (in line {line})") from error


def read_limit(name: str, value: object) -> tuple[str, float]:
    """Read one limit by the name that operators use: see `limit_value`.

    Raises:
        ValueError: there is no such limit, or that is no value for it; with a sentence saying so.
    """
    try:
        attribute, number = limit_value(name, value)
    except ValueError as error:
        raise ValueError(f"{error} ({HELP})") from error
    if "_" in name:  # one spelling, that of the options
        dashed = name.replace("_", "-")
        raise ValueError(f"there is no limit {name!r}; did you mean {dashed}? ({HELP})")
    return attribute, number


def help_limits() -> str:
    """Write what `--help-limits` shows: every limit, in 80 columns."""
    paragraphs = [HELP_LIMITS]
    for limit in described():
        zero = "" if limit.zero == "no limit" else f"; 0: {limit.zero}"
        paragraphs.append(f"{limit.name}={write_number(limit.default)}  ({limit.unit}{zero})")
        paragraphs.append(
            textwrap.fill(limit.why, 79, initial_indent="    ", subsequent_indent="    ")
        )
    return "\n".join(paragraphs)


def _parse(text: str, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", message, re.DOTALL)
        if found:
            message, line = found[1], int(found[2])
        else:
            message, line = message.removesuffix(" (at end of document)"), text.count("\n") + 1
        raise ConfigError(f"{path}, line {line}: this is no TOML: {message}") from error
    except (ValueError, RecursionError) as error:  # a number of 5000 digits, 1000 brackets
        raise ConfigError(f"{path} cannot be understood: {error}") from error


def _lines(text: str) -> dict[Keys, int]:
    """Find the line on which everything begins, in a file that is known to be TOML.

    tomllib does not say. But a statement goes as far as it needs to be TOML by itself, and
    no part of one that ends with a line is; so each can be parsed alone.
    """
    lines: dict[Keys, int] = {}
    table: Keys = ()
    statement = ""
    begin = 1
    for number, line in enumerate(text.split("\n"), 1):
        statement += f"{line}\n"
        try:
            data = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        if statement.lstrip().startswith("["):
            *_, table = _all_keys(data)
            lines.setdefault(table, begin)
        else:
            for keys in _all_keys(data):
                lines.setdefault(table + keys, begin)
        statement, begin = "", number + 1
    return lines


def _all_keys(data: Mapping[str, Any]) -> Iterator[Keys]:
    for name, value in data.items():
        yield (name,)
        inside = value[-1] if isinstance(value, list) and value else value
        if isinstance(inside, dict):
            for keys in _all_keys(inside):
                yield (name, *keys)


def _is_port(value: object) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_text_or_texts(value: object) -> bool:
    return _is_text(value) or _is_list_of_texts(value)


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


OPTIONS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "port": (_is_port, 'a number or an endpoint, such as 8000 or "tcp:8000"'),
    "listen": (_is_list_of_texts, 'a list of texts, such as ["line=tcp:9000"]'),
    "tls": (_is_text, 'the name of a folder, such as "/etc/letsencrypt/live/chat.example"'),
    "engine": (_is_text, 'a text, such as "sqlite:twistchat.db"'),
    "node": (_is_text, 'a text, such as "a"'),
    "redis-username": (_is_text, 'a text, such as "chat"'),
    "redis-password": (_is_text, "a text"),
    "redis-sentinel-username": (_is_text, 'a text, such as "chat"'),
    "redis-sentinel-password": (_is_text, "a text"),
    "redis-ca": (_is_text, 'the name of a file, such as "ca.pem"'),
    "redis-certificate": (_is_text, 'the name of a file, such as "chat.pem"'),
    "redis-key": (_is_text, 'the name of a file, such as "chat.key"'),
    "retention": (_is_text_or_texts, 'a text or a list of them, such as ["90d", "#lab=7d"]'),
    "name": (_is_text, 'a text, such as "Room 5"'),
    "motd": (_is_text, 'the name of a file, such as "motd.txt"'),
    "guests": (_is_switch, "true or false"),
    "password-file": (_is_text, 'the name of a file, such as "password.txt"'),
    "auth": (_is_list_of_texts, 'a list of texts, such as ["file:people"]'),
    "web-origin": (_is_list_of_texts, 'a list of texts, such as ["https://school.example"]'),
    "web-base": (_is_text, 'a text, such as "https://chat.example/talk/"'),
    "web-proxy": (_is_list_of_texts, 'a list of texts, such as ["127.0.0.1"]'),
    "console": (_is_switch, "true or false"),
    "metrics": (_is_port, 'a number or an endpoint, such as 9100 or "unix:/run/metrics.sock"'),
    "control": (_is_text, 'a path or "no", such as "twistchat.ctl"'),
}
"""The options that may stand in a file, and what each takes."""


def _what_is_wrong(name: str, value: object) -> str:
    """Say what is wrong with an option of the file; nothing if all is well."""
    if name in OPTIONS:
        is_right, takes = OPTIONS[name]
        return "" if is_right(value) else f"{name} takes {takes}, not {_shown(value)}"
    limits = [limit.name for limit in described()]
    if name.replace("_", "-") in limits:
        return f"{name!r} is a limit: write it under [limits]"
    close = get_close_matches(name.lower().replace("_", "-"), [*OPTIONS, "limits"], n=1)
    mean = f"; did you mean {close[0]}?" if close else f"; there are: {', '.join(OPTIONS)}"
    return f"there is no option {name!r}{mean}"


def _shown(value: object) -> str:
    """Show a value on one line, much as it stands in the file."""
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"
