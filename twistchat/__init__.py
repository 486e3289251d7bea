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
    telling/        who hears what, each thing encoded once; how connections are written to
    wire.py         how what happened becomes bytes: the seam of a front end
    pipeline.py     hands items to the engine, and what comes back to Chat and Fanout
    session/        one connection, whatever its wire: how it comes in, what it asks and is told
    login.py        who somebody is: Twisted's cred
    accounts/       passwords: how they are kept, checked, and guessed at slowly
    limitlog.py     tells the operator that a limit bites
    deedlog.py      tells the operator what moderators did
    log.py          the log as JSON lines, for programs
    counts.py       what is counted while it runs: plain numbers
    faults.py       keeps the fault of one session from the others
    frontends/      one folder for each wire
    metrics/        the operator's numbers, for Prometheus
    client/         clients: a library, the terminal's, `send` and `tail`
    archive/        backup, export, import and check: the operator's tools
    program.py      the command line of `twistchat`: these two
    operating.py    what the operator reaches a running server by: a socket, a signal
    assembly.py     a chat put together from its parts
    service.py      settings → service tree: doors, engine, the operator's places
    tap.py          what `twistd chat` takes
    config.py       the configuration file
    given/          options as they were given, on the command line or in that file
    host/           this machine: addresses, ports, open files
    testing/        the public test kit
"""

from twistchat.core.chat import Extension
from twistchat.frontends.line.protocol import ChatFactory, ChatProtocol

__version__ = "0.1.0"

__all__ = ["ChatFactory", "ChatProtocol", "Extension", "__version__"]
