"""The engine that several nodes share: everything is kept in one Redis (or Valkey).

engine.py    the engine itself: what the rest of a node knows of all this
outbox.py    what this node has decided, on its way into the store
feed.py      what all have decided, told in one order
place.py     how far this node has told
present.py   who is here and where, as it has told
lease.py     how a node holds its place among the others, and looks after trouble
resync.py    how one knows again how all stands that was cut off, or whose store has lost something
names.py     who has which name
store.py     what is kept in Redis, and how all nodes change it
batch.py     a batch as the store takes it, and what its answer means
told.py      what the store tells, read: the feed, and how everything stands
codec.py     items as JSON, and back
shapes.py    what is asked of the store, and what it answers, as values
address.py   which Redis, as an operator writes it; and with which credentials
link.py      what is known here of the connection to it
blocking.py  one that waits for each answer, for what looks at a Redis without a reactor
scripts.py   the scripts in Lua, which lie in lua/; what keys there are says lua/common.lua
asking.py    how the store is asked, and asked again where an answer was lost
pages.py     which part of a log is asked for, and how what is answered is read
notes.py     what is kept of people: cursors, notes for a while, hashes of passwords
reading.py   what is read beside writing: history, search, private words, deeds, keys
keeping.py   how long what was said is kept: deletes what is too old, bit by bit
filling.py   how an empty chat is filled with what another one had
"""
