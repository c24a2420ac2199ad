"""Saleor's payment sessions: what a storefront asks, and what it is answered.

Law of this file: an answer never carries a success, and never an amount of zero
(Saleor takes a zero for the full amount). Money reaches Saleor through the outbox
alone. Nothing raises: a hook that does answers HTTP 400 and leaves rows behind.
"""

import logging
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from saleor.channel import TransactionFlowStrategy
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.payment.interface import (
    TransactionSessionData,
    TransactionSessionResult,
)

from saleor_cryptopay.bridge.identity import PLUGIN_ID
from saleor_cryptopay.bridge.purchases.amounts import (
    find_due,
    refresh_prices,
    settle_gift_cards,
)
from saleor_cryptopay.bridge.purchases.closed_orders import why_unwanted
from saleor_cryptopay.bridge.purchases.exclusion import only_transactions
from saleor_cryptopay.core.errors import (
    AssetError,
    CryptopayError,
    GatewayError,
    QuoteError,
    TerminalError,
)
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations.opening import (
    Opening,
    choose_asset,
    open_payment,
    store_refused,
)
from saleor_cryptopay.operations.quoting import renew_quote
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.web.figures import total_text
from saleor_cryptopay.web.status import payment_data

logger = logging.getLogger(__name__)

Reply = dict[str, Any]

Session = Callable[[TransactionSessionData, Runtime], Payment]
"""Does what a storefront asks for, and returns the payment as it is then."""


def initialize(
    compose: Callable[[], Runtime], data: TransactionSessionData
) -> TransactionSessionResult:
    """Answer `transactionInitialize`: open the payment of this transaction."""
    return _answer(compose, data, _initialize)


def process(
    compose: Callable[[], Runtime], data: TransactionSessionData
) -> TransactionSessionResult:
    """Answer `transactionProcess`: how far it is, after choosing a coin if named."""
    return _answer(compose, data, _process)


def _answer(
    compose: Callable[[], Runtime], data: TransactionSessionData, session: Session
) -> TransactionSessionResult:
    runtime = None
    try:
        runtime = compose()
        reply = _action_required(data, session(data, runtime), runtime)
    except CryptopayError as error:
        reply = _refusal(data, error, runtime)
    except Exception:
        # A hook that raises makes Saleor answer HTTP 400 and leave rows behind.
        token = data.transaction.token
        logger.exception("Transaction %s", token, extra=about(reference=token))
        words = "Something went wrong: see the log."
        reply = _refusal(data, CryptopayError(words), runtime)
    return TransactionSessionResult(app_identifier=PLUGIN_ID, response=reply)


def _refusal(
    data: TransactionSessionData, error: CryptopayError, runtime: Runtime | None
) -> Reply:
    """Return what was refused, or broke, and how the payment stands if it can be told.

    A failure would end Saleor's session for good: while customers may be paying to an
    address they were shown, a wish that cannot be granted is no failure.
    """
    shown = None
    try:
        shown = _find_shown(data)
        if shown is not None and runtime is not None:
            return _with_error(_action_required(data, shown, runtime), error)
    except Exception:
        token = data.transaction.token
        logger.exception("Transaction %s", token, extra=about(reference=token))
    if shown is not None:
        _log_refusal(data, error, shown.pk)
        return _with_error(_waiting(data, shown), error)
    return _failure(data, error)


def _find_shown(data: TransactionSessionData) -> Payment | None:
    """Return the payment of which the customer may have seen an address."""
    payments = Payment.objects.filter(reference=str(data.transaction.token))
    return payments.filter(address__isnull=False).first()


def _with_error(reply: Reply, error: CryptopayError) -> Reply:
    return {**reply, "data": {**reply["data"], "error": _error(error)}}


def _initialize(data: TransactionSessionData, runtime: Runtime) -> Payment:
    opening = Opening(
        reference=str(data.transaction.token),
        channel=data.source_object.channel.slug,
        total=_total(data),
        currency=data.action.currency,
        asset_key=_asset_key(data),
    )
    _name(data.transaction)
    try:
        return open_payment(opening, runtime, only_transactions(data.source_object))
    except (AssetError, QuoteError) as error:
        if isinstance(data.source_object, Order):
            # Saleor lets no order expire that has a transaction.
            store_refused(opening, str(error), runtime)
        raise


