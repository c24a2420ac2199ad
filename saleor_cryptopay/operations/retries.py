"""Claiming waiting rows, and when to try again what did not work.

A claim is a lease: the row's next attempt moves into the future in one statement, so
no two processes work on it, no lock is held while they do, and a process that dies
loses nothing but time.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final, TypeVar

from django.db.models import QuerySet

from saleor_cryptopay.models import Delivery, Effect, Message, Payment

Row = TypeVar("Row", Delivery, Effect, Message)

# Longer than applying one row can take: all its calls to the gateway have deadlines.
LEASE: Final = timedelta(minutes=2)

SLOWEST: Final = timedelta(hours=1)


def claim(
    waiting: QuerySet[Row], clock: Callable[[], datetime], most: int
) -> Iterator[Row]:
    """Yield rows that are due, each claimed by this process alone, oldest first.

    A row is claimed when it is asked for: work on it before asking for the next.

    Args:
        waiting: rows to choose from.
        clock: gives aware UTC; rows whose `next_attempt_at` is not later are due.
        most: how many at the most.
    """
    due = waiting.filter(next_attempt_at__lte=clock()).order_by("pk")
    for row in list(due[:most]):
        until = clock() + LEASE
        mine = waiting.filter(pk=row.pk, next_attempt_at=row.next_attempt_at)
        if mine.update(next_attempt_at=until):
            row.next_attempt_at = until
            yield row


def next_attempt(attempts: int, now: datetime) -> datetime:
    """Return when to try again after so many attempts: 5, 10, 20 s … one hour."""
    doublings = max(0, min(attempts - 1, 12))
    return now + min(timedelta(seconds=5 << doublings), SLOWEST)


def try_now(payment: Payment, kind: Effect.Kind, now: datetime) -> None:
    """Have what waits of a kind tried again at once: something about it has changed."""
    waiting = Effect.objects.filter(done_at=None, is_dead=False, payment=payment)
    waiting.filter(kind=kind).update(next_attempt_at=now)
