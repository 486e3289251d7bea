"""The engine that several nodes share: everything is kept in one Redis (or Valkey).

address.py   which Redis, as an operator writes it; and with which credentials
link.py      what is known here of the connection to it
blocking.py  one that waits for each answer, for what looks at a Redis without a reactor
scripts.py   the scripts in Lua, which lie in lua/
asking.py    how the store is asked, and asked again where an answer was lost
pages.py     which part of a log is asked for, and how what is answered is read
notes.py     what is kept of people: cursors, notes for a while, hashes of passwords
reading.py   what is read beside writing: history, search, private words, deeds, keys
keeping.py   how long what was said is kept: deletes what is too old, bit by bit
filling.py   how an empty chat is filled with what another one had
"""
