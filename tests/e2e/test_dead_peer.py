"""A peer that dies without a word, on a network of its own that is unplugged."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import uuid
from typing import TYPE_CHECKING

import pytest
import pytest_twisted

from tests.e2e.programs import Caller, Program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVER = """
import sys
from twisted.internet import reactor
from twisted.python import log
from twistchat.core.limits import Limits
from twistchat.service import ChatService

log.startLogging(sys.stdout)
limits = Limits(peer_silence=1, peer_dead=4)
ChatService(reactor, listen=["tcp:0"], limits=limits).startService()
reactor.run()
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def far() -> Iterator[tuple[str, str]]:
    """A network namespace, as another machine: its name, and our address as seen from there."""
    if os.name != "posix" or os.getuid() != 0 or not shutil.which("ip") or not shutil.which("nc"):
        pytest.skip("needs root, ip and nc, to unplug a network")
    name = f"far{uuid.uuid4().hex[:6]}"
    near = f"n{name}"
    network = f"10.77.{random.randrange(256)}"  # another run may have one too
    try:
        ip("netns", "add", name)
        ip("link", "add", near, "type", "veth", "peer", "name", "v1", "netns", name)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this machine makes no network namespaces: {error.stderr!r}")
    try:
        ip("addr", "add", f"{network}.1/30", "dev", near)
        ip("link", "set", near, "up")
        ip("-n", name, "addr", "add", f"{network}.2/30", "dev", "v1")
        ip("-n", name, "link", "set", "v1", "up")
        yield name, f"{network}.1"
    finally:
        ip("link", "del", near)  # the namespace itself lives on as long as a socket in it does
        ip("netns", "del", name)


@pytest_twisted.ensureDeferred
async def test_a_dead_peer_is_announced_as_timed_out(far: tuple[str, str], tmp_path: Path) -> None:
    namespace, address = far
    server = Program.start(sys.executable, "-c", SERVER, cwd=tmp_path)
    port = int((await server.out.until(r"    nc \S+ (\d+)\s"))[1])
    bob = await Caller.call(port, "bob")
    nc = Program.start("/usr/bin/env", "ip", "netns", "exec", namespace, "nc", address, str(port))
    nc.types("remote\n")
    await bob.heard.until("^-- remote joined")
    ip("-n", namespace, "link", "set", "v1", "down")
    await bob.heard.until("^-- remote left .timed out..$")
    await bob.leave()
    for program in (nc, server):
        program.kill()
        await program.end()
