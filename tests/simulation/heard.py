"""What IRC clients were told, against what the engine has handed on, and who was where by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.irclines import Heard
from tests.simulation.model import must
from twistchat.core import events as e
from twistchat.core.codes import Cause
from twistchat.core.concerns import is_durable
from twistchat.core.law import Deed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.simulation.client import Client
    from tests.simulation.watched import Kept
    from twistchat.engine import Committed

MODES = {
    Deed.OP: "+o", Deed.DEOP: "-o",
    Deed.VOICE: "+v", Deed.DEVOICE: "-v",
    Deed.BAN: "+b", Deed.UNBAN: "-b",
    Deed.EXEMPT: "+e", Deed.UNEXEMPT: "-e",
    Deed.ALLOW: "+I", Deed.DISALLOW: "-I",
    Deed.MUTE: "+q", Deed.UNMUTE: "-q",
}  # fmt: skip

RULES = {
    "invite_only": "i", "moderated": "m", "secret": "s", "topic_locked": "t",
    "key": "k", "limit": "l", "outside": "n",
}  # fmt: skip


class Hearing:
    """What one client has to hear, one item of the engine's after the other."""

    def __init__(self, client: Client, told: Sequence[Committed]) -> None:
        self._me = client.identity or _identity(client, told)
        self._echoes = "echo-message" in client.caps
        self._inside: set[str] = set()
        self.heard: list[Heard] = []
        self.joins: list[tuple[int, str, int]] = []
        """Where in that it joined which room, and how much the log had then."""
        for committed in told:
            if isinstance(committed.item, e.Stopping):
                return
            self._hear(committed)

    def _hear(self, committed: Committed) -> None:
        item = committed.item
        if isinstance(item, e.Joined) and item.user == self._me:
            self._inside.add(item.room)
            self.joins.append((len(self.heard) + 1, item.room, committed.number))
        self.heard += self._words(item) if is_durable(item) else self._presence(item)
        if isinstance(item, e.Left) and item.user == self._me:
            self._inside.discard(item.room)
        if isinstance(item, e.Departed) and item.user == self._me:
            self._inside.clear()

    def _presence(self, item: e.Item) -> Iterator[Heard]:
        match item:
            case e.Joined(room=room, who=who) if room in self._inside:
                yield Heard("join", who, room)
            case e.Left(room=room, who=who, words=words, cause=cause) if room in self._inside:
                was_put_out = cause in (Cause.KICKED, Cause.BANNED)
                yield (
                    Heard("kick", "", room, who) if was_put_out else Heard("part", who, room, words)
                )
            case e.Departed(user=user, who=who, rooms=rooms) if self._inside & set(rooms):
                if user != self._me:
                    yield Heard("quit", who)
            case e.Renamed(rooms=rooms, user=user, old=old, new=new):
                if user == self._me or self._inside & set(rooms):
                    yield Heard("nick", old, "", new)

    def _words(self, item: e.Item) -> Iterator[Heard]:
        match item:
            case e.Said(room=room, user=user, who=who, text=text):
                if self._echoes if user == self._me else room in self._inside:
                    yield Heard(_kind(item), who, room, text)
            case e.Whispered(user=user, to_user=to_user, who=who, to=to, text=text):
                if to_user == self._me:
                    yield Heard(_kind(item), who, to, text)
                if user == self._me and self._echoes:
                    yield Heard(_kind(item), who, to, text)
            case e.TopicChanged(room=room, who=who, topic=topic) if room in self._inside:
                yield Heard("topic", who, room, topic)
            case e.Moderated(room=room, who=who, deed=deed, to=to) if room in self._inside:
                if deed in MODES:
                    is_mask = MODES[deed][1] not in "ov"
                    text = f"{MODES[deed]} {to.casefold() if is_mask else to}"
                    yield Heard("mode", who, room, text)
            case e.RulesChanged(room=room, who=who) if room in self._inside:
                if rules := [_rule(item, name) for name in item.changed if name in RULES]:
                    yield Heard("mode", who, room, " ".join(sorted(rules)))


def _kind(item: e.Said | e.Whispered) -> str:
    return "did" if item.action else "noticed" if item.notice else "said"


def _rule(item: e.RulesChanged, name: str) -> str:
    is_on = bool(getattr(item.rules, name))
    return ("+" if is_on != (name == "outside") else "-") + RULES[name]


def check(client: Client, told: Sequence[Committed], kept: Kept, shown: int) -> None:
    """Compare what a client heard with what it had to hear, in its order.

    Of the past it is `shown` so much on joining, unless it asks for it itself.

    Raises:
        WrongError: it heard something else, or not all, or something twice.
    """
    hearing = Hearing(client, told)
    due = hearing.heard
    for place, (heard, right) in enumerate(zip(client.heard, due, strict=False)):
        must(heard == right, "heard out of order", client.name, place, heard, right)
    more, missing = client.heard[len(due) :], due[len(client.heard) :]
    must(not more, "heard what nobody else heard", client.name, *more[:2])
    must(not missing or client.is_cut_off, "never heard", client.name, *missing[:2])
    if "draft/chathistory" in client.caps:
        _check_pages(client, kept)
    else:
        _check_joins(client, hearing, kept, shown)


def _identity(client: Client, told: Sequence[Committed]) -> str:
    """Find who somebody was, who came and went before anybody looked."""
    for committed in told:
        if committed.origin is client.session is not None and hasattr(committed.item, "user"):
            return str(committed.item.user)
    return ""


def _check_joins(client: Client, hearing: Hearing, kept: Kept, shown: int) -> None:
    """On joining one is told the last lines, up to there, or that they cannot be read."""
    pages = dict(client.past)
    for place, room, number in hearing.joins:
        page = [heard.text for heard in pages.pop(place, [])]
        log = kept.get(room, [])[:number]
        last = list(_texts(log[max(number - shown, 0) :]))
        is_told = page == last or room in client.unread
        must(is_told or client.is_cut_off, "another past", client.name, room, page, last)
    must(not pages, "a past of nothing", client.name, pages)


def _check_pages(client: Client, kept: Kept) -> None:
    """What one has asked for is a piece of the log."""
    for _, page in client.past:
        texts = [heard.text for heard in page]
        logs = [list(_texts(log)) for room, log in kept.items() if page and room == page[0].room]
        pieces = (log[at : at + len(texts)] for log in logs for at in range(len(log)))
        must(not texts or texts in pieces, "another past than was kept", client.name, page)


def _texts(log: Sequence[Committed]) -> Iterator[str]:
    return (each.item.text for each in log if isinstance(each.item, e.Said))
