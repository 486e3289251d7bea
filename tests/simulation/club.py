"""What IRC clients do: they come, talk, moderate their rooms, are lost, and send garbage too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation import heard
from tests.simulation.checker import ROOMS
from tests.simulation.client import IRC, Client
from twistchat.core.rights import Rank, rank_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.simulation.houses import House
    from tests.simulation.schedule import Step
    from tests.simulation.watched import Kept

NAMES = ("ann", "Ben", "eve", "zoe", "小明", "dö")
OWN_ROOMS = ("#i", "#茶")
"""Rooms of theirs, where they are moderators too."""

MOST = 5

CAPS = (
    "",
    "echo-message",
    "multi-prefix server-time batch away-notify extended-join userhost-in-names",
    "message-tags server-time batch labeled-response echo-message multi-prefix setname away-notify",
    "message-tags server-time batch labeled-response account-tag invite-notify standard-replies",
    "message-tags server-time batch labeled-response draft/chathistory echo-message",
    "message-tags server-time batch labeled-response draft/chathistory draft/event-playback",
)

GARBAGE = (
    b"\r\n \r\n:\r\n@\r\n@a\r\n@a=b;c \r\n",
    b"NONSENSE\r\n",
    b"PRIVMSG\r\nPRIVMSG #i\r\nJOIN\r\nJOIN ,,,\r\nMODE #i +++-\r\nKICK #i ,\r\nNICK\r\nNICK :\r\n",
    b"PRIVMSG #i :\xff\xfe\r\n",
    b"PRIVMSG #i :a\x00b\x01c\rd\r\n",
    b"JOIN " + b",".join(b"#%d!*" % n for n in range(30)) + b"\r\n",
    b"MODE #i " + b"+o-v+k" * 30 + b" a" * 20 + b"\r\n",
    b"PRIVMSG #i :" + b"x" * 600 + b"\r\n",
    "PRIVMSG\u3000#i\u3000:x\r\nWHO \u3000\r\n".encode(),
    b"WHO 999999999999999999999\r\nLIST >99999999999999999999999\r\nCHATHISTORY LATEST #i * -1\r\n",
    b"MODE #i +l 99999999999999999999999999999\r\nMODE #i +k \r\nMODE #i +b \xef\xbf\xbf!*@*\r\n",
    b"x" * 9_000 + b"\r\n",
)
"""What no client should send; nothing of it is to have any effect on others."""

QUESTIONS = (
    "NAMES {room}", "WHO {room}", "WHO {nick}", "WHOIS {nick}", "WHOWAS {nick}", "LIST", "LUSERS",
    "MODE {room}", "MODE {room} +b", "TOPIC {room}", "USERHOST {nick}", "ISON {nick} x", "MOTD",
    "WHO {room} %tcuihsnfdlaor,7", "CHATHISTORY LATEST {room} * 5", "NAMES", "MONITOR + {nick}",
    "CHATHISTORY TARGETS timestamp=1970-01-01T00:00:00.000Z timestamp=2100-01-01T00:00:00.000Z 9",
    "MONITOR L", "CAP LIST", "TIME", "VERSION", "INFO", "HELP MODE", "INVITE {nick} {room}",
)  # fmt: skip


class Club:
    """All IRC clients of one life of the server."""

    def __init__(self, house: House, story: list[str], new_words: Callable[[int], str]) -> None:
        self.house = house
        self.story = story
        self.texts: set[str] = set()
        """All that any of them has said."""
        self.names: set[str] = set()
        """All names that any of them has had."""
        self.clients: list[Client] = []
        self._new_words = new_words
        self._fresh = 0

    def begin(self) -> None:
        """Let a life of the server begin: nobody is connected to it yet."""
        self.clients.clear()

    def look(self) -> None:
        """Let everybody read what has come."""
        for client in self.clients:
            client.is_dropped |= client.person.wire.is_aborted
            client.looks()
            self.names.add(client.nick)
            if client.refusals:
                client.refusals = 0
                self._calls_itself(client, self._new_name())
                client.sends_all()

    def killed(self) -> None:
        """Let the server die."""
        self.look()
        for client in self.clients:
            client.is_lost = True

    def end(self) -> None:
        """Let everybody read again, and send what they have not sent yet."""
        for client in self.clients:
            client.is_jammed = False
            client.person.wire.flow()
            client.sends_all()

    def check(self, kept: Kept, *, is_at_rest: bool) -> None:
        """Find what is wrong with what they heard in this life."""
        told = self.house.watched.told
        for client in self.clients:
            heard.check(client, told, kept, self.house.limits.replay)
            if is_at_rest:
                client.check_answers()

    def compare(self) -> None:
        """Compare who is where, as each client keeps it, with how it is."""
        for client in self.clients:
            if client.is_here and not client.is_cut_off and client.person.user is not None:
                client.check_rooms(self._rooms_of(client))

    def _rooms_of(self, client: Client) -> Mapping[str, Mapping[str, set[str]]]:
        user = client.person.user
        assert user is not None
        return {
            room.name: {
                member.name: {
                    *("o" * (rank_of(member, room.law) >= Rank.MODERATOR)),
                    *("v" * (member.id in room.law.voiced)),
                }
                for member in room.members.values()
            }
            for room in user.rooms.values()
        }

    # ------------------------------------------------------------ coming and going

    def dial(self, step: Step) -> None:
        """Connect, and come into a room or two."""
        if len([one for one in self.clients if not one.is_over]) >= MOST:
            return
        person = self.house.world.connect(IRC, speaks_first=True)
        caps = CAPS[step.who % len(CAPS)]
        name = NAMES[step.how % len(NAMES)] if step.how % 4 else self._new_name()
        client = Client(person, frozenset(caps.split()), name)
        self.clients.append(client)
        if caps:
            client.types(f"CAP REQ :{caps}")
        client.types(f"USER {'u' * (step.how % 12)}n 0 * :{name} in person")
        self._calls_itself(client, name)
        if caps:
            client.types("CAP END")
        self.story.append(f"{name} comes by IRC with [{caps}]")
        if step.how % 5:  # in the same packet as all the rest, which a client need not wait with
            room = self._some_room(step) if step.how % 3 == 0 else OWN_ROOMS[0]
            client.types(f"JOIN {room}")
            self.story[-1] += f", into {room}"
        self._sends(client, step)

    def cutoff(self, step: Step) -> None:
        """Lose the connection."""
        if (client := self._one(step)) is not None:
            self.story.append(f"{client.nick} is lost")
            client.looks()
            client.is_lost = True
            if step.how % 2:
                client.person.vanishes()
            else:
                client.person.hangs_up()

    def byebye(self, step: Step) -> None:
        """Quit, with something said before in the same packet perhaps."""
        if (client := self._one(step)) is not None:
            client.types(f"QUIT :{self._new_words(1)}", is_labelled=False)
            self.story.append(f"{client.nick} quits")
            client.sends_all()
            client.is_quitting = True

    def jam(self, step: Step) -> None:
        """Read nothing for a while, or go on reading."""
        if (client := self._one(step)) is not None:
            client.is_jammed = not client.is_jammed
            self.story.append(
                f"{client.nick} reads " + ("no more" if client.is_jammed else "again")
            )
            if client.is_jammed:
                client.person.wire.stall()
            else:
                client.person.wire.flow()

    # ------------------------------------------------------------ talking

    def chat(self, step: Step) -> None:
        """Say something in a room, or do something, or only notify."""
        if (client := self._one(step)) is None:
            return
        room, words = self._own_room(client, step), self._new_words(1)
        self.texts.add(words)
        match step.who % 6:
            case 0:
                line = f"PRIVMSG {room} :\x01ACTION {words}\x01"
            case 1 if room in OWN_ROOMS:
                line = f"NOTICE {room} :{words}"
            case 2:
                line = f"PRIVMSG {room} {words}"
            case _:
                line = f"PRIVMSG {room} :{words}"
        self._types(client, step, line)

    def confide_in(self, step: Step) -> None:
        """Say something to one person, or to oneself."""
        client, other = self._one(step), self._other(step)
        if client is not None and other is not None:
            words = self._new_words(1)
            self.texts.add(words)
            self._types(client, step, f"PRIVMSG {other.nick} :{words}")

    def head(self, step: Step) -> None:
        """Say what a room is about."""
        if (client := self._one(step)) is not None:
            words = self._new_words(1)
            self.texts.add(words)
            self._types(client, step, f"TOPIC {self._own_room(client, step)} :{words}")

    # ------------------------------------------------------------ rooms

    def into(self, step: Step) -> None:
        """Join rooms."""
        if (client := self._one(step)) is not None:
            rooms = self._some_room(step)
            if step.who % 3 == 0:
                rooms += f",{self._some_room(step._replace(how=step.who))}"
            self._types(client, step, f"JOIN {rooms}" + " key" * (step.who % 2))

    def out(self, step: Step) -> None:
        """Part from a room."""
        if (client := self._one(step)) is not None:
            room = self._own_room(client, step)
            self._types(client, step, f"PART {room} :{self._new_words(1)}")

    def rechristen(self, step: Step) -> None:
        """Take another name, or spell one's own otherwise."""
        if (client := self._one(step)) is not None:
            name = NAMES[step.how % len(NAMES)] if step.how % 3 else self._new_name()
            if step.how % 7 == 0:
                name = client.nick.swapcase()
            self.names.add(name)
            self._types(client, step, f"NICK {name}")

    def mode(self, step: Step) -> None:
        """Change what holds in a room, if one may."""
        client, room, other = self._moderator(step)
        if client is not None:
            changes = (
                f"+o {other}", f"-o {other}", f"+v {other}", f"-v {other}", f"+vo {other} {other}",
                f"+b {other}!*@*", "+b e*!*@*", f"-b {other}!*@*", "-b e*!*@*", f"+e {other}",
                "+q z*!*@*", "-q z*!*@*", "+I ann!*@*", "-I ann!*@*", "+m", "-m", "+i", "-i",
                "+t-s", "+ns", "-n", "+k key", "-k key", "+l 3", "-l", "-lkimst *", "+ov nobody",
            )  # fmt: skip
            self._types(client, step, f"MODE {room} {changes[step.how % len(changes)]}")

    def boot(self, step: Step) -> None:
        """Put somebody out, if one may."""
        client, room, other = self._moderator(step)
        if client is not None:
            self._types(client, step, f"KICK {room} {other}" + " :why" * (step.how % 2))

    # ------------------------------------------------------------ the rest

    def afk(self, step: Step) -> None:
        """Be away, or back; or be called otherwise in full."""
        if (client := self._one(step)) is not None:
            lines = ("AWAY :out for lunch", "AWAY", "SETNAME :Somebody Else", "MODE {nick} +B")
            self._types(client, step, lines[step.how % len(lines)].format(nick=client.nick))

    def ask(self, step: Step) -> None:
        """Ask for something that is answered by looking."""
        client, other = self._one(step), self._other(step)
        if client is not None and other is not None:
            line = QUESTIONS[step.how % len(QUESTIONS)]
            room = self._own_room(client, step)
            self._types(client, step, line.format(room=room, nick=other.nick))

    def garble(self, step: Step) -> None:
        """Send what no client should send."""
        if (client := self._one(step)) is not None:
            garbage = GARBAGE[step.how % len(GARBAGE)]
            self.story.append(f"{client.nick} sends {garbage[:60]!r}")
            client.sends_raw(garbage)

    def settle(self, _: Step) -> None:
        """Let all that is under way come to its end, and compare."""
        self.story.append("all is well for a while")
        self.house.mend()
        self.house.world.wait(3.0)
        self.look()
        self.compare()

    # ------------------------------------------------------------ inside

    def _here(self) -> Iterator[Client]:
        return (one for one in self.clients if one.is_here and not one.is_quitting)

    def _one(self, step: Step) -> Client | None:
        here = list(self._here())
        return here[step.who % len(here)] if here else None

    def _other(self, step: Step) -> Client | None:
        here = list(self._here())
        return here[step.how % len(here)] if here else None

    def _moderator(self, step: Step) -> tuple[Client | None, str, str]:
        """Find somebody who may do something in a room, as far as they know, and about whom.

        Now and then it is somebody who may not, or about somebody who is not there.
        """
        may = [
            (one, room)
            for one in self._here()
            for room, members in one.rooms.items()
            if room in OWN_ROOMS and "o" in members.get(one.nick, ())
        ]
        if not may or step.how % 11 == 0:
            one, other = self._one(step), self._other(step)
            return one, OWN_ROOMS[step.who % len(OWN_ROOMS)], other.nick if other else ""
        one, room = may[step.who % len(may)]
        members = sorted(one.rooms[room])
        return one, room, members[(step.who + step.how) % len(members)]

    def _own_room(self, client: Client, step: Step) -> str:
        """Find a room where somebody is; now and then another one."""
        rooms = list(client.rooms)
        return rooms[step.how % len(rooms)] if rooms and step.how % 8 else self._some_room(step)

    def _some_room(self, step: Step) -> str:
        rooms = (*OWN_ROOMS, *ROOMS, *OWN_ROOMS)
        return rooms[(step.who + step.how) % len(rooms)]

    def _new_name(self) -> str:
        self._fresh += 1
        return f"i{self._fresh}"

    def _calls_itself(self, client: Client, name: str) -> None:
        self.names.add(name)
        client.types(f"NICK {name}")

    def _types(self, client: Client, step: Step, line: str) -> None:
        client.types(line)
        if step.who % 4 == 0:
            client.pings()
        self.story.append(f"{client.nick} sends {line[:80]!r}")
        self._sends(client, step)

    def _sends(self, client: Client, step: Step) -> None:
        match step.how % 5:
            case 0:
                self.story[-1] += " (not sent yet)"
            case 1:
                client.sends_all(split=0.5)
            case _:
                client.sends_all()
