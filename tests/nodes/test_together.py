"""People at several nodes are in one chat."""

from __future__ import annotations

from twistchat.core.events import RoomForgotten
from twistchat.testing import NodesTestCase


class TogetherTests(NodesTestCase):
    def test_what_is_said_is_heard_everywhere(self) -> None:
        ada, ben = self.person("ada", at="a"), self.person("ben", at="b")
        self.assertEqual(self.typing(ada, "hello"), ["<ada> hello"])
        self.assertEqual(ben.sees(), ["<ada> hello"])

    def test_everybody_is_told_the_same_in_one_order(self) -> None:
        people = [self.person(name, at=at) for name, at in zip("xyzuvw", "abcabc", strict=True)]
        for number in range(20):
            for person in people:
                person.types(f"{number} of {id(person)}")
            if number % 3 == 0:
                self.turn()
        self.turn()
        one, *others = [person.sees() for person in people]
        self.assertEqual(len(one), 120)
        for other in others:
            self.assertEqual(other, one)

    def test_who_comes_and_goes(self) -> None:
        ada = self.person("ada", at="a")
        ben = self.worlds["b"].connect()
        ben.types("ben")
        self.turn()
        self.assertEqual(ada.sees(), ["-- ben joined."])
        self.assertEqual(ben.sees()[-1], "-- Here now (2): ada, ben")
        ben.hangs_up()
        self.turn()
        self.assertEqual(ada.sees(), ["-- ben left."])
        self.assertEqual(self.typing(ada, "/who"), ["-- In #lobby (1): ada"])

    def test_what_is_known_of_somebody_elsewhere(self) -> None:
        ada, ben = self.person("ada", at="a"), self.person("ben", at="b")
        self.typing(ben, "/away lunch", "/join #x", "/topic what")
        seen = self.typing(ada, "/whois ben", "/rooms", "/msg ben psst")
        self.assertIn("-- ben is away: lunch", seen)
        self.assertIn("--   #x (1): what", seen)
        self.assertIn("<ada -> ben> psst", seen)
        self.assertIn("<ada -> ben> psst", ben.sees())
        self.assertEqual(self.typing(ben, "/nick bob"), ["-- ben is now bob."])
        self.assertEqual(ada.sees(), ["-- ben is now bob."])
        self.wait(60)
        self.typing(ben, "/msg #lobby hi")
        bob = self.worlds["a"].parts.chat.person("bob")
        assert bob is not None
        self.assertGreater(bob.spoke, 60)

    def test_one_name(self) -> None:
        self.person("ada", at="a")
        ben = self.person("ben", at="b")
        self.assertEqual(
            self.typing(ben, "/nick Ada"), ["-- Sorry, the name Ada is taken. How about Ada2?"]
        )

    def test_two_take_one_name_at_once(self) -> None:
        ada, ben = self.person("ada", at="a"), self.person("ben", at="b")
        ada.types("/nick cat")
        ben.types("/nick cat")
        self.turn()
        one, two = ada.sees(), ben.sees()
        self.assertIn("-- ada is now cat.", one + two)
        self.assertEqual(sum("is now cat" in line for line in one), 1)
        self.assertEqual(sum("name cat is taken" in line for line in one + two), 1)

    def test_two_who_come_in_at_once_see_each_other(self) -> None:
        ada, ben = self.person("ada", at="a"), self.person("ben", at="b")
        ada.types("/join #lab")
        ben.types("/join #lab")
        self.turn()
        self.assertIn("-- In #lab (1): ada", ada.sees())
        self.assertIn("-- In #lab (2): ada, ben", ben.sees())
        for person in (ada, ben):
            self.assertEqual(self.typing(person, "/who #lab"), ["-- In #lab (2): ada, ben"])

    def test_whoever_is_the_first_has_made_the_room(self) -> None:
        ada, ben = self.person("ada", at="a"), self.person("ben", at="b")
        ada.types("/join #lab")
        ben.types("/join #lab")
        self.turn()
        for world in self.worlds.values():
            room = world.parts.chat.room("#lab")
            assert room is not None
            assert ada.user is not None
            self.assertEqual(room.keeper, ada.user.id)
        ada.sees()
        self.typing(ben, "/kick ada")
        self.assertEqual(ada.sees(), [])
        self.assertEqual(self.typing(ada, "/kick ben"), ["-- ada put ben out of #lab."])
        self.assertIn("-- ada put ben out of #lab.", ben.sees())

    def test_a_node_that_comes_later_knows_who_has_made_a_room(self) -> None:
        ada = self.person("ada", at="a")
        self.typing(ada, "/join #lab")
        room = self.begin("d").parts.chat.room("#lab")
        assert room is not None
        assert ada.user is not None
        self.assertEqual(room.keeper, ada.user.id)
        self.assertEqual([user.name for user in room.members.values()], ["ada"])

    def test_a_room_is_forgotten_while_people_come_into_it(self) -> None:
        ada, ben = self.person("ada", at="a"), self.person("ben", at="b")
        self.typing(ada, "/join #lab", "/topic tea", "/leave #lab")
        chat = self.worlds["a"].parts.chat
        forgotten = chat._state.forget_oldest()
        assert forgotten == "#lab"
        ben.types("/join #lab")
        self.clock.advance(0)
        self.clock.advance(0.001)
        self.worlds["a"].parts.pipeline.submit([RoomForgotten("#lab", self.clock.seconds())])
        self.wait(10)
        ben.sees()
        topics = set()
        for world in self.worlds.values():
            room = world.parts.chat.room("#lab")
            assert room is not None
            topics.add(room.topic)
            self.assertEqual(len(room.members), 1)
        self.assertEqual(len(topics), 1)  # it is forgotten for all of them, or for none
        self.assertEqual(self.typing(ben, "/msg #lab hi"), ["[#lab] <ben> hi"])
