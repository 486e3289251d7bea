"""What happened and what is answered, put into the sentences of one language."""

from __future__ import annotations

from gettext import NullTranslations
from typing import TYPE_CHECKING, assert_never

from twistchat.core import events as e
from twistchat.core.names import LOBBY
from twistchat.frontends.line import sentences as s
from twistchat.frontends.line import sentences_accounts as accounts
from twistchat.frontends.line import sentences_moderation as m
from twistchat.frontends.line import speech_moderation as moderation
from twistchat.wire import WhyLeftOut

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from twistchat.frontends.line.marks import Plural
    from twistchat.wire import LeftOut

TIMES = ((86_400, s.DAYS), (3_600, s.HOURS), (60, s.MINUTES), (1, s.SECONDS))


class Speech:
    """The sentences of one language: English, or what a translation makes of it."""

    def __init__(self, translations: NullTranslations | None = None) -> None:
        self._translations = translations or NullTranslations()
        self._known: dict[str, str] = {}
        """Sentences in this language, by what they are in English."""

    def say(self, sentence: str, **parameters: object) -> str:
        """Say one sentence. One without parameters is said as it stands: it may be anybody's."""
        if not parameters:
            return self._translations.gettext(sentence) if sentence else ""
        return self._template(sentence).format(**parameters)

    def _template(self, sentence: str) -> str:
        """Translate what has parameters, and so is one of a few sentences, once."""
        template = self._known.get(sentence)
        if template is None:
            template = self._known[sentence] = self._translations.gettext(sentence)
        return template

    def count(self, plural: Plural, count: int, **parameters: object) -> str:
        """Say a sentence that depends on a number."""
        sentence = self._translations.ngettext(plural.one, plural.many, count)
        return sentence.format(count=count, **parameters)

    # ------------------------------------------------------------ what happens

    def told(self, item: e.Event, zone: tzinfo | None = None) -> Sequence[str]:
        """Put an event into the lines that everybody reads; most are one line.

        Times in it are on the clock of this zone; None: of this machine.
        """
        match item:
            case e.Said():
                return [self.said(item)]
            case e.Whispered():
                template = s.WHISPERED_ACTION if item.action else s.WHISPERED
                if item.notice:
                    template = s.WHISPERED_NOTICE
                return [self.say(template, who=item.who, to=item.to, text=item.text)]
            case e.TopicChanged():
                template = s.TOPIC_CHANGED if item.topic else s.TOPIC_REMOVED
                return [self.say(template, who=item.who, room=item.room, topic=item.topic)]
            case e.Joined():
                return [self._joined(item.room, item.who)]
            case (
                e.Left(cause=e.Cause.KICKED | e.Cause.BANNED)
                | e.Departed(cause=e.Cause.KICKED | e.Cause.BANNED)
            ):
                return moderation.put_out(self, item)
            case e.Left():
                template = s.LEFT_ROOM_WORDS if item.words else s.LEFT_ROOM
                return [self.say(template, who=item.who, room=item.room, words=item.words)]
            case e.Departed():
                return [self._departed(item)]
            case e.Folded():
                return self._folded(item)
            case e.Renamed():
                return [self.say(s.RENAMED, old=item.old, new=item.new)]
            case e.Invited():
                return [self.say(s.INVITED, who=item.who, to=item.to, room=item.room)]
            case e.Announced() | e.Stopping() | e.Missed():
                return [self._from_server(item)]
            case e.Moderated():
                return [moderation.moderated(self, item, zone)]
            case e.RulesChanged():
                return [moderation.rules_changed(self, item)]
            case e.Deleted():
                return [moderation.deleted(self, item)]
            case e.Erased():
                line = self.say(m.ERASED, who=item.who)
                return [self._placed(item.room, line)]
            case e.AccountSet():
                return [moderation.account_set(self, item)]
            case (
                e.AwayChanged()
                | e.InvitationShown()
                | e.RoomForgotten()
                | e.Signalled()
                | e.PersonaChanged()
                | e.Tagged()
            ):
                return []  # who asks is told
            case _:
                assert_never(item)

    def _from_server(self, item: e.Announced | e.Stopping | e.Missed) -> str:
        match item:
            case e.Announced():
                template = s.ANNOUNCED if item.to is None else s.ANNOUNCED_TO
                return self.say(template, text=item.text, to=item.to)
            case e.Stopping():
                template = s.STOPPING_WORDS if item.words else s.STOPPING
                return self.say(template, words=item.words)
            case e.Missed():
                return self.say(s.GONE if item.room else s.GONE_PRIVATE, room=item.room)
            case _:
                assert_never(item)

    def said(self, item: e.Said) -> str:
        """Put what somebody said in a room into the line that everybody reads there."""
        how = s.DID if item.action else s.NOTICED if item.notice else s.SAID
        template = self._template(how)
        line = template.format(who=item.who, text=item.text)
        return self._placed(item.room, line)

    def _placed(self, room: str, line: str) -> str:
        return line if room == LOBBY else self.say(s.ELSEWHERE, room=room, line=line)

    def _joined(self, room: str, who: str) -> str:
        return self.say(s.JOINED if room == LOBBY else s.JOINED_ROOM, who=who, room=room)

    def _departed(self, item: e.Departed) -> str:
        if item.cause is not e.Cause.LEFT:
            return self.say(s.LEFT_CAUSE, who=item.who, cause=self.say(s.CAUSE[item.cause]))
        return self.say(s.LEFT_WORDS if item.words else s.LEFT, who=item.who, words=item.words)

    def _folded(self, item: e.Folded) -> Sequence[str]:
        # Those who went first: a name stands in both where somebody came back.
        lines = []
        room = item.rooms[0]
        if item.left:
            lines.append(self.say(s.LEFT_ROOM, who=self._several(item.left), room=room))
        if item.departed:
            lines.append(self.say(s.LEFT, who=self._several(item.departed)))
        if item.joined:
            lines.append(self._joined(room, self._several(item.joined)))
        return lines

    def _several(self, people: e.Several) -> str:
        match people:
            case e.Several([name], 1):
                return name
            case e.Several([first, last], 2):
                return self.say(s.TWO, first=first, last=last)
            case e.Several([first, second, last], 3):
                return self.say(s.SEVERAL, first=first, second=second, last=last)
            case _:
                return self.count(s.MANY, people.count - 1, first=people.names[0])

    # ------------------------------------------------------------ answers

    def answered(self, reply: e.Reply, zone: tzinfo | None = None) -> Sequence[str]:
        """Put a reply into the lines that the one who asked reads; see `told`."""
        match reply:
            case e.Welcomed():
                return [self.say(s.WELCOMED, name=reply.name)]
            case e.MembersListed():
                return self._members(reply)
            case e.TopicTold():
                template = s.TOPIC if reply.topic else s.NO_TOPIC
                return [self.say(template, room=reply.room, topic=reply.topic)]
            case e.RoomsListed():
                return self._rooms(reply)
            case e.PersonDescribed():
                return self._person(reply)
            case e.AwayNoted():
                if reply.words is None:
                    return [self.say(s.BACK)]
                return [self.say(s.AWAY_WORDS if reply.words else s.AWAY, words=reply.words)]
            case e.AwayTold():
                return [self._away(reply.name, reply.words)]
            case e.Slowed():
                return [self.say(s.SLOWED, rate=f"{reply.rate:g}")]
            case e.Refused():
                return [moderation.refused(self, reply, zone)]
            case e.Noted():
                return [self.say(s.NOTED, line=line) for line in reply.lines]
            case e.Goodbye():
                last = self.say(s.GOODBYE[reply.cause], why=moderation.why(self, reply.words))
                if not reply.token:
                    return [last]
                return [self.say(s.GOODBYE_TOKEN, token=reply.token), last]
            case e.TokenTold():
                return [self.say(s.TOKEN, token=reply.token), self.say(s.TOKEN_MORE)]
            case e.NotKept():
                return [moderation.not_kept(self, reply)]
            case e.RulesTold() | e.SanctionsListed():
                return moderation.answered(self, reply, zone)
            case e.WillFind() | e.LoggedOut():
                name = getattr(reply, "name", "")
                template = m.WILL_FIND if name else accounts.LOGGED_OUT
                return [self.say(template, name=name)]
            case (
                e.KeyOpened()
                | e.Settled()
                | e.Written()
                | e.Done()
                | e.Rejoined()
                | e.JoinOpened()
                | e.Kept()
                | e.KeptBefore()
                | e.ConversationsOpened()
            ):
                return []
            case e.HistoryOpened() | e.SearchOpened() | e.PrivateOpened() | e.ReadTold():
                return []
            case _:
                assert_never(reply)

    def greeting(self, server: str, motd: Sequence[str], ask: str = s.ASK_NAME) -> Sequence[str]:
        """Greet somebody who has just connected, and ask for their name, or something else."""
        return [
            self.say(s.GREETING, server=server),
            *(self.say(s.MOTD, line=line) for line in motd),
            self.say(ask),
        ]

    def history_head(self, room: str, count: int) -> str:
        """Stand above the last lines of a room."""
        if not count:
            return self.say(s.HISTORY_EMPTY, room=room)
        return self.count(s.HISTORY, count, room=room)

    def missed_head(self, room: str, count: int, left_out: LeftOut | None, *, perhaps: bool) -> str:
        """Stand above what somebody missed in a room, of which the first may be left out."""
        if left_out is not None and left_out.why is WhyLeftOut.EPOCH:
            return self.say(s.LEFT_OUT_EPOCH, room=room)
        if not count and left_out is None:
            return self.say(s.MISSED_NOTHING, room=room)
        return self.count(s.MISSED_PERHAPS if perhaps else s.MISSED, count, room=room)

    def left_out(self, room: str, left_out: LeftOut) -> str:
        """Stand in the place of lines that somebody is not told."""
        count = left_out.last - left_out.first + 1
        return self.count(s.LEFT_OUT[left_out.why], count, room=room)

    def private_head(self, count: int) -> str:
        """Stand above what somebody was told alone while they were away."""
        return self.count(m.FOUND_PRIVATE, count)

    def private_unread(self) -> str:
        """Stand in the place of that, where it cannot be read."""
        return self.say(m.UNREAD_PRIVATE)

    def private_more(self) -> str:
        """Stand below a page of that, where there may be another."""
        return self.say(m.MORE_PRIVATE)

    def search_head(self, room: str, wanted: str, count: int, further: str) -> str:
        """Stand above what a search has found; `further` is what to type to look further back."""
        if not count:
            return self.say(s.FOUND_NOTHING, room=room, wanted=wanted)
        plural = s.FOUND_LAST if further else s.FOUND
        return self.count(plural, count, room=room, wanted=wanted, further=further)

    def _members(self, reply: e.MembersListed) -> Sequence[str]:
        away = frozenset(reply.away)
        names = ", ".join(
            self.say(s.MEMBER_AWAY, name=name) if name in away else name for name in reply.names
        )
        lines = []
        if reply.on_joining and reply.topic:
            lines.append(self.say(s.TOPIC, room=reply.room, topic=reply.topic))
        more = reply.count - len(reply.names)
        if reply.on_joining and reply.room == LOBBY:
            template = s.HERE_NOW_MORE if more else s.HERE_NOW
        elif reply.on_joining:
            template = s.MEMBERS_MORE if more else s.MEMBERS
        else:
            template = s.MEMBERS_MANY if more else s.MEMBERS
        line = self.say(template, room=reply.room, count=reply.count, names=names, more=more)
        return [*lines, line]

    def _rooms(self, reply: e.RoomsListed) -> Sequence[str]:
        if not reply.count:
            return [self.say(s.ROOMS_NONE, matching=reply.matching.lstrip("#"))]
        plural = s.ROOMS_MATCHING if reply.matching else s.ROOMS
        lines = [self.count(plural, reply.count, matching=reply.matching)]
        for listed in reply.rooms:
            name = self.say(s.ROOM_YOURS, room=listed.name) if listed.is_yours else listed.name
            template = s.ROOM_TOPIC if listed.topic else s.ROOM
            lines.append(self.say(template, room=name, count=listed.count, topic=listed.topic))
        if (more := reply.count - len(reply.rooms)) > 0:
            lines.append(self.say(s.ROOMS_MORE, more=more))
        if any(listed.is_yours for listed in reply.rooms):
            lines.append(self.say(s.ROOMS_STAR))
        return lines

    def _person(self, reply: e.PersonDescribed) -> Sequence[str]:
        here, idle = self.time(reply.here), self.time(reply.idle)
        template = s.PERSON_IDLE if reply.idle >= 60 else s.PERSON
        lines = [self.say(template, name=reply.name, here=here, idle=idle)]
        if reply.rooms:
            lines.append(self.say(s.PERSON_ROOMS, name=reply.name, rooms=", ".join(reply.rooms)))
        if reply.away is not None:
            lines.append(self._away(reply.name, reply.away))
        return lines

    def _away(self, name: str, words: str) -> str:
        return self.say(s.PERSON_AWAY_WORDS if words else s.PERSON_AWAY, name=name, words=words)

    def time(self, seconds: float) -> str:
        """Say a length of time, roughly."""
        for size, plural in TIMES:
            if seconds >= 2 * size or size == 1:
                return self.count(plural, int(seconds // size))
        raise AssertionError("the last size takes all")


ENGLISH = Speech()
