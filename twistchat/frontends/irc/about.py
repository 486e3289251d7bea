"""This server as IRC knows it, for all its clients."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from weakref import ReferenceType, WeakKeyDictionary, WeakValueDictionary, ref

from twistchat.core.model import NO_PERSONA, Persona
from twistchat.frontends.irc.caps import UNWRITTEN, Cap
from twistchat.frontends.irc.census import Census
from twistchat.frontends.irc.following import Following
from twistchat.frontends.irc.format import IRCFormat
from twistchat.frontends.irc.masks import hostmask
from twistchat.frontends.irc.monitors import Monitors
from twistchat.frontends.irc.names import NameLists
from twistchat.frontends.irc.past import Playbacks
from twistchat.frontends.irc.whowas import Whowas

if TYPE_CHECKING:
    from datetime import tzinfo

    from twistchat.core.model import User
    from twistchat.frontends.place import Place
    from twistchat.frontends.registry import Registry

REMEMBERED = 10_000
"""People of whom it is remembered how they presented themselves, since what they said or did last
is told when they are gone already."""


class About:
    """What IRC clients are told of this server, and of the people on it."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.place: Place = registry.place
        self.created = self.place.now()
        """When this server was started: seconds since 1970, UTC."""
        self.names = NameLists(registry.clock)
        """Who is in which room, as it is written."""
        self.playbacks = Playbacks(registry.clock)
        """The last lines of rooms, as they are written."""
        self.monitors = Monitors(self)
        """Whose coming and going somebody wants to be told."""
        self.whowas = Whowas()
        """Who was here."""
        self.census = Census(registry)
        """How many are here."""
        self.zone: tzinfo | None = None
        """The time zone of the times that are shown in words; None is the server's."""
        self._formats: WeakValueDictionary[Cap, IRCFormat] = WeakValueDictionary()
        self._personas: dict[str, Persona] = {}
        following = Following(self)
        registry.watch(following.follow)
        registry.watch_kept(following.follow_kept)

    @property
    def server(self) -> str:
        """The name of the server, as the source of what it says itself."""
        return server_name(self.registry.greeting.server)

    @property
    def network(self) -> str:
        """The name of the chat, without blanks."""
        return network_name(self.registry.greeting.server)

    def format(self, caps: Cap) -> IRCFormat:
        """Find the format for capabilities: there is one for all who have asked for the same.

        It is forgotten with the last of them: there are a million sets of capabilities.
        """
        caps &= ~UNWRITTEN
        found = self._formats.get(caps)
        if found is None:
            found = self._formats[caps] = IRCFormat(self, caps)
        return found

    # ------------------------------------------------------------ people

    def persona(self, user: str) -> Persona:
        """Tell how somebody presents themselves (by their `User.id`), or did until they left."""
        here = self.place.user(user)
        if here is None:
            return self._personas.get(user, NO_PERSONA)
        if here.persona is not self._personas.get(user, NO_PERSONA):
            self.remember(user, here.persona)
        return here.persona

    def remember(self, user: str, persona: Persona) -> None:
        """Remember how somebody presents themselves, also when they are gone."""
        self._personas.pop(user, None)
        self._personas[user] = persona
        if len(self._personas) > REMEMBERED:
            del self._personas[next(iter(self._personas))]

    def mask(self, who: str, user: str) -> str:
        """Write `nick!user@host` of somebody, under the name that they had when it happened."""
        return hostmask(who, self.persona(user).ident, user)

    def mask_of(self, user: User) -> str:
        """Write `nick!user@host` of somebody who is here."""
        return hostmask(user.name, user.persona.ident, user.id)

    def account_of(self, user: str) -> str:
        """Tell the name of somebody's account (by their `User.id`); empty if they have none."""
        account = self.place.accounts.of(user)
        return "" if account is None else account.name


_ABOUT: WeakKeyDictionary[Registry, ReferenceType[About]] = WeakKeyDictionary()
"""By the registry, whose watchers keep it; from here nothing is kept longer than that."""


def about(registry: Registry) -> About:
    """Find what is told of the server whose clients are in a registry."""
    known = _ABOUT.get(registry)
    found = None if known is None else known()
    if found is None:
        found = About(registry)
        _ABOUT[registry] = ref(found)
    return found


@lru_cache(16)
def server_name(name: str) -> str:
    """Make a name that clients take for a server's: of letters, digits and dots (RFC 2812, 2.3.1).

    What the operator calls the chat is taken as it is, where it is one.
    """
    if re.fullmatch("[A-Za-z0-9][A-Za-z0-9.-]{0,62}", name):
        return name if "." in name else f"{name}.chat"
    return "twistchat.chat"


@lru_cache(16)
def network_name(name: str) -> str:
    """Make a name of a network, which may have no blanks in it."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-")[:40] or "twistchat"
