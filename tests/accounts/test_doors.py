"""Checkers of others, as an operator names them."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING
from unittest import skipUnless

from twisted.cred.credentials import UsernamePassword
from twisted.cred.error import UnauthorizedLogin
from twisted.trial.unittest import SynchronousTestCase

from tests.folders import temporary_folder
from twistchat.accounts import doors
from twistchat.accounts.doors import read_checker

if TYPE_CHECKING:
    from twisted.cred.checkers import ICredentialsChecker


class CheckerTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = temporary_folder(self)

    def lets_in(self, checker: ICredentialsChecker, name: str, password: str) -> bool:
        credentials = UsernamePassword(name.encode(), password.encode())
        answer = checker.requestAvatarId(credentials)
        found: list[object] = []
        answer.addErrback(lambda failure: failure.trap(UnauthorizedLogin) and None)
        answer.addCallback(found.append)
        return found == [name.encode()]

    def error(self, text: str) -> str:
        message = str(self.assertRaises(ValueError, read_checker, text, self.folder))
        self.assertNotIn("\n", message)
        return message

    def test_a_file_in_the_folder_where_it_works(self) -> None:
        (self.folder / "people").write_text("zoe:zoe's own\n小明:密码\n", "utf-8")
        for path in ("people", f"{self.folder}/people"):
            checker = read_checker(f"file:{path}", self.folder)
            self.assertTrue(self.lets_in(checker, "zoe", "zoe's own"))
            self.assertTrue(self.lets_in(checker, "小明", "密码"))
            self.assertFalse(self.lets_in(checker, "zoe", "something else"))
            self.assertFalse(self.lets_in(checker, "nobody", ""))

    def test_a_file_that_cannot_be_read(self) -> None:
        self.assertEqual(self.error("file:nix"), "cannot read nix: No such file or directory")
        self.assertEqual(self.error(f"file:{self.folder}").rpartition(": ")[2], "Is a directory")
        self.assertEqual(self.error("file:"), "file says: 'file' requires a filename")

    def test_memory(self) -> None:
        checker = read_checker("memory:zoe:zoe's own:小明:密码", self.folder)
        self.assertTrue(self.lets_in(checker, "zoe", "zoe's own"))
        self.assertTrue(self.lets_in(checker, "小明", "密码"))
        self.assertFalse(self.lets_in(checker, "zoe", "密码"))
        self.assertIn("memory says: argstring must be in format", self.error("memory:zoe"))

    def test_what_there_is_not(self) -> None:
        told = self.error("ldap:example.org")
        self.assertTrue(told.startswith("there is no 'ldap' to ask; there are: "), told)
        self.assertIn("file, memory, unix", told)
        self.assertIn("there is no '' to ask", self.error(""))

    def test_what_asks_for_something_else(self) -> None:
        self.assertIn("is not asked for names and passwords", self.error("anonymous"))

    @skipUnless(importlib.util.find_spec("spwd"), "needs Python's spwd, which 3.13 has no more")
    def test_the_people_of_the_system(self) -> None:
        checker = read_checker("unix", self.folder)
        self.assertFalse(self.lets_in(checker, "nobody-of-that-name", "x"))

    def test_a_python_that_cannot_ask_the_system(self) -> None:
        self.patch(doors, "find_spec", lambda _: None)
        self.assertIn("which 3.13 has no more", self.error("unix"))
