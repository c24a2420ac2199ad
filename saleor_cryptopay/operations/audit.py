"""Audit: what the gateway saw arrive, our books, and what the shop shows, compared.

Conservation: per asset, what the gateway reports for our addresses is what was
credited, and surplus, late, of a wrong asset, to an old address, without a price, not
final, or in no book of ours. Counted in base units; a difference of one is one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Final
from uuid import UUID

from django.db.models import Max, Min

from saleor_cryptopay.core.assets import ASSETS
from saleor_cryptopay.core.errors import AmountError
from saleor_cryptopay.core.events import TransferReported, TransferStatus
from saleor_cryptopay.core.money import parse_units
from saleor_cryptopay.models import Address, Payment, Transfer

from .listing import list_reports
from .refunds.accounts import count_returned, list_overdrawn
from .runtime import Runtime
from .shown import compare_shop, compare_strange
from .transfers import find_address

# Decimals by which the units of a coin that nobody here knows are counted.
UNKNOWN_DECIMALS: Final = 18

# Rows and reports that are in memory at once.
PIECE: Final = 100

# By how much the gateway's clock may be behind ours.
CLOCKS_APART: Final = timedelta(hours=1)

# How long the daily audit waits for another budget: an hour's is not waited for.
BRIEFLY: Final = timedelta(minutes=1)

CREDITED: Final = "credited"
SURPLUS: Final = "surplus"
NOT_FINAL: Final = "not final"
UNMATCHED: Final = "unmatched"
CLASSES: Final = (
    CREDITED,
    SURPLUS,
    *(label for value, label in Transfer.Verdict.choices if value != "counted"),
    NOT_FINAL,
    UNMATCHED,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that two books do not agree on.

    Attributes:
        payment: whose it is.
        words: what each side says.
    """

    payment: UUID
    words: str


@dataclass(slots=True)
class Audit:
    """What was found.

    Attributes:
        reported: asset → base units that the gateway reports for our addresses.
        booked: asset → class of `CLASSES` → base units in our books.
        returned: asset → `sent back` or `promised back` → base units.
        payments: how many payments were compared with the shop.
        differences: what does not agree; empty is what everybody wants.
    """

    reported: Counter[str] = field(default_factory=Counter)
    booked: dict[str, Counter[str]] = field(default_factory=dict)
    returned: dict[str, Counter[str]] = field(default_factory=dict)
    payments: int = 0
    differences: list[Difference] = field(default_factory=list)

    def is_conserved(self, asset_key: str) -> bool:
        """Whether the classes of an asset add up to what the gateway reports."""
        booked = self.booked.get(asset_key, Counter()).total()
        return booked == self.reported[asset_key]

    def book(self, asset_key: str, label: str, units: int) -> None:
        """Count base units of an asset into a class."""
        self.booked.setdefault(asset_key, Counter())[label] += units

    def differ(self, payment: UUID, words: str) -> None:
        """Note a difference."""
        self.differences.append(Difference(payment, words))


Key = tuple[str, str, str, int]
"""Network, hash, the gateway's id, our address: what is reported as one transfer."""


@dataclass(slots=True)
class _Seen:
    """What the gateway has reported so far: a byte for each of our transfers.

    Attributes:
        marks: 1 at the primary key of each transfer that was reported. As long as
            there were transfers at the start: later ones cannot be missed yet.
        strangers: what was reported and is in no book of ours.
    """

    marks: bytearray
    strangers: set[Key] = field(default_factory=set)

    def is_new(self, key: Key, row: Transfer | None) -> bool:
        """Whether it is reported for the first time; a page may repeat another."""
        if row is None:
            is_new = key not in self.strangers
            self.strangers.add(key)
            return is_new
        self.marks.extend(bytes(max(0, row.pk + 1 - len(self.marks))))
        is_new = not self.marks[row.pk]
        self.marks[row.pk] = 1
        return is_new


def audit(
    runtime: Runtime, *, since: datetime | None = None, patience: timedelta = BRIEFLY
) -> Audit:
    """Compare gateway, books and shop; changes nothing.

    Transfers and payments are read piece by piece, however many there are, and the
    gateway's list out of polling's budget.

    Args:
        runtime: see `runtime.Runtime`.
        since: leave out coins that came earlier; None for all.
        patience: how long one wait for another budget may be.

    Raises:
        GatewayError: the gateway did not answer, or the budget is spent for too long.
    """
    result = Audit()
    newest = Transfer.objects.aggregate(newest=Max("pk"))["newest"] or 0
    seen = _Seen(bytearray(newest + 1))
    reports = list_reports(since or _beginning(runtime), runtime, patience)
    while piece := list(islice(reports, PIECE)):
        _compare(result, piece, seen, runtime)
    for _, rows in groupby(_rows(runtime), lambda row: row.payment_id):
        wanted = (row for row in rows if _is_wanted(row, seen, newest, since))
        _book(result, wanted, seen)
    for payment_id, differences in compare_shop(runtime, since):
        result.payments += 1
        for words in differences:
            result.differ(payment_id, words)
    for payment_id, words in compare_strange(runtime, since):
        result.differ(payment_id, words)
    result.returned = count_returned(runtime, since)
    for payment_id, words in list_overdrawn(runtime):
        result.differ(payment_id, words)
    return result


