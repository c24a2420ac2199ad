"""Telling the shop's plugins and apps what we changed, as Saleor's own code does.

Always after the commit: what is rolled back was never told, and no app is asked for
taxes (Saleor 3.21 and 3.22 do so before some events) while rows are locked.
"""

from functools import partial
from typing import Any

from django.db import transaction
from saleor.core.utils.events import call_event
from saleor.order.actions import call_order_event
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager
from saleor.webhook.event_types import WebhookEventAsyncType


def announce_order(order_id: Any) -> None:
    """Tell that an order has changed: `ORDER_UPDATED`, once this is committed."""
    _announce(order_id, WebhookEventAsyncType.ORDER_UPDATED)


def announce_order_metadata(order_id: Any) -> None:
    """Tell that an order's metadata has changed, once this is committed."""
    _announce(order_id, WebhookEventAsyncType.ORDER_METADATA_UPDATED)


def announce_transaction_metadata(item: Any) -> None:
    """Tell that a transaction's metadata has changed, once this is committed."""
    manager = get_plugins_manager(allow_replica=False)
    call_event(manager.transaction_item_metadata_updated, item)


def _announce(order_id: Any, event: str) -> None:
    transaction.on_commit(partial(_call, order_id, event))


def _call(order_id: Any, event: str) -> None:
    # As it is by now: an order in memory may say what was true before.
    order = Order.objects.filter(pk=order_id).first()
    if order is not None:
        call_order_event(get_plugins_manager(allow_replica=False), event, order)
