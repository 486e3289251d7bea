"""How fast is too fast: a burst, then a steady pace."""

from __future__ import annotations


class Bucket:
    """A token bucket: full at first, `burst` at most, refilled by `rate` a second."""

    __slots__ = ("_at", "_tokens", "burst", "rate")

    def __init__(self, burst: float, rate: float, now: float) -> None:
        self.burst = burst
        self.rate = rate
        self._tokens = burst
        self._at = now

    def _refill(self, now: float) -> None:
        self._tokens = min(self.burst, self._tokens + max(0.0, now - self._at) * self.rate)
        self._at = now

    def take(self, now: float, cost: float = 1.0) -> float:
        """Take tokens if there are enough; 0.0 if so, else the seconds until there are."""
        self._refill(now)
        if self._tokens >= cost:
            self._tokens -= cost
            return 0.0
        return (cost - self._tokens) / self.rate

    def spend(self, now: float, cost: float = 1.0) -> float:
        """Take tokens in any case; return the seconds until the debt is paid, 0.0 without one."""
        self._refill(now)
        self._tokens -= cost
        return max(0.0, -self._tokens / self.rate)

    def is_full(self, now: float) -> bool:
        """Whether nothing was taken lately."""
        self._refill(now)
        return self._tokens >= self.burst
