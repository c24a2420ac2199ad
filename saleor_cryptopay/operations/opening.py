"""Opening a payment: a row first, then a quote, then an address from the gateway.

The gateway offers no idempotency key, so the order of things is the guarantee: the
intent (an Address row without an address) is committed before the gateway is asked,
one process at a time asks for it, and nothing is locked while it waits.
"""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.errors import (
    AssetError,
    QuoteError,
    RetryableError,
    TerminalError,
)
from saleor_cryptopay.core.quotes import Rate
from saleor_cryptopay.core.states import OPEN_STATES, PaymentEvent, PaymentState
from saleor_cryptopay.gateways.base import IssuedAddress
from saleor_cryptopay.models import Address, Payment

from . import ledger
from .fetching import find_rate_for_customer
from .issuing import store_address
from .market import rate_now
from .quoting import has_lapsed, quote_for, quote_values, renew_quote
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


def open_payment(
    opening: Opening,
    runtime: Runtime,
    guard: AbstractContextManager[object] | None = None,
) -> Payment:
    """Open the payment of a shop's transaction, or return it as it is.

    With an asset named, or only one on offer, the payment comes back with its
    address; else the customer chooses on the page.

    Args:
        opening: what the shop asks for.
        runtime: see `runtime.Runtime`.
        guard: entered while the payment is stored, for what must not change meanwhile;
            nothing outside the database is asked inside.

    Raises:
        AssetError: the asset is not offered.
        QuoteError: it has no price in this currency; nothing is stored.
        GatewayError: no address could be had; the payment stays for another try.
    """
    policy = runtime.policies(opening.channel)
    asset = _chosen_asset(opening.asset_key, policy)
    is_new = not Payment.objects.filter(reference=opening.reference).exists()
    if asset is not None and is_new:
        find_rate_for_customer(asset, opening.currency, policy, runtime)
    with guard or nullcontext():
        payment = prepare_payment(opening, runtime)
    if asset is None:
        return payment
    return choose_asset(payment.id, asset.key, runtime)


def store_refused(opening: Opening, why: str, runtime: Runtime) -> None:
    """Store a payment that could not be opened, for the sake of what waits for it.

    It has failed, and expires at its deadline as any other: what the shop holds for it
    (an order's stock) is then free again. One that is there already stays as it is.

    Args:
        opening: what the shop asked for.
        why: in words for staff.
        runtime: see `runtime.Runtime`.
    """
    policy = runtime.policies(opening.channel)
    with transaction.atomic():
        payment = _payment_of(opening, policy, runtime)
        _note_refusal(payment.id, why, runtime)


def prepare_payment(opening: Opening, runtime: Runtime) -> Payment:
    """Do the part of `open_payment` that asks no gateway: for a caller under a lock.

    The payment may lack its address; `open_payment` with the same opening goes on.

    Raises:
        AssetError: the asset is not offered.
        QuoteError: it has no price in this currency; nothing is stored.
    """
    policy = runtime.policies(opening.channel)
    asset = _chosen_asset(opening.asset_key, policy)
    existing = Payment.objects.filter(reference=opening.reference).first()
    if existing is not None:
        return existing
    if asset is not None:
        rate_now(asset, opening.currency, policy, runtime)
    return _payment_of(opening, policy, runtime)


def choose_asset(payment_id: UUID, asset_key: str, runtime: Runtime) -> Payment:
    """Give a payment its quote and address in an asset; again is harmless.

    Choosing another asset before any coins were seen makes that one the payment's;
    the address given before is watched all the same. A quote that has lapsed is
    renewed, if there is a rate and no coins were seen.

    Raises:
        AssetError: not offered, or it is too late to choose.
        QuoteError: no price in the payment's currency.
        GatewayError: no address could be had.
    """
    rate = _rate_for_choice(payment_id, asset_key, runtime)
    with transaction.atomic():
        payment = ledger.lock_payment(payment_id)
        asset = offered_asset(asset_key, runtime.policies(payment.channel))
        if refusal := _late_choice(payment, asset, runtime.clock()):
            raise AssetError(refusal)
        intent = _intent(payment, asset, rate, runtime)
        if intent.address:
            payment = _make_current(payment, intent, runtime)
    if intent.address:
        return _renew_if_lapsed(payment, intent, runtime)
    try:
        return _take(intent, _ask(payment, intent, asset, runtime), runtime)
    except TerminalError as error:
        _note_refusal(payment.id, str(error), runtime)
        raise


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


