"""What one IRC client says, a line at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.words.protocols.irc import (
    ERR_NEEDMOREPARAMS,
    ERR_NOTREGISTERED,
    ERR_UNKNOWNCOMMAND,
)

from twistchat.core.codes import Cause
from twistchat.core.events import Written
from twistchat.frontends.irc import labels
from twistchat.frontends.irc.caps import Cap
from twistchat.frontends.irc.connection import closing
from twistchat.frontends.irc.filling import cut
from twistchat.frontends.irc.message import (
    CLIENT_TAGS,
    LONGEST,
    encode,
    escape,
    parse,
    word,
    write,
)
from twistchat.frontends.irc.numerics import ERR_INPUTTOOLONG
from twistchat.frontends.irc.registration import Registration
from twistchat.frontends.irc.sasl import Sasl
from twistchat.frontends.irc.table import COMMANDS
from twistchat.frontends.lines import COMMAND
from twistchat.frontends.pulse import Pulse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.core.commands import Command
    from twistchat.engine import Label
    from twistchat.frontends.irc.about import About
    from twistchat.frontends.irc.message import Message
    from twistchat.frontends.lines import LineInput
    from twistchat.session import Session

BESIDE = ("AUTHENTICATE", "CAP", "PONG")
"""What may be said before one is who one is about to be."""

LABEL = 64
"""Characters of a label; one that is longer is none (ircv3.net, labeled-response)."""

UNREGISTERED = "*"
"""Instead of the nickname of somebody who has none."""


class IRCDialog:
    """See `twistchat.frontends.lines.Dialog`: reads lines, and does them by the table of commands.

    Commands get this object as the one who asks: `does` hands something on to the chat; `tell`,
    `reply` and `fail` answer. All that one line is answered with between two of those is put into
    the order as one piece, under its label if it has one (ircv3.net, labeled-response). A command
    that may ask several things of the chat says so first, with `several`.
    """

    def __init__(self, session: Session, source: LineInput, about: About) -> None:
        self.session = session
        self.about = about
        self.source = source
        self.caps = Cap.NONE
        """What the client has asked for."""
        self.cap_version = 0
        """How new a negotiation of capabilities it knows; 0: the first."""
        self.longest = CLIENT_TAGS + LONGEST - 2
        self.registration = Registration(self)
        self.sasl = Sasl(self)
        registry = about.registry
        self._pulse = Pulse(
            source,
            clock=registry.clock,
            limits=registry.limits,
            ask=lambda: session.put(encode([f"PING :{about.server}"])),
            give_up=lambda: session.drop(Cause.TIMED_OUT),
        )
        self._message: Message | None = None
        """The line that is being answered."""
        self._lines: list[str] = []
        self._is_handed_on = False
        """Whether the chat answers it, under its label."""
        self._batches = 0
        self._batch = ""
        """The batch that holds all that the line is answered with, if there is to be one."""
        session.echo = False
        # It is given no token: nobody types one into an IRC client.
        session.wire, session.format = "irc", about.format(self.caps)

    # ------------------------------------------------------------ lines

    def hears(self, line: bytes) -> int:
        """Do what a line asks for."""
        line = line.removesuffix(b"\r")
        if is_too_long(line):
            self.hears_too_much(line)
            return 1
        try:
            message, is_utf8 = parse(line), True
        except UnicodeDecodeError:
            message, is_utf8 = parse(line.decode(errors="replace").encode()), False
        if message is None:
            return 0
        if self.sasl.is_becoming and message.command not in BESIDE:
            self.sasl.become()  # first: what is asked for now is asked by the owner of an account
            self.session.when_free(lambda: self._hears(message, line, is_utf8=is_utf8))
        else:
            self._hears(message, line, is_utf8=is_utf8)
        return 1 if message.command in ("PRIVMSG", "NOTICE", "TAGMSG", "PING", "PONG") else COMMAND

    def _hears(self, message: Message, line: bytes, *, is_utf8: bool) -> None:
        entry = COMMANDS.get(message.command)
        self._message, self._is_handed_on = message, False
        is_at_door = self.session.user is None
        if not is_utf8:
            words = "This server speaks UTF-8: your line was not read"
            self.tell(self.about.server, "FAIL", word(message.command), "INVALID_UTF8", words)
        elif is_at_door and (entry is None or not entry.at_door):
            if entry is None and self.source.is_foreign(self.session, line):
                return
            self.reply(ERR_NOTREGISTERED, "You have not come in yet: send NICK and USER")
        elif entry is None:
            self.reply(ERR_UNKNOWNCOMMAND, word(message.command), "There is no such command here")
        elif len(message.params) < entry.fewest:
            self.reply(ERR_NEEDMOREPARAMS, message.command, "That needs more than you said")
        else:
            entry.do(self, message)
        self._answer()

    def hears_too_much(self, line: bytes) -> None:
        """Refuse a line that is too long."""
        if self.session.user is None and self.source.is_foreign(self.session, line):
            return
        self.reply(ERR_INPUTTOOLONG, f"A line has {LONGEST} bytes at most: yours was not read")
        self._answer()
        self.session.bitten_by("line")

    def ends(self) -> None:
        """Nothing more is heard."""
        self._pulse.stop()
        self.sasl.ends()
        self.about.monitors.forget(self)

    # ------------------------------------------------------------ what commands ask of it

    @property
    def nick(self) -> str:
        """The nickname, as it stands in replies."""
        return self.session.name or UNREGISTERED

    @property
    def label(self) -> str:
        """The label of the line, as it is written in a tag; empty if it has none."""
        if self._message is None or Cap.LABELED_RESPONSE not in self.caps:
            return ""
        label = self._message.label
        return escape(label) if label.isprintable() and len(label) <= LABEL else ""

    def several(self) -> None:
        """Let all that the line is answered with, by the chat too, be in one batch if it may be.

        Called before anything is asked or answered.
        """
        if self.label and Cap.BATCH in self.caps:
            self._batches += 1
            self._batch = f"r{self._batches}"
            begun = labels.begun(
                self.about.server, self._batch, "labeled-response", tags=f"label={self.label}"
            )
            self._put([begun])

    def context(self, about: str = "") -> Label:
        """Name the request, so that what it is answered with is written as an answer to it.

        `about` is what it is about, where an answer could not tell.
        """
        assert self._message is not None
        self._is_handed_on = True
        label = "" if self._batch else self.label
        return labels.Asked(self._message.command, label, self._batch, about).as_label()

    def does(self, command: Command, about: str = "") -> None:
        """Ask it of the chat, which answers in its place: behind what was answered before."""
        self._flush()
        self.session.receive(command, self.context(about))

    def tell(self, source: str, command: str, *params: str) -> None:
        """Say a line to this client; what is too long of it is cut off at its end."""
        self._lines.append(cut(write(source, command, *params), LONGEST - 2))

    def tell_all(self, lines: Sequence[str]) -> None:
        """Say lines that are written already."""
        self._lines.extend(lines)

    def reply(self, numeric: str, *params: str) -> None:
        """Answer with a numeric, whose first parameter is the nickname."""
        self.tell(self.about.server, numeric, self.nick, *params)

    def fail(self, command: str, code: str, *params: str, kind: str = "FAIL") -> None:
        """Tell what went wrong (ircv3.net, standard-replies): `FAIL`, `WARN` or `NOTE`."""
        if Cap.STANDARD_REPLIES in self.caps:
            self._lines.append(write(self.about.server, kind, command, code, *params))
        else:
            self._lines.append(write(self.about.server, "NOTICE", self.nick, params[-1]))

    def postpone(self) -> Callable[[Callable[[], None]], None]:
        """Answer the line when more is known: what is returned is then called with who does it."""
        self._flush()
        message, self._is_handed_on = self._message, True

        def answer(tell: Callable[[], None]) -> None:
            before = self._message, self._is_handed_on
            self._message, self._is_handed_on = message, False
            tell()
            self._answer()
            self._message, self._is_handed_on = before

        return answer

    def change_caps(self, caps: Cap) -> None:
        """Be written to as a client with these capabilities, from behind this answer on."""
        session = self.session

        def change(_: None = None) -> None:
            self.caps = caps
            session.echo = Cap.ECHO_MESSAGE in caps
            session.format = self.about.format(caps)

        if caps == self.caps:
            return
        if not session.is_in:
            change()
            return
        self._answer()
        session.hold()
        session.settle().addCallback(change).addBoth(lambda _: session.release())

    def turn_away(self, words: str) -> None:
        """Let a client go that has not come in, with these words as the last."""
        lines, self._lines = self._lines, []
        self.session.turn_away(encode([*lines, closing(words)]))

    # ------------------------------------------------------------ inside

    def _answer(self) -> None:
        """Put what is left of what the line is answered with into the order."""
        if self.label and not (self._is_handed_on or self._batch):
            asked = labels.Asked(label=self.label)
            self._lines = labels.answered(self._lines, asked, self.about.server)
        self._flush()
        if self._batch:
            self._put([labels.ended(self.about.server, self._batch)])
        self._message, self._batch = None, ""

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        if self._batch:
            lines = labels.in_batch(lines, self._batch)
        if lines:
            self._put(lines)

    def _put(self, lines: list[str]) -> None:
        """Put lines into the order, behind all that was asked of the chat before."""
        written = Written(encode(lines))
        self.session.when_free(lambda: self.session.answer(written))


def is_too_long(line: bytes) -> bool:
    """Whether a line, without its end, is longer than any may be: its tags, or the rest."""
    if not line.startswith(b"@"):
        return len(line) > LONGEST - 2
    tags = line.find(b" ") + 1 or len(line)
    return tags > CLIENT_TAGS or len(line) - tags > LONGEST - 2
