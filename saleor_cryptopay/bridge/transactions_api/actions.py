"""What staff ask of a transaction in the Dashboard, and the truthful answer.

Saleor runs the built-in WebhookPlugin before us. Our App row has no webhook, so it
writes a failure of its own ("Cannot find a webhook …") before our hook is called. That
event says nothing true: it is taken away and our answer put in its place.

Law of this file: an answer is written under the locks of checkout or order and
transaction. Saleor's own function for it adds the events up without them, and would
save sums over those of a credit that is written meanwhile. Nothing raises: Saleor
releases the funds of many checkouts in one loop, and the ones that an error keeps it
from are never asked for again, other gateways' too.
"""

import logging
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from saleor.core.db.connection import allow_writer
from saleor.payment import TransactionAction, TransactionEventType
from saleor.payment.interface import TransactionActionData
from saleor.payment.utils import (
    recalculate_refundable_for_checkout,
    truncate_transaction_event_message,
)

from saleor_cryptopay.bridge.app_row import ensure_app
from saleor_cryptopay.bridge.identity import PLUGIN_ID
from saleor_cryptopay.core.errors import CryptopayError, RefundError
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Effect, Payment, Refund
from saleor_cryptopay.operations import outbox
from saleor_cryptopay.operations.refunds.asking import RefundRequest, ask_refund
from saleor_cryptopay.operations.runtime import Runtime

from .records import locked, recalculate
from .refunds import is_promised, request_key

logger = logging.getLogger(__name__)

FAILURES: Final = {
    "refund": (
        TransactionEventType.REFUND_FAILURE,
        "There is no payment in coins behind this transaction.",
    ),
    "charge": (
        TransactionEventType.CHARGE_FAILURE,
        "Coins cannot be collected: the customer has to send them.",
    ),
    "cancel": (
        TransactionEventType.CANCEL_FAILURE,
        "There is nothing to cancel: the payment ends by itself at its deadline.",
    ),
}

FAULT: Final = "Something went wrong, see the server's log: ask again later."

SPURIOUS: Final = (
    TransactionEventType.REFUND_FAILURE,
    TransactionEventType.CHARGE_FAILURE,
    TransactionEventType.CANCEL_FAILURE,
)

# What the answer changes in the request.
CLAIMED: Final = ["psp_reference", "include_in_calculations", "related_granted_refund"]


@allow_writer()
def answer(compose: Callable[[], Runtime], data: TransactionActionData) -> None:
    """Answer a request of staff (or of Saleor itself) about one of our transactions.

    Args:
        compose: gives the runtime; a refusal of the settings becomes the answer.
        data: what is asked.
    """
    try:
        _answer(compose, data)
    except Exception:
        token = data.transaction.token
        logger.exception(
            "Transaction %s gets no answer", token, extra=about(reference=token)
        )


def _answer(compose: Callable[[], Runtime], data: TransactionActionData) -> None:
    words = FAILURES[data.action_type][1]
    if data.action_type == TransactionAction.REFUND:
        token = data.transaction.token
        try:
            runtime = compose()
            refund = _ask_refund(data, runtime)
        except CryptopayError as error:
            words = str(error)
        except Payment.DoesNotExist:
            logger.warning(
                "Transaction %s has no payment.", token, extra=about(reference=token)
            )
        except Exception:
            logger.exception("Transaction %s", token, extra=about(reference=token))
            words = FAULT
        else:
            _take_up(data, refund, runtime)
            return
    with locked(data.transaction) as item:
        _take_away_spurious(data)
        _refuse(item, data, words)


def _ask_refund(data: TransactionActionData, runtime: Runtime) -> Refund:
    event: Any = data.event
    payment = Payment.objects.get(reference=str(data.transaction.token))
    request = RefundRequest(
        key=request_key(event),
        source=Refund.Source.PAID,
        actor=_actor(event),
        amount=Decimal(data.action_value),
        reason=event.message or "",
    )
    with locked(data.transaction) as item:
        _require_wanted(item, event)
        return ask_refund(payment.pk, request, runtime)


def _require_wanted(item: Any, event: Any) -> None:
    """Refuse a request that something overtook; the item is locked.

    Raises:
        RefundError: says what.
    """
    if item.order_id is not None and _is_saleors_own(event):
        raise RefundError(
            "This checkout is an order by now: its coins stay until staff ask for them."
        )
    if is_promised(event):
        # A granted refund stands as its latest event says: this one's is none of it.
        event.related_granted_refund = None
        raise RefundError("This granted refund is on its way already.")


def _take_up(data: TransactionActionData, refund: Refund, runtime: Runtime) -> None:
    """Let Saleor show the refund as pending at once; the outbox would do it soon."""
    with locked(data.transaction):
        _take_away_spurious(data)
    waiting = refund.payment.effects.filter(
        kind=Effect.Kind.REFUND_BEGUN, data__key=refund.key, done_at=None
    )
    for effect in waiting.select_related("payment"):
        outbox.deliver(effect, runtime)


def _actor(event: Any) -> str:
    """Return who asked, as Saleor knows them; Saleor itself asks as nobody."""
    if event.user_id is not None:
        return f"user {event.user_id}"
    return f"app {event.app_identifier}" if event.app_identifier else "Saleor"


def _is_saleors_own(event: Any) -> bool:
    """Return whether nobody asked but Saleor, for the money of abandoned checkouts.

    Saleor does not say who asked for a granted refund, either: somebody has.
    """
    asked = (event.user_id, event.app_id, event.related_granted_refund_id)
    return asked == (None, None, None)


def _refuse(item: Any, data: TransactionActionData, words: str) -> None:
    """Write the failure that answers the request; the item is locked."""
    app = data.transaction_app_owner or ensure_app()
    request: Any = data.event
    request.transaction = item
    request.psp_reference = f"{item.token}:{request.pk}"
    request.include_in_calculations = True
    request.save(update_fields=CLAIMED)
    result, _ = FAILURES[data.action_type]
    failure = item.events.create(
        type=result,
        psp_reference=request.psp_reference,
        amount_value=data.action_value,
        currency=item.currency,
        message=truncate_transaction_event_message(words),
        app=app,
        app_identifier=PLUGIN_ID,
        include_in_calculations=True,
        related_granted_refund_id=request.related_granted_refund_id,
    )
    recalculate_refundable_for_checkout(item, request, failure)
    recalculate(item, app, request.related_granted_refund)


def _take_away_spurious(data: TransactionActionData) -> None:
    """Delete the failure that WebhookPlugin wrote for this very request.

    It moves no money (`include_in_calculations` is off, it has no psp reference), so
    that a newer Saleor which words it differently can only leave a note behind.
    """
    event: Any = data.event
    data.transaction.events.filter(
        pk__gt=event.pk,
        type__in=SPURIOUS,
        include_in_calculations=False,
        psp_reference=None,
        app_identifier=None,
    ).delete()
