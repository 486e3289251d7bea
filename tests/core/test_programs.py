"""What programs say for their people: notices, signals, personas."""

from tests.core.kit import LAB, CoreTestCase
from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core.law import EVERYWHERE, Deed
from twistchat.core.model import NO_PERSONA, Persona


class NoticeTests(CoreTestCase):
    """Words that no program is to answer."""

    def test_said_in_a_room_and_to_one_person(self) -> None:
        said, *_ = self.does(self.bob, c.Say(LAB, "built", notice=True, tags="+a=b"))
        self.assertEqual(
            said, e.Said(LAB, self.bob.id, "bob", "built", False, 1_000.0, True, "+a=b")
        )
        whispered, *_ = self.does(self.bob, c.Whisper("cat", "psst", notice=True))
        assert isinstance(whispered, e.Whispered)
        self.assertTrue(whispered.notice)

    def test_nobody_is_told_for_a_notice_that_somebody_is_away(self) -> None:
        self.does(self.cat, c.SetAway("tea"))
        self.assertEqual(len(self.does(self.bob, c.Whisper("cat", "x", notice=True))), 1)
        self.assertEqual(len(self.does(self.bob, c.Whisper("cat", "x"))), 2)


class SignalTests(CoreTestCase):
    """What nobody remembers."""

    def test_in_a_room(self) -> None:
        (signalled,) = self.does(self.bob, c.Signal(LAB, "", tags="+typing=active"))
        expected = e.Signalled(
            LAB, self.bob.id, "bob", "", "", "", False, "+typing=active", 1_000.0
        )
        self.assertEqual(signalled, expected)

    def test_to_one_person(self) -> None:
        (signalled,) = self.does(self.bob, c.Signal("", "Cat", "\x01VERSION\x01"))
        assert isinstance(signalled, e.Signalled)
        self.assertEqual(
            (signalled.to_user, signalled.to, signalled.room), (self.cat.id, "cat", "")
        )

    def test_typing_to_whom_one_has_written_costs_nothing(self) -> None:
        typing = c.Signal("", "cat", tags="+typing=active")
        self.does(self.bob, c.Whisper("cat", "hello"))
        for _ in range(50):
            self.does(self.bob, typing)
        strangers = [self.chat.perform(self.ada, typing) for _ in range(50)]
        refused = strangers[-1]
        assert isinstance(refused, e.Refused)
        self.assertIs(refused.code, e.Refusal.STRANGERS_FAST)

    def test_to_nobody(self) -> None:
        self.assertEqual(
            self.chat.perform(self.bob, c.Signal("", "nobody")),
            e.Refused(e.Refusal.NO_SUCH_PERSON, "nobody"),
        )
        self.assertEqual(
            self.chat.perform(self.bob, c.Signal("#elsewhere", "")),
            e.Refused(e.Refusal.NOT_IN_ROOM, "#elsewhere"),
        )

    def test_where_one_may_not_speak(self) -> None:
        self.does(self.ada, c.ChangeRules(LAB, (("moderated", "on"),)))
        signal = c.Signal(LAB, "", tags="+typing=active")
        self.assertEqual(self.chat.perform(self.bob, signal), e.Refused(e.Refusal.MODERATED, LAB))
        self.does(self.ada, c.Moderate(Deed.VOICE, LAB, "bob"))
        self.does(self.bob, signal)
        self.does(self.op, c.Moderate(Deed.MUTE, EVERYWHERE, "bob"))
        for muted in (signal, c.Signal("", "cat", "x")):
            refused = self.chat.perform(self.bob, muted)
            assert isinstance(refused, e.Refused)
            self.assertIs(refused.code, e.Refusal.MUTED)

    def test_tags_that_are_kept_are_said_where_one_may_speak(self) -> None:
        (tagged,) = self.does(self.bob, c.Signal(LAB, "", tags="+a=b", is_kept=True))
        self.assertEqual(tagged, e.Tagged(LAB, self.bob.id, "bob", "", "", "+a=b", 1_000.0))
        (tagged,) = self.does(self.bob, c.Signal("", "cat", tags="+a=b", is_kept=True))
        told = (self.cat.id, "cat", "+a=b", 1_000.0)
        self.assertEqual(tagged, e.Tagged("", self.bob.id, "bob", *told))


class PersonaTests(CoreTestCase):
    """How somebody presents themselves."""

    def test_it_is_told_in_their_rooms(self) -> None:
        persona = Persona("bob", "Bob the builder", is_bot=True)
        (changed,) = self.does(self.bob, c.ShowAs(persona))
        rooms = tuple(self.bob.rooms)
        expected = e.PersonaChanged(rooms, self.bob.id, "bob", NO_PERSONA, persona, 1_000.0)
        self.assertEqual(changed, expected)
        self.assertIs(self.bob.persona, persona)

    def test_not_too_often(self) -> None:
        for number in range(100):
            refused = self.chat.perform(self.bob, c.ShowAs(Persona("bob", str(number))))
        assert isinstance(refused, e.Refused)
        self.assertIs(refused.code, e.Refusal.RENAMES_FAST)
