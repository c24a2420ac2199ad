"""Rate limits: how many requests a key may make in a minute, an hour and a day."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_WINDOWS: Final = {"per_minute": 60, "per_hour": 3_600, "per_day": 86_400}

DOCUMENTED: Final[Mapping[str, Mapping[str, int]]] = {
    "test": {"per_minute": 100, "per_hour": 1_000, "per_day": 10_000},
    "live": {"per_minute": 1_000, "per_hour": 10_000, "per_day": 100_000},
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of the window that is nearest to its end.

    Attributes:
        limit: requests in the window.
        remaining: how many are left after this one.
        reset: Unix time at which the window ends.
        window: its length in seconds.
        is_exceeded: whether this request was one too many.
    """

    limit: int
    remaining: int
    reset: int
    window: int
    is_exceeded: bool

    def headers(self) -> dict[str, str]:
        """Return the headers of every answer."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
            "X-RateLimit-Window": str(self.window),
        }


class RateLimits:
    """Counts requests in windows that begin with their first request."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self.limits = dict(limits)
        self._windows: dict[str, tuple[int, int]] = {}

    def count(self) -> Allowance:
        """Count one request and return what is left. A limit of 0 limits nothing."""
        present = int(time.time())
        allowances = [
            self._count(name, limit, present)
            for name, limit in self.limits.items()
            if limit
        ]
        never = Allowance(0, 0, present, 0, is_exceeded=False)
        exceeded = (one for one in allowances if one.is_exceeded)
        return next(exceeded, allowances[0] if allowances else never)

    def reset(self) -> None:
        """Forget what was counted."""
        self._windows.clear()

    def _count(self, name: str, limit: int, present: int) -> Allowance:
        length = _WINDOWS[name]
        began, used = self._windows.get(name, (present, 0))
        if present >= began + length:
            began, used = present, 0
        used += 1
        self._windows[name] = (began, used)
        left = max(0, limit - used)
        return Allowance(limit, left, began + length, length, is_exceeded=used > limit)
