"""What one IRC client says, a line at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.events import Written
from twistchat.engine import Label
from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.filling import cut
from twistchat.frontends.irc.message import CLIENT_TAGS, LONGEST, encode, escape, parse, write
from twistchat.frontends.irc.numerics import ERR_INPUTTOOLONG
from twistchat.frontends.irc.registration import Registration
from twistchat.frontends.irc.table import COMMANDS
from twistchat.frontends.lines import COMMAND

if TYPE_CHECKING:
    from twistchat.core.commands import Command
    from twistchat.frontends.irc.about import About
    from twistchat.frontends.irc.message import Message
    from twistchat.frontends.lines import LineInput
    from twistchat.session import Session

UNREGISTERED = "*"
"""Instead of the nickname of somebody who has none."""


class IRCDialog:
    """See `twistchat.frontends.lines.Dialog`: reads lines, and does them by the table of commands.

    Commands get this object as the one who asks: `does` hands something on to the chat; `tell`,
    `reply` and `fail` answer. All that one line is answered with is put into the order as one
    piece, under its label if it has one (ircv3.net, labeled-response).
    """

    def __init__(self, session: Session, source: LineInput, about: About) -> None:
        self.session = session
        self.about = about
        self.source = source
        self.caps = Cap.NONE
        """What the client has asked for."""
        self.longest = CLIENT_TAGS + LONGEST - 2
        self.registration = Registration(self)
        self._message: Message | None = None
        """The line that is being answered."""
        self._lines: list[str] = []
        self._is_handed_on = False
        """Whether the chat answers it, under its label."""
        self._batches = 0
        session.echo = False
        # It is given no token: nobody types one into an IRC client.
        session.wire, session.format = "irc", about.format(self.caps)

    # ------------------------------------------------------------ lines

    def hears(self, line: bytes) -> int:
        """Do what a line asks for."""
        line = line.removesuffix(b"\r")
        try:
            message = parse(line)
        except UnicodeDecodeError:
            self.fail("*", "INVALID_UTF8", "Your line is no UTF-8, and was not read.")
            self._answer()
            return 1
        if message is None:
            return 0
        entry = COMMANDS.get(message.command)
        self._message, self._is_handed_on = message, False
        if entry is None:
            if self.session.user is None:
                self.reply("451", "You have not registered")
            else:
                self.reply("421", message.command[:40], "Unknown command")
        elif self.session.user is None and not entry.at_door:
            self.reply("451", "You have not registered")
        elif len(message.params) < entry.fewest:
            self.reply("461", message.command, "Not enough parameters")
        else:
            entry.do(self, message)
        self._answer()
        return 1 if message.command in ("PRIVMSG", "NOTICE", "TAGMSG", "PING", "PONG") else COMMAND

    def hears_too_much(self, line: bytes) -> None:
        """Refuse a line that is too long."""
        self.reply(ERR_INPUTTOOLONG, "Your line is too long, and was not read")
        self._answer()
        self.session.bitten_by("line")

    def ends(self) -> None:
        """Nothing more is heard."""
        self.about.monitors.forget(self)
        self.registration.ends()

    # ------------------------------------------------------------ what commands ask of it

    @property
    def nick(self) -> str:
        """The nickname, as it stands in replies."""
        return self.session.name or self.registration.nick or UNREGISTERED

    @property
    def label(self) -> str:
        """The label of the line, as it is written in a tag; empty if it has none."""
        if self._message is None or Cap.LABELED_RESPONSE not in self.caps:
            return ""
        return escape(self._message.label)

    @property
    def context(self) -> Label:
        """Name the request, so that its answer is written as an answer to that command.

        The command, and behind a blank the label of the line, if it has one.
        """
        assert self._message is not None
        self._is_handed_on = True
        return Label(f"{self._message.command} {self.label}".rstrip())

    def does(self, command: Command) -> None:
        """Ask it of the chat, which answers in its place."""
        self.session.receive(command, self.context)

    def tell(self, source: str, command: str, *params: str) -> None:
        """Say a line to this client; what is too long of it is cut off at its end."""
        self._lines.append(cut(write(source, command, *params), LONGEST - 2))

    def reply(self, numeric: str, *params: str) -> None:
        """Answer with a numeric, whose first parameter is the nickname."""
        self.tell(self.about.server, numeric, self.nick, *params)

    def fail(self, command: str, code: str, *params: str, kind: str = "FAIL") -> None:
        """Tell what went wrong (ircv3.net, standard-replies): `FAIL`, `WARN` or `NOTE`."""
        if Cap.STANDARD_REPLIES in self.caps:
            self._lines.append(write(self.about.server, kind, command, code, *params))
        else:
            self._lines.append(write(self.about.server, "NOTICE", self.nick, params[-1]))

    def change_caps(self, caps: Cap) -> None:
        """Be written to as a client with these capabilities from now on."""
        self.caps = caps
        self.session.echo = Cap.ECHO_MESSAGE in caps
        self.session.format = self.about.format(caps)

    # ------------------------------------------------------------ inside

    def _answer(self) -> None:
        """Put what the line is answered with into the order."""
        lines, self._lines = self._lines, []
        label, self._message = self.label, None
        if label and not self._is_handed_on:
            lines = self._labelled(lines, label)
        if lines:
            self.session.answer(Written(encode(lines)))

    def _labelled(self, lines: list[str], label: str) -> list[str]:
        server = self.about.server
        if not lines:
            return [f"@label={label} :{server} ACK"]
        if len(lines) == 1:
            return [_tagged(lines[0], f"label={label}")]
        self._batches += 1
        name = f"r{self._batches}"
        inside = [_tagged(line, f"batch={name}") for line in lines]
        begin = f"@label={label} :{server} BATCH +{name} labeled-response"
        return [begin, *inside, f":{server} BATCH -{name}"]


def _tagged(line: str, tag: str) -> str:
    return f"@{tag};{line[1:]}" if line.startswith("@") else f"@{tag} {line}"
