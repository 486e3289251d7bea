"""The limits of a chat, as data with reasons."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from typing import Any

NONE = 1_000_000_000
"""So many (bytes, seconds, people) that it bites nobody: what a limit of 0 stands for."""

SUFFIXES = {"K": 1024, "M": 1024 * 1024}


def _limit(
    default: float, unit: str, why: str, *, zero: str = "no limit", is_zero_zero: bool = False
) -> Any:
    """Describe one limit: its value unless said otherwise, its unit, and its reason.

    A value of 0 stands for `NONE`, except where zero is just zero; `zero` says what it means.
    """
    metadata = {"unit": unit, "why": why, "zero": zero, "is_zero_zero": is_zero_zero}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is too much."""

    # ------------------------------------------------------------ who may connect

    clients: int = _limit(
        10_000,
        "connections",
        "At the same time, over all wires. Fewer where the system lets a process open fewer files.",
    )
    per_address: int = _limit(
        64, "connections", "From one public address, or one IPv6 /64: a household or an office."
    )
    per_private_address: int = _limit(
        2_000, "connections", "From one private address: a whole school may sit behind it."
    )
    connects: int = _limit(
        120, "a minute", "New connections from one public address; nobody types so fast."
    )
    connects_private: int = _limit(
        3_000,
        "a minute",
        "New connections from one private address: a lesson begins for all at once.",
    )
    name_time: float = _limit(
        60.0,
        "seconds",
        "From connecting to having a name. A place is kept for people, not for port scanners.",
    )

    # ------------------------------------------------------------ passwords

    password_tries: int = _limit(
        5,
        "wrong passwords",
        "For one account from one address; each beyond costs a wait, which doubles: 1 s, 2 s, 4 s.",
    )
    password_tries_together: int = _limit(
        30,
        "wrong passwords",
        "From one address, a class for example, or for one account from everywhere; then the same.",
    )
    password_wait: float = _limit(
        300.0, "seconds", "The longest wait of an address whose passwords were wrong."
    )
    password_wait_account: float = _limit(
        5.0,
        "seconds",
        "The longest wait for an account, since it meets its owner too, at a new address.",
        zero="not at all",
        is_zero_zero=True,
    )
    password_forget: float = _limit(
        600.0, "seconds", "After so long one wrong password is forgotten."
    )
    passwords_waiting: int = _limit(
        256,
        "passwords",
        "May wait to be checked, each for some 20 ms of a core's time: a school logs in at once.",
    )

    # ------------------------------------------------------------ how fast one may be

    burst: int = _limit(
        40,
        "lines",
        "One may send so many at once. Each KiB counts as a line too, whatever is in it.",
    )
    rate: float = _limit(
        5.0,
        "lines a second",
        "One is read so fast after a burst. Reading pauses meanwhile: a paste arrives whole.",
    )
    turn: int = _limit(
        64,
        "lines",
        "Taken from one connection before the others are looked at again; a command counts as 8.",
    )
    joins: int = _limit(20, "a minute", "Each is announced to a room, and shows its last lines.")
    renames: int = _limit(6, "a minute", "Each is announced to all that one shares a room with.")
    strangers: int = _limit(
        20, "a minute", "Private words and invitations to people who have not written to one."
    )
    searches: int = _limit(
        20, "searches a minute", "Each reads through what was said, perhaps through years of it."
    )

    # ------------------------------------------------------------ names, rooms and words

    line: int = _limit(
        16 * 1024,
        "bytes",
        "The longest line, without its end: longer than anybody types, short enough to keep many.",
    )
    name_characters: int = _limit(
        24, "characters", "The longest nickname: it stands before each line."
    )
    name_cells: int = _limit(
        32, "cells of a terminal", "The widest nickname: a Chinese character takes two."
    )
    room_characters: int = _limit(32, "characters", "The longest name of a room, with its #.")
    rooms: int = _limit(
        1_000, "rooms", "Past so many the room that has been empty for longest is forgotten."
    )
    rooms_per_person: int = _limit(50, "rooms", "One person may be in so many at once.")
    topic: int = _limit(
        400, "characters", "The longest topic: it should fit a few lines of a screen."
    )
    registrations: int = _limit(
        30, "accounts a minute", "From one address, perhaps a school's: each takes a name for good."
    )
    sanctions: int = _limit(
        500, "mutes or bans", "Of one room, and of all together: each who speaks is looked for."
    )
    words: int = _limit(
        200, "characters", "The longest words on leaving, or for being away; the rest is cut off."
    )
    ignores: int = _limit(100, "names", "One person may ignore so many at once.")

    # ------------------------------------------------------------ what one is told

    queue: int = _limit(
        1024 * 1024,
        "bytes",
        "What may wait for one reader; with more waiting for as long as `catch-up` it is dropped.",
    )
    catch_up: float = _limit(
        5.0, "seconds", "How long more than `queue` may wait. A burst is no reason to drop anybody."
    )
    queue_at_most: int = _limit(
        16 * 1024 * 1024,
        "bytes",
        "What may wait for one reader at any time. Most of it is shared with the other readers.",
    )
    buffer: int = _limit(
        64 * 1024,
        "bytes",
        "What the kernel may hold for one reader; it would take megabytes (Linux takes it twice).",
        zero="as the system likes",
    )
    stall: float = _limit(
        60.0, "seconds", "How long a reader may take nothing at all while something waits for it."
    )
    farewell: float = _limit(
        10.0, "seconds", "How long a closing connection may take to accept its last bytes."
    )
    crowd: int = _limit(
        100,
        "readers",
        "From so many on a room is told of who comes and goes in one line for several people.",
        zero="one line for each, always",
    )
    crowd_time: float = _limit(
        3.0,
        "seconds",
        "How long a crowded room waits for more people to put into that line.",
        zero="not at all",
        is_zero_zero=True,
    )
    greeting: float = _limit(
        0.3,
        "seconds",
        "Silence before a connection is greeted as a person's: programs speak first.",
        zero="greeted at once",
        is_zero_zero=True,
    )
    handshake: float = _limit(
        10.0,
        "seconds",
        "How long a TLS handshake may take, or a browser's request; the slowest networks need 3.",
    )
    enter_hint: float = _limit(
        1.0, "seconds", "Text without a line end, before somebody is told to press Enter."
    )

    # ------------------------------------------------------------ connections that die

    peer_silence: int = _limit(30, "seconds", "Silence before the system probes a connection.")
    peer_dead: int = _limit(
        60, "seconds", "From the last sign of life of a peer to the end of its connection."
    )

    ping: float = _limit(
        30.0, "seconds", "Silence of a program before it is asked whether it is still there."
    )
    pong: float = _limit(
        60.0, "seconds", "Silence of a program, although asked, before its connection is closed."
    )

    # ------------------------------------------------------------ what is remembered

    history: int = _limit(1_000, "lines", "Remembered of each room by the memory engine.")
    history_bytes: int = _limit(
        1024 * 1024, "bytes", "Remembered of each room by the memory engine."
    )
    history_total: int = _limit(
        64 * 1024 * 1024, "bytes", "Remembered of all rooms together by the memory engine."
    )
    token_time: float = _limit(
        7 * 86_400.0,
        "seconds",
        "How long one can come back with a token as oneself: a weekend, and to spare.",
    )
    name_kept: float = _limit(
        120.0,
        "seconds",
        "How long the name of a lost connection is kept for whoever has its token.",
        zero="not at all",
        is_zero_zero=True,
    )
    key_time: float = _limit(
        86_400.0,
        "seconds",
        "How long the key of a message is remembered, so that sending it again does not double it.",
    )
    keys: int = _limit(100_000, "keys", "Of messages, remembered by the memory engine.")
    private_history: int = _limit(
        20, "lines", "Remembered of what two people say to each other by the memory engine."
    )
    private_logs: int = _limit(
        100, "pairs", "Of people whose private words are remembered by the memory engine."
    )
    private_logs_of_accounts: int = _limit(
        1_000, "pairs", "The same of pairs with an account: its owner finds them on coming back."
    )
    replay: int = _limit(
        20,
        "lines",
        "Shown on joining a room: about one screen.",
        zero="none is shown",
        is_zero_zero=True,
    )
    page: int = _limit(
        200, "lines", "One may ask for so many past lines at once; fewer are shown of long ones."
    )
    history_time: float = _limit(
        5.0,
        "seconds",
        "How long reading the history may take, before one is told that it cannot be read.",
    )
    search_time: float = _limit(
        2.0, "seconds", "How long one search may take; the searches of others wait meanwhile."
    )
    uncommitted: int = _limit(
        4 * 1024 * 1024,
        "bytes",
        "May wait to be kept. When it is full, whoever speaks next is read no further.",
    )
    uncommitted_age: float = _limit(
        10.0, "seconds", "How long a line may wait to be written before it counts as not kept."
    )
    lease: float = _limit(
        15.0,
        "seconds",
        "How long a node that shares a Redis may give no sign, before its people count as gone.",
    )
    drain: float = _limit(
        3.0,
        "seconds",
        "On stopping: how long commits are waited for.",
        zero="not at all",
        is_zero_zero=True,
    )


