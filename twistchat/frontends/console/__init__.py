"""The operator at the server's own terminal.

protocol.py   Console: what the operator types, and sees
terminal.py   StandardIO on the terminal, without getting into the log's way
"""
