"""What operators in the chat ask of the server, on every wire; and that nobody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.console.kit import OperatorTestCase
from tests.engines import OnSlowEngine
from twistchat.core.accounts import Role
from twistchat.frontends.console.command import Asked, Command, Commands
from twistchat.testing import JSON, Person, Program

if TYPE_CHECKING:
    from twistchat.frontends.console.results import Result

OF_CHAT = [
    "count",
    "who",
    "say",
    "msg",
    "rooms",
    "room",
    "bans",
    "audit",
    "nodes",
    "at",
    "stats",
    "help",
]


class InChatTests(OperatorTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.let_in(self.office.commands)

    def let_in(self, commands: Commands) -> None:
        in_chat = commands.in_chat()
        self.world.registry.office = lambda line, user: in_chat.run(line, by=user)

    def operator(self, name: str = "carol") -> Person:
        (carol,) = self.people(name)
        self.world.registers(carol, role=Role.OPERATOR)
        return carol

    def test_on_nc(self) -> None:
        carol = self.operator()
        self.people("alice")
        self.assertEqual(self.typing(carol, "/server count"), ["-- 2 online."])
        self.assertIn("192.168.1.1", self.typing(carol, "/server who")[1])
        told = self.typing(carol, "/server say tea")
        self.assertEqual(told, ["-- The operator to all: tea", "-- Told 2 people."])
        self.assertEqual(
            self.typing(carol, "/server cuont"),
            ["-- There is no command cuont. Did you mean /server count?"],
        )
        self.assertEqual(self.typing(carol, "/server msg bob"), ["-- Usage: /server msg WHO TEXT"])

    def test_only_those_that_make_sense_there(self) -> None:
        carol = self.operator()
        usages = [line.split()[2] for line in self.typing(carol, "/server")[1:]]
        self.assertEqual(usages, OF_CHAT)
        for name in self.office.commands.all:
            if name not in OF_CHAT:
                told = self.typing(carol, f"/server {name} x")[0]
                self.assertIn(f"{name} is not behind /server.", told)
                self.assertRegex(told, rf"Type /{name}\.$|It needs twistchat ctl, at the server\.$")
        self.assertEqual(self.stopped, [])
        self.assertIn("under your own name", self.typing(carol, "/server room #lobby slow=5")[0])

    def test_others_are_refused(self) -> None:
        alice, bob = self.people("alice", "bob")
        self.world.registers(bob)
        for person in (alice, bob):
            self.assertEqual(
                self.typing(person, "/server say tea"), ["-- Only operators can do that."]
            )
        self.assertEqual(alice.sees(), [])
        self.assertIn("name first", self.typing(self.connect(), "/server who")[-1])

    def test_whoever_is_no_operator_any_more_is_refused(self) -> None:
        carol = self.operator()
        self.data("account role carol person")
        carol.sees()
        self.assertEqual(self.typing(carol, "/server count"), ["-- Only operators can do that."])

    def program(self, name: str) -> Program:
        person = self.world.connect(JSON)
        assert isinstance(person, Program)
        person.comes_in_as(name)
        self.turn()
        person.reads()
        return person

    def asks(self, program: Program, **fields: Any) -> Any:
        import json

        program.types(json.dumps({"type": "server", "id": 1, **fields}))
        self.turn()
        return json.loads(program.reads()[-1])

    def test_on_json(self) -> None:
        carol = self.program("carol")
        self.assertEqual(self.asks(carol, command="count")["code"], "operators-only")
        self.world.registers(carol, role=Role.OPERATOR)
        told = self.asks(carol, command="count")
        self.assertEqual(
            {name: told[name] for name in ("type", "id", "status", "lines")},
            {"type": "server", "id": 1, "status": 0, "lines": ["1 online."]},
        )
        self.assertEqual(told["data"]["online"], 1)
        failed = self.asks(carol, command="msg nobody hi")
        self.assertEqual((failed["status"], failed["data"]["error"]), (1, "no-such-person"))
        self.assertEqual(self.asks(carol)["code"], "bad-field")

    def test_what_is_typed_behind_it_waits(self) -> None:
        carol = self.operator()
        carol.types("/server audit")
        carol.types("hello")
        self.turn()
        seen = carol.sees()
        self.assertEqual(seen[-1], "<carol> hello")
        self.assertIn("account register", seen[-2])

    def test_a_command_that_breaks(self) -> None:
        def broken(asked: Asked) -> Result:
            raise ZeroDivisionError

        self.let_in(Commands([Command("broken", "", "", broken, in_chat=True)]))
        carol = self.operator()
        self.assertIn("the log says why", self.typing(carol, "/server broken")[0])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertEqual(self.typing(carol, "hello"), ["<carol> hello"])

    def test_a_chat_without_an_office(self) -> None:
        self.world.registry.office = None
        carol = self.operator()
        self.assertIn("no command /server", self.typing(carol, "/server count")[0])


class InChatOnSlowEngineTests(OnSlowEngine, InChatTests):
    """The same on an engine whose commits wait."""
