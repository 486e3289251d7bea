"""What somebody on the line wire was shown by nodes whose store may lose what it has.

They see no numbers; but what they see without a word of something missing has to be a run of
the numbers of one epoch, as others were told them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.views import Came, Missed, Past, Spoken, steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.e2e.stories import Ledger
    from tests.e2e.views import View


def losses(view: View, ledger: Ledger) -> Iterator[str]:
    """Tell where something was left out, doubled or swapped without a word."""
    runs: dict[str, list[str]] = {}
    for step in steps(view):
        match step:
            case Missed(room=room):
                yield from _odd(view, room, runs.pop(room, ()), ledger)
            case Came(room=room):
                runs.setdefault(room, [])
            case Past(room=room, lines=lines) if room not in runs:
                runs[room] = [line.text for line in lines]
            case Spoken(room=room, text=text):
                runs.setdefault(room, []).append(text)
    for room, texts in runs.items():
        yield from _odd(view, room, texts, ledger)


def _odd(view: View, room: str, texts: Sequence[str], ledger: Ledger) -> Iterator[str]:
    if len(set(texts)) != len(texts):
        twice = next(text for text in texts if texts.count(text) > 1)
        yield f"{view} was shown in {room} twice, with no word of a gap: {twice!r}"
        return
    # Of some the number is not known: nobody who is told numbers has seen them before they were
    # lost. They count as one each.
    places = {at: text for at, text in enumerate(texts) if text in ledger}
    breaks = [_break(places, numbers) for numbers in ledger.runs(room)]
    if places and None not in breaks:
        at = max(at for at in breaks if at is not None)
        shown = [text[:20] for text in texts[max(at - 3, 0) : at + 2]]
        yield f"{view} was shown in {room} what is no run of any epoch: {shown} ({at})"


def _break(places: Mapping[int, str], numbers: Mapping[str, list[int]]) -> int | None:
    """Find the first of these places where the numbers do not go up with them."""
    begin = None
    for at, text in places.items():
        if text not in numbers or begin not in (None, numbers[text][0] - at):
            return at
        begin = numbers[text][0] - at
    return None
