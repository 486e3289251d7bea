"""`CAP`: what there is, what a client has."""

from __future__ import annotations

import gc

from tests.engines import OnSlowEngine
from tests.irc.kit import IRCTestCase
from twistchat.frontends.irc.caps import NAMES, Cap


class CapabilityTests(IRCTestCase):
    def test_list_of_old_clients(self) -> None:
        for line in ("CAP LS", "CAP LS 301", "cap ls x", "CAP LS :", f"CAP LS {'9' * 5000}"):
            client = self.client()
            client.types(line)
            self.turn()
            if len(line) > 510:
                continue
            self.assertEqual(client.hears(), [f":twistchat.chat CAP * LS :{' '.join(NAMES)}"])

    def test_list_of_newer_clients(self) -> None:
        for version in ("302", "303", "999"):
            client = self.client()
            (line,) = self.asking(client, f"CAP LS {version}")
            self.assertIn(" sasl=PLAIN ", line)
            self.assertEqual(
                self.asking(client, "CAP LIST"), [":twistchat.chat CAP * LIST cap-notify"]
            )
            (line,) = self.asking(client, "CAP LS")
            self.assertNotIn("=", line)

    def test_what_one_has(self) -> None:
        client = self.client()
        self.assertEqual(self.asking(client, "CAP LIST"), [":twistchat.chat CAP * LIST "])
        self.assertEqual(
            self.asking(client, "CAP REQ :batch server-time", "CAP LIST"),
            [
                ":twistchat.chat CAP * ACK batch server-time",
                ":twistchat.chat CAP * LIST batch server-time",
            ],
        )

    def test_all_or_nothing(self) -> None:
        client = self.client()
        for wanted in ("foo", "batch foo", "foo batch", "batch foo setname", "sasl=PLAIN", "Batch",
                       "--batch", "-foo", "batch -"):  # fmt: skip
            self.assertEqual(
                self.asking(client, f"CAP REQ :{wanted}"),
                [f":twistchat.chat CAP * NAK {wanted}"],
            )
        self.assertEqual(self.asking(client, "CAP LIST"), [":twistchat.chat CAP * LIST "])

    def test_as_it_was_asked(self) -> None:
        client = self.client()
        for wanted in ("setname batch", "-batch", "-batch sasl batch -sasl", ""):
            self.assertEqual(
                self.asking(client, f"CAP REQ :{wanted}"),
                [f":twistchat.chat CAP * ACK {wanted}"],
            )
        self.assertEqual(
            self.asking(client, "CAP LIST"), [":twistchat.chat CAP * LIST batch setname"]
        )
        self.assertEqual(self.asking(client, "CAP REQ"), [":twistchat.chat CAP * ACK "])

    def test_what_is_implied_stays(self) -> None:
        client = self.client()
        self.asking(client, "CAP REQ cap-notify")
        self.assertIn("ACK", self.asking(client, "CAP REQ -cap-notify")[0])
        self.asking(client, "CAP LS 302")
        self.assertIn("ACK", self.asking(client, "CAP REQ cap-notify")[0])
        self.assertIn("NAK", self.asking(client, "CAP REQ :-cap-notify batch")[0])
        self.assertEqual(self.asking(client, "CAP LIST"), [":twistchat.chat CAP * LIST cap-notify"])

    def test_what_is_longer_than_a_line(self) -> None:
        client = self.client()
        names = list(NAMES)[:12] * 2
        client.types("CAP REQ :" + " ".join(names))
        self.turn()
        told = client.heard()
        self.assertEqual({line.params[1] for line in told}, {"ACK"})
        self.assertEqual(" ".join(line.params[2] for line in told).split(), names)
        client.types("CAP REQ :" + "x" * 490)
        self.turn()
        (line,) = client.hears()
        self.assertTrue(line.startswith(":twistchat.chat CAP * NAK " + "x" * 100))

    def test_no_such_command(self) -> None:
        client = self.client()
        for typed, told in (("FOO", "FOO"), (":a b", "a"), (":", "*"), ("é" * 100, "é" * 40)):
            self.assertEqual(
                self.asking(client, f"CAP {typed}"),
                [f":twistchat.chat 410 * {told} There is no such CAP command"],
            )
        self.assertEqual(self.asking(client, "CAP")[0].split()[1], "461")

    def test_registration_waits(self) -> None:
        for line in ("CAP LS", "CAP LS 302", "CAP REQ :batch", "CAP REQ :foo"):
            client = self.client()
            self.asking(client, line, "NICK ann", "USER a 0 * :a")
            self.assertIsNone(client.user)
            self.assertEqual(self.asking(client, "CAP END")[0].split()[1], "001")
            self.asking(client, "QUIT")
        for line in ("CAP LIST", "CAP FOO", "CAP END"):
            client = self.client()
            self.asking(client, line, "NICK ann", "USER a 0 * :a")
            self.assertIsNotNone(client.user)
            self.asking(client, "QUIT")

    def test_afterwards(self) -> None:
        (ann,) = self.clients("ann")
        self.assertEqual(self.asking(ann, "CAP END"), [])
        self.assertEqual(
            self.asking(ann, "CAP REQ :batch", "CAP LIST", "CAP REQ :-batch", "CAP LIST", "PING x"),
            [
                ":twistchat.chat CAP ann ACK batch",
                ":twistchat.chat CAP ann LIST batch",
                ":twistchat.chat CAP ann ACK -batch",
                ":twistchat.chat CAP ann LIST ",
                ":twistchat.chat PONG twistchat.chat x",
            ],
        )

    def test_the_list_bears_the_label(self) -> None:
        (ann,) = self.clients("ann", caps="labeled-response")
        ann.types("@label=7 CAP LS 302")
        self.turn()
        (line,) = ann.heard()
        self.assertEqual((line.command, line.tags), ("CAP", {"label": "7"}))

    def test_sets_of_them_are_forgotten(self) -> None:
        ann, bob = self.clients("ann", "bob")
        for name in NAMES:
            self.asking(ann, f"CAP REQ {name}", f"CAP REQ -{name}")
        gc.collect()
        formats = ann.session.format.about._formats  # type: ignore[attr-defined]
        self.assertLessEqual(len(formats), 3)
        self.assertIs(ann.session.format, bob.session.format)

    def test_nothing_is_told_otherwise_before_the_answer(self) -> None:
        ann, bob = self.clients("ann", "bob")
        for client in (ann, bob):
            self.asking(client, "JOIN #tea")
        self.turn()
        ann.hears()
        for number in range(3):
            bob.says(f"before {number}", "#tea")
        ann.types("CAP REQ :server-time message-tags")
        self.turn()
        bob.says("after", "#tea")
        self.turn()
        heard = ann.heard()
        texts = [line.params[-1] for line in heard]
        self.assertIn("server-time message-tags", texts)
        for line in heard[: texts.index("server-time message-tags")]:
            self.assertEqual(line.tags, {})

    def test_nothing_is_told_as_before_behind_the_answer(self) -> None:
        ann, bob = self.clients("ann", "bob", room="#tea", caps="message-tags")
        for number in range(6):
            bob.says(f"before {number}", "#tea")
            ann.types(f"CAP REQ {'-' if number % 2 else ''}server-time")
            bob.says(f"behind {number}", "#tea")
            if number > 2:  # what is asked next waits for that
                self.turn()
        self.turn()
        has_time = False
        for line in ann.heard():
            if line.command == "CAP":
                has_time = not line.params[-1].startswith("-")
            else:
                self.assertEqual("time" in line.tags, has_time, line)

    def test_names_are_the_flags(self) -> None:
        self.assertEqual(len(set(NAMES.values())), len(NAMES))
        self.assertEqual(set(NAMES.values()), set(Cap) - {Cap.NONE})
        self.assertEqual(list(NAMES), sorted(NAMES))


class CapabilityOnSlowEngineTests(OnSlowEngine, CapabilityTests):
    """The same, where answers take a while."""
