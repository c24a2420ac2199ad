"""Audit: what the gateway saw arrive, our books, and what the shop shows, compared.

Conservation: per asset, what the gateway reports for our addresses is what was
credited, and surplus, late, of a wrong asset, to an old address, without a price, not
final, or in no book of ours. Counted in base units; a difference of one is one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import QuerySet, Sum

from saleor_cryptopay.core.assets import ASSETS
from saleor_cryptopay.core.errors import AmountError, ShopError
from saleor_cryptopay.core.events import TransferReported, TransferStatus
from saleor_cryptopay.core.money import parse_units
from saleor_cryptopay.models import Address, Effect, Payment, Transfer

from .runtime import Runtime
from .transfers import find_address

# Decimals by which the units of a coin that nobody here knows are counted.
UNKNOWN_DECIMALS: Final = 18

# Less than this part of what was asked for may be worth nothing in fiat.
DUST: Final = 1000

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
        payments: how many payments were compared with the shop.
        differences: what does not agree; empty is what everybody wants.
    """

    reported: Counter[str] = field(default_factory=Counter)
    booked: dict[str, Counter[str]] = field(default_factory=dict)
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


Key = tuple[str, str, int, int]
"""Network, hash, index, our address: a transfer's identity."""


def audit(runtime: Runtime, *, since: datetime | None = None) -> Audit:
    """Compare gateway, books and shop; changes nothing.

    Args:
        runtime: see `runtime.Runtime`.
        since: leave out coins that came earlier; None for all.

    Raises:
        GatewayError: the gateway did not answer.
    """
    result = Audit()
    reports = dict(_reports(runtime, since))
    rows = _rows(runtime, since, reports)
    for key, (address, report) in reports.items():
        _compare(result, address, report, rows.get(key))
    for key, row in rows.items():
        if key not in reports and not _is_gone(row):
            words = f"{row.reference} is in our books and not at the gateway"
            result.differ(row.payment_id, words)
    _book(result, rows.values())
    _compare_shop(result, runtime, since)
    return result


def _reports(
    runtime: Runtime, since: datetime | None
) -> Iterator[tuple[Key, tuple[Address, TransferReported]]]:
    for report in runtime.gateway.transactions_since(since):
        address = find_address(report, runtime.gateway)
        if address is not None:
            key = (report.network, report.hash, report.index, address.pk)
            yield key, (address, report)


def _rows(
    runtime: Runtime, since: datetime | None, reported: Iterable[Key]
) -> dict[Key, Transfer]:
    """Return our transfers since then, and those that the gateway dates so."""
    ours = Transfer.objects.filter(
        payment__gateway=runtime.gateway.name,
        payment__environment=runtime.gateway.environment,
    ).select_related("payment", "address")
    wanted = set(reported)
    rows = {
        (row.network, row.hash, row.index, row.address_id): row
        for row in ours.order_by("pk").iterator()
    }
    return {
        key: row
        for key, row in rows.items()
        if since is None or key in wanted or row.seen_at > since
    }


def _compare(
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


def _book(result: Audit, rows: Iterable[Transfer]) -> None:
    """Count our transfers into their classes; what is asked for fills up first."""
    room: dict[UUID, int] = {}
    for row in rows:
        asset_key, units = f"{row.coin}@{row.network}", _units(row)
        if _is_gone(row):
            continue
        if not row.is_final:
            result.book(asset_key, NOT_FINAL, units)
        elif row.verdict != Transfer.Verdict.COUNTED:
            label = str(Transfer.Verdict(row.verdict).label)
            result.book(asset_key, label, units)
        else:
            left = room.setdefault(row.payment_id, row.address.units)
            counted = min(units, left)
            room[row.payment_id] = left - counted
            result.book(asset_key, CREDITED, counted)
            result.book(asset_key, SURPLUS, units - counted)


def _compare_shop(result: Audit, runtime: Runtime, since: datetime | None) -> None:
    for payment in _paid(runtime, since).iterator(chunk_size=500):
        result.payments += 1
        sums = payment.transfers.aggregate(sum=Sum("credited", default=Decimal(0)))
        booked = sums["sum"]
        if not booked and _is_held_back(payment):
            result.differ(payment.pk, "coins are final and nothing credited")
        try:
            shown = runtime.shop.credited(payment.reference)
        except ShopError as error:
            if booked:
                words = f"{booked} {payment.currency} credited here; {error}"
                result.differ(payment.pk, words)
            continue
        if shown != booked:
            waiting = Effect.objects.filter(payment=payment, done_at=None).count()
            words = (
                f"{booked} {payment.currency} credited here, {shown} in the shop"
                f" ({waiting} messages wait for it)"
            )
            result.differ(payment.pk, words)


def _is_held_back(payment: Payment) -> bool:
    """Whether counted coins became final, worth more than dust, without a credit."""
    final = payment.transfers.filter(is_final=True, verdict="counted")
    units = final.aggregate(sum=Sum("units", default=0))["sum"]
    address = payment.address
    return address is not None and units * DUST > address.units


def _paid(runtime: Runtime, since: datetime | None) -> QuerySet[Payment]:
    payments = Payment.objects.filter(
        gateway=runtime.gateway.name,
        environment=runtime.gateway.environment,
        transfers__isnull=False,
    ).distinct()
    return payments if since is None else payments.filter(changed_at__gte=since)


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


def _is_gone(row: Transfer) -> bool:
    return TransferStatus(row.status).is_gone
