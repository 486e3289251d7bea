"""Who may be here, by the operator: kicks, mutes, bans, the account of it; and accounts."""

from __future__ import annotations

from typing import Any

from tests.console.kit import OperatorTestCase
from tests.engines import OnSlowEngine, OnSQLite
from twistchat.core.accounts import Role


class ModeratingTests(OperatorTestCase):
    def deed(self, line: str) -> dict[str, Any]:
        (row,) = self.data(line)
        self.assertEqual(set(row), {"time", "who", "deed", "to", "room", "until", "words", "text"})
        return dict(row)

    def test_kick(self) -> None:
        alice, bob = self.people("alice", "bob")
        row = self.deed("kick bob too loud today")
        self.assertEqual(
            (row["deed"], row["to"], row["room"], row["words"]),
            ("kick", "bob", "#*", "too loud today"),
        )
        self.assertFalse(bob.is_connected)
        self.assertIn("too loud today", " ".join(alice.sees()))
        self.people("bob")

    def test_kick_from_a_room(self) -> None:
        _, bob = self.people("alice", "bob")
        self.typing(bob, "/join #lab")
        (text,) = self.does("kick #lab bob")
        self.assertIn("bob", text)
        self.assertTrue(bob.is_connected)
        self.assertEqual(self.data("room #lab")["members"], [])
        self.assertIn("Nobody", self.refused("kick #lab bob"))
        self.assertIn("#nowhere", self.refused("kick #nowhere bob"))

    def test_whoever_is_not_here_is_looked_for_by_who(self) -> None:
        for line in ("kick dora", "kick #lobby dora"):
            self.assertEqual(
                self.refused(line), "Nobody here is dora. Type who for names and numbers."
            )

    def test_mute_for_a_time(self) -> None:
        alice, mallory = self.people("alice", "mallory")
        row = self.deed("mute mallory 10m floods the room")
        self.assertAlmostEqual(row["until"] - row["time"], 600.0)
        self.assertEqual(row["words"], "floods the room")
        alice.sees()
        self.typing(mallory, "spam")
        self.assertNotIn("<mallory> spam", alice.sees())
        self.wait(601)
        self.typing(mallory, "sorry")
        self.assertIn("<mallory> sorry", alice.sees())

    def test_unmute(self) -> None:
        alice, mallory = self.people("alice", "mallory")
        self.assertEqual(self.deed("mute #lobby mallory")["until"], None)
        self.typing(mallory, "spam")
        self.deed("unmute #lobby mallory")
        alice.sees()
        self.typing(mallory, "sorry")
        self.assertIn("<mallory> sorry", alice.sees())
        self.assertIn("mallory", self.refused("unmute #lobby mallory"))

    def test_ban_and_unban(self) -> None:
        (mallory,) = self.people("mallory")
        row = self.deed("ban mallory 2d")
        self.assertEqual((row["room"], row["until"] - row["time"]), ("#*", 2 * 86_400))
        self.assertFalse(mallory.is_connected)
        back = self.connect()
        back.comes_in_as("mallory")
        self.turn()
        self.assertEqual(self.data("count")["online"], 0)
        back.hangs_up()
        self.deed("unban mallory")
        self.people("mallory")

    def test_an_address(self) -> None:
        (mallory,) = self.people("mallory")
        self.assertEqual(self.deed("ban 192.168.1.0/24 1d")["to"], "192.168.1.0/24")
        self.wait(1)
        self.assertFalse(self.connect().is_connected)
        self.deed("unban 192.168.1.0/24")
        self.assertTrue(self.connect().is_connected)
        self.assertIsNotNone(mallory)

    def test_bans_are_listed(self) -> None:
        self.assertEqual(self.does("bans"), ["Nobody is banned or muted."])
        _, bob = self.people("alice", "bob")
        self.typing(bob, "/join #lab")
        self.deed("ban evil* 1h spam")
        self.deed("mute #lab bob")
        rows = self.data("bans")
        self.assertEqual(
            [(row["deed"], row["to"], row["room"], row["words"]) for row in rows],
            [("ban", "evil*", "#*", "spam"), ("mute", "bob", "#lab", "")],
        )
        shown = self.does("bans")
        self.assertEqual(shown[0].split(), ["WHAT", "WHOM", "WHERE", "UNTIL", "BY", "WHY"])
        self.assertEqual(shown[1].split()[:3], ["ban", "evil*", "everywhere"])
        self.assertEqual(shown[2].split()[:5], ["mute", "bob", "#lab", "for", "good"])
        self.assertEqual(len(self.data("bans #lab")), 1)
        self.assertIn("#nowhere", self.refused("bans #nowhere"))
        self.wait(3601)
        self.assertEqual(len(self.data("bans")), 1)

    def test_exceptions(self) -> None:
        _, bob = self.people("alice", "bob")
        self.typing(bob, "/join #lab")
        self.assertEqual(self.deed("exempt #lab bob 1h a friend")["deed"], "exempt")
        self.assertIn("uninvited", self.deed("allow #lab guest*")["text"])
        rows = [(row["deed"], row["to"], row["words"]) for row in self.data("bans")]
        self.assertEqual(rows, [("exempt", "bob", "a friend"), ("allow", "guest*", "")])
        self.deed("unexempt #lab bob")
        self.deed("disallow #lab guest*")
        self.assertEqual(self.data("bans"), [])
        for line in ("exempt bob", "allow bob", "unexempt bob", "disallow #lab bob why"):
            self.assertTrue(self.refused(line, 2).startswith("Usage: "), line)

    def test_the_account_of_it_all(self) -> None:
        self.assertIn("Nothing was done yet", self.does("audit")[0])
        alice, bob = self.people("alice", "bob")
        self.typing(bob, "/join #lab")
        self.deed("mute #lab bob 10m spam")
        self.does("room #lab key=sesame")
        self.deed("kick bob out")
        rows = self.data("audit")
        self.assertEqual(
            [(row["who"], row["deed"], row["to"], row["room"], row["words"]) for row in rows],
            [
                ("operator", "mute", "bob", "#lab", "spam"),
                ("operator", "rules", "key", "#lab", ""),
                ("operator", "kick", "bob", "#*", "out"),
            ],
        )
        self.assertEqual([row["id"] for row in rows], sorted({row["id"] for row in rows}))
        self.assertEqual(len(self.data("audit 2")), 2)
        self.result("account add zoe operator", "a long secret")
        self.assertEqual(self.data("audit 1")[0]["deed"], "account register operator")
        self.assertEqual([row["deed"] for row in self.data("audit #LAB 5")], ["mute", "rules"])
        self.assertEqual(self.does("audit")[0].split()[:4], ["#", "WHEN", "WHO", "WHAT"])
        self.assertNotIn("sesame", str(self.result("audit").lines()))
        self.refused("audit a b", 2)
        self.assertIn("name for a room", self.refused("audit ##"))
        self.assertIsNotNone(alice)

    def test_usage(self) -> None:
        for line in ("kick", "kick #lab", "mute", "unmute", "unban bob why", "bans a b"):
            self.assertTrue(self.refused(line, 2).startswith("Usage: "))
        self.assertIn("Nobody", self.refused("kick nobody"))
        # A slip of the finger does not ban for good.
        self.assertIn("10min is no length of time", self.refused("ban bob 10min", 2))


