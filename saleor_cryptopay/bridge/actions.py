"""What staff ask of a transaction in the Dashboard, and the truthful answer.

Saleor runs the built-in WebhookPlugin before us. Our App row has no webhook, so it
writes a failure of its own ("Cannot find a webhook …") before our hook is called. That
event says nothing true: it is taken away and our answer put in its place.
"""

from typing import TYPE_CHECKING, Any, Final

from saleor.core.db.connection import allow_writer
from saleor.payment import TransactionEventType
from saleor.payment.interface import TransactionActionData
from saleor.payment.utils import (
    create_transaction_event_from_request_and_webhook_response,
)

from .app_row import ensure_app
from .identity import PLUGIN_ID

if TYPE_CHECKING:
    from .plugin import CryptopayPlugin

FAILURES: Final = {
    "refund": (
        TransactionEventType.REFUND_FAILURE,
        (
            "Coins are not sent back from here yet: ask the customer for an address,"
            " send them with your wallet or gateway, and record the refund by hand."
        ),
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

SPURIOUS: Final = (
    TransactionEventType.REFUND_FAILURE,
    TransactionEventType.CHARGE_FAILURE,
    TransactionEventType.CANCEL_FAILURE,
)


@allow_writer()
def answer(plugin: "CryptopayPlugin", data: TransactionActionData) -> None:
    """Answer a request of staff (or of Saleor itself) about one of our transactions."""
    if not plugin.active or data.transaction.app_identifier != PLUGIN_ID:
        return
    result, words = FAILURES[data.action_type]
    _take_away_spurious(data)
    create_transaction_event_from_request_and_webhook_response(
        data.event,
        data.transaction_app_owner or ensure_app(),
        {
            "pspReference": f"{data.transaction.token}:{data.event.pk}",
            "result": result.upper(),
            "amount": str(data.action_value),
            "message": words,
        },
    )


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
