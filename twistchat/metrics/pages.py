"""What is served over HTTP: the metrics, whether all is well, and whether people are let in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import make_wsgi_app
from twisted.web.resource import Resource
from twisted.web.server import Request, Site
from twisted.web.wsgi import WSGIResource

from twistchat.metrics.families import ChatCollector

if TYPE_CHECKING:
    from collections.abc import Callable

    from twistchat.metrics.numbers import Numbers

Why = str
"""A word or a sentence; empty where nothing is to be said."""


class Pages(Resource):
    """`/metrics`, `/healthz` and `/readyz`, and nothing else.

    The numbers are looked up in the reactor's thread, and written in one of its pool.
    """

    isLeaf = True

    def __init__(
        self,
        reactor: Any,
        *,
        look: Callable[[], Numbers],
        why_unwell: Callable[[], Why],
        why_unready: Callable[[], Why],
    ) -> None:
        super().__init__()
        self._look = look
        self._words = {b"/healthz": why_unwell, b"/readyz": why_unready}
        # One of our own, and not that of the process: two chats in it must not meet there.
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self._collector = ChatCollector(look())
        registry.register(self._collector)
        # What prometheus_client's `MetricsResource` is, but on the reactor that was given.
        self._metrics = WSGIResource(reactor, reactor.getThreadPool(), make_wsgi_app(registry))

    def render(self, request: Request) -> bytes | int:
        """Answer a request. Called by the site."""
        why = self._words.get(request.path)
        if why is None and request.path != b"/metrics":
            return _say(request, 404, "there are /metrics, /healthz and /readyz")
        if request.method not in (b"GET", b"HEAD"):
            request.setHeader(b"allow", b"GET, HEAD")
            return _say(request, 405, "this can only be read")
        if why is not None:
            words = why()
            return _say(request, 503 if words else 200, words or "ok")
        if request.method == b"HEAD":
            return _say(request, 200, "")
        self._collector.numbers = self._look()
        rendered: int = self._metrics.render(request)
        return rendered


def _say(request: Request, status: int, words: str) -> bytes:
    request.setResponseCode(status)
    request.setHeader(b"content-type", b"text/plain; charset=utf-8")
    request.setHeader(b"cache-control", b"no-store")
    return f"{words}\n".encode()


class PagesRequest(Request):
    """A request whose answer does not tell what serves it, and in which version."""

    def setHeader(self, name: bytes, value: bytes) -> None:
        """Put a header into the answer. Called by Twisted, too."""
        if name.lower() != b"server":
            super().setHeader(name, value)


class PagesSite(Site):
    """A site that writes no line into the log for each request: there is one every few seconds."""

    noisy = False

    def __init__(self, pages: Pages, reactor: Any) -> None:
        super().__init__(pages, requestFactory=PagesRequest, reactor=reactor)

    def log(self, request: object) -> None:
        """Say nothing of a request. Called by it."""
