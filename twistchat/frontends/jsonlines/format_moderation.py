"""What moderators do, and what holds in rooms, as fields; a part of `format.py`, for its length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core import events as e
from twistchat.core.law import EVERYWHERE
from twistchat.core.rules import written_retention

if TYPE_CHECKING:
    from twistchat.core.law import RoomRules, Sanction
    from twistchat.frontends.jsonlines.codec import Object

RETENTION = frozenset({"keep_time", "keep_lines"})


def moderated(item: e.Moderated, place: Object, when_who: Object) -> Object:
    """Put into fields what somebody did about somebody; never who that is but by name."""
    # The log of what is done everywhere is nobody's to read, so its numbers are none of theirs.
    where: Object = {"room": item.room} | place if item.room else {"room": EVERYWHERE}
    deed: Object = {"deed": str(item.deed), "to": item.to}
    why: Object = {"words": item.words, "until": item.until}
    return {"type": "moderated"} | where | when_who | deed | why


def rules_changed(item: e.RulesChanged, place: Object, when_who: Object) -> Object:
    """Put into fields how a room is used from now on."""
    names = dict.fromkeys("retention" if name in RETENTION else name for name in item.changed)
    told: Object = {"type": "rules", "room": item.room}
    return told | place | when_who | {"rules": _rules(item.rules), "changed": list(names)}


def answer(reply: e.RulesTold | e.SanctionsListed) -> Object:
    """Put into fields how a room is used and who moderates it, or who is muted or banned."""
    if isinstance(reply, e.SanctionsListed):
        return _sanctions(reply)
    return {
        "type": "rules",
        "room": reply.room,
        "rules": _rules(reply.rules),
        "founder": reply.founder,
        "moderators": list(reply.moderators),
        "voiced": list(reply.voiced),
    }


def _rules(rules: RoomRules) -> Object:
    """Write each rule as it can be changed to, but for the key."""
    return {
        "key": bool(rules.key),
        "invite_only": rules.invite_only,
        "limit": rules.limit,
        "moderated": rules.moderated,
        "secret": rules.secret,
        "topic_locked": rules.topic_locked,
        "outside": rules.outside,
        "slow": int(rules.slow),
        "retention": written_retention(rules),
    }


def _sanctions(reply: e.SanctionsListed) -> Object:
    return {
        "type": "sanctions",
        "room": reply.room or EVERYWHERE,
        "mutes": [_sanction(sanction) for sanction in reply.mutes],
        "bans": [_sanction(sanction) for sanction in reply.bans],
        "exempt": [_sanction(sanction) for sanction in reply.exempt],
        "allowed": [_sanction(sanction) for sanction in reply.allowed],
    }


def _sanction(sanction: Sanction) -> Object:
    return {
        "to": sanction.to,
        "who": sanction.who,
        "words": sanction.words,
        "until": sanction.until,
        "time": sanction.at,
    }
