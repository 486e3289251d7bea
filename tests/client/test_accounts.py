"""Accounts in the library and in the terminal client, with the real server."""

from __future__ import annotations

from typing import Any, ClassVar

from twisted.internet.defer import Deferred
from twisted.internet.testing import StringTransport

from tests.client.test_world import ClientScenarios, WorldEndpoint
from tests.engines import OnSlowEngine, OnSQLite
from twistchat.accounts.doors import Doors
from twistchat.accounts.house import HousePassword
from twistchat.client import Client, DisconnectedError, RefusedError
from twistchat.client import events as e
from twistchat.client.keyboard import Keyboard
from twistchat.client.talk import Talk
from twistchat.core import commands as c
from twistchat.core.accounts import Account, AccountDeed

ONE, TWO, WRONG = "correct horse 1", "better horse 2", "stapled battery"


class LibraryTests(ClientScenarios):
    """A program that has an account."""

    def start(self, **options: object) -> None:
        self.do(self.listen())
        self.done(self.chat.start())

    def again(self, **options: object) -> Client:
        """Make the client of another run."""
        self.done(self.chat.close())
        self.endpoint = WorldEndpoint(self.world)
        self.seen = []
        self.chat = Client(
            self.world.clock,
            self.endpoint,
            retry=lambda _: 1.0,
            **options,  # type: ignore[arg-type]  # as a test names them
        )
        return self.chat

    def kinds(self) -> list[str]:
        return [event.type for event in self.seen]

    def test_an_account_from_the_beginning_to_the_end(self) -> None:
        self.start()
        self.assertIsNone(self.chat.account)
        self.done(self.chat.register(ONE))
        self.assertEqual(self.chat.account, "bot")
        self.assertEqual(self.done(self.chat.who_am_i())["role"], "person")
        self.done(self.chat.change_password(ONE, TWO))
        refused = self.failureResultOf(self.do(self.chat.delete_account(ONE)), RefusedError)
        self.assertEqual(refused.value.code, "wrong-password")
        self.done(self.chat.delete_account(TWO))
        self.assertIsNone(self.chat.account)

    def test_coming_back_with_the_token_of_an_account(self) -> None:
        self.start()
        self.done(self.chat.register(ONE))
        self.done(self.chat.say("#lobby", "one"))
        self.endpoint.lose(ConnectionError())
        self.carry()
        saying = self.do(self.chat.say("#lobby", "two"))
        self.later(3)
        self.successResultOf(saying)
        self.assertEqual(self.chat.account, "bot")
        texts = [event.text for event in self.seen if isinstance(event, e.Said)]
        self.assertEqual(texts, ["one", "two"])

    def test_with_a_password_it_logs_in_whenever_it_has_to(self) -> None:
        self.start()
        self.done(self.chat.register(ONE))
        chat = self.again(name="bot", password=ONE, rooms=["#lobby"])
        self.start()
        self.assertEqual((chat.name, chat.account), ("bot", "bot"))
        saying = self.do(chat.say("#lobby", "one"))
        self.successResultOf(saying)
        chat.who.token = "x" * 39
        self.endpoint.lose(ConnectionError())
        self.carry()
        saying = self.do(chat.say("#lobby", "two"))
        self.later(3)
        self.successResultOf(saying)
        self.assertEqual(chat.account, "bot")
        self.assertNotIn("logged-out", self.kinds())

    def test_without_one_it_says_that_it_is_logged_out(self) -> None:
        self.start()
        self.done(self.chat.register(ONE))
        self.world.parts.operator.perform(c.ChangeAccount(AccountDeed.PASSWORD, "bot"))
        self.carry()
        saying = self.do(self.chat.say("#lobby", "waits"))
        self.later(3)
        self.assertNoResult(saying)
        out = next(event for event in self.seen if isinstance(event, e.LoggedOut))
        self.assertEqual((out.name, out.wished, self.chat.is_in), ("bot", False, False))
        refused = self.failureResultOf(self.do(self.chat.enter("bot", WRONG)), RefusedError)
        self.assertEqual(refused.value.code, "wrong-password")
        self.done(self.chat.enter("bot", ONE))
        self.carry()
        self.successResultOf(saying)
        self.assertEqual(self.chat.account, "bot")

    def test_a_password_that_is_wrong_by_then_is_the_end(self) -> None:
        self.start()
        self.done(self.chat.register(ONE))
        chat = self.again(name="bot", password=ONE, rooms=["#lobby"])
        listening = self.do(self.listen())
        self.done(chat.start())
        other = Client(self.world.clock, WorldEndpoint(self.world), name="other")
        del other
        changed = self.world.parts.passwords.set(self.account("bot").id, TWO)
        self.carry()
        self.successResultOf(changed)
        self.world.parts.operator.perform(c.ChangeAccount(AccountDeed.PASSWORD, "bot"))
        self.carry()
        self.later(5)
        error = self.failureResultOf(listening, RefusedError).value
        self.assertEqual(error.code, "wrong-password")
        self.assertNotIn(ONE, str(error))

    def account(self, name: str) -> Account:
        found = self.world.parts.chat.accounts.named(name)
        assert found is not None
        return found

    def test_a_disabled_account_does_not_come_back(self) -> None:
        listening = self.do(self.listen())
        self.done(self.chat.start())
        self.done(self.chat.register(ONE))
        self.world.parts.operator.perform(c.ChangeAccount(AccountDeed.DISABLE, "bot"))
        self.carry()
        self.later(5)
        self.failureResultOf(listening, DisconnectedError)
        chat = self.again(name="bot", password=ONE)
        error = self.failureResultOf(self.do(chat.start()), RefusedError).value
        self.assertEqual(error.code, "account-disabled")

    def test_logging_out_and_in_over_one_connection(self) -> None:
        self.start()
        self.done(self.chat.join("#lab"))
        self.done(self.chat.register(ONE))
        self.done(self.chat.say("#lab", "as the owner"))
        self.done(self.chat.log_out())
        self.assertEqual((self.chat.is_in, self.chat.account), (False, None))
        self.done(self.chat.enter("guest"))
        self.assertEqual((self.chat.name, self.chat.account), ("guest", None))
        self.done(self.chat.log_in("bot", ONE))
        self.carry()
        self.assertEqual((self.chat.name, self.chat.account), ("bot", "bot"))
        self.done(self.chat.say("#lab", "again"))
        self.assertIn("logged-in", self.kinds())
        refused = self.failureResultOf(self.do(self.chat.log_in("bot", ONE)), RefusedError)
        self.assertEqual(refused.value.code, "logged-in-already")

    def test_whoever_stays_at_the_door_is_not_there_again_and_again(self) -> None:
        listening = self.do(self.listen())
        self.done(self.chat.start())
        self.done(self.chat.register(ONE))
        self.done(self.chat.log_out())
        for _ in range(20):
            self.later(5.0)
        self.failureResultOf(listening, DisconnectedError)
        self.assertEqual(self.kinds().count("hello"), 1)
        self.assertEqual(self.seen[-1], e.Goodbye(cause="no name given"))

    def test_lines_that_are_said_while_it_logs_in_are_answered(self) -> None:
        self.start()
        self.done(self.chat.register(ONE))
        self.done(self.chat.log_out())
        self.done(self.chat.enter("guest"))
        doing: list[Deferred[Any]] = [
            Deferred.fromCoroutine(self.chat.say("#lobby", "before")),
            Deferred.fromCoroutine(self.chat.log_in("bot", ONE)),
            Deferred.fromCoroutine(self.chat.say("#lobby", "behind")),
        ]
        self.carry()
        for each in doing:
            self.successResultOf(each)
        said = [(event.who, event.text) for event in self.seen if isinstance(event, e.Said)]
        self.assertEqual(said, [("guest", "before"), ("bot", "behind")])

    def test_private_words_are_told_once_over_several_connections(self) -> None:
        self.start()
        self.done(self.chat.register(ONE))
        (bob,) = self.people("bob")
        for text in ("one", "two"):
            self.endpoint.lose(ConnectionError())
            bob.types(f"/msg bot {text}")
            self.later(3)
        self.endpoint.lose(ConnectionError())
        self.later(3)
        told = [event.text for event in self.seen if isinstance(event, e.Whispered)]
        self.assertEqual(told, ["one", "two"])

    def test_where_it_has_read(self) -> None:
        self.start()
        self.done(self.chat.register(ONE))
        for text in ("one", "two"):
            self.done(self.chat.say("#lobby", text))
        self.assertEqual(self.done(self.chat.mark_read("#lobby", 1)), 1)
        self.assertEqual(self.done(self.chat.mark_read("#lobby", 9)), 2)
        (ann,) = self.people("ann")
        ann.types("/msg bot psst")
        self.carry()
        self.assertEqual(self.done(self.chat.mark_private_read("ann", 1)), 1)
        self.again(name="bot", password=ONE, rooms=None)
        self.start()
        live = next(event for event in self.seen if isinstance(event, e.Live))
        self.assertEqual(live.read, 2)

    def test_rooms_where_it_was(self) -> None:
        self.start()
        self.done(self.chat.register(ONE))
        self.done(self.chat.join("#lab"))
        chat = self.again(name="bot", password=ONE, rooms=None)
        self.start()
        self.assertEqual(
            [event.room for event in self.seen if isinstance(event, e.Live)], ["#lobby", "#lab"]
        )
        self.endpoint.lose(ConnectionError())
        self.later(3)
        self.assertTrue(chat.is_in)
        self.done(chat.say("#lab", "still here"))


