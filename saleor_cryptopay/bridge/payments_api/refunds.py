"""Refunds through Saleor's Payments API: what is asked, and what becomes of it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from saleor.order.actions import order_refunded
from saleor.order.models import Order
from saleor.payment import TransactionKind
from saleor.payment.interface import GatewayResponse, PaymentData
from saleor.payment.models import Payment as SaleorPayment
from saleor.payment.utils import update_payment_charge_status
from saleor.plugins.manager import get_plugins_manager

from saleor_cryptopay.bridge.app_row import ensure_app
from saleor_cryptopay.bridge.identity import payment_reference
from saleor_cryptopay.core.errors import CryptopayError, RefundError
from saleor_cryptopay.models import Payment, Refund
from saleor_cryptopay.operations.ports import Credit
from saleor_cryptopay.operations.refunds.asking import RefundRequest, ask_refund
from saleor_cryptopay.operations.refunds.postings import shop_reference
from saleor_cryptopay.operations.runtime import Runtime

from .records import add_note, create, is_new, locked


def answer_refund(compose: Callable[[], Runtime], data: PaymentData) -> GatewayResponse:
    """Answer staff who ask for a refund: it is begun, or why it cannot be.

    Saleor asks so by itself where it could not make an order of a paid checkout. That
    is tried again, and must not give the coins back meanwhile: refused.
    """
    try:
        refund = _ask(data, compose())
    except (CryptopayError, Payment.DoesNotExist) as error:
        return _answer(data, TransactionKind.REFUND, "", str(error))
    return _answer(data, TransactionKind.REFUND_ONGOING, shop_reference(refund), None)


def begin(reference: str, credit: Credit) -> None:
    """Record that coins are to go back; a repetition changes nothing.

    Raises:
        ShopError: no such row, the same refund with another amount, or not now.
    """
    with locked(reference) as row:
        if is_new(row, TransactionKind.REFUND_ONGOING, credit):
            create(row, TransactionKind.REFUND_ONGOING, credit)
        add_note(row, f"{credit.reference}:begun", credit.message)


def finish(reference: str, credit: Credit) -> None:
    """Count coins as refunded; a repetition changes nothing.

    Raises:
        ShopError: as `begin`.
    """
    with locked(reference) as row:
        if not is_new(row, TransactionKind.REFUND, credit):
            return
        update_payment_charge_status(row, create(row, TransactionKind.REFUND, credit))
        add_note(row, f"{credit.reference}:done", credit.message)
        if row.order_id is not None:
            _tell_order(row, credit)


def fail(reference: str, credit: Credit) -> None:
    """Record that coins will not go back; a repetition changes nothing.

    Raises:
        ShopError: as `begin`.
    """
    with locked(reference) as row:
        if is_new(row, TransactionKind.REFUND_FAILED, credit):
            create(row, TransactionKind.REFUND_FAILED, credit)
        add_note(row, f"{credit.reference}:failed", credit.message)


def _ask(data: PaymentData, runtime: Runtime) -> Refund:
    row = SaleorPayment.objects.get(pk=data.payment_id)
    if row.order_id is None:
        raise RefundError(
            "This checkout is no order yet: it is made into one as soon as that is"
            " possible. To give the coins back instead: the refund desk, “To decide”."
        )
    payment = Payment.objects.get(reference=payment_reference(data.payment_id))
    request = RefundRequest(
        key=f"paymentRefund:{uuid4()}",
        source=Refund.Source.PAID,
        actor="staff",
        amount=data.amount,
    )
    return ask_refund(payment.pk, request, runtime)


def _answer(
    data: PaymentData, kind: str, token: str, error: str | None
) -> GatewayResponse:
    return GatewayResponse(
        is_success=error is None,
        action_required=False,
        kind=kind,
        amount=data.amount,
        currency=data.currency,
        transaction_id=token or f"{payment_reference(data.payment_id)}:{kind}",
        error=error,
        transaction_already_processed=True,
        psp_reference=token or None,
    )


def _tell_order(row: Any, credit: Credit) -> None:
    order_refunded(
        Order.objects.get(pk=row.order_id),
        None,
        ensure_app(),
        credit.amount,
        row,
        get_plugins_manager(allow_replica=False),
    )
