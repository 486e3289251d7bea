"""How an operator names a Redis, and as whom the chat comes there."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.folders import temporary_folder
from twistchat.engine.redis.address import NO_SECRETS, RedisAddress, is_redis, read_address
from twistchat.engine.redis.blocking import packed, refused
from twistchat.engine.redis.credentials import Credentials, CredentialsError, read_credentials
from twistchat.engine.redis.fitness import (
    NotNowError,
    UnfitError,
    introduction,
    judge,
    read_facts,
    warning,
)

FIT = {"redis_version": "7.0.15", "redis_mode": "standalone", "role": "master", "loading": "0"}


class AddressTests(SynchronousTestCase):
    def wrong(self, url: str) -> str:
        return str(self.assertRaises(ValueError, read_address, url))

    def test_each_kind(self) -> None:
        for url, address in {
            "redis://chat.example": RedisAddress((("chat.example", 6379),)),
            "redis://10.0.0.7:6380/3": RedisAddress((("10.0.0.7", 6380),), database=3),
            "redis://[fd00::2]:6380/": RedisAddress((("fd00::2", 6380),)),
            "REDIS://h?prefix=school:": RedisAddress((("h", 6379),), prefix="school:"),
            "rediss://h/1": RedisAddress((("h", 6379),), database=1, is_tls=True),
            "unix:///run/redis.sock": RedisAddress(path="/run/redis.sock"),
            "unix:///run/a%20b?db=2&prefix=x": RedisAddress(
                path="/run/a b", database=2, prefix="x"
            ),
            "redis+sentinel://a,b:5/chat/2": RedisAddress(
                (("a", 26379), ("b", 5)), master="chat", database=2
            ),
            "rediss+sentinel://a/chat": RedisAddress((("a", 26379),), master="chat", is_tls=True),
        }.items():
            self.assertEqual(read_address(url), address, url)
            self.assertTrue(is_redis(url))

    def test_it_is_shown_as_it_is_written(self) -> None:
        for url in (
            "redis://[fd00::2]:6380", "rediss://h:1", "unix:///run/redis.sock",
            "redis+sentinel://a:26379,b:5/chat", "rediss+sentinel://a:26379/chat",
            "redis://h:1/2", "redis://h:1?prefix=a:", "redis://h:1/2?prefix=a:",
            "unix:///run/redis.sock?db=2", "unix:///run/redis.sock?db=2&prefix=a:",
            "redis+sentinel://a:26379/chat/1",
        ):  # fmt: skip
            self.assertEqual(str(read_address(url)), url)

    def test_what_is_no_address(self) -> None:
        for url in (
            "redis:h", "redis://", "redis:///0", "redis://h:0", "redis://h:70000", "redis://h/x",
            "redis://h:x", "redis://h/0/1", "redis://a b", "redis://h#x", "unix://run/x",
            "redis+sentinel://h", "redis+sentinel:///chat", "redis://a,b/0", "redis://h?db=1",
            "redis://h?prefix=", "redis://h?prefix=a%20b", "redis://h?x=1", "unix:///x?db=a",
        ):  # fmt: skip
            self.assertTrue(self.wrong(url), url)

    def test_secrets_are_refused_and_not_shown(self) -> None:
        for url in (
            "redis://:hunter2@h/0", "rediss://chat:hunter2@h", "redis://h?password=hunter2",
            "redis+sentinel://x:hunter2@h/chat",
        ):  # fmt: skip
            self.assertEqual(self.wrong(url), NO_SECRETS)
        self.assertNotIn("hunter2", self.wrong("redis://h?secret=hunter2"))


class CredentialsTests(SynchronousTestCase):
    def read(self, options: dict[str, str], environment: dict[str, str]) -> Credentials:
        return read_credentials(options, environment, self.folder)

    def setUp(self) -> None:
        self.folder = temporary_folder(self)

    def test_the_environment_wins_over_the_file(self) -> None:
        options = {"redis-username": "chat", "redis-password": "of the file"}
        self.assertEqual(self.read(options, {}), Credentials("chat", "of the file"))
        environment = {
            "TWISTCHAT_REDIS_PASSWORD": "of here",
            "TWISTCHAT_REDIS_SENTINEL_PASSWORD": "other",
        }
        found = self.read(options, environment)
        self.assertEqual(found, Credentials("chat", "of here", sentinel_password="other"))
        self.assertNotIn("of here", repr(found))
        self.assertNotIn("other", repr(found))

    def test_files_stand_where_twistd_works(self) -> None:
        (self.folder / "ca.pem").write_text("x")
        self.assertEqual(self.read({"redis-ca": "ca.pem"}, {}).ca, str(self.folder / "ca.pem"))
        with self.assertRaises(CredentialsError) as raised:
            self.read({"redis-ca": "none.pem"}, {})
        self.assertIn("No such file", str(raised.exception))
        self.assertEqual(raised.exception.option, "redis-ca")

    def test_what_does_not_fit_together(self) -> None:
        Path(self.folder / "k").touch()
        for options in (
            {"redis-username": "a"}, {"redis-sentinel-username": "a"}, {"redis-key": "k"},
        ):  # fmt: skip
            with self.assertRaises(CredentialsError) as raised:
                self.read(options, {})
            self.assertIn("give both", str(raised.exception))


class FitnessTests(SynchronousTestCase):
    def test_a_redis_that_will_do(self) -> None:
        judge(FIT)
        judge({**FIT, "redis_version": "6.2.0"})
        self.assertEqual(warning({**FIT, "maxmemory": "0", "maxmemory_policy": "x"}), "")

    def test_one_that_will_not(self) -> None:
        for facts, why in (
            ({"redis_version": "6.0.16"}, "6.2 is the oldest"),
            ({"redis_version": ""}, "is it a Redis?"),
            ({"redis_mode": "cluster"}, "Cluster"),
            ({"redis_mode": "sentinel"}, "redis+sentinel://"),
        ):
            error = self.assertRaises(UnfitError, judge, {**FIT, **facts})
            self.assertIn(why, str(error))

    def test_one_that_may_do_later(self) -> None:
        for facts, why in (({"loading": "1"}, "loading"), ({"role": "slave"}, "replica")):
            error = self.assertRaises(NotNowError, judge, {**FIT, **facts})
            self.assertIn(why, str(error))

    def test_one_that_throws_things_away(self) -> None:
        facts = {**FIT, "maxmemory": "1000", "maxmemory_policy": "allkeys-lru"}
        self.assertIn("set noeviction", warning(facts))
        self.assertEqual(warning({**facts, "maxmemory_policy": "noeviction"}), "")

    def test_what_info_says(self) -> None:
        facts = read_facts(b"# Server\r\nredis_version:7.0.15\r\n\r\n# X\r\nconfig_file:/a:b\r\n")
        self.assertEqual(facts, {"redis_version": "7.0.15", "config_file": "/a:b"})
        self.assertEqual(read_facts(7), {})

    def test_how_a_connection_begins(self) -> None:
        def words(credentials: Credentials, database: int) -> list[tuple[object, ...]]:
            return [each for _, each in introduction(credentials, "n", database)]

        name = ("CLIENT", "SETNAME", "n")
        self.assertEqual(words(Credentials(), 0), [name])
        self.assertEqual(words(Credentials(password="p"), 2), [("AUTH", "p"), name, ("SELECT", 2)])
        self.assertEqual(words(Credentials("u", "p"), 0), [("AUTH", "u", "p"), name])


class WordsTests(SynchronousTestCase):
    def test_commands_as_redis_reads_them(self) -> None:
        self.assertEqual(
            packed(["SET", b"\xff", 17, 0.1, "ü"]),
            b"*5\r\n$3\r\nSET\r\n$1\r\n\xff\r\n$2\r\n17\r\n$3\r\n0.1\r\n$2\r\n\xc3\xbc\r\n",
        )

    def test_the_code_of_an_error(self) -> None:
        for text, code in {
            "OOM command not allowed when used memory > 'maxmemory'.": "OOM",
            "WRONGTYPE Operation against a key": "WRONGTYPE",
            "ERR Error running script (call to f_6b): @user_script:1: @user_script: 1: -OOM command"
            " not allowed when used memory > 'maxmemory'.": "OOM",
            "ERR user_script:1: attempt to index nil": "ERR",
        }.items():
            self.assertEqual(refused(text).code, code)
            self.assertEqual(str(refused(text)), text)
