"""What happened → JSON, a line each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import floor
from typing import TYPE_CHECKING, assert_never

from twistchat.core import events as e
from twistchat.core.concerns import is_event, is_part, is_reply, weight
from twistchat.core.text import clean
from twistchat.engine import Committed
from twistchat.frontends.jsonlines import format_accounts as accounts
from twistchat.frontends.jsonlines import format_moderation as moderation
from twistchat.frontends.jsonlines import sentences as s
from twistchat.frontends.jsonlines.codec import Object, encode
from twistchat.wire import WhyLeftOut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twistchat.engine import Label
    from twistchat.wire import Past


PAST = 4096
"""Past lines that are remembered as they were written, since others come back to read them too."""

SHORT = 2_000
"""Bytes (`concerns.weight`) of those."""

ABOUT = 100
"""Characters of what an error is about: enough to know it again."""


@dataclass(frozen=True, slots=True)
class JSONFormat:
    """JSON lines; all who read them read the same bytes. See `twistchat.wire.WireFormat`."""

    @property
    def folds_presence(self) -> bool:
        """Programs keep a list of who is where."""
        return False

    @property
    def hears_elsewhere(self) -> bool:
        """A ban is told when it happens, and not only when one tries to come in."""
        return True

    def encode(self, committed: Committed) -> bytes:
        """Write an event."""
        item = committed.item
        if not is_event(item):  # Fanout encodes these by encode_reply
            return b""
        told = _event(item, committed)
        return encode(told) if told else b""

    def encode_reply(self, committed: Committed, reader: str) -> bytes:
        """Write an answer, with the id of its request."""
        reply, label = committed.item, committed.label
        if not is_reply(reply):
            return b""
        if isinstance(reply, e.Written):
            return reply.data
        told = _answer(reply, committed)
        if not told:
            return b""
        asked_for = reply.event if isinstance(reply, e.Kept) else reply
        if label is not None and not is_part(asked_for):
            if label.key is not None:
                told["key"] = label.key
            if label.id is not None:
                told["id"] = label.id
        return encode(told)

    def encode_past(self, place: Committed, past: Past, *, now: float) -> bytes:
        """Write past events, with a gap in the place of what is left out; then how it stands."""
        opened, label = place.item, place.label
        marks: Object = {"past": True}
        if label is not None and label.id is not None:
            marks["re"] = label.id
        left_out = list(past.left_out)
        lines = []
        if past.is_unread and isinstance(opened, e.JoinOpened | e.PrivateOpened):
            about = opened.room if isinstance(opened, e.JoinOpened) else ""
            unread = _answer(e.Refused(e.Refusal.NO_HISTORY, about), place)
            lines.append(encode(unread | {name: marks[name] for name in marks if name == "re"}))

        def leave_out(before: int | None) -> None:
            while left_out and (before is None or left_out[0].last < before):
                gap = left_out.pop(0)
                told: Object = {"type": "gap", "room": room, "epoch": place.epoch}
                told |= {"from": gap.first, "to": gap.last, "why": str(gap.why)}
                lines.append(encode(told | marks))

        match opened:
            case e.HistoryOpened(room=room) | e.SearchOpened(room=room) | e.JoinOpened(room=room):
                for committed in past.events:
                    leave_out(committed.number)
                    if is_event(committed.item):
                        lines.append(_past_line(committed.item, committed, marks))
                leave_out(None)
            case e.ConversationsOpened():
                return encode(_conversations(opened, past, label))
            case e.PrivateOpened():
                events = ((c.item, c) for c in past.events if is_event(c.item))
                lines += (_past_line(item, committed, marks) for item, committed in events)
                return b"".join(lines)
            case _:
                return b""
        stands = _stands(opened, place, past)
        if isinstance(opened, e.JoinOpened):
            marker = {"read": past.marker} if past.marker else {}
            lines.append(encode({"type": "live"} | stands | marker))
        else:
            done: Object = {"type": "ok"} | stands
            done |= {"count": len(past.events), "more": past.has_more}
            if label is not None and label.id is not None:
                done["id"] = label.id
            lines.append(encode(done))
        return b"".join(lines)

    def pack(self, pieces: Sequence[bytes]) -> bytes:
        """Put lines one after the other."""
        return b"".join(pieces)


def _conversations(opened: e.ConversationsOpened, past: Past, label: Label | None) -> Object:
    """Tell with whom somebody has spoken, as they were called then, the last at the end."""
    people: list[Object] = []
    for committed in past.events:
        item = committed.item
        if isinstance(item, e.Whispered):
            name = item.to if item.user == opened.user else item.who
            place = {"epoch": committed.epoch, "number": committed.number}
            people.append({"name": name} | place | {"time": _time(item.at)})
    told: Object = {"type": "conversations", "with": people}
    return told if label is None or label.id is None else told | {"id": label.id}


def _stands(
    opened: e.HistoryOpened | e.SearchOpened | e.JoinOpened, place: Committed, past: Past
) -> Object:
    """Tell where a room stands, or what two people have said to each other, as far as is known."""
    if isinstance(opened, e.HistoryOpened) and opened.to:
        last = past.events[-1] if past.events and not place.epoch else place
        return {"with": opened.to, "epoch": last.epoch, "number": last.number}
    return {"room": opened.room, "epoch": place.epoch, "number": place.number}


JSON = JSONFormat()
"""The one that all who read it share."""


def error(code: str, *, about: str = "", hint: str = "") -> Object:
    """Say why a line asks for nothing that can be done."""
    return _error(code, s.BAD_LINES[code], about, hint)


def _error(code: str, sentence: str, about: str = "", hint: str = "") -> Object:
    # It may be what was typed, which nobody has looked at yet.
    about, hint = clean(about[:ABOUT]), clean(hint)
    told: Object = {"type": "error", "code": code}
    told["text"] = sentence.format(about=about, hint=hint)
    if about:
        told["about"] = about
    if hint:
        told["hint"] = hint
    return told


def _past_line(item: e.Event, committed: Committed, marks: Object) -> bytes:
    """Write a past event. What many come back to read is written once."""
    if len(marks) > 1 or weight(item) > SHORT:
        return encode(_event(item, committed) | marks)
    return _past_written(item, committed.epoch, committed.number)


@lru_cache(maxsize=PAST)
def _past_written(item: e.Event, epoch: str, number: int) -> bytes:
    return encode(_event(item, Committed(item, epoch, number)) | {"past": True})


def _time(at: float) -> float:
    # Never later than it was: whoever asks for what was said since then is told this again.
    return floor(at * 1000) / 1000


def _said(item: e.Said | e.Whispered) -> Object:
    told: Object = {"text": item.text}
    if item.action:
        told["action"] = True
    if item.notice:
        told["notice"] = True
    return told


def _event(item: e.Event, committed: Committed) -> Object:
    """Put an event into fields; none where nobody is told of it on this wire."""
    place = {"epoch": committed.epoch, "number": committed.number}
    when_who = {"time": _time(item.at), "who": getattr(item, "who", "")}
    match item:
        case e.Said():
            return {"type": "said", "room": item.room} | place | when_who | _said(item)
        case e.Whispered():
            to = {"to": item.to}
            return {"type": "whispered"} | place | when_who | to | _said(item)
        case e.Tagged():
            where = {"room": item.room} if item.room else {"to": item.to}
            return {"type": "tagged"} | where | place | when_who | {"tags": item.tags}
        case e.TopicChanged():
            topic = {"topic": item.topic}
            return {"type": "topic", "room": item.room} | place | when_who | topic
        case e.Joined():
            return {"type": "joined", "room": item.room} | when_who
        case e.Left():
            left = {"type": "left", "room": item.room} | when_who | {"words": item.words}
            return left if item.cause is e.Cause.LEFT else left | {"cause": str(item.cause)}
        case e.Departed():
            # Not from which rooms: that is told to all who shared one of them.
            why = {"cause": str(item.cause), "words": item.words}
            return {"type": "departed"} | when_who | why
        case e.Renamed():
            names = {"old": item.old, "new": item.new}
            return {"type": "renamed", "time": _time(item.at)} | names
        case e.Invited():
            return {"type": "invited", "room": item.room} | when_who | {"to": item.to}
        case e.AwayChanged():
            return {"type": "away", "who": item.who, "words": item.words}
        case e.Announced():
            told = {"text": item.text, "to": item.to}
            return {"type": "announced", "time": _time(item.at)} | told
        case e.Stopping():
            return {"type": "stopping", "time": _time(item.at), "words": item.words}
        case e.Moderated():
            return moderation.moderated(item, place, when_who)
        case e.RulesChanged():
            return moderation.rules_changed(item, place, when_who)
        case e.Deleted():
            what = {"line": item.number, "words": item.words}
            return {"type": "deleted", "room": item.room} | place | when_who | what
        case e.Erased():
            return {"type": "erased", "room": item.room} | place | when_who | {"by": item.by}
        case e.AccountSet():
            return accounts.account_set(item, when_who)
        case (
            e.RoomForgotten()
            | e.Folded()
            | e.Signalled()
            | e.PersonaChanged()
            | e.InvitationShown()
        ):
            return {}
        case e.Missed():
            return _missed(item, committed)
        case _:
            assert_never(item)


def _answer(reply: e.Reply, committed: Committed) -> Object:
    """Put an answer into fields; none where it is told otherwise."""
    match reply:
        case e.Welcomed() | e.TokenTold() | e.LoggedOut() | e.ReadTold():
            return accounts.answer(reply)
        case e.Done() | e.AwayNoted():
            return {"type": "ok"}
        case e.MembersListed():
            return {
                "type": "members",
                "room": reply.room,
                "topic": reply.topic,
                "names": list(reply.names),
                "away": list(reply.away),
                "count": reply.count,
            }
        case e.RoomsListed():
            listed = [
                {"name": x.name, "count": x.count, "topic": x.topic, "yours": x.is_yours}
                for x in reply.rooms
            ]
            return {"type": "rooms", "rooms": listed, "count": reply.count}
        case e.PersonDescribed():
            return {
                "type": "person",
                "name": reply.name,
                "here": _time(reply.here),
                "idle": _time(reply.idle),
                "away": reply.away,
                "rooms": list(reply.rooms),
            }
        case e.TopicTold():
            return {"type": "topic", "room": reply.room, "topic": reply.topic}
        case e.AwayTold() | e.WillFind():
            return _absence(reply)
        case e.Slowed():
            return {"type": "slowed", "rate": reply.rate}
        case e.Refused():
            sentence = s.REFUSED[reply.code]
            refused = _error(str(reply.code), sentence, reply.about, reply.hint)
            return refused if reply.until is None else refused | {"until": reply.until}
        case e.Noted():
            return {"type": "note", "lines": list(reply.lines)}
        case e.Goodbye():
            goodbye: Object = {"type": "goodbye", "cause": str(reply.cause)}
            return goodbye | {"words": reply.words} if reply.words else goodbye
        case e.Kept():
            return _event(reply.event, committed)
        case e.KeptBefore():
            return _kept_before(reply.event, committed)
        case e.NotKept():
            return _error(*s.NOT_KEPT[reply.why])
        case e.RulesTold() | e.SanctionsListed():
            return moderation.answer(reply)
        case (
            e.Rejoined()
            | e.KeyOpened()
            | e.HistoryOpened()
            | e.ConversationsOpened()
            | e.SearchOpened()
            | e.JoinOpened()
            | e.PrivateOpened()
            | e.Settled()
            | e.Written()
        ):
            return {}
        case _:
            assert_never(reply)


def _missed(item: e.Missed, committed: Committed) -> Object:
    if not item.room:
        return {"type": "note", "lines": [s.MISSED_PRIVATE]}
    why = WhyLeftOut.EPOCH if item.is_new_epoch else WhyLeftOut.DELETED
    numbers = {"from": item.first, "to": item.last, "why": str(why)}
    return {"type": "gap", "room": item.room, "epoch": committed.epoch} | numbers


def _absence(reply: e.AwayTold | e.WillFind) -> Object:
    if isinstance(reply, e.WillFind):
        return {"type": "absent", "who": reply.name}
    return {"type": "away", "who": reply.name, "words": reply.words}


def _kept_before(event: e.Durable | None, committed: Committed) -> Object:
    told: Object = {"type": "kept"}
    if isinstance(event, e.Whispered):
        told["to"] = event.to
    elif event is not None and not isinstance(event, e.AccountSet):
        told["room"] = event.room
    return told | {"epoch": committed.epoch, "number": committed.number}
