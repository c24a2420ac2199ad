"""What staff read in a transaction's history of things that move no money."""

from decimal import Decimal
from typing import Any

from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent

from saleor_cryptopay.bridge.app_row import ensure_app
from saleor_cryptopay.bridge.identity import PLUGIN_ID
from saleor_cryptopay.operations.ports import Credit

from .notes import phrase_note


def write_notice(item: Any, key: str, credit: Credit) -> None:
    """Put a note into a transaction's history, once per key."""
    TransactionEvent.objects.get_or_create(
        transaction=item,
        idempotency_key=key,
        defaults={
            "type": TransactionEventType.INFO,
            "psp_reference": credit.reference,
            "message": phrase_note(credit.message)[:512],
            "external_url": credit.url,
            "currency": item.currency,
            "amount_value": Decimal(0),
            "created_at": credit.at,
            "app_identifier": PLUGIN_ID,
            "app": ensure_app(),
            "include_in_calculations": False,
        },
    )
