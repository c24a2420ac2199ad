"""Never both payment APIs on one checkout: money in two places is counted in none.

Saleor itself refuses `checkoutPaymentCreate` where there is a transaction, from 3.22
on; before, we refuse to take the payment. The other way round it switches the payment
off and starts the transaction: we refuse that one and switch the payment on again,
whose address the customer may have paid already. Either side looks for the other, and
stores what it begins, with the checkout locked; Saleor asks us to take a payment with
that lock in hand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import transaction
from saleor.checkout.lock_objects import checkout_qs_select_for_update
from saleor.checkout.models import Checkout
from saleor.payment.models import Payment as SaleorPayment

from saleor_cryptopay.bridge.identity import PLUGIN_ID, payment_reference
from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.core.states import OPEN_STATES, PaymentState
from saleor_cryptopay.models import Payment

# What has no address yet, or was refused one, may get it at the customer's next try.
UNDER_WAY: Final = OPEN_STATES | {
    PaymentState.CONFIRMED,
    PaymentState.FAILED,
    PaymentState.NEEDS_REVIEW,
}


@contextmanager
def only_transactions(source: Any) -> Iterator[None]:
    """Hold a checkout that is paid by transactions alone while one is begun inside.

    Raises:
        ShopError: it is paid through the Payments API; that payment goes on.
    """
    if not isinstance(source, Checkout):
        yield
        return
    with transaction.atomic():
        checkout_qs_select_for_update().filter(pk=source.pk).first()
        row = source.payments.order_by("pk").last()
        if row is None or row.gateway != PLUGIN_ID or not _is_begun(source):
            yield
            return
    SaleorPayment.objects.filter(pk=row.pk).update(is_active=True)
    raise ShopError(
        "This checkout is being paid through checkoutPaymentCreate and"
        " checkoutComplete: go on with these, or make a new checkout."
    )


def refuse_second_payment(row: Any) -> None:
    """Refuse a payment for a checkout that is paid through the Transactions API.

    The caller holds the checkout until it has stored the payment that it begins.

    Raises:
        ShopError: it is; the transaction goes on.
    """
    if row.checkout_id is None:
        return
    items = row.checkout.payment_transactions
    tokens = [str(token) for token in items.values_list("token", flat=True)]
    if _is_any_under_way(tokens):
        raise ShopError(
            "Mixing Payments and Transactions within one checkout is not possible:"
            " go on with the transaction, or make a new checkout."
        )


def _is_begun(checkout: Any) -> bool:
    """Whether any attempt through the Payments API is under way: each can be paid."""
    attempts = checkout.payments.filter(gateway=PLUGIN_ID)
    keys = attempts.values_list("pk", flat=True)
    return _is_any_under_way([payment_reference(key) for key in keys])


def _is_any_under_way(references: list[str]) -> bool:
    return Payment.objects.filter(
        reference__in=references, state__in=UNDER_WAY
    ).exists()
