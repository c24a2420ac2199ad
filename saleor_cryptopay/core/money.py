"""Amounts: whole base units for coins, Decimal for fiat, never a float.

Rounding happens in this file and in `shares`: what is asked for is rounded up (the
shop asks for no less than the total), `credit_for` rounds down (nobody is credited
what did not come).
"""

import re
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    Context,
    Decimal,
    DecimalException,
    Inexact,
    InvalidOperation,
    localcontext,
)
from fractions import Fraction
from typing import Final

from .errors import AmountError

PLACES_PEOPLE_TYPE: Final = 8
"""Decimals of a coin that every wallet takes; what is finer, some cut off."""

# Enough for 10**18 base units of a coin times any total a shop can charge.
_EXACT: Final = Context(prec=78)

# The same, where nothing may be rounded at all.
_UNROUNDED: Final = Context(prec=78, traps=[Inexact, InvalidOperation])

# What the database keeps of a rate.
_RATE_STEP: Final = Decimal(1).scaleb(-18)

_PLAIN_NUMBER: Final = re.compile(r"[0-9]{1,60}(\.[0-9]{1,60})?", re.ASCII)

# Minor units of ISO 4217 where they are not two. Saleor keeps three places at most.
_CURRENCY_PLACES: Final = dict.fromkeys(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX",
     "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0,
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)  # fmt: skip


def parse_decimal(text: object) -> Decimal:
    """Read a plain decimal number as the gateway and the settings write it.

    Only texts are read: a number out of JSON has been a float on its way here.
    Signs, exponents, spaces, NaN and Infinity are refused: no page of the gateway
    documents them, so they are mistakes or attacks.

    Raises:
        AmountError: the text is not a plain, non-negative decimal number.
    """
    if not isinstance(text, str) or not _PLAIN_NUMBER.fullmatch(text):
        raise AmountError(f"“{str(text)[:80]}” is not a plain decimal number.")
    return Decimal(text)


def parse_units(text: str, decimals: int) -> int:
    """Turn a decimal number of coins into base units, exactly.

    Raises:
        AmountError: not a plain number, or finer than the asset's base unit.
    """
    return to_units(parse_decimal(text), decimals)


def to_units(coins: Decimal, decimals: int) -> int:
    """Turn coins into base units, exactly.

    Raises:
        AmountError: negative, not finite, finer than the asset's base unit, or of
            more than 78 digits in base units.
    """
    if not coins.is_finite() or coins < 0:
        raise AmountError(f"{coins} is not an amount.")
    try:
        scaled = coins.scaleb(decimals, _UNROUNDED)
        return int(scaled.quantize(Decimal(1), context=_UNROUNDED))
    except DecimalException:
        raise AmountError(
            f"{coins} has more than {decimals} decimals, or is too large."
        ) from None


def format_units(units: int, decimals: int) -> str:
    """Write base units as coins: no exponent, no trailing zeros (`0.0015`)."""
    whole, part = divmod(abs(units), 10**decimals)
    sign = "-" if units < 0 else ""
    fraction = str(part).rjust(decimals, "0").rstrip("0") if decimals else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def to_coins(units: int, decimals: int) -> Decimal:
    """Turn base units into coins, exactly."""
    return Decimal(units).scaleb(-decimals, _EXACT)


def currency_places(currency: str) -> int:
    """Return how many decimals prices in an ISO 4217 currency have (USD 2, JPY 0)."""
    return _CURRENCY_PLACES.get(currency, 2)


def format_fiat(amount: Decimal, currency: str) -> str:
    """Write an amount with its currency's places, and more only if it has more."""
    exponent = amount.normalize().as_tuple().exponent
    own = max(0, -exponent) if isinstance(exponent, int) else 0
    return f"{amount:.{max(currency_places(currency), own)}f}"


def units_to_ask(total: Decimal, rate: Decimal, decimals: int) -> int:
    """Return the base units worth `total`, rounded up to a number people can type.

    Args:
        total: what the shop wants, in its currency; more than zero.
        rate: price of one coin in that currency; more than zero.
        decimals: the asset's.

    At most eight decimals are asked for where the asset has more: wallets cut the
    rest off. A pegged coin is rounded to the same places as the total needs.

    Raises:
        AmountError: total or rate is not a number more than zero.
    """
    if not all(value.is_finite() and value > 0 for value in (total, rate)):
        raise AmountError("A total and a rate must be more than zero.")
    places = min(decimals, PLACES_PEOPLE_TYPE)
    with localcontext(_EXACT):
        coins = (total / rate).quantize(Decimal(1).scaleb(-places), ROUND_CEILING)
        if coins * rate < total:  # the division itself was cut at 78 digits
            coins += Decimal(1).scaleb(-places)
    return to_units(coins, decimals)


def tolerated_units(asked: int, tolerance_percent: Decimal) -> int:
    """Return the smallest sum of base units that counts as the whole of `asked`.

    Args:
        asked: base units asked for.
        tolerance_percent: how much may be missing, 0 to less than 100.
    """
    with localcontext(_EXACT):
        minimum = Decimal(asked) * (Decimal(100) - tolerance_percent) / Decimal(100)
        return max(1, int(minimum.to_integral_value(ROUND_CEILING)))


def priced_with_markup(market: Decimal, percent: Decimal) -> Decimal:
    """Return the rate to quote for a market price: lower by the merchant's margin.

    Rounded down to ten digits, as people read prices and the database keeps them: the
    customer is asked for a ten-thousand-millionth more, never less.

    Args:
        market: price of one coin; more than zero.
        percent: the margin, 0 or more.
    """
    with localcontext(_EXACT):
        value = market * 100 / (100 + percent)
        digits = Context(prec=10, rounding=ROUND_DOWN)
        return min(value, digits.plus(value)).quantize(_RATE_STEP, ROUND_DOWN)


def credit_for(
    received: int | Fraction,
    *,
    asked: int,
    minimum: int,
    total: Decimal,
    currency: str,
) -> Decimal:
    """Return the fiat value to credit once `received` base units are final.

    The exact total from `minimum` on (a surplus is kept as coins, not as fiat);
    below it the share that came, rounded down to the currency's places, and always
    less than the total. Coins that count at another rate than the quote's come as
    the fraction of its units that they are worth: see `shares`.
    """
    if received >= minimum:
        return total
    step = Decimal(1).scaleb(-currency_places(currency))
    share = Fraction(total) * max(received, 0) / asked
    steps = share / Fraction(step)
    return min(int(steps) * step, max(total - step, Decimal(0)))
