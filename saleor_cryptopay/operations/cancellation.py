"""Cancellation: stopping payments that the shop does not want any more.

Saleor tells nobody when an order with a waiting transaction is canceled, so open
payments are looked at in turn. Coins that come to such a payment afterwards are set
aside and raised to staff.
"""

from datetime import UTC, datetime
from typing import Final

from saleor_cryptopay.core.states import OPEN_STATES, PaymentEvent, PaymentState
from saleor_cryptopay.models import Cursor, Payment

from . import ledger
from .runtime import Runtime

BATCH: Final = 200

_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)


def close_unwanted(runtime: Runtime, *, most: int = BATCH) -> int:
    """Look at the next open payments, and close or raise those nobody wants.

    Returns how many were closed or raised. Safe to run in any number of processes.
    """
    name = f"{runtime.gateway.name}:{runtime.gateway.environment}:wanted"
    cursor, _ = Cursor.objects.get_or_create(
        name=name, defaults={"read_until": _BEGINNING}
    )
    payments = Payment.objects.filter(
        state__in=sorted(OPEN_STATES),
        gateway=runtime.gateway.name,
        environment=runtime.gateway.environment,
        created_at__gt=cursor.read_until,
    ).order_by("created_at")
    batch = list(payments[:most])
    cursor.read_until = batch[-1].created_at if len(batch) == most else _BEGINNING
    cursor.save(update_fields=["read_until"])
    return sum(_close(payment, runtime) for payment in batch)


def _close(payment: Payment, runtime: Runtime) -> bool:
    """Cancel the payment; where coins are there or on their way, a person decides."""
    reason = runtime.shop.unwanted(payment.reference)
    if not reason:
        return False
    state = PaymentState(payment.state)
    is_untouched = state is PaymentState.AWAITING_PAYMENT
    event = PaymentEvent.SHOP_CANCELED if is_untouched else PaymentEvent.REVIEW_RAISED
    after = ledger.record_event(payment.pk, event, runtime, note=reason, seen_in=state)
    return after.state not in OPEN_STATES
