"""One real port for whoever comes: nc, telnet, programs, TLS, browsers, IRC."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol

from tests.certificates import write_pair
from tests.e2e.programs import BIN, Caller, Program, Server

if TYPE_CHECKING:
    from pathlib import Path

ASK = """
import ssl, sys, urllib.request
with urllib.request.urlopen(sys.argv[1], context=ssl.create_default_context()) as answer:
    print(answer.status, answer.headers["Content-Type"])
    print(answer.read().decode())
"""


def trusting(folder: Path) -> dict[str, str]:
    """The environment of a program that trusts the certificate of that server."""
    return {"SSL_CERT_FILE": str(folder / "fullchain.pem")}


async def plain(server: Server, first: str) -> Caller:
    """Connect, and speak first."""
    caller = Caller()
    await connectProtocol(HostnameEndpoint(reactor, b"127.0.0.1", server.port), caller)
    caller.types(first)
    return caller


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
@pytest.mark.skipif(shutil.which("nc") is None, reason="needs nc")
@pytest_twisted.ensureDeferred
async def test_all_in_one_room(tmp_path: Path) -> None:
    certificates = tmp_path / "certificates"
    certificates.mkdir()
    write_pair(certificates)
    server = await Server.run(tmp_path, "--tls", str(certificates))
    port, env = str(server.port), trusting(certificates)
    await server.out.until(f"    twistchat connect tls:localhost:{port}$")

    nc = Program.start("nc", "127.0.0.1", port)
    await nc.out.until(r"^-- What is your name\?")  # is greeted, though silent
    nc.types("小红\n")
    await nc.out.until("^-- Here now")

    over_tls = Program.start(
        "openssl", "s_client", "-quiet", "-verify_return_error", "-connect", f"localhost:{port}",
        env=env,
    )  # fmt: skip
    await over_tls.out.until(r"^-- What is your name\?")
    over_tls.types("tess\n")
    await over_tls.out.until("^-- Here now")

    connect = (BIN / "twistchat", "connect")
    client = Program.start(*connect, f"tls:localhost:{port}", "--nick", "cleo", env=env)
    await client.out.until("^-- cleo joined")
    other = Program.start(*connect, f"localhost:{port}", "--nick", "otto")
    await other.out.until("^-- otto joined")

    program = await plain(server, '{"type":"hello","name":"bot"}')
    await program.heard.until('"type":"members"')
    irc = await plain(server, "NICK iris\r\nUSER i 0 * :Iris\r\nJOIN #lobby\r")
    await irc.heard.until(" JOIN #lobby")

    nc.types("你好\n")
    over_tls.types("hello\n")
    client.types("hi\n")
    for name, text in (("小红", "你好"), ("tess", "hello"), ("cleo", "hi")):
        for screen in (nc, over_tls, client, other):
            await screen.out.until(f"^<{name}> {text}$")
        await program.heard.until(f'"who":"{name}","text":"{text}"')
        await irc.heard.until(f"^:{name}!.* PRIVMSG #lobby :?{text}")
    program.types('{"type":"say","room":"#lobby","text":"from a program"}')
    await nc.out.until("^<bot> from a program$")
    await over_tls.out.until("^<bot> from a program$")

    for person in (client, other):
        person.ends_input()
        assert await person.end() == 0
    for each in (nc, over_tls):
        each.types("exit\n")
        await each.out.until("^-- Goodbye.$")
        each.ends_input()
        await each.end()
    await irc.leave()
    await program.leave()
    log = server.out.text
    for name, wire in (("小红", "line"), ("tess", "line"), ("cleo", "json"), ("iris", "irc")):
        assert f"{name} came in from 127.0.0.1 by {wire}" in log
    await server.stop()


@pytest.mark.skipif(shutil.which("telnet") is None, reason="needs telnet")
@pytest_twisted.ensureDeferred
async def test_telnet(server: Server) -> None:
    telnet = Program.start("telnet", "127.0.0.1", str(server.port), use_pty=True)
    await telnet.out.until(r"What is your name\?")
    telnet.types("ted\n")
    await telnet.out.until("-- ted joined.")
    telnet.types("exit\n")
    await telnet.out.until("Goodbye")
    await telnet.end()


@pytest_twisted.ensureDeferred
async def test_browsers_are_told_how_to_join(tmp_path: Path) -> None:
    certificates = tmp_path / "certificates"
    certificates.mkdir()
    write_pair(certificates)
    server = await Server.run(tmp_path, "--tls", "certificates")
    port, env = server.port, trusting(certificates)
    for address in (f"http://localhost:{port}/", f"https://localhost:{port}/"):
        browser = Program.start(sys.executable, "-c", ASK, address, env=env)
        assert await browser.end() == 0, browser.err.text
        assert browser.out.text.startswith("200 text/html; charset=utf-8\n")
        assert f"<code>nc localhost {port}</code>" in browser.out.text
        assert f"<code>twistchat connect tls:localhost:{port}</code>" in browser.out.text
    poster = await plain(server, "POST / HTTP/1.1\r\nHost: x\r\n\r\nmallory\nspam\r")
    await poster.lost
    assert poster.lines[0] == "HTTP/1.1 405 Method Not Allowed\r"
    await server.stop()


@pytest_twisted.ensureDeferred
async def test_a_renewed_certificate_needs_no_restart(tmp_path: Path) -> None:
    write_pair(tmp_path)
    server = await Server.run(tmp_path, "--tls", ".")
    connect = (BIN / "twistchat", "connect", f"tls:localhost:{server.port}", "--nick", "bot")
    old = tmp_path / "old.pem"
    shutil.copy(tmp_path / "fullchain.pem", old)
    write_pair(tmp_path, until=90)
    client = Program.start(*connect, env={"SSL_CERT_FILE": str(old)})
    client.ends_input()
    assert await client.end() == 1
    assert "is not one that this machine trusts" in client.err.text
    client = Program.start(*connect, env=trusting(tmp_path))
    client.types("said\n")
    client.ends_input()
    assert await client.end() == 0
    (tmp_path / "privkey.pem").write_text("nonsense")
    client = Program.start(*connect, env=trusting(tmp_path))
    client.ends_input()
    assert await client.end() == 0
    await server.out.until("TLS goes on with the certificate from before")
    await server.stop()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "--tls certificates has no certificate in it"),
        ("nonsense", "fullchain.pem in --tls certificates is no certificate"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_start_that_fails(tmp_path: Path, content: str, words: str) -> None:
    certificates = tmp_path / "certificates"
    certificates.mkdir()
    if content:
        write_pair(certificates)
        (certificates / "fullchain.pem").write_text(content)
    twistd = Server.spawn(tmp_path, "--tls", "certificates")
    assert await twistd.end() == 1
    assert words in twistd.err.text
    assert twistd.err.text.count("\n") == 1


@pytest_twisted.ensureDeferred
async def test_a_port_of_people_alone_guesses_nothing(tmp_path: Path) -> None:
    server = await Server.run(tmp_path, "--port", "line=0")
    client = await plain(server, "NICK iris\r\nUSER i 0 * :Iris\r")
    await client.heard.until("ERROR :This port does not speak IRC")
    await client.lost
    program = await plain(server, '{"type":"hello","name":"bot"}')
    await program.heard.until(r"^-- What is your name\?")
    await program.leave()
    await server.stop()
