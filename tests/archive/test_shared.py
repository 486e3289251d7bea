"""A chat in a Redis: taken out, put in, and moved from a database there and back."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.archive.kit import ALICE, BOB, START, ArchiveTestCase, Ran, said, topic, whispered
from tests.redis.server import RedisTestCase
from twistchat.core.accounts import AccountDeed, Standing
from twistchat.core.law import Deed
from twistchat.core.rules import hidden_key
from twistchat.engine.redis.filling import Filling
from twistchat.engine.redis.link import StoreError
from twistchat.testing.deeds import account, deleted, moderated, rules

if TYPE_CHECKING:
    from pathlib import Path

    from twistchat.engine.sqlite.store import Store

KEY = hidden_key("sesame")

ACCOUNTS = (
    account(AccountDeed.REGISTER),
    account(AccountDeed.REGISTER, "Gone", "9"),
    account(AccountDeed.DELETE, "Gone", "9", standing=Standing.DELETED),
)


def as_text(word: bytes | str) -> str:
    return word if isinstance(word, str) else word.decode()


class SharedTestCase(ArchiveTestCase, RedisTestCase):
    @property
    def name(self) -> str:
        return f"unix://{self.server.path}"

    def run_command(self, *words: str | Path, stdin: bytes = b"") -> Ran:
        """Run `twistchat WORDS --engine …`, unless they name a database."""
        if "--db" not in words and "--engine" not in words:
            words = (*words, "--engine", self.server.url)
        return super().run_command(*words, stdin=stdin)

    def fill(self) -> None:
        """Let something of each kind have happened, in a database."""
        self.keep(
            said("one"),
            said("oops", at=START + 1),
            topic("茶", at=START + 2),
            replace(deleted(2, "spam"), at=START + 3),
            moderated(Deed.BAN, "eve", to_user="5", at=START + 4),
            moderated(Deed.MUTE, "bob", to_user=BOB, at=START + 5),
            moderated(Deed.UNMUTE, "bob", to_user=BOB, at=START + 6),
            rules("key", "slow", key=KEY, slow=5.0, at=START + 7),
            said("in the lab", room="#lab", at=START + 8),
            *(replace(deed, at=START + 9 + place) for place, deed in enumerate(ACCOUNTS)),
            whispered("psst", at=START + 12),
            *(said(f"line {number}", at=START + 20 + number) for number in range(700)),
        )

        def note(store: Store) -> None:
            store.set_password("a11ce", "$argon2id$hash")
            store.move_cursor(BOB, "#lobby", 3)
            store.move_cursor(ALICE, f"@{ALICE},{BOB}", 1)
            store.remember({ALICE: ("her rooms", time.time() + 1_000.0)})

        self.with_store(note)

    def fields(self, name: str) -> set[str]:
        """The fields of a hash."""
        return {as_text(field) for field in self.redis.hkeys(f"twistchat:{name}")}

    def value(self, name: str, field: str) -> str:
        value = self.redis.hget(f"twistchat:{name}", field)
        assert value is not None
        return as_text(value)

    def export(self, *words: str | Path) -> str:
        return self.succeeds("export", "--format", "json", "--everything", *words)

    def load(self, exported: str, *words: str | Path) -> str:
        return self.succeeds("import", "-", *words, stdin=exported.encode())


class MoveTests(SharedTestCase):
    def test_there_and_back_nothing_is_other_than_before(self) -> None:
        self.fill()
        exported = self.export("--db", self.path)
        self.assertIn(f"{self.name}: 713 lines imported, of 2 rooms and 1", self.load(exported))
        again = self.export()
        self.assertEqual(sorted(again.splitlines()), sorted(self.placed(exported, again)))
        new = self.folder / "new.db"
        self.load(again, "--db", new)
        back = self.export("--db", new)
        self.assertEqual(sorted(back.splitlines()), sorted(self.placed(exported, back)))
        self.assertEqual(self.loaded(new), self.loaded(self.path))
        self.succeeds("db", "check", "--db", new)

    def placed(self, exported: str, like: str) -> list[str]:
        """The lines of an export with the logs numbered as in another."""

        def logs(text: str) -> dict[str, int]:
            lines = map(json.loads, text.splitlines())
            return {line["name"]: line["log"] for line in lines if line["type"] == "log"}

        names = {place: name for name, place in logs(exported).items()}
        found = logs(like)

        def line(text: str) -> str:
            fields: dict[str, Any] = json.loads(text)
            if "log" in fields:
                fields["log"] = found[names[fields["log"]]]
            return json.dumps(fields, ensure_ascii=False)

        return [line(text) for text in exported.splitlines()]

    def test_without_everything(self) -> None:
        self.fill()
        self.load(self.succeeds("export", "--format", "json", "--private", "--db", self.path))
        exported = self.succeeds("export", "--format", "json", "--private")
        header, *lines = map(json.loads, exported.splitlines())
        self.assertEqual(header["version"], 2)
        kinds = {line["type"] for line in lines}
        self.assertTrue(kinds.isdisjoint({"secret", "password", "cursor", "note"}))
        self.assertNotIn(KEY, exported)
        self.assertTrue(all("epoch" not in line for line in lines if line["type"] == "log"))
        self.assertIsNone(self.redis.hget("twistchat:passwords", "a11ce"))

    def test_rooms_that_were_forgotten_leave_their_account(self) -> None:
        self.keep(said("a", room="#lab"), moderated(Deed.BAN, room="#lab", at=START))
        self.forget("#lab")
        self.keep(said("b", room="#lab"), said("c"))
        self.load(self.export("--db", self.path))
        self.assertEqual(
            [line for line in self.lines_of() if "<" in line],
            ["[2025-11-20 20:00] [#lab] <alice> b", "[2025-11-20 20:00] <alice> c"],
        )
        audit = [line for line in self.export().splitlines() if '"audit", "name": "#lab"' in line]
        self.assertEqual(len(audit), 1)

    def test_what_retention_has_left(self) -> None:
        self.fill()
        self.load(self.export("--db", self.path))
        self.redis.hset("twistchat:first", "#lobby", f"300 {self.epoch('#lobby')}")
        self.redis.xtrim("twistchat:events:#lobby", minid="300-0", approximate=False)
        self.redis.delete("twistchat:erased:#lobby")
        new = self.folder / "new.db"
        self.load(self.export(), "--db", new)
        self.assertEqual(
            self.rows("SELECT first, last FROM logs WHERE name = '#lobby'", new), [(300, 708)]
        )
        self.succeeds("db", "check", "--db", new)
        held = {type(event).__name__ for event in self.loaded(new)}
        self.assertLessEqual({"TopicChanged", "RulesChanged", "Moderated"}, held)
        self.redis.flushall()
        self.load(self.export("--db", new))
        self.assertEqual(self.value("first", "#lobby"), f"300 {self.epoch('#lobby')}")

    def epoch(self, room: str) -> str:
        return self.value("stands", room).split()[0]


class ExportTests(SharedTestCase):
    def test_as_text_and_as_a_page(self) -> None:
        self.keep(said("你好"), said("there", room="#tea", at=START + 60), whispered("psst"))
        self.load(self.export("--db", self.path))
        since, page = ("--since", "2025-11-20T20:01"), ("--format", "html")
        for words in ((), ("--private",), ("tea",), since, page):
            shared = self.succeeds("export", *words)
            self.assertEqual(shared, self.succeeds("export", *words, "--db", self.path), words)

    def test_in_the_order_in_which_it_happened(self) -> None:
        events = [said(str(n), room=f"#{n % 3}", at=START + n) for n in range(30)]
        self.keep(*events)
        self.load(self.export("--db", self.path))
        lines = map(json.loads, self.export().splitlines())
        self.assertEqual(
            [int(line["text"]) for line in lines if line["type"] == "said"], list(range(30))
        )

    def test_what_there_is_not(self) -> None:
        self.assertIn(f"there is no chat in {self.name}: name", self.fails("export"))
        self.keep(said("a"))
        self.load(self.export("--db", self.path))
        self.assertEqual(
            self.fails("export", "nix"), "there is no room #nix in it; there are #lobby"
        )
        self.assertIn(
            "cannot reach", self.fails("export", "--engine", "unix:///nowhere/redis.sock")
        )
        self.assertIn("there is no engine", self.fails("export", "--engine", "mysql://x"))

    def test_wrong_options(self) -> None:
        for words in (
            ("export", "--everything"),
            ("export", "lab", "--everything", "--format", "json"),
            ("export", "--everything", "--format", "json", "--since", "1d"),
            ("export", "--db", "x", "--engine", "redis://h"),
            ("import", "-", "--append"),
        ):
            self.assertEqual(self.run_command(*words).status, 2, words)

    def test_a_file(self) -> None:
        self.keep(said("a"))
        self.load(self.export("--db", self.path))
        out = self.folder / "chat.json"
        told = self.export("--output", out)
        self.assertIn("1 line,", told)
        self.assertEqual(out.read_text(encoding="utf-8"), self.export())


class ImportTests(SharedTestCase):
    def test_only_where_there_is_no_chat(self) -> None:
        self.keep(said("a"))
        exported = self.export("--db", self.path)
        self.load(exported)
        self.assertIn("there is a chat in", self.fails("import", "-", stdin=exported.encode()))
        self.redis.set("other", "x")
        self.assertEqual(len(self.redis.keys("*importing*")), 0)

    def test_all_of_it_or_nothing(self) -> None:
        self.fill()
        exported = self.export("--db", self.path)
        cut = "".join(exported.splitlines(keepends=True)[:-1])
        self.redis.set("other", "x")
        self.redis.set("twistchat:importing:left", "by another that was broken off")
        self.assertIn("without the line that ends", self.fails("import", "-", stdin=cut.encode()))
        self.assertEqual(self.redis.keys(), [b"other"])
        wrong = exported.replace('"line 600"', "6")
        self.assertIn("text is missing", self.fails("import", "-", stdin=wrong.encode()))
        self.assertEqual(self.redis.keys(), [b"other"])

    def test_a_redis_that_is_full(self) -> None:
        self.fill()
        exported = self.export("--db", self.path)
        used = self.redis.info("memory")["used_memory"]
        self.redis.config_set("maxmemory", used + 50_000)
        self.addCleanup(self.redis.config_set, "maxmemory", 0)
        told = self.fails("import", "-", stdin=exported.encode())
        self.assertIn("OOM", told)
        self.assertIn("; nothing was imported", told)
        self.assertEqual(self.redis.keys(), [])

    def test_a_chat_that_came_meanwhile(self) -> None:
        connection = self.server.connect()
        self.addCleanup(connection.close)
        filling = Filling(connection, "twistchat:")
        filling.put(1, said("a"))
        self.redis.hset("twistchat:facts", "store", "x")
        self.assertRaises(StoreError, filling.finish)
        self.assertEqual(self.redis.keys(), [b"twistchat:facts"])

    def test_what_holds_and_what_is_lifted(self) -> None:
        self.fill()
        self.load(self.export("--db", self.path))
        self.assertEqual(self.fields("standing:#lobby"), {"topic ", "ban 5", "rules "})
        self.assertEqual(self.fields("standing:!"), {"account a11ce"})
        self.assertEqual(self.value("facts", "audited"), "8")
        self.assertEqual(self.redis.smembers(f"twistchat:of:{BOB}"), {f"@{ALICE},{BOB}".encode()})
        self.assertEqual(self.fields("erased:#lobby"), {"2"})
        self.assertIn('"by":"alice"', self.value("erased:#lobby", "2"))
