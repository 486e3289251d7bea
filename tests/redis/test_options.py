"""A Redis as an option: which, as whom, and what a start says that goes wrong."""

from __future__ import annotations

import os
from unittest.mock import patch

from twisted.internet.task import Clock

from tests.redis.server import RedisServer, free_port
from tests.test_options import OptionsTestCase
from twistchat.engine.choice import RedisChoice, open_engine, read_choice, read_node
from twistchat.engine.redis.address import NO_SECRETS
from twistchat.engine.redis.engine import RedisEngine


class RedisOptionTests(OptionsTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.server = RedisServer({"requirepass": "right"}, port=free_port())
        self.addCleanup(self.server.close)
        self.server.start()
        self.url = self.server.url

    def choice(self, *arguments: str, file: str | None = None) -> RedisChoice:
        choice = self.parse(*arguments, file=file).engine
        assert isinstance(choice, RedisChoice)
        return choice

    def test_the_file_says_it_all(self) -> None:
        choice = self.choice(
            file=f"engine = '{self.url}?prefix=school:'\nnode = 'a'\nredis-password = 'right'"
        )
        self.assertEqual(choice.node, "a")
        self.assertEqual(choice.address.prefix, "school:")
        self.assertEqual(choice.credentials.password, "right")

    def test_the_environment_says_as_whom(self) -> None:
        with patch.dict(os.environ, {"TWISTCHAT_REDIS_PASSWORD": "right"}):
            choice = self.choice("--engine", self.url, file="redis-password = 'wrong'")
            self.assertEqual(choice.credentials.password, "right")
            connection = read_choice(self.url)
            assert isinstance(connection, RedisChoice)
            connection.connect(5).close()

    def test_a_program_names_its_node(self) -> None:
        engine = open_engine("redis://127.0.0.1", Clock(), node="a")
        assert isinstance(engine, RedisEngine)
        self.assertEqual(engine.node, "a")
        for node in ("all", "a b"):
            self.assertRaises(ValueError, open_engine, "redis://h", Clock(), node=node)
        self.assertRaises(ValueError, open_engine, "memory:", Clock(), node="a")

    def test_a_node_has_a_name(self) -> None:
        names = set()
        for _ in range(2):
            choice = self.choice("--engine", self.url, file="redis-password = 'right'")
            self.assertEqual(read_node(choice.node), choice.node)
            names.add(choice.node)
        self.assertEqual(len(names), 2)
        for name in ("all", "a b", "a,b", "-a", "a/b", "é", "x" * 65):
            told = self.error("--engine", self.url, "--node", name)
            self.assertIn("is no name of a node", told)
        self.assertEqual(
            self.error("--node", ""), "--node is empty: give the node a name, or leave it out"
        )
        self.assertEqual(
            self.error("--node", "a"),
            "a node is one of several, which share a Redis: --engine redis://HOST",
        )
        self.assertIn("no engine 'rdis://h'", self.error("--engine", "rdis://h", "--node", "a"))

    def test_what_is_wrong_is_told_in_one_line(self) -> None:
        there = self.server.port
        self.assertEqual(
            self.error(file=f"name = 'x'\nengine = '{self.url}'\nredis-password = 'wrong'"),
            f"chat.toml, line 2: cannot use Redis at redis://127.0.0.1:{there}: the password is"
            " wrong, or the user: change redis-username and redis-password in a"
            " server's file of --config, or TWISTCHAT_REDIS_USERNAME and TWISTCHAT_REDIS_PASSWORD",
        )
        self.assertIn("it wants a password", self.error("--engine", self.url))
        nobody = free_port()
        self.assertEqual(
            self.error("--engine", f"redis://127.0.0.1:{nobody}"),
            f"cannot reach Redis at redis://127.0.0.1:{nobody}: Connection refused",
        )
        self.assertEqual(self.error("--engine", "redis://:right@h"), NO_SECRETS)
        with patch.dict(os.environ, {"TWISTCHAT_REDIS_CA": "none.pem"}):
            self.assertIn("cannot read redis-ca", self.error("--engine", self.url))
            self.parse("--engine", "memory:")
        self.assertEqual(
            self.error(file=f"engine = '{self.url}'\n\nredis-ca = 'none.pem'"),
            f"chat.toml, line 3: cannot read redis-ca {self.folder}/none.pem: No such file or"
            " directory",
        )

    def test_without_the_packages(self) -> None:
        with patch("twistchat.engine.choice.find_spec", return_value=None):
            self.assertEqual(
                self.error("--engine", self.url),
                "a Redis engine needs more: pip install 'twistchat[redis]'",
            )
