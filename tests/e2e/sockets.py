"""Browsers as bytes: WebSockets that say whatever a test wants, also what no browser would."""

from __future__ import annotations

import json
import os
import socket
import struct
from typing import Any

from tests.e2e.houses import HOST
from tests.e2e.programs import PATIENCE

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
WIDEST, WIDER = 127, 126


def upgrade(port: int, **headers: str) -> bytes:
    """Write the request of a browser for a WebSocket; `Origin=""` leaves that out."""
    given = {
        "Host": f"{HOST}:{port}",
        "Origin": f"http://{HOST}:{port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [f"{name}: {value}\r\n" for name, value in given.items() if value]
    return f"GET /socket HTTP/1.1\r\n{''.join(lines)}\r\n".encode()


def frame(
    opcode: int, payload: bytes, *, first: int = 0x80, is_masked: bool = True, size: int = -1
) -> bytes:
    """Write a frame; `first` are the bits beside the opcode, `size` what it claims to have."""
    size = len(payload) if size < 0 else size
    bit = 0x80 if is_masked else 0
    if size < WIDER:
        head = struct.pack("!BB", first | opcode, bit | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", first | opcode, bit | WIDER, size)
    else:
        head = struct.pack("!BBQ", first | opcode, bit | WIDEST, size)
    if not is_masked:
        return head + payload
    mask = os.urandom(4) if size == len(payload) else bytes(4)
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


class Raw:
    """A connection to the port, and what comes from it."""

    def __init__(self, port: int, source: str = "") -> None:
        address = (source, 0) if source else None
        self.socket = socket.create_connection((HOST, port), PATIENCE, source_address=address)
        self._rest = b""

    def sends(self, data: bytes) -> None:
        self.socket.sendall(data)

    def _take(self, size: int) -> bytes:
        while len(self._rest) < size:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError(self._rest)
            self._rest += data
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def head(self) -> str:
        """Read the head of an answer."""
        while b"\r\n\r\n" not in self._rest:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError(self._rest)
            self._rest += data
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        return head.decode()

    def status(self) -> int:
        """Read the head of an answer, and tell its status."""
        return int(self.head().split()[1])

    def frame(self) -> tuple[int, bytes]:
        """Read a frame of the server: its opcode, and what is in it."""
        first, size = self._take(2)
        if size == WIDER:
            (size,) = struct.unpack("!H", self._take(2))
        elif size == WIDEST:
            (size,) = struct.unpack("!Q", self._take(8))
        return first & 0x0F, self._take(size)

    def lines(self) -> list[dict[str, Any]]:
        """Read one message: what it tells."""
        while True:
            opcode, payload = self.frame()
            if opcode == TEXT:
                return [json.loads(line) for line in payload.splitlines()]

    def close_code(self) -> int | None:
        """Read until the server closes, and tell with which code; None if without one."""
        code = None
        try:
            while True:
                opcode, payload = self.frame()
                if opcode == CLOSE:
                    code = struct.unpack("!H", payload[:2])[0]
        except (EOFError, ConnectionError):
            return code

    def ends(self) -> None:
        """Read until the server has closed it."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionError:
            pass

    def hangs_up(self) -> None:
        self.socket.close()


def opened(port: int) -> Raw:
    """Open a WebSocket; what the server says first is read."""
    raw = Raw(port)
    raw.sends(upgrade(port))
    assert raw.status() == 101
    raw.lines()
    return raw
