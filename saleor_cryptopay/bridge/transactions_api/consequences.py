"""What follows in Saleor from a transaction's new sums, for its checkout or order.

Saleor compares the sums with those from before and acts on the difference: an order
whose money rose to its total is paid, its gift cards and downloads go out. It does not
ask whether the order is canceled; we do.
"""

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

from saleor.payment.utils import process_order_or_checkout_with_transaction
from saleor.plugins.manager import get_plugins_manager

from saleor_cryptopay.bridge.purchases.announcements import announce_order
from saleor_cryptopay.bridge.purchases.attempts import attempt
from saleor_cryptopay.bridge.purchases.closed_orders import is_closed
from saleor_cryptopay.operations.ports import Credit

from .notices import write_notice

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

    What Saleor cannot do for an order becomes a note for staff; its sums and its
    charge status are right all the same.

    Args:
        item: locked after its checkout or order, its new sums saved.
        app: whom Saleor's history names.
        before: what `sums_of` gave before the change.
        granted_refund: the one that the change was about, if any.
    """
    if item.order_id is None:
        _process(item, app, before, granted_refund)
        return
    now = sums_of(item)
    charged = "previous_charged_value"
    is_hidden = now[charged] > before[charged] and is_closed(item.order_id)
    if is_hidden:
        before = {**before, charged: now[charged]}
    go_on = partial(_process, item, app, before, granted_refund)
    if refusal := attempt(go_on, str(item.token)):
        # Without a difference there is nothing to act on: the sums alone are added up.
        _process(item, app, now, granted_refund)
        _tell_staff(item, refusal)
    if is_hidden or refusal:
        announce_order(item.order_id)


def _process(item: Any, app: Any, before: Sums, granted_refund: Any) -> None:
    process_order_or_checkout_with_transaction(
        item,
        get_plugins_manager(allow_replica=False),
        None,
        app,
        **before,
        related_granted_refund=granted_refund,
    )


def _tell_staff(item: Any, words: str) -> None:
    reference = str(item.token)
    note = Credit(reference, Decimal(0), item.currency, words, "", datetime.now(UTC))
    # Written once: what it is about is recorded once, in this commit.
    write_notice(item, f"{reference}:{uuid4()}", note)
