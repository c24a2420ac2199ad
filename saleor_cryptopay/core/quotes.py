"""Quotes: how many coins a total costs, at which rate, from where, until when.

A quote is frozen when it is made and stored with the payment's address. Without a
rate there is no quote: nobody is asked for a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from .assets import Asset
from .errors import QuoteError
from .money import format_units, tolerated_units, units_to_ask


@dataclass(frozen=True, slots=True)
class Rate:
    """What one coin costs.

    Attributes:
        value: price of one coin in `currency`; more than zero.
        currency: ISO 4217, upper case.
        source: where it comes from, in words for the books (`peg`, `fixed`).
        as_of: when it was true (aware UTC).
    """

    value: Decimal
    currency: str
    source: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Quote:
    """A frozen price.

    Attributes:
        asset: what is asked for.
        units: base units asked for.
        minimum_units: the smallest final sum that counts as all of it.
        total: what the shop wants, in `currency`.
        currency: ISO 4217, upper case.
        rate: the rate it rests on.
        quoted_at: when it was made (aware UTC).
        expires_at: when it lapses (aware UTC); None for as long as the payment runs.
    """

    asset: Asset
    units: int
    minimum_units: int
    total: Decimal
    currency: str
    rate: Rate
    quoted_at: datetime
    expires_at: datetime | None

    @property
    def amount(self) -> str:
        """The coins asked for, as text (`50.5`)."""
        return format_units(self.units, self.asset.decimals)


FixedRates = Mapping[tuple[str, str], Decimal]
"""(coin, currency) in lower and upper case → price of one coin."""


def find_rate(asset: Asset, currency: str, fixed: FixedRates, now: datetime) -> Rate:
    """Return the rate for an asset: the merchant's fixed line, else its peg.

    Raises:
        QuoteError: neither stands for this coin and currency.
    """
    if (value := fixed.get((asset.coin, currency))) is not None:
        return Rate(value, currency, "fixed", now)
    if asset.pegged_to == currency:
        return Rate(Decimal(1), currency, "peg", now)
    raise QuoteError(
        f"There is no rate for {asset.symbol} in {currency}: add a line"
        f" “{asset.coin}/{currency.lower()} = …” to the plugin's setting “rates”."
    )


def make_quote(  # noqa: PLR0913 - one argument for each thing a quote rests on
    asset: Asset,
    total: Decimal,
    currency: str,
    rate: Rate,
    *,
    tolerance_percent: Decimal,
    valid_for: timedelta,
    now: datetime,
) -> Quote:
    """Freeze a price.

    Args:
        asset: what the customer pays with.
        total: what the shop wants, in `currency`; more than zero.
        currency: ISO 4217, upper case; the rate's own.
        rate: see `find_rate`.
        tolerance_percent: how much may be missing, 0 to less than 100.
        valid_for: life of a quote whose asset is not pegged to `currency`.
        now: aware UTC.

    Raises:
        QuoteError: the rate is in another currency.
        AmountError: the total is not more than zero.
    """
    if rate.currency != currency:
        raise QuoteError(f"A rate in {rate.currency} prices nothing in {currency}.")
    units = units_to_ask(total, rate.value, asset.decimals)
    return Quote(
        asset=asset,
        units=units,
        minimum_units=tolerated_units(units, tolerance_percent),
        total=total,
        currency=currency,
        rate=rate,
        quoted_at=now,
        expires_at=None if asset.pegged_to == currency else now + valid_for,
    )
