"""Tells: who hears what, in which order, and how each connection is written to.

It knows listeners, rooms and formats by what `wire.py` says of them. It knows no rules, no
engine and no front end.

    fanout.py   Fanout: the told state, and each turn told to all at once
    turn.py     what one turn has brought, and each thing of it encoded once
    crowds.py   many who come and go in one line, where many read it
    ignores.py  who wants to hear nothing of whom
    outlet.py   Outlet: all that one connection is sent, in order and bounded
"""
