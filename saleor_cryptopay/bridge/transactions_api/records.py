"""Writing a money event into Saleor: the event, the sums, the checkout or order.

Saleor has this only inside a GraphQL mutation (`transactionEventReport`), which saves
the event and recalculates in two transactions. Here both are one commit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import transaction
from saleor.checkout.lock_objects import checkout_qs_select_for_update
from saleor.checkout.models import Checkout
from saleor.order.lock_objects import order_qs_select_for_update
from saleor.payment import TransactionAction, TransactionEventType
from saleor.payment.lock_objects import transaction_item_qs_select_for_update
from saleor.payment.models import TransactionEvent
from saleor.payment.transaction_item_calculations import recalculate_transaction_amounts
from saleor.payment.utils import truncate_transaction_event_message

from saleor_cryptopay.bridge.identity import PLUGIN_ID
from saleor_cryptopay.bridge.purchases.amounts import count_gift_cards, refresh_prices
from saleor_cryptopay.bridge.purchases.announcements import (
    announce_transaction_metadata,
)
from saleor_cryptopay.bridge.purchases.order_locks import lock_order_to_pay
from saleor_cryptopay.bridge.purchases.particulars import (
    find_particulars,
    has_metadata,
    name_by,
    store_on_order,
    tell_history,
)
from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.operations.ports import Credit

from .consequences import draw_consequences, sums_of

# What Saleor opens a session with, as the channel's flow has it.
REQUESTS: Final = (
    TransactionEventType.CHARGE_REQUEST,
    TransactionEventType.AUTHORIZATION_REQUEST,
)

# How often a checkout may become an order under our hands.
PATIENCE: Final = 3


def write_event(item: Any, kind: str, credit: Credit, app: Any) -> None:
    """Record one event of a transaction; a repetition changes nothing.

    Raises:
        ShopError: the transaction holds the same event with another amount, or will
            not hold still.
    """
    may_pay = kind == TransactionEventType.CHARGE_SUCCESS
    with locked(item, may_pay=may_pay) as held:
        _write(held, kind, credit, app)


@contextmanager
def locked(item: Any, *, may_pay: bool = False) -> Iterator[Any]:
    """Give a transaction locked after its checkout or order, and commit in the end.

    Args:
        item: the transaction.
        may_pay: whether its charged sum may rise: the order's goods may go out then.

    Raises:
        ShopError: it will not hold still.
    """
    for _ in range(PATIENCE):
        if item.order_id is not None:
            refresh_prices(item.order)
        with transaction.atomic():
            held = _lock(item, may_pay=may_pay)
            if held is not None:
                yield held
                return
        item.refresh_from_db()
    raise ShopError("The checkout keeps changing: later.")


def recalculate(item: Any, app: Any, granted_refund: Any = None) -> None:
    """Add the item's events up anew, then have Saleor update its checkout or order.

    Args:
        item: as `locked` gives it; what else was changed in it is saved with it.
        app: whom Saleor's history names.
        granted_refund: the one that the events were about, if any.
    """
    before = sums_of(item)
    recalculate_transaction_amounts(item, save=False)
    item.available_actions = [TransactionAction.REFUND] if item.charged_value else []
    item.save()
    draw_consequences(item, app, before, granted_refund)
    if item.checkout_id is not None:
        count_gift_cards(Checkout.objects.get(pk=item.checkout_id))


def _lock(item: Any, *, may_pay: bool) -> Any:
    """Return the item locked after its checkout or order, as Saleor locks them.

    None if the checkout became an order between looking and locking: going on from
    here would take the locks in the wrong order.
    """
    if item.order_id is not None and may_pay:
        lock_order_to_pay(item.order_id)
    elif item.order_id is not None:
        order_qs_select_for_update().filter(pk=item.order_id).first()
    elif item.checkout_id is not None:
        checkout_qs_select_for_update().filter(pk=item.checkout_id).first()
    locked = transaction_item_qs_select_for_update().get(pk=item.pk)
    holds_still = (locked.checkout_id, locked.order_id) == (
        item.checkout_id,
        item.order_id,
    )
    return locked if holds_still else None


def _write(item: Any, kind: str, credit: Credit, app: Any) -> None:
    existing = item.events.filter(
        type=kind, psp_reference=credit.reference, include_in_calculations=True
    ).first()
    if existing is None:
        _build(item, kind, credit, app).save()
        if kind == TransactionEventType.CHARGE_SUCCESS:
            _answer_request(item, credit)
        _update(item, credit, app)
    elif existing.amount_value != credit.amount:
        raise ShopError(
            f"Saleor has {kind} {credit.reference} with another amount:"
            f" {existing.amount_value}, not {credit.amount}."
        )


def _build(item: Any, kind: str, credit: Credit, app: Any) -> Any:
    return TransactionEvent(
        transaction=item,
        type=kind,
        psp_reference=credit.reference,
        amount_value=credit.amount,
        currency=item.currency,
        message=truncate_transaction_event_message(credit.message),
        external_url=credit.url,
        created_at=credit.at,
        app=app,
        app_identifier=PLUGIN_ID,
        include_in_calculations=True,
    )


def _answer_request(item: Any, credit: Credit) -> None:
    """Give the request that opened the session the reference of what answers it.

    The Dashboard takes a request for one under way until an outcome has the same
    reference: it would wait, and ask every few seconds, for as long as it is open.
    """
    item.events.filter(
        type__in=REQUESTS,
        psp_reference=str(item.token),
        include_in_calculations=False,
    ).update(psp_reference=credit.reference)


def _update(item: Any, credit: Credit, app: Any) -> None:
    """Recalculate the item, and tell whoever looks at it or at its order."""
    item.external_url = credit.url or item.external_url
    item.app = item.app or app
    if particulars := find_particulars(str(item.token)):
        item.name = name_by(particulars)
        if not has_metadata(item, particulars):
            item.store_value_in_metadata(particulars)
            announce_transaction_metadata(item)
    recalculate(item, app)
    if item.order_id is not None:
        store_on_order(item.order_id, str(item.token))
        tell_history(item.order_id, credit, app)
