"""Three nodes, one chat: whoever comes to any of them is among all who are there."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest_twisted
from twisted.internet import reactor
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.interfaces import ITCPTransport

from tests.e2e.nodes import Node, Nodes
from tests.e2e.programs import BIN, Caller, Program

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

SECRET = "Hush correct 1"


@pytest_twisted.async_yield_fixture(scope="module")
async def nodes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Nodes]:
    """The same three for all of these tests; each has people and rooms of its own."""
    async with Nodes(tmp_path_factory.mktemp("nodes")) as running:
        yield running


async def types(caller: Caller, *pairs: tuple[str, str]) -> None:
    """Type one line after the other, each when the one before it was answered."""
    for line, answer in pairs:
        caller.types(line)
        await caller.heard.until(answer)


async def on_irc(node: Node, name: str, room: str) -> Caller:
    caller = Caller()
    await connectProtocol(HostnameEndpoint(reactor, b"127.0.0.1", node.port), caller)
    caller.types(f"NICK {name}\r\nUSER {name} 0 * :{name}\r")
    await caller.heard.until(r" 001 ")
    caller.types(f"JOIN {room}\r")
    await caller.heard.until(r" 366 ")
    return caller


async def on_json(node: Node, **hello: Any) -> Caller:
    caller = Caller()
    await connectProtocol(HostnameEndpoint(reactor, b"127.0.0.1", node.port), caller)
    says(caller, type="hello", protocol=1, **hello)
    await caller.heard.until('"type":"welcome"')
    return caller


def says(caller: Caller, **fields: Any) -> None:
    caller.types(json.dumps(fields))


def told(caller: Caller, kind: str) -> list[dict[str, Any]]:
    """List what a program was told, of one kind."""
    lines = [json.loads(line) for line in caller.lines if line.startswith("{")]
    return [line for line in lines if line["type"] == kind]


async def leave(*callers: Caller) -> None:
    for caller in callers:
        await caller.leave()


@pytest_twisted.ensureDeferred
async def test_who_is_at_one_node_is_known_at_all(nodes: Nodes) -> None:
    ann, bob = await nodes.call("ann", "bob")
    await types(ann, ("/join #who", r"^-- In #who \(1\): ann"))
    await types(bob, ("/join #who", r"^-- In #who \(2\): ann, bob"))
    await ann.heard.until("^-- bob joined #who")
    irene = await on_irc(nodes["c"], "irene", "#who")
    names = await irene.heard.until(r" 353 irene . #who :(.*)\r$")
    assert {name.lstrip("@") for name in names[1].split()} == {"ann", "bob", "irene"}
    program = await on_json(nodes["b"], name="prog", rooms={"#who": None})
    await program.heard.until('"type":"members"')
    assert told(program, "members")[0]["names"] == ["ann", "bob", "irene", "prog"]
    await ann.heard.until("^-- prog joined #who")
    await irene.heard.until(r"^:prog!\S+ JOIN ")
    await types(ann, ("/who #who", r"^-- In #who \(4\): ann, bob, irene, prog"))
    await types(
        irene, ("WHOIS ann\r", " 311 irene ann "), ("WHOIS prog\r", " 319 irene prog :?#who")
    )
    await types(bob, ("/whois irene", "^-- irene is in #who with you|^-- irene has been here"))
    await types(bob, ("/nick rob", "^-- bob is now rob"))
    await ann.heard.until("^-- bob is now rob")
    await irene.heard.until(r"^:bob!\S+ NICK :?rob\r$")
    await types(ann, ("/nick rob", "rob is taken"))
    await types(bob, ("/leave #who", "^-- "))
    await irene.heard.until(r"^:rob!\S+ PART #who")
    await leave(bob, program)
    await ann.heard.until("^-- prog left")
    await leave(ann, irene)


@pytest_twisted.ensureDeferred
async def test_a_name_is_taken_everywhere(nodes: Nodes) -> None:
    eve = await Caller.call(nodes["a"].port, "eve")
    other = await Caller.call(nodes["b"].port)
    await types(other, ("ｅｖｅ", "the name ｅｖｅ is taken|the name eve is taken"))
    await types(eve, ("/quit", "^-- Goodbye"))
    await types(other, ("eve", "^-- Here now"))
    await leave(other)


@pytest_twisted.ensureDeferred
async def test_what_moderators_do_holds_everywhere(nodes: Nodes) -> None:
    mod, pest = await nodes.call("mod", "pest")
    await types(mod, ("/join #law", r"^-- In #law \(1\)"))
    await types(pest, ("/join #law", r"^-- In #law"))
    irene = await on_irc(nodes["c"], "iris", "#law")
    await mod.heard.until("^-- iris joined #law")
    await types(mod, ("/topic Be kind.", "^-- mod changed the topic of #law: Be kind"))
    await pest.heard.until("^-- mod changed the topic of #law: Be kind")
    await irene.heard.until(r"^:mod!\S+ TOPIC #law :Be kind\.\r$")
    await types(mod, ("/mute pest", "^-- mod muted pest"))
    await pest.heard.until("^-- mod muted (you|pest)")
    pest.types("you cannot hear this")
    await types(pest, ("/whois nobody-there", "^-- Nobody here is called nobody-there"))
    await types(mod, ("/unmute pest", "^-- mod unmuted pest"))
    await pest.heard.until("^-- mod unmuted")
    await types(pest, ("I am sorry", "<pest> I am sorry"))
    await mod.heard.until("<pest> I am sorry")
    await types(mod, ("/kick pest enough", "^-- mod put pest out of #law"))
    await irene.heard.until(r"^:mod!\S+ KICK #law pest :.*enough\r$")
    await pest.heard.until("put (you|pest) out of #law")
    await types(mod, ("/ban pest", "^-- mod banned pest from #law"), ("/msg pest so", "> so"))
    await pest.heard.until("^<mod -> pest> so")
    await types(pest, ("/join #law", "^-- .*banned"))
    assert "cannot hear" not in mod.heard.text + irene.heard.text
    await leave(mod, pest, irene)


@pytest_twisted.ensureDeferred
async def test_one_whispers_to_whoever_is_at_another(nodes: Nodes) -> None:
    ann, bob = await nodes.call("amy", "ben")
    irene = await on_irc(nodes["c"], "ina", "#lobby")
    await ann.heard.until("^-- ina joined")
    await types(ann, ("/msg ben psst", "^<amy -> ben> psst"), ("/msg ina hey", "^<amy -> ina> hey"))
    await bob.heard.until("^<amy -> ben> psst")
    await irene.heard.until(r"^:amy!\S+ PRIVMSG ina :hey\r$")
    await types(irene, ("PRIVMSG ben :from afar\r\nPING done\r", "PONG"))
    await bob.heard.until("^<ina -> ben> from afar")
    assert "psst" not in irene.heard.text
    await leave(ann, bob, irene)


@pytest_twisted.ensureDeferred
async def test_coming_back_at_another_node(nodes: Nodes) -> None:
    """Each line that was missed is told once, whichever node one comes back to."""
    amy = await Caller.call(nodes["a"].port, "ada")
    await types(amy, ("/join #back", "^-- In #back"))
    program = await on_json(nodes["b"], name="robot", rooms={"#back": None})
    await types(amy, ("one", "<ada> one"))
    await program.heard.until('"text":"one"')
    token, place = told(program, "welcome")[0]["token"], told(program, "said")[0]
    await leave(program)
    await types(amy, ("two", "<ada> two"), ("three", "<ada> three"))
    seen = [place["epoch"], place["number"]]
    program = await on_json(nodes["c"], name="robot", token=token, rooms={"#back": seen})
    assert told(program, "welcome")[0]["resumed"]
    await program.heard.until('"type":"live"')
    await types(amy, ("four", "<ada> four"))
    await program.heard.until('"text":"four"')
    assert [line["text"] for line in told(program, "said")] == ["two", "three", "four"]
    assert [line["number"] for line in told(program, "said")] == [2, 3, 4]
    # While it is still connected there: the new connection takes the place of the old one.
    seen = [place["epoch"], 4]
    there = await on_json(nodes["a"], name="robot", token=token, rooms={"#back": seen})
    await program.heard.until('"type":"goodbye"')
    await program.lost
    await types(amy, ("five", "<ada> five"))
    await there.heard.until('"text":"five"')
    assert [line["number"] for line in told(there, "said")] == [5]
    say = {"type": "say", "room": "#back", "text": "said once", "key": "k" * 20}
    says(there, id=1, **say)
    await there.heard.until('"id":1')
    await leave(there)
    again = await on_json(nodes["b"], name="robot", token=token, rooms={"#back": seen})
    says(again, id=2, **say)
    await again.heard.until('"id":2')
    numbers = {
        line["number"] for line in (*told(again, "kept"), *told(again, "said")) if "id" in line
    }
    assert numbers == {6}
    await types(
        amy, ("/history 3", "^-- The last"), ("/whois nil", "^-- Nobody here is called nil")
    )
    assert amy.heard.text.count("<robot> said once") == 2  # as it happened, and in the history
    await leave(again, amy)


@pytest_twisted.ensureDeferred
async def test_somebody_on_nc_comes_back_at_another_node(nodes: Nodes) -> None:
    ada, ned = await nodes.call("abe", "ned")
    await types(ada, ("/join #nc", "^-- In #nc"))
    await types(ned, ("/join #nc", "^-- In #nc"), ("/token", "/resume (\\S+)"))
    await types(ada, ("one", "<abe> one"))
    await ned.heard.until("<abe> one")
    token = re.findall(r"/resume (\S+)", ned.heard.text)[-1]
    ITCPTransport(ned.transport).abortConnection()
    await ned.lost
    await ada.heard.until("^-- ned left #nc|^-- ned left")
    await types(ada, ("two", "<abe> two"))
    ned = await Caller.call(nodes["c"].port)
    await types(ned, (f"/resume {token}", "<abe> two"))
    assert "-- You are ned" in ned.heard.text
    marked = [line for line in ned.lines if "<abe> one" in line]
    assert all("? " in line for line in marked)
    assert ned.heard.text.count("<abe> two") == 1
    await leave(ada, ned)


@pytest_twisted.ensureDeferred
async def test_an_account_at_two_nodes_is_one_person(nodes: Nodes) -> None:
    owner, bob = await nodes.call("olga", "otto")
    await types(
        owner,
        ("/register", "^-- A new password"),
        (SECRET, "^-- The same again"),
        (SECRET, "^-- The name olga is registered"),
        ("/join #own", "^-- In #own"),
    )
    elsewhere = await Caller.call(nodes["c"].port)
    await types(elsewhere, ("/login olga", "^-- The password of olga"), (SECRET, "^-- In #own"))
    await types(bob, ("/join #own", r"^-- In #own \(2\): olga, otto"))
    await types(owner, ("/quit", "^-- Goodbye"))
    await types(
        bob, ("/who #own", r"^-- In #own \(2\): olga, otto"), ("/msg olga hi", "-> olga> hi")
    )
    await elsewhere.heard.until("^<otto -> olga> hi")
    assert "olga left" not in bob.heard.text
    await types(elsewhere, ("/quit", "^-- Goodbye"))
    await bob.heard.until("^-- olga left")
    await types(bob, ("/msg olga found later", "^-- olga is not here, and will find it"))
    back = await Caller.call(nodes["b"].port)
    await types(back, ("/login olga", "^-- The password of olga"), (SECRET, "found later"))
    await leave(back, bob)


@pytest_twisted.ensureDeferred
async def test_what_operators_say_is_told_everywhere(nodes: Nodes) -> None:
    people = await nodes.call("uma", "una", "udo")
    ctl = Program.start(BIN / "twistchat", "ctl", "say", "tea is ready", cwd=nodes["b"].folder)
    assert await ctl.end() == 0, ctl.err.text
    for person in people:
        await person.heard.until("^-- The operator to all: tea is ready")
    await leave(*people)
