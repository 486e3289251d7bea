"""The command line of an operator: `backup`, `export`, `import`, `db check`.

This is read whatever `twistchat` is asked to do: the engine is imported when it is needed.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from twistchat.archive import ArchiveError, terminal
from twistchat.core.moments import NoMomentError, on_clock, read_moment, seen_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twistchat.archive.check import Contents
    from twistchat.engine.choice import RedisChoice

DATABASE = "twistchat.db"
"""Where a server keeps what was said, if it is not told where."""

FORMATS = ("text", "json", "html")

ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""The signals that end a command, unless they are ignored (as nohup has it)."""


def add_commands(commands: Any) -> None:
    """Add the commands to a command line (to what argparse's `add_subparsers` returns)."""
    backup = commands.add_parser(
        "backup",
        help="copy the database, also while a server runs",
        description="Copy the database as it is at one moment, also while a server runs.",
    )
    backup.add_argument("destination", metavar="DEST", help="a new file, or a folder for one")
    _finish(backup, _backup, writes=True)

    export = commands.add_parser(
        "export",
        help="write out what was said, to be read or imported",
        description="Write out what was said, also while a server runs.",
        epilog="TIME is 30m, 12h or 7d (ago), 2026-11-20 or 2026-11-20T14:00, on the clock of"
        " this machine.",
    )
    export.add_argument(
        "room", metavar="ROOM", nargs="?", help="one room: lab or '#lab'; all rooms if none"
    )
    export.add_argument("--format", choices=FORMATS, default="text", help="text if not given")
    export.add_argument("--since", metavar="TIME", type=_moment, help="nothing before that")
    export.add_argument("--until", metavar="TIME", type=_moment, help="nothing from then on")
    export.add_argument(
        "--private", action="store_true", help="private conversations, too (without a ROOM)"
    )
    export.add_argument(
        "--everything",
        action="store_true",
        help="all that a move to another engine needs, secrets too (json, all rooms)",
    )
    export.add_argument("--output", "-o", metavar="FILE", help="a new file, not standard output")
    _finish(export, _export, writes=True, may_be_shared=True)

    importing = commands.add_parser(
        "import",
        help="put an export (json) into a database that no server has open",
        description="Put an export (--format json) into a database: all of it, or nothing.",
    )
    importing.add_argument("file", metavar="FILE", help="the export; - is standard input")
    importing.add_argument(
        "--append",
        action="store_true",
        help="put the lines of rooms that the database has behind those that are there",
    )
    _finish(importing, _import, may_be_shared=True)

    database = commands.add_parser(
        "db", help="db check: see whether the database is whole", description="Look at a database."
    )
    looks = database.add_subparsers(metavar="COMMAND", dest="look", required=True)
    check = looks.add_parser(
        "check",
        help="see whether it is whole, and what is in it",
        description="See whether the database is whole, also while a server runs.",
        epilog="The status is 0 if it is, and 1 if it is not.",
    )
    _finish(check, _check)


def _finish(
    command: argparse.ArgumentParser,
    do: Callable[[argparse.ArgumentParser, argparse.Namespace], int],
    *,
    writes: bool = False,
    may_be_shared: bool = False,
) -> None:
    if writes:
        command.add_argument("--force", action="store_true", help="replace a file that is there")
    if may_be_shared:
        command.add_argument(
            "--engine",
            metavar="URL",
            help="the chat as a server's --engine names it (redis://HOST…), instead of --db",
        )
    command.add_argument(
        "--db",
        metavar="PATH",
        help=f"the database, or sqlite:PATH as a server takes it; {DATABASE} if not given",
    )
    command.set_defaults(run=partial(_run, do))


def _run(
    do: Callable[[argparse.ArgumentParser, argparse.Namespace], int],
    parser: argparse.ArgumentParser,
    options: argparse.Namespace,
) -> int:
    """Do what was asked for, and return the status. What goes wrong is told in one line."""
    from twistchat.engine.redis.link import StoreError
    from twistchat.engine.sqlite.faults import DatabaseError

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)  # so that half a file is removed

    ends = [number for number in ENDS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in ends}
    try:
        return do(parser, options)
    except (ArchiveError, DatabaseError, StoreError) as error:
        terminal.complain(str(error))
        return 1
    except OSError as error:
        where = "" if error.filename is None else f" {os.fsdecode(error.filename)}"
        terminal.complain(f"cannot use{where}: {error.strerror}")
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _moment(text: str) -> float | None:
    try:
        return seen_from(on_clock(read_moment(text), None), time.time())
    except NoMomentError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: write 30m, 12h, 7d, 2026-11-20 or 2026-11-20T14:00"
        ) from error


def _file(text: str) -> Path:
    if not text:
        raise ArchiveError("the name of the file is empty")
    return Path(text)


def _is_folder(text: str) -> bool:
    """Whether it names a folder, be there one or not."""
    return os.path.basename(text) in ("", ".", "..")  # noqa: PTH119, a Path has lost its last slash


