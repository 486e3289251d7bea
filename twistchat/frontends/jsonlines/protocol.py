"""Programs, an object a line, at a port of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.protocol import Factory

from twistchat.frontends.foreign import BY_JSON
from twistchat.frontends.jsonlines.dialog import speak_json
from twistchat.frontends.jsonlines.format import JSON
from twistchat.frontends.lines import LineInput

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress

    from twistchat.frontends.registry import Registry
    from twistchat.session import Session


class JSONProtocol(LineInput):
    """A program that speaks JSON from the beginning: a `JSONDialog` is all that is said."""

    __slots__ = ()

    ways = BY_JSON

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry, wire="json", wire_format=JSON)

    def greets(self, session: Session) -> None:
        """Say hello; whoever speaks first is answered behind it."""
        speak_json(session, self, self._registry)


class JSONFactory(Factory):
    """Makes a `JSONProtocol` for each connection; all of them are in one registry."""

    protocol = JSONProtocol
    noisy = False

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def buildProtocol(self, addr: IAddress | None) -> JSONProtocol:
        """Make the protocol of a new connection."""
        protocol = self.protocol(self.registry)
        protocol.factory = self
        return protocol
