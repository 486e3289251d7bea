"""A real server, and people on plain sockets, `nc` and IRC, without a reactor.

What `programs.py` does with one is done with threads here, since a browser is driven without.
"""

from __future__ import annotations

import codecs
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Condition, Thread
from typing import TYPE_CHECKING

from tests.e2e.programs import BIN, PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "127.0.0.1"

ELSEWHERE = "127.0.0.2"
"""Where no browser is: whoever is silent beside one is greeted later."""


class Heard:
    """Text that comes in over time from a thread, and can be waited for."""

    def __init__(self, read: Callable[[int], bytes], on_line: Callable[[str], None] | None = None):
        self.text = ""
        self._is_over = False
        self._came = Condition()
        self._on_line = on_line
        Thread(target=self._listen, args=[read], daemon=True).start()

    def _listen(self, read: Callable[[int], bytes]) -> None:
        decoder, rest = codecs.getincrementaldecoder("utf-8")(errors="replace"), ""
        with suppress(OSError, ValueError):
            while data := read(65536):
                text = decoder.decode(data).replace("\r\n", "\n")
                with self._came:
                    self.text += text
                    self._came.notify_all()
                *lines, rest = (rest + text).split("\n")
                for line in lines:
                    if self._on_line:
                        self._on_line(line)
        with self._came:
            self._is_over = True
            self._came.notify_all()

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    def until(self, pattern: str) -> re.Match[str]:
        """Wait until the text has this in it; each line of the pattern is a regular expression."""
        compiled = re.compile(pattern, re.MULTILINE)
        with self._came:
            self._came.wait_for(lambda: self._is_over or compiled.search(self.text), PATIENCE)
            match = compiled.search(self.text)
        assert match, f"no {pattern!r} in:\n{self.text[-4000:]}"
        return match

    def end(self) -> None:
        """Wait until nothing more can come."""
        with self._came:
            assert self._came.wait_for(lambda: self._is_over, PATIENCE), f"goes on:\n{self.text}"


class House:
    """A server in a process of its own, which may be killed and started again.

    It has another port then, since somebody else may have taken the first.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = 0
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, and wait until people can come."""
        words = [str(BIN / "twistd"), "-n", "--pidfile=", "chat", "--port", "0"]
        self._process = subprocess.Popen(
            [*words, *self._options],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self._process.stdout is not None
        self.said = Heard(self._process.stdout.read1)  # type: ignore[attr-defined]  # a BufferedReader
        self.port = int(self.said.until(r"    nc \S+ (\d+)\s")[1])

    def kill(self) -> None:
        """Kill it, in the middle of whatever it does."""
        self._ends_by(signal.SIGKILL)

    def stop(self) -> None:
        """End it as systemd would; nothing may have gone wrong in it."""
        self._ends_by(signal.SIGTERM)
        assert "Traceback" not in self.said.text, self.said.text

    def _ends_by(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(number)
        process.wait(PATIENCE)
        self.said.end()
        assert process.stdout is not None
        process.stdout.close()

    def memory(self) -> int:
        """Tell how many bytes of memory it takes."""
        assert self._process is not None
        pages = (Path("/proc") / str(self._process.pid) / "statm").read_text()
        return int(pages.split()[1]) * 4096


class Caller:
    """Somebody on a plain socket."""

    def __init__(self, port: int, host: str = HOST) -> None:
        self.socket = socket.create_connection((host, port), PATIENCE)
        self.socket.settimeout(None)
        self.heard = Heard(self.socket.recv, self._hears)

    def _hears(self, line: str) -> None:
        """Be told a line."""

    def types(self, line: str) -> None:
        self.socket.sendall(line.encode() + b"\n")

    def leave(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.heard.end()
        self.socket.close()


class OnIRC(Caller):
    """An IRC client, as simple as can be."""

    def __init__(self, port: int, name: str, room: str) -> None:
        super().__init__(port)
        self.types(f"NICK {name}\r\nUSER {name} 0 * :{name}\r")
        self.heard.until(r" 001 ")
        self.types(f"JOIN {room}\r")
        self.heard.until(r" 366 ")
        self._room = room

    def _hears(self, line: str) -> None:
        if line.startswith("PING "):
            self.types(f"PONG {line.removeprefix('PING ')}\r")

    def says(self, text: str) -> None:
        self.types(f"PRIVMSG {self._room} :{text}\r")


class OnNc:
    """Somebody with `nc`."""

    def __init__(self, port: int, name: str, room: str = "") -> None:
        program = shutil.which("nc")
        assert program
        self._process = subprocess.Popen(
            [program, "-s", ELSEWHERE, HOST, str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.heard = Heard(self._process.stdout.read1)  # type: ignore[attr-defined]  # a BufferedReader
        self.heard.until(r"^-- What is your name\?")
        self.types(name)
        self.heard.until(r"^-- Here now")
        if room:
            self.types(f"/join {room}")
            self.heard.until(rf"^-- .*{room}")

    def types(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    says = types

    def leave(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)
        self.heard.end()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()


class SharedHouse:
    """One server for all tests of a class, from the first that asks for its port."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self._house: House | None = None

    @property
    def port(self) -> int:
        return self.house.port

    @property
    def house(self) -> House:
        if self._house is None:
            folder = tempfile.TemporaryDirectory()
            self._house = House(Path(folder.name), *self._options)
            self._folder = folder
        return self._house

    def ends(self) -> None:
        if self._house is not None:
            house, self._house = self._house, None
            house.stop()
            self._folder.cleanup()


class Cable:
    """What lies between a browser and a server, and may be cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._door = socket.create_server((HOST, 0))
        self.port: int = self._door.getsockname()[1]
        self._is_cut = False
        self._ends: list[socket.socket] = []
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                if self._is_cut:
                    near.close()
                    continue
                try:
                    far = socket.create_connection((HOST, self._to))
                except OSError:
                    near.close()
                    continue
                self._ends += [near, far]
                for source, sink in ((near, far), (far, near)):
                    Thread(target=self._carry, args=[source, sink], daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """Break what is connected, and let nobody through."""
        self._is_cut = True
        ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut = False

    def leads_to(self, port: int) -> None:
        """Lead to another server from now on."""
        self._to = port

    def leave(self) -> None:
        self.cut()
        self._door.close()
