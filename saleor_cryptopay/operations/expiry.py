"""Expiry: closing what nobody paid before its deadline.

Coins seen before the deadline beat the sweep: a payment is closed only after the
gateway was asked about it later than its deadline, or, when the gateway has been out
of reach for an hour, without it.
"""

from datetime import timedelta
from typing import Final

from django.db.models import F, Q

from saleor_cryptopay.core.states import PaymentEvent, PaymentState
from saleor_cryptopay.models import Payment

from . import ledger
from .runtime import Runtime

BATCH: Final = 500

# The states in which no coins are on their way.
EXPIRABLE: Final = (PaymentState.AWAITING_PAYMENT, PaymentState.PAYMENT_INSUFFICIENT)

# How long a gateway that does not answer can put off the deadline.
PATIENCE: Final = timedelta(hours=1)


def expire_due(runtime: Runtime, *, most: int = BATCH) -> int:
    """Close payments past their deadline. Returns how many were closed.

    Safe to run in any number of processes at once: each payment is closed under its
    own lock, after looking again.
    """
    now = runtime.clock()
    was_checked = Q(checked_at__gte=F("expires_at")) | Q(address=None)
    is_overdue = Q(expires_at__lte=now - PATIENCE)
    due = (
        Payment.objects.filter(state__in=EXPIRABLE, expires_at__lte=now)
        .filter(was_checked | is_overdue)
        .order_by("expires_at")
        .values_list("pk", flat=True)
    )
    closed = 0
    for payment_id in list(due[:most]):
        payment = ledger.record_event(
            payment_id,
            PaymentEvent.DEADLINE_PASSED,
            runtime,
            note="the deadline passed",
        )
        closed += payment.state not in EXPIRABLE
    return closed
