"""Whatever a client says at the door, in whatever order and pieces: it comes in when it should."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.irc.kit import IRC, PATIENT, read_line
from tests.irc.owners import SECRET, WRONG, plain
from twistchat.core.limits import NONE
from twistchat.testing import LINE, SlowEngine, World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.irc.kit import Client

LIMITS = replace(PATIENT, rate=NONE, password_tries=NONE, password_tries_together=NONE)

SAID = st.sampled_from(
    [
        "NICK ann", "NICK bob", "NICK zoe", "NICK *", "NICK :", "USER u 0 * :me",
        f"PASS :{SECRET}", f"PASS :ann:{SECRET}", f"PASS :{WRONG}", f"PASS :ann:{WRONG}", "PASS x",
        "CAP LS", "CAP LS 302", "CAP REQ :batch sasl", "CAP REQ :nothing", "CAP LIST", "CAP FOO",
        "CAP END", "CAP END", "AUTHENTICATE PLAIN", "AUTHENTICATE *", "AUTHENTICATE +",
        f"AUTHENTICATE {plain('ann')}", f"AUTHENTICATE {plain('ann', WRONG)}", "AUTHENTICATE FOO",
        "login", "PING x", "JOIN #tea", "", "PONG", "REGISTER * * secret", "MODE ann +i",
    ]
)  # fmt: skip
"""`login` is a whole exchange."""

PASSES = (f"PASS :{SECRET}", f"PASS :ann:{SECRET}", f"PASS :{WRONG}", f"PASS :ann:{WRONG}")


@st.composite
def registrations(draw: st.DrawFn) -> list[str]:
    """What a client says that comes in, or nearly so: in any order, and with more among it."""
    nick = draw(st.sampled_from(["ann", "bob", "zoe"]))
    said = [f"NICK {nick}", "USER u 0 * :me", *draw(st.lists(SAID, max_size=5))]
    said += draw(st.sampled_from([(), ("login",), *((each,) for each in PASSES)]))
    said = draw(st.permutations(said))
    is_negotiating = draw(st.booleans())
    return ["CAP LS 302", *said, "CAP END"] if is_negotiating else list(said)


GARBAGE = st.one_of(
    st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"")),
    st.sampled_from([
        b"@" + b"x" * 5_000, b"AUTHENTICATE " + b"A" * 400, b"CAP REQ :" + b"x " * 240,
        b"USER \xff 0 * :x", "NICK \u3000".encode(), b"NICK \0", b"USER :\xed\xa0\x80 0 * :\r",
        b"CAP", b"CAP LS " + b"9" * 400, b"PASS " + b":" * 300, b"PASS :\xff", b"x " * 250,
        b"AUTHENTICATE " + b"=" * 399, b"QUIT", b"ERROR", b"@label=1 CAP LIST", b":a :b",
    ]),
)  # fmt: skip


def lines_of(said: str) -> list[str]:
    """What is sent for it."""
    if said == "login":
        return ["AUTHENTICATE *", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('ann')}"]
    return [said]


class Model:
    """What follows from what is said, as the documents have it."""

    def __init__(self) -> None:
        self.name: str | None = None
        """Under which name it is in."""
        self.is_closed = False
        self._nick = self._password = ""
        self._is_user = self._is_negotiating = self._is_begun = self._is_owner = False

    def hears(self, line: str) -> None:
        if self.name is not None or self.is_closed:
            return
        command, _, rest = line.partition(" ")
        match command, rest.removeprefix(":"):
            case "NICK", nick:
                self._nick = nick if nick.isalpha() else "" if nick else self._nick
            case "USER", _:
                self._is_user = True
            case "PASS", password:
                self._password = password
            case "CAP", "END":
                self._is_negotiating = False
            case "CAP", subcommand if subcommand.startswith(("LS", "REQ")):
                self._is_negotiating = True
            case "AUTHENTICATE", said:
                self._authenticates(said)
        if command in ("NICK", "USER", "CAP"):
            self._goes_on()

    def _authenticates(self, said: str) -> None:
        if said == "*":
            self._is_begun = False
        elif self._is_begun:
            self._is_begun = False
            self._is_owner |= said == plain("ann")
        else:
            self._is_begun = said == "PLAIN"

    def _goes_on(self) -> None:
        if not self._nick or not self._is_user or self._is_negotiating:
            return
        self._is_begun = False
        name, colon, rest = self._password.partition(":")
        if not self._is_owner and (colon or (self._password and self._nick == "ann")):
            self.is_closed = (rest if colon and name == "ann" else self._password) != SECRET
            self._is_owner = not self.is_closed
        if self.is_closed:
            pass
        elif self._is_owner:
            self.name = "ann"
        elif self._nick == "zoe":
            self.name = "zoe"
        else:
            self._nick = ""


class AnyhowTests(SynchronousTestCase):
    def world(self, *, is_slow: bool) -> World:
        """A chat in which Ann has an account, and Bob is here."""
        world = World(SlowEngine if is_slow else None, limits=LIMITS)
        (ann,) = world.people("ann", front_end=LINE)
        for line in ("/register", SECRET, SECRET, "/quit"):
            ann.types(line)
            world.turn()
        world.people("bob", front_end=LINE)
        return world

    def sends(self, client: Client, data: bytes, pieces: Sequence[int]) -> None:
        for size in pieces:
            client.sends(data[:size])
            data = data[size:]
        client.sends(data)

    def hears(self, world: World, client: Client) -> list[str]:
        world.turn()
        world.turn()
        lines = client.hears()
        for line in lines:
            without_tags = line.partition(" ")[2] if line.startswith("@") else line
            self.assertLessEqual(len(without_tags.encode()), 510, line)
        return lines

    @given(
        st.lists(SAID, max_size=14) | registrations(),
        st.lists(st.integers(1, 60), max_size=12),
        st.sampled_from(["\n", "\r\n"]),
        st.booleans(),
    )
    @settings(max_examples=300, deadline=None)
    def test_it_comes_in_when_it_should(
        self,
        said: list[str],
        pieces: list[int],
        end: str,
        is_slow: bool,
    ) -> None:
        world, model = self.world(is_slow=is_slow), Model()
        client = cast("Client", world.connect(IRC))
        lines = [line for each in said for line in lines_of(each)]
        self.sends(client, "".join(f"{line}{end}" for line in lines).encode(), pieces)
        for line in lines:
            model.hears(line)
        self.hears(world, client)
        self.assertEqual(client.is_connected, not model.is_closed)
        if not model.is_closed:
            world.wait(2)  # who logs in afterwards is somebody else by then
            name = client.user.name if client.user else None
            expected = model.name if model.name != "zoe" else name
            self.assertEqual(name, expected)
            self.assertEqual(name is None, model.name is None)
            client.types("PING again")
            *_, last = self.hears(world, client)
            self.assertEqual(read_line(last).params[-1], "again")

    @given(
        st.lists(st.one_of(SAID.map(str.encode), GARBAGE), max_size=16),
        st.lists(st.integers(1, 90), max_size=12),
        st.booleans(),
    )
    @settings(max_examples=300, deadline=None)
    def test_whatever_it_says(
        self,
        said: list[bytes],
        pieces: list[int],
        is_slow: bool,
    ) -> None:
        world = self.world(is_slow=is_slow)
        client = cast("Client", world.connect(IRC))
        self.sends(client, b"\r\n".join(said) + b"\r\n", pieces)
        self.hears(world, client)
        if client.is_connected and pieces:
            client.vanishes()
            world.turn()
            world.wait(2)
            left = [user.name for user in world.parts.chat.people]
            self.assertEqual(left, ["bob"])
