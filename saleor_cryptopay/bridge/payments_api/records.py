"""Writing into the rows of Saleor's Payments API: captures, ends, notes.

Law of this file: the checkout or order is locked before the payment, as
`checkoutComplete` locks them, and everything about one transfer is one commit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, Sum
from saleor.checkout.lock_objects import checkout_qs_select_for_update
from saleor.order.actions import order_charged
from saleor.order.events import external_notification_event
from saleor.order.fetch import fetch_order_info
from saleor.order.lock_objects import order_qs_select_for_update
from saleor.order.models import Order
from saleor.payment import ChargeStatus, TransactionKind
from saleor.payment.interface import GatewayResponse
from saleor.payment.models import Payment as SaleorPayment
from saleor.payment.utils import (
    create_transaction,
    gateway_postprocess,
    update_payment_charge_status,
)
from saleor.plugins.manager import get_plugins_manager

from saleor_cryptopay.bridge.app_row import ensure_app
from saleor_cryptopay.bridge.identity import PLUGIN_ID, payment_key, payment_reference
from saleor_cryptopay.bridge.purchases.announcements import announce_order
from saleor_cryptopay.bridge.purchases.attempts import attempt
from saleor_cryptopay.bridge.purchases.closed_orders import is_closed
from saleor_cryptopay.bridge.purchases.order_locks import lock_order_to_pay
from saleor_cryptopay.bridge.purchases.particulars import find_particulars, tell_history
from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.operations.ports import Credit

NOTHING: Final = Decimal(0)
# Rows that are in memory at once.
PIECE: Final = 500

NOTE_PREFIX: Final = "saleor_cryptopay:"


def find_payment(reference: str) -> Any:
    """Return the row that a reference names, or None."""
    rows = SaleorPayment.objects.select_related("checkout", "order")
    return rows.filter(pk=payment_key(reference), gateway=PLUGIN_ID).first()


def get_payment(reference: str) -> Any:
    """Return the row that a reference names.

    Raises:
        ShopError: there is none.
    """
    row = find_payment(reference)
    if row is None:
        raise ShopError(f"Saleor has no {reference} (any more).")
    return row


def capture(reference: str, credit: Credit) -> None:
    """Count final coins as captured; a repetition changes nothing.

    Raises:
        ShopError: no such row, the same transfer with another amount, or not now.
    """
    with locked(reference, may_pay=True) as row:
        if not is_new(row, TransactionKind.CAPTURE, credit):
            return
        record = create(row, TransactionKind.CAPTURE, credit)
        # Not `gateway_postprocess`: the completion has to come by `confirm_payment`.
        update_payment_charge_status(row, record)
        row.store_value_in_metadata(find_particulars(reference))
        # Saleor sets the row active and leaves it to the caller to save that.
        row.save(update_fields=["is_active", "metadata"])
        _retire_other_attempts(row)
        if row.order_id is not None:
            _tell_order(row, credit)


def captured(reference: str) -> Decimal:
    """Return what was captured less what was taken back; refunds stay in it.

    Raises:
        ShopError: no such row.
    """
    records = get_payment(reference).transactions.filter(is_success=True)
    sums = records.aggregate(
        came=Sum("amount", filter=Q(kind=TransactionKind.CAPTURE), default=NOTHING),
        went=Sum(
            "amount", filter=Q(kind=TransactionKind.CAPTURE_FAILED), default=NOTHING
        ),
    )
    return Decimal(sums["came"] - sums["went"])


def list_captured(since: datetime | None) -> Iterator[str]:
    """Yield the references of our rows with captured money, changed since then."""
    rows = SaleorPayment.objects.filter(gateway=PLUGIN_ID, captured_amount__gt=0)
    if since is not None:
        rows = rows.filter(modified_at__gte=since)
    keys = rows.order_by("pk").values_list("pk", flat=True)
    yield from map(payment_reference, keys.iterator(chunk_size=PIECE))


def take_back(reference: str, credit: Credit) -> None:
    """Take captured coins back that have disappeared from the chain.

    Raises:
        ShopError: as `capture`.
    """
    with locked(reference) as row:
        if is_new(row, TransactionKind.CAPTURE_FAILED, credit):
            record = create(row, TransactionKind.CAPTURE_FAILED, credit)
            update_payment_charge_status(row, record)
            add_note(row, credit.reference + ":reversal", credit.message)


def close(reference: str, credit: Credit) -> None:
    """End a payment that nobody has paid: the customer can start another.

    Raises:
        ShopError: no such row, or not now.
    """
    with locked(reference) as row:
        is_open = row.is_active and not row.captured_amount and row.order_id is None
        if is_open and is_new(row, TransactionKind.CANCEL, credit):
            gateway_postprocess(create(row, TransactionKind.CANCEL, credit), row)


def note(reference: str, key: str, message: str) -> None:
    """Keep a note with the payment, and in the order's history if there is an order.

    Raises:
        ShopError: no such row, or not now.
    """
    with locked(reference) as row:
        add_note(row, key, message)


@contextmanager
def locked(reference: str, *, may_pay: bool = False) -> Iterator[Any]:
    """Give the row locked after its checkout or order.

    Args:
        reference: names the row.
        may_pay: whether its captured sum may rise: the order's goods may go out then.

    Raises:
        ShopError: no such row, or not now.
    """
    seen = get_payment(reference)
    with transaction.atomic():
        if seen.order_id is not None and may_pay:
            lock_order_to_pay(seen.order_id)
        elif seen.order_id is not None:
            order_qs_select_for_update().filter(pk=seen.order_id).first()
        elif seen.checkout_id is not None:
            checkout_qs_select_for_update().filter(pk=seen.checkout_id).first()
        row = SaleorPayment.objects.select_for_update(of=("self",)).get(pk=seen.pk)
        if row.order_id != seen.order_id:
            # Going on would take the locks in the wrong order.
            raise ShopError("The checkout became an order just now: later.")
        yield row


def is_new(row: Any, kind: str, credit: Credit) -> bool:
    """Whether a locked row has no such record yet.

    Raises:
        ShopError: it has one with another amount.
    """
    existing = row.transactions.filter(
        kind=kind, token=credit.reference, is_success=True
    ).first()
    if existing is not None and existing.amount != credit.amount:
        raise ShopError(
            f"Saleor has {kind} {credit.reference} with another amount:"
            f" {existing.amount}, not {credit.amount}."
        )
    return existing is None


def create(row: Any, kind: str, credit: Credit) -> Any:
    """Add a record to a locked row, under the credit's reference."""
    response = GatewayResponse(
        is_success=True,
        action_required=False,
        kind=kind,
        amount=credit.amount,
        currency=credit.currency,
        transaction_id=credit.reference,
        error=None,
        raw_response={"message": credit.message, "explorer": credit.url},
        psp_reference=credit.reference,
    )
    return create_transaction(
        row, kind=kind, payment_information=None, gateway_response=response
    )


