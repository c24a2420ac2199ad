"""Quotes: how many coins a total costs, at which rate, from where, until when.

A quote is frozen when it is made and stored with the payment's address. Without a
rate there is no quote: nobody is asked for a guess.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Context, Decimal, localcontext
from math import prod

from .assets import Asset
from .errors import QuoteError
from .money import format_units, priced_with_markup, tolerated_units, units_to_ask
from .rates import NO_MARKET, Agreement, Market, Pair, find_legs


@dataclass(frozen=True, slots=True)
class Rate:
    """What one coin costs.

    Attributes:
        value: price of one coin in `currency`; more than zero.
        currency: ISO 4217, upper case.
        source: where it comes from, in words for the books (`peg`, `fixed`, or who
            agreed: `coinbase, kraken`).
        as_of: when it was true (aware UTC); of several sources the oldest.
        legs: what the market agreed on; two where the way goes over the dollar, none
            for a peg or a fixed line.
        markup_percent: the merchant's margin, by which `value` is below the market.
    """

    value: Decimal
    currency: str
    source: str
    as_of: datetime
    legs: tuple[Agreement, ...] = ()
    markup_percent: Decimal = Decimal(0)

    @property
    def basis(self) -> dict[str, object]:
        """What it rests on, to be kept with the quote; empty for a peg or fixed line.

        Numbers are texts.
        """
        if not self.legs:
            return {}
        return {
            "path": [str(leg.pair) for leg in self.legs],
            "legs": [_leg_basis(leg) for leg in self.legs],
            "market": f"{_product(self.legs):f}",
            "markup_percent": f"{self.markup_percent:f}",
        }


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
        holds_until: until when coins that are seen count at it (aware UTC): a grace
            after it lapsed; None for as long as the payment runs.
    """

    asset: Asset
    units: int
    minimum_units: int
    total: Decimal
    currency: str
    rate: Rate
    quoted_at: datetime
    expires_at: datetime | None
    holds_until: datetime | None = None

    @property
    def amount(self) -> str:
        """The coins asked for, as text (`50.5`)."""
        return format_units(self.units, self.asset.decimals)


FixedRates = Mapping[tuple[str, str], Decimal]
"""(coin, currency) in lower and upper case → price of one coin."""


def find_rate(  # noqa: PLR0913 - one argument for each thing a rate may come from
    asset: Asset,
    currency: str,
    fixed: FixedRates,
    now: datetime,
    market: Market = NO_MARKET,
    markup_percent: Decimal = Decimal(0),
) -> Rate:
    """Return the rate for an asset: the merchant's fixed line, its peg, the market's.

    Args:
        asset: what is priced.
        currency: ISO 4217, upper case.
        fixed: the merchant's lines; they win where they stand, also on the way over
            the dollar (`usd/pln`).
        now: aware UTC.
        market: what is agreed now.
        markup_percent: the merchant's margin on what the market says.

    Raises:
        QuoteError: there is none for this coin and currency; nobody gets a guess.
    """
    if (value := fixed.get((asset.coin, currency))) is not None:
        return Rate(value, currency, "fixed", now)
    if asset.pegged_to == currency:
        return Rate(Decimal(1), currency, "peg", now)

    def look_up(pair: Pair) -> Agreement | None:
        if (line := fixed.get((pair.base, pair.quote))) is not None:
            return Agreement(pair, line, note="fixed")
        return market.get(pair)

    legs = find_legs(asset.coin, asset.pegged_to, currency, look_up)
    if not legs:
        raise QuoteError(
            f"There is no rate for {asset.symbol} in {currency} now. A line"
            f" “{asset.coin}/{currency.lower()} = …” in the plugin's setting “rates”"
            " sets one."
        )
    is_market = any(leg.ticks for leg in legs)
    markup = markup_percent if is_market else Decimal(0)
    return Rate(
        value=priced_with_markup(_product(legs), markup),
        currency=currency,
        source=" then ".join(leg.note or ", ".join(leg.sources) for leg in legs),
        as_of=min((tick.as_of for leg in legs for tick in leg.ticks), default=now),
        legs=legs,
        markup_percent=markup,
    )


def _product(legs: Iterable[Agreement]) -> Decimal:
    with localcontext(Context(prec=78)):
        return prod((leg.value for leg in legs), start=Decimal(1))


def _leg_basis(leg: Agreement) -> dict[str, object]:
    return {
        "pair": str(leg.pair),
        "value": f"{leg.value:f}",
        "note": leg.note,
        "spread_percent": f"{leg.spread_percent:.4f}",
        "sources": [
            {
                "name": tick.source,
                "value": f"{tick.value:f}",
                "as_of": tick.as_of.isoformat(),
            }
            for tick in leg.ticks
        ],
    }


def make_quote(  # noqa: PLR0913 - one argument for each thing a quote rests on
    asset: Asset,
    total: Decimal,
    currency: str,
    rate: Rate,
    *,
    tolerance_percent: Decimal,
    valid_for: timedelta,
    now: datetime,
    grace: timedelta = timedelta(),
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
        grace: how long after it lapsed coins that are seen still count at it.

    Raises:
        QuoteError: the rate is in another currency.
        AmountError: the total is not more than zero.
    """
    if rate.currency != currency:
        raise QuoteError(f"A rate in {rate.currency} prices nothing in {currency}.")
    units = units_to_ask(total, rate.value, asset.decimals)
    lapses = None if asset.pegged_to == currency else now + valid_for
    return Quote(
        asset=asset,
        units=units,
        minimum_units=tolerated_units(units, tolerance_percent),
        total=total,
        currency=currency,
        rate=rate,
        quoted_at=now,
        expires_at=lapses,
        holds_until=None if lapses is None else lapses + grace,
    )
