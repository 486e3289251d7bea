"""The load generator: `load.c`, compiled on the spot, in a process of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.machine import pinned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.servers import Talk

SOURCE = Path(__file__).parent / "load.c"
SENDERS = 10
"""Who talk, among all clients; `load.c` knows no more."""


class LoadError(Exception):
    """The load did not come to its end; the message says why."""


class CannotCompileError(Exception):
    """The load cannot be compiled as it is wanted."""


@dataclass(frozen=True, slots=True)
class Mode:
    """How much is said: lines outstanding at each sender, or lines a second in all."""

    window: int = 0
    rate: int = 0

    @classmethod
    def parse(cls, text: str) -> Mode:
        """Read `64` or `20/s`.

        Raises:
            ValueError: if it is neither.
        """
        mode = cls(rate=int(text[:-2])) if text.endswith("/s") else cls(window=int(text))
        if not 0 < mode.window + mode.rate <= 1000:
            raise ValueError(f"{text}: from 1 to 1000")
        return mode

    def __str__(self) -> str:
        return f"{self.rate}/s" if self.rate else f"x{self.window}"


@dataclass(frozen=True, slots=True)
class Run:
    """What was seen in one run, from its first line to when all had heard all. In seconds."""

    lines: int
    missing: int
    """Lines that not everybody has heard, after much patience."""
    deliveries: int
    reads: int
    wall: float
    server_cpu: float
    load_cpu: float
    p50: float
    """From sending a line until its last receiver has read it."""
    p99: float
    worst: float
    echo_p50: float
    """From sending a line until its own sender has read it."""
    echo_p99: float
    echo_worst: float


def build(folder: Path, *, tls: bool = False, source: Path = SOURCE) -> Path:
    """Compile the load generator, or another one.

    Raises:
        SystemExit: if there is no C compiler.
        CannotCompileError: if there is no OpenSSL to compile with.
    """
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise SystemExit(
            "this benchmark needs a C compiler, cc. On Debian: sudo apt install gcc libc6-dev"
        )
    program = folder / (f"{source.stem}-tls" if tls else source.stem)
    with_tls = ["-DTLS", "-lssl", "-lcrypto"] if tls else []
    command = [compiler, "-O2", "-o", str(program), str(source), *with_tls]
    done = subprocess.run(command, capture_output=tls, check=not tls)
    if done.returncode:
        raise CannotCompileError("the load does not compile with OpenSSL: is libssl-dev there?")
    return program


class Load:
    """Clients who are all in the room."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        answer = self._answer()
        self.connect_seconds = float(answer["connect_seconds"])
        """Until the last had come in."""
        self.quiet_seconds = float(answer["quiet_seconds"])
        """Until nobody was told anything more."""

    def run(self, mode: Mode, seconds: float, lines: int = 0) -> Run:
        """Let them talk for so long; but say no more than so many lines, if any number is given.

        Raises:
            LoadError: if the server did not stand it.
        """
        self._command(f"{mode.window} {mode.rate} {seconds} {lines}")
        return Run(**self._answer())

    def stall(self, count: int) -> None:
        """Let so many, of those who do not talk, read nothing more."""
        self._command(f"stall {count}")

    def _command(self, words: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{words}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # then there is no answer, but a reason

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        line = self._process.stdout.readline()
        if not line:
            raise LoadError(self._process.stderr.read().strip() or "the load was killed")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def connected(
    program: Path,
    talk: Talk,
    *,
    port: int | Sequence[int],
    pid: int | Sequence[int],
    clients: int,
    core: int,
    senders: int = SENDERS,
    others_answer: bool = False,
    quiet: float = 0.3,
) -> Iterator[Load]:
    """Let clients come in, from a core; the first of them are the senders.

    A chat may have several processes: then they come to their ports in turn.

    If others answer, the next line is said when the next client has it, not when one has it
    oneself. All are in when nothing has come for some seconds of quiet.

    Raises:
        LoadError: if not all could.
    """
    where = (_listed(port), clients, min(senders, clients), _listed(pid))
    numbers = (*where, int(talk.echoes), int(others_answer))
    rest = (talk.at_once, quiet, 2 if talk.frames else int(talk.tls))
    steps = [word for step in talk.steps for word in step]
    with pinned(core):
        process = subprocess.Popen(
            [str(program), *map(str, (*numbers, *rest)), talk.prefix, talk.suffix, *steps],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    with process:
        try:
            yield Load(process)
        finally:
            process.kill()


def _listed(numbers: int | Sequence[int]) -> str:
    return ",".join(map(str, [numbers] if isinstance(numbers, int) else numbers))
