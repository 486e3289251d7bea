"""What moderators and operators did: taken out, put in, looked at, copied."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.archive.kit import START, ArchiveTestCase, said
from tests.archive.test_import import HEADER, ImportTestCase, end, line, log, written
from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed
from twistchat.core.law import ADDRESS, Deed
from twistchat.engine.sqlite.reader import Reader
from twistchat.testing.deeds import EVERYTHING, KEY, account, deleted, moderated, rules

if TYPE_CHECKING:
    from pathlib import Path

    from twistchat.engine import Audited

LATER = START + 3_600
"""When most of this was done."""


class TakenOutTests(ArchiveTestCase):
    def records(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.lines_of("--format", "json", *words)]

    def of_type(self, kind: str, *words: str) -> dict[str, Any]:
        (found,) = [record for record in self.records(*words) if record["type"] == kind]
        return found

    def test_the_fields_of_each(self) -> None:
        self.keep(
            said("a secret"),
            rules("slow", "key", slow=1.5, key=KEY, keep_lines=7),
            moderated(Deed.MUTE, words="spam", until=60.5),
            moderated(Deed.BAN, "203.0.113.0/24", room="", to_user=ADDRESS),
            account(AccountDeed.REGISTER),
            deleted(1, "spam"),
        )
        by = {"user": "1", "who": "alice"}
        here = {"log": 1, "room": "#lobby", "at": 7.0, **by}
        for wanted in (
            {
                "type": "rules", "number": 2, "changed": ["slow", "key"],
                "rules": {"key": "*", "slow": 1.5, "keep_lines": 7}, **here,
            },
            {
                "type": "mute", "number": 3, "to_user": "2", "to": "bob", "until": 60.5,
                "text": "spam", **here,
            },
            {
                "type": "ban", "log": 2, "number": 1, "at": 7.0, "to_user": "address",
                "to": "203.0.113.0/24", "text": "", **by,
            },
            {
                "type": "account", "log": 2, "number": 2, "at": 7.0, "to_user": "a11ce",
                "to": "Ada", "deed": "register",
                "account": {
                    "id": "a11ce", "name": "Ada", "role": "person", "standing": "active",
                    "generation": 1, "since": 5.0,
                },
                **by,
            },
            {"type": "deleted", "number": 4, "line": 1, "words": "spam", **here, "at": 8.0},
            {
                "type": "erased", "log": 1, "number": 1, "room": "#lobby", "at": START,
                "user": "a11ce", "who": "alice", "by": "alice",
            },
        ):  # fmt: skip
            self.assertEqual(self.of_type(str(wanted["type"])), wanted)
        audit = [record for record in self.records() if record["type"] == "audit"]
        self.assertEqual(
            [(entry["name"], entry["number"], entry["event"]["type"]) for entry in audit],
            [
                ("#lobby", 2, "rules"), ("#lobby", 3, "mute"), ("!", 1, "ban"),
                ("!", 2, "account"), ("#lobby", 4, "deleted"),
            ],
        )  # fmt: skip
        self.assertEqual(self.records()[-1], {"type": "end", "events": 6, "audit": 5})

    def test_no_key_of_a_room_is_in_it(self) -> None:
        self.keep(*EVERYTHING)
        for form in ("json", "text", "html"):
            taken = self.succeeds("export", "--private", "--format", form)
            self.assertNotIn(KEY, taken)
            self.assertNotIn(KEY.partition(":")[2], taken)

    def test_people_read_neither_accounts_nor_addresses(self) -> None:
        self.keep(*EVERYTHING)
        for form in ("text", "html"):
            taken = self.succeeds("export", "--private", "--format", form)
            self.assertNotIn("203.0.113", taken)
            self.assertNotIn("Ada", taken)

    def test_one_room_has_its_own_account(self) -> None:
        self.keep(moderated(Deed.KICK, room="#lab"), *EVERYTHING)
        names = {r["name"] for r in self.records("lab") if r["type"] in ("audit", "log")}
        self.assertEqual(names, {"#lab"})

    def test_as_people_read_it(self) -> None:
        self.keep(
            said("a secret", at=LATER),
            moderated(Deed.BAN, words="spam <b>", until=LATER + 60, at=LATER),
            rules(slow=5.0, at=LATER),
            e.Deleted("#lobby", 1, "1", "alice", "", LATER),
        )
        text = self.lines_of()
        self.assertEqual(text[1], "[2025-11-20 21:00] <alice> (deleted by a moderator)")
        self.assertRegex(text[2], r"^\[2025-11-20 21:00\] -- alice banned bob.*spam <b>")
        self.assertEqual(len(text), 5)
        page = self.succeeds("export", "--format", "html")
        self.assertIn(
            "<b><bdi>alice</bdi></b> <i>(deleted by a moderator)</i>", page,
        )  # fmt: skip
        self.assertRegex(page, r"<i>alice banned bob.*spam &lt;b&gt;.*</i>")
        self.assertNotIn("a secret", page + "".join(text))


class PutInTests(ImportTestCase):
    def audit(self, path: Path) -> list[Audited]:
        reader = Reader(path)
        try:
            return reader.audit(1_000, None, None)
        finally:
            reader.close()

    def test_what_went_out_comes_in_and_goes_out_again_the_same(self) -> None:
        self.keep(*EVERYTHING, said("b"))
        out = self.takes_out("--private")
        self.puts_in(out)
        self.assertEqual(self.takes_out("--private", path=self.other), out)
        self.assertEqual(self.audit(self.other), self.audit(self.path))
        for query in (
            "SELECT kind, subject, number FROM standing ORDER BY 1, 2",
            "SELECT log, number, at, kind, user, who, folded, to_user, to_who, until FROM events",
        ):
            self.assertEqual(self.rows(query, self.other), self.rows(query))

    def test_a_server_begins_with_what_holds(self) -> None:
        holds: list[e.Durable] = [
            rules(key=KEY, slow=1.0),
            moderated(Deed.BAN, until=9e9),
            moderated(Deed.OP, "carol", to_user="3"),
            account(AccountDeed.REGISTER),
            said("b"),
        ]
        self.keep(moderated(Deed.BAN), *holds)
        self.puts_in(self.takes_out())
        first, *others = self.loaded(self.other)
        assert isinstance(first, e.RulesChanged)
        self.assertEqual((first.rules.key, first.rules.slow), ("*", 1.0))  # nobody knows it
        self.assertEqual(others, holds[1:])

    def test_an_account_of_what_the_file_gives_none_of(self) -> None:
        ban = {
            **line(1, "spam"), "type": "ban", "to_user": "", "to": "bob*", "until": START + 60,
        }  # fmt: skip
        self.puts_in(written(HEADER, log(), ban, end(1)))
        (given,) = [entry.committed for entry in self.audit(self.other)]
        wanted = e.Moderated(
            "#lobby", "a11ce", "alice", Deed.BAN, "", "bob*", "spam", START + 60, START
        )
        self.assertEqual((given.item, given.number), (wanted, 1))

    def test_append(self) -> None:
        self.keep(account(AccountDeed.REGISTER), moderated(Deed.BAN), said("a"))
        out = self.takes_out()
        self.puts_in(out)
        told = self.refuses(out)
        self.assertIn("has what is known of accounts, #lobby already", told)
        self.puts_in(out, "--append")
        self.assertEqual(len(self.audit(self.other)), 2)  # each once
        self.assertEqual(self.rows("SELECT number FROM standing", self.other), [(2,), (3,)])

    def test_after_restoring_a_backup(self) -> None:
        self.keep(moderated(Deed.BAN, at=START), said("a"))
        self.succeeds("backup", self.other)
        self.keep(
            moderated(Deed.UNBAN, at=LATER), said("b", at=LATER),
            account(AccountDeed.REGISTER),
        )  # fmt: skip
        since = ("--since", "2025-11-20T20:30")
        self.with_store(lambda _: None, self.other)
        self.puts_in(self.takes_out(*since), "--append")
        deeds = [entry.committed.item for entry in self.audit(self.other)]
        self.assertEqual(deeds, [moderated(Deed.BAN, at=START), moderated(Deed.UNBAN, at=LATER)])
        self.assertEqual(self.loaded(self.other), [said("b", at=LATER)])

    def test_mistakes(self) -> None:
        deed = {**line(1), "type": "ban", "to_user": "b0b", "to": "bob"}
        rule = {**line(1), "type": "rules", "rules": {}, "changed": []}
        made = {
            "id": "a1", "name": "Ada", "role": "person", "standing": "active", "generation": 1,
            "since": 5.0,
        }  # fmt: skip
        new = {**line(1), "type": "account", "to_user": "a1", "to": "Ada", "deed": "register"}
        for bad, why in (
            ({**deed, "to": ""}, "to is '', which is no name"),
            ({**deed, "to_user": "", "to": ""}, "to is '', which is neither a name"),
            ({**deed, "to_user": "", "to": "a\x1b"}, "which is neither a name"),
            ({**deed, "until": "soon"}, "until is missing, or no time"),
            ({**deed, "text": 7}, "text is missing"),
            ({**rule, "rules": {"unheard": 1}}, "rules cannot be so: a rule that this version"),
            ({**rule, "changed": ["unheard"]}, "changed names rules that there are not"),
            ({**rule, "room": "#lab"}, "this is of #lab"),
            ({**new, "account": {**made, "name": "a b"}}, "name is 'a b', which is no name"),
            ({**new, "account": {**made, "id": "a,b"}}, "id is 'a,b', which is no id"),
            ({**new, "account": {**made, "since": -1}}, "since is missing, or no time"),
            ({**new, "account": {**made, "role": "king"}}, "account cannot be so"),
            ({**new, "account": made}, "this is of !, and log 1 is #lobby"),
            ({**line(1), "type": "deleted", "line": 0, "words": ""}, "line is no number"),
            ({**line(1), "type": "deleted", "line": "1"}, "deleted cannot be so"),
            ({**line(1), "type": "erased"}, "by is missing"),
            ({"type": "audit", "name": "#lobby", "epoch": "e", "number": 1}, "event is missing"),
            (
                {"type": "audit", "name": "#lab", "epoch": "e", "number": 1, "event": deed},
                "this is of #lobby, and not of #lab",
            ),
            (
                {"type": "audit", "name": "#lobby", "epoch": "e", "number": 1, "event": line(1)},
                "the audit log has no 'said'",
            ),
            ({**end(0), "audit": 2}, "of 2 entries of the audit log 0 stand above"),
        ):
            told = self.refuses(written(HEADER, log(), bad))
            self.assertIn(f"line 3: {why}" if "which" not in why else why, told)

    def test_a_key_that_somebody_has_written_into_it_is_not_taken(self) -> None:
        rule = {**line(1), "type": "rules", "rules": {"key": KEY}, "changed": ["key"]}
        self.puts_in(written(HEADER, log(), rule, end(1)))
        self.assertNotIn(KEY, str(self.rows("SELECT text FROM events", self.other)))


class CheckedTests(ArchiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.keep(*EVERYTHING, said("b"))

    def finds(self, *faults: str) -> None:
        ran = self.run_command("db", "check")
        lines = ran.err.splitlines()
        self.assertEqual((ran.status, len(lines)), (1, len(faults)), ran.err)
        for text, fault in zip(lines, faults, strict=True):
            self.assertIn(fault, text)

    def test_what_there_is(self) -> None:
        told = self.succeeds("db", "check")
        self.assertIn("21 entries in the audit log\n", told)
        self.assertIn("No fault was found.", told)

    def test_a_backup_has_it_and_what_keeps_it(self) -> None:
        copy = self.folder / "copy.db"
        self.succeeds("backup", copy)
        query = "SELECT * FROM audit"
        self.assertEqual(self.rows(query, copy), self.rows(query))
        self.assertEqual(
            self.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'", copy),
            [("audit_unchanged",), ("audit_undeleted",), ("audit_unreplaced",)],
        )

    def test_what_does_not_hold(self) -> None:
        self.rows("DELETE FROM standing WHERE kind = 'rules'")
        self.finds("of #lobby the rules number 3 should hold, and none does")
        self.rows("INSERT INTO standing VALUES (1, 'rules', '', 2)")
        self.finds("of #lobby the rules number 3 should hold, and 2 does")
        self.rows("UPDATE standing SET number = 3 WHERE kind = 'rules'")
        self.rows("UPDATE standing SET subject = 'x' WHERE kind = 'account' AND subject = 'b0b'")
        self.finds(
            "of ! the account number 4 should hold, and there is none",
            "of ! the account number 4 should hold, and none does",
        )

    def test_what_is_over_need_not_hold(self) -> None:
        self.rows("DELETE FROM standing WHERE kind IN ('mute', 'op', 'voice')")
        self.succeeds("db", "check")
        self.rows("DELETE FROM standing WHERE kind = 'ban'")
        self.finds("of ! the ban number 1 should hold, and none does")

    def test_the_audit_log(self) -> None:
        self.rows("DROP TRIGGER audit_undeleted")
        self.finds("nothing keeps the audit log from being changed any more")
        self.rows("DELETE FROM audit WHERE kind = 'kick'")
        lost = "1 deed of which the audit log gives no account"
        missing = "1 entry of the audit log is missing"
        self.finds("nothing keeps", missing, lost)

    def test_fields_that_cannot_be_read(self) -> None:
        self.rows("UPDATE events SET text = '{}' WHERE kind = 'deleted'")
        self.finds("1 row of the table events with fields that cannot be read")
        self.rows("UPDATE events SET text = 'x' WHERE kind = 'rules' AND number = 3")
        ran = self.run_command("db", "check")
        self.assertIn("2 rows of the table events with fields that cannot be read", ran.err)

    def test_other_types(self) -> None:
        for damage in (
            "UPDATE events SET until = 'x' WHERE kind = 'mute'",
            "UPDATE events SET until = -1 WHERE kind = 'mute'",
            "UPDATE standing SET subject = x'00' WHERE kind = 'rules'",
        ):
            whole = self.path.read_bytes()
            self.rows(damage)
            self.assertIn("is damaged: stop", self.run_command("db", "check").err, damage)
            self.path.write_bytes(whole)
