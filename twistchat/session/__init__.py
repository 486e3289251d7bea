"""One connection, whatever its wire: from the door to its last words.

It knows Chat, the pipeline and Fanout, and is the only holder of Deferreds on the way of a line.
It knows no wire: commands come in, values go out, and a `WireFormat` makes bytes of them.

    session.py    Session: what it asks, and what it is told
    state.py      how far it has come
    entrance.py   how it comes in: with a name, or with a token as who one was
    coming.py     with what: a name, rooms, how one presents oneself
    desk.py       where passwords are shown: to come in, to register
    performing.py what it asks for, done
    departure.py  how it leaves the chat, or only this connection
    putting_out.py  connections of those whom somebody put out
    telling.py    what it alone is told in a turn
    inbox.py      what was said privately to people with accounts
    markers.py    up to where people with accounts have read
    reunion.py    what follows for it from what other nodes decide
    operating.py  what an operator does who has no session
    wayback.py    how its person may come back
    tokens.py     what they come back with
    bookmarks.py  where people on nc stopped reading
    replay.py     past lines of a room, read for it
    gate.py       whether its input is taken in
    throttle.py   how fast it is read
    deadline.py   by when it has to have a name
    ignoring.py   whom it wants to hear nothing of
"""

from twistchat.session.session import Session
from twistchat.session.state import State

__all__ = ["Session", "State"]
