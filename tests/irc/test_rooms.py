"""Coming into rooms and leaving them, inviting, topics; putting people out."""

from typing import ClassVar

from tests.engines import OnSlowEngine
from tests.irc.kit import IRCTestCase
from twistchat.core.accounts import Role
from twistchat.core.limits import Limits
from twistchat.testing import LINE

SERVER = "twistchat.chat"
LABELS = "labeled-response batch"


class RoomCase(IRCTestCase):
    limits: ClassVar[Limits] = Limits(joins=1_000, strangers=1_000)


class JoinTests(RoomCase):
    def test_a_new_room(self) -> None:
        (alice,) = self.clients("alice")
        self.assertEqual(
            self.asking(alice, "JOIN #Tea"),
            [
                ":alice JOIN #tea",
                f":{SERVER} 353 alice = #tea @alice",
                f":{SERVER} 366 alice #tea End of /NAMES list",
            ],
        )
        self.assertEqual(self.asking(alice, "JOIN #tea", "JOIN #TEA"), [])

    def test_several_with_keys(self) -> None:
        alice, bob = self.clients("alice", "bob")
        for line in ("JOIN #a,#b,#c", "MODE #a +k one", "MODE #c +k three"):
            alice.types(line)
        self.turn()
        told = self.asking(bob, "JOIN #a,#b,#c one,,three,four")
        self.assertEqual([x for x in told if "JOIN" in x], [f":bob JOIN #{x}" for x in "abc"])
        self.assertEqual(len(told), 9)
        bob.types("JOIN 0")
        self.turn()
        self.assertEqual(self.told(bob), [f":bob PART #{x}" for x in "abc"])
        told = self.asking(bob, "JOIN #a,#b,#c x")
        self.assertEqual(
            [line.split(" ")[1] for line in told], ["475", "JOIN", "353", "366", "475"]
        )

    def test_what_is_no_room(self) -> None:
        (alice,) = self.clients("alice")
        for name in ("tea", "&tea", "inv@lid", "#", "#a:b", "#a\u3000b", "#" + "x" * 300, ":#x y"):
            (refused,) = self.asking(alice, f"JOIN {name}")
            self.assertIn(refused.split(" ")[1], ("403", "476", "479"), refused)
        self.assertEqual(self.asking(alice, "JOIN ,", "JOIN :"), [])
        told = self.asking(alice, "JOIN #valid,inv@lid")
        self.assertEqual([line.split(" ")[1] for line in told], ["JOIN", "353", "366", "403"])
        self.assertEqual(told[-1].split(" ")[2:4], ["alice", "inv@lid"])
        (refused,) = self.asking(alice, "JOIN")
        self.assertEqual(refused.split(" ")[1], "461")

    def test_one_batch_for_all(self) -> None:
        (alice,) = self.clients("alice", caps=LABELS)
        for line, label, commands in (
            ("JOIN #a,bad,#b", "x", ["JOIN", "353", "366", "403", "JOIN", "353", "366"]),
            ("JOIN #a", "y", []),
            ("JOIN 0", "z", ["PART", "PART"]),
        ):
            alice.types(f"@label={label} {line}")
            self.turn()
            begin, *inside, end = alice.heard()
            self.assertEqual(begin.tags, {"label": label})
            name = begin.params[0][1:]
            self.assertEqual([line.command for line in inside], commands)
            self.assertEqual([line.tags for line in inside], [{"batch": name}] * len(inside))
            self.assertEqual((end.tags, end.params), ({}, (f"-{name}",)))

    def test_where_one_may_not(self) -> None:
        alice, bob = self.clients("alice", "bob")
        for room, mode in (("#k", "+k x"), ("#i", "+i"), ("#l", "+l 1"), ("#b", "+b bob!*@*")):
            alice.types(f"JOIN {room}")
            alice.types(f"MODE {room} {mode}")
        self.turn()
        for room, numeric in (("#k", "475"), ("#i", "473"), ("#l", "471"), ("#b", "474")):
            (told,) = self.asking(bob, f"JOIN {room}")
            self.assertEqual(told.split(" ")[1:4], [numeric, "bob", room])
            self.assertEqual(bob.hears(), [])
        for room in ("#i", "#l"):
            alice.types(f"INVITE bob {room}")
        self.turn()
        told_ = self.asking(bob, "JOIN #i,#l")
        self.assertEqual(
            [line for line in told_ if " JOIN " in line], [":bob JOIN #i", ":bob JOIN #l"]
        )

    def test_topic_and_names_come_first(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        for line in ("TOPIC #tea :oolong today", "PRIVMSG #tea :hello"):
            alice.types(line)
        self.turn()
        (carl,) = self.clients("carl")
        told = [line.split(" ")[1] for line in self.asking(carl, "JOIN #tea")]
        self.assertEqual(told[:5], ["JOIN", "332", "333", "353", "366"])
        del bob

    def test_too_many_at_once(self) -> None:
        (alice,) = self.clients("alice")
        most = self.limits.rooms_per_person
        told = self.asking(alice, "JOIN " + ",".join(f"#{n}" for n in range(most + 5)))
        self.assertEqual([line.split(" ")[1] for line in told[-5:]], ["405"] * 5)
        self.assertEqual(len(told), most * 3 + 5)


class PartTests(RoomCase):
    def test_leaving(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        alice.hears()
        self.assertEqual(
            self.asking(alice, "PART #Tea :\x02bye, all"), [":alice PART #tea bye, all"]
        )
        self.assertEqual(self.told(bob), [":alice PART #tea bye, all"])
        self.assertEqual(self.asking(bob, "PART #tea"), [":bob PART #tea"])

    def test_several(self) -> None:
        (alice,) = self.clients("alice", room="#tea")
        told = self.asking(alice, "PART #tea,#tea,#none")
        self.assertEqual(told[0], ":alice PART #tea")
        self.assertEqual([line.split(" ")[1:4] for line in told[1:]], [["403", "alice", "#none"]])

    def test_where_one_is_not(self) -> None:
        alice, bob = self.clients("alice", "bob")
        alice.types("JOIN #tea")
        self.turn()
        for room, numeric in (("#tea", "442"), ("#none", "403"), ("tea", "403")):
            (told,) = self.asking(bob, f"PART {room} :x")
            self.assertEqual(told.split(" ")[1:4], [numeric, "bob", room])

    def test_words_of_who_may_not_speak_are_not_told(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        alice.types("MODE #tea +m")
        bob.types("PART #tea :a last word")
        self.turn()
        self.assertEqual(self.told(alice)[-1], ":bob PART #tea")


class InviteTests(RoomCase):
    def test_inviting(self) -> None:
        alice, bob = self.clients("alice", "bob")
        (carl,) = self.world.people("carl", front_end=LINE)
        alice.types("JOIN #tea")
        self.turn()
        self.assertEqual(self.asking(alice, "INVITE BOB #Tea"), [f":{SERVER} 341 alice bob #tea"])
        self.assertEqual(self.told(bob), [":alice INVITE bob #tea"])
        self.asking(alice, "INVITE #tea carl")
        self.assertIn("alice invites", carl.sees()[0])
        self.assertEqual(
            self.asking(bob, "INVITE"),
            [f":{SERVER} 336 bob #tea", f":{SERVER} 337 bob End of /INVITE list"],
        )
        self.asking(bob, "JOIN #tea")
        self.assertEqual(self.asking(bob, "INVITE"), [f":{SERVER} 337 bob End of /INVITE list"])

    def test_what_is_wrong(self) -> None:
        alice, bob, carl = self.clients("alice", "bob", "carl")
        for client in (alice, carl):
            client.types("JOIN #tea")
        self.turn()
        for who, line, expected in (
            (alice, "INVITE bob", ["461", "alice", "INVITE"]),
            (alice, "INVITE nobody #tea", ["401", "alice", "nobody"]),
            (alice, "INVITE bob #none", ["403", "alice", "#none"]),
            (alice, "INVITE carl #tea", ["443", "alice", "carl"]),
            (alice, "INVITE alice #tea", ["443", "alice", "alice"]),
            (bob, "INVITE alice #tea", ["442", "bob", "#tea"]),
            (bob, "INVITE bob #tea", ["442", "bob", "#tea"]),
        ):
            (told,) = self.asking(who, line)
            self.assertEqual(told.split(" ")[1:4], expected, line)
        alice.types("MODE #tea +i")
        self.turn()
        (told,) = self.asking(carl, "INVITE bob #tea")
        self.assertEqual(told.split(" ")[1:4], ["482", "carl", "#tea"])
        self.assertEqual(bob.hears(), [])


class TopicTests(RoomCase):
    def test_it_is_asked_and_said(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        (carl,) = self.clients("carl")
        alice.hears()
        none = f":{SERVER} 331 {{}} #tea No topic is set"
        self.assertEqual(self.asking(alice, "TOPIC #Tea"), [none.format("alice")])
        self.assertEqual(self.asking(carl, "TOPIC #tea"), [none.format("carl")])
        self.assertEqual(
            self.asking(alice, "TOPIC #tea :\x02茶 of today"), [":alice TOPIC #tea 茶 of today"]
        )
        self.assertEqual(self.told(bob), [":alice TOPIC #tea 茶 of today"])
        for client, name in ((bob, "bob"), (carl, "carl")):
            topic, when = self.asking(client, "TOPIC #tea")
            self.assertEqual(topic, f":{SERVER} 332 {name} #tea 茶 of today")
            self.assertRegex(when, f"^:{SERVER} 333 {name} #tea alice\\S* [0-9]+$")
        self.assertEqual(self.asking(bob, "TOPIC #tea :"), [":bob TOPIC #tea "])
        self.assertEqual(self.asking(bob, "TOPIC #tea :"), [none.format("bob")])

    def test_where_one_may_not(self) -> None:
        alice, bob = self.clients("alice", "bob")
        (carl,) = self.clients("carl")
        for client in (alice, carl):
            client.types("JOIN #tea")
        for line in ("MODE #tea +tv carl", "JOIN #hid", "MODE #hid +s"):
            alice.types(line)
        self.turn()
        for who, line, expected in (
            (bob, "TOPIC #tea :x", ["442", "bob", "#tea"]),
            (carl, "TOPIC #tea :x", ["482", "carl", "#tea"]),
            (bob, "TOPIC #hid", ["403", "bob", "#hid"]),
            (bob, "TOPIC #none", ["403", "bob", "#none"]),
            (bob, "TOPIC #none :x", ["403", "bob", "#none"]),
            (bob, "TOPIC", ["461", "bob", "TOPIC"]),
        ):
            (told,) = self.asking(who, line)
            self.assertEqual(told.split(" ")[1:4], expected, line)

    def test_too_long(self) -> None:
        (alice,) = self.clients("alice", room="#tea")
        self.world.parts.chat.change_limits(Limits(topic=10))
        (told,) = self.asking(alice, "TOPIC #tea :longer than ten")
        self.assertEqual(told.split(" ")[1], "400")


class KickTests(RoomCase):
    def test_out_of_a_room(self) -> None:
        alice, bob, carl = self.clients("alice", "bob", "carl", room="#tea")
        for client in (alice, bob, carl):
            client.hears()
        kick = ":alice KICK #tea bob no, really"
        self.assertEqual(self.asking(alice, "KICK #Tea BOB :no, \x02really"), [kick])
        self.assertEqual([self.told(bob), self.told(carl)], [[kick], [kick]])
        self.assertEqual(self.asking(alice, "KICK #tea carl"), [":alice KICK #tea carl alice"])
        self.assertEqual(self.asking(bob, "JOIN #tea")[0], ":bob JOIN #tea")

    def test_several(self) -> None:
        alice, *others = self.clients("alice", "b", "c", "d", "e", "f", room="#tea")
        alice.types("JOIN #pot")
        for other in others[:2]:
            other.types("JOIN #pot")
        self.turn()
        told = self.asking(alice, "KICK #tea,#pot b,c :bye")
        self.assertEqual(told, [":alice KICK #tea b bye", ":alice KICK #pot c bye"])
        told = self.asking(alice, "KICK #tea c,d,nobody,alice,e,f")
        self.assertEqual(
            [line.split(" ")[1:5] for line in told],
            [
                ["407", "alice", "e", "That"],
                ["KICK", "#tea", "c", "alice"],
                ["KICK", "#tea", "d", "alice"],
                ["401", "alice", "nobody", "Nobody"],
                ["PART", "#tea"],
            ],
        )

    def test_who_may_not(self) -> None:
        alice, bob, carl = self.clients("alice", "bob", "carl")
        for client in (alice, bob):
            client.types("JOIN #tea")
        self.turn()
        for who, line, expected in (
            (bob, "KICK #tea alice", ["482", "bob", "#tea"]),
            (carl, "KICK #tea alice", ["442", "carl", "#tea"]),
            (alice, "KICK #none bob", ["403", "alice", "#none"]),
            (alice, "KICK #tea nobody", ["401", "alice", "nobody"]),
            (alice, "KICK #tea carl", ["441", "alice", "carl"]),
            (alice, "KICK #tea", ["461", "alice", "KICK"]),
            (alice, "KICK #tea,#pot,#cup bob,carl", ["461", "alice", "KICK"]),
        ):
            (told,) = self.asking(who, line)
            self.assertEqual(told.split(" ")[1:4], expected, line)

    def test_operators_put_one_another_out_but_not_a_founder(self) -> None:
        alice, bob, carl = self.clients("alice", "bob", "carl", room="#tea")
        alice.types("MODE #tea +oo bob carl")
        self.turn()
        bob.hears()
        self.assertEqual(self.asking(bob, "KICK #tea carl", "KICK #tea alice"), [
            ":bob KICK #tea carl bob", ":bob KICK #tea alice bob",
        ])  # fmt: skip
        self.world.registers(carl)
        carl.types("JOIN #own")
        self.turn()
        for line in ("JOIN #own",):
            bob.types(line)
        self.turn()
        carl.types("MODE #own +o bob")
        self.turn()
        (told,) = self.asking(bob, "KICK #own carl")
        self.assertEqual(told.split(" ")[1:4], ["482", "bob", "#own"])


class KillTests(RoomCase):
    def test_operators_put_people_out_of_the_chat(self) -> None:
        alice, bob, carl = self.clients("alice", "bob", "carl", room="#tea")
        for name in ("bob", "alice", "nobody"):
            (told,) = self.asking(carl, f"KILL {name} :x")
            self.assertEqual(told.split(" ")[1:3], ["481", "carl"])
        self.world.registers(alice, role=Role.OPERATOR)
        (told,) = self.asking(alice, "KILL nobody :x")
        self.assertEqual(told.split(" ")[1:4], ["401", "alice", "nobody"])
        carl.hears()
        self.asking(alice, "KILL BOB :no, really")
        self.assertTrue(bob.hears()[-1].startswith("ERROR :"))
        self.assertTrue(bob.wire.disconnecting)
        self.assertTrue(any(line.command == "QUIT" and line.nick == "bob" for line in carl.heard()))
        alice.types("KILL alice")
        self.turn()
        self.assertFalse(alice.is_connected)


class RaceTests(OnSlowEngine, RoomCase):
    """What is decided holds from its place in the order on, however slow the engine."""

    def test_what_was_said_before_a_kick_is_told_before_it(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        alice.hears()
        bob.types("PRIVMSG #tea one")
        alice.types("KICK #tea bob :out")
        bob.types("PRIVMSG #tea two")
        self.turn()
        self.assertEqual(self.told(alice), [":bob PRIVMSG #tea one", ":alice KICK #tea bob out"])
        told = self.told(bob)
        self.assertEqual(told[0], ":alice KICK #tea bob out")
        self.assertEqual([line.split(" ")[1:4] for line in told[1:]], [["404", "bob", "#tea"]])

    def test_nobody_speaks_behind_what_lets_few_speak(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        alice.hears()
        bob.types("PRIVMSG #tea one")
        alice.types("MODE #tea +m")
        bob.types("PRIVMSG #tea two")
        alice.types("MODE #tea +v bob")
        bob.types("PRIVMSG #tea three")
        self.turn()
        self.assertEqual(
            self.told(alice),
            [":bob PRIVMSG #tea one", ":alice MODE #tea +m", ":alice MODE #tea +v bob"],
        )
        told = [line.split(" ")[1:4] for line in self.told(bob)]
        self.assertEqual(told.count(["404", "bob", "#tea"]), 2)
        self.assertEqual(self.asking(bob, "PRIVMSG #tea four"), [])
        self.assertEqual(self.told(alice), [":bob PRIVMSG #tea four"])

    def test_a_key_that_is_under_way_is_needed_already(self) -> None:
        alice, bob = self.clients("alice", "bob")
        alice.types("JOIN #tea")
        self.turn()
        alice.types("MODE #tea +k sesame")
        bob.types("JOIN #tea")
        bob.types("JOIN #tea sesame")
        self.turn()
        told = self.told(bob)
        self.assertEqual(told[0].split(" ")[1:4], ["475", "bob", "#tea"])
        self.assertEqual(told[1], ":bob JOIN #tea")

    def test_what_could_not_be_kept_holds_no_more(self) -> None:
        alice, bob = self.clients("alice", "bob")
        alice.types("JOIN #tea")
        self.turn()
        alice.hears()
        self.slow.fails = True
        alice.types("MODE #tea +k sesame")
        self.turn()
        (told,) = self.told(alice)
        self.assertIn("MODE", told)
        self.slow.fails = False
        self.assertEqual(self.asking(bob, "JOIN #tea")[0], ":bob JOIN #tea")

    def test_answers_under_one_label_stand_in_their_batch(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea", caps=LABELS)
        alice.hears()
        alice.types("@label=x KICK #tea bob,nobody,bob")
        alice.types("@label=y PING 1")
        self.turn()
        lines = alice.heard()
        self.assertEqual(
            [line.command for line in lines], ["BATCH", "KICK", "401", "441", "BATCH", "PONG"]
        )
        self.assertEqual({line.tags.get("batch") for line in lines[1:4]}, {"r1"})
        self.assertEqual(self.told(bob), [":alice KICK #tea bob alice"])
