"""Orders that want no coins any more, and keeping closed ones closed.

Saleor makes a canceled order an unfulfilled one again as soon as it is charged in
full, without the stock that its cancellation gave back: the same goods would be sold
twice. What becomes of coins that come for such an order is for staff to say.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.utils.translation import gettext_noop
from saleor.order import OrderChargeStatus, OrderStatus
from saleor.order.models import Order

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


@contextmanager
def kept_closed(order_id: Any) -> Iterator[None]:
    """Undo a change of status of a canceled or expired order; it is locked by us."""
    closed = Order.objects.filter(pk=order_id, status__in=list(CLOSED))
    status = closed.values_list("status", flat=True).first()
    yield
    if status is not None:
        Order.objects.filter(pk=order_id).exclude(status=status).update(status=status)