# ---------------------------------------------------------------- what they do


def _backup(_: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from twistchat.archive.backup import back_up
    from twistchat.archive.database import locate

    made = back_up(
        locate(_database(options)),
        _file(options.destination),
        force=options.force,
        is_folder=_is_folder(options.destination),
    )
    terminal.say(f"{made.path}: {terminal.lines(made.lines)}, {terminal.size(made.size)}")
    return 0


def _database(options: argparse.Namespace) -> str:
    return DATABASE if options.db is None else str(options.db)


def _where(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Path | RedisChoice:
    """Find out which chat is meant."""
    from twistchat.archive.database import locate
    from twistchat.engine.choice import RedisChoice, read_choice

    if options.engine is None:
        return locate(_database(options))
    if options.db is not None:
        parser.error("--engine and --db name two chats: choose one")
    try:
        choice = read_choice(options.engine)
    except ValueError as error:
        raise ArchiveError(str(error)) from error
    return choice if isinstance(choice, RedisChoice) else locate(options.engine)


def _export(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from twistchat.archive.export import export_to_file, export_to_stdout, of_database
    from twistchat.archive.selection import Wanted
    from twistchat.archive.shared import of_redis

    if options.private and options.room is not None:
        parser.error("--private is for all that was said, and not for one room")
    is_part = (options.room, options.since, options.until) != (None, None, None)
    if options.everything and (is_part or options.format != "json"):
        parser.error("--everything goes with --format json, and takes all rooms and all times")
    if options.force and options.output is None:
        parser.error("--force goes with --output FILE")
    wanted = Wanted(
        options.room,
        options.private or options.everything,
        options.since,
        options.until,
        options.everything,
    )
    where = _where(parser, options)
    database = where if isinstance(where, Path) else None
    source = partial(of_database, where) if isinstance(where, Path) else partial(of_redis, where)
    if options.output is None:
        export_to_stdout(source, wanted, options.format)
        return 0
    path = _file(options.output)
    if _is_folder(options.output):
        raise ArchiveError(f"{options.output} is a folder: name a file in it")
    made = export_to_file(
        source, wanted, options.format, path, force=options.force, database=database
    )
    terminal.say(f"{path}: {terminal.lines(made.lines)}, {terminal.size(made.size)}")
    return 0


def _import(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from twistchat.archive import into_database, into_redis

    where = _where(parser, options)
    if isinstance(where, Path):
        put = partial(into_database.import_export, database=where, append=options.append)
    elif options.append:
        parser.error("--append goes with --db: an import into a Redis makes a new chat")
    else:
        put = partial(into_redis.import_export, choice=where)
    if options.file == "-":
        if sys.stdin is None:
            raise ArchiveError("standard input is closed: name a file")
        made = put(sys.stdin.buffer, "standard input")
    else:
        with _opened(_file(options.file)) as file:
            made = put(file, options.file)
    name = where if isinstance(where, Path) else where.address
    rooms = terminal.count(made.rooms, "room", "rooms")
    private = terminal.count(made.conversations, "private conversation", "private conversations")
    what = f"{rooms} and {private}" if made.conversations else rooms
    terminal.say(f"{name}: {terminal.lines(made.lines)} imported, of {what}")
    for room in made.gaps:
        terminal.say(f"{room}: some lines were not in the file; those behind them moved up")
    return 0


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise ArchiveError(f"cannot read {path}: {error.strerror}") from error


def _check(_: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    from twistchat.archive.check import check
    from twistchat.archive.database import locate

    path = locate(_database(options))
    report = check(path)
    if report.contents is not None:
        for line in _described(path, report.contents):
            terminal.say(line)
    for fault in report.faults:
        terminal.complain(fault)
    if report.contents is None:
        terminal.complain(f"{path} is damaged: stop the server, and restore a backup")
    elif not report.faults:
        terminal.say("No fault was found.")
    return 1 if report.faults else 0


def _described(path: Path, contents: Contents) -> Iterator[str]:
    backup = ", a backup" if contents.is_copy else ""
    yield f"{path}: {terminal.size(contents.size)}, schema {contents.schema}{backup}"
    rooms = terminal.count(contents.rooms, "room", "rooms")
    private = terminal.count(
        contents.conversations, "private conversation", "private conversations"
    )
    yield f"{rooms}, {contents.forgotten} forgotten, {private}"
    if contents.oldest is not None and contents.newest is not None:
        times = f", from {terminal.time(contents.oldest)} to {terminal.time(contents.newest)}"
    else:
        times = ""
    yield f"{terminal.lines(contents.lines)}{times}"
    if contents.deeds:
        yield f"{terminal.count(contents.deeds, 'entry', 'entries')} in the audit log"
    if contents.indexed is None:
        yield "no search index; a server makes it, where its SQLite can"
    elif contents.indexed < contents.lines:
        yield f"{contents.indexed} of these lines are in the search index; a server adds the others"
    else:
        yield "all of them are in the search index"
