"""The operator reads which limit bit whom, and is not flooded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.logger import ILogObserver, globalLogPublisher
from zope.interface import implementer

import twistchat
from twistchat.core.codes import LIMITS_BITTEN
from twistchat.core.limits import Limits, described
from twistchat.testing import ChatTestCase

if TYPE_CHECKING:
    from twisted.logger import LogEvent


class LimitLogTests(ChatTestCase):
    limits = Limits(joins=2, clients=3, name_time=60.0, line=100, queue=1000, catch_up=1.0)

    def setUp(self) -> None:
        super().setUp()
        self.logged: list[str] = []

        @implementer(ILogObserver)
        def observe(event: LogEvent) -> None:
            if "limit" in event:
                self.logged.append(f"{event['limit']} {event['whom']}{event['before']}")

        globalLogPublisher.addObserver(observe)
        self.addCleanup(globalLogPublisher.removeObserver, observe)

    def test_each_limit_once_a_minute(self) -> None:
        alice, bob = self.people("alice", "bob")
        for number in range(5):
            alice.types(f"/join #{number}")
        alice.types("x" * 101)
        alice.types("x" * 200)
        self.turn()
        self.assertEqual(self.logged, ["joins alice (192.168.1.1)", "line alice (192.168.1.1)"])
        self.wait(61)
        for number in range(5):
            bob.types(f"/join #{number}")
        self.turn()
        self.assertEqual(self.logged[2:], ["joins bob (192.168.1.1) (and 3 times more before)"])

    def test_a_reader_who_takes_nothing(self) -> None:
        alice, bob = self.people("alice", "bob")
        bob.wire.stall()
        alice.types("hello")
        self.wait(70)
        self.assertEqual(self.logged, ["stall bob (192.168.1.1)"])

    def test_every_limit_that_is_logged_has_its_name(self) -> None:
        known = {limit.name for limit in described()}
        found = set(LIMITS_BITTEN.values())
        for path in Path(twistchat.__file__).parent.rglob("*.py"):
            source = path.read_text("utf-8")
            found |= set(re.findall(r'(?:bitten_by|\.bit|_overflow)\(\s*"([^"]+)"', source))
            found |= set(re.findall(r'limit = "([^"]+)" if', source))
            found |= set(re.findall(r'stall, self._overflow, "([^"]+)"', source))
        self.assertLessEqual(found, known)
        self.assertGreater(len(found), 15)

    def test_too_fast_full_nameless_and_slow(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.connect()
        self.connect()
        self.assertEqual(self.logged, ["clients 192.168.1.1"])
        bob.wire.stall()
        alice.sends(b"hello\n" * 100)
        self.wait(70)
        self.assertEqual(
            self.logged[1:],
            [
                "rate alice (192.168.1.1)",
                "queue bob (192.168.1.1)",
                "name-time somebody at the door (192.168.1.1)",
            ],
        )
