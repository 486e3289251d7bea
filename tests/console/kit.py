"""An operator at work: the table of commands on a whole chat, on a Clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twistchat.accounts.passwords import good_password
from twistchat.frontends.console.office import make_office
from twistchat.frontends.line.format import LineFormat
from twistchat.testing import ChatTestCase

if TYPE_CHECKING:
    from twistchat.core.limits import Limits
    from twistchat.frontends.console.reloading import Settings
    from twistchat.frontends.console.results import Result


class OperatorTestCase(ChatTestCase):
    """A chat, and an operator who does things in it."""

    def setUp(self) -> None:
        super().setUp()
        self.stopped: list[str] = []
        self.written: Settings | Exception | None = None
        """What stands in the files now."""
        self.open_office()

    def open_office(self, begun_with: Settings | None = None) -> None:
        parts = self.world.parts
        self.office = make_office(
            registry=parts.registry,
            chat=parts.chat,
            engine=parts.engine,
            clock=self.world.clock,
            counts=parts.counts,
            passwords=parts.passwords,
            good_password=good_password,
            perform=parts.operator.perform,
            submit=parts.pipeline.submit,
            wire_format=LineFormat(),
            shut_down=self.stopped.append,
            change_limits=self.change_limits,
            read=self.read,
            begun_with=begun_with,
        )
        self.addCleanup(self.office.closing.stop)

    def change_limits(self, limits: Limits) -> None:
        self.world.registry.change_limits(limits)

    def read(self) -> Settings:
        if isinstance(self.written, Exception):
            raise self.written
        assert self.written is not None
        return self.written

    def result(self, line: str, secret: str | None = None) -> Result:
        """Do a command, and let everything happen that follows from it."""
        results: list[Result] = []
        self.office.commands.run(line, secret).addCallback(results.append)
        self.turn()
        (result,) = results
        return result

    def does(self, line: str) -> list[str]:
        """Do a command that is possible, and return what people read of it."""
        result = self.result(line)
        self.assertEqual(result.status, 0, result.lines())
        return list(result.lines())

    def data(self, line: str) -> Any:
        """Do a command that is possible, and return what programs read of it."""
        result = self.result(line)
        self.assertEqual(result.status, 0, result.lines())
        return result.data()

    def refused(self, line: str, status: int = 1) -> str:
        """Do a command that is not possible, and return why."""
        result = self.result(line)
        self.assertEqual(result.status, status, result.lines())
        (words,) = result.lines()
        fields = result.data()
        self.assertEqual((set(fields), fields["text"]), ({"error", "text"}, words))
        return words