class LibraryOnSlowEngineTests(OnSlowEngine, LibraryTests):
    """The same, with commits that take a while."""


class LibraryOnSQLiteTests(OnSQLite, LibraryTests):
    """The same, on a database."""


class RememberingEcho:
    """A terminal that shows what is typed, or not."""

    def __init__(self) -> None:
        self.is_on = True

    def off(self) -> None:
        self.is_on = False

    def on(self) -> None:
        self.is_on = True


class TerminalScenarios(ClientScenarios):
    """Somebody at a terminal."""

    nick: ClassVar[str | None] = None

    def setUp(self) -> None:
        super().setUp()
        self.done(self.chat.close())
        self.ended: list[tuple[int, str | None]] = []
        self.begin()

    def begin(
        self, nick: str | None = None, *, is_pipe: bool = False, logs_in: bool = False,
        **options: str | None,
    ) -> None:  # fmt: skip
        clock = self.world.clock
        self.endpoint = WorldEndpoint(self.world)
        self.chat = Client(
            clock,
            self.endpoint,
            rooms=None,
            retry=lambda _: 2.0,
            **options,  # type: ignore[arg-type]  # as a test names them
        )
        self.echo = RememberingEcho()
        self.talk = Talk(
            client=self.chat, clock=clock, nick=nick, is_pipe=is_pipe, logs_in=logs_in,
            finish=lambda status, words: self.ended.append((status, words)),
        )  # fmt: skip
        self.keyboard = Keyboard(self.talk, "utf-8", self.echo)  # type: ignore[arg-type]  # it only remembers
        self.do(self.chat.connect())
        self.screen = StringTransport()
        self.keyboard.makeConnection(self.screen)
        self.keyboard.print_from(self.talk.valve)
        self.running = self.do(self.talk.run())

    def types(self, *lines: str) -> list[str]:
        """Type lines, and return what is shown then."""
        self.screen.clear()
        for line in lines:
            self.keyboard.dataReceived(line.encode() + b"\n")
            self.carry()
        self.later(2)
        return self.shown()

    def shown(self) -> list[str]:
        lines: list[str] = self.screen.value().decode().splitlines()
        self.screen.clear()
        return lines

    def registered(self) -> None:
        self.types("ada", "/register", ONE, ONE)
        self.assertEqual(self.chat.account, "ada")


