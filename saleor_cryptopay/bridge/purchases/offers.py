"""Which coins a storefront can offer for a purchase, and what each would ask for."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from saleor.payment.interface import PaymentGatewayData

from saleor_cryptopay.bridge.app_row import ensure_app
from saleor_cryptopay.bridge.identity import PLUGIN_ID
from saleor_cryptopay.core.errors import CryptopayError, QuoteError
from saleor_cryptopay.core.rates import Market
from saleor_cryptopay.operations.market import needs_of, price, read_market
from saleor_cryptopay.operations.quoting import quote_for
from saleor_cryptopay.operations.runtime import Policy, Runtime

from .amounts import find_due

logger = logging.getLogger(__name__)

Offer = dict[str, Any]


def offer(
    compose: Callable[[], Runtime], amount: Decimal, source_object: Any
) -> PaymentGatewayData:
    """Answer `paymentGatewayInitialize`: the coins on offer for this amount.

    Args:
        compose: gives the runtime; without usable settings there is no offer.
        amount: what the storefront wants to pay, in the channel's currency.
        source_object: Saleor's checkout or order.
    """
    try:
        # Saleor looks for it next, in `transactionInitialize`.
        ensure_app()
        # Saleor may be in a transaction, which a statement that fails would end.
        with transaction.atomic():
            channel = source_object.channel
            total = min(Decimal(amount), find_due(source_object))
            assets = find_offers(compose(), channel.slug, total, channel.currency_code)
    except CryptopayError as error:
        logger.warning("No coins can be offered: %s", error)
    except Exception:
        # Saleor asks all gateways at once: the others have to be offered.
        logger.exception("No coins can be offered")
    else:
        return PaymentGatewayData(app_identifier=PLUGIN_ID, data={"assets": assets})
    return PaymentGatewayData(
        app_identifier=PLUGIN_ID, error="Cryptocurrency is not available now."
    )


def find_offers(
    runtime: Runtime, channel: str, amount: Decimal, currency: str
) -> list[Offer]:
    """Return the assets that have a price, with what each would ask for.

    An amount of zero asks for the prices alone.
    """
    policy = runtime.policies(channel)
    market = read_market(needs_of(policy, currency), runtime)
    return _offers(policy, amount, currency, market, runtime.clock())


def find_prices(
    runtime: Runtime, channels: Iterable[tuple[str, str]]
) -> list[tuple[str, Offer]]:
    """Return what several channels offer, each asset with its currency and rate.

    Args:
        runtime: see `operations.runtime.Runtime`.
        channels: slug and currency of each. The market is read once for all of them.
    """
    rules = [(runtime.policies(slug), currency) for slug, currency in channels]
    needs = [need for policy, currency in rules for need in needs_of(policy, currency)]
    market, now = read_market(needs, runtime), runtime.clock()
    return [
        (currency, offer)
        for policy, currency in rules
        for offer in _offers(policy, Decimal(0), currency, market, now)
    ]


def _offers(
    policy: Policy, amount: Decimal, currency: str, market: Market, now: datetime
) -> list[Offer]:
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
            rate = price(asset, currency, policy, market, now)
        except QuoteError:
            continue
        row["rate"] = f"{rate.value:f}"
        if amount > 0:
            quote = quote_for(asset, amount, currency, rate, policy, now)
            row["amount"] = quote.amount
        offers.append(row)
    return offers
