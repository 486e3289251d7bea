"""What stands in files can be read again while the server runs: options, limits, the motd."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from twisted.logger import Logger

from twistchat.core.changes import Takes, changeable, takes_effect
from twistchat.core.limits import NONE, Limits, write_number
from twistchat.frontends.console.command import Asked, Command, UsageError
from twistchat.frontends.console.results import (
    Failed,
    Result,
    Sentences,
    Text,
    Told,
    counted,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twistchat.frontends.registry import Greeting, Registry

log = Logger()


class ReloadError(Exception):
    """Something that is read again is wrong; the message says what, and where."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator has written, on the command line and in files."""

    greeting: Greeting
    limits: Limits
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """By the names of options: what cannot change while the server runs."""


class Reloading:
    """Reads again what stands in files, and lets it hold."""

    def __init__(
        self,
        *,
        registry: Registry,
        change_limits: Callable[[Limits], None],
        read: Callable[[], Settings] | None,
        begun_with: Settings | None,
    ) -> None:
        """`read` reads everything anew, as at a start, and raises `ReloadError`."""
        self._registry = registry
        self._change_limits = change_limits
        self._read = read
        self._begun_with = begun_with

    def commands(self) -> Sequence[Command]:
        """List the commands. Files are the business of whoever can write them."""
        return (
            Command(
                "motd",
                "[reload]",
                "show what newcomers read, or reload it",
                self._motd,
                of_process=True,
            ),
            Command(
                "reload",
                "",
                "read options, limits and the motd again",
                self._reload,
                of_process=True,
            ),
        )

    def reload(self) -> Result:
        """Read everything again. What is wrong changes nothing."""
        try:
            new = self._settings()
        except ReloadError as error:
            return self._wrong(error)
        changes = [*self._take_greeting(new), *self._take_limits(new), *self._need_a_start(new)]
        for change in changes:
            log.info("reload: {change}", change=CHANGE.format(**change))
        if not changes:
            log.info("reload: nothing has changed")
        return Sentences(CHANGE, changes, "Nothing has changed.")

    def _settings(self) -> Settings:
        if self._read is None:
            raise ReloadError("this server has no files to read again")
        return self._read()

    def _wrong(self, error: ReloadError) -> Failed:
        log.warn("reload: nothing is changed: {why}", why=str(error))
        return Failed(f"Nothing is changed: {error}", "broken")

    def _reload(self, asked: Asked) -> Result:
        asked.nothing()
        return self.reload()

    def _motd(self, asked: Asked) -> Result:
        greeting = self._registry.greeting
        if asked.words == "reload":
            try:
                motd = self._settings().greeting.motd
            except ReloadError as error:
                return self._wrong(error)
            is_new = motd != greeting.motd
            greeting = self._registry.greeting = replace(greeting, motd=motd)
            log.info("the message of the day was read again")
            words = "It is shown to whoever comes from now on" if is_new else "It is the same"
            return Told(f"{words}: {counted(len(motd), 'line')}.", {"motd": list(motd)})
        if asked.words:
            raise UsageError
        return Text("motd", greeting.motd, NO_MOTD)

    def _take_greeting(self, new: Settings) -> Sequence[Mapping[str, str]]:
        was, greeting = self._registry.greeting, new.greeting
        self._registry.greeting = greeting
        changes = []
        if was.server != greeting.server:
            changes.append(_change("name", was.server, greeting.server, Takes.CONNECTING))
        if was.motd != greeting.motd:
            before, now = (counted(len(motd), "line") for motd in (was.motd, greeting.motd))
            changes.append(_change("motd", before, now, Takes.CONNECTING))
        return changes

    def _take_limits(self, new: Settings) -> Sequence[Mapping[str, str]]:
        was = self._registry.limits
        self._change_limits(changeable(new.limits, was))
        now, changes = self._registry.limits, []
        for limit in fields(Limits):
            takes, wanted = takes_effect(limit.name), new.limits
            value = getattr(wanted if takes is Takes.STARTING else now, limit.name)
            before = getattr(was, limit.name)
            if value != before:
                name = f"limit {limit.name.replace('_', '-')}"
                changes.append(_change(name, shown(before), shown(value), takes))
        return changes

    def _need_a_start(self, new: Settings) -> Sequence[Mapping[str, str]]:
        fixed = {} if self._begun_with is None else self._begun_with.fixed
        return [
            _change(name, _shown(name, was), _shown(name, new.fixed.get(name)), Takes.STARTING)
            for name, was in fixed.items()
            if new.fixed.get(name) != was
        ]


NO_MOTD = (
    "There is no message of the day. Start with --motd FILE, or write motd = into the file of"
    " --config and type reload."
)

CHANGE = "{what}: {was} → {value} ({takes})"


def _change(what: str, was: str, value: str, takes: Takes) -> Mapping[str, str]:
    return {"what": what, "was": was, "value": value, "takes": str(takes)}


def shown(number: float) -> str:
    """Write a limit as one would type it."""
    return "0" if number == NONE else write_number(number)


def _shown(name: str, value: Any) -> str:
    """Write the value of an option for the log: no password, and of checkers the kinds alone.

    Behind these passwords may stand, as in `memory:alice:secret`.
    """
    if name.endswith("-password"):
        return "none" if value is None else "a secret"
    if name == "auth":
        value = [str(each).partition(":")[0] for each in value or ()]
    return _written(value)


def _written(value: Any) -> str:
    """Write the value of an option much as it stands in the file."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)
