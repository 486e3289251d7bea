"""The sentences of `/help`: what each command is for, with an example that can be typed."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from twistchat.frontends.line.marks import _


class Group(Enum):
    """What commands are grouped by, in the order in which they are shown."""

    TALK = _("Talking")
    ROOMS = _("Rooms")
    PEOPLE = _("People")
    SELF = _("Your connection")
    ACCOUNTS = _("Accounts")
    MODERATION = _("Moderation")


APART = {"accounts": Group.ACCOUNTS, "moderation": Group.MODERATION}
"""Groups that have a page of their own, by the word for it: `/help moderation`."""


class Entry(NamedTuple):
    """What is said of one command."""

    group: Group
    usage: str
    """What stands behind its name: capitals for what one fills in, brackets for what may lack."""
    summary: str
    """What it does, in half a sentence."""
    example: str
    more: str = ""
    is_minor: bool = False
    """Whether it is named at the end alone, where all are listed."""


ENTRIES = {
    "me": Entry(Group.TALK, _("WORDS"), _("say what you do: * alice waves"), _("/me waves")),
    "msg": Entry(
        Group.TALK,
        _("NAME WORDS"),
        _("say something to one person only"),
        _("/msg alice are you there?"),
        _("With #ROOM for NAME it is said in that room, and typing stays here."),
    ),
    "say": Entry(
        Group.TALK,
        _("WORDS"),
        _("say just these words, whatever they look like"),
        _("/say /help is a command"),
        _("A line that begins with // does the same: //help is said as /help."),
        is_minor=True,
    ),
    "history": Entry(
        Group.TALK,
        _("[COUNT] [#ROOM]"),
        _("show the last lines again"),
        _("/history 50"),
    ),
    "search": Entry(
        Group.TALK,
        _("[#ROOM] WORDS"),
        _("find what was said"),
        _("/search cats from:alice since:7d"),
        _("from:NAME, since:TIME, until:TIME narrow it. TIME: 30m, 7d, 2026-11-20."),
    ),
    "join": Entry(
        Group.ROOMS,
        _("#ROOM [#ROOM...]"),
        _("go into a room, and talk there"),
        _("/join #cats"),
        _("A room is made by joining it. You stay in the others, and hear them all."),
    ),
    "leave": Entry(
        Group.ROOMS,
        _("[#ROOM] [WORDS]"),
        _("leave a room, and stay in the chat"),
        _("/leave #cats"),
        _("Without a room it is the one that you talk in."),
    ),
    "room": Entry(
        Group.ROOMS,
        _("[#ROOM]"),
        _("choose where what you type goes"),
        _("/room #lobby"),
        _("Without a room it shows which you are in."),
    ),
    "rooms": Entry(Group.ROOMS, _("[WORD]"), _("show which rooms there are"), _("/rooms cat")),
    "who": Entry(Group.ROOMS, _("[#ROOM]"), _("show who is here"), _("/who #cats")),
    "topic": Entry(
        Group.ROOMS,
        _("[#ROOM] [WORDS]"),
        _("show or say what a room is about"),
        _("/topic all about cats"),
        _("/topic - takes the topic away."),
    ),
    "invite": Entry(
        Group.ROOMS,
        _("NAME [#ROOM]"),
        _("ask somebody into a room"),
        _("/invite alice #cats"),
    ),
    "nick": Entry(Group.PEOPLE, _("NAME"), _("take another name"), _("/nick bob2")),
    "whois": Entry(Group.PEOPLE, _("NAME"), _("show what is known of somebody"), _("/whois alice")),
    "away": Entry(
        Group.PEOPLE,
        _("[WORDS]"),
        _("say that you are away, or back"),
        _("/away at lunch"),
        _("Who writes to you alone is told. /back ends it, and /away without words."),
    ),
    "back": Entry(Group.PEOPLE, "", _("say that you are back"), _("/back"), is_minor=True),
    "ignore": Entry(
        Group.PEOPLE,
        _("[NAME]"),
        _("hear nothing more of somebody"),
        _("/ignore mallory"),
        _("They are not told. Without a name it shows whom you ignore."),
    ),
    "unignore": Entry(
        Group.PEOPLE,
        _("NAME"),
        _("hear somebody again"),
        _("/unignore mallory"),
        is_minor=True,
    ),
    "time": Entry(
        Group.SELF,
        _("on|off"),
        _("show the time of each line, or not"),
        _("/time on"),
        is_minor=True,
    ),
    "numbers": Entry(
        Group.SELF,
        _("on|off"),
        _("show the number of each line, or not"),
        _("/numbers on"),
        is_minor=True,
    ),
    "echo": Entry(
        Group.SELF, _("on|off"), _("see your own lines, or not"), _("/echo off"), is_minor=True
    ),
    "charset": Entry(
        Group.SELF,
        _("[NAME]"),
        _("for terminals that do not speak UTF-8"),
        _("/charset gbk"),
        _("What you type and what you see is in it from then on."),
    ),
    "token": Entry(
        Group.SELF,
        "",
        _("show what you come back with as yourself"),
        _("/token"),
        _("Keep it to yourself: whoever types /resume with it is you."),
        is_minor=True,
    ),
    "resume": Entry(
        Group.SELF,
        _("TOKEN"),
        _("come back, and read what you missed"),
        _("/resume 5sJ0..."),
        _("Instead of a name, or later. exit and /token show it, for a week."),
        is_minor=True,
    ),
    "register": Entry(
        Group.ACCOUNTS,
        "",
        _("make your name yours for good, with a password"),
        _("/register"),
        _("It is asked for on the next lines. Private words wait for you, too."),
    ),
    "login": Entry(
        Group.ACCOUNTS,
        _("[NAME]"),
        _("be the owner of an account; its password is asked for"),
        _("/login alice"),
        _("Log in over several connections, and you are one person there."),
    ),
    "passwd": Entry(
        Group.ACCOUNTS,
        "",
        _("give your account another password"),
        _("/passwd"),
        _("Your other connections are logged out."),
    ),
    "logout": Entry(
        Group.ACCOUNTS,
        "",
        _("be nobody again, and come in anew"),
        _("/logout"),
    ),
    "account": Entry(
        Group.ACCOUNTS,
        _("[delete]"),
        _("show whether you are logged in, or delete your account"),
        _("/account"),
    ),
    "kick": Entry(
        Group.MODERATION,
        _("[#ROOM] NAME [WHY]"),
        _("put somebody out of the room"),
        _("/kick bob no shouting"),
        _("They may come back. The room #* is everywhere, and for operators."),
    ),
    "mute": Entry(
        Group.MODERATION,
        _("[#ROOM] NAME [TIME] [WHY]"),
        _("let nobody hear somebody, for a while"),
        _("/mute bob 10m no shouting"),
        _("TIME: 10m, 2h, 7d; without it for good. NAME may be like spam*."),
    ),
    "unmute": Entry(
        Group.MODERATION,
        _("[#ROOM] NAME"),
        _("let them speak again"),
        _("/unmute bob"),
    ),
    "ban": Entry(
        Group.MODERATION,
        _("[#ROOM] NAME [TIME] [WHY]"),
        _("put somebody out, and keep them out"),
        _("/ban #cats spam* 7d advertising"),
        _("Operators may ban an address too, everywhere: /ban #* 192.0.2.7 2d"),
    ),
    "unban": Entry(
        Group.MODERATION, _("[#ROOM] NAME"), _("let them come in again"), _("/unban spam*")
    ),
    "exempt": Entry(
        Group.MODERATION,
        _("[#ROOM] NAME [TIME] [WHY]"),
        _("let no ban of the room keep somebody out"),
        _("/exempt bob"),
        _("NAME may be like spam*. A ban of the whole chat holds all the same."),
    ),
    "unexempt": Entry(
        Group.MODERATION, _("[#ROOM] NAME"), _("let bans keep them out again"), _("/unexempt bob")
    ),
    "allow": Entry(
        Group.MODERATION,
        _("[#ROOM] NAME [TIME] [WHY]"),
        _("let somebody come in uninvited"),
        _("/allow alice 7d"),
        _("It is for rooms with the rule invite-only. NAME may be like guest*."),
    ),
    "disallow": Entry(
        Group.MODERATION, _("[#ROOM] NAME"), _("take that back"), _("/disallow alice")
    ),
    "bans": Entry(
        Group.MODERATION, _("[#ROOM]"), _("show who is muted, banned, exempt"), _("/bans")
    ),
    "op": Entry(
        Group.MODERATION,
        _("[#ROOM] NAME"),
        _("make somebody a moderator of the room"),
        _("/op alice"),
        _("Guests, too. Only who made the room, and operators, take it back."),
    ),
    "deop": Entry(
        Group.MODERATION, _("[#ROOM] NAME"), _("let them moderate no more"), _("/deop alice")
    ),
    "voice": Entry(
        Group.MODERATION,
        _("[#ROOM] NAME"),
        _("let somebody speak in a moderated room"),
        _("/voice bob"),
    ),
    "devoice": Entry(Group.MODERATION, _("[#ROOM] NAME"), _("take that back"), _("/devoice bob")),
    "rules": Entry(
        Group.MODERATION,
        _("[#ROOM] [NAME=VALUE...]"),
        _("show the rules of a room, or change them"),
        _("/rules limit=20 key=sesame"),
        _("invite-only, moderated, secret, topic-locked, outside: on|off; slow=10"),
    ),
    "slow": Entry(
        Group.MODERATION,
        _("SECONDS|off [#ROOM]"),
        _("let each speak only so often"),
        _("/slow 10"),
    ),
    "delete": Entry(
        Group.MODERATION,
        _("[#ROOM] NUMBER [WHY]"),
        _("take back what was said"),
        _("/delete 12 a telephone number"),
        _("/numbers on shows the number of each line."),
    ),
    "json": Entry(
        Group.SELF,
        "",
        _("for programs: speak JSON from here on"),
        _("/json"),
        is_minor=True,
    ),
    "server": Entry(
        Group.MODERATION,
        _("[COMMAND]"),
        _("ask something of the server; for operators"),
        _("/server stats"),
        _("/server help shows what there is."),
    ),
    "help": Entry(
        Group.SELF,
        _("[COMMAND]"),
        _("show the commands, or explain one"),
        _("/help join"),
        is_minor=True,
    ),
    "quit": Entry(
        Group.SELF,
        _("[WORDS]"),
        _("leave the chat, with a last word"),
        _("/quit see you tomorrow"),
        _("The word exit alone does it too."),
    ),
}

HEAD = _("{group}:")
ROW = _("  {usage}  {summary}")
ALSO = _("Also {minor}.")
OUTRO = _("Also {pages}. /help NAME explains one; exit leaves.")
PAGE = _("/help {page}")
PAGE_OUTRO = _("/help NAME explains one.")
ALIASES = _("  also: {aliases}")
EXAMPLE = _("  for example: {example}")
MORE = _("  {more}")
DOOR = _("Type the name you want to be called by, and press Enter. exit leaves.")
