"""Never both payment APIs on one checkout: money in two places is counted in none.

Saleor itself refuses `checkoutPaymentCreate` where there is a transaction, from 3.22
on; before, we refuse to take the payment. The other way round it switches the payment
off and starts the transaction: we refuse that one and switch the payment on again,
whose address the customer may have paid already.
"""

from typing import Any, Final

from saleor.checkout.models import Checkout
from saleor.payment.models import Payment as SaleorPayment

from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.core.states import OPEN_STATES, PaymentState
from saleor_cryptopay.models import Payment

from .identity import PLUGIN_ID, payment_reference

UNDER_WAY: Final = OPEN_STATES | {PaymentState.CONFIRMED, PaymentState.NEEDS_REVIEW}


def refuse_second_api(source: Any) -> None:
    """Refuse a transaction for a checkout that is paid through the Payments API.

    Raises:
        ShopError: it is; the payment goes on.
    """
    if not isinstance(source, Checkout):
        return
    row = source.payments.order_by("pk").last()
    if (
        row is None
        or row.gateway != PLUGIN_ID
        or not _is_any_under_way([payment_reference(row.pk)])
    ):
        return
    SaleorPayment.objects.filter(pk=row.pk).update(is_active=True)
    raise ShopError(
        "This checkout is being paid through checkoutPaymentCreate and"
        " checkoutComplete: go on with these, or make a new checkout."
    )


def refuse_second_payment(row: Any) -> None:
    """Refuse a payment for a checkout that is paid through the Transactions API.

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


def _is_any_under_way(references: list[str]) -> bool:
    return Payment.objects.filter(
        reference__in=references, address__isnull=False, state__in=UNDER_WAY
    ).exists()
