"""How much is left to pay of a checkout or an order, as its merchant would say it.

Saleor's own default for `transactionInitialize` leaves gift cards, granted refunds and
the older Payments API out, and a storefront may name any amount: customers would be
asked for more than is due.
"""

import inspect
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from saleor.checkout.lock_objects import checkout_qs_select_for_update
from saleor.checkout.models import Checkout
from saleor.checkout.payment_utils import update_checkout_payment_statuses
from saleor.core.prices import quantize_price
from saleor.core.taxes import zero_money
from saleor.order.calculations import fetch_order_prices_if_expired
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager

from saleor_cryptopay.operations.underway import find_worths

NOTHING: Final = Decimal(0)


def find_due(source: Any, item: Any = None) -> Decimal:
    """Return what is left to pay.

    Args:
        source: a checkout or an order, its prices as Saleor knows them.
        item: the transaction that is to pay; what it paid already does not count.
    """
    covered = _covered_by_others(source, item)
    if isinstance(source, Checkout):
        due = _checkout_due(source).amount - covered
    else:
        due = _order_total(source) - _captured(source) - covered
    return max(NOTHING, Decimal(quantize_price(due, source.currency)))


def find_order_due(order: Any) -> Decimal:
    """Return what is not charged yet of an order; below zero if it is too much."""
    return _order_total(order) - Decimal(order.total_charged_amount)


def refresh_prices(order: Any) -> None:
    """Have Saleor work out the total of an order that staff have edited.

    Saleor does so only when somebody asks for the order's prices: until then a credit
    would be held against the total from before. May ask a tax app: call it without a
    lock.
    """
    if not order.should_refresh_prices:
        return
    seen = order.updated_at
    arguments = {"order": order, "manager": get_plugins_manager(allow_replica=False)}
    if "requestor" in inspect.signature(fetch_order_prices_if_expired).parameters:
        arguments["requestor"] = None
    prices = fetch_order_prices_if_expired(**arguments)
    if hasattr(prices, "get"):  # a promise, from 3.23 on
        prices.get()
    # Saleor 3.21 saves over what staff changed meanwhile: it is to be worked out again.
    changed = Order.objects.filter(pk=order.pk).exclude(updated_at=seen)
    changed.update(should_refresh_prices=True)


def count_gift_cards(checkout: Any) -> None:
    """Let a checkout's gift cards count as paid; it is locked by the caller.

    Saleor does so itself from 3.22 on. In 3.21 a checkout whose rest was paid would
    stay open for good.
    """
    if checkout.gift_cards.exists():
        update_checkout_payment_statuses(
            checkout=checkout,
            checkout_total_gross=_checkout_due(checkout),
            checkout_has_lines=checkout.lines.exists(),
        )


def settle_gift_cards(checkout: Any) -> None:
    """Let the gift cards of a checkout that they pay in full count as that.

    Otherwise Saleor 3.21 lets nobody make its order once a transaction was tried.
    """
    with transaction.atomic():
        locked = checkout_qs_select_for_update().filter(pk=checkout.pk).first()
        if locked is not None:
            count_gift_cards(locked)


def _checkout_due(checkout: Any) -> Any:
    due = checkout.total.gross - checkout.get_total_gift_cards_balance()
    return max(due, zero_money(checkout.currency))


def _order_total(order: Any) -> Decimal:
    """Return the total less what staff granted back."""
    granted = order.granted_refunds.values_list("amount_value", flat=True)
    return Decimal(order.total_gross_amount) - sum(granted, NOTHING)


def _captured(order: Any) -> Decimal:
    """Return what came through the Payments API."""
    captured = order.payments.values_list("captured_amount", flat=True)
    return sum(captured, NOTHING)


def _covered_by_others(source: Any, item: Any) -> Decimal:
    """Return what other transactions cover, with coins that Saleor has not heard of."""
    others = source.payment_transactions.all()
    if item is not None:
        others = others.exclude(pk=item.pk)
    worths = find_worths(str(other.token) for other in others)
    amounts = (
        max(_covered(other), worths.get(str(other.token), NOTHING)) for other in others
    )
    return sum(amounts, NOTHING)


def _covered(item: Any) -> Decimal:
    """Return what a transaction has paid, holds, or is about to pay or hold."""
    amounts = (
        item.charged_value,
        item.charge_pending_value,
        item.authorized_value,
        item.authorize_pending_value,
    )
    return sum(map(Decimal, amounts), NOTHING)
