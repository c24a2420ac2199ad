"""How many coins of a payment can go back, and how many are spoken for.

Base units of one asset at a time. The caller holds the payment's lock where it decides
by these figures.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import QuerySet, Sum

from saleor_cryptopay.core.assets import ASSETS, Asset, find_asset
from saleor_cryptopay.core.errors import AmountError
from saleor_cryptopay.core.money import parse_units
from saleor_cryptopay.core.refunds import HOLDING_STATES
from saleor_cryptopay.core.shares import Part, received_units, surplus_units
from saleor_cryptopay.models import Payment, Refund, Transfer

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Coins:
    """Coins of one asset.

    Attributes:
        asset_key: which.
        units: how many, in base units.
        amount: what the shop counts them as, in the payment's currency.
    """

    asset_key: str
    units: int
    amount: Decimal = NOTHING

    @property
    def asset(self) -> Asset:
        """Which asset it is."""
        return find_asset(self.asset_key)


def find_credited(payment: Payment) -> Coins | None:
    """Return the coins that were credited, without a surplus; None if there are none.

    Where coins count at different rates, the surplus is the same share of them as it
    is of what they are worth.
    """
    address = payment.address
    counted = list(_finals(payment).filter(verdict=Transfer.Verdict.COUNTED))
    amount = sum((row.credited for row in counted), NOTHING)
    if address is None or amount <= 0:
        return None
    units = sum(row.units for row in counted)
    return Coins(address.asset_key, units - _surplus(payment, counted), amount)


def find_surplus(payment: Payment) -> Coins | None:
    """Return the coins that came beyond the total; None if there are none."""
    if payment.address is None:
        return None
    counted = list(_finals(payment).filter(verdict=Transfer.Verdict.COUNTED))
    units = _surplus(payment, counted)
    return Coins(payment.address.asset_key, units) if units else None


def list_set_aside(payment: Payment) -> list[Coins]:
    """Return the coins that were never credited, by asset; none of unknown assets."""
    found: dict[str, int] = {}
    for row in _finals(payment).exclude(verdict=Transfer.Verdict.COUNTED):
        asset_key = f"{row.coin}@{row.network}"
        if units := _units(row):
            found[asset_key] = found.get(asset_key, 0) + units
    return [Coins(asset_key, units) for asset_key, units in sorted(found.items())]


def count_arrived(payment: Payment, asset_key: str) -> int:
    """Return all final base units of an asset, whatever they count as."""
    rows = _finals(payment)
    return sum(_units(row) for row in rows if f"{row.coin}@{row.network}" == asset_key)


def find_held(
    payment: Payment, asset_key: str, source: Refund.Source | None = None
) -> Coins:
    """Return what refunds hold of an asset: of one source, or of all."""
    rows = payment.refunds.filter(asset_key=asset_key, state__in=HOLDING_STATES)
    if source is not None:
        rows = rows.filter(source=source)
    sums = rows.aggregate(
        units=Sum("units", default=0), amount=Sum("amount", default=NOTHING)
    )
    return Coins(asset_key, int(sums["units"]), sums["amount"])


def is_given_back(payment: Payment) -> bool:
    """Whether some of what was credited goes back, or has gone."""
    held = payment.refunds.filter(source=Refund.Source.PAID, state__in=HOLDING_STATES)
    return held.exists()


def has_cover(refund: Refund) -> bool:
    """Whether what all refunds of the asset hold has arrived, and is still there."""
    payment = refund.payment
    held = find_held(payment, refund.asset_key).units
    return held <= count_arrived(payment, refund.asset_key)


def _finals(payment: Payment) -> QuerySet[Transfer]:
    """Return the coins that are surely there: not those that were reported twice."""
    repeated = Transfer.Verdict.REPEATED
    return payment.transfers.filter(is_final=True).exclude(verdict=repeated)


def _surplus(payment: Payment, counted: list[Transfer]) -> int:
    asked = payment.address.units if payment.address else 0
    parts = [Part(row.units, row.asked_units or asked) for row in counted]
    received = received_units(parts, asked)
    if not received:
        return 0
    share = Fraction(surplus_units(received, asked)) / received
    return int(sum(row.units for row in counted) * share)


def _units(row: Transfer) -> int:
    """Return a transfer's base units, of another asset than asked for as well."""
    if row.units:
        return int(row.units)
    asset = ASSETS.get(f"{row.coin}@{row.network}")
    if asset is None:
        return 0
    try:
        return parse_units(row.amount, asset.decimals)
    except AmountError:
        return 0
