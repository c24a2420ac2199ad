"""Canceling orders that nobody paid in time, so that their stock goes back.

Saleor takes an order and its stock in either order: staff who cancel lock the stock
first, staff who delete a line the order (from 3.22 on). Whoever waits for the second
while he holds the first can be locked up with one of them. So the stock is waited for
with nothing in hand, and the order is taken only if it is free, and so is the voucher.
"""

import inspect
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.contrib.sites.models import Site
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from saleor.discount.models import VoucherCode
from saleor.discount.utils.voucher import (
    get_customer_email_for_voucher_usage,
    release_voucher_code_usage,
)
from saleor.order import OrderAuthorizeStatus, OrderChargeStatus, OrderStatus
from saleor.order.actions import cancel_order
from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent
from saleor.plugins.manager import get_plugins_manager
from saleor.warehouse.lock_objects import allocation_with_stock_qs_select_for_update

from saleor_cryptopay.bridge.app_row import ensure_app
from saleor_cryptopay.bridge.identity import PLUGIN_ID
from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.core.states import OPEN_STATES
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations.underway import find_worths

from .order_locks import lock_if_free

CANCELABLE: Final = (OrderStatus.UNCONFIRMED, OrderStatus.UNFULFILLED)

# How long a customer may take at their bank. Much shorter than the outbox tries.
PATIENCE: Final = timedelta(hours=1)
SENT_AWAY: Final = (
    TransactionEventType.CHARGE_ACTION_REQUIRED,
    TransactionEventType.AUTHORIZATION_ACTION_REQUIRED,
)
OUTCOMES: Final = (
    TransactionEventType.CHARGE_SUCCESS,
    TransactionEventType.CHARGE_FAILURE,
    TransactionEventType.AUTHORIZATION_SUCCESS,
    TransactionEventType.AUTHORIZATION_FAILURE,
    TransactionEventType.CANCEL_SUCCESS,
)


def cancel_abandoned(item: Any) -> bool:
    """Cancel the order of a transaction, unless it is paid, being paid, or shipped.

    Returns:
        Whether it is canceled now.

    Raises:
        ShopError: somebody holds the order, or a customer may be on their way back
            from their bank; nothing was changed.
    """
    if item.order_id is None:
        return False
    with transaction.atomic():
        order = _lock(item.order_id)
        if order is None or not _is_abandoned(order, item):
            return order is not None and order.status == OrderStatus.CANCELED
        _refuse_while_at_bank(order)
        _release_voucher(order)
        _cancel(order)
    return True


def _lock(order_id: Any) -> Any:
    """Return the order, locked after its stock; None if it is gone.

    Raises:
        ShopError: it is not free.
    """
    allocations = allocation_with_stock_qs_select_for_update()
    list(allocations.filter(order_line__order_id=order_id))
    return lock_if_free(order_id)


def _is_abandoned(order: Any, item: Any) -> bool:
    """Whether nobody paid, ships, or is still paying by any means."""
    tokens = order.payment_transactions.values_list("token", flat=True)
    references = {str(token) for token in tokens}
    others = references - {str(item.token)}
    has_open = Payment.objects.filter(reference__in=others, state__in=OPEN_STATES)
    has_pending = order.payment_transactions.filter(
        Q(charge_pending_value__gt=0) | Q(authorize_pending_value__gt=0)
    )
    return (
        order.status in CANCELABLE
        and order.can_cancel()
        and order.charge_status == OrderChargeStatus.NONE
        and order.authorize_status == OrderAuthorizeStatus.NONE
        and not order.payments.filter(is_active=True).exists()
        and not has_open.exists()
        and not has_pending.exists()
        # Coins that came meanwhile and that Saleor has not heard of.
        and not find_worths(references)
    )


def _refuse_while_at_bank(order: Any) -> None:
    """Put it off while a customer may be paying by another gateway.

    A gateway that sends a customer to their bank says so, and next what became of it:
    in between there is no sum that Saleor could show as pending.

    Raises:
        ShopError: somebody may be.
    """
    now = datetime.now(UTC)
    begun = TransactionEvent.objects.filter(
        transaction__order=order,
        type__in=SENT_AWAY,
        created_at__range=(now - PATIENCE, now + PATIENCE),
    ).exclude(transaction__app_identifier=PLUGIN_ID)
    outcomes = TransactionEvent.objects.filter(
        transaction=OuterRef("transaction"), type__in=OUTCOMES, pk__gt=OuterRef("pk")
    )
    if begun.filter(~Exists(outcomes)).exists():
        raise ShopError("The customer may be making another payment: later.")


def _release_voucher(order: Any) -> None:
    """Let the order's voucher be used again, as Saleor does for orders it expires.

    Raises:
        ShopError: somebody is using it this moment.
    """
    if not order.voucher_code:
        return
    codes = VoucherCode.objects.filter(code=order.voucher_code)
    free = codes.select_for_update(of=("self",), skip_locked=True)
    code = free.select_related("voucher").first()
    if code is not None:
        email = get_customer_email_for_voucher_usage(order)
        release_voucher_code_usage(code, code.voucher, email)
    elif codes.exists():
        raise ShopError("Somebody is using the order's voucher: later.")


def _cancel(order: Any) -> None:
    """Call Saleor's own cancellation; 3.23 added the site's settings to it."""
    arguments: dict[str, Any] = {
        "order": order,
        "user": None,
        "app": ensure_app(),
        "manager": get_plugins_manager(allow_replica=False),
    }
    if "site_settings" in inspect.signature(cancel_order).parameters:
        site: Any = Site.objects.get_current()
        arguments["site_settings"] = site.settings
    cancel_order(**arguments)