class ModeratingOnSlowEngineTests(OnSlowEngine, ModeratingTests):
    """The same on an engine whose commits wait."""

    def test_what_is_not_kept_is_not_done(self) -> None:
        _, mallory = self.people("alice", "mallory")
        self.slow.fails = True
        self.refused("mute mallory")
        self.slow.fails = False
        self.assertEqual(self.does("bans"), ["Nobody is banned or muted."])
        self.assertIn("<mallory> hello", self.typing(mallory, "hello"))


class ModeratingOnSQLiteTests(OnSQLite, ModeratingTests):
    """The same, on a database."""


class AccountTests(OperatorTestCase):
    def adds(self, name: str, password: str = "open sesame", role: str = "") -> Any:
        result = self.result(f"account add {name} {role}".strip(), password)
        self.assertEqual(result.status, 0, result.lines())
        return result.data()

    def logs_in(self, name: str, password: str) -> bool:
        person = self.connect()
        person.types(f"/login {name}")
        self.turn()
        person.types(password)
        self.turn()
        self.wait(1)
        is_in = any(session.name == name for session in self.world.registry.people)
        person.hangs_up()
        self.turn()
        return is_in

    def test_list(self) -> None:
        self.assertIn("no accounts yet", self.does("account")[0])
        self.adds("alice")
        self.adds("carol", role="operator")
        self.people("bob")
        rows = self.data("account list")
        self.assertEqual(
            [(row["name"], row["role"], row["standing"], row["online"]) for row in rows],
            [("alice", "person", "active", False), ("carol", "operator", "active", False)],
        )
        shown = self.does("account")
        self.assertEqual(shown[0].split(), ["NAME", "ROLE", "STANDING", "SINCE", "ONLINE"])

    def test_a_password_is_asked_for(self) -> None:
        asked: list[str] = []
        for line in ("account add alice", "account passwd alice"):
            running = self.office.commands.run(line)
            running.addErrback(lambda failure: asked.append(str(failure.value)))
            self.turn()
            if line.startswith("account add"):
                self.adds("alice")
        self.assertEqual(asked, ["Password of alice", "New password of alice"])

    def test_whoever_was_added_can_log_in(self) -> None:
        (row,) = self.adds("alice")
        self.assertEqual((row["name"], row["role"]), ("alice", "person"))
        self.assertTrue(self.logs_in("alice", "open sesame"))
        self.assertFalse(self.logs_in("alice", "open barley"))

    def test_add_refuses(self) -> None:
        self.adds("alice")
        for line, secret, words in (
            ("account add alice", "open sesame", "alice"),
            ("account add carol", "s3same", "8"),
            ("account add caroline", "CAROLINE", ""),
            ("account add #x", "open sesame", ""),
        ):
            result = self.result(line, secret)
            self.assertEqual(result.status, 1)
            self.assertIn(words, result.lines()[0])
            self.assertNotIn(secret, " ".join(result.lines()))
            self.assertNotIn(secret, str(result.data()))
        self.assertEqual(len(self.data("account")), 1)

    def test_a_password_that_is_typed_in_the_wrong_place_is_not_said_aloud(self) -> None:
        for line in ("account add alice s3samesesame", "account passwd alice s3samesesame",
                     "account passwd alice s3same sesame", "account s3samesesame"):  # fmt: skip
            self.assertNotIn("s3same", self.refused(line, 2))

    def test_passwd(self) -> None:
        self.adds("alice")
        result = self.result("account passwd ALICE", "open barley")
        self.assertEqual(result.status, 0, result.lines())
        self.assertFalse(self.logs_in("alice", "open sesame"))
        self.wait(600)
        self.assertTrue(self.logs_in("alice", "open barley"))
        self.assertEqual(self.result("account passwd nobody", "open barley").status, 1)

    def test_role(self) -> None:
        (alice,) = self.people("alice")
        self.world.registers(alice)
        (row,) = self.data("account role alice OPERATOR")
        self.assertEqual(row["role"], "operator")
        user = self.world.parts.chat.person("alice")
        assert user is not None
        self.assertTrue(user.operator)
        self.assertEqual(self.data("who")[0]["role"], "operator")
        self.data("account role alice person")
        self.assertFalse(user.operator)
        self.assertIn("person, operator", self.refused("account role alice king", 2))
        self.assertIn("nobody", self.refused("account role nobody person"))

    def test_disable_enable_delete(self) -> None:
        (alice,) = self.people("alice")
        self.world.registers(alice, role=Role.PERSON)
        self.assertEqual(self.data("account disable alice")[0]["standing"], "disabled")
        self.turn()
        self.assertFalse(alice.is_connected)
        self.assertEqual(self.data("account enable alice")[0]["standing"], "active")
        self.assertEqual(self.data("account delete alice")[0]["standing"], "deleted")
        self.assertEqual(self.data("account"), [])
        self.assertIn("alice", self.refused("account delete alice"))

    def test_what_was_done_is_in_the_account(self) -> None:
        self.adds("alice")
        self.data("account role alice operator")
        self.data("account disable alice")
        self.assertEqual(
            [(row["deed"], row["to"]) for row in self.data("audit")],
            [
                ("account register", "alice"),
                ("account role operator", "alice"),
                ("account disable", "alice"),
            ],
        )

    def test_usage(self) -> None:
        for line in ("account frob", "account add", "account role alice", "account list x"):
            self.assertIn("Usage: account,", self.refused(line, 2))


class AccountsOnSlowEngineTests(OnSlowEngine, AccountTests):
    """The same on an engine whose commits wait."""


class AccountsOnSQLiteTests(OnSQLite, AccountTests):
    """The same, on a database."""
