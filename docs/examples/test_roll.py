"""Tests a command in milliseconds, without sockets: `python -m twisted.trial test_roll`."""

from roll import ROLL
from twisted.trial.unittest import SynchronousTestCase

from twistchat.testing import SlowEngine, World


class RollTests(SynchronousTestCase):
    def test_everybody_sees_the_dice(self):
        for engine in (None, SlowEngine):  # at once, and with commits that wait
            world = World(engine, extensions=[ROLL])
            alice, bob = world.people("alice", "bob")
            alice.types("/roll 3d1")
            world.turn()
            self.assertEqual(bob.sees(), ["* alice rolls [1, 1, 1]: 3"])

    def test_a_mistake_is_told_to_its_maker_alone(self):
        world = World(extensions=[ROLL])
        alice, bob = world.people("alice", "bob")
        alice.types("/roll the dice")
        world.turn()
        self.assertEqual(alice.sees(), ["-- Try /roll 2d6."])
        self.assertEqual(bob.sees(), [])