class TerminalTests(TerminalScenarios):
    def test_registering(self) -> None:
        self.types("ada")
        self.assertIn("not shown", self.types("/register")[0])
        self.assertFalse(self.echo.is_on)
        self.assertEqual(self.types("short", "short")[1][:31], "-- That password is too short: ")
        self.assertFalse(self.echo.is_on)
        self.assertIn("-- These two were not the same.", self.types(ONE, TWO))
        self.assertEqual(self.types(ONE, ONE)[-1], "-- The name ada is registered.")
        self.assertTrue(self.echo.is_on)
        self.assertEqual(self.types("hello"), ["<ada> hello"])
        self.assertIn("You are logged in as ada", self.types("/account")[0])
        self.assertIn("You are logged in as ada", self.types("/register")[0])

    def test_thinking_better_of_it(self) -> None:
        self.types("ada")
        for command in ("/register", "/login", "/login zoe"):
            self.types(command)
            self.assertFalse(self.echo.is_on)
            self.assertEqual(self.types(""), ["-- Never mind: nothing was done."])
            self.assertTrue(self.echo.is_on)
        for command in ("/passwd", "/account", "/account delete", "/logout"):
            self.assertIn("You are a guest", self.types(command)[0])
            self.assertTrue(self.echo.is_on)
        self.assertEqual(self.types("hello"), ["<ada> hello"])

    def test_logging_out_and_in(self) -> None:
        self.registered()
        self.assertEqual(
            self.types("/logout"),
            ["-- You are logged out.", "-- What is your name? Type it and press Enter."],
        )
        self.types("zoe")
        self.assertIn("not shown", self.types("/login ada")[0])
        self.assertIn("not the password", self.types(WRONG)[0])
        self.assertFalse(self.echo.is_on)
        shown = self.types(ONE)
        self.assertEqual(shown[0], "-- You are logged in as ada.")
        self.assertTrue(self.echo.is_on)
        self.assertEqual(self.types("hello"), ["<ada> hello"])

    def test_a_password_that_was_typed_ahead_is_never_said(self) -> None:
        (bob,) = self.people("bob")
        self.registered()
        self.types("/logout", "zoe")
        shown = self.types("/login ada\n" + WRONG + "\n" + ONE + "\nhello")
        self.assertEqual(shown[-1], "<ada> hello")
        for line in [*shown, *bob.sees()]:
            for secret in (ONE, WRONG):
                self.assertNotIn(secret, line)

    def test_a_slash_that_was_forgotten(self) -> None:
        (bob,) = self.people("bob")
        self.types("ada")
        for line in (
            f"login ada {ONE}",
            "identify " + WRONG.split(maxsplit=1)[0],
            "password sesame",
        ):
            self.assertIn("Not said", self.types(line)[0])
        self.assertEqual([line for line in bob.sees() if line[:1] == "<"], [])
        self.assertEqual(self.types("/say login is hard"), ["<ada> login is hard"])

    def test_a_registered_name_is_asked_its_password_at_the_door(self) -> None:
        (bob,) = self.people("bob")
        self.registered()
        self.types("/logout")
        shown = self.types("ada")
        self.assertEqual(shown[0], "-- The name ada belongs to an account. Is it yours?")
        self.assertFalse(self.echo.is_on)
        self.assertIn("not the password", self.types(WRONG)[0])
        self.assertIn("What is your name", self.types("")[0])
        self.assertTrue(self.echo.is_on)
        self.assertIn("not shown", self.types("/login ada " + ONE)[1])
        self.assertIn("-- You are ada.", self.types(ONE)[0])
        self.assertTrue(self.echo.is_on)
        self.assertNotIn(WRONG, "\n".join(bob.sees()))

    def test_it_is_asked_again_when_the_password_was_changed_elsewhere(self) -> None:
        self.registered()
        self.types("/join #lab")
        account = self.world.parts.chat.accounts.named("ada")
        assert account is not None
        self.world.parts.passwords.set(account.id, TWO)
        self.world.parts.operator.perform(c.ChangeAccount(AccountDeed.PASSWORD, "ada"))
        self.screen.clear()
        self.later(4)
        shown = self.shown()
        self.assertIn("-- Goodbye: your password was changed.", shown)
        self.assertIn("-- You are logged out of ada", "\n".join(shown))
        self.assertFalse(self.echo.is_on)
        self.assertIn("not the password", self.types(ONE)[0])
        self.assertIn("-- Connected again.", self.types(TWO))
        self.assertTrue(self.echo.is_on)
        self.assertEqual(self.types("hello"), ["[#lab] <ada> hello"])

    def test_where_one_was(self) -> None:
        self.registered()
        self.types("/join #lab", "/leave #lobby", "/quit")
        self.begin("ada", logs_in=True)
        self.assertIn("not shown", self.shown()[-1])
        shown = self.types(ONE)
        self.assertIn("-- In #lab (1): ada", shown)
        self.assertIn("-- What you type now goes to #lab.", shown)
        self.assertEqual(self.types("hello"), ["[#lab] <ada> hello"])

    def test_several_terminals(self) -> None:
        self.registered()
        first = self.chat, self.endpoint, self.talk, self.screen
        self.begin("ada", logs_in=True)
        self.assertIn("-- Here now (1): ada", self.types(ONE))
        self.assertEqual(self.types("from two"), ["<ada> from two"])
        self.chat, self.endpoint, self.talk, self.screen = first
        self.carry()
        self.assertIn("<ada> from two", self.shown())

    def test_leaving_while_a_password_is_asked_for(self) -> None:
        self.types("ada", "/register")
        self.keyboard.readConnectionLost()
        self.later(2)
        self.assertEqual(self.ended, [(0, None)])
        self.assertTrue(self.echo.is_on)

    def test_quitting_while_a_password_is_asked_for(self) -> None:
        self.types("ada", "/register", "/quit")
        self.later(2)
        self.assertEqual(self.ended, [(0, None)])
        self.assertTrue(self.echo.is_on)

    def test_the_connection_is_lost_while_a_password_is_asked_for(self) -> None:
        self.types("ada", "/register")
        self.endpoint.lose(ConnectionError())
        self.later(4)
        self.types(ONE, ONE)
        self.later(4)
        self.assertEqual(self.chat.account, "ada")


