"""One round of asking a gateway about refunds: whose turn it is, and when to leave off.

A gateway that hangs lets every request wait until its deadline. Whoever went on with
the next refund would hold a worker for minutes, and send one approved refund after the
other into the void. So a round ends at the first silence, and those that have waited
longest come first: no refund for which the gateway is silent keeps the others waiting
for ever.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from saleor_cryptopay.core.errors import IndeterminateError, RetryableError
from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.gateways.payouts import Payouts
from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations.runtime import Runtime

# How long a refund rests whose order could surely not be made, or that is in doubt.
PAUSE: Final = timedelta(minutes=10)

# Of orders, which are looked for in a list, and of those that are fetched.
ORDERS: Final = 20
FETCHES: Final = 50


@dataclass(frozen=True, slots=True)
class Round:
    """What came of a round.

    Attributes:
        done: how many refunds it brought further.
        is_cut: whether the gateway did not answer: the rest waits for another round.
    """

    done: int = 0
    is_cut: bool = False


def go_round(refunds: Iterable[Refund], step: Callable[[Refund], bool]) -> Round:
    """Take a step with one refund after the other, as long as the gateway answers.

    Args:
        refunds: those that have waited longest first.
        step: returns whether it brought a refund further. It raises RetryableError or
            IndeterminateError, with all that follows from it stored, for a gateway
            that does not answer; a refusal of one refund is none of the others'.
    """
    done = 0
    for refund in refunds:
        try:
            done += step(refund)
        except (RetryableError, IndeterminateError):
            return Round(done, is_cut=True)
    return Round(done)


def list_doubtful(runtime: Runtime, payouts: Payouts) -> QuerySet[Refund]:
    """Return what is to be looked up now, with its payment."""
    has_rested = Q(checked_at=None) | Q(checked_at__lte=runtime.clock() - PAUSE)
    is_due = Q(state=RefundState.SENDING) | Q(state=RefundState.IN_DOUBT) & has_rested
    return _refunds(payouts).filter(is_due).order_by(*_UNASKED)[:ORDERS]


def list_approved(runtime: Runtime, payouts: Payouts) -> QuerySet[Refund]:
    """Return what may be begun now, with its payment."""
    has_rested = Q(begun_at=None) | Q(begun_at__lte=runtime.clock() - PAUSE)
    approved = _refunds(payouts).filter(has_rested, state=RefundState.APPROVED)
    return approved.order_by(Coalesce("begun_at", "changed_at"), "pk")[:ORDERS]


def list_sent(payouts: Payouts) -> QuerySet[Refund]:
    """Return what the gateway has taken and has not said the end of."""
    sent = _refunds(payouts).filter(state=RefundState.SENT)
    return sent.order_by(*_UNASKED)[:FETCHES]


_UNASKED: Final = (F("checked_at").asc(nulls_first=True), "changed_at", "pk")


def _refunds(payouts: Payouts) -> QuerySet[Refund]:
    return Refund.objects.filter(
        payment__gateway=payouts.name, payment__environment=payouts.environment
    ).select_related("payment")
