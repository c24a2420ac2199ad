"""What must be so of refunds after any interleaving: each is answered, once."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from django.db.models import Sum
from saleor.order import OrderGrantedRefundStatus
from saleor.payment import TransactionEventType, TransactionKind

from saleor_cryptopay.bridge.transactions_api.actions import SPURIOUS
from saleor_cryptopay.bridge.transactions_api.refunds import request_key
from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.models import Payment, Refund
from saleor_cryptopay.operations.refunds.postings import shop_reference

Type: Final = TransactionEventType
NOTHING: Final = Decimal(0)

OVER: Final = (
    RefundState.CONFIRMED,
    RefundState.FAILED,
    RefundState.DECLINED,
    RefundState.LAPSED,
)
ENDINGS: Final = (Type.REFUND_FAILURE, Type.REFUND_SUCCESS)
STANDINGS: Final = {
    Type.REFUND_REQUEST: OrderGrantedRefundStatus.PENDING,
    Type.REFUND_SUCCESS: OrderGrantedRefundStatus.SUCCESS,
    Type.REFUND_FAILURE: OrderGrantedRefundStatus.FAILURE,
}


def refund_faults(payment: Payment, item: Any) -> list[str]:
    """Compare what Saleor shows as being refunded with what we have promised."""
    faults = [*_request_faults(payment, item), *_spurious_faults(item)]
    promised = _sum(_open_refunds(payment))
    if item.refund_pending_value != promised:
        shown = item.refund_pending_value
        faults.append(f"Saleor shows {shown} being refunded, not {promised}")
    credited = sum((each.credited for each in payment.transfers.all()), NOTHING)
    if promised > credited:
        faults.append(f"{promised} is promised back of {credited}")
    return [*faults, *_release_faults(payment, item)]


def promise_faults(payments: list[Payment], expected: int | None) -> list[str]:
    """Count the refunds that are under way."""
    found = sum(_open_refunds(each).count() for each in payments)
    return [] if expected in (None, found) else [f"{found} refunds are under way"]


def grant_faults(order: Any) -> Iterator[str]:
    """Look for granted refunds that stand otherwise than their events say."""
    for grant in order.granted_refunds.all():
        events = grant.transaction_events.order_by("created_at")
        standing = (
            STANDINGS[events.last().type] if events else OrderGrantedRefundStatus.NONE
        )
        if grant.status != standing:
            yield f"the granted refund is {grant.status}, its events say {standing}"
        keys = [request_key(each) for each in events.filter(type=Type.REFUND_REQUEST)]
        promised = Refund.objects.filter(key__in=keys).exclude(state__in=OVER).count()
        if promised > 1:
            yield f"a refund is granted once, and promised {promised} times"


def record_faults(payment: Payment, row: Any) -> list[str]:
    """Compare the promises of the Payments API's records with our own."""
    records = row.transactions.filter(
        kind=TransactionKind.REFUND_ONGOING, is_success=True
    )
    told = sorted(records.values_list("token", flat=True))
    promised = sorted(shop_reference(each) for each in payment.refunds.all())
    return [] if told == promised else [f"Saleor was promised {told}, not {promised}"]


def _request_faults(payment: Payment, item: Any) -> Iterator[str]:
    promised = [shop_reference(each) for each in _open_refunds(payment)]
    for request in item.events.filter(type=Type.REFUND_REQUEST):
        reference = request.psp_reference
        if reference is None:
            yield "a request for a refund is not answered"
            continue
        ended = item.events.filter(psp_reference=reference, type__in=ENDINGS).count()
        if (count := ended + promised.count(reference)) != 1:
            yield f"a request for a refund is answered {count} times"


def _release_faults(payment: Payment, item: Any) -> list[str]:
    """Look for coins that were given back for a checkout that was an order by then.

    An order that Saleor makes after that shows that its money is on its way back.
    """
    if item.order is None:
        return []
    released = item.events.filter(
        type=Type.REFUND_REQUEST, user=None, app=None, related_granted_refund=None
    )
    late = _open_refunds(payment).filter(
        key__in=[request_key(each) for each in released],
        asked_at__gt=item.order.created_at,
    )
    return ["the coins of an order are promised back"] if late.exists() else []


def _spurious_faults(item: Any) -> list[str]:
    left = item.events.filter(
        type__in=SPURIOUS,
        include_in_calculations=False,
        psp_reference=None,
        app_identifier=None,
    )
    return [f"Saleor's own failure is left: {each.message}" for each in left]


def _open_refunds(payment: Payment) -> Any:
    paid = payment.refunds.filter(source=Refund.Source.PAID)
    return paid.exclude(state__in=OVER)


def _sum(refunds: Any) -> Decimal:
    return Decimal(refunds.aggregate(sum=Sum("amount", default=NOTHING))["sum"])