class PipeTests(TerminalScenarios):
    def test_a_pipe_that_logs_in(self) -> None:
        self.registered()
        self.types("/quit")
        self.begin("ada", is_pipe=True, logs_in=True, password=ONE)
        self.later(1)
        self.assertEqual(
            self.types("from a pipe", "/register"), ["<ada> from a pipe", "<ada> /register"]
        )

    def test_a_pipe_whose_password_is_wrong(self) -> None:
        self.registered()
        self.types("/quit")
        self.begin("ada", is_pipe=True, logs_in=True, password=WRONG)
        self.later(1)
        ((status, words),) = self.ended[1:]
        self.assertEqual(status, 1)
        self.assertIn("not the password", words or "")

    def test_a_pipe_whose_name_is_an_account_s(self) -> None:
        self.registered()
        self.types("/quit")
        self.begin("ada", is_pipe=True)
        self.later(1)
        self.assertEqual(self.ended[1][0], 1)


class HouseTests(TerminalScenarios):
    doors = Doors(house=HousePassword("open sesame"))

    def test_the_password_of_the_house(self) -> None:
        self.assertIn("This chat has a password", self.shown()[-1])
        self.assertFalse(self.echo.is_on)
        self.types("close sesame", "ada")
        self.assertFalse(self.chat.is_in)
        self.types("open sesame")
        self.assertTrue(self.chat.is_in)
        self.assertTrue(self.echo.is_on)
        self.endpoint.lose(ConnectionError())
        self.assertIn("-- Connected again.", self.types("hello"))

    def test_a_pipe_is_told_what_it_lacks(self) -> None:
        self.begin("ada", is_pipe=True)
        self.later(1)
        ((status, words),) = self.ended
        self.assertEqual(status, 1)
        self.assertIn("--house-password-file", words or "")
        self.ended.clear()
        self.begin("ada", is_pipe=True, house="open sesame")
        self.later(1)
        self.assertTrue(self.chat.is_in)


class NoGuestsTests(TerminalScenarios):
    doors = Doors(guests=False)

    def test_the_name_of_an_account_is_asked_for(self) -> None:
        self.assertEqual(self.shown()[-1], "-- What is the name of your account?")
        made = self.world.parts.operator.adopt("ada")
        self.carry()
        self.world.parts.passwords.set(self.successResultOf(made).id, ONE)
        self.carry()
        self.assertIn("not shown", self.types("ada")[-1])
        self.assertIn("not the password", self.types(WRONG)[0])
        self.types(ONE)
        self.assertEqual(self.chat.account, "ada")


class TerminalOnSlowEngineTests(OnSlowEngine, TerminalTests):
    """The same, with commits that take a while."""
