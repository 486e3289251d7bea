"""A straight line through what was measured: what a line costs once, and once for each client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Fit:
    """The cost of one line that is said to n clients is once + each * n."""

    once: float
    each: float
    worst: float
    """How far the worst point is from it, as a part of that point."""


def fit(points: Sequence[tuple[float, float]]) -> Fit | None:
    """Put a line through points (clients, cost) so that the squares of relative errors are least.

    With absolute errors the largest room would decide everything. None for fewer than two sizes.
    """
    if len({clients for clients, _ in points}) < 2:
        return None
    # Divided by its cost, each point should be 1 = once * 1/cost + each * clients/cost.
    pairs = [(1 / cost, clients / cost) for clients, cost in points]
    uu = sum(u * u for u, _ in pairs)
    uv = sum(u * v for u, v in pairs)
    vv = sum(v * v for _, v in pairs)
    u_sum, v_sum = sum(u for u, _ in pairs), sum(v for _, v in pairs)
    determinant = uu * vv - uv * uv
    once = (u_sum * vv - v_sum * uv) / determinant
    each = (v_sum * uu - u_sum * uv) / determinant
    return Fit(once, each, max(abs(once * u + each * v - 1) for u, v in pairs))
