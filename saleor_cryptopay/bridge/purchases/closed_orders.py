"""Orders that want no coins any more, and which of them are closed.

Saleor treats a canceled order that is charged in full as any other: it hands out gift
cards and downloads, tells every app that the order is paid, and makes it unfulfilled
again, without the stock that its cancellation gave back. So it must not see a closed
order's money rise. What becomes of such coins is for staff to say.
"""

from typing import Any, Final

from django.utils.translation import gettext_noop
from saleor.order import OrderChargeStatus, OrderStatus
from saleor.order.models import Order

from saleor_cryptopay.operations.ports import Completion

PAID: Final = (OrderChargeStatus.FULL, OrderChargeStatus.OVERCHARGED)
GONE: Final = gettext_noop("the checkout is gone")
PAID_OTHERWISE: Final = gettext_noop("the order was paid in another way")
CLOSED: Final = {
    OrderStatus.CANCELED: gettext_noop("the order was canceled"),
    OrderStatus.EXPIRED: gettext_noop("the order has expired"),
}


def why_unwanted(source: Any, *, is_ours: bool) -> str:
    """Return why the shop wants no more coins for a payment; "" as long as it does.

    Args:
        source: Saleor's transaction or payment, with its `checkout` and `order`.
        is_ours: whether coins have paid for it already.
    """
    if source.order_id is None:
        return GONE if source.checkout_id is None else ""
    if source.order.status in CLOSED:
        return CLOSED[source.order.status]
    if source.order.charge_status in PAID and not is_ours:
        return PAID_OTHERWISE
    return ""


def is_closed(order_id: Any) -> bool:
    """Return whether an order is canceled or expired; None is no order.

    The answer holds for as long as the caller keeps the order locked.
    """
    closed = Order.objects.filter(pk=order_id, status__in=list(CLOSED))
    return bool(closed.exists())


def as_order(order: Any) -> Completion:
    """Return what there is to complete of what is an order already."""
    is_over = order.status in CLOSED
    return Completion.CLOSED if is_over else Completion.NOT_NEEDED
