"""Passwords: what they have to be, how they are kept, and how often one may guess.

It knows names, ids of accounts and where somebody calls from; it knows no room, no wire and no
session, and not how many connections anybody has. A password is in no exception, no log and no
`repr` of it.

    passwords.py  what a password has to be, and when two of them are the same
    hashing.py    hashes them, in threads of their own
    keeping.py    whose password it is: the engine keeps the hashes
    attempts.py   how long whoever guessed wrong has to wait
    checkers.py   all of that for Twisted's cred, and the checkers of others behind it
    shown.py      whose password was right some time ago: it is not looked at again
    house.py      the password of the house, which is everybody's
    doors.py      what an operator says about who may come in
"""
