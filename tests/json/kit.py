"""Programs in a world, and what is said of what they hear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from twistchat.testing import JSON, ChatTestCase, FrontEnd, Program

if TYPE_CHECKING:
    from twistchat.frontends.jsonlines.codec import Object

LOBBY = "#lobby"


class ProgramTestCase(ChatTestCase):
    """A test in which programs speak JSON."""

    front_end: ClassVar[FrontEnd] = JSON

    def program(self) -> Program:
        """Connect a program, and forget the server's hello."""
        program = cast("Program", self.connect())
        program.hears()
        return program

    def programs(self, *names: str) -> list[Program]:
        """Let programs come in."""
        return cast("list[Program]", self.people(*names))

    def asking(self, program: Program, kind: str, /, **fields: Any) -> list[Object]:
        """Let a program ask for something, and return what it then hears."""
        program.hears()
        program.asks(kind, **fields)
        self.turn()
        return program.hears()

    def hello(self, name: str = "", **fields: Any) -> tuple[Program, list[Object]]:
        """Connect a program that says hello, and return what it then hears."""
        program = self.program()
        return program, self.asking(program, "hello", name=name, **fields)

    def token(self, program: Program) -> str:
        """Ask for a token."""
        return next(str(x["token"]) for x in self.asking(program, "token") if "token" in x)

    def stands(self, room: str = LOBBY) -> list[Any]:
        """Where a room stands: its epoch, and its last number."""
        seen = self.world.parts.fanout.told.stands(room)
        assert seen is not None
        return [seen.epoch, seen.number]

    def only(self, heard: list[Object], *kinds: str) -> list[Object]:
        """Those of some types."""
        return [told for told in heard if told["type"] in kinds]

    def texts(self, heard: list[Object]) -> list[str]:
        """What was said, in order."""
        return [told["text"] for told in heard if told["type"] in ("said", "whispered")]

    def kinds(self, heard: list[Object]) -> list[str]:
        """The types of what was heard, in order."""
        return [told["type"] for told in heard]

    def the(self, heard: list[Object], kind: str) -> Object:
        """The only one of a type."""
        (found,) = self.only(heard, kind)
        return found

    def assert_error(self, heard: list[Object], code: str, **fields: Any) -> None:
        """There is nothing but one error."""
        (error,) = heard
        self.assertEqual(error["type"], "error", error)
        self.assertEqual(error["code"], code, error)
        for name, value in fields.items():
            self.assertEqual(error.get(name), value, error)
