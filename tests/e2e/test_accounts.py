"""Accounts on a real server that is killed, over nc, in the terminal client and in scripts."""

from __future__ import annotations

import signal
import stat
from pathlib import Path

import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import deferLater

from tests.e2e.programs import BIN, Caller, Program, Server

TOOL = BIN / "twistchat"
UNPACED = ("--limit", "rate=0", "--limit", "joins=0", "--limit", "connects-private=0")
ONE, TWO, WRONG, HOUSE = "Hush correct 1", "Hush better 2", "Hush wrong 3", "Hush house 4"


async def again(server: Server, cwd: Path, *options: str) -> Server:
    """Kill a server, and start it again."""
    server.kill(signal.SIGKILL)
    await server.end()
    return await Server.run(cwd, "--port", str(server.port), *UNPACED, *options)


async def types(caller: Caller, *pairs: tuple[str, str]) -> None:
    """Type one line after the other, each when the one before it was answered."""
    for line, answer in pairs:
        caller.types(line)
        await caller.heard.until(answer)


def secret_file(folder: Path, name: str, words: str) -> Path:
    path = folder / name
    path.touch(stat.S_IRUSR | stat.S_IWUSR)
    path.write_text(words + "\n")
    return path


def processes() -> str:
    """What everybody on this machine sees of every process."""
    lines = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdecimal():
                lines.append((folder / "cmdline").read_bytes().decode(errors="replace"))
        except OSError:  # it has ended
            continue
    return "\n".join(lines)


def kept(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("*.db*"))


def assert_untold(*texts: str | bytes) -> None:
    for text in texts:
        data = text.encode() if isinstance(text, str) else text
        for secret in (ONE, TWO, WRONG, HOUSE):
            assert secret.encode() not in data


