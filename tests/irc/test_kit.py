"""The crudest of IRC: coming in, and being heard."""

from __future__ import annotations

from tests.irc.kit import IRCTestCase, read_line
from twistchat.testing import LINE


class CrudestTests(IRCTestCase):
    def test_a_client_comes_in_and_talks_with_people_on_other_wires(self) -> None:
        (ann,) = self.world.people("ann", front_end=LINE)
        (bob,) = self.clients("bob", room="#lobby")
        ann.sees()
        bob.says("你好")
        ann.types("hello")
        self.turn()
        self.assertEqual(ann.sees(), ["<bob> 你好", "<ann> hello"])
        self.assertEqual(self.told(bob), [":ann PRIVMSG #lobby hello"])

    def test_lines_are_read_as_clients_do(self) -> None:
        line = read_line("@a=b;c :x!~x@host PRIVMSG #a :b  c")
        self.assertEqual(line.tags, {"a": "b", "c": ""})
        self.assertEqual((line.nick, line.command, line.params), ("x", "PRIVMSG", ("#a", "b  c")))
