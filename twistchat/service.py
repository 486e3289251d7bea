"""Settings → service tree: the doors of a chat, its engine, its operator's places."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twisted.application.service import MultiService
from twisted.internet import defer
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.logger import Logger

from twistchat.accounts.doors import OPEN, Doors
from twistchat.accounts.passwords import good_password
from twistchat.assembly import assemble
from twistchat.core.limits import DEFAULT_LIMITS, Limits
from twistchat.frontends.console.control import ControlFactory
from twistchat.frontends.console.office import make_office
from twistchat.frontends.console.protocol import Console
from twistchat.frontends.console.terminal import open_console
from twistchat.frontends.irc.protocol import IRCFactory
from twistchat.frontends.jsonlines.format import JSON
from twistchat.frontends.jsonlines.protocol import JSONFactory
from twistchat.frontends.line.format import LineFormat
from twistchat.frontends.line.protocol import ChatFactory
from twistchat.frontends.recognising import HTTP
from twistchat.frontends.sniff import SniffFactory
from twistchat.frontends.web.place import Way, WebPlace
from twistchat.frontends.web.site import WebFactory
from twistchat.host.descriptors import fit
from twistchat.host.door import Door
from twistchat.host.endpoints import ANY, LINE, WEB, Listen, read_listen
from twistchat.host.private import is_ours
from twistchat.metrics.health import Trouble
from twistchat.operating import ControlSocket, OnHangUp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from twisted.internet.protocol import Factory
    from twisted.python.failure import Failure

    from twistchat.core.chat import Extension
    from twistchat.engine import Engine
    from twistchat.frontends.console.reloading import Settings
    from twistchat.frontends.registry import Greeting, Registry
    from twistchat.host.certificates import Certificates
    from twistchat.metrics.window import Window
    from twistchat.operating import ControlAt

log = Logger()

CLOSE_TIME = 1.5
"""Seconds in which, on stopping, readers may take their last lines."""


def web_factory(registry: Registry, place: WebPlace | None = None) -> Factory[Any]:
    """Make what serves the page, and what it speaks."""
    return WebFactory(registry, told=JSON, place=place)


WIRES: Mapping[str, Callable[[Registry], Factory[Any]]] = {
    LINE: ChatFactory,
    "json": JSONFactory,
    "irc": IRCFactory,
    WEB: web_factory,
}
"""Every kind of wire, and what makes its factory."""

KINDS = (ANY, *WIRES)
"""What can be listened for."""


def any_factory(
    registry: Registry, tls: Certificates | None = None, place: WebPlace | None = None
) -> SniffFactory:
    """Make what serves every kind of client at one port; with certificates, those by TLS too."""
    place = replace(place or WebPlace(), is_for_all=True, is_encrypted=tls is not None)
    factories = {kind: make(registry) for kind, make in WIRES.items() if kind != WEB}
    factories[LINE] = ChatFactory(registry, guesses=registry.languages)
    factories[HTTP] = web_factory(registry, place)
    return SniffFactory(registry, factories, tls=tls)


class ChatService(MultiService):
    """A whole chat server: its doors, its engine, its operator's console.

    Start it under any application, with `setServiceParent`. `listen` are endpoint descriptions
    as `serverFromString` reads them: for every kind of client, or for those of one wire alone
    (`KIND=tcp:9000`; the kinds are those of `WIRES`). With `tls` the former may come encrypted,
    too. `web` says where the page for browsers is. `doors` says who may come in. `metrics` is
    where the metrics are served, if anywhere; it needs the extra of that name. `stop` is called
    when the operator wants to shut down; it should stop this service, and without it the console
    cannot. `fail` is called instead where the engine does not start.
    """

    def __init__(
        self,
        reactor: Any,
        *,
        listen: Iterable[str | Listen] = (),
        tls: Certificates | None = None,
        engine: Engine | None = None,
        limits: Limits = DEFAULT_LIMITS,
        greeting: Greeting | None = None,
        extensions: Iterable[Extension] = (),
        doors: Doors = OPEN,
        web: WebPlace | None = None,
        console: bool = False,
        metrics: str | None = None,
        control: ControlAt | None = None,
        settings: Settings | None = None,
        read_again: Callable[[], Settings] | None = None,
        is_daemon: bool = False,
        stop: Callable[[], None] | None = None,
        fail: Callable[[], None] | None = None,
    ) -> None:
        """With `read_again` the operator can `reload`; `settings` are those it begins with."""
        super().__init__()
        self._reactor = reactor
        self._stop = stop
        self._fail = fail or stop
        self._farewell = ""
        self._is_stopping = False
        self._is_open = False
        self._fault = ""
        self.parts = assemble(
            reactor,
            engine=engine,
            limits=limits,
            greeting=greeting,
            extensions=extensions,
            doors=doors,
        )
        self._trouble = Trouble(self._why_away, reactor, patience=limits.uncommitted_age)
        self.factory = ChatFactory(self.parts.registry)
        self._tls = tls
        self._web = replace(web or WebPlace(), doors=self._ways)
        self._factories: dict[str, Factory] = {LINE: self.factory}
        self.doors = [self._door(place) for place in listen]
        for door in self.doors:
            door.setServiceParent(self)
        text = LineFormat()
        self.office = make_office(
            registry=self.parts.registry,
            chat=self.parts.chat,
            engine=self.parts.engine,
            clock=reactor,
            counts=self.parts.counts,
            passwords=self.parts.passwords,
            good_password=good_password,
            perform=self.parts.operator.perform,
            submit=self.parts.pipeline.submit,
            wire_format=text,
            shut_down=self.shut_down,
            change_limits=self.change_limits,
            read=read_again,
            begun_with=settings,
        )
        self.parts.pipeline.watch(self.office.asking.follow)
        commands, fanout = self.office.commands, self.parts.fanout
        in_chat = commands.in_chat()
        self.registry.office = lambda line, user: in_chat.run(line, by=user)
        self._console: Console | None = None
        if console:
            self._console = Console(commands=commands, fanout=fanout, wire_format=text)
        self._control: ControlSocket | None = None
        if control is not None:
            factory = ControlFactory(
                commands=commands,
                fanout=fanout,
                clock=reactor,
                limits=lambda: self.registry.limits,
                may=is_ours,
                text=text,
                data=JSON,
            )
            self._control = ControlSocket(reactor, control, factory, self._fail)
        if is_daemon:
            OnHangUp(reactor, self.office.reloading.reload).setServiceParent(self)
        self.window = None if metrics is None else self._window(metrics)

    def _door(self, place: str | Listen) -> Door:
        if isinstance(place, str):
            place = read_listen(place, KINDS)
        certified = self._tls.names if self._tls is not None and place.kind == ANY else ()
        return Door(
            self._reactor,
            place.endpoint,
            self._factory(place.kind),
            place.kind,
            certified=certified,
            page="" if self._web.base.origin is None else str(self._web.base),
        )

    def _factory(self, kind: str) -> Factory[Any]:
        if kind not in self._factories:
            self._factories[kind] = self._make_factory(kind)
        return self._factories[kind]

    def _make_factory(self, kind: str) -> Factory[Any]:
        if kind == ANY:
            return any_factory(self.registry, self._tls, self._web)
        return web_factory(self.registry, self._web) if kind == WEB else WIRES[kind](self.registry)

    def _ways(self) -> Iterable[Way]:
        """Name the doors that are ports; what a proxy has in front of one is not known here."""
        for door in self.doors:
            address = None if door.port is None else door.port.getHost()
            if isinstance(address, IPv4Address | IPv6Address) and not door.is_behind_proxy:
                yield Way(
                    door.kind,
                    address.host,
                    address.port,
                    is_plain=not door.is_encrypted,
                    is_encrypted=door.is_encrypted or (door.kind == ANY and self._tls is not None),
                )

    def _window(self, endpoint: str) -> Window:
        # Only here, since not everybody has what it needs.
        from twistchat.metrics.window import Window

        parts = self.parts
        return Window(
            self._reactor,
            endpoint,
            crowd=parts.registry,
            place=parts.chat,
            counts=parts.counts,
            commits=parts.engine.commits,
            wires=WIRES,
            patience=parts.registry.limits.uncommitted_age,
            nodes=parts.engine.nodes,
            trouble=lambda: parts.engine.trouble,
            fault=lambda: self._fault or self._trouble.lasting(),
            why_unready=self.why_unready,
        )

    @property
    def registry(self) -> Registry:
        """The connected clients."""
        return self.parts.registry

    def _why_away(self) -> str:
        trouble = self.parts.engine.trouble
        return f"the store is away: {trouble}" if trouble else ""

    def why_unready(self) -> str:
        """Say in a word why nobody is let in now; nothing where people are."""
        if self._is_stopping:
            return "stopping"
        if self.is_draining:
            return "draining"
        return self._trouble.lasting() if self._is_open else "starting"

    def privilegedStartService(self) -> None:
        """Listen everywhere, while there is still the right to use any port."""
        super().privilegedStartService()
        if self.window is not None:
            self.window.privilegedStartService()

    def startService(self) -> None:
        """Start the engine, then let people in."""
        super().startService()
        if self.window is not None:
            self.window.startService()
        self.parts.pipeline.start().addCallbacks(self._open, self._no_engine)
        if self._console is not None:
            open_console(self._console, self._reactor)

    def _open(self, _: object) -> None:
        self._is_open = True
        for door in self.doors:
            door.open()
        if self._control is not None:
            self._control.open()

    def _no_engine(self, failure: Failure) -> None:
        self._fault = "the engine did not start"
        log.critical("The engine did not start: {why}", why=failure.getErrorMessage())
        if self._fail is not None and not self._is_stopping:
            self._fail()

    def stopService(self) -> Deferred[None]:
        """Close the doors, say goodbye to everybody after all that was said, and end."""
        return Deferred.fromCoroutine(self._close())

    def shut_down(self, words: str) -> None:
        """Stop, and tell everybody why."""
        if self._is_stopping:
            return
        self._is_stopping = True
        self._farewell = words
        if self._stop is not None:
            self._stop()

    @property
    def is_draining(self) -> bool:
        """Whether nobody new is let in, as the operator wants it."""
        return self.registry.is_draining

    def change_limits(self, limits: Limits) -> None:
        """Let other limits hold, as far as this process has room for them."""
        self.registry.change_limits(fit(limits, self._reactor))

    async def _close(self) -> None:
        self._is_stopping = True
        self.office.closing.stop()
        await MultiService.stopService(self)
        registry = self.parts.registry
        log.info("Stopping, with {count} online", count=len(registry.people))
        registry.say_goodbye(self._farewell)
        await self.parts.engine.stop()
        self.parts.fanout.stop()
        self.parts.stop()
        try:
            await registry.wait_until_empty().addTimeout(CLOSE_TIME, self._reactor)
        except defer.TimeoutError:
            registry.abort_all()
        if self._console is not None:
            self._console.close()
        if self._control is not None and (closing := self._control.close()) is not None:
            await closing
        if self.window is not None:  # last, so that it can be asked until then
            await maybeDeferred(self.window.stopService)
