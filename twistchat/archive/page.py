"""The format `html`: one page for a browser, which needs nothing else; room after room, day by day.

Whatever was said is escaped, and the page forbids itself scripts and everything from elsewhere.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from html import escape
from typing import TYPE_CHECKING

from twistchat.archive.transcript import title
from twistchat.core.concerns import is_durable
from twistchat.core.events import Erased, Said, Tagged, Whispered
from twistchat.core.text import clean
from twistchat.frontends.line.speech import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twistchat.archive.selection import Log, Selected
    from twistchat.engine import Committed

HEAD = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ --back: #fff; --text: #1b1b1f; --faint: #5f6368; --line: #dadce0; --who: #0b57a4; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --back: #17181b; --text: #e4e4e7; --faint: #a0a4aa; --line: #3a3d42; --who: #8ab4f8; }}
}}
body {{ margin: 0 auto; max-width: 50rem; padding: 1rem; background: var(--back);
  color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }}
a {{ color: var(--who); }}
h2 {{ margin-top: 3rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }}
h3 {{ margin: 1.5rem 0 .5rem; color: var(--faint); font-size: .9rem; text-align: center; }}
p {{ margin: 0; padding-left: 4rem; overflow-wrap: anywhere; white-space: pre-wrap; }}
p:target {{ outline: 2px solid var(--who); }}
p time {{ float: left; margin-left: -4rem; color: var(--faint);
  font-variant-numeric: tabular-nums; }}
b {{ color: var(--who); }}
i, .faint {{ color: var(--faint); }}
.faint {{ padding: 0; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p class="faint">Times are those of {zone}.</p>
"""
FOOT = "</body>\n</html>\n"


def write(selection: Selected) -> Iterator[str]:
    """Write an export, an element at a time."""
    logs = selection.conversations
    names = sorted({log.name for log in logs})
    name = f"Chat in {names[0]}" if len(names) == 1 and names[0].startswith("#") else "Chat"
    zone = datetime.now(UTC).astimezone().tzname() or "this server"
    yield HEAD.format(title=_text(name), zone=_text(zone))
    if len(logs) > 1:
        yield "<nav><ul>\n"
        for place, log in enumerate(logs, 1):
            yield f'<li><a href="#log{place}">{_text(title(selection, log))}</a></li>\n'
        yield "</ul></nav>\n"
    for place, log in enumerate(logs, 1):
        yield from _section(selection, log, place)
    yield FOOT


def _section(selection: Selected, log: Log, place: int) -> Iterator[str]:
    yield f'<section>\n<h2 id="log{place}">{_text(title(selection, log))}</h2>\n'
    day: date | None = None
    for committed in selection.of(log):
        assert is_durable(committed.item)
        if isinstance(committed.item, Tagged):  # for programs
            continue
        time = datetime.fromtimestamp(committed.item.at, UTC).astimezone()
        if time.date() != day:
            day = time.date()
            yield f'<h3><time datetime="{day}">{day:%A} {day}</time></h3>\n'
        yield (
            f'<p id="log{place}-{committed.number}" dir="auto">'
            f'<time datetime="{time.isoformat("T", "seconds")}">{time:%H:%M}</time>'
            f" {_line(committed)}</p>\n"
        )
    if day is None:
        yield '<p class="faint">Nothing of it is kept.</p>\n'
    yield "</section>\n"


def _line(committed: Committed) -> str:
    match committed.item:
        case Said(who=who, text=text, notice=True):
            return f"-<b><bdi>{_text(who)}</bdi></b>- {_text(text)}"
        case Said(who=who, text=text, action=False):
            return f"<b><bdi>{_text(who)}</bdi></b> {_text(text)}"
        case Said(who=who, text=text):
            return f"* <b><bdi>{_text(who)}</bdi></b> {_text(text)}"
        case Whispered(who=who, to=to, text=text, action=action):
            star = "* " if action else ""
            names = f"<b><bdi>{_text(who)}</bdi> → <bdi>{_text(to)}</bdi></b>"
            return f"{names} {star}{_text(text)}"
        case Erased(who=who):
            return f"<b><bdi>{_text(who)}</bdi></b> <i>(deleted by a moderator)</i>"
        case item if is_durable(item):
            lines = (line.removeprefix("-- ") for line in ENGLISH.told(item))
            return f"<i>{_text(' '.join(lines))}</i>"
        case _:
            raise AssertionError("no other events are kept")


def _text(text: str) -> str:
    return escape(clean(text))
