"""Orders that staff changed after coins were paid for them.

Saleor works out the total of a changed order only when somebody asks for it, and its
charge status only when money moves: an order that became dearer after it was paid
stays FULL. Changed orders are looked at in turn; their status becomes true, and their
history says what is left to do. Only orders that are not confirmed can be changed.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, Q
from saleor.order import OrderStatus
from saleor.order.events import external_notification_event
from saleor.order.lock_objects import order_qs_select_for_update
from saleor.order.models import Order
from saleor.order.utils import updates_amounts_for_order
from saleor.payment.models import Payment as SaleorPayment
from saleor.payment.models import TransactionItem

from saleor_cryptopay.bridge.app_row import ensure_app
from saleor_cryptopay.bridge.identity import PLUGIN_ID
from saleor_cryptopay.models import Cursor
from saleor_cryptopay.operations.runtime import Runtime

from .amounts import refresh_prices
from .announcements import announce_order
from .particulars import find_worry

logger = logging.getLogger(__name__)

BATCH: Final = 200
TRIES: Final = 3
CURSOR: Final = "edited_orders"

# How far back the first look goes, and how far each overlaps with the one before.
FIRST: Final = timedelta(days=1)
OVERLAP: Final = timedelta(minutes=1)

STATUSES: Final = ("charge_status", "authorize_status")
SAVED: Final = (*STATUSES, "total_charged_amount", "total_authorized_amount")


def settle_edited_orders(runtime: Runtime) -> int:
    """Bring the charge status of changed orders up to date; return how many it changed.

    Safe to run in any number of processes.
    """
    now = runtime.clock()
    cursor, _ = Cursor.objects.get_or_create(
        name=CURSOR, defaults={"read_until": now - FIRST}
    )
    changed = _changed_since(cursor.read_until - OVERLAP)
    orders = list(changed.order_by("updated_at")[:BATCH])
    is_more = len(orders) == BATCH
    cursor.read_until = orders[-1].updated_at + OVERLAP if is_more else now
    cursor.save(update_fields=["read_until"])
    return sum(_settle_apart(order.pk) for order in orders)


def _changed_since(moment: datetime) -> Any:
    """Return orders that can still be changed, and that our coins have paid for."""
    of_order = {"order_id": OuterRef("pk")}
    transactions = TransactionItem.objects.filter(
        app_identifier=PLUGIN_ID, charged_value__gt=0, **of_order
    )
    payments = SaleorPayment.objects.filter(
        gateway=PLUGIN_ID, captured_amount__gt=0, **of_order
    )
    return Order.objects.filter(
        Q(Exists(transactions)) | Q(Exists(payments)),
        status=OrderStatus.UNCONFIRMED,
        updated_at__gt=moment,
    )


def _settle_apart(order_id: Any) -> bool:
    """Settle an order, however that ends: the others wait behind it.

    Saleor 3.21 locks an order before its lines where it works the prices out, and
    after them where staff delete one: the database breaks one of both off.
    """
    for _ in range(TRIES):
        try:
            return _settle(order_id)
        except OperationalError:
            logger.warning("Order %s was broken off", order_id, exc_info=True)
        except Exception:
            logger.exception("Order %s cannot be settled", order_id)
            return False
    return False


def _settle(order_id: Any) -> bool:
    refresh_prices(Order.objects.get(pk=order_id))
    with transaction.atomic():
        locked = order_qs_select_for_update().get(pk=order_id)
        before = [getattr(locked, name) for name in STATUSES]
        updates_amounts_for_order(locked, save=False)
        if before == [getattr(locked, name) for name in STATUSES]:
            return False
        locked.save(update_fields=[*SAVED, "updated_at"])
        worry = find_worry(locked) or "It is paid in full."
        external_notification_event(
            order=locked,
            user=None,
            app=ensure_app(),
            message=f"This order was changed after coins had come for it. {worry}",
            parameters=None,
        )
        announce_order(locked.pk)
    return True
