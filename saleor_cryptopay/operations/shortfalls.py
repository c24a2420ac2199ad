"""Shortfalls: checkouts that cost more than the payment that was paid for them.

The rest may come by another payment, or the checkout may become cheaper. So long as
staff have not decided, it is looked at again: nobody has to close a case that is none.
"""

import logging
from datetime import timedelta
from typing import Final

from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Case, Effect

from .cases import close_taken, list_effects
from .ports import Completion
from .refunds.coins import is_given_back
from .runtime import Runtime

logger = logging.getLogger(__name__)

# A customer who has not paid the rest by then does not come back.
REACH: Final = timedelta(days=7)
BATCH: Final = 50

_ORDERED: Final = frozenset({Completion.DONE, Completion.NOT_NEEDED})


def complete_covered(runtime: Runtime, *, most: int = BATCH) -> int:
    """Make the orders whose rest has come. Returns how many cases that closes."""
    recent = Case.objects.filter(opened_at__gt=runtime.clock() - REACH)
    short = list_effects(recent).filter(
        kind=Effect.Kind.COMPLETE,
        note=Completion.NOT_PAID,
        payment__state=PaymentState.CONFIRMED,
    )
    found = list(short.select_related("payment").order_by("pk")[:most])
    return sum(_complete(effect, runtime) for effect in found)


def _complete(effect: Effect, runtime: Runtime) -> bool:
    if is_given_back(effect.payment):
        return False
    try:
        outcome = runtime.shop.complete(effect.payment.reference)
    except ShopError:
        # Covered by now, and no order: as it was, and for staff all the same.
        return False
    except Exception:
        # A fault in the shop's own code must not hold up other payments.
        logger.exception(
            "Looking again at %s failed", effect, extra=about(payment=effect.payment_id)
        )
        return False
    if outcome not in _ORDERED:
        return False
    Effect.objects.filter(pk=effect.pk).update(note=outcome)
    close_taken(effect, runtime.clock())
    return True
