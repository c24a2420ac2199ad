"""Writing a refund into Saleor's transactions: its request, and how it ended.

Law of this file: the psp reference of a refund is the claim that makes a repetition
harmless; Saleor's own request for it is used where there is one, so that a granted
refund stays tied to it.
"""

from datetime import UTC, datetime
from typing import Any, Final

from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent
from saleor.payment.utils import (
    recalculate_refundable_for_checkout,
    truncate_transaction_event_message,
)

from saleor_cryptopay.bridge.app_row import ensure_app
from saleor_cryptopay.bridge.identity import PLUGIN_ID
from saleor_cryptopay.bridge.purchases.particulars import tell_history
from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.core.refunds import PROMISED_STATES
from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations.ports import Credit

from .records import locked, recalculate

Event = TransactionEventType

_PREFIX: Final = "event:"


def request_key(event: Any) -> str:
    """Return the name by which a request of Saleor's is found again."""
    return f"{_PREFIX}{event.pk}"


def is_promised(event: Any) -> bool:
    """Return whether the granted refund that a request is about is under way already.

    Saleor asks for one of its grants as often as staff press the button before the
    first answer. The caller holds the transaction's lock.
    """
    if event.related_granted_refund_id is None:
        return False
    requests = TransactionEvent.objects.filter(
        related_granted_refund_id=event.related_granted_refund_id,
        type=Event.REFUND_REQUEST,
    ).exclude(pk=event.pk)
    promised = Refund.objects.filter(
        key__in=[request_key(each) for each in requests],
        payment__reference=str(event.transaction.token),
        state__in=PROMISED_STATES,
    )
    return bool(promised.exists())


def begin_refund(item: Any, key: str, credit: Credit) -> None:
    """Let an amount be pending as a refund; a repetition changes nothing.

    Args:
        item: the transaction.
        key: of Saleor's request, from `request_key`; any other name for one that
            Saleor did not make.
        credit: the refund.

    Raises:
        ShopError: the same refund with another amount, or the transaction will not
            hold still.
    """
    with locked(item) as held:
        if _find(held, Event.REFUND_REQUEST, credit) is not None:
            return
        request = _claim_request(held, key, credit)
        recalculate_refundable_for_checkout(held, request)
        recalculate(held, ensure_app(), request.related_granted_refund)
        _tell(held, credit)


def end_refund(item: Any, kind: str, key: str, credit: Credit) -> None:
    """Let a refund have succeeded or failed; a repetition changes nothing.

    Args:
        item: the transaction.
        kind: `REFUND_SUCCESS` or `REFUND_FAILURE`.
        key: as for `begin_refund`.
        credit: the refund.

    Raises:
        ShopError: as for `begin_refund`.
    """
    # Coins that do not go back are charged money again.
    with locked(item, may_pay=kind == Event.REFUND_FAILURE) as held:
        if _find(held, kind, credit) is not None:
            return
        request = _find(held, Event.REFUND_REQUEST, credit) or _claim_request(
            held, key, credit
        )
        event = _create(held, kind, credit, request.related_granted_refund)
        recalculate_refundable_for_checkout(held, request, event)
        recalculate(held, ensure_app(), request.related_granted_refund)
        _tell(held, credit)


def _find(item: Any, kind: str, credit: Credit) -> Any:
    event = item.events.filter(
        type=kind, psp_reference=credit.reference, include_in_calculations=True
    ).first()
    if event is not None and event.amount_value != credit.amount:
        raise ShopError(
            f"Saleor has {kind} {credit.reference} with another amount:"
            f" {event.amount_value}, not {credit.amount}."
        )
    return event


def _claim_request(item: Any, key: str, credit: Credit) -> Any:
    """Return Saleor's request as this refund's, or one of our own."""
    request = _find_request(item, key)
    granted = request.related_granted_refund if request is not None else None
    if (
        request is None
        or request.psp_reference is not None
        or request.amount_value != credit.amount
    ):
        return _create(item, Event.REFUND_REQUEST, credit, granted)
    request.psp_reference = credit.reference
    request.include_in_calculations = True
    request.message = request.message or truncate_transaction_event_message(
        credit.message
    )
    # A granted refund stands as its latest event says.
    request.created_at = datetime.now(UTC)
    request.save()
    return request


def _find_request(item: Any, key: str) -> Any:
    number = key.removeprefix(_PREFIX)
    if number == key or not number.isdecimal():
        return None
    requests = item.events.filter(type=Event.REFUND_REQUEST)
    return requests.select_related("related_granted_refund").filter(pk=number).first()


def _create(item: Any, kind: str, credit: Credit, granted: Any) -> Any:
    return item.events.create(
        type=kind,
        psp_reference=credit.reference,
        amount_value=credit.amount,
        currency=item.currency,
        message=truncate_transaction_event_message(credit.message),
        external_url=credit.url,
        app=ensure_app(),
        app_identifier=PLUGIN_ID,
        include_in_calculations=True,
        related_granted_refund=granted,
    )


def _tell(item: Any, credit: Credit) -> None:
    if item.order_id is not None:
        tell_history(item.order_id, credit, ensure_app())