def _beginning(runtime: Runtime) -> datetime:
    """Return a moment before which no coins can have come to an address of ours."""
    ours = Payment.objects.filter(
        gateway=runtime.gateway.name, environment=runtime.gateway.environment
    )
    first: datetime | None = ours.aggregate(first=Min("created_at"))["first"]
    return (first or runtime.clock()) - CLOCKS_APART


def _compare(
    result: Audit, reports: Iterable[TransferReported], seen: _Seen, runtime: Runtime
) -> None:
    """Compare what the gateway says of transfers to our addresses with our rows."""
    found: dict[Key, tuple[Address, TransferReported]] = {}
    for report in reports:
        address = find_address(report, runtime.gateway)
        if address is not None:
            key = (report.network, report.hash, report.transaction_id, address.pk)
            found[key] = address, report
    rows = _rows_for(found)
    for key, (address, report) in found.items():
        row = rows.get(key)
        if seen.is_new(key, row):
            _compare_one(result, address, report, row)


def _rows_for(keys: Iterable[Key]) -> dict[Key, Transfer]:
    networks, hashes = ({key[place] for key in keys} for place in (0, 1))
    rows = Transfer.objects.filter(network__in=networks, hash__in=hashes)
    return {
        (row.network, row.hash, row.gateway_id, row.address_id): row for row in rows
    }


def _rows(runtime: Runtime) -> Iterator[Transfer]:
    """Yield our transfers, those of one payment together and in their order."""
    ours = Transfer.objects.filter(
        payment__gateway=runtime.gateway.name,
        payment__environment=runtime.gateway.environment,
    ).select_related("address")
    return ours.order_by("payment_id", "pk").iterator(chunk_size=PIECE)


def _is_wanted(row: Transfer, seen: _Seen, newest: int, since: datetime | None) -> bool:
    """Whether a transfer was reported, or should have been."""
    if row.pk < len(seen.marks) and seen.marks[row.pk]:
        return True
    return row.pk <= newest and (since is None or row.seen_at > since)


def _compare_one(
    result: Audit, address: Address, report: TransferReported, row: Transfer | None
) -> None:
    asset_key, units = _reported_units(report)
    name = f"{report.hash}:{report.index}"
    if not report.status.is_gone:
        result.reported[asset_key] += units
    if row is None:
        if not report.status.is_gone and units:
            result.book(asset_key, UNMATCHED, units)
            result.differ(address.payment_id, f"{name} is not in our books")
        return
    if row.is_final and report.status.is_gone:
        result.differ(address.payment_id, f"{name} is final here, {report.status}")
    elif units != _units(row) and not report.status.is_gone:
        words = f"{name}: {_units(row)} units here, {units} at the gateway"
        result.differ(address.payment_id, words)


def _book(result: Audit, rows: Iterable[Transfer], seen: _Seen) -> None:
    """Count a payment's transfers into classes; what is asked for fills up first."""
    left: int | None = None
    for row in rows:
        asset_key, units = f"{row.coin}@{row.network}", _units(row)
        if TransferStatus(row.status).is_gone:
            continue
        if not seen.marks[row.pk]:
            words = f"{row.reference} is in our books and not at the gateway"
            result.differ(row.payment_id, words)
        if not row.is_final:
            result.book(asset_key, NOT_FINAL, units)
        elif row.verdict != Transfer.Verdict.COUNTED:
            label = str(Transfer.Verdict(row.verdict).label)
            result.book(asset_key, label, units)
        else:
            left = row.address.units if left is None else left
            counted = min(units, left)
            left -= counted
            result.book(asset_key, CREDITED, counted)
            result.book(asset_key, SURPLUS, units - counted)


def _reported_units(report: TransferReported) -> tuple[str, int]:
    return _in_units(f"{report.coin}@{report.network}", report.amount or "0")


def _units(row: Transfer) -> int:
    """Return a transfer's base units; of another asset than asked for as well."""
    return row.units or _in_units(f"{row.coin}@{row.network}", row.amount)[1]


def _in_units(asset_key: str, amount: str) -> tuple[str, int]:
    asset = ASSETS.get(asset_key)
    try:
        decimals = UNKNOWN_DECIMALS if asset is None else asset.decimals
        return asset_key, parse_units(amount, decimals)
    except AmountError:
        return asset_key, 0
