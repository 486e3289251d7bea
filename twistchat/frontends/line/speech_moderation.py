"""What moderators do, and what holds in rooms, put into sentences; a part of `speech.py`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed, Role
from twistchat.core.law import LASTING, Deed, RoomRules
from twistchat.core.names import LOBBY
from twistchat.frontends.line import sentences as refusals
from twistchat.frontends.line import sentences_moderation as s

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from twistchat.core.law import Sanction
    from twistchat.frontends.line.speech import Speech

LISTED = 100
"""Mutes, bans and exceptions of each kind that are shown at most."""

NO_RULES = RoomRules()


def moderated(speech: Speech, item: e.Moderated, zone: tzinfo | None) -> str:
    """Say what somebody did about somebody."""
    template = s.DEEDS[item.deed].room if item.room else s.DEEDS[item.deed].everywhere
    if item.room == LOBBY and item.deed is Deed.MUTE:
        template = s.MUTED_HERE
    elif item.room == LOBBY and item.deed is Deed.UNMUTE:
        template = s.UNMUTED_HERE
    lasts = item.deed in LASTING
    return speech.say(
        template,
        who=item.who,
        to=item.to,
        room=item.room,
        until=until(speech, item.until, item.at, zone) if lasts else "",
        why=why(speech, item.words),
    )


def until(speech: Speech, end: float | None, since: float, zone: tzinfo | None) -> str:
    """Say until when holds what began at `since`: with its date, if that is another day."""
    if end is None:
        return speech.say(s.FOR_GOOD)
    try:
        begins, ends = (datetime.fromtimestamp(at, UTC).astimezone(zone) for at in (since, end))
    except (OverflowError, OSError, ValueError):  # there are no calendars for that
        return speech.say(s.FOR_GOOD)
    is_today = begins.date() == ends.date()
    return speech.say(s.UNTIL, time=ends.strftime("%H:%M" if is_today else "%Y-%m-%d %H:%M"))


def why(speech: Speech, words: str) -> str:
    """Say why, if anything was said of that."""
    return speech.say(s.WHY, words=words) if words else ""


def deleted(speech: Speech, item: e.Deleted) -> str:
    """Say that a line was deleted, and not which words."""
    template = s.DELETED_HERE if item.room == LOBBY else s.DELETED
    number, words = item.number, why(speech, item.words)
    return speech.say(template, who=item.who, number=number, room=item.room, why=words)


def put_out(speech: Speech, item: e.Left | e.Departed) -> Sequence[str]:
    """Say that somebody was made to leave, unless that was told already."""
    if item.is_told:
        return []
    if isinstance(item, e.Left):
        return [speech.say(s.PUT_OUT_OF, who=item.who, room=item.room)]
    return [
        speech.say(s.PUT_OUT_WORDS if item.words else s.PUT_OUT, who=item.who, words=item.words)
    ]


def account_set(speech: Speech, item: e.AccountSet) -> str:
    """Say what was done about an account, to its owner and to whoever did it."""
    name = item.account.name
    if item.deed is AccountDeed.ROLE and item.account.role is Role.OPERATOR:
        return speech.say(s.IS_OPERATOR, name=name)
    return speech.say(s.ACCOUNT_SET[item.deed], name=name)


# ---------------------------------------------------------------- how a room is used


def answered(
    speech: Speech, reply: e.RulesTold | e.SanctionsListed, zone: tzinfo | None
) -> Sequence[str]:
    """Say how a room is used and who moderates it, or who is muted or banned."""
    if isinstance(reply, e.SanctionsListed):
        return _sanctions(speech, reply, zone)
    return _rules_told(speech, reply)


def rules_changed(speech: Speech, item: e.RulesChanged) -> str:
    """Say what is other than before."""
    changes = ", ".join(_rules(speech, item.rules, item.changed))
    return speech.say(s.RULES_CHANGED, who=item.who, room=item.room, rules=changes)


def _rules_told(speech: Speech, reply: e.RulesTold) -> Sequence[str]:
    room, rules = reply.room, reply.rules
    names = RoomRules.__slots__
    changed = [name for name in names if getattr(rules, name) != getattr(NO_RULES, name)]
    if changed:
        lines = [speech.say(s.RULES, room=room, rules=", ".join(_rules(speech, rules, changed)))]
    else:
        lines = [speech.say(s.NO_RULES, room=room)]
    if reply.founder:
        lines.append(speech.say(s.FOUNDER, room=room, name=reply.founder))
    for template, people in ((s.MODERATORS, reply.moderators), (s.VOICED, reply.voiced)):
        if people:
            lines.append(speech.say(template, room=room, names=", ".join(people)))
    return lines


def _rules(speech: Speech, rules: RoomRules, names: Sequence[str]) -> Iterator[str]:
    """Say how each of some rules is; never the key."""
    flags = {
        "key": s.KEY if rules.key else s.NO_KEY,
        "invite_only": s.INVITE_ONLY if rules.invite_only else s.NOT_INVITE_ONLY,
        "moderated": s.MODERATED if rules.moderated else s.NOT_MODERATED,
        "secret": s.SECRET if rules.secret else s.NOT_SECRET,
        "topic_locked": s.TOPIC_LOCKED if rules.topic_locked else s.NOT_TOPIC_LOCKED,
        "outside": s.OUTSIDE if rules.outside else s.NOT_OUTSIDE,
    }
    for name in names:
        if name in flags:
            yield speech.say(flags[name])
        elif name == "limit":
            limit = rules.limit
            yield speech.count(s.LIMIT, limit) if limit else speech.say(s.NO_LIMIT)
        elif name == "slow":
            slow = rules.slow
            yield speech.say(s.SLOW, time=speech.time(slow)) if slow else speech.say(s.NOT_SLOW)
        elif name == "keep_time" and rules.keep_time:
            yield speech.say(s.KEEP_TIME, time=speech.time(rules.keep_time))
        elif name == "keep_lines" and rules.keep_lines:
            yield speech.count(s.KEEP_LINES, rules.keep_lines)
    if {"keep_time", "keep_lines"} & {*names} and not (rules.keep_time or rules.keep_lines):
        yield speech.say(s.KEEP_ALL)


def _sanctions(speech: Speech, reply: e.SanctionsListed, zone: tzinfo | None) -> Sequence[str]:
    lines: list[str] = []
    for places, found in (
        (s.MUTES, reply.mutes),
        (s.BANS, reply.bans),
        (s.EXEMPT, reply.exempt),
        (s.ALLOWED, reply.allowed),
    ):
        if found:
            lines.append(_placed(speech, places, reply.room))
            lines += (_sanction(speech, sanction, zone) for sanction in found[:LISTED])
        if (more := len(found) - LISTED) > 0:
            lines.append(speech.say(s.SANCTIONS_MORE, more=more))
    return lines or [_placed(speech, s.NO_SANCTIONS, reply.room)]


def _sanction(speech: Speech, sanction: Sanction, zone: tzinfo | None) -> str:
    return speech.say(
        s.SANCTION,
        to=sanction.to,
        until=until(speech, sanction.until, sanction.at, zone),
        who=sanction.who,
        why=why(speech, sanction.words),
    )


def _placed(speech: Speech, places: s.Places, room: str) -> str:
    return speech.say(places.room if room else places.everywhere, room=room)


# ---------------------------------------------------------------- refusals


def refused(speech: Speech, reply: e.Refused, zone: tzinfo | None) -> str:
    """Say why something was not done, and until when it is so."""
    code, about = reply.code, reply.about
    template = refusals.REFUSED[code]
    match code:
        case e.Refusal.MUTED | e.Refusal.BANNED:
            if not about:
                template = s.REFUSED_EVERYWHERE[code]
            end = until(speech, reply.until, reply.since, zone)
            return speech.say(template, about=about, until=end, why=why(speech, reply.hint))
        case e.Refusal.RULE_VALUE:
            hint = speech.say(s.RULE_VALUES.get(about, s.ON_OR_OFF))
            return speech.say(template, about=about.replace("_", "-"), hint=hint)
        case _:
            return speech.say(template, about=about, hint=reply.hint)


def not_kept(speech: Speech, reply: e.NotKept) -> str:
    """Say that something was not kept, and give back what it was."""
    match reply.event:
        case e.Said() | e.Whispered():
            text = reply.event.text
        case e.TopicChanged():
            text = reply.event.topic
        case e.Deleted() if reply.why is e.Unkept.NO_SUCH_LINE:
            return speech.say(s.NO_SUCH_LINE, number=reply.event.number, room=reply.event.room)
        case _:
            return speech.say(s.NOT_DONE)
    return speech.say(refusals.NOT_KEPT[reply.why], text=text)