DEFAULT_LIMITS = Limits()

_BY_NAME = {limit.name.replace("_", "-"): limit for limit in fields(Limits)}


@dataclass(frozen=True, slots=True)
class Described:
    """One limit, as its operator reads it."""

    name: str
    default: float
    unit: str
    why: str
    zero: str
    """What a value of 0 means."""


def described() -> list[Described]:
    """Describe every limit, in the order in which they are best read."""
    return [_describe(name, limit) for name, limit in _BY_NAME.items()]


def _describe(name: str, limit: Field[Any]) -> Described:
    default: Any = limit.default
    metadata = limit.metadata
    return Described(name, default, metadata["unit"], metadata["why"], metadata["zero"])


def limit_value(name: str, value: object) -> tuple[str, float]:
    """Read the value of a limit: a number, or text such as `20`, `2.5`, `64K`.

    Returns the name of the field in `Limits`, and its value.

    Raises:
        ValueError: there is no such limit, or that is no value for it; with a sentence saying so.
    """
    limit = _BY_NAME.get(name.replace("_", "-"))
    if limit is None:
        close = get_close_matches(name, _BY_NAME, n=1)
        mean = f"; did you mean {close[0]}?" if close else ""
        raise ValueError(f"there is no limit {name!r}{mean}")
    number = _number(value)
    is_whole = isinstance(limit.default, int)
    if number is None or not 0 <= number <= NONE or (is_whole and number != int(number)):
        kind = "a whole number" if is_whole else "a number"
        raise ValueError(f"limit {name} takes {kind} of {limit.metadata['unit']}, not {value!r}")
    if number == 0 and not limit.metadata["is_zero_zero"]:
        number = NONE
    return limit.name, int(number) if is_whole else float(number)


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    text = str(value).strip().upper()
    factor = SUFFIXES.get(text[-1:], 1)
    try:
        return float(text.removesuffix(text[-1:]) if factor > 1 else text) * factor
    except ValueError:
        return None


def write_number(number: float) -> str:
    """Write a limit's value as `limit_value` reads it: 64K, 16M, 5, 0.2."""
    for suffix, factor in reversed(SUFFIXES.items()):
        if number and number % factor == 0:
            return f"{int(number // factor)}{suffix}"
    return f"{number:g}" if number % 1 else str(int(number))
