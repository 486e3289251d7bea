"""Takes out what telnet mixes into the text."""

from __future__ import annotations

IAC, DONT, DO, WONT, WILL, SB, SE = 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0xFA, 0xF0
FIRST_COMMAND = 0xEC
"""From EOF (RFC 1184) on; what is less than that behind a 0xFF is no telnet at all."""
CR, LF, NUL = 0x0D, 0x0A, 0x00

MAX_SUBNEGOTIATION = 512
"""Nobody was asked to negotiate: a longer one is no telnet, and must not swallow what is said."""


class TelnetFilter:
    """Removes telnet commands (RFC 854), however packets split them; CR NUL becomes a line end.

    Nothing is ever begun: plain clients would show it as junk. What telnet asks for is refused,
    since after Ctrl-C it shows nothing more until its DO TIMING-MARK (RFC 860) has an answer.
    0xFF is no byte of UTF-8, so no text is lost. A 0xFF that is not telnet's stays, so that its
    line is refused as bad UTF-8.
    """

    __slots__ = ("_after_cr", "_length", "_state", "_verb", "answers")

    def __init__(self) -> None:
        self._state = self._text
        self._after_cr = False
        self._length = 0
        self._verb = 0
        self.answers = bytearray()
        """What is to be sent back; whoever sends it clears it."""

    def feed(self, data: bytes) -> bytes:
        """Return the text in the next bytes of a connection."""
        if self._state == self._text and IAC not in data and NUL not in data:
            if data:
                self._after_cr = data[-1] == CR
            return data
        out = bytearray()
        for byte in data:
            self._state(byte, out)
        return bytes(out)

    def _text(self, byte: int, out: bytearray) -> None:
        if byte == IAC:
            self._state = self._command
        elif byte == NUL:
            if self._after_cr:  # the CR stands before it, and is stripped with the line's end
                out.append(LF)
        else:
            out.append(byte)
        if byte != IAC:
            self._after_cr = byte == CR

    def _command(self, byte: int, out: bytearray) -> None:
        if byte == SB:
            self._state, self._length = self._subnegotiation, 0
        elif WILL <= byte <= DONT:
            self._state, self._verb = self._option, byte
        else:
            self._state = self._text
            if byte == IAC or byte < FIRST_COMMAND:
                out.append(IAC)
            if byte < FIRST_COMMAND:
                self._text(byte, out)

    def _option(self, byte: int, out: bytearray) -> None:
        self._state = self._text
        if self._verb == DO:
            self.answers += bytes((IAC, WONT, byte))
        elif self._verb == WILL:
            self.answers += bytes((IAC, DONT, byte))

    def _subnegotiation(self, byte: int, out: bytearray) -> None:
        self._length += 1
        if byte == IAC:
            self._state = self._subnegotiation_command
        elif self._length > MAX_SUBNEGOTIATION:
            self._state = self._text

    def _subnegotiation_command(self, byte: int, out: bytearray) -> None:
        self._length += 1
        is_over = byte == SE or self._length > MAX_SUBNEGOTIATION
        self._state = self._text if is_over else self._subnegotiation
