"""The operator's commands, put together: one table for the console and the control socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twistchat.frontends.console.accounts import Accounts
from twistchat.frontends.console.asking import Asking
from twistchat.frontends.console.closing import Closing
from twistchat.frontends.console.command import Command as Named
from twistchat.frontends.console.command import Commands
from twistchat.frontends.console.errands import Errands
from twistchat.frontends.console.moderating import Moderating
from twistchat.frontends.console.nodes import Nodes
from twistchat.frontends.console.people import People
from twistchat.frontends.console.reloading import Reloading
from twistchat.frontends.console.rooms import Rooms
from twistchat.frontends.console.running import Running

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorTime

    from twistchat.accounts.keeping import Passwords
    from twistchat.core.chat import Chat
    from twistchat.core.commands import Command
    from twistchat.core.events import Item, Refused
    from twistchat.core.limits import Limits
    from twistchat.counts import Counts
    from twistchat.engine import Engine
    from twistchat.frontends.console.reloading import Settings
    from twistchat.frontends.console.results import Result
    from twistchat.frontends.registry import Registry
    from twistchat.wire import WireFormat


class Office(NamedTuple):
    """What the operator has to work with."""

    commands: Commands
    closing: Closing
    reloading: Reloading
    asking: Asking


def make_office(
    *,
    registry: Registry,
    chat: Chat,
    engine: Engine,
    clock: IReactorTime,
    counts: Counts,
    passwords: Passwords,
    good_password: Callable[[str, str], str | Refused],
    perform: Callable[[Command], Deferred[Sequence[Item]]],
    submit: Callable[[Sequence[Item]], None],
    wire_format: WireFormat,
    shut_down: Callable[[str], None],
    change_limits: Callable[[Limits], None],
    read: Callable[[], Settings] | None,
    begun_with: Settings | None,
) -> Office:
    """Put the operator's commands together.

    `perform` does what is asked of the chat, `submit` puts into its order what other nodes are
    asked, `wire_format` puts refusals into words. `read` reads
    what stands in files anew; the server has `begun_with` what stood there before.
    """
    errands = Errands(perform=perform, wire_format=wire_format)
    closing = Closing(clock=clock, errands=errands, shut_down=shut_down)
    reloading = Reloading(
        registry=registry, change_limits=change_limits, read=read, begun_with=begun_with
    )
    people = People(
        registry=registry, chat=chat, node=engine.node, errands=errands, closing=closing
    )
    rooms = Rooms(chat=chat, errands=errands)
    running = Running(
        registry=registry,
        chat=chat,
        engine=engine,
        closing=closing,
        counts=counts,
        change_limits=change_limits,
        began=chat.now(),
    )
    moderating = Moderating(chat=chat, engine=engine, errands=errands)
    accounts = Accounts(
        chat=chat, errands=errands, passwords=passwords, good_password=good_password
    )

    def run(line: str) -> Deferred[Result]:
        return commands.run(line)

    def find(name: str) -> Named | None:
        return commands.all.get(name)

    asking = Asking(
        node=engine.node,
        run=run,
        submit=submit,
        clock=clock,
        now=chat.now,
    )
    nodes = Nodes(
        engine=engine,
        asking=asking,
        find=find,
        run=run,
    )
    parts = (people, rooms, moderating, accounts, nodes, running, reloading, closing)
    commands = Commands(command for part in parts for command in part.commands())
    return Office(commands, closing, reloading, asking)
