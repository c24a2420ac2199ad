"""Making and renewing quotes: what is asked for, and until when it holds.

A quote in a floating asset lapses. As long as no coins were seen the customer gets a
new one at the same address; the one before is kept, since coins may be on their way
by it. Once coins were seen the quote holds, here and in the database.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.errors import QuoteError
from saleor_cryptopay.core.money import units_to_ask
from saleor_cryptopay.core.quotes import Quote, Rate, make_quote
from saleor_cryptopay.core.states import OPEN_STATES
from saleor_cryptopay.models import Address, PastQuote, Payment

from . import integrity
from .fetching import find_rate_for_customer
from .market import rate_now
from .runtime import Policy, Runtime

QUOTE_FIELDS = (
    "units",
    "minimum_units",
    "rate",
    "rate_source",
    "rate_as_of",
    "rate_basis",
    "quoted_at",
    "quote_expires_at",
    "quote_holds_until",
)


def quote_for(  # noqa: PLR0913 - one argument for each thing a quote rests on
    asset: Asset,
    total: Decimal,
    currency: str,
    rate: Rate,
    policy: Policy,
    now: datetime,
) -> Quote:
    """Freeze a price by the merchant's rules."""
    return make_quote(
        asset,
        total,
        currency,
        rate,
        tolerance_percent=policy.tolerance_percent,
        valid_for=policy.quote_life,
        now=now,
        grace=policy.quote_grace,
    )


def quote_values(quote: Quote) -> dict[str, object]:
    """Return a quote as the columns that keep it."""
    return {
        "units": quote.units,
        "minimum_units": quote.minimum_units,
        "rate": quote.rate.value,
        "rate_source": quote.rate.source[:255],
        "rate_as_of": quote.rate.as_of,
        "rate_basis": quote.rate.basis,
        "quoted_at": quote.quoted_at,
        "quote_expires_at": quote.expires_at,
        "quote_holds_until": quote.holds_until,
    }


def holds_until(address: Address) -> datetime | None:
    """Return until when coins that are seen count at the quote; None: to the end."""
    return address.quote_holds_until or address.quote_expires_at


def asked_now(payment: Payment, runtime: Runtime) -> int | None:
    """Return what the whole total costs now, where coins seen now count at that.

    In base units; None as long as they count at the quote, and where there is no rate.

    Args:
        payment: with `address` loaded.
        runtime: see `runtime.Runtime`.
    """
    address, rate = payment.address, rate_of_rest(payment, runtime)
    if address is None or rate is None:
        return None
    return units_to_ask(payment.total, rate.value, address.asset.decimals)


def rate_of_rest(payment: Payment, runtime: Runtime) -> Rate | None:
    """Return the rate of the moment, where coins seen now count at it.

    None as long as they count at the quote, and where there is no rate.

    Args:
        payment: with `address` loaded.
        runtime: see `runtime.Runtime`.
    """
    address = payment.address
    if address is None or payment.state not in OPEN_STATES:
        return None
    until = holds_until(address)
    if until is None or runtime.clock() <= until:
        return None
    policy, asset = runtime.policies(payment.channel), address.asset
    try:
        return rate_now(asset, payment.currency, policy, runtime)
    except QuoteError:
        return None


def has_lapsed(address: Address, now: datetime) -> bool:
    """Return whether the time is over for which the address's quote was held."""
    return address.quote_expires_at is not None and address.quote_expires_at <= now


def is_renewable(payment: Payment, now: datetime) -> bool:
    """Return whether the payment's quote can be renewed: lapsed, open, no coins seen.

    One statement where the quote has lapsed, else none.
    """
    address = payment.address
    return (
        address is not None
        and bool(address.address)
        and has_lapsed(address, now)
        and payment.state in OPEN_STATES
        and now < payment.expires_at
        and not payment.transfers.exists()
    )


def renew_quote(payment_id: UUID, runtime: Runtime) -> Payment:
    """Give a payment a new quote at the same address, if its quote has lapsed.

    Whatever cannot be renewed (it still holds, coins were seen, it is over) stays as
    it is.

    Raises:
        QuoteError: there is no rate now.
        Payment.DoesNotExist: there is no such payment.
    """
    payment = Payment.objects.select_related("address").get(pk=payment_id)
    if payment.address is None or not is_renewable(payment, runtime.clock()):
        return payment
    policy, asset = runtime.policies(payment.channel), payment.address.asset
    if asset not in policy.assets:
        raise QuoteError(f"{asset.key} is not on offer any more.")
    rate = find_rate_for_customer(asset, payment.currency, policy, runtime)
    with transaction.atomic():
        locked = Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)
        if is_renewable(locked, runtime.clock()) and locked.address is not None:
            _renew(locked, locked.address, rate, policy, runtime.clock())
        return locked


def _renew(
    payment: Payment, address: Address, rate: Rate, policy: Policy, now: datetime
) -> None:
    """Put a new quote in the place of the old one; the caller holds the lock.

    A row that was changed behind our back must not get a good seal by it.
    """
    if not integrity.is_intact(payment, address):
        integrity.report_changed(payment, address)
        raise QuoteError("This payment cannot be quoted again.")
    quote = quote_for(address.asset, payment.total, payment.currency, rate, policy, now)
    PastQuote.objects.create(
        address=address, **{name: getattr(address, name) for name in QUOTE_FIELDS}
    )
    for name, value in quote_values(quote).items():
        setattr(address, name, value)
    integrity.seal(address)
    address.save(update_fields=[*QUOTE_FIELDS, "mac"])
