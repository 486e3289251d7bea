"""The ways in: one folder for each wire that a person's program speaks.

A front end turns bytes into commands for a `Session`, and gives it a `WireFormat` by which it is
written to. It knows nothing of the other front ends, of engines, nor of how Chat decides.

    place.py      the chat as a front end may look at it
    registry.py   Registry: the connected clients of all wires, what they share, goodbye on stop
    callers.py    how many connections one address may have, over all wires
    lines.py      LineInput: a connection of lines, for every wire that has such
    pulse.py      whether the program at the other end is still there
    sniff.py      one port for everybody: the first bytes say which of these is meant
    recognising.py  how they say it
    foreign.py    browsers, TLS and their like: answered in their own language, and let go
    peer.py       the ends of a connection: the other one's address, why it went, who hears it here
    line/         people on nc and telnet
    jsonlines/    programs, bots, our own client
    irc/          IRC clients
    web/          browsers: the page in which one chats, and its socket
    console/      the operator at the server's terminal
"""
