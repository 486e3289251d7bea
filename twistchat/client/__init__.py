"""The terminal client: StandardIO on one side, a TCP connection on the other.

It speaks the plain line wire, like a person on nc, and imports nothing of the server but the
cleaning of text: what a server sends is not to be trusted with a terminal either.

    main.py           `connect` on the command line, and how both sides are put together
    conversation.py   what goes from one side to the other, and when it is over
    server.py         the side of the server: a line at a time over TCP
    keyboard.py       the side of the person, or of a pipe: a line at a time over StandardIO
"""
