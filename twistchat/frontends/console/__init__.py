"""The operator at the server's own terminal.

It listens like any session, and acts through what service.py gives it.

    protocol.py   Console: what the operator types, and sees
    terminal.py   StandardIO on the terminal, without getting into the log's way
"""
