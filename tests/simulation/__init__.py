"""Random schedules of a whole chat, each given by its seed, against a model of one page.

A schedule is a list of steps: people come, talk, rename and are lost, time goes by, the engine is
slow, fails or hangs, the server stops or is killed and starts again. One person, the witness, is
in every room for as long as the server runs. What the witness sees is the one order, from which
follows what each of the others must have seen, and what the engine must have kept. Nothing is
known here of how the server does it, but for the faults that are made in its engine.

Schedules of an engine's name with `+json` have people too who speak JSON. They live longer than
the server: they give back where they have read to, and send again what was not acknowledged.
Those with `+irc` have IRC clients, who moderate rooms of their own. What these hear is compared
with what the engine has handed on, and who they think is where with how it is.

    lines.py      what a line on a terminal means
    model.py      the model: the one order, and the log of a room
    checker.py    what people saw and what was kept, against the model
    watched.py    what an engine hands on, and whether that is kept already
    people.py     somebody who types: in packets that are split anywhere
    programs.py   somebody who speaks JSON: over many connections, with a token, places and keys
    company.py    what those do: they are cut off anywhere, and come back
    records.py    what those were told, against the model and what was kept
    irclines.py   a line of IRC: whether it is one, and what it means
    client.py     an IRC client: what it sends, and what it keeps of what it is told
    club.py       what those do: they talk, moderate, ask, and send what no client should
    heard.py      what those heard, against what the engine has handed on
    houses.py     a server that can be started again, on each engine, and its faults
    disk.py       the same on a disk: a database that is locked, moved, full or in doubt
    schedule.py   schedules, and the shortest of those that fail
    play.py       plays one, step by step
    running.py    plays the schedule of a seed
    broken.py     servers that are broken on purpose, which it must find
    __main__.py   `python -m tests.simulation`: one seed, or many
"""
