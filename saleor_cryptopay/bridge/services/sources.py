"""What a payment's reference leads to: the order or checkout that is paid for."""

from typing import Any

from saleor.payment.models import TransactionItem

from saleor_cryptopay.bridge.identity import payment_key
from saleor_cryptopay.bridge.payments_api.records import find_payment


def find_source(reference: str) -> Any:
    """Return Saleor's order or checkout; None for "" and where it is gone."""
    found = _find(reference) if reference else None
    if found is None:
        return None
    return found.order or found.checkout


def _find(reference: str) -> Any:
    if payment_key(reference) is not None:
        return find_payment(reference)
    items = TransactionItem.objects.select_related(
        "order__channel", "order__user", "checkout__channel", "checkout__user"
    )
    return items.filter(token=reference).first()
