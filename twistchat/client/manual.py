"""What `/help` of the terminal client says."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """What is said of one command."""

    usage: str
    summary: str
    example: str
    aliases: tuple[str, ...] = ()
    more: str = ""


GROUPS: dict[str, dict[str, Entry]] = {
    "Talking": {
        "me": Entry("WORDS", "say what you do: * alice waves", "/me waves"),
        "msg": Entry(
            "NAME WORDS",
            "say something to one person only",
            "/msg alice are you there?",
            ("m", "w", "whisper", "tell", "query"),
            "With #ROOM for NAME it is said in that room, and typing stays here.",
        ),
        "history": Entry("[COUNT] [#ROOM]", "show the last lines again", "/history 50", ("last",)),
        "search": Entry(
            "[#ROOM] WORDS",
            "find what was said",
            "/search cats from:alice since:7d",
            ("find", "grep"),
            "from:NAME, since:TIME, until:TIME narrow it. TIME: 30m, 7d, 2026-11-20.",
        ),
    },
    "Rooms": {
        "join": Entry(
            "#ROOM [#ROOM...]",
            "go into a room, and talk there",
            "/join #cats",
            ("j",),
            "A room is made by joining it. You stay in the others, and hear them all.",
        ),
        "leave": Entry(
            "[#ROOM] [WORDS]", "leave a room, and stay in the chat", "/leave #cats", ("part",),
            "Without a room it is the one that you talk in.",
        ),
        "room": Entry(
            "[#ROOM]", "choose where what you type goes", "/room #lobby", ("switch",),
            "Without a room it shows which you are in.",
        ),
        "rooms": Entry("[WORD]", "show which rooms there are", "/rooms cat", ("channels",)),
        "who": Entry("[#ROOM]", "show who is here", "/who #cats", ("list", "users", "names")),
        "topic": Entry(
            "[#ROOM] [WORDS]", "show or say what a room is about", "/topic all about cats", (),
            "/topic - takes the topic away.",
        ),
        "invite": Entry("NAME [#ROOM]", "ask somebody into a room", "/invite alice #cats"),
    },
    "People": {
        "nick": Entry("NAME", "take another name", "/nick bob2", ("name",)),
        "whois": Entry("NAME", "show what is known of somebody", "/whois alice"),
        "away": Entry(
            "[WORDS]", "say that you are away, or back", "/away at lunch", (),
            "Who writes to you alone is told. /back ends it, and /away without words.",
        ),
        "ignore": Entry(
            "[NAME]", "hear nothing more of somebody", "/ignore mallory", ("block",),
            "They are not told. Without a name it shows whom you ignore.",
        ),
    },
    "Your terminal": {
        "quit": Entry(
            "[WORDS]", "leave the chat, with a last word", "/quit see you tomorrow",
            ("exit", "bye", "q"), "The word exit alone does it too.",
        ),
    },
    "Accounts": {
        "register": Entry(
            "", "make your name yours for good, with a password", "/register", (),
            "It is asked for, and not shown as you type. Private words wait for you, too.",
        ),
        "login": Entry(
            "[NAME]", "be the owner of an account; its password is asked for", "/login alice", (),
            "Log in from several terminals, and you are one person there.",
        ),
        "passwd": Entry(
            "", "give your account another password", "/passwd", ("password",),
            "Your other connections are logged out.",
        ),
        "logout": Entry("", "be nobody again, and come in anew", "/logout"),
        "account": Entry(
            "[delete]", "show whether you are logged in, or delete your account", "/account"
        ),
    },
    "Moderation": {
        "kick": Entry(
            "[#ROOM] NAME [WHY]", "put somebody out of the room", "/kick bob no shouting", (),
            "They may come back. The room #* is everywhere, and for operators.",
        ),
        "mute": Entry(
            "[#ROOM] NAME [TIME] [WHY]", "let nobody hear somebody, for a while",
            "/mute bob 10m no shouting", ("gag",),
            "TIME: 10m, 2h, 7d; without it for good. NAME may be like spam*.",
        ),
        "unmute": Entry("[#ROOM] NAME", "let them speak again", "/unmute bob"),
        "ban": Entry(
            "[#ROOM] NAME [TIME] [WHY]", "put somebody out, and keep them out",
            "/ban #cats spam* 7d advertising", (),
            "Operators may ban an address too, everywhere: /ban #* 192.0.2.7 2d",
        ),
        "unban": Entry("[#ROOM] NAME", "let them come in again", "/unban spam*"),
        "exempt": Entry(
            "[#ROOM] NAME [TIME] [WHY]", "let no ban of the room keep somebody out",
            "/exempt bob", ("except",),
            "NAME may be like spam*. A ban of the whole chat holds all the same.",
        ),
        "unexempt": Entry("[#ROOM] NAME", "let bans keep them out again", "/unexempt bob"),
        "allow": Entry(
            "[#ROOM] NAME [TIME] [WHY]", "let somebody come in uninvited", "/allow alice 7d", (),
            "It is for rooms with the rule invite-only. NAME may be like guest*.",
        ),
        "disallow": Entry("[#ROOM] NAME", "take that back", "/disallow alice", ("unallow",)),
        "bans": Entry("[#ROOM]", "show who is muted, banned, exempt", "/bans", ("mutes",)),
        "op": Entry(
            "[#ROOM] NAME", "make somebody a moderator of the room", "/op alice", (),
            "Guests, too. Only who made the room, and operators, take it back.",
        ),
        "deop": Entry("[#ROOM] NAME", "let them moderate no more", "/deop alice"),
        "voice": Entry("[#ROOM] NAME", "let somebody speak in a moderated room", "/voice bob"),
        "devoice": Entry("[#ROOM] NAME", "take that back", "/devoice bob", ("unvoice",)),
        "rules": Entry(
            "[#ROOM] [NAME=VALUE...]", "show the rules of a room, or change them",
            "/rules limit=20 key=sesame", ("mode",),
            "invite-only, moderated, secret, topic-locked, outside: on|off; slow=10",
        ),
        "slow": Entry("SECONDS|off [#ROOM]", "let each speak only so often", "/slow 10"),
        "delete": Entry(
            "[#ROOM] NUMBER [WHY]", "take back what was said", "/delete 12 a telephone number",
            ("del",), "/numbers on shows the number of each line.",
        ),
    },
    "": {
        "say": Entry(
            "WORDS", "say just these words, whatever they look like", "/say /help is a command", (),
            "A line that begins with // does the same: //help is said as /help.",
        ),
        "back": Entry("", "say that you are back", "/back"),
        "unignore": Entry("NAME", "hear somebody again", "/unignore mallory"),
        "time": Entry("on|off", "show the time of each line, or not", "/time on", ("times",)),
        "numbers": Entry(
            "on|off", "show the number of each line, or not", "/numbers on", ("number",)
        ),
        "echo": Entry("on|off", "see your own lines, or not", "/echo off"),
        "charset": Entry("", "say which encoding is spoken", "/charset", ("encoding",)),
        "server": Entry("[COMMAND]", "ask something of the server; for operators", "/server stats"),
        "help": Entry("[COMMAND]", "show the commands, or explain one", "/help join",
                      ("h", "commands")),
    },
}  # fmt: skip
"""By what they are grouped by; those of the last are named at the end alone."""

ENTRIES = {name: entry for group in GROUPS.values() for name, entry in group.items()}

NAMES = {name: name for name in ENTRIES} | {
    alias: name for name, entry in ENTRIES.items() for alias in entry.aliases
}
"""Each name of each command, and the first of its names."""


PAGES = {"accounts": "Accounts", "moderation": "Moderation"}
"""Groups that have a page of their own, by the word for it: `/help moderation`."""


def overview() -> list[str]:
    """List all commands."""
    lines = _listed([group for group in GROUPS if group and group not in PAGES.values()])
    minor = ", ".join(f"/{name}" for name in GROUPS[""] if name != "help")
    pages = ", ".join(f"/help {word}" for word in PAGES)
    return [*lines, f"-- Also {minor}.", f"-- Also {pages}. /help NAME explains one."]


def page(word: str) -> list[str]:
    """List the commands of a group that has a page of its own."""
    return [*_listed([PAGES[word]]), "-- /help NAME explains one."]


def _listed(groups: list[str]) -> list[str]:
    lines = []
    shown = [(name, entry) for group in groups for name, entry in GROUPS[group].items()]
    width = max(len(f"/{name} {entry.usage}") for name, entry in shown)
    for group in groups:
        lines.append(f"-- {group}:")
        for name, entry in GROUPS[group].items():
            lines.append(f"--   {f'/{name} {entry.usage}':{width}}  {entry.summary}")
    return lines


def explain(name: str) -> list[str]:
    """Explain one command, by its first name."""
    entry = ENTRIES[name]
    lines = [f"-- {f'/{name} {entry.usage}'.strip()}  {entry.summary}"]
    if entry.more:
        lines.append(f"--   {entry.more}")
    lines.append(f"--   for example: {entry.example}")
    if entry.aliases:
        lines.append("--   also: " + ", ".join(f"/{alias}" for alias in entry.aliases))
    return lines
