"""What is found at which address: the page, its files, and plain words for everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.web.resource import Resource

if TYPE_CHECKING:
    from twistchat.frontends.registry import Registry
    from twistchat.frontends.web.place import WebPlace


def make_root(registry: Registry, place: WebPlace) -> Resource:
    """Make everything that is served but the socket, which is put beside it (`putChild`)."""
    return Resource()
