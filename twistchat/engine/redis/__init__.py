"""The engine that several nodes share: everything is kept in one Redis (or Valkey).

address.py   which Redis, as an operator writes it; and with which credentials
link.py      what is known here of the connection to it
blocking.py  one that waits for each answer, for what looks at a Redis without a reactor
"""
