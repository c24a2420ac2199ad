"""Saleor's payment sessions: what a storefront asks, and what it is answered.

Law of this file: an answer never carries a success, and never an amount of zero
(Saleor takes a zero for the full amount). Money reaches Saleor through the outbox
alone. Nothing raises: a hook that does answers HTTP 400 and leaves rows behind.
"""

import logging
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from saleor.payment.interface import (
    PaymentGatewayData,
    TransactionSessionData,
    TransactionSessionResult,
)

from saleor_cryptopay.core.errors import (
    AssetError,
    CryptopayError,
    GatewayError,
    QuoteError,
    TerminalError,
)
from saleor_cryptopay.core.quotes import find_rate, make_quote
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations.opening import Opening, choose_asset, open_payment
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.web.status import payment_data

from .identity import PLUGIN_ID

if TYPE_CHECKING:
    from .plugin import CryptopayPlugin

logger = logging.getLogger(__name__)

Reply = dict[str, Any]


def offer(
    plugin: "CryptopayPlugin", amount: Decimal, source_object: Any
) -> PaymentGatewayData:
    """Answer `paymentGatewayInitialize`: the coins on offer for this amount."""
    try:
        runtime = plugin.runtime()
        channel = source_object.channel
        assets = _offers(runtime, channel.slug, amount, channel.currency_code)
    except CryptopayError as error:
        logger.warning("No coins can be offered: %s", error)
        return PaymentGatewayData(
            app_identifier=PLUGIN_ID, error="Cryptocurrency is not available now."
        )
    return PaymentGatewayData(app_identifier=PLUGIN_ID, data={"assets": assets})


def initialize(
    plugin: "CryptopayPlugin", data: TransactionSessionData
) -> TransactionSessionResult:
    """Answer `transactionInitialize`: open the payment of this transaction."""
    return _answer(plugin, data, _initialize)


def process(
    plugin: "CryptopayPlugin", data: TransactionSessionData
) -> TransactionSessionResult:
    """Answer `transactionProcess`: how far it is, after choosing a coin if named."""
    return _answer(plugin, data, _process)


def _answer(
    plugin: "CryptopayPlugin", data: TransactionSessionData, session: Any
) -> TransactionSessionResult:
    try:
        runtime = plugin.runtime()
        payment = session(data, runtime)
        reply = _action_required(data, payment, runtime)
    except CryptopayError as error:
        reply = _failure(data, error)
    except Exception:
        # A hook that raises makes Saleor answer HTTP 400 and leave rows behind.
        logger.exception("Transaction %s", data.transaction.token)
        reply = _failure(data, CryptopayError("Something went wrong: see the log."))
    return TransactionSessionResult(app_identifier=PLUGIN_ID, response=reply)


def _initialize(data: TransactionSessionData, runtime: Runtime) -> Payment:
    action = data.action
    if action.amount <= 0:
        raise QuoteError("There is nothing left to pay.")
    _name(data.transaction)
    return open_payment(
        Opening(
            reference=str(data.transaction.token),
            channel=data.source_object.channel.slug,
            total=action.amount,
            currency=action.currency,
            asset_key=_asset_key(data),
        ),
        runtime,
    )


def _process(data: TransactionSessionData, runtime: Runtime) -> Payment:
    payment = Payment.objects.filter(reference=str(data.transaction.token)).first()
    if payment is None:
        return _initialize(data, runtime)
    asset_key = _asset_key(data)
    if not asset_key:
        return payment
    return choose_asset(payment.id, asset_key, runtime)


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
        "result": "CHARGE_ACTION_REQUIRED",
        "amount": str(data.action.amount),
        "pspReference": str(data.transaction.token),
        "externalUrl": details["page_url"],
        "message": "Waiting for the customer's coins.",
        "data": {"payment": details},
    }


def _failure(data: TransactionSessionData, error: CryptopayError) -> Reply:
    """Return a refusal in words: the customer's side in data, the cause for staff."""
    logger.warning("Transaction %s: %s", data.transaction.token, error)
    is_gateway = isinstance(error, GatewayError)
    can_retry = is_gateway and not isinstance(error, TerminalError)
    words = str(error)
    if is_gateway:
        words = "Cryptocurrency payments are not available at the moment."
    return {
        "result": "CHARGE_FAILURE",
        "amount": str(data.action.amount),
        "pspReference": str(data.transaction.token),
        "message": str(error),
        "data": {
            "error": {
                "code": type(error).__name__.removesuffix("Error").upper(),
                "message": words,
                "can_retry": can_retry,
            }
        },
    }


def _name(transaction: Any) -> None:
    """Give the transaction a name that staff recognise; sessions leave it empty."""
    if not transaction.name:
        transaction.name = "Cryptocurrency"
        transaction.save(update_fields=["name"])


def _offers(
    runtime: Runtime, channel: str, amount: Decimal, currency: str
) -> list[Reply]:
    policy = runtime.policies(channel)
    now = runtime.clock()
    offers = []
    for asset in policy.assets:
        row = {
            "asset": asset.key,
            "coin": asset.coin,
            "symbol": asset.symbol,
            "name": asset.name,
            "network": asset.network.slug,
            "network_name": asset.network.name,
        }
        try:
            rate = find_rate(asset, currency, policy.rates, now)
        except QuoteError:
            continue
        row["rate"] = f"{rate.value:f}"
        if amount > 0:
            quote = make_quote(
                asset,
                amount,
                currency,
                rate,
                tolerance_percent=policy.tolerance_percent,
                valid_for=policy.quote_life,
                now=now,
            )
            row["amount"] = quote.amount
        offers.append(row)
    return offers
