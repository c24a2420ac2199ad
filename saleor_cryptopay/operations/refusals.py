"""Counting webhooks that nobody we know has signed, without touching the database.

The count is in Django's cache, by the hour: anybody may send such webhooks, and they
are to cost us nothing.
"""

from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache

HOUR: Final = timedelta(hours=1)
KEPT_SECONDS: Final = 3 * 60 * 60


def count_refusal(now: datetime) -> None:
    """Count one webhook with a bad signature."""
    key = _key(now)
    if not cache.add(key, 1, KEPT_SECONDS):
        cache.incr(key)


def recent_refusals(now: datetime) -> int:
    """Return how many there were in this hour and the one before."""
    return sum(cache.get_many([_key(now), _key(now - HOUR)]).values())


def _key(moment: datetime) -> str:
    return f"saleor_cryptopay:refused:{moment:%Y%m%d%H}"