def _rate_for_choice(payment_id: UUID, asset_key: str, runtime: Runtime) -> Rate | None:
    """Return the rate to quote at, or None for an address that has its quote already.

    Asked for before anything is locked: it may have to be fetched.
    """
    payment = Payment.objects.get(pk=payment_id)
    policy = runtime.policies(payment.channel)
    asset = offered_asset(asset_key, policy)
    issued = payment.addresses.filter(asset_key=asset.key).exclude(address="")
    if issued.exists():
        return None
    return find_rate_for_customer(asset, payment.currency, policy, runtime)


def _renew_if_lapsed(payment: Payment, address: Address, runtime: Runtime) -> Payment:
    if not has_lapsed(address, runtime.clock()):
        return payment
    try:
        return renew_quote(payment.id, runtime)
    except QuoteError:  # the old quote is shown as what it is: lapsed
        return payment


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


def _late_choice(payment: Payment, asset: Asset, now: datetime) -> str:
    """Return why the locked payment's asset cannot be chosen any more, or ""."""
    current = payment.address
    if current is not None and current.asset_key == asset.key:
        return ""
    if payment.state not in CHOOSABLE or payment.expires_at <= now:
        return "This payment is over: please start a new one in the shop."
    if payment.transfers.exists():
        return "Coins have been seen already: the coin cannot be changed."
    return ""


def _intent(
    payment: Payment, asset: Asset, rate: Rate | None, runtime: Runtime
) -> Address:
    """Return the payment's row for this asset, quoted anew until it has an address."""
    existing = payment.addresses.filter(asset_key=asset.key).first()
    if existing is not None and existing.address:
        return existing
    policy, currency = runtime.policies(payment.channel), payment.currency
    rate = rate or rate_now(asset, currency, policy, runtime)
    now = runtime.clock()
    quote = quote_for(asset, payment.total, currency, rate, policy, now)
    intent, _ = payment.addresses.update_or_create(
        asset_key=asset.key,
        defaults={"network": asset.network.slug, **quote_values(quote)},
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
        with runtime.tracer.span("open", payment=payment.id, network=intent.network):
            return runtime.gateway.create_address(
                asset, label=str(payment.id), metadata={"payment": str(payment.id)}
            )
    finally:
        waiting.update(asked_at=None)


def _take(intent: Address, issued: IssuedAddress, runtime: Runtime) -> Payment:
    with transaction.atomic():
        payment = ledger.lock_payment(intent.payment_id)
        intent = Address.objects.get(pk=intent.pk)
        if not intent.address:
            store_address(intent, issued.id, issued.address, runtime.clock())
        # The world went on while the gateway was asked.
        refusal = _late_choice(payment, intent.asset, runtime.clock())
        if not refusal:
            return _make_current(payment, intent, runtime)
    raise AssetError(refusal)


def _note_refusal(payment_id: UUID, why: str, runtime: Runtime) -> None:
    with transaction.atomic():
        # Another choice may have found an address meanwhile.
        if ledger.lock_payment(payment_id).address_id is None:
            ledger.record_event(
                payment_id, PaymentEvent.GATEWAY_REFUSED, runtime, note=why
            )


def _make_current(payment: Payment, address: Address, runtime: Runtime) -> Payment:
    if payment.address_id != address.pk:
        payment.address = address
        payment.save(update_fields=["address"])
    if payment.state == PaymentState.FAILED:
        return ledger.record_event(payment.id, PaymentEvent.OPENED_AGAIN, runtime)
    return payment
