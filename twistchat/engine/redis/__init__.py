"""The engine that several nodes share: everything is kept in one Redis (or Valkey).

    address.py   which Redis, as an operator writes it; and with which credentials
    link.py      what is known here of the connection to it
"""
