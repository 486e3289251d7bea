"""The rules of a chat: who may do what, and what then has happened.

It knows people, rooms and values. It knows no wire, no store, no clock of its own and no
Twisted: everything here runs at once and can be tried at a Python prompt.

    text.py       harmless text: what may reach somebody's terminal
    names.py      which nicknames and rooms are well formed, and when two are the same
    limits.py     the limits, each with its reason
    model.py      User, Room
    commands.py   what may be asked (imperatives)
    events.py     what happened, what is answered (past participles)
    chat.py       Chat: decides
"""