def _total(data: TransactionSessionData) -> Decimal:
    """Return what to ask for: the amount of the session, and never more than is due.

    Raises:
        QuoteError: nothing is due, or the shop wants no money for it any more.
    """
    source, item = data.source_object, data.transaction
    if reason := why_unwanted(item, is_ours=bool(item.charged_value)):
        raise QuoteError(f"Nothing is to be paid: {reason}.")
    if isinstance(source, Order):
        refresh_prices(source)
    due = find_due(source, item)
    if due <= 0 and isinstance(source, Checkout):
        settle_gift_cards(source)
    total = min(Decimal(data.action.amount), due)
    if total <= 0:
        raise QuoteError("There is nothing left to pay.")
    return total


def _process(data: TransactionSessionData, runtime: Runtime) -> Payment:
    payment = Payment.objects.filter(reference=str(data.transaction.token)).first()
    if payment is None:
        return _initialize(data, runtime)
    asset_key = _asset_key(data)
    if asset_key:
        return choose_asset(payment.id, asset_key, runtime)
    try:
        return renew_quote(payment.id, runtime)
    except QuoteError as error:  # the old quote is shown as what it is: lapsed
        _log_refusal(data, error, payment.pk)
        return payment


def _asset_key(data: TransactionSessionData) -> str:
    """Return the asset that the storefront names, or ""."""
    given = data.payment_gateway_data.data
    if given is None:
        return ""
    if not isinstance(given, dict):
        raise AssetError('Send `data: {"asset": "coin@network"}`.')
    asset = given.get("asset")
    if asset is None:
        return ""
    if not isinstance(asset, str):
        raise AssetError("`asset` is a text: “coin@network”.")
    return asset.strip().lower()


def _action_required(
    data: TransactionSessionData, payment: Payment, runtime: Runtime
) -> Reply:
    details = payment_data(payment, runtime)
    return {
        **_waiting(data, payment),
        "externalUrl": details["page_url"],
        "data": {"payment": details},
    }


def _waiting(data: TransactionSessionData, payment: Payment) -> Reply:
    return {
        "result": "CHARGE_ACTION_REQUIRED",
        "amount": str(payment.total),
        "pspReference": str(data.transaction.token),
        "message": _waiting_words(data, payment),
        "data": {},
    }


def _waiting_words(data: TransactionSessionData, payment: Payment) -> str:
    words = "Waiting for the customer's coins."
    if payment.total < data.action.amount:
        left = f"{total_text(payment.total, payment.currency)} {payment.currency}"
        words += f" No more than {left} was left to pay: that is asked for."
    if data.action.action_type == TransactionFlowStrategy.AUTHORIZATION:
        words += " Coins cannot be held: they will be charged, not authorized."
    return words


def _failure(data: TransactionSessionData, error: CryptopayError) -> Reply:
    """Return a refusal in words: the customer's side in data, the cause for staff."""
    _log_refusal(data, error)
    return {
        "result": "CHARGE_FAILURE",
        "amount": str(data.action.amount),
        "pspReference": str(data.transaction.token),
        "message": str(error),
        "data": {"error": _error(error)},
    }


def _log_refusal(
    data: TransactionSessionData, error: CryptopayError, payment_id: UUID | None = None
) -> None:
    token = data.transaction.token
    logger.warning(
        "Transaction %s: %s",
        token,
        error,
        extra=about(reference=token, payment=payment_id),
    )


def _error(error: CryptopayError) -> Reply:
    """Return an error in the form that storefronts read."""
    is_gateway = isinstance(error, GatewayError)
    words = str(error)
    if is_gateway:
        words = "Cryptocurrency payments are not available at the moment."
    return {
        "code": type(error).__name__.removesuffix("Error").upper(),
        "message": words,
        "can_retry": is_gateway and not isinstance(error, TerminalError),
    }


def _name(transaction: Any) -> None:
    """Give the transaction a name that staff recognise; sessions leave it empty."""
    if not transaction.name:
        transaction.name = "Cryptocurrency"
        transaction.save(update_fields=["name"])
