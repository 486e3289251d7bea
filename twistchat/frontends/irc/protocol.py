"""IRC clients, at a port of their own or on a common one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.protocol import Factory

from twistchat.frontends.foreign import BY_IRC
from twistchat.frontends.irc.about import about
from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.dialog import IRCDialog
from twistchat.frontends.lines import LineInput

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress

    from twistchat.frontends.registry import Registry
    from twistchat.session import Session


def speak_irc(session: Session, source: LineInput, registry: Registry) -> None:
    """Let a connection speak IRC from the next line on."""
    source.speak(IRCDialog(session, source, about(registry)))


class IRCProtocol(LineInput):
    """A client that speaks IRC from the beginning: an `IRCDialog` is all that is said."""

    __slots__ = ()

    ways = BY_IRC

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry, wire="irc", wire_format=about(registry).format(Cap.NONE))

    def is_foreign(self, session: Session, data: bytes, *, is_first: bool = False) -> bool:
        """Answer browsers and their like; IRC itself is not foreign here."""
        return super().is_foreign(session, data, is_first=False)

    def greets(self, session: Session) -> None:
        """Say nothing: on IRC clients begin."""
        speak_irc(session, self, self._registry)


class IRCFactory(Factory):
    """Makes an `IRCProtocol` for each connection; all of them are in one registry."""

    protocol = IRCProtocol
    noisy = False

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        about(registry)  # from now on it is remembered who was here

    def buildProtocol(self, addr: IAddress | None) -> IRCProtocol:
        """Make the protocol of a new connection."""
        protocol = self.protocol(self.registry)
        protocol.factory = self
        return protocol
