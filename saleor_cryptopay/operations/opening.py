"""Opening a payment: a row first, then a quote, then an address from the gateway.

The gateway offers no idempotency key, so the order of things is the guarantee: the
intent (an Address row without an address) is committed before the gateway is asked,
one process at a time asks for it, and nothing is locked while it waits.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.errors import AssetError, RetryableError, TerminalError
from saleor_cryptopay.core.quotes import Quote, find_rate, make_quote
from saleor_cryptopay.core.states import OPEN_STATES, PaymentEvent, PaymentState
from saleor_cryptopay.gateways.base import IssuedAddress
from saleor_cryptopay.models import Address, Payment

from . import ledger
from .runtime import Policy, Runtime

# Longer than any call to the gateway may take: after it, whoever asked is dead.
ASKING: Final = timedelta(seconds=30)

# What the customer may still choose an asset in. A refused payment may be tried again.
CHOOSABLE: Final = OPEN_STATES | {PaymentState.FAILED}


@dataclass(frozen=True, slots=True)
class Opening:
    """What the shop asks for.

    Attributes:
        reference: the shop's transaction; one payment for each.
        channel: the channel's slug.
        total: what is owed, in `currency`; more than zero.
        currency: ISO 4217, upper case.
        asset_key: `coin@network`, or "" to let the customer choose.
    """

    reference: str
    channel: str
    total: Decimal
    currency: str
    asset_key: str = ""


def open_payment(opening: Opening, runtime: Runtime) -> Payment:
    """Open the payment of a shop's transaction, or return it as it is.

    With an asset named, or only one on offer, the payment comes back with its
    address; else the customer chooses on the page.

    Raises:
        AssetError: the asset is not offered.
        QuoteError: it has no price in this currency; nothing is stored.
        GatewayError: no address could be had; the payment stays for another try.
    """
    policy = runtime.policies(opening.channel)
    asset = _chosen_asset(opening.asset_key, policy)
    if asset is not None:
        _quote(asset, opening.total, opening.currency, policy, runtime.clock())
    payment = _payment_of(opening, policy, runtime)
    if asset is None:
        return payment
    return choose_asset(payment.id, asset.key, runtime)


def choose_asset(payment_id: UUID, asset_key: str, runtime: Runtime) -> Payment:
    """Give a payment its quote and address in an asset; again is harmless.

    Choosing another asset before any coins were seen makes that one the payment's;
    the address given before is watched all the same.

    Raises:
        AssetError: not offered, or it is too late to choose.
        QuoteError: no price in the payment's currency.
        GatewayError: no address could be had.
    """
    with transaction.atomic():
        payment = ledger.lock_payment(payment_id)
        policy = runtime.policies(payment.channel)
        asset = offered_asset(asset_key, policy)
        _refuse_late_choice(payment, asset, runtime.clock())
        intent = _intent(payment, asset, policy, runtime.clock())
        if intent.address:
            return _make_current(payment, intent, runtime)
    issued = _ask(payment, intent, asset, runtime)
    with transaction.atomic():
        payment = ledger.lock_payment(payment_id)
        intent = Address.objects.get(pk=intent.pk)
        if not intent.address:
            _store(intent, issued, runtime.clock())
        return _make_current(payment, intent, runtime)


def offered_asset(asset_key: str, policy: Policy) -> Asset:
    """Return an asset on offer by its name.

    Raises:
        AssetError: the merchant does not offer it.
    """
    for asset in policy.assets:
        if asset.key == asset_key:
            return asset
    offered = ", ".join(asset.key for asset in policy.assets)
    raise AssetError(f"“{asset_key[:64]}” is not offered here. On offer: {offered}.")


def _chosen_asset(asset_key: str, policy: Policy) -> Asset | None:
    if asset_key:
        return offered_asset(asset_key, policy)
    return policy.assets[0] if len(policy.assets) == 1 else None


def _quote(
    asset: Asset, total: Decimal, currency: str, policy: Policy, now: datetime
) -> Quote:
    return make_quote(
        asset,
        total,
        currency,
        find_rate(asset, currency, policy.rates, now),
        tolerance_percent=policy.tolerance_percent,
        valid_for=policy.quote_life,
        now=now,
    )


def _payment_of(opening: Opening, policy: Policy, runtime: Runtime) -> Payment:
    now = runtime.clock()
    payment, _ = Payment.objects.get_or_create(
        reference=opening.reference,
        defaults={
            "gateway": runtime.gateway.name,
            "environment": runtime.gateway.environment,
            "channel": opening.channel,
            "total": opening.total,
            "currency": opening.currency,
            "late_policy": policy.late_payments,
            "created_at": now,
            "changed_at": now,
            "expires_at": now + policy.payment_window,
        },
    )
    return payment


def _refuse_late_choice(payment: Payment, asset: Asset, now: datetime) -> None:
    current = payment.address
    if current is not None and current.asset_key == asset.key:
        return
    if payment.state not in CHOOSABLE or payment.expires_at <= now:
        raise AssetError("This payment is over: please start a new one in the shop.")
    if payment.transfers.exists():
        raise AssetError("Coins have been seen already: the coin cannot be changed.")


def _intent(payment: Payment, asset: Asset, policy: Policy, now: datetime) -> Address:
    """Return the payment's row for this asset, quoted anew until it has an address."""
    existing = payment.addresses.filter(asset_key=asset.key).first()
    if existing is not None and existing.address:
        return existing
    quote = _quote(asset, payment.total, payment.currency, policy, now)
    intent, _ = payment.addresses.update_or_create(
        asset_key=asset.key,
        defaults={
            "network": asset.network.slug,
            "units": quote.units,
            "minimum_units": quote.minimum_units,
            "rate": quote.rate.value,
            "rate_source": quote.rate.source,
            "rate_as_of": quote.rate.as_of,
            "quoted_at": quote.quoted_at,
            "quote_expires_at": quote.expires_at,
        },
    )
    return intent


def _ask(
    payment: Payment, intent: Address, asset: Asset, runtime: Runtime
) -> IssuedAddress:
    now = runtime.clock()
    nobody_asks = Q(asked_at=None) | Q(asked_at__lte=now - ASKING)
    waiting = Address.objects.filter(pk=intent.pk, address="")
    if not waiting.filter(nobody_asks).update(asked_at=now):
        raise RetryableError("The address is being made: try again in a moment.")
    try:
        return runtime.gateway.create_address(
            asset, label=str(payment.id), metadata={"payment": str(payment.id)}
        )
    except TerminalError as error:
        if payment.address_id is None:
            ledger.record_event(
                payment.id, PaymentEvent.GATEWAY_REFUSED, runtime, note=str(error)
            )
        raise
    finally:
        waiting.update(asked_at=None)


def _store(intent: Address, issued: IssuedAddress, now: datetime) -> None:
    intent.gateway_id = issued.id
    intent.address = issued.address
    intent.issued_at = now
    intent.save(update_fields=["gateway_id", "address", "issued_at"])


def _make_current(payment: Payment, address: Address, runtime: Runtime) -> Payment:
    if payment.address_id != address.pk:
        payment.address = address
        payment.save(update_fields=["address"])
    if payment.state == PaymentState.FAILED:
        return ledger.record_event(payment.id, PaymentEvent.OPENED_AGAIN, runtime)
    return payment
