"""Where to listen, and who may come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.accounts.doors import Doors, read_checker
from twistchat.given.files import read_house
from twistchat.host.endpoints import Listen, own_endpoint_of, read_listen

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from twistchat.given import Given


def read_places(
    port: Given, places: Given, kinds: Collection[str], *, is_port_given: bool
) -> list[tuple[Listen, Given]]:
    """Find where to listen: where `port` says, if it does or nothing else does, and elsewhere."""
    found: list[tuple[Listen, Given]] = []
    try:
        if is_port_given or not places.value:
            found.append((read_listen(str(port.value), kinds), port))
    except ValueError as error:
        port.wrong(error)
    try:
        found += [(read_listen(place, kinds), places) for place in places.value]
    except ValueError as error:
        places.wrong(error)
    return found


def read_doors(guests: Given, auth: Given, house: Given, *, rundir: Path) -> tuple[Doors, str]:
    """Find who may come in; and what to warn of."""
    if guests.value not in (True, False, "yes", "no"):
        guests.wrong(f"--guests takes yes or no, not {guests.value!r}")
    checkers = []
    for description in auth.value:
        try:
            checkers.append(read_checker(description, rundir))
        except ValueError as error:
            auth.wrong(f"{auth.name}: {error}")
    password, warning = read_house(house, rundir)
    return Doors(guests.value in (True, "yes"), password, tuple(checkers)), warning


def read_metrics(metrics: Given) -> tuple[str, Given] | None:
    """Find where the metrics are served, if anywhere."""
    if metrics.value is None:
        return None
    try:
        import prometheus_client  # noqa: F401, whether it is there
    except ImportError:
        metrics.wrong(f"{metrics.name} needs more: pip install 'twistchat[metrics]'")
    try:
        return own_endpoint_of(str(metrics.value)), metrics
    except ValueError as error:
        metrics.wrong(f"{metrics.name}: {error}")
