"""The budget: how many requests polling may make of the gateway.

Half of what the gateway documents for a key; the other half is left to customers who
need an address. Of its half, polling may spend a half on what can wait (single
transactions and addresses, old pages): the list of recent transactions, which finds
everything, never goes short.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from types import MappingProxyType
from typing import Final

from django.db import transaction

from saleor_cryptopay.core.errors import RetryableError
from saleor_cryptopay.gateways.base import Environment
from saleor_cryptopay.models import Spending

from .runtime import Runtime

WINDOWS: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "minute": timedelta(minutes=1),
        "hour": timedelta(hours=1),
        "day": timedelta(days=1),
    }
)

SPENT: Final = "BUDGET_SPENT"

DOCUMENTED: Final[Mapping[str, Mapping[str, int]]] = MappingProxyType(
    {
        Environment.TEST: {"minute": 100, "hour": 1_000, "day": 10_000},
        Environment.LIVE: {"minute": 1_000, "hour": 10_000, "day": 100_000},
    }
)
"""Requests that the gateway lets a key make."""


def share(environment: str, window: str, *, is_spare: bool) -> int:
    """Return how many requests polling may make in a window.

    Args:
        environment: the key's, `test` or `live`.
        window: `minute`, `hour` or `day`.
        is_spare: whether for something that can wait, or for the recent pages.
    """
    return DOCUMENTED[environment][window] // (4 if is_spare else 2)


@transaction.atomic
def spend(runtime: Runtime, *, is_spare: bool) -> None:
    """Take one request out of the budget; call it before the request is made.

    Raises:
        RetryableError: the budget is spent; nothing was asked.
    """
    gateway, now = runtime.gateway, runtime.clock()
    rows = _windows(f"{gateway.name}:{gateway.environment}", now)
    for row in rows:
        if row.used >= share(gateway.environment, row.window, is_spare=is_spare):
            raise RetryableError(
                f"Polling has made its {row.used} requests of this {row.window}.",
                code=SPENT,
                retry_after=_seconds_left(row, now),
            )
    for row in rows:
        row.used += 1
    Spending.objects.bulk_update(rows, ["began_at", "used"])


def _seconds_left(row: Spending, now: datetime) -> int:
    left = row.began_at + WINDOWS[row.window] - now
    return ceil(left.total_seconds())


def _windows(account: str, now: datetime) -> list[Spending]:
    """Return the locked rows of the account, those that are over begun anew."""
    rows = list(_locked(account))
    if len(rows) < len(WINDOWS):
        Spending.objects.bulk_create(
            [Spending(account=account, window=name, began_at=now) for name in WINDOWS],
            ignore_conflicts=True,
        )
        rows = list(_locked(account))
    for row in rows:
        # A clock that was set back must not stretch a window.
        if not row.began_at <= now < row.began_at + WINDOWS[row.window]:
            row.began_at, row.used = now, 0
    return rows


def _locked(account: str) -> list[Spending]:
    rows = Spending.objects.filter(account=account)
    return list(rows.select_for_update().order_by("pk"))
