"""The limits of a chat, as data with reasons."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is too much. Sizes in bytes, times in seconds, unless said otherwise."""

    clients: int = 1_000
    """Connections in all. A process may usually open 1,024 files."""

    line: int = 16 * 1024
    """A line, without its end. Longer than anybody types, short enough to keep many."""

    lines_a_turn: int = 64
    """Lines taken from one connection before the others are looked at again."""

    name_characters: int = 24
    """A nickname, in characters: it stands before each line."""

    name_cells: int = 32
    """A nickname, in cells of a terminal: a Chinese character takes two."""

    room_characters: int = 32
    """The name of a room, in characters, with its #."""

    topic: int = 400
    """A topic, in characters: it should fit a few lines of a screen."""

    words: int = 200
    """What one says on leaving, in characters."""

    name_time: float = 60.0
    """From connecting to having a name. A place is kept for people, not for port scanners."""

    enter_hint: float = 1.0
    """Text without a line end, before somebody is told to press Enter."""

    queue: int = 1024 * 1024
    """What may wait for one reader. Who leaves more waiting for `catch_up` seconds is dropped."""

    catch_up: float = 5.0
    """How long more than `queue` may wait: a burst is no reason to drop who reads."""

    queue_at_most: int = 16 * 1024 * 1024
    """What may never wait for one reader. Most of it is shared with all other readers."""

    stall: float = 60.0
    """How long a reader may take nothing at all while something waits for it."""

    farewell: float = 10.0
    """How long a closing connection may take to accept its last bytes."""

    peer_silence: int = 30
    """Silence before a connection is probed; whole seconds, as kernels want them."""

    peer_dead: int = 60
    """From the last sign of life to the end of a connection; whole seconds."""

    history: int = 1_000
    """Events remembered of each room, in the memory engine."""

    private_history: int = 20
    """Events remembered of each private conversation, in the memory engine: nobody can ask for
    them yet, and there may be as many conversations as pairs of people."""

    private_logs: int = 100
    """Private conversations whose log is remembered at once, in the memory engine."""

    replay: int = 20
    """Lines shown on joining a room: about one screen."""

    history_time: float = 5.0
    """How long reading the history may take before one is told that it cannot be read."""

    page: int = 200
    """Lines one may ask of the history at once."""

    uncommitted: int = 4 * 1024 * 1024
    """What may wait to be kept. When it is full, whoever speaks next is read no further, so that
    each connection can add one packet to it at most."""

    uncommitted_age: float = 10.0
    """How long a line may wait for its turn to be written before it counts as not kept."""

    drain: float = 3.0
    """On stopping: how long commits are waited for."""


DEFAULT_LIMITS = Limits()
