"""What is under way to payments: seen and not final, or final and not told yet.

Who asks for a second payment in that moment must not be asked for the same again.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from saleor_cryptopay.core.money import credit_for
from saleor_cryptopay.core.states import OPEN_STATES, PaymentState
from saleor_cryptopay.models import Payment

from .sums import sums

# What needs a person is for that person to say.
COUNTED: Final = sorted(OPEN_STATES | {PaymentState.CONFIRMED})


def find_worths(references: Iterable[str]) -> dict[str, Decimal]:
    """Return what the coins of each payment are worth, final or on their way.

    Args:
        references: the shop's transactions.

    Returns:
        By reference, in the payment's currency and at most its total; payments
        without coins, and those that need a person, are left out.
    """
    payments = Payment.objects.filter(
        reference__in=list(references), state__in=COUNTED, address__isnull=False
    ).select_related("address")
    worths = {payment.reference: _worth(payment) for payment in payments}
    return {reference: worth for reference, worth in worths.items() if worth}


def _worth(payment: Payment) -> Decimal:
    address = payment.address
    if address is None:
        return Decimal(0)
    final, underway = sums(payment)
    return credit_for(
        final + underway,
        asked=address.units,
        minimum=address.minimum_units,
        total=payment.total,
        currency=payment.currency,
    )
