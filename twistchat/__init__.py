"""A chat that anyone can join with whatever they have.

The one way of a line (docs/tour.md follows it):

    bytes ─ Protocol ─ line ─ dialect ─▶ Command ─ Session ─▶ Chat            decides
                                                               │ items
                                                               ▼
                                             Pipeline ─▶    Engine            commits, in one order
                                                               │ items, committed
                                                               ├─▶ Chat.apply
                                                               ▼
    bytes ◀─ Outlet ◀─ WireFormat ◀──────────────────────── Fanout            tells

And the house:

    core/           the rules: people, rooms, names; no bytes, no waiting, no Twisted
    engine/         commits everything in one order, and remembers
    wire.py         how what happened becomes bytes: the seam of a front end
    pipeline.py     hands items to the engine, and what comes back to Chat and Fanout
    fanout.py       who hears what, each thing encoded once
    outlet.py       how one connection is written to, bounded
    login.py        who somebody is: Twisted's cred
    session.py      one connection, whatever its wire
    frontends/      one folder for each wire
    client/         the terminal client
    service.py      settings → service tree: the one place where concrete classes meet
    tap.py          what `twistd chat` takes
    config.py       the configuration file
    endpoints.py    where to listen, and for which wire
    descriptors.py  room for so many connections
    probe.py        tries a port while an error can still be told in the terminal
    addresses.py    the addresses of this machine, to say where to join
    faults.py       keeps the fault of one session from the others
    keepalive.py    lets the kernel notice a peer that died
    testing.py      the public test kit
"""

from twistchat.core.chat import Extension
from twistchat.frontends.line.protocol import ChatFactory, ChatProtocol

__version__ = "0.1.0"

__all__ = ["ChatFactory", "ChatProtocol", "Extension", "__version__"]
