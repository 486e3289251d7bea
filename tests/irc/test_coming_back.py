"""Who comes back to a room is marked there as before, for those who are in it too."""

from __future__ import annotations

from tests.irc.kit import IRCTestCase


class ComingBackTests(IRCTestCase):
    def test_who_made_the_room(self) -> None:
        ann, bob = self.clients("ann", "bob", room="#tea")
        self.asking(ann, "PART #tea")
        self.told(bob)
        names = ":twistchat.chat 353 ann = #tea bob @ann"
        self.assertEqual(self.asking(ann, "JOIN #tea")[:2], [":ann JOIN #tea", names])
        self.assertEqual(self.told(bob), [":ann JOIN #tea", ":twistchat.chat MODE #tea +o ann"])

    def test_who_has_a_voice(self) -> None:
        ann, bob, carl = self.clients("ann", "bob", "carl", room="#tea")
        self.asking(ann, "MODE #tea +ovv bob bob carl")
        for client in (bob, carl):
            self.asking(client, "PART #tea")
        self.told(ann)
        for client in (bob, carl):
            self.asking(client, "JOIN #tea")
        self.assertEqual(
            self.told(ann),
            [
                ":bob JOIN #tea",
                ":twistchat.chat MODE #tea +ov bob bob",
                ":carl JOIN #tea",
                ":twistchat.chat MODE #tea +v carl",
            ],
        )
        self.assertEqual(
            self.told(bob)[-2:], [":carl JOIN #tea", ":twistchat.chat MODE #tea +v carl"]
        )

    def test_whoever_is_away_too(self) -> None:
        ann, _ = self.clients("ann", "bob", room="#tea")
        (carl,) = self.clients("carl", room="#tea", caps="away-notify")
        for line in ("PART #tea", "AWAY :tea", "JOIN #tea"):
            self.asking(ann, line)
        self.assertEqual(
            self.told(carl)[-3:],
            [":ann JOIN #tea", ":twistchat.chat MODE #tea +o ann", ":ann AWAY tea"],
        )
