"""Expiry: closing what nobody paid before its deadline.

Coins seen before the deadline beat the sweep: a payment is closed only after the
gateway was asked about it later than its deadline, or, when the gateway has been out
of reach for an hour, without it.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q, QuerySet

from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Payment

from . import ledger
from .runtime import Runtime

# Payments in one commit: their locks are held for a fraction of a second.
BATCH: Final = 100

# Payments in one run: what is left is closed by the next.
MOST: Final = 100_000

# The states in which no coins are on their way. What the gateway refused can be tried
# again until the deadline; then an order that waits for it must not wait on.
EXPIRABLE: Final = (
    PaymentState.AWAITING_PAYMENT,
    PaymentState.PAYMENT_INSUFFICIENT,
    PaymentState.FAILED,
)

# How long a gateway that does not answer can put off the deadline.
PATIENCE: Final = timedelta(hours=1)


def expire_due(runtime: Runtime, *, most: int = MOST) -> int:
    """Close payments past their deadline. Returns how many were closed.

    Safe to run in any number of processes at once: each batch is one commit, under
    the locks of its payments, and none waits for a payment that another has locked.

    Args:
        runtime: see `runtime.Runtime`.
        most: how many at the most; the next run goes on.
    """
    closed, since = 0, None
    while closed < most:
        size = min(BATCH, most - closed)
        found = ledger.record_deadlines(_due(runtime, since)[:size], runtime)
        closed += len(found)
        if len(found) < size:
            break
        since = found[-1]
    return closed


def _due(runtime: Runtime, since: datetime | None) -> QuerySet[Payment]:
    """Return what is to be closed, the oldest deadline first.

    From `since` on: the index still leads to what this run has closed before it.
    """
    now = runtime.clock()
    was_checked = Q(checked_at__gte=F("expires_at")) | Q(address=None)
    is_overdue = Q(expires_at__lte=now - PATIENCE)
    due = Payment.objects.filter(state__in=EXPIRABLE, expires_at__lte=now)
    if since is not None:
        due = due.filter(expires_at__gte=since)
    return due.filter(was_checked | is_overdue).order_by("expires_at")
