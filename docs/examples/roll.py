"""A command of your own: `/roll 2d6`, in a chat with `extensions=[ROLL]`."""

import random
import re

from twistchat import Extension
from twistchat.core.commands import Say
from twistchat.core.events import Refusal, Refused


def roll(chat, user, room, text):
    """Throw dice, and let the whole room see them."""
    dice = re.fullmatch(r"([1-9]\d?)d([1-9]\d{0,2})", text or "1d6")
    if dice is None:
        return Refused(Refusal.CUSTOM, hint="Try /roll 2d6.")
    count, sides = map(int, dice.groups())
    thrown = [random.randint(1, sides) for _ in range(count)]
    return chat.perform(user, Say(room, f"rolls {thrown}: {sum(thrown)}", action=True))


ROLL = Extension("roll", "[2d6]", "throw dice", roll)
