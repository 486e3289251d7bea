"""Logging in through Twisted's cred: with our passwords, and with those that others know."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from twisted.cred.checkers import ANONYMOUS, ICredentialsChecker
from twisted.cred.credentials import IUsernamePassword, UsernamePassword
from twisted.cred.error import UnauthorizedLogin
from twisted.cred.portal import IRealm, Portal
from twisted.internet.defer import Deferred, fail, succeed
from twisted.logger import capturedLogs, formatEvent
from zope.interface import Interface, implementer

from tests.accounts.kit import HERE, SECRET, THERE, AccountTestCase
from twistchat.accounts.checkers import Password
from twistchat.core.accounts import Standing
from twistchat.core.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

WRONG = "wrong-password"


@implementer(ICredentialsChecker)
class Other:
    """A checker of others: whom it knows, and what it calls them."""

    credentialInterfaces = (IUsernamePassword,)

    def __init__(self, *, case_matters: bool = True, **passwords: str) -> None:
        self.passwords = passwords
        self.case_matters = case_matters
        self.asked: list[str] = []
        self.answer: Callable[[str], Deferred[bytes | tuple[()]]] = lambda name: succeed(
            name.encode()
        )

    def requestAvatarId(self, credentials: UsernamePassword) -> Deferred[bytes | tuple[()]]:
        name, password = credentials.username.decode(), credentials.password.decode()
        self.asked.append(name)
        if not self.case_matters:
            name = name.lower()
        if self.passwords.get(name) != password:
            return fail(UnauthorizedLogin())
        return self.answer(name)


def _always(answer: Any, _: str) -> Deferred[Any]:
    return succeed(answer)


def _as_text(name: str) -> Deferred[Any]:
    return succeed(name)  # as `unix` does


@implementer(IRealm)
class Realm:
    def requestAvatar(
        self, avatarId: bytes | tuple[()], mind: object, *interfaces: type[Interface]
    ) -> tuple[type[Interface], object, Callable[[], None]]:
        return interfaces[0], avatarId, lambda: None


class OursTests(AccountTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = self.account("Alice", SECRET)

    def test_who_knows_it_comes_in_however_the_name_is_spelt(self) -> None:
        for name in ("Alice", "alice", " ALICE ", "ａlice"):
            self.assertEqual(self.log_in(name, SECRET), f"{self.alice.id} Alice")

    def test_the_same_keys_elsewhere(self) -> None:
        self.account("bob", "café noir")
        self.assertIn("bob", self.log_in("bob", "cafe\u0301\u00a0noir"))

    def test_who_does_not_is_told_no_more_than_that(self) -> None:
        self.account("carol")
        self.account("dave", SECRET, standing=Standing.DISABLED)
        for name in ("Alice", "nobody", "carol", "dave", "", "x" * 100_000, "no name!", "\ud800"):
            self.assertEqual(self.log_in(name, "something else"), WRONG, name[:20])
        for password in ("", "x" * 100_000, "\ud800", f"{SECRET}\n", SECRET.upper()):
            self.assertEqual(self.log_in("Alice", password, THERE), WRONG, password[:20])

    def test_unknown_names_take_the_same_steps_as_known_ones(self) -> None:
        self.account("carol")
        self.account("dave", SECRET, standing=Standing.DISABLED)
        took = set()
        for name in ("Alice", "nobody", "carol", "dave", "", "x" * 1_000):
            for password in ("something else", "", "x" * 3_000, "a\0b"):
                hashed, readings, at = self.hashed, self.engine.readings, self.clock.seconds()
                trying = self.tries(name, password, f"{name}{password}"[:60])
                over = trying.addCallback(lambda _: self.clock.seconds())
                seconds = self.result(over) - at
                steps = self.hashed - hashed, self.engine.readings - readings
                took.add((*steps, round(seconds, 2)))
        self.assertEqual(len(took), 1, took)
        ((hashings, readings, seconds),) = took
        self.assertEqual((hashings, readings), (1, 1))
        self.assertGreater(seconds, 0.02)

    def test_a_disabled_account_is_told_to_its_owner_alone(self) -> None:
        self.directory.put(replace(self.alice, standing=Standing.DISABLED))
        self.assertEqual(self.log_in("alice", SECRET), "account-disabled Alice")
        self.assertEqual(self.log_in("alice", "something else"), WRONG)

    def test_what_changes_while_it_is_checked(self) -> None:
        for change in (
            replace(self.alice, standing=Standing.DELETED),
            replace(self.alice, generation=2),
        ):
            self.directory.put(self.alice)
            trying = self.tries("alice", SECRET)
            self.clock.pump([0.001] * 15)
            self.directory.put(change)
            self.assertEqual(self.result(trying), WRONG)

    def test_an_account_that_is_made_anew_meanwhile_is_another_one(self) -> None:
        trying = self.tries("alice", SECRET)
        self.clock.pump([0.001] * 15)
        self.directory.put(replace(self.alice, standing=Standing.DELETED))
        self.directory.put(replace(self.alice, id="f" * 16))
        self.assertEqual(self.result(trying), WRONG)

    def test_twisteds_own_credentials(self) -> None:
        portal = Portal(Realm(), [self.checker])
        for credentials in (UsernamePassword(b"alice", SECRET.encode()), Password("alice", SECRET)):
            _, avatar, _ = self.result(portal.login(credentials, None, Interface))
            self.assertEqual(avatar, f"{self.alice.id} Alice".encode())

    def test_nothing_shows_a_password(self) -> None:
        with capturedLogs() as logged:
            credentials = Password("alice", SECRET)
            self.log_in("alice", f"{SECRET}!")
            self.engine.fails = True
            failing = self.checker.requestAvatarId(credentials)
            self.pump()
            failure = self.failureResultOf(failing, OSError)
        self.assertNotIn(SECRET, repr(credentials) + repr(failure) + failure.getTraceback())
        self.assertNotIn(SECRET, str(logged))


class GuessingTests(AccountTestCase):
    limits = Limits(passwords_waiting=8)

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.account("alice", SECRET)

    def test_whoever_guesses_waits_though_the_next_one_is_right(self) -> None:
        for name in ("alice", "nobody"):
            address = f"{name}'s"
            told = [self.log_in(name, "wrong", address) for _ in range(6)]
            self.assertEqual(told, [WRONG] * 6)
            hashed = self.hashed
            self.assertEqual(self.log_in(name, SECRET, address), "attempts-too-fast 1")
            self.assertEqual(self.hashed, hashed)  # it was not looked at
        self.assertIn("alice", self.log_in("alice", SECRET, THERE))
        self.clock.advance(1)
        self.assertIn("alice", self.log_in("alice", SECRET, "alice's"))

    def test_another_spelling_is_the_same_name(self) -> None:
        for name in ("alice", "ALICE", "Alice", "ａlice", " alice", "aLICE"):
            self.log_in(name, "wrong")
        self.assertEqual(self.log_in("alicE", "wrong"), "attempts-too-fast 1")

    def test_many_at_once_are_as_many(self) -> None:
        told = self.log_in_all([("alice", f"guess {number}", HERE) for number in range(20)])
        self.assertEqual(told.count(WRONG), 6)
        self.assertEqual(told.count("attempts-too-fast 1"), 14)

    def test_two_hundred_wrong_ones_are_never_more_than_may_wait(self) -> None:
        hashed, most = self.hashed, 0
        trying = []
        for number in range(200):
            trying.append(self.tries(f"name{number}", "wrong", f"address{number % 20}"))
            most = max(most, self.hasher.waiting)
            if number % 10 == 0:
                self.clock.advance(0.005)
        self.pump()
        told = [self.successResultOf(each) for each in trying]
        self.assertEqual(set(told), {WRONG, "login-busy"})
        self.assertEqual(most, 8)
        self.assertEqual(self.hashed - hashed, told.count(WRONG))
        self.assertEqual(self.hasher.waiting, 0)

    def test_who_is_told_to_come_again_has_not_guessed(self) -> None:
        for _ in range(10):
            others = [self.tries(f"name{number}", "wrong", str(number)) for number in range(8)]
            self.clock.pump([0.001] * 12)
            self.assertEqual(self.log_in("alice", SECRET), "login-busy")
            for each in others:
                self.result(each)
            self.clock.advance(100)
        self.assertIn("alice", self.log_in("alice", SECRET))

    def test_an_engine_that_cannot_tell_costs_nobody_a_guess(self) -> None:
        self.engine.fails = True
        for _ in range(10):
            failing = self.checker.check("alice", SECRET, HERE)
            self.pump()
            self.failureResultOf(failing, OSError)
        self.engine.fails = False
        self.assertIn("alice", self.log_in("alice", SECRET))

    def test_other_limits_hold_at_once(self) -> None:
        self.checker.change_limits(Limits(password_tries=2, passwords_waiting=3))
        told = self.log_in_all([("alice", "wrong", str(number)) for number in range(4)])
        self.assertEqual(sorted(told), ["login-busy", WRONG, WRONG, WRONG])
        for _ in range(3):
            self.log_in("alice", "wrong")
        self.assertEqual(self.log_in("alice", SECRET), "attempts-too-fast 1")

    def test_the_operator_reads_of_it_but_neither_names_nor_passwords(self) -> None:
        with capturedLogs() as logged:
            for _ in range(9):
                self.log_in("alice", "wrong password")
        (told,) = [formatEvent(event) for event in logged]
        self.assertEqual(told, f"limit password-tries bit {HERE}")
        self.assertNotIn("wrong password", str(logged))


class OthersTests(AccountTestCase):
    """Checkers that an operator names with --auth."""

    def setUp(self) -> None:
        super().setUp()
        self.other = Other(zoe="zoe's own", alice="alice's other", Bob="of Bob", bob="of bob")
        self.checker = self.make_checker(Other(yan="yan's own"), self.other)

    def test_whom_they_know_has_an_account_from_then_on(self) -> None:
        told = self.log_in("zoe", "zoe's own")
        self.assertEqual(self.adopted, ["zoe"])
        account = self.directory.named("zoe")
        assert account is not None
        self.assertEqual(told, f"{account.id} zoe")
        self.assertEqual(self.log_in("ZOE", "zoe's own"), told)
        self.assertEqual(self.adopted, ["zoe"])
        self.assertEqual(self.log_in("yan", "yan's own").split()[1], "yan")

    def test_whom_they_do_not_know(self) -> None:
        self.assertEqual(self.log_in("zoe", "something else"), WRONG)
        self.assertEqual(self.log_in("nobody", "zoe's own"), WRONG)
        self.assertEqual(self.adopted, [])

    def test_they_are_not_asked_for_an_account_with_a_password_of_ours(self) -> None:
        alice = self.account("alice", SECRET)
        self.assertEqual(self.log_in("alice", "alice's other"), WRONG)
        self.assertEqual(self.log_in("alice", SECRET), f"{alice.id} alice")
        self.assertEqual(self.other.asked, [])
        self.result(self.passwords.remove(alice.id))
        self.assertEqual(self.log_in("alice", "alice's other"), f"{alice.id} alice")

    def test_nor_for_nothing(self) -> None:
        self.other.passwords["anybody"] = ""
        self.assertEqual(self.log_in("anybody", ""), WRONG)
        self.assertEqual(self.other.asked, [])

    def test_they_are_given_what_was_typed(self) -> None:
        self.other.passwords["zoe"] = "e\u0301 \u00a0"
        self.assertIn("zoe", self.log_in("zoe", "e\u0301 \u00a0"))

    def test_two_whose_names_are_one_here(self) -> None:
        self.assertIn("Bob", self.log_in("Bob", "of Bob"))
        # An account is one's whose was first: the other cannot be taken for them.
        for name in ("bob", "Bob", "BOB"):
            self.assertEqual(self.log_in(name, "of bob"), WRONG)
        self.assertIn("Bob", self.log_in("bob", "of Bob"))

    def test_two_whose_names_are_one_here_at_once(self) -> None:
        trying = [("Bob", "of Bob", HERE), ("bob", "of bob", THERE)]
        told = self.log_in_all(trying)
        account = self.directory.named("bob")
        assert account is not None
        self.assertEqual(told, [f"{account.id} Bob", WRONG])

    def test_one_who_comes_for_the_first_time_twice_at_once(self) -> None:
        one, two = self.log_in_all([("zoe", "zoe's own", HERE)] * 2)
        self.assertEqual(one, two)
        self.assertEqual(len(self.directory), 1)

    def test_one_that_does_not_look_at_case(self) -> None:
        self.other.case_matters = False
        told = self.log_in("ZOE", "zoe's own")
        self.assertEqual(self.adopted, ["zoe"])
        self.assertEqual(self.log_in("Zoe", "zoe's own"), told)

    def test_one_that_calls_people_otherwise(self) -> None:
        self.other.passwords["zoe@example.org"] = "zoe's own"
        self.other.answer = lambda name: succeed(name.partition("@")[0].encode())
        told = self.log_in("zoe@example.org", "zoe's own")
        self.assertEqual(self.adopted, ["zoe"])
        self.assertEqual(self.log_in("zoe@example.org", "zoe's own"), told)

    def test_but_never_like_an_account_with_a_password_of_ours(self) -> None:
        self.account("alice", SECRET)
        self.other.answer = lambda _: succeed(b"alice")
        self.assertEqual(self.log_in("zoe", "zoe's own"), WRONG)

    def test_nor_like_another_spelling_of_an_account(self) -> None:
        self.account("Yan")
        self.other.answer = lambda _: succeed(b"yan")
        self.assertEqual(self.log_in("zoe", "zoe's own"), WRONG)

    def test_a_name_that_nobody_can_have_here(self) -> None:
        self.other.passwords["zoe x"] = "zoe's own"
        self.assertTrue(self.log_in("zoe x", "zoe's own").startswith("name-characters"))

    def test_an_account_of_theirs_that_is_disabled(self) -> None:
        self.account("zoe", standing=Standing.DISABLED)
        self.assertEqual(self.log_in("zoe", "zoe's own"), "account-disabled zoe")
        self.assertEqual(self.log_in("zoe", "something else"), WRONG)

    def test_guesses_at_them_are_slowed_down_too(self) -> None:
        for _ in range(6):
            self.log_in("zoe", "wrong")
        self.assertEqual(self.log_in("zoe", "zoe's own"), "attempts-too-fast 1")
        self.assertEqual(len(self.other.asked), 6)

    def test_strange_answers_let_nobody_in(self) -> None:
        answers: tuple[Any, ...] = (ANONYMOUS, b"", None, 7)
        for answer in answers:
            self.other.answer = partial(_always, answer)
            self.assertEqual(self.log_in("zoe", "zoe's own", str(answer)), WRONG)
        self.assertEqual(self.adopted, [])

    def test_names_as_text(self) -> None:
        self.other.answer = _as_text
        self.assertIn("zoe", self.log_in("zoe", "zoe's own"))


class BrokenTests(AccountTestCase):
    """A checker of others that fails."""

    def setUp(self) -> None:
        super().setUp()
        self.broken = Other(zoe="zoe's own")
        self.checker = self.make_checker(self.broken, Other(yan="yan's own"))

    def breaks(self, words: str) -> list[str]:
        """Let it fail; returns what the log says of it."""
        self.broken.answer = lambda _: fail(RuntimeError(words))
        with capturedLogs() as logged:
            self.assertEqual(self.log_in("zoe", "zoe's own"), "unavailable")
        self.assertNotIn("zoe's own", str(logged))
        return [formatEvent(event) or "" for event in logged]

    def test_it_is_logged_and_nobody_comes_in(self) -> None:
        told = self.breaks("no route to the directory")
        self.assertEqual(
            told, ["Other cannot check a password: RuntimeError: no route to the directory"]
        )

    def test_it_may_not_tell_the_password(self) -> None:
        told = self.breaks("cannot bind as zoe with zoe's own")
        self.assertEqual(told, ["Other cannot check a password: RuntimeError"])

    def test_raising_is_failing(self) -> None:
        def answer(_: str) -> Deferred[bytes | tuple[()]]:
            raise RuntimeError("no module named ldap")

        self.broken.answer = answer
        with capturedLogs():
            self.assertEqual(self.log_in("zoe", "zoe's own"), "unavailable")

    def test_the_others_are_asked_all_the_same(self) -> None:
        self.broken.passwords["yan"] = "yan's own"
        self.broken.answer = lambda _: fail(RuntimeError("broken"))
        with capturedLogs():
            self.assertIn("yan", self.log_in("yan", "yan's own"))
