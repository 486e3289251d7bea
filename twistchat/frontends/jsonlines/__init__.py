"""The JSON wire: programs, bots and our own client; one object a line.

It knows what programs write and read (docs/json-protocol.md). It knows nothing of other wires,
nor of who hears what.

    protocol.py   JSONProtocol and JSONFactory: a connection at a port of its own
    dialog.py     what one program says, an object a line; a connection of people may change to it
    requests.py   what it asks for → commands
    format.py     what happened → JSON
    format_moderation.py  a part of that: what moderators do
    format_accounts.py  another: who one is
    desk.py       what is asked about accounts, with passwords
    sentences.py  a sentence for each code of an error
    codec.py      bytes → object → bytes; the client has it too
"""
