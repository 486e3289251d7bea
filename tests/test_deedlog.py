"""What moderators and operators do is in the operator's log, once."""

from __future__ import annotations

from twisted.logger import ILogObserver, LogEvent, formatEvent, globalLogPublisher
from zope.interface import implementer

from twistchat.core.accounts import Role
from twistchat.testing import ChatTestCase


@implementer(ILogObserver)
class Ears:
    """Remembers what is logged."""

    def __init__(self) -> None:
        self.logged: list[LogEvent] = []

    def __call__(self, event: LogEvent) -> None:
        self.logged.append(event)


class DeedLogTests(ChatTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.ears = Ears()
        globalLogPublisher.addObserver(self.ears)
        self.addCleanup(globalLogPublisher.removeObserver, self.ears)

    def lines(self) -> list[str]:
        self.turn()
        return [
            formatEvent(event)
            for event in self.ears.logged
            if event.get("log_namespace") == "twistchat.deedlog"
        ]

    def test_each_deed_is_a_line(self) -> None:
        ada, _ = self.people("ada", "bob")
        self.world.registers(ada, role=Role.OPERATOR)
        ada.types("/mute bob 10m too loud")
        self.turn()
        ada.types("/rules slow=10 secret=on")
        self.turn()
        ada.types("hello")
        self.turn()
        ada.types("/delete 3")
        self.turn()
        ada.types("/kick #* bob")
        self.assertEqual(
            [line.partition(" until ")[0] for line in self.lines()],
            [
                "ada: mute bob in #lobby",
                "ada: rules of #lobby: secret, slow",
                "ada: deleted 3 of #lobby",
                "ada: kick bob everywhere",
            ],
        )

    def test_until_when_and_why(self) -> None:
        ada, _ = self.people("ada", "bob")
        self.world.registers(ada, role=Role.OPERATOR)
        ada.types("/ban bob 1h spam")
        line = self.lines()[-1]
        self.assertRegex(line, r"^ada: ban bob in #lobby until 1970-01-01T01:00:0\dZ \(spam\)$")
