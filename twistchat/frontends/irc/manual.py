"""What `HELP` says of each command."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Page(NamedTuple):
    """What is said of one command."""

    usage: str
    """What stands behind its name: <what one fills in>, [what may lack]."""
    words: tuple[str, ...]


def _page(usage: str, *words: str) -> Page:
    return Page(usage, words)


_AT_THE_SERVER = "Operators are told how it is done on the server's machine."
_ONE_SERVER = "There is one server only, so it has little to tell."

PAGES: Mapping[str, Page] = {
    # ---------------------------------------------------------------- talking
    "AWAY": _page(
        "[<why>]", "Be away: whoever writes to you is told why. Without words you are back."
    ),
    "CHATHISTORY": _page(
        "<LATEST|BEFORE|AFTER|AROUND|BETWEEN|TARGETS> <where> <from> [<to>] <count>",
        "Read what was said before, in a room or with one person.",
        "For clients that have asked for draft/chathistory; others are told the last lines",
        "when they come into a room.",
    ),
    "NOTICE": _page("<room or nickname>{,<more>} <words>", "Say something that nobody answers."),
    "PRIVMSG": _page(
        "<room or nickname>{,<more>} <words>",
        "Say something in a room, or to one person only.",
        "People on other wires read it too; formatting is taken out of it.",
    ),
    "TAGMSG": _page(
        "<room or nickname>{,<more>}",
        "Let your client tell other clients something, in tags: that you are typing, for example.",
    ),
    # ---------------------------------------------------------------- rooms
    "INVITE": _page(
        "[<nickname> <room>]",
        "Invite somebody to a room that you are in. Without parameters: where you are invited.",
    ),
    "JOIN": _page(
        "<room>{,<more>} [<key>{,<more>}]",
        "Come into a room, which is made if there is none. JOIN #lobby is where most people are.",
        "JOIN 0 leaves all rooms.",
    ),
    "KICK": _page(
        "<room> <nickname>{,<more>} [<why>]", "Put somebody out of a room. They may come back."
    ),
    "LIST": _page(
        "[<condition>{,<more>}]",
        "Which rooms there are, the fullest first.",
        "A condition is a mask (*tea*), a mask that is not to fit (!*test*), >10 or <10 people,",
        "C>60 or C<60 (made more or less than 60 minutes ago), T>60 or T<60 (so with the topic).",
    ),
    "MODE": _page(
        "<room or nickname> [<modes> [<parameters>]]",
        "How a room is used, and who does what in it.",
        "+o and +v name who moderates a room, and who may speak in it; +b +e +I +q are lists of",
        "masks: of who is kept out, of whom no ban concerns, who comes in uninvited, who is mute.",
        "+k needs a key, +l lets in so many, +i who was invited, +m lets few speak, +n only those",
        "who are in it, +s hides the room, +t keeps its topic. A letter alone shows its list.",
        "You: +i hides you, +B says that you are a bot.",
    ),
    "NAMES": _page("[<room>{,<more>}]", "Who is in a room."),
    "PART": _page("<room>{,<more>} [<words>]", "Leave a room."),
    "TOPIC": _page("<room> [<topic>]", "Ask what a room is about, or say it."),
    # ---------------------------------------------------------------- people
    "ISON": _page("<nickname> [<more>]", "Which of these are here."),
    "MONITOR": _page(
        "<+|-|C|L|S> [<nickname>{,<more>}]",
        "Be told when somebody comes or goes, on whatever wire.",
        "+ and - add to your list and take from it, C empties it, L shows it, S tells who is here.",
    ),
    "USERHOST": _page("<nickname> [<more>]", "Who these are, in short."),
    "WHO": _page(
        "<room, nickname or mask> [[o]%<fields>[,<token>]]",
        "Who is in a room, or is like a mask. With o: operators only.",
        "Fields are letters of tcuihsnfdlaor (WHOX).",
    ),
    "WHOIS": _page("[<server>] <nickname>{,<more>}", "Who somebody is, and in which rooms."),
    "WHOWAS": _page("<nickname>{,<more>} [<count>]", "Who had that name until lately."),
    # ---------------------------------------------------------------- oneself
    "AUTHENTICATE": _page(
        "<PLAIN, * or a part of the answer>",
        "Log in to your account (SASL). Let your client do it: it asks for your name and password.",
    ),
    "CAP": _page(
        "<LS|LIST|REQ|END> [<capabilities>]", "What your client may ask for. Clients do that."
    ),
    "NICK": _page(
        "<nickname>", "Take a name. Those that belong to accounts are for their owners only."
    ),
    "OPER": _page(
        "<account> <password>", "Be an operator while you are here, by the account of one."
    ),
    "PASS": _page(
        "<password>",
        "The password of the house, or of the account whose name you take. Sent first.",
    ),
    "PING": _page("<token>", "Is the server there? It answers PONG, behind all you asked before."),
    "ERROR": _page("[<words>]", "What clients say of errors is not read."),
    "PONG": _page("[<token>]", "Yes, my client is there."),
    "QUIT": _page("[<words>]", "Leave the chat."),
    "REGISTER": _page(
        "<account or *> <email or *> <password>",
        "Make your nickname yours for good. No email is needed.",
    ),
    "SETNAME": _page("<real name>", "Change what WHOIS tells of who you are."),
    "VERIFY": _page(
        "<account> <code>", "Nothing has to be verified: REGISTER is all that it takes."
    ),
    "USER": _page(
        "<user name> <0> <*> <real name>", "Say who you are. Clients do that on connecting."
    ),
    # ---------------------------------------------------------------- the server
    "ADMIN": _page("[<server>]", "Who runs the server."),
    "HELP": _page("[<command>]", "This list, or what one command does."),
    "HELPOP": _page("[<command>]", "The same as HELP."),
    "INFO": _page("[<server>]", "What this server is."),
    "LINKS": _page("", _ONE_SERVER),
    "LUSERS": _page("", "How many are here."),
    "MAP": _page("", _ONE_SERVER),
    "MOTD": _page("", "The message of the day."),
    "SERVLIST": _page("", "There are no services: accounts need none."),
    "STATS": _page("[<letter>]", "STATS u tells since when the server is up."),
    "SUMMON": _page("", "Nobody can be summoned."),
    "TIME": _page("[<server>]", "What time it is at the server."),
    "TRACE": _page("", _ONE_SERVER),
    "USERS": _page("", "WHO lists who is here."),
    "VERSION": _page("[<server>]", "Which version this is, and what it can do."),
    # ---------------------------------------------------------------- operators
    "CONNECT": _page("", _AT_THE_SERVER),
    "DIE": _page("", _AT_THE_SERVER),
    "KILL": _page("<nickname> [<why>]", "Put somebody out of the chat. For operators."),
    "REHASH": _page("", _AT_THE_SERVER),
    "RESTART": _page("", _AT_THE_SERVER),
    "SQUIT": _page("", _AT_THE_SERVER),
}
"""By the name of the command. A command of the table that is not here has no page."""
