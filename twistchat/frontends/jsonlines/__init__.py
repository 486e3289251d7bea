"""The JSON wire: programs, bots and our own client; one object a line.

It knows what programs write and read (docs/json-protocol.md). It knows nothing of other wires,
nor of who hears what.

    codec.py      bytes → object → bytes; the client has it too
"""
