"""Which language the first bytes are of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from twistchat.frontends.recognising import (
    UNDECIDED_AT_MOST,
    recognise,
    recognise_late,
    recognise_so_far,
)

FIRST = {
    "line": (
        b"alice\n", b"\n", b"\r\n", "小红\n".encode(), b"\xff\xfd\x03", b"\xff", b"hello",
        b"nick\n", b"NICK\r\n", b"NICK \r\n", b"nickolas\n", b"NICKOLAS bob\r\n", b"USER1\r\n",
        b"PASSION fruit\r\n", b"/json\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"Host: chat.example\r\n",
        b"get / http/1.1\r\n", b"GETTING there\n", b"GE\n", b"\x16\x04\x01", b"\x16\n", b" {",
        b"[1]\n", b"\x80\x2e\x01\x03\x01", b"POST haste\n", b"PUT\n", b"I AM BOB\n", b"X Y\n",
    ),
    "json": (b"{", b'{"type":"hello"}\n', b"{}\n"),
    "irc": (
        b"CAP LS 302\r\n", b"CAP LS", b"NICK bob\r\n", b"nick b", b"Nick bob\n", b"USER a 0 * :b",
        b"PASS :secret\r\n", b"AUTHENTICATE PLAIN\r\n", b"CAP  LS\n", b"NICK /\r\n", b"NICK *\r\n",
    ),
    "http": (
        b"GET / HTTP/1.1\r\n", b"GET ", b"HEAD /", b"GET nonsense", b"POST / HTTP/1.1\r\n",
        b"OPTIONS * HTTP/1.1\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT smtp.example:25 HTTP/1.1\r\n", b"PUT /x", b"DELETE http://x/ HTTP/1.1\r\n",
        b"BREW /pot HTCPCP/1.0\r\n",
    ),
    "tls": (
        b"\x16\x03\x01", b"\x16\x03\x03\x01\x00\x01\x00\x01", b"\x16\x03\x00\n", b"\x16\x03\x04",
    ),
    None: (
        b"", b"N", b"n", b"NI", b"NICK", b"NICK ", b"nick  ", b"c", b"AUTH", b"US", b"GET", b"G",
        b"POST", b"POST x", b"POST x HT", b"CONNECT smtp.example:25 HTTP/", b"\x16", b"\x16\x03",
        b"ALICE",
    ),
}  # fmt: skip

ALL = [data for beginnings in FIRST.values() for data in beginnings]
PIECES = [b" ", b"  ", b"\n", b"\r\n", b"\r", b" HTTP/1.1", b" HTTP/", b"/", b"*", b"x" * 500]


class FirstBytesTests(SynchronousTestCase):
    def test_first_bytes(self) -> None:
        for kind, beginnings in FIRST.items():
            for data in beginnings:
                self.assertEqual(recognise(data), kind, data)

    def test_when_nothing_more_is_waited_for(self) -> None:
        for kind, beginnings in FIRST.items():
            for data in beginnings:
                kind_so_far = kind or ("tls" if data.startswith(b"\x16") else "line")
                self.assertEqual(recognise_so_far(data), kind_so_far, data)

    def test_it_is_decided_some_time(self) -> None:
        self.assertIsNone(recognise(b"CONNECT " + b"x" * (UNDECIDED_AT_MOST - 9)))
        for data in (b"CONNECT " + b"x" * UNDECIDED_AT_MOST, b"NICK" + b" " * UNDECIDED_AT_MOST):
            self.assertEqual(recognise(data), "line")

    @given(st.sampled_from(ALL), st.lists(st.sampled_from([*ALL, *PIECES]) | st.binary()))
    def test_what_is_decided_stays(self, beginning: bytes, more: list[bytes]) -> None:
        data = beginning + b"".join(more)
        kinds = [recognise(data[:end]) for end in range(len(data) + 1)]
        undecided = kinds.count(None)
        self.assertEqual(kinds, [None] * undecided + kinds[-1:] * (len(kinds) - undecided))


class LateTests(SynchronousTestCase):
    """First lines that have come after the greeting; without their LF."""

    def test_programs(self) -> None:
        for line in (
            b"CAP LS 302\r", b"CAP LS", b"CAP LS 302", b"CAP REQ :sasl\r", b"CAP END\r",
            b"USER alice 0 * :Alice in Wonderland\r", b"USER a a a a", b"USER a 0 *  :b\r",
            b"NICK alice\r", b"PASS secret\r", b"AUTHENTICATE PLAIN\r",
        ):  # fmt: skip
            self.assertEqual(recognise_late(line), "irc", line)
        self.assertEqual(recognise_late(b'{"type":"hello","name":"bob"}'), "json")

    def test_people(self) -> None:
        for line in (
            b"alice", b"NICK alice", b"nick alice\r", b"Nick alice\r", b"NICK\r", b"NICK \r",
            b"PASS secret", b"USER alice", b"USER a b c", b"user a 0 * :b", b"cap ls", b"CAP",
            b"CAPTAIN LS", b"CAP LSD", b"CAP tain\r", b"USER", b"NICKOLAS bob\r", b"", b"\r",
            b"{alice}", b"/json", "USER 小 红\r".encode(),
        ):  # fmt: skip
            self.assertIsNone(recognise_late(line), line)
