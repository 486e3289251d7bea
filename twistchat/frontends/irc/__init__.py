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
    talking.py    PRIVMSG, NOTICE, TAGMSG, AWAY
    formatting.py colours and their like, which nobody else is to read; CTCP
    rooms.py      JOIN, PART, INVITE, TOPIC
    removing.py   KICK, KILL
    modes.py      MODE of rooms
    changes.py    what a MODE line wants: +kl-t key 5
    letters.py    which rule, or which deed, each letter is
    banmasks.py   whom a mask of a ban means
    targets.py    lists with commas, and what one may know of
    happened.py   events as lines; deeds.py: those of moderators
    answers.py    answers as lines; refusals.py: why something was refused
    past.py       what was said before; history.py: CHATHISTORY, which asks for it
    labels.py     to which command an answer is, under which label, in which batch
    tags.py       times, message ids and other tags
    split.py      long text in parts
    sentences.py  what IRC has no numeric or command for, in plain English
    names.py      who is in a room: NAMES, and what one is told on joining
    who.py        WHO, also with fields that are asked for (WHOX)
    whois.py      WHOIS, USERHOST, ISON
    whowas.py     WHOWAS, and the memory of those who left
    listing.py    LIST
    monitor.py    MONITOR; whose coming and going is told whom: monitors.py
    following.py  follows who comes and goes on all wires
    server.py     questions about the server, and what is done at it alone
    help.py       HELP; what it says: manual.py
    questions.py  all of these in one table
    seeing.py     what one may see of people and rooms, and how they are marked
    wildcards.py  masks with * and ?
    filling.py    what fits into a line
    entry.py      one command of the table
    capability.py CAP: what there is to ask for
    registration.py  coming in: CAP, PASS, NICK, USER and SASL in any order
    sasl.py       AUTHENTICATE: the owners of accounts
    accounts.py   REGISTER, and OPER
    census.py     how many are here
    welcome.py    001 to 004, how many are here, the message of the day
    isupport.py   005: what clients have to know of this server
    oneself.py    how somebody presents themselves: SETNAME, their own modes
    connection.py PING and QUIT, and the last words of a connection
    table.py      all commands, by name
"""
