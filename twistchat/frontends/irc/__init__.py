"""The IRC wire: WeeChat, irssi, HexChat and their like (docs/irc.md).

It knows what IRC clients write and read, as modern.ircd.docs.horse and ircv3.net describe it. It
knows nothing of other wires, nor of who hears what.

    protocol.py   IRCProtocol and IRCFactory; a connection of people may change to it
    dialog.py     what one client says, a line at a time: read, looked up in the table, done
    message.py    bytes → Message, and a line of IRC from its parts
    numerics.py   numbers of replies that Twisted does not name
    caps.py       what a client may ask for, and which of it changes what it reads
    about.py      this server as IRC knows it, for all its clients
    masks.py      nick!user@host, where hosts are cloaked
    format.py     IRCFormat: what happened → IRC, once for each set of capabilities
    entry.py      one command of the table
    table.py      all commands, by name
"""
