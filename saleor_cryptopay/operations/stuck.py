"""Stuck payments: coins that were seen, and neither arrive nor disappear.

Coins on their way stop the clock of a payment, so that somebody else has to: a day
after the deadline, a payment that still waits for them becomes a case for staff.
Coins that arrive after all are credited as ever.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop

from saleor_cryptopay.core.states import PaymentEvent, PaymentState
from saleor_cryptopay.models import Payment

from . import ledger
from .runtime import Runtime

PATIENCE: Final = timedelta(days=1)
BATCH: Final = 200

WORDS: Final = gettext_noop(
    "coins have been on their way for more than a day after the deadline"
)


def raise_stuck(runtime: Runtime, *, most: int = BATCH) -> int:
    """Raise payments whose coins have been on their way too long. Returns how many."""
    before = runtime.clock() - PATIENCE
    stuck = Payment.objects.filter(
        state=PaymentState.PAYMENT_DETECTED, expires_at__lte=before
    ).order_by("expires_at")
    found = list(stuck.values_list("pk", flat=True)[:most])
    return sum(_raise(payment_id, runtime) for payment_id in found)


def _raise(payment_id: UUID, runtime: Runtime) -> bool:
    payment = ledger.record_event(
        payment_id,
        PaymentEvent.REVIEW_RAISED,
        runtime,
        note=WORDS,
        seen_in=PaymentState.PAYMENT_DETECTED,
    )
    return payment.state == PaymentState.NEEDS_REVIEW
