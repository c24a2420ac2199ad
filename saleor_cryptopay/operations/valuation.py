"""At which rate coins count: decided once, when they are first heard of.

The rule, which the page states beforehand: coins that are seen while a quote holds, or
in the grace after it lapsed, count at it (of several that hold, at the one that asked
for the least: the customer may have paid by it); coins that are seen later count at
the rate of the moment they were seen. Where nobody agreed on a rate then, a person
decides. Nothing is ever valued again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from saleor_cryptopay.core.errors import QuoteError
from saleor_cryptopay.core.money import units_to_ask
from saleor_cryptopay.models import Address, PastQuote, Payment

from .market import rate_then
from .runtime import Runtime


@dataclass(frozen=True, slots=True)
class Valuation:
    """At which rate coins count.

    Attributes:
        asked_units: base units that the payment's whole total costs at it.
        rate: price of one coin in the payment's currency.
        source: where it comes from, in words for the books.
    """

    asked_units: int
    rate: Decimal
    source: str


def value_coins(
    payment: Payment, address: Address, seen_at: datetime, runtime: Runtime
) -> Valuation | None:
    """Return at which rate coins count; None where a person has to decide.

    Args:
        payment: what they are for.
        address: where they came to.
        seen_at: when they were first seen (aware UTC).
        runtime: see `runtime.Runtime`.
    """
    quotes: list[Address | PastQuote] = [address]
    if address.quote_expires_at is not None:  # the others never lapse, nor were renewed
        quotes += address.past_quotes.all()
    holding = [quote for quote in quotes if _holds(quote, address, seen_at)]
    if holding:
        best = min(holding, key=lambda quote: quote.units)
        return Valuation(best.units, best.rate, f"quote of {_text(best.quoted_at)}")
    return _value_then(payment, address, seen_at, runtime)


def _holds(quote: Address | PastQuote, address: Address, seen_at: datetime) -> bool:
    until = quote.quote_holds_until or quote.quote_expires_at
    was_made = quote.quoted_at <= max(seen_at, address.issued_at or seen_at)
    return was_made and (until is None or seen_at <= until)


def _value_then(
    payment: Payment, address: Address, seen_at: datetime, runtime: Runtime
) -> Valuation | None:
    asset, policy = address.asset, runtime.policies(payment.channel)
    try:
        rate = rate_then(asset, payment.currency, policy, seen_at, runtime)
    except QuoteError:
        return None
    return Valuation(
        units_to_ask(payment.total, rate.value, asset.decimals),
        rate.value,
        f"rate of {_text(seen_at)}, when the coins were seen: {rate.source}"[:255],
    )


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
