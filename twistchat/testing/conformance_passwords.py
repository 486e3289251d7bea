"""What every engine does with passwords: a part of `conformance.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.testing.harness import EngineHarness, said

if TYPE_CHECKING:
    from twisted.python.failure import Failure

ALICE, BOB = "00000000000a11ce", "0000000000000b0b"

HASH = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"


class PasswordHarness(EngineHarness):
    """What passwords need of an engine."""

    def set_password(self, account: str, hashed: str | None) -> list[Failure | None]:
        """Set a password; returns what became of it, if it is known by then."""
        outcomes: list[Failure | None] = []
        self.engine.set_password(account, hashed).addBoth(outcomes.append)
        self.pump()
        return outcomes

    def password(self, account: str) -> str | None:
        """Read a password."""
        found: list[str | None] = []
        self.engine.password(account).addCallback(found.append)
        self.pump()
        return found[0]


class PasswordConformance(PasswordHarness):
    """Hashes of passwords are kept, replaced and dropped."""

    def test_passwords(self) -> None:
        self.assertIsNone(self.password(ALICE))
        self.assertEqual(self.set_password(ALICE, HASH), [None])
        self.assertEqual(self.set_password(BOB, f"{HASH}b"), [None])
        self.assertEqual([self.password(ALICE), self.password(BOB)], [HASH, f"{HASH}b"])
        self.set_password(ALICE, f"{HASH}2")
        self.assertEqual([self.password(ALICE), self.password(BOB)], [f"{HASH}2", f"{HASH}b"])

    def test_none_any_more(self) -> None:
        self.set_password(ALICE, HASH)
        self.set_password(BOB, HASH)
        self.assertEqual(self.set_password(ALICE, None), [None])
        self.assertEqual([self.password(ALICE), self.password(BOB)], [None, HASH])
        self.assertEqual(self.set_password(ALICE, None), [None])

    def test_the_last_of_two_at_once_holds(self) -> None:
        for hashed in (HASH, None, f"{HASH}2"):
            self.engine.set_password(ALICE, hashed)
        self.pump()
        self.assertEqual(self.password(ALICE), f"{HASH}2")

    def test_nobody_is_told_of_them(self) -> None:
        self.put(said("a"))
        self.set_password(ALICE, HASH)
        self.put(said("b"))
        self.assertEqual([c.item for c in self.delivered], [said("a"), said("b")])
        self.assertEqual(self.search("argon2id"), [])


class LastingPasswordConformance(PasswordHarness):
    """What outlives a process: passwords that were told to be kept."""

    def test_passwords_are_there_after_a_kill(self) -> None:
        self.set_password(ALICE, "old")
        self.set_password(ALICE, HASH)
        self.set_password(BOB, HASH)
        self.set_password(BOB, None)
        self.die()
        self.start()
        self.assertEqual([self.password(ALICE), self.password(BOB)], [HASH, None])

    def die(self) -> None:
        """See `LastingConformance.die`."""
        raise NotImplementedError


class FaultyPasswordConformance(PasswordHarness):
    """A password that could not be kept is told to be so, and the one before stays."""

    def test_what_could_not_be_kept(self) -> None:
        self.set_password(ALICE, HASH)
        self.breaks()
        for hashed in (f"{HASH}2", None):
            outcomes = self.set_password(ALICE, hashed)
            for _ in range(20):
                self.pump()
            (failure,) = outcomes
            assert failure is not None
            self.assertNotIn(HASH, f"{failure.value}")
        self.mends()
        self.assertEqual(self.password(ALICE), HASH)
        self.assertEqual(self.set_password(ALICE, f"{HASH}3"), [None])
        self.assertEqual(self.password(ALICE), f"{HASH}3")
        self.put(said("a"))
        self.assertEqual([(c.item, c.number) for c in self.delivered], [(said("a"), 1)])
        self.flushLoggedErrors()

    def breaks(self) -> None:
        """See `FaultyConformance.breaks`."""
        raise NotImplementedError

    def mends(self) -> None:
        """See `FaultyConformance.mends`."""
        raise NotImplementedError