def _retire_other_attempts(row: Any) -> None:
    """Let a customer's other attempts end whose coins did not come.

    Saleor completes a checkout with its last active payment: the paid one.
    """
    if row.checkout_id is None:
        return
    SaleorPayment.objects.filter(
        checkout_id=row.checkout_id,
        gateway=PLUGIN_ID,
        is_active=True,
        charge_status=ChargeStatus.NOT_CHARGED,
    ).exclude(pk=row.pk).update(is_active=False)


def _tell_order(row: Any, credit: Credit) -> None:
    """Have Saleor go on with the order, unless it is closed: then it must not."""
    tell_history(row.order_id, credit, ensure_app())
    if is_closed(row.order_id):
        announce_order(row.order_id)
        return
    charge = partial(
        order_charged,
        fetch_order_info(Order.objects.get(pk=row.order_id)),
        None,
        ensure_app(),
        credit.amount,
        row,
        get_plugins_manager(allow_replica=False),
    )
    if refusal := attempt(charge, payment_reference(row.pk)):
        announce_order(row.order_id)
        add_note(row, f"{credit.reference}:order", refusal)


def add_note(row: Any, key: str, message: str) -> None:
    """Keep a note with a locked row and with its order, once per key."""
    name = f"{NOTE_PREFIX}{key}"
    if name in (row.private_metadata or {}):
        return
    row.store_value_in_private_metadata({name: message})
    row.save(update_fields=["private_metadata"])
    if row.order_id is not None:
        external_notification_event(
            order=row.order,
            user=None,
            app=ensure_app(),
            message=message,
            parameters={"payment": payment_reference(row.pk)},
        )