@pytest_twisted.ensureDeferred
async def test_what_is_ones_own_is_there_after_a_kill(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    alice, bob = await Caller.call(server.port, "alice"), await Caller.call(server.port, "bob")
    await types(
        alice,
        ("/register", "^-- A new password"),
        (ONE, "^-- The same again"),
        (ONE, "^-- The name alice is registered"),
        ("/join #lab", "^-- In #lab"),
        ("in the lab", "^.#lab. <alice> in the lab"),
        ("/quit", "^-- Goodbye"),
    )
    await types(bob, ("/msg alice psst", "^-- alice is not here, and will find it"))
    printed = server.out.text
    server = await again(server, tmp_path)
    mallory = await Caller.call(server.port)
    await types(
        mallory,
        ("alice", "belongs to an account"),
        (WRONG, "not the password"),
        ("", "^-- What is your name"),
        ("mallory", "^-- Here now"),
    )
    alice = await Caller.call(server.port)
    await types(
        alice,
        ("/login alice", "^-- The password of alice"),
        (ONE, r"^-- In #lab \(1\): alice"),
        ("/passwd", "^-- Your present password"),
        (ONE, "^-- A new password"),
        (TWO, "^-- The same again"),
        (TWO, "^-- The password of alice was changed"),
    )
    await alice.heard.until("psst")
    printed += server.out.text
    server = await again(server, tmp_path)
    alice = await Caller.call(server.port)
    await types(
        alice,
        ("/login alice", "^-- The password of alice"),
        (ONE, "not the password"),
        (TWO, r"^-- In #lab \(1\): alice"),
        ("/leave #lab", "^-- "),
        ("/quit", "^-- Goodbye"),
    )
    await server.stop()
    assert_untold(printed, server.out.text, kept(tmp_path), "\n".join(mallory.lines))


@pytest_twisted.ensureDeferred
async def test_the_terminal_client_shows_no_password(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    address = f"127.0.0.1:{server.port}"
    client = Program.start(TOOL, "connect", address, "-n", "ada", use_pty=True)
    await client.out.until("-- Here now")
    for line, answer in (
        ("/register", "A new password for ada"),
        (ONE, "The same again"),
        (ONE, "The name ada is registered"),
        ("shown again", "<ada> shown again"),
        ("/passwd", "Your present password"),
        (WRONG, r"A new password for ada.*\s*$"),
        (TWO, r"The same again.*\s*The same|The same again\?\s*$"),
    ):
        client.types(line + "\n")
        await client.out.until(answer)
        await deferLater(reactor, 0.2)
    assert_untold(client.out.text, processes())
    assert "shown again\r\n<ada>" in client.out.text  # by the terminal, and by the server
    client.kill(signal.SIGINT)
    assert await client.end() == 130
    await server.stop()
    assert_untold(server.out.text)


@pytest_twisted.ensureDeferred
async def test_scripts_log_in(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    alice = await Caller.call(server.port, "cron")
    await types(
        alice,
        ("/register", "^-- A new password"),
        (ONE, "^-- The same again"),
        (ONE, "^-- The name cron is registered"),
    )
    where = {"TWISTCHAT_SERVER": f"127.0.0.1:{server.port}"}
    right, wrong = (
        secret_file(tmp_path, name, words) for name, words in (("right", ONE), ("wrong", WRONG))
    )
    for options, more, status in (
        (("--password-file", right), {}, 0),
        ((), {"TWISTCHAT_PASSWORD": ONE}, 0),
        (("--password-file", wrong), {"TWISTCHAT_PASSWORD": ONE}, 1),
        ((), {"TWISTCHAT_PASSWORD": WRONG}, 1),
        (("--password-file", tmp_path / "none"), {}, 1),
    ):
        words = ("send", "#lobby", "done", "--login", "cron", *options)
        program = Program.start(TOOL, *words, env={**where, **more})
        assert await program.end() == status, program.err.text
        assert_untold(program.err.text, program.out.text)
        assert bool(program.err.text) == bool(status)
    await alice.heard.until("<cron> done\n<cron> done\n")
    program = Program.start(TOOL, "tail", "#lobby", "--login", "cron", "--nick", "x", env=where)
    assert await program.end() == 2
    await server.stop()
    assert_untold(server.out.text)


@pytest_twisted.ensureDeferred
async def test_a_password_is_read_from_the_terminal_or_nowhere(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, *UNPACED)
    alice = await Caller.call(server.port, "cron")
    await types(
        alice,
        ("/register", "^-- A new password"),
        (ONE, "^-- The same again"),
        (ONE, "^-- The name cron is registered"),
    )
    where = {"TWISTCHAT_SERVER": f"127.0.0.1:{server.port}"}
    words = ("send", "#lobby", "done", "--login", "cron")
    asked = Program.start(TOOL, *words, env=where, use_pty=True)
    await asked.out.until("Password of cron")
    await deferLater(reactor, 0.5)
    asked.types(ONE + "\n")
    assert await asked.end() == 0, asked.out.text
    assert_untold(asked.out.text)
    alone = Program.start("setsid", "-w", TOOL, *words, env=where)  # which has no terminal
    assert await alone.end() == 1
    assert "TWISTCHAT_PASSWORD" in alone.err.text
    pipe = Program.start(
        TOOL, "connect", f"127.0.0.1:{server.port}", "--login", "cron",
        env={"TWISTCHAT_PASSWORD": ONE},
    )  # fmt: skip
    pipe.types("from a pipe\n")
    pipe.ends_input()
    assert await pipe.end() == 0, pipe.err.text
    await alice.heard.until("<cron> from a pipe")
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_a_house_with_a_password_and_no_guests(tmp_path: Path) -> None:
    house = secret_file(tmp_path, "house", HOUSE)
    secret_file(tmp_path, "people", f"ada:{ONE}")
    options = ("--guests", "no", "--password-file", str(house), "--auth", "file:people")
    server = await Server.run(tmp_path, *UNPACED, *options)
    assert_untold(processes())
    address = f"127.0.0.1:{server.port}"
    client = Program.start(TOOL, "connect", address, use_pty=True)
    for line, answer in (
        ("", "This chat has a password"),
        (WRONG, "What is the name of your account"),
        ("ada", "The password of ada"),
        (ONE, "not the password of this chat"),
        (HOUSE, r"(?s)of this chat.*The password of ada"),
        (ONE, "-- Here now"),
        ("hello", "<ada> hello"),
    ):
        client.types(line + "\n" if line else "")
        await client.out.until(answer)
        await deferLater(reactor, 0.2)
    assert_untold(client.out.text)
    script = Program.start(
        TOOL, "send", "#lobby", "done", "--login", "ada", "--house-password-file", house,
        env={"TWISTCHAT_PASSWORD": ONE, "TWISTCHAT_SERVER": address},
    )  # fmt: skip
    assert await script.end() == 0, script.err.text
    await client.out.until("<ada> done")
    outside = Program.start(TOOL, "send", "#lobby", "done", env={"TWISTCHAT_SERVER": address})
    assert await outside.end() == 1
    client.types("exit\n")
    assert await client.end() == 0
    await server.stop()
    assert_untold(server.out.text)
