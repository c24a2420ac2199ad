"""Locking an order that money has come for, and first of all the stock that it needs.

Saleor hands gift cards and downloads out as soon as their order is paid, and takes them
off the stock. It has let go of the order by then. We have not: the money and what
follows of it are one commit, so that a process that dies in between leaves no order
that is paid and whose goods never go out. Whoever cancels an order holds its stock and
waits for the order; so we wait for the stock before we hold the order.

An order is taken only if it is free once we hold stock: staff who delete a line hold
the order and wait for the stock (from 3.22 on).
"""

from typing import Any

from django.db.models import Q
from saleor.order.lock_objects import order_qs_select_for_update
from saleor.order.models import Order
from saleor.product.models import ProductVariant
from saleor.warehouse.lock_objects import allocation_with_stock_qs_select_for_update

from saleor_cryptopay.core.errors import ShopError


def lock_order_to_pay(order_id: Any) -> None:
    """Lock an order, after the stock of what Saleor hands out once it is paid.

    Raises:
        ShopError: somebody holds the order, and waiting for it could lock both up.
    """
    if _lock_stock(order_id):
        lock_if_free(order_id)
    else:
        order_qs_select_for_update().filter(pk=order_id).first()


def lock_if_free(order_id: Any) -> Any:
    """Return an order, locked; None if it is gone. For whoever holds its stock.

    Raises:
        ShopError: somebody holds the order, and waiting for it could lock both up.
    """
    orders = Order.objects.filter(pk=order_id)
    free = orders.select_for_update(of=("self",), skip_locked=True).first()
    if free is None and orders.exists():
        raise ShopError("Somebody is changing the order: later.")
    return free


def _lock_stock(order_id: Any) -> bool:
    """Lock the stock of what is handed out; return whether there was any to lock."""
    allocations = allocation_with_stock_qs_select_for_update().filter(
        _is_handed_out(),
        order_line__order_id=order_id,
        order_line__is_shipping_required=False,
    )
    return bool(list(allocations))


def _is_handed_out() -> Q:
    is_gift_card = Q(order_line__is_gift_card=True)
    if not hasattr(ProductVariant, "digital_content"):  # gone with 3.23
        return is_gift_card
    variants = ProductVariant.objects.filter(digital_content__isnull=False)
    return is_gift_card | Q(order_line__variant__in=variants)
