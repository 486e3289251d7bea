"""The rules: what follows from what somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from twistchat.core import commands as c
from twistchat.core import events as e
from twistchat.core import following, moderation, past, people, programs, registering, rooms
from twistchat.core.appointing import moderators
from twistchat.core.concerns import is_durable
from twistchat.core.law import ADDRESS
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.core.offices import entered
from twistchat.core.rights import may_serve, may_take_leave, why_not_enter
from twistchat.core.state import State
from twistchat.core.text import clean, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from twistchat.core.accounts import Directory
    from twistchat.core.law import Sanction
    from twistchat.core.model import Room, Seen, User


@dataclass(frozen=True, slots=True)
class Extension:
    """A command that somebody who embeds the chat has added.

    `perform` gets the chat, who asks, the room they type into and what stood behind the command,
    cleaned. It answers like `Chat.perform`: items of the existing kinds, or `Refused`.
    It must not wait.
    """

    name: str
    usage: str
    summary: str
    perform: Callable[[Chat, User, str, str], Sequence[e.Item] | e.Refused]


class Chat:
    """Decides. Knows who is here and in which room; never waits, never writes.

    Presence changes at once, when it is decided. Durable state (a topic) changes in `apply`
    alone, when the engine hands the event back as committed: a commit that fails has nothing
    to undo, and a restart goes the same way as a normal day.
    """

    def __init__(
        self,
        *,
        now: Callable[[], float],
        limits: Limits = DEFAULT_LIMITS,
        extensions: Iterable[Extension] = (),
    ) -> None:
        self.now = now
        self.limits = limits
        self.extensions = {extension.name: extension for extension in extensions}
        self._state = State(now=now, limits=limits)

    # ------------------------------------------------------------ coming and going

    def enter(self, user: User) -> Sequence[e.Item]:
        """Take somebody in, into no room yet. Their name is theirs already (`Engine.claim`).

        Whoever was at other nodes only is in the rooms where they were; as a guest they leave
        those nodes. What other nodes have to know of it comes before what else follows.
        """
        return following.enter(self._state, user)

    def rejoin(
        self, user: User, seen: Mapping[str, Seen] | None, *, past_last: bool = False
    ) -> Sequence[e.Item]:
        """Let another connection of somebody who is here hear the rooms where they are.

        `seen` tells up to where it has read some of them; None: it has read them all. `past_last`:
        what was said is told after their coming.
        """
        return rooms.rejoin(self._state, user, seen, past_last=past_last)

    def depart(self, user: User, cause: e.Cause, words: str = "") -> Sequence[e.Item]:
        """Let somebody go, out of every room; or from this node, if they are at others, too."""
        state = self._state
        if user.elsewhere:
            return following.withdraw(state, user)
        rooms = () if cause is e.Cause.LEFT else tuple(user.rooms.values())
        words = clean(words.strip())[: self.limits.words]
        if words and not may_take_leave(state, user, *user.rooms.values()):
            words = ""
        departed = moderation.depart(state, user, cause, words)
        for room in rooms:
            state.admit(user.id, room)
        return [departed]

    # ------------------------------------------------------------ looking

    def person(self, name: str) -> User | None:
        """Find who bears a name now."""
        return self._state.person(name)

    def user(self, identity: str) -> User | None:
        """Find who is here by their id."""
        return self._state.people.get(identity)

    def is_present(self, folded: str) -> bool:
        """Whether somebody bears this name, given as `names.fold` makes it."""
        return folded in self._state.names

    @property
    def people(self) -> Sequence[User]:
        """Everybody who is here, in the order of coming."""
        return list(self._state.people.values())

    @property
    def population(self) -> int:
        """How many are here."""
        return len(self._state.people)

    def room(self, name: str) -> Room | None:
        """Find a room by its name."""
        return self._state.known(name)

    def moderators(self, room: Room) -> tuple[str, ...]:
        """Name the moderators of a room, but for its founder."""
        return moderators(self._state, room.law)

    def members(self, room: Room) -> e.MembersListed:
        """Tell who is in a room, as to somebody who comes into it."""
        return rooms.members_on_joining(self._state, room, is_full=True)

    @property
    def rooms(self) -> Sequence[Room]:
        """All rooms."""
        return list(self._state.rooms.values())

    @property
    def accounts(self) -> Directory:
        """All accounts."""
        return self._state.accounts

    def why_not_enter(self, user: User) -> e.Refused | None:
        """Tell why somebody may not come in, if they are banned everywhere."""
        return why_not_enter(self._state, user)

    def may_serve(self, account: str) -> bool:
        """Whether one may be an operator by an account (its id)."""
        return may_serve(self._state, account)

    def address_bans(self) -> Sequence[Sanction]:
        """List the addresses from which nobody may come now."""
        now = self.now()
        bans = self._state.law.bans.values()
        return [ban for ban in bans if ban.to_user == ADDRESS and ban.holds(now)]

    def change_limits(self, limits: Limits) -> None:
        """Decide by other limits from now on."""
        self.limits = limits
        self._state.change_limits(limits)

    # ------------------------------------------------------------ deciding

    def displace(self, user: User, name: str) -> Sequence[e.Item]:
        """Give somebody another name, which is claimed, since theirs belongs to an account."""
        return people.renamed(self._state, user, name)

    def perform(self, user: User, command: c.Command) -> Sequence[e.Item] | e.Refused:
        """Decide what follows from a command: items, in order, or why it is refused."""
        state = self._state
        match command:
            case c.Say():
                return rooms.say(state, user, command)
            case c.Whisper():
                return people.whisper(state, user, command)
            case c.Signal() | c.ShowAs():
                return programs.perform(state, user, command)
            case c.Join():
                return rooms.join(state, user, command)
            case c.Leave():
                return rooms.leave(state, user, command)
            case c.Invite():
                return people.invite(state, user, command)
            case c.Rename():
                return people.rename(state, user, command)
            case c.SetAway():
                return people.set_away(state, user, command)
            case c.SetTopic():
                return rooms.set_topic(state, user, command)
            case c.ReadTopic() | c.ListMembers():
                return rooms.look_at(state, user, command)
            case c.ListRooms():
                return rooms.list_rooms(state, user, command)
            case c.Describe():
                return people.describe(state, user, command)
            case c.ReadHistory() | c.ListConversations():
                return past.perform(state, user, command)
            case c.Search():
                return rooms.search(state, user, command)
            case c.Announce():
                return people.announce(state, user, command)
            case c.Moderate() | c.ChangeRules() | c.ReadRules() | c.ListSanctions() | c.Delete():
                return moderation.perform(state, user, command)
            case c.ChangeAccount() | c.TakeOffice():
                return registering.perform(state, user, command)
            case c.Custom():
                return self._custom(user, command)
            case c.Quit():
                items = self.depart(user, e.Cause.LEFT, command.words)
                return [*items, e.Goodbye(e.Cause.LEFT)]
            case _:
                assert_never(command)

    def unsaid(self, user: User, command: c.Command) -> e.Said | e.Whispered | None:
        """Tell what somebody would have said whose command was refused; None for other commands.

        To whom or where may be nowhere: that may be why it was refused.
        """
        now = self.now()
        match command:
            case c.Say():
                text = spoken(command.text)
                where, action, notice = command.room, command.action, command.notice
                return e.Said(where, user.id, user.name, text, action, now, notice)
            case c.Whisper():
                text = spoken(command.text)
                to, action, notice = command.to, command.action, command.notice
                return e.Whispered(user.id, user.name, "", to, text, action, now, notice)
            case _:
                return None

    def apply(self, event: e.Durable | e.RoomForgotten) -> None:
        """Take over what is committed: here, on another node, or before the last restart."""
        match event:
            case e.Said():
                self._state.remembers(event.room)
            case e.TopicChanged():
                if (room := self._state.remembers(event.room)) is not None:
                    room.topic = event.topic
                    room.topic_who, room.topic_at = event.who, event.at
            case e.RoomForgotten():
                self._state.is_forgotten(event.room)
            case e.RulesChanged() | e.Moderated():
                self._state.settle(event, is_kept=True)
            case e.AccountSet():
                registering.apply(self._state, event)
            case e.Deleted() | e.Erased():
                self._state.remembers(event.room)
            case e.Tagged():
                if event.room:
                    self._state.remembers(event.room)
            case e.Whispered():
                pass
            case _:
                assert_never(event)

    # ------------------------------------------------------------ other nodes

    def is_shared(self) -> None:
        """Know that other nodes decide, too."""
        self._state.pending.is_used = True

    def under_way(self, items: Sequence[e.Item]) -> None:
        """Take note of what was decided here about people, where other nodes decide, too."""
        self._state.pending.decided(items, self._state.people)

    def told(self, item: e.Item) -> Sequence[e.Item]:
        """Follow what was decided here, in its place; what is to be told behind it."""
        return following.told(self._state, item)

    def is_to_be_told_anew(self, item: e.Item, node: str) -> User | None:
        """Find of whom the other nodes are to know more by what a node has decided."""
        return following.is_to_be_told_anew(self._state, item, node)

    def heard(self, said: e.Said) -> None:
        """Take note of a line that was said at another node; it is applied, too."""
        following.heard(self._state, said)

    def follow(self, item: e.Item, node: str) -> Sequence[e.Item]:
        """Take over what another node has decided; what is to be told of it here, in its place."""
        if is_durable(item) or isinstance(item, e.RoomForgotten):
            self.apply(item)
        return following.follow(self._state, item, node)

    def resync(self, resynced: e.Resynced) -> Sequence[e.Item]:
        """Take over how everything stands; what is to be told of it here.

        The other nodes are to be told of who is `present` here then.
        """
        state = self._state
        state.accounts.begins_anew()
        state.begins_anew()
        for event in resynced.holds:
            self.apply(event)
        items = following.resync(state, resynced)
        state.drops_blank()
        return items

    def present(self, users: Iterable[User] | None = None) -> Sequence[e.Item]:
        """Tell the other nodes of some people, or of everybody who is here."""
        people = self._state.people.values() if users is None else users
        return [entered(user, self.now()) for user in people if user.is_here]

    # ------------------------------------------------------------ what could not be kept

    def unkept(self, event: e.Durable) -> None:
        """Take back what was decided and could not be committed."""
        if isinstance(event, e.Moderated | e.RulesChanged):
            self._state.settle(event, is_kept=False)
        elif isinstance(event, e.AccountSet):
            self._state.accounts.settle(event.account)

    def completed(self, item: e.Item) -> e.Item:
        """Fill in what durable state an answer tells, as it stands at the answer's place.

        When it was decided, changes that come before it may still have been under way.
        """
        if isinstance(item, e.RoomsListed):
            return replace(item, rooms=tuple(self._with_topic(listed) for listed in item.rooms))
        if not isinstance(item, e.TopicTold | e.MembersListed):
            return item
        if isinstance(item, e.MembersListed):
            item = rooms.members_told(self._state, item)
        room = self._state.rooms.get(item.room)
        return item if room is None or room.topic == item.topic else replace(item, topic=room.topic)

    def _with_topic(self, listed: e.RoomListed) -> e.RoomListed:
        room = self._state.rooms.get(listed.name)
        return listed if room is None else replace(listed, topic=rooms.listed_topic(room.topic))

    def _custom(self, user: User, command: c.Custom) -> Sequence[e.Item] | e.Refused:
        extension = self.extensions.get(command.name)
        if extension is None:
            return e.Refused(e.Refusal.NO_SUCH_COMMAND, command.name)
        return extension.perform(self, user, command.room, clean(command.text.strip()))
