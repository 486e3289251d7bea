"""What an operator does with a chat from outside: back it up, take it out, put it in, look.

Each is one command that runs once, beside a server or without one, and may wait: there is no
Twisted here. It knows how the SQLite engine keeps its file and the Redis engine its keys, and
nothing of who is connected.

    commands.py    the command line: `backup`, `export`, `import`, `db check`
    database.py    a database that is opened to be read, or why it cannot be
    files.py       new files: seen by nobody before they are whole
    backup.py      a copy, beside a running server
    selection.py   which logs and events an export takes, read in pages
    shared.py      the same of a chat in a Redis
    export.py      an export, in one of the formats
    records.py     the format `json`: both how it is written and how it is read
    fields.py      the fields of a line of it, checked
    belongings.py  what a chat has besides what was said: secrets, and notes of people
    transcript.py  the format `text`: as people read it in the chat
    page.py        the format `html`: one page for a browser
    importing.py   an export in `json`, read and checked
    into_database.py  where it is put: into a database
    into_redis.py  or into a Redis that has no chat yet
    check.py       what is wrong with a database
    deeds.py       whether in it holds what should, and whether an account is given of all of it
    shape.py       whether its tables are there, and in each column what belongs there
    terminal.py    what an operator is told: sentences, sizes, times
"""

from __future__ import annotations


class ArchiveError(Exception):
    """That was not done; the message is a sentence for the operator."""
