"""The Payments API: what Saleor asks of a gateway, and what it is answered.

Law of this file: an answer never carries a success of its own. Money reaches Saleor
through the outbox alone; what is confirmed here was captured there. Saleor asks with
the checkout locked, so that the gateway is asked only after its commit: the answer
holds the payment as it is stored, and is completed in place before Saleor hands it to
the storefront. A Saleor that would not hand out that same object would show the
payment without its address, and its page all the same.
"""

import json
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.db import transaction
from saleor.channel.models import Channel
from saleor.core.db.connection import allow_writer
from saleor.payment import TransactionKind
from saleor.payment.interface import GatewayResponse, PaymentData, PaymentGateway
from saleor.payment.models import Payment as SaleorPayment

from saleor_cryptopay.bridge.identity import PLUGIN_ID, PLUGIN_NAME, payment_reference
from saleor_cryptopay.bridge.purchases.exclusion import refuse_second_payment
from saleor_cryptopay.bridge.purchases.offers import find_prices
from saleor_cryptopay.core.errors import AssetError, CryptopayError, GatewayError
from saleor_cryptopay.core.states import OPEN_STATES, PaymentState
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations.opening import (
    Opening,
    open_payment,
    prepare_payment,
)
from saleor_cryptopay.operations.refunds.coins import is_given_back
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.web.status import payment_data

logger = logging.getLogger(__name__)

Answer = dict[str, Any]

# States in which the customer can go on with the same payment.
GOING_ON: Final = OPEN_STATES | {PaymentState.CONFIRMED, PaymentState.FAILED}

OVER: Final = {
    PaymentState.EXPIRED: "This payment has expired: please start a new one.",
    PaymentState.CANCELED: "This payment was canceled: please start a new one.",
    PaymentState.NEEDS_REVIEW: "Your coins have arrived and need a look by the shop.",
}

REFUSALS: Final = {
    TransactionKind.CAPTURE: (
        "Coins cannot be collected: the customer has to send them."
    ),
    TransactionKind.VOID: (
        "There is nothing to void: the payment ends by itself at its deadline."
    ),
}

GOES_BACK: Final = "The shop gives these coins back: they make no order any more."


@allow_writer()
def gateways(
    compose: Callable[[], Runtime], currency: str | None, checkout_info: Any
) -> list[PaymentGateway]:
    """Return us as `availablePaymentGateways` lists it; nothing without a price.

    A checkout is shown the coins of its own channel; whoever asks without one, those
    of every channel with the currency.
    """
    assets: dict[str, Any] = {}
    currencies = set()
    try:
        # Saleor may be in a transaction, which a statement that fails would end.
        with transaction.atomic():
            channels = _channels(currency, checkout_info)
            for code, offer in find_prices(compose(), channels):
                assets.setdefault(offer["asset"], offer)
                currencies.add(code)
    except CryptopayError as error:
        logger.warning("No coins can be offered: %s", error)
        return []
    except Exception:
        # Saleor lists all gateways at once: the others have to be there.
        logger.exception("No coins can be offered")
        return []
    if not assets:
        return []
    config = [{"field": "assets", "value": json.dumps(list(assets.values()))}]
    return [PaymentGateway(PLUGIN_ID, PLUGIN_NAME, sorted(currencies), config)]


def answer_completion(
    compose: Callable[[], Runtime], data: PaymentData
) -> GatewayResponse:
    """Answer `checkoutComplete`: the payment to be made, or that it was made."""
    try:
        return _answer(data, compose())
    except CryptopayError as error:
        return _failure(data, _customers_words(error, data))
    except Exception:
        # A hook that raises makes Saleor answer HTTP 400.
        reference = payment_reference(data.payment_id)
        logger.exception("Payment %s", reference, extra=about(reference=reference))
        return _failure(data, "Something went wrong: please try again.")


def refuse(data: PaymentData, kind: str) -> GatewayResponse:
    """Answer staff who ask for what cannot be done, once however often they ask."""
    return GatewayResponse(
        is_success=False,
        action_required=False,
        kind=kind,
        amount=data.amount,
        currency=data.currency,
        transaction_id=f"{payment_reference(data.payment_id)}:{kind}",
        error=REFUSALS[kind],
        transaction_already_processed=True,
    )


def _answer(data: PaymentData, runtime: Runtime) -> GatewayResponse:
    row = SaleorPayment.objects.get(pk=data.payment_id)
    if _goes_back(row):
        return _failure(data, GOES_BACK)
    if row.captured_amount >= row.total:
        return _captured(row)
    refuse_second_payment(row)
    opening = _opening(data, row)
    payment = prepare_payment(opening, runtime)
    if payment.state not in GOING_ON:
        return _failure(data, OVER[PaymentState(payment.state)])
    details: Answer = {"payment": payment_data(payment, runtime)}
    response = _action_required(data, details)
    if _needs_gateway(payment, opening, runtime):
        transaction.on_commit(partial(_complete_answer, details, opening, runtime))
        return response
    return _once(row, response)


