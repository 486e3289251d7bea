"""What all events are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twistchat.frontends.jsonlines.codec import Object


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Anything that happens; `raw` is the server's own object, empty for what it did not say."""

    raw: Object = field(default_factory=dict, repr=False, compare=False)
