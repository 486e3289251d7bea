"""irssi and WeeChat, as Debian has them, in a room with somebody on a plain socket."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import pytest_twisted

from tests.certificates import write_pair
from tests.e2e.irc_clients import Irssi, WeeChat
from tests.e2e.programs import Caller, Server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.irc_clients import IRCClient

ROOM = "#lab"
SAID = re.compile(r"(irssi \d\d|nc \d\d|WeeChat \d\d)$", re.MULTILINE)

each_client = pytest.mark.parametrize("kind", [Irssi, WeeChat], ids=["irssi", "weechat"])


async def in_the_room(server: Server, name: str) -> Caller:
    """Somebody at a plain socket, who is in the room where the others will come."""
    person = await Caller.call(server.port, name)
    person.types(f"/join {ROOM}")
    await person.heard.until(f"^-- What you type now goes to {ROOM}")
    return person


async def converse(client: IRCClient, bob: Caller) -> None:
    """Do all that one does in a chat, in both directions: iris, and 小明 who came first."""
    await client.comes_in()
    client.says(f"/join {ROOM}")
    await bob.heard.until(f"^-- iris joined {ROOM}")
    await client.shows(f"iris .*has joined {ROOM}")

    client.says("你好, 小明", ROOM)
    await bob.heard.until("<iris> 你好, 小明$")
    bob.types("世界你好")
    await client.shows(r"小明>?\s世界你好$")

    client.says("/me 挥手", ROOM)
    await bob.heard.until(r"\* iris 挥手$")
    bob.types("/me 点头")
    await client.shows(r"\*\s+小明 点头$")

    bob.types("/topic 旧话题")
    await client.shows("小明 .*topic.*旧话题")
    client.says(f"/topic {ROOM} 新话题", ROOM)
    await bob.heard.until(f"-- iris changed the topic of {ROOM}: 新话题$")

    client.says("/nick 艾丽", ROOM)
    await bob.heard.until("-- iris is now 艾丽")
    bob.types("/nick 大明")
    await client.shows("小明 is now known as 大明")

    client.says("/msg 大明 秘密", ROOM)
    await bob.heard.until("^<艾丽 -> 大明> 秘密$")
    bob.types("/msg 艾丽 回答")
    await client.shows(r"大明>?\s回答$")

    client.says("/away 吃饭", ROOM)
    await client.shows("(?i)you (are|have been marked as being) away")
    bob.types("/msg 艾丽 在吗")
    await bob.heard.until("-- 艾丽 is away: 吃饭$")
    client.says("/away", ROOM)
    await client.shows("(?i)you are (back|no longer marked as being away)")

    bob.types("/away 开会")
    await bob.heard.until("-- You are away: 开会")
    client.says("/whois 大明", ROOM)
    await client.shows("(?i)away.*: 开会")
    await client.shows("(?i)end of /?whois")


async def quit_it(client: IRCClient, bob: Caller) -> None:
    client.says("/quit 再见", ROOM)
    await bob.heard.until("-- 艾丽 left: 再见$")
    await client.end()


@each_client
@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
@pytest_twisted.ensureDeferred
async def test_a_client_and_somebody_at_a_plain_socket(
    tmp_path: Path, kind: type[IRCClient], tls: bool
) -> None:
    write_pair(tmp_path)
    server = await Server.run(tmp_path, *(("--tls", ".") if tls else ()))
    bob = await in_the_room(server, "小明")
    async with kind.at(tmp_path / "home", "iris", server.port, tls=tls) as client:
        await converse(client, bob)
        await quit_it(client, bob)
    await bob.leave()
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_one_with_the_other(server: Server, tmp_path: Path) -> None:
    for kind in (Irssi, WeeChat):
        kind.installed()
    bob = await in_the_room(server, "bob")
    irssi = Irssi.at(tmp_path / "irssi", "iris", server.port)
    weechat = WeeChat.at(tmp_path / "weechat", "wang", server.port)
    async with irssi, weechat:
        for client, name in ((irssi, "iris"), (weechat, "wang")):
            await client.comes_in()
            client.says(f"/join {ROOM}")
            await client.shows(f"{name} .*has joined {ROOM}")
        for number in range(20):
            irssi.says(f"来自 irssi {number:02}", ROOM)
            bob.types(f"from nc {number:02}")
            weechat.says(f"来自 WeeChat {number:02}", ROOM)
            await bob.heard.until(f"irssi {number:02}$")  # faster, it would be a paste for irssi
        for last in ("irssi 19", "nc 19", "WeeChat 19"):
            for client in (irssi, weechat):
                await client.shows(f"{last}$")
            await bob.heard.until(f"{last}$")
        told = SAID.findall("\n".join(bob.lines))
        assert len(told) == 60
        # What one says oneself a client shows at once, before the server has put it in its place.
        for client, own in ((irssi, "irssi"), (weechat, "WeeChat")):
            theirs = [each for each in SAID.findall(client.shown) if not each.startswith(own)]
            assert theirs == [each for each in told if not each.startswith(own)]
        irssi.says("/quit", ROOM)
        await weechat.shows("iris .*has quit")
        weechat.says("/quit")
        for client in (irssi, weechat):
            await client.end()
    await bob.heard.until("^-- wang left")
    await bob.leave()
