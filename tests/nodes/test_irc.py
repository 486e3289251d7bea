"""IRC clients at several nodes."""

from __future__ import annotations

from typing import cast

from tests.irc.kit import IRC, PATIENT, Client
from twistchat.core.accounts import Role
from twistchat.testing import NodesTestCase


class IRCTests(NodesTestCase):
    limits = PATIENT
    front_end = IRC

    def client(self, name: str, at: str) -> Client:
        return cast("Client", self.person(name, at=at))

    def asks(self, client: Client, *lines: str) -> list[str]:
        for line in lines:
            client.types(line)
        self.turn()
        return [line.short for line in client.heard()]

    def test_who_is_in_a_room(self) -> None:
        ann, bob = self.client("ann", "a"), self.client("bob", "b")
        self.asks(ann, "JOIN #tea")
        self.assertIn(":twistchat.chat 353 bob = #tea @ann bob", self.asks(bob, "JOIN #tea"))
        self.assertEqual([line.short for line in ann.heard()], [":bob JOIN #tea"])
        names = [line for line in self.asks(ann, "NAMES #tea") if " 353 " in line]
        self.assertEqual(names, [":twistchat.chat 353 ann = #tea @ann bob"])
        who = [line.split()[7] for line in self.asks(ann, "WHO #tea") if " 352 " in line]
        self.assertEqual(who, ["ann", "bob"])

    def test_who_somebody_is(self) -> None:
        ann, bob = self.client("ann", "a"), self.client("bob", "b")
        self.asks(bob, "JOIN #tea", "AWAY :at lunch", "MODE bob +B")
        told = "\n".join(self.asks(ann, "WHOIS bob"))
        for part in ("311 ann bob ~bob", "bob in person", "301 ann bob at lunch", "is a bot on"):
            self.assertIn(part, told)
        self.assertIn("319 ann bob @#tea", told)
        bob.hangs_up()
        self.turn()
        self.assertIn("314 ann bob ~bob", "\n".join(self.asks(ann, "WHOWAS bob")))

    def test_whom_one_monitors(self) -> None:
        ann = self.client("ann", "a")
        self.asks(ann, "MONITOR + bob,cat")
        bob = self.client("bob", "b")
        bob.types("NICK cat")
        self.turn()
        bob.hangs_up()
        self.turn()
        told = [line.short.partition("!")[0] for line in ann.heard()]
        server = ":twistchat.chat"
        self.assertEqual(
            told, [f"{server} 731 ann bob", f"{server} 730 ann cat", f"{server} 731 ann cat"]
        )

    def test_away_and_another_name(self) -> None:
        ann, bob = self.client("ann", "a"), self.client("bob", "b")
        self.asks(ann, "CAP REQ :away-notify setname", "JOIN #tea")
        self.asks(bob, "CAP REQ :away-notify setname", "JOIN #tea")
        ann.heard()
        self.asks(bob, "AWAY :at lunch", "SETNAME :Robert", "NICK rob", "TOPIC #tea :of bob")
        told = [line.short for line in ann.heard()]
        self.assertEqual(
            told,
            [
                ":bob AWAY at lunch",
                ":bob SETNAME Robert",
                ":bob NICK rob",
                ":rob TOPIC #tea of bob",
            ],
        )

    def test_an_operator_of_a_room_at_another_node(self) -> None:
        ann, bob, cat = (self.client(*each) for each in (("ann", "a"), ("bob", "b"), ("cat", "c")))
        for client in (ann, bob, cat):
            self.asks(client, "JOIN #tea")
        self.asks(ann, "MODE #tea +o bob", "MODE #tea +m")
        cat.heard()
        self.assertIn("404", " ".join(self.asks(cat, "PRIVMSG #tea :hello")))
        self.asks(bob, "KICK #tea cat :go")
        self.assertEqual([line.short for line in cat.heard()], [":bob KICK #tea cat go"])
        self.assertIn("404", " ".join(self.asks(cat, "PRIVMSG #tea :hello")))
        self.asks(bob, "MODE #tea +b cat!*@*")
        self.assertIn("474", " ".join(self.asks(cat, "JOIN #tea")))

    def test_one_account_at_two_nodes(self) -> None:
        one = self.client("ann", "a")
        self.worlds["a"].registers(one, role=Role.PERSON)
        self.turn()
        world, user = self.worlds["b"], one.session.user
        assert user is not None
        setting = world.parts.passwords.set(user.id, "sesame-sesame")
        self.turn()
        self.successResultOf(setting)
        two = cast("Client", world.connect(IRC))
        two.types("PASS ann:sesame-sesame")
        two.comes_in_as("ann")
        self.turn()
        self.assertIn("001 ann", " ".join(line.short for line in two.heard()))
        self.asks(one, "JOIN #tea")
        told = [line.short for line in two.heard()]
        self.assertEqual(told[0], ":ann JOIN #tea")
        self.assertIn(":twistchat.chat 353 ann = #tea @ann", told)
        bob = self.client("bob", "c")
        self.asks(bob, "JOIN #tea")
        self.asks(bob, "PRIVMSG ann :psst", "PRIVMSG #tea :hello")
        for client in (one, two):
            told = [line.short for line in client.heard()]
            self.assertEqual(told[-2:], [":bob PRIVMSG ann psst", ":bob PRIVMSG #tea hello"])
        two.hangs_up()
        self.turn()
        self.assertEqual([line.short for line in bob.heard()], [])
        one.hangs_up()
        self.turn()
        self.assertEqual([line.command for line in bob.heard()], ["QUIT"])

    def test_what_the_store_has_lost(self) -> None:
        ann, bob = self.client("ann", "a"), self.client("bob", "b")
        for client in (ann, bob):
            self.asks(client, "JOIN #tea")
        self.asks(ann, "PRIVMSG #tea :hello")
        bob.heard()
        self.lose_everything()
        told = [line.short for line in bob.heard() if "NOTICE #tea" in line.short]
        sentence = "Something that was said here is missing: the server has it no longer."
        self.assertEqual(told, [f":twistchat.chat NOTICE #tea {sentence}"])
        self.asks(ann, "PRIVMSG #tea :again")
        self.assertEqual([line.short for line in bob.heard()], [":ann PRIVMSG #tea again"])
