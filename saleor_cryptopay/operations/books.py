"""The books: one line for each payment, as an accountant wants to see it."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.core.money import format_units
from saleor_cryptopay.core.shares import Part, received_units, surplus_units
from saleor_cryptopay.models import Payment, Transfer

from .refunds import accounts
from .runtime import Runtime

COLUMNS: Final = (
    "payment",
    "reference",
    "order",
    "channel",
    "environment",
    "state",
    "total",
    "currency",
    "asset",
    "expected",
    "received",
    "surplus",
    "rate",
    "rate_source",
    "rate_as_of",
    "credited",
    "hashes",
    *accounts.COLUMNS,
    "created_at",
    "first_seen_at",
    "final_at",
    "changed_at",
)


def lines(
    runtime: Runtime, *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[dict[str, str]]:
    """Yield the payments created in [since, until), oldest first, as texts.

    Coin amounts are final coins of the quoted asset, times ISO 8601 in UTC.
    """
    payments = Payment.objects.filter(
        gateway=runtime.gateway.name, environment=runtime.gateway.environment
    )
    if since is not None:
        payments = payments.filter(created_at__gte=since)
    if until is not None:
        payments = payments.filter(created_at__lt=until)
    ordered = (
        payments.select_related("address")
        .prefetch_related("refunds")
        .order_by("created_at", "pk")
    )
    for payment in ordered.iterator(chunk_size=500):
        yield _line(payment, runtime)


def _line(payment: Payment, runtime: Runtime) -> dict[str, str]:
    transfers = list(payment.transfers.order_by("seen_at", "pk"))
    finals = [row for row in transfers if row.is_final and row.final_at]
    line = {
        "payment": str(payment.pk),
        "reference": payment.reference,
        "order": runtime.shop.summary(payment.reference).title,
        "channel": payment.channel,
        "environment": payment.environment,
        "state": payment.state,
        "total": str(payment.total),
        "currency": payment.currency,
        "credited": str(sum((row.credited for row in transfers), Decimal(0))),
        "hashes": " ".join(row.reference for row in transfers if _is_there(row)),
        "created_at": _iso(payment.created_at),
        "first_seen_at": _iso(transfers[0].seen_at if transfers else None),
        "final_at": _iso(
            max((row.final_at for row in finals if row.final_at), default=None)
        ),
        "changed_at": _iso(payment.changed_at),
    }
    line |= accounts.sum_up(payment.refunds.all())
    return dict.fromkeys(COLUMNS, "") | line | _quoted(payment, finals)


def _quoted(payment: Payment, finals: list[Transfer]) -> dict[str, str]:
    address = payment.address
    if address is None:
        return {}
    counted = [row for row in finals if row.verdict == Transfer.Verdict.COUNTED]
    received = sum(row.units for row in counted)
    parts = [Part(row.units, row.asked_units or address.units) for row in counted]
    surplus = surplus_units(received_units(parts, address.units), address.units)
    decimals = address.asset.decimals
    return {
        "asset": address.asset_key,
        "expected": format_units(address.units, decimals),
        "received": format_units(received, decimals),
        "surplus": format_units(surplus, decimals),
        "rate": f"{address.rate.normalize():f}",
        "rate_source": address.rate_source,
        "rate_as_of": _iso(address.rate_as_of),
    }


def _is_there(row: Transfer) -> bool:
    return not TransferStatus(row.status).is_gone


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
