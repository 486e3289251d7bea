"""Clients: a library for programs, a terminal client for people, tools for scripts.

They speak the JSON protocol (docs/json-protocol.md) and import nothing of the server but its codec,
the cleaning of text (what a server sends is not to be trusted with a terminal), the reading of
times and the probing of dead connections. Each layer knows those above it in this list.

    base.py, deeds.py, standing.py, events.py    what happens, as values; deeds are what
                      moderators do, standing is how the connection stands
    decoding.py       what a server says → events, by a table
    errors.py         what goes wrong
    requests.py       what is asked, and what comes of it
    rooms.py          where one wants to be, and up to where one has read
    ledger.py         what was asked and is not answered, over all connections
    who.py            who one is: a name, a token, an account
    core.py           the conversation with a server, without I/O
    finding.py        which wire a server speaks
    link.py           one connection: bytes → lines → objects
    buffer.py         what waits to be taken, and how full it is
    address.py        where a server is, as people write it
    connecting.py     how connections are made, when they are of use
    timers.py         what is done later over one connection
    asking.py         a method for each request
    api.py            `Client`: all of this, on a reactor

The terminal client, `twistchat connect`:

    sentences.py      every sentence that it shows; those about moderating and about accounts
                      in files of their own
    showing.py        events and answers → lines; those about moderating in a file of their own
    manual.py         what `/help` says
    finds.py          how `/search` is read, and times
    typed.py          what each command does; moderators', and those about accounts in files of
                      their own
    prompt.py         what is asked for, a line at a time, and hidden where it is a password
    hiding.py         a terminal that does not show what is typed
    passwords.py      where a command line has its passwords from
    door.py           what is asked before one is in
    whereabouts.py    in which rooms one is, and where typing goes
    talk.py           a person's, or a pipe's, conversation over JSON
    conversation.py   the same with a server that speaks to people alone
    server.py         its connection to such a server
    keyboard.py       the side of the person: a line at a time over StandardIO
    reasons.py        why there is no connection
    main.py           `connect` on the command line, and how it is put together

`twistchat send` and `twistchat tail`:

    scripts.py        what they have in common: where, as whom, how they end
    cursor.py         one's place in each room, in a file
    output.py         standard output, however slowly it is read
    send.py           says lines
    tail.py           prints lines

`twistchat ctl`, which speaks to the control socket of a server on this machine instead:

    control.py        a connection to it, which blocks
    shell.py          lines with editing, completion and history
    ctl.py            one command, or a shell
"""

from twistchat.client.api import Client
from twistchat.client.asking import Page
from twistchat.client.errors import (
    ChatError,
    ClosedError,
    DisconnectedError,
    NotJSONError,
    RefusedError,
    UnknownError,
)

__all__ = [
    "ChatError",
    "Client",
    "ClosedError",
    "DisconnectedError",
    "NotJSONError",
    "Page",
    "RefusedError",
    "UnknownError",
]
