"""What follows in Saleor from a transaction's new sums, for its checkout or order.

Saleor compares the sums with those from before and acts on the difference: an order
whose money rose to its total is paid, its gift cards and downloads go out. It does not
ask whether the order is canceled; we do.
"""

from decimal import Decimal
from typing import Any

from saleor.payment.utils import process_order_or_checkout_with_transaction
from saleor.plugins.manager import get_plugins_manager

from saleor_cryptopay.bridge.purchases.announcements import announce_order
from saleor_cryptopay.bridge.purchases.closed_orders import is_closed

Sums = dict[str, Decimal]
"""A transaction's sums, by the names that Saleor gives those from before a change."""


def sums_of(item: Any) -> Sums:
    """Return the sums that Saleor compares with those after a change."""
    return {
        "previous_authorized_value": item.authorized_value,
        "previous_charged_value": item.charged_value,
        "previous_refunded_value": item.refunded_value,
    }


def draw_consequences(item: Any, app: Any, before: Sums, granted_refund: Any) -> None:
    """Have Saleor update the checkout or order of a transaction.

    Args:
        item: locked after its checkout or order, its new sums saved.
        app: whom Saleor's history names.
        before: what `sums_of` gave before the change.
        granted_refund: the one that the change was about, if any.
    """
    charged = item.charged_value
    if charged > before["previous_charged_value"] and is_closed(item.order_id):
        before = {**before, "previous_charged_value": charged}
        announce_order(item.order_id)
    process_order_or_checkout_with_transaction(
        item,
        get_plugins_manager(allow_replica=False),
        None,
        app,
        **before,
        related_granted_refund=granted_refund,
    )
