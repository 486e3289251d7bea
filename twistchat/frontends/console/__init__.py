"""The operator: at the server's own terminal, and over the control socket.

It listens like any session, and acts through what service.py gives it. There is one table of
commands for both places. A command answers with a value, which is written for people or for
programs by whoever has asked.

    command.py    Command, and Commands: the table
    results.py    what comes of a command, as values
    ear.py        how an operator hears what a room is told
    errands.py    what the operator does in the chat
    people.py     the commands about people
    rooms.py      the commands about rooms
    moderating.py the commands about who may be here and may speak, and the account of it
    accounts.py   the commands about accounts
    running.py    the commands about the server: stats, limit, drain
    reloading.py  the commands about files: reload, motd
    closing.py    shutdown, now or in a while
    nodes.py      the commands about nodes, where several processes share the chat
    asking.py     what is asked of other nodes, and what they answer
    office.py     all of these, put together
    protocol.py   Console: what the operator types at the terminal, and sees
    terminal.py   StandardIO on the terminal, without getting into the log's way
    control.py    Control: the same for programs, over a socket
"""
