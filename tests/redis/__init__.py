"""The Redis engine, on Redis servers of the tests' own.

server.py     a Redis of one's own, that can be killed and stopped
clocklink.py  a link to it on a Clock, that loses answers when it is told to
"""
