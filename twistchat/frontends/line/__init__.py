"""The line wire: people on nc and telnet, a line at a time.

It knows what people type and read. It knows nothing of other wires, nor of who hears what.

    protocol.py   ChatProtocol and ChatFactory: one line at a time, from and to a session
    telnet.py     what telnet mixes into the text, taken out
    dialect.py    what somebody typed → what they ask for
    commands.py   the commands, as data: /help is made of them
    format.py     what happened → bytes
    sentences.py  every sentence of this wire, in one place
"""
