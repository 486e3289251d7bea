"""What is said on IRC: to rooms and people, on an engine that commits at once and on a slow one."""

from typing import ClassVar

from tests.engines import OnSlowEngine
from tests.irc.kit import IRCTestCase, read_line
from twistchat.core.accounts import Role
from twistchat.core.limits import Limits
from twistchat.frontends.irc.message import LONGEST
from twistchat.frontends.irc.targets import MOST
from twistchat.testing import LINE

SERVER = "twistchat.chat"
TAGS = "message-tags"
LABELS = "labeled-response batch"


class PrivmsgTests(IRCTestCase):
    limits: ClassVar[Limits] = Limits(strangers=1_000)

    def test_in_a_room_for_every_wire(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        (carl,) = self.world.people("carl", front_end=LINE)
        carl.types("/join #tea")
        self.turn()
        for person in (alice, bob, carl):
            person.sees()
        self.assertEqual(self.asking(alice, "PRIVMSG #Tea :你好, all"), [])
        self.assertEqual(self.told(bob), [":alice PRIVMSG #tea 你好, all"])
        self.assertEqual(carl.sees(), ["[#tea] <alice> 你好, all"])
        carl.types("hello yourself")
        self.turn()
        self.assertEqual(self.told(alice), [":carl PRIVMSG #tea hello yourself"])

    def test_to_people(self) -> None:
        alice, bob = self.clients("alice", "bob")
        (carl,) = self.world.people("carl", front_end=LINE)
        self.assertEqual(self.asking(alice, "PRIVMSG BOB psst", "PRIVMSG carl :psst you"), [])
        self.assertEqual(self.told(bob), [":alice PRIVMSG bob psst"])
        self.assertEqual(carl.sees(), ["<alice -> carl> psst you"])

    def test_to_oneself(self) -> None:
        (alice,) = self.clients("alice")
        self.assertEqual(self.asking(alice, "PRIVMSG alice :milk"), [":alice PRIVMSG alice milk"])
        (echoed,) = self.clients("eve", caps=f"{LABELS} {TAGS} echo-message")
        echoed.types("@label=1 PRIVMSG eve :milk")
        echoed.types("@label=2;+a=b TAGMSG eve")
        self.turn()
        one, other, third, fourth = echoed.heard()
        self.assertEqual([one.short, other.short], [":eve PRIVMSG eve milk"] * 2)
        self.assertEqual(one.tags["msgid"], other.tags["msgid"])
        self.assertEqual([x.tags.get("label") for x in (one, other)], ["1", None])
        self.assertEqual([third.short, fourth.short], [":eve TAGMSG eve"] * 2)
        self.assertEqual([x.tags.get("label") for x in (third, fourth)], ["2", None])

    def test_to_many(self) -> None:
        alice, bob, carl = self.clients("alice", "bob", "carl")
        for client in (alice, bob):
            client.types("JOIN #tea")
        self.turn()
        bob.hears()
        self.assertEqual(
            self.asking(alice, "PRIVMSG #tea,,carl,#TEA,nobody :hi"),
            [f":{SERVER} 401 alice nobody Nobody here is called that"],
        )
        self.assertEqual(self.told(bob), [":alice PRIVMSG #tea hi"])
        self.assertEqual(self.told(carl), [":alice PRIVMSG carl hi"])

    def test_to_too_many(self) -> None:
        alice, *others = self.clients("alice", *(f"b{n}" for n in range(MOST + 1)))
        (refused,) = self.asking(alice, "PRIVMSG b0,b1,b2,b3,b4 :hi")
        self.assertTrue(refused.startswith(f":{SERVER} 407 alice b4 "), refused)
        for place, other in enumerate(others):
            self.assertEqual(self.told(other), [f":alice PRIVMSG b{place} hi"] * (place < MOST))
        self.assertEqual(self.asking(alice, "NOTICE b0,b1,b2,b3,b4 :hi"), [])
        self.assertEqual(self.told(others[MOST]), [])

    def test_many_under_one_label(self) -> None:
        (alice,) = self.clients("alice", caps=f"{LABELS} echo-message")
        self.clients("bob", "carl")
        alice.types("@label=x PRIVMSG bob,nobody,carl :hi")
        self.turn()
        begin, *inside, end = alice.heard()
        name = begin.params[0][1:]
        self.assertEqual(begin.params[1:], ("labeled-response",))
        self.assertEqual((begin.tags, end.tags, end.params), ({"label": "x"}, {}, (f"-{name}",)))
        self.assertEqual({tuple(line.tags.items()) for line in inside}, {(("batch", name),)})
        self.assertEqual([line.command for line in inside], ["PRIVMSG", "401", "PRIVMSG"])

    def test_what_is_missing(self) -> None:
        (alice,) = self.clients("alice")
        for line, numeric in (
            ("PRIVMSG", "411"), ("PRIVMSG :", "411"), ("PRIVMSG bob", "412"),
            ("PRIVMSG bob :", "412"), ("PRIVMSG bob :  ", "412"), ("PRIVMSG bob :\x02\x03", "412"),
            ("PRIVMSG bob :\x01ACTION\x01", "412"), ("PRIVMSG , x", ""),
        ):  # fmt: skip
            told = [each.split(" ")[1] for each in self.asking(alice, line)]
            self.assertEqual(told, [numeric] if numeric else [], line)

    def test_where_one_may_not(self) -> None:
        alice, bob = self.clients("alice", "bob")
        for line in ("JOIN #tea", "JOIN #mod", "JOIN #hid", "MODE #mod +m", "MODE #hid +s"):
            alice.types(line)
        bob.types("JOIN #mod")
        self.turn()
        for target, numeric in (
            ("#tea", "404"), ("#mod", "404"), ("#hid", "403"), ("#none", "403"), ("#", "403"),
            ("#lobby", "404"), ("#a\u3000b", "403"), ("nobody", "401"), ("@#tea", "401"),
            ("$*", "401"),
            (SERVER, "401"), ("bob!~bob@x.cloak", "401"), ("x" * 300, "401"),
        ):  # fmt: skip
            (told,) = self.asking(bob, f"PRIVMSG {target} :x")
            self.assertEqual(told.split(" ")[1], numeric, told)
            self.assertEqual(self.asking(bob, f"NOTICE {target} :x"), [], target)
        self.assertEqual(
            [line for line in self.told(alice) if "JOIN #mod" not in line and "MODE" not in line][
                -1:
            ],
            [f":{SERVER} 366 alice #hid End of /NAMES list"],
        )

    def test_a_room_that_hears_people_outside(self) -> None:
        alice, bob = self.clients("alice", "bob")
        (carl,) = self.clients("carl", caps="echo-message")
        for line in ("JOIN #tea", "MODE #tea -n"):
            alice.types(line)
        self.turn()
        alice.hears()
        self.assertEqual(self.asking(bob, "PRIVMSG #tea hello"), [])
        self.assertEqual(self.asking(carl, "PRIVMSG #Tea :me too"), [":carl PRIVMSG #tea me too"])
        self.assertEqual(self.told(alice), [":bob PRIVMSG #tea hello", ":carl PRIVMSG #tea me too"])

    def test_somebody_who_is_away(self) -> None:
        alice, bob = self.clients("alice", "bob")
        self.assertEqual(
            self.asking(bob, "AWAY :at \x02lunch"), [f":{SERVER} 306 bob You are away"]
        )
        away = f":{SERVER} 301 alice bob at lunch"
        self.assertEqual(self.asking(alice, "PRIVMSG bob x", "PRIVMSG bob y"), [away, away])
        self.assertEqual(self.asking(alice, "NOTICE bob x"), [])
        self.assertEqual(self.asking(bob, "AWAY :"), [f":{SERVER} 305 bob You are back"])
        self.assertEqual(self.asking(bob, "AWAY"), [f":{SERVER} 305 bob You are back"])
        self.assertEqual(self.asking(alice, "PRIVMSG bob x"), [])

    def test_an_account_whose_owner_is_away(self) -> None:
        alice, bob = self.clients("alice", "bob")
        self.world.registers(bob, role=Role.PERSON)
        bob.types("QUIT")
        self.turn()
        (told,) = self.asking(alice, "PRIVMSG bob :later")
        self.assertIn("will find it", told)
        self.assertEqual(self.asking(alice, "NOTICE bob :later"), [])


class LengthTests(IRCTestCase):
    def fitting(self, head: str, tail: str = "") -> int:
        return LONGEST - len(f"{head}{tail}\r\n".encode())

    def test_what_others_can_be_sent_in_one_line_is_sent(self) -> None:
        alice, bob = self.clients("alice", "bob")
        alice.types("PRIVMSG bob x")
        self.turn()
        (raw,) = bob.hears()
        head = raw.removesuffix("x")
        for tail in ("a", "é", "😃"):
            size = self.fitting(head, tail)
            for length, is_sent in ((size, True), (size + 1, False)):
                text = "x" * length + tail
                told = self.asking(alice, f"PRIVMSG bob :{text}")
                if is_sent:
                    self.assertEqual(told, [])
                    (raw,) = bob.hears()
                    self.assertEqual(len(raw.encode()) + 2, LONGEST)
                    self.assertEqual(read_line(raw).params[1], text)
                else:
                    self.assertEqual([each.split(" ")[1] for each in told], ["417"])
                    self.assertEqual(bob.hears(), [])

    def test_actions_and_rooms(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        alice.hears()
        alice.types("PRIVMSG #tea :\x01ACTION x\x01")
        self.turn()
        (raw,) = bob.hears()
        size = self.fitting(raw.removesuffix("x\x01"), "\x01")
        for length, told in ((size, 1), (size + 1, 0)):
            alice.types(f"PRIVMSG #TEA :\x01ACTION {'x' * length}")
            self.turn()
            self.assertEqual(len(bob.hears()), told, length)

    def test_what_is_taken_out_does_not_count_and_what_is_put_in_does(self) -> None:
        alice, bob = self.clients("alice", "bob")
        alice.types("PRIVMSG bob x")
        self.turn()
        size = self.fitting(bob.hears()[0].removesuffix("x"))
        alice.types(f"PRIVMSG bob :\x02{'x' * size}")
        self.turn()
        self.assertEqual(len(bob.hears()), 1)
        alice.types(f"PRIVMSG bob :\x07{'x' * (size - 1)}")  # told as a picture, of three bytes
        self.turn()
        self.assertEqual(bob.hears(), [])


class TextTests(IRCTestCase):
    def test_formatting_is_read_by_nobody(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        alice.types("PRIVMSG #tea :\x02very\x02 \x0304,01red\x03 \x1dtea\x0f")
        alice.types("PRIVMSG #tea :\x01ACTION \x1fpours\x1f\x01")
        alice.types("NOTICE #tea :\x02b")
        self.turn()
        self.assertEqual(
            self.told(bob),
            [
                ":alice PRIVMSG #tea very red tea",
                ":alice PRIVMSG #tea \x01ACTION pours\x01",
                ":alice NOTICE #tea b",
            ],
        )

    def test_no_terminal_is_reached(self) -> None:
        (alice,) = self.clients("alice", room="#lobby")
        (carl,) = self.world.people("carl", front_end=LINE)
        alice.types("PRIVMSG #lobby :\x1b[31mred\x07 \u202eback")
        self.turn()
        self.assertEqual(carl.sees(), ["<alice> ␛[31mred␇ \ufffdback"])


class CTCPTests(IRCTestCase):
    limits: ClassVar[Limits] = Limits(strangers=1_000)

    def test_between_two(self) -> None:
        alice, bob = self.clients("alice", "bob")
        self.assertEqual(self.asking(alice, "PRIVMSG bob :\x01VERSION\x01"), [])
        self.assertEqual(self.told(bob), [":alice PRIVMSG bob \x01VERSION\x01"])
        self.assertEqual(self.asking(bob, "NOTICE alice :\x01VERSION 茶 1.0\x01"), [])
        self.assertEqual(self.told(alice), [":bob NOTICE alice \x01VERSION 茶 1.0\x01"])
        self.assertEqual(self.asking(bob, "NOTICE alice :\x01ACTION x\x01"), [])
        self.assertEqual(self.told(alice), [":bob NOTICE alice \x01ACTION x\x01"])
        (told,) = self.asking(alice, "PRIVMSG nobody :\x01VERSION\x01")
        self.assertEqual(told.split(" ")[1], "401")

    def test_people_on_other_wires_do_not_read_it(self) -> None:
        (alice,) = self.clients("alice")
        (carl,) = self.world.people("carl", front_end=LINE)
        self.assertEqual(self.asking(alice, "PRIVMSG carl :\x01VERSION\x01"), [])
        self.assertEqual(carl.sees(), [])

    def test_not_to_rooms(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        alice.hears()
        (told,) = self.asking(alice, "PRIVMSG #tea :\x01VERSION\x01")
        self.assertEqual(told.split(" ")[1:4], ["404", "alice", "#tea"])
        self.assertEqual(self.asking(alice, "NOTICE #tea :\x01VERSION x\x01"), [])
        self.assertEqual(bob.hears(), [])


class TagTests(IRCTestCase):
    limits: ClassVar[Limits] = Limits(strangers=3)

    def test_those_for_clients_are_handed_on(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea", caps=TAGS)
        (carl,) = self.clients("carl", room="#tea")
        for client in (alice, bob):
            client.hears()
        alice.types(
            r"@+draft/reply=a\:b\s\\;+x;time=1;msgid=9;account=root;batch=1;bot;+bad/=1;+=2;+é=3"
            " PRIVMSG #tea hi"
        )
        self.turn()
        (line,) = bob.heard()
        self.assertNotEqual(line.tags["msgid"], "9")
        self.assertEqual(
            {**line.tags, "msgid": ""}, {"+draft/reply": "a;b \\", "+x": "", "msgid": ""}
        )
        self.assertEqual([x.tags for x in carl.heard()], [{}])
        carl.types("@+x=1 PRIVMSG #tea :I have asked for no tags")
        self.turn()
        (line,) = bob.heard()
        self.assertEqual(line.tags.keys(), {"msgid"})

    def test_any_picture_and_nothing_that_harms(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea", caps=TAGS)
        alice.hears()
        alice.types("@+draft/react=👩\u200d👩\u200d👧;+x=a\\r\\nb\x1b[31m\u202e TAGMSG #tea")
        self.turn()
        (line,) = bob.heard()
        self.assertEqual(line.tags["+draft/react"], "👩\u200d👩\u200d👧")
        self.assertEqual(line.tags["+x"], "a\r\nb␛[31m\ufffd")

    def test_tags_alone(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea", caps=TAGS)
        (carl,) = self.clients("carl", room="#tea")
        for client in (alice, bob):
            client.hears()
        self.assertEqual(self.asking(alice, "@+typing=active TAGMSG #Tea"), [])
        (line,) = bob.heard()
        self.assertEqual((line.short, line.tags["+typing"]), (":alice TAGMSG #tea", "active"))
        self.assertEqual(carl.hears(), [])
        for nothing in ("TAGMSG #tea", "@typing=active TAGMSG #tea", "@+typing=x TAGMSG ,"):
            self.assertEqual(self.asking(alice, nothing), [], nothing)
        self.assertEqual(self.asking(carl, "@+typing=active TAGMSG #tea"), [])
        self.assertEqual(bob.hears(), [])
        for line_, numeric in (
            ("@+a TAGMSG", "461"), ("@+a TAGMSG #none", "403"), ("@+a TAGMSG nobody", "401"),
        ):  # fmt: skip
            (told,) = self.asking(alice, line_)
            self.assertEqual(told.split(" ")[1], numeric)

    def test_typing_is_told_however_often_and_no_stranger_is_troubled(self) -> None:
        alice, bob = self.clients("alice", "bob", caps=TAGS)
        alice.types("PRIVMSG bob hi")
        for _ in range(20):
            alice.types("@+typing=active TAGMSG bob")
        self.turn()
        self.assertEqual(len(bob.hears()), 21)
        self.assertEqual(alice.hears(), [])
        for _ in range(20):
            bob.types("@+typing=active TAGMSG alice")
        self.turn()
        self.assertEqual((len(alice.hears()), bob.hears()), (20, []))
        (eve,) = self.clients("eve", caps=TAGS)
        for _ in range(20):
            eve.types("@+typing=active TAGMSG bob")
        self.turn()
        self.assertEqual((len(bob.hears()), eve.hears()), (3, []))

    def test_they_are_bounded(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea", caps=TAGS)
        alice.hears()
        most = "@foo=bar;+baz={} TAGMSG #tea"
        for size, told, numerics in ((4081, 1, []), (4082, 0, ["417"])):
            answers = self.asking(alice, most.format("a" * size))
            self.assertEqual([line.split(" ")[1] for line in answers], numerics)
            self.assertEqual(len(bob.hears()), told)


class SlowTests(OnSlowEngine, IRCTestCase):
    """Where what is said is committed later."""

    def test_answers_stand_in_their_places(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea", caps="echo-message")
        alice.hears()
        for line in (
            "PRIVMSG #tea one", "PRIVMSG #none two", "NOTICE #tea three", "PING 4",
            "PRIVMSG #tea,nobody five", "PING 6",
        ):  # fmt: skip
            alice.types(line)
        self.turn()
        told = [line.split(" ", 1)[1] for line in self.told(alice)]
        self.assertEqual(
            [line.split(" ")[0] + " " + line.split(" ")[-1] for line in told],
            [
                "PRIVMSG one",
                "403 room",
                "NOTICE three",
                "PONG 4",
                "PRIVMSG five",
                "401 that",
                "PONG 6",
            ],
        )
        self.assertEqual(len(bob.hears()), 3)

    def test_what_is_not_kept_its_speaker_is_told(self) -> None:
        alice, bob = self.clients("alice", "bob", room="#tea")
        alice.hears()
        self.slow.fails = True
        (told,) = self.asking(alice, "PRIVMSG #tea :lost words")
        self.assertIn("lost words", told)
        self.assertEqual(told.split(" ")[1:4], ["404", "alice", "#tea"])
        self.assertEqual(bob.hears(), [])
