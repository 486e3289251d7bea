"""Coming back at another node."""

from __future__ import annotations

from typing import Any

from tests.lines import TOKEN
from twistchat.testing import JSON, LINE, NodesTestCase, Program

LOBBY = "#lobby"


def token_in(seen: list[str]) -> str:
    found = TOKEN.search(" ".join(seen))
    assert found is not None, seen
    return found[0]


class ResumeTests(NodesTestCase):
    """Programs: each line once, wherever they go on."""

    front_end = JSON

    def hello(self, at: str, **fields: Any) -> tuple[Program, list[dict[str, Any]]]:
        program = self.worlds[at].connect(JSON)
        assert isinstance(program, Program)
        program.hears()
        program.asks("hello", protocol=1, name="bob", **fields)
        self.turn()
        return program, program.hears()

    def setUp(self) -> None:
        super().setUp()
        self.ada = self.person("ada", at="a")
        self.bob, heard = self.hello("b")
        self.token = next(told["token"] for told in heard if told["type"] == "welcome")
        self.ada.sees()
        self.seen: list[Any] = ["", 0]
        self.heard: list[str] = []

    def listens(self, told: list[dict[str, Any]]) -> None:
        for each in told:
            if each["type"] == "said":
                self.heard.append(each["text"])
            if "number" in each and each.get("room") == LOBBY:
                self.seen = [each["epoch"], each["number"]]

    def test_the_old_connection_is_replaced_and_nobody_is_told_anything(self) -> None:
        self.ada.says("one")
        self.turn()
        self.listens(self.bob.hears())
        self.ada.sees()
        back, heard = self.hello("c", token=self.token, rooms={LOBBY: self.seen})
        self.assertEqual([told["type"] for told in heard], ["welcome", "live", "members"])
        self.assertTrue(heard[0]["resumed"])
        self.assertEqual(heard[2]["names"], ["ada", "bob"])
        self.assertEqual(self.bob.hears(), [{"type": "goodbye", "cause": "resumed"}])
        self.assertFalse(self.bob.is_connected)
        self.assertEqual(self.ada.sees(), [])
        back.says("here")
        self.turn()
        self.assertEqual(self.ada.sees(), ["<bob> here"])
        back.vanishes()
        self.turn()
        self.assertEqual(self.ada.sees(), ["-- bob left (connection lost)."])

    def test_each_line_once(self) -> None:
        number = 0
        for at in "cabacbbca":
            for _ in range(3):
                self.ada.says(str(number := number + 1))
            self.turn()
            self.listens(self.bob.hears())
            self.ada.says(str(number := number + 1))
            self.clock.advance(0.003)  # it is under way, and told at one node and not at another
            if number % 8 == 0:
                self.bob.vanishes()
            old = self.bob
            self.bob, heard = self.hello(at, token=self.token, rooms={LOBBY: self.seen})
            self.assertEqual(heard[0].get("name"), "bob", heard)
            self.listens(heard)
            self.assertFalse(old.is_connected)
        self.turn()
        self.listens(self.bob.hears())
        self.assertEqual(self.heard, [str(n + 1) for n in range(number)])

    def test_the_name_is_theirs_when_the_old_node_ends(self) -> None:
        back, _ = self.hello("c", token=self.token)
        self.stop("b")
        other = self.worlds["a"].connect(JSON)
        other.comes_in_as("bob")
        self.turn()
        self.assertIn("The name bob is taken.", " ".join(other.sees()))
        self.assertTrue(back.is_connected)

    def test_the_name_is_kept_for_who_was_lost(self) -> None:
        self.bob.vanishes()
        self.turn()
        other = self.worlds["a"].connect()
        other.types("bob")
        self.turn()
        self.assertIn("is kept", other.sees()[-1])
        _, heard = self.hello("a", token=self.token)
        self.assertEqual(heard[0]["name"], "bob")
        self.wait(1)
        other.types("bob")
        self.turn()
        self.assertIn("is taken", other.sees()[-1])

    def test_a_name_that_is_kept_no_longer(self) -> None:
        self.bob.vanishes()
        self.wait(self.limits.name_kept + 1)
        self.person("bob", at="a", front_end=LINE)

    def test_a_key_that_was_used_at_another_node(self) -> None:
        self.bob.asks("say", room=LOBBY, text="once", key="k", id=1)
        self.bob.vanishes()
        back, _ = self.hello("c", token=self.token)
        back.asks("say", room=LOBBY, text="once", key="k", id=2)
        self.turn()
        told = [each for each in back.hears() if each.get("id") == 2]
        self.assertEqual(told[0]["type"], "kept")
        self.assertEqual(sum("once" in line for line in self.ada.sees()), 1)


class ByHandTests(NodesTestCase):
    """People on nc."""

    def test_to_another_node_while_the_connection_seems_to_live(self) -> None:
        ada, bob = self.person("ada", at="a"), self.person("bob", at="b")
        self.typing(bob, "/join #tea")
        seen = self.typing(bob, "/token")
        token = token_in(seen)
        ada.sees()
        back = self.worlds["c"].connect()
        back.types(f"/resume {token}")
        self.turn()
        self.assertIn("-- You are bob.", " ".join(back.sees()))
        self.assertFalse(bob.is_connected)
        self.assertEqual(ada.sees(), [])
        self.assertIn("-- In #tea (1): bob", self.typing(back, "/who #tea"))

    def test_after_leaving(self) -> None:
        ada, bob = self.person("ada", at="a"), self.person("bob", at="b")
        self.typing(ada, "one")
        seen = self.typing(bob, "exit")
        token = token_in(seen)
        self.typing(ada, "two")
        back = self.worlds["c"].connect()
        back.types(f"/resume {token}")
        self.turn()
        told = back.sees()
        self.assertEqual([line for line in told if "<ada>" in line], ["[00:00] <ada> two"])
