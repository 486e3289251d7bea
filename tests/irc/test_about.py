"""What clients are told of a server."""

from __future__ import annotations

import gc
from weakref import ref

from tests.irc.kit import IRC, IRCTestCase
from twistchat.frontends.irc.about import about
from twistchat.testing import World


class AboutTests(IRCTestCase):
    def test_there_is_one_for_all_clients_of_a_server(self) -> None:
        ann, bob = self.clients("ann", "bob")
        here = about(self.world.registry)
        gc.collect()
        self.assertIs(about(self.world.registry), here)
        for client in (ann, bob):
            self.assertIs(client.protocol._dialog.about, here)  # type: ignore[attr-defined]  # IRC

    def test_a_server_that_is_no_more_leaves_nothing(self) -> None:
        world = World()
        world.connect(IRC)
        gone = ref(world.registry)
        del world
        gc.collect()
        self.assertIsNone(gone())
