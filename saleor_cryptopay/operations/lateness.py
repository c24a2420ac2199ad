"""Whether coins come too late: for the ledger, and for whoever asks for them.

Coins on their way stop a payment's own clock, but not that of a rest that is still to
be sent: each transfer is judged by when it was seen.
"""

from datetime import datetime

from saleor_cryptopay.core.states import PaymentEvent, PaymentState, allows
from saleor_cryptopay.models import Payment

from .runtime import LatePolicy


def is_late(payment: Payment, seen_at: datetime) -> bool:
    """Return whether coins that were seen then are left to a person.

    Args:
        payment: whose deadline and rule about late coins count.
        seen_at: aware UTC.
    """
    return payment.late_policy == LatePolicy.REVIEW and seen_at > payment.expires_at


def is_overdue(payment: Payment, now: datetime) -> bool:
    """Return whether the deadline has passed and nobody has acted on it yet."""
    state = PaymentState(payment.state)
    return payment.expires_at <= now and allows(state, PaymentEvent.DEADLINE_PASSED)


def is_over(payment: Payment, now: datetime) -> bool:
    """Return whether it is too late to ask the customer for coins.

    Where late coins count, a rest is asked for as long as others are on their way.
    """
    is_past = payment.expires_at <= now
    is_refused = payment.late_policy == LatePolicy.REVIEW
    return (is_past and is_refused) or is_overdue(payment, now)
