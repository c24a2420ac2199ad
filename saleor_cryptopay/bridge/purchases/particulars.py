"""What staff see of the coins: metadata of transaction and order, lines of history.

Metadata is public: a storefront may show it, and a chain hides nothing of it.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from saleor.core.prices import quantize_price
from saleor.order import OrderChargeStatus
from saleor.order.events import external_notification_event, transaction_event
from saleor.order.lock_objects import order_qs_select_for_update
from saleor.order.models import Order
from saleor.order.search import update_order_search_vector

from saleor_cryptopay.core.money import format_units
from saleor_cryptopay.models import Payment, Transfer
from saleor_cryptopay.operations.ports import Credit

from .amounts import find_order_due
from .announcements import announce_order_metadata
from .closed_orders import CLOSED

PREFIX: Final = "cryptopay_"


def find_particulars(reference: str) -> dict[str, str]:
    """Return what is known of the coins of a payment; nothing before an address."""
    payment = (
        Payment.objects.select_related("address").filter(reference=reference).first()
    )
    if payment is None or payment.address is None:
        return {}
    address = payment.address
    transfers = payment.transfers.filter(verdict=Transfer.Verdict.COUNTED)
    received = sum(transfers.filter(is_final=True).values_list("units", flat=True))
    hashes = transfers.order_by("pk").values_list("hash", flat=True)
    values = {
        "coin": address.asset.symbol,
        "network": address.asset.network.name,
        "address": address.address,
        "asked": format_units(address.units, address.asset.decimals),
        "received": format_units(received, address.asset.decimals),
        "rate": f"{address.rate.normalize():f} {payment.currency}",
        "transactions": " ".join(hashes),
    }
    return {f"{PREFIX}{name}": value for name, value in values.items()}


def name_by(particulars: Mapping[str, str]) -> str:
    """Return a transaction's name: “USDT on Ethereum”."""
    return f"{particulars[f'{PREFIX}coin']} on {particulars[f'{PREFIX}network']}"


def store_on_order(order_id: Any, reference: str) -> None:
    """Write the particulars into an order's metadata, beside what is there."""
    values = find_particulars(reference)
    with transaction.atomic():
        order = order_qs_select_for_update().filter(pk=order_id).first()
        if order is not None and not has_metadata(order, values):
            order.store_value_in_metadata(values)
            order.save(update_fields=["metadata", "updated_at"])
            announce_order_metadata(order.pk)


def has_metadata(row: Any, values: Mapping[str, str]) -> bool:
    """Return whether a row of Saleor's has these values in its metadata already."""
    return values.items() <= (row.metadata or {}).items()


def renew_search(order_id: Any) -> None:
    """Let staff find an order by all that is recorded of it by now."""
    with transaction.atomic():
        order = order_qs_select_for_update().filter(pk=order_id).first()
        if order is not None:
            update_order_search_vector(order)


def tell_history(order_id: Any, credit: Credit, app: Any) -> None:
    """Add what happened to the coins to the order's history, and what it asks for."""
    if credit.amount == Decimal(0):
        return
    order = Order.objects.get(pk=order_id)
    transaction_event(
        order=order,
        user=None,
        app=app,
        reference=credit.reference,
        message=credit.message,
    )
    if words := find_worry(order):
        external_notification_event(
            order=order,
            user=None,
            app=app,
            message=f"{credit.message} {words}",
            parameters={"reference": credit.reference},
        )


def find_worry(order: Any) -> str:
    """Return what staff have to do about the money of an order, or ""."""
    if order.status in CLOSED and order.total_charged_amount:
        return (
            f"This order is {order.status}: send the coins back, or make a new order"
            " if there is stock."
        )
    due = find_order_due(order)
    if order.charge_status == OrderChargeStatus.OVERCHARGED:
        return f"More is paid than this order costs: send back {_money(order, -due)}."
    left = due - order.total_authorized_amount
    if order.charge_status == OrderChargeStatus.PARTIAL and left > 0:
        return f"{_money(order, left)} of this order is still to be paid."
    return ""


def _money(order: Any, amount: Decimal) -> str:
    return f"{quantize_price(amount, order.currency)} {order.currency}"
