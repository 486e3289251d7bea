"""Nodes that end without a word, are cut off and come back, or begin anew."""

from __future__ import annotations

from tests.nodes.test_coming_back import token_in
from twistchat.core.accounts import Role
from twistchat.testing import JSON, NodesTestCase, Program

LOBBY = "#lobby"


class EndingTests(NodesTestCase):
    def test_the_people_of_a_node_that_dies_are_gone_within_the_lease(self) -> None:
        ada, _ = self.person("ada", at="a"), self.person("ben", at="b")
        self.kill("b")
        self.lease_is_over("b")
        self.assertEqual(ada.sees(), ["-- ben left (connection lost)."])
        self.assertEqual(self.typing(ada, "/who"), ["-- In #lobby (1): ada"])
        self.person("ben", at="a")

    def test_a_node_that_was_cut_off_for_a_moment(self) -> None:
        ada, ben = self.person("ada", at="a"), self.person("ben", at="b")
        self.cuts("b")
        self.typing(ada, "one", "two")
        self.assertEqual(ben.sees(), [])
        ben.types("three")
        self.wait(1)
        self.joins("b")
        self.turn()
        self.assertEqual(ben.sees(), ["<ada> one", "<ada> two", "<ben> three"])
        self.assertIn("<ben> three", ada.sees())

    def test_a_node_that_was_cut_off_for_longer_than_its_lease(self) -> None:
        ada, ben = self.person("ada", at="a"), self.person("ben", at="b")
        self.cuts("b")
        self.lease_is_over("b")
        self.assertEqual(ada.sees(), ["-- ben left (connection lost)."])
        self.typing(ada, "are you there?", "/topic tea", "/join #lab")
        self.person("cat", at="c")
        ada.sees()
        self.joins("b")
        self.turn()
        self.assertEqual(
            ben.sees(),
            ["-- cat joined.", "<ada> are you there?", "-- ada changed the topic of #lobby: tea"],
        )
        self.assertEqual(ada.sees(), ["-- ben joined."])
        self.assertEqual(self.typing(ben, "yes"), ["<ben> yes"])
        self.assertEqual(ada.sees(), ["<ben> yes"])
        self.assertIn("-- In #lobby (3): ada, ben, cat", self.typing(ben, "/who"))

    def test_who_has_lost_their_name_meanwhile_is_given_another_one(self) -> None:
        ben = self.person("ben", at="b")
        self.cuts("b")
        self.lease_is_over("b")
        other = self.person("ben", at="a")
        self.joins("b")
        self.turn()
        told = ben.sees()
        self.assertIn("-- ben is now ben2.", told)
        self.assertIn("You are ben2 now", " ".join(told))
        self.assertEqual(other.sees(), ["-- ben2 joined."])
        self.assertEqual(self.typing(ben, "hm"), ["<ben2> hm"])

    def test_who_went_on_at_another_node_meanwhile(self) -> None:
        ada, ben = self.person("ada", at="a"), self.person("ben", at="b")
        seen = self.typing(ben, "/token")
        token = token_in(seen)
        self.cuts("b")
        self.lease_is_over("b")
        ada.sees()
        back = self.worlds["c"].connect()
        back.types(f"/resume {token}")
        self.turn()
        self.assertEqual(ada.sees(), ["-- ben joined."])
        self.joins("b")
        self.turn()
        self.assertFalse(ben.is_connected)
        self.assertEqual(ada.sees(), [])
        back.sees()
        self.assertEqual(self.typing(back, "hi"), ["<ben> hi"])

    def test_lines_are_not_kept_while_the_store_is_away_for_long(self) -> None:
        ada = self.person("ada", at="a")
        self.cuts("a")
        ada.types("hello")
        self.wait(self.limits.uncommitted_age + 1)
        self.assertIn("could not keep it", " ".join(ada.sees()))
        self.assertEqual(self.typing(ada, "/who"), ["-- In #lobby (1): ada"])
        self.joins("a")
        self.turn()
        self.assertEqual(self.typing(ada, "hello"), ["<ada> hello"])

    def test_who_came_in_while_it_was_cut_off(self) -> None:
        ada, ben = self.person("ada", at="a"), self.person("ben", at="b")
        self.cuts("b")
        ben.types("/join #lab")
        self.wait(self.limits.uncommitted_age + 1)
        self.joins("b")
        self.turn()
        self.typing(ada, "/join #lab")
        self.assertIn("-- In #lab (2): ada, ben", self.typing(ada, "/who #lab"))

    def test_who_was_banned_meanwhile(self) -> None:
        ada, ben = self.person("ada", at="a"), self.person("ben", at="b")
        cat = self.person("cat", at="b")
        self.worlds["a"].registers(ada, role=Role.OPERATOR)
        self.cuts("b")
        self.typing(ada, "/ban #* cat", "/ban ben")
        self.lease_is_over("b")
        ada.sees()
        self.joins("b")
        self.turn()
        self.assertFalse(cat.is_connected)
        self.assertTrue(ben.is_connected)
        self.assertEqual(self.typing(ada, "/who"), ["-- In #lobby (1): ada"])
        self.assertIn("-- You are in no room", " ".join(self.typing(ben, "hello")))

    def test_a_rolling_restart(self) -> None:
        people = {name: self.person(name, at=at) for name, at in (("ada", "a"), ("ben", "b"))}
        self.typing(people["ada"], "/join #lab", "/topic tea")
        for node in "abc":
            self.stop(node)
            self.begin(node)
            self.turn()
        for world in self.worlds.values():
            self.assertEqual(world.parts.chat.population, 0)
            room = world.parts.chat.room("#lab")
            assert room is not None
            self.assertEqual(room.topic, "tea")


class LosingTests(NodesTestCase):
    """The store loses everything."""

    def test_everybody_is_told_and_goes_on(self) -> None:
        ada, ben = self.person("ada", at="a"), self.person("ben", at="b")
        self.typing(ada, "one", "two")
        ben.sees()
        self.lose_everything()
        gone = "-- Something that was said in #lobby is missing here: the server has it no longer."
        for person in (ada, ben):
            self.assertIn(gone, person.sees())
        self.assertEqual(self.typing(ada, "three"), ["<ada> three"])
        self.assertEqual(ben.sees(), ["<ada> three"])
        for person in (ada, ben):
            self.assertEqual(self.typing(person, "/who"), ["-- In #lobby (2): ada, ben"])

    def test_programs_are_told_the_new_epoch(self) -> None:
        ada = self.person("ada", at="a")
        bot = self.person("bot", at="b", front_end=JSON)
        assert isinstance(bot, Program)
        self.typing(ada, "one", "two")
        (*_, said) = bot.hears()
        self.lose_everything()
        (gap,) = [told for told in bot.hears() if told["type"] == "gap"]
        self.assertEqual((gap["room"], gap["from"], gap["to"], gap["why"]), (LOBBY, 1, 0, "epoch"))
        self.assertNotEqual(gap["epoch"], said["epoch"])
        self.assertNotIn("past", gap)
        self.typing(ada, "three")
        (said,) = bot.hears()
        self.assertEqual((said["epoch"], said["number"]), (gap["epoch"], 1))
