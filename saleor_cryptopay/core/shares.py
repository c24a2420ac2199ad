"""Adding up coins that count at different rates.

Each transfer keeps the rate it came under, written as the base units that the whole
total would cost at that rate. What it pays is the share units/asked, an exact
fraction; shares add up in any order, and the sum is told in base units of the
payment's own quote, so that it compares with what that asked for. Where every
transfer came under that quote, the sums are the plain sums of their units.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from .money import PLACES_PEOPLE_TYPE


@dataclass(frozen=True, slots=True)
class Part:
    """Coins that came.

    Attributes:
        units: base units.
        asked: base units that the whole total costs at the rate they count at.
    """

    units: int
    asked: int


def received_units(parts: Iterable[Part], asked: int) -> Fraction:
    """Return what the parts come to, in base units of a quote that asked `asked`."""
    return sum((Fraction(part.units * asked, part.asked) for part in parts), Fraction())


def remaining_units(
    received: Fraction | int, *, asked: int, minimum: int, asked_now: int, decimals: int
) -> int:
    """Return what is still to be sent, in base units; 0 once it is enough.

    Args:
        received: see `received_units`.
        asked: what the payment's quote asked for.
        minimum: the smallest sum that counts as all of it.
        asked_now: what the whole total costs at the rate that the rest will count at.
        decimals: the asset's.

    Rounded up to places that wallets take, so that sending it is always enough.
    """
    if received >= minimum:
        return 0
    step: int = 10 ** max(0, decimals - PLACES_PEOPLE_TYPE)
    missing = (1 - Fraction(received) / asked) * asked_now
    return ceil(missing / step) * step


def surplus_units(received: Fraction | int, asked: int) -> int:
    """Return what came beyond `asked`, in whole base units of that quote."""
    return max(int(received) - asked, 0)
