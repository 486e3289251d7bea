"""How else one joins: for browsers without JavaScript, and for people without a browser."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from twistchat.frontends.web.place import Way

ALONE = (
    "<p>There is no other way into it here: switch JavaScript on, and load the page again.</p>\n"
    '<p lang="zh-CN">这里没有别的加入方式：请启用 JavaScript，然后重新载入此网页。</p>'
)

OTHERS = (
    '<p>Or join it with whatever you have:</p>\n<p lang="zh-CN">也可以用下面任何一种方式加入：</p>'
)

_TERMINAL = "In any terminal", "在任意终端里"
_OWN = "With its own client", "用它自己的客户端"
_IRC = "With an IRC client", "用 IRC 客户端"
_ENCRYPTED = "Encrypted", "加密"
_HERE = "On this machine", "在这台机器上"


@dataclass(frozen=True, slots=True)
class Reached:
    """How somebody has reached this page."""

    name: str
    """What they call this machine, without brackets."""
    here: str
    """The address of this machine to which the connection came; empty for a UNIX socket."""
    port: int
    """At which door, as they name it; nought for a UNIX socket."""
    is_by_proxy: bool = False


def doors_for(reached: Reached, doors: Iterable[Way]) -> Sequence[Way]:
    """Choose the doors that are open to whoever has reached the page like this.

    Those that only this machine can reach are named only to whoever is on it.
    """
    is_here = not reached.is_by_proxy and _is_loopback(reached.here)
    return [door for door in doors if is_here or not _is_loopback(door.host)]


def write_ways(reached: Reached, doors: Sequence[Way]) -> str:
    """Write how to join as HTML."""
    lines = []
    for (name, chinese), commands in _ways(reached, doors):
        lines.append(f'<dt>{escape(name)} <span lang="zh-CN">{chinese}</span></dt>')
        lines += [f"<dd><code>{escape(command)}</code></dd>" for command in commands]
    return "\n".join((OTHERS, "<dl>", *lines, "</dl>")) if lines else ALONE


def _ways(
    reached: Reached, doors: Sequence[Way]
) -> Iterator[tuple[tuple[str, str], Sequence[str]]]:
    host = reached.name

    def first(*kinds: str, is_encrypted: bool = False) -> Way | None:
        for door in doors:
            is_it = door.is_encrypted if is_encrypted else door.is_plain
            if door.kind in kinds and is_it:
                return door
        return None

    def there(door: Way) -> str:
        return f"[{host}]:{door.port}" if ":" in host else f"{host}:{door.port}"

    if not host:
        if any(door.kind == "any" and not door.port for door in doors):
            yield _HERE, ["nc -U, with the path of this socket"]
        return
    if (door := first("any", "line")) is not None:
        yield _TERMINAL, [f"nc {host} {door.port}", f"telnet {host} {door.port}"]
        yield _OWN, [f"twistchat connect {there(door)}"]
    if (door := first("any", "irc")) is not None:
        yield _IRC, [f"irc://{there(door)}"]
    encrypted = []
    if (door := first("any", "line", is_encrypted=True)) is not None:
        encrypted = [
            f"twistchat connect tls:{there(door)}",
            f"openssl s_client -quiet -connect {there(door)}",
        ]
    if (door := first("any", "irc", is_encrypted=True)) is not None:
        encrypted.append(f"ircs://{there(door)}")
    if encrypted:
        yield _ENCRYPTED, encrypted


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