def _goes_back(row: Any) -> bool:
    """Whether staff give back what was captured, or have done so."""
    ours = Payment.objects.filter(reference=payment_reference(row.pk)).first()
    return ours is not None and is_given_back(ours)


def _opening(data: PaymentData, row: Any) -> Opening:
    source = row.order or row.checkout
    return Opening(
        reference=payment_reference(data.payment_id),
        channel=source.channel.slug,
        total=data.amount,
        currency=data.currency,
        asset_key=_asset_key(data),
    )


def _asset_key(data: PaymentData) -> str:
    """Return the asset that `paymentData` names, or ""."""
    asset = (data.data or {}).get("asset", "")
    if not isinstance(asset, str):
        raise AssetError("`asset` is a text: “coin@network”.")
    return asset.strip().lower()


def _channels(currency: str | None, checkout_info: Any) -> list[tuple[str, str]]:
    """Return slug and currency of the channels that are asked about."""
    if checkout_info is not None:
        channel = checkout_info.channel
        return [(channel.slug, channel.currency_code)]
    channels = Channel.objects.filter(is_active=True)
    if currency is not None:
        channels = channels.filter(currency_code=currency)
    return list(channels.order_by("pk").values_list("slug", "currency_code"))


def _needs_gateway(payment: Payment, opening: Opening, runtime: Runtime) -> bool:
    """Whether an asset is chosen that is not the payment's."""
    assets = runtime.policies(opening.channel).assets
    wanted = opening.asset_key or (assets[0].key if len(assets) == 1 else "")
    if payment.state == PaymentState.CONFIRMED or not wanted:
        return False
    return payment.address is None or payment.address.asset_key != wanted


def _complete_answer(details: Answer, opening: Opening, runtime: Runtime) -> None:
    """Ask the gateway for the address, now that Saleor's locks are gone."""
    try:
        payment = open_payment(opening, runtime)
        details["payment"] = payment_data(payment, runtime)
    except CryptopayError as error:
        logger.warning(
            "%s has no address: %s",
            opening.reference,
            error,
            extra=about(reference=opening.reference),
        )
        details["error"] = {
            "message": _public_words(error),
            "can_retry": isinstance(error, GatewayError),
        }
    except Exception:
        # Raising here would fail a request whose records are committed.
        logger.exception(
            "%s has no address",
            opening.reference,
            extra=about(reference=opening.reference),
        )


def _captured(row: Any) -> GatewayResponse:
    """Point at what the outbox has captured; Saleor makes the order of it."""
    capture = row.transactions.filter(
        kind=TransactionKind.CAPTURE, is_success=True, action_required=False
    ).last()
    return GatewayResponse(
        is_success=True,
        action_required=False,
        kind=capture.kind,
        amount=capture.amount,
        currency=capture.currency,
        transaction_id=capture.token,
        error=None,
        transaction_already_processed=True,
        psp_reference=capture.token,
    )


def _action_required(data: PaymentData, details: Answer) -> GatewayResponse:
    reference = payment_reference(data.payment_id)
    return GatewayResponse(
        is_success=True,
        action_required=True,
        kind=TransactionKind.ACTION_TO_CONFIRM,
        amount=data.amount,
        currency=data.currency,
        transaction_id=reference,
        error=None,
        action_required_data=details,
        psp_reference=reference,
    )


def _once(row: Any, response: GatewayResponse) -> GatewayResponse:
    """Have a storefront that polls answered from one row, not from one row each."""
    response.transaction_already_processed = True
    row.transactions.filter(
        kind=response.kind, token=response.transaction_id, action_required=True
    ).update(action_required_data=response.action_required_data)
    return response


def _failure(data: PaymentData, words: str) -> GatewayResponse:
    return GatewayResponse(
        is_success=False,
        action_required=False,
        kind=TransactionKind.ACTION_TO_CONFIRM,
        amount=data.amount,
        currency=data.currency,
        transaction_id=payment_reference(data.payment_id),
        error=words,
    )


def _customers_words(error: CryptopayError, data: PaymentData) -> str:
    reference = payment_reference(data.payment_id)
    logger.warning("Payment %s: %s", reference, error, extra=about(reference=reference))
    return _public_words(error)


def _public_words(error: CryptopayError) -> str:
    if isinstance(error, GatewayError):
        return "Cryptocurrency payments are not available at the moment."
    return str(error)
