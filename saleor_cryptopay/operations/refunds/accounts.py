"""What went back, for the books and the audit."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Sum

from saleor_cryptopay.core.money import format_units
from saleor_cryptopay.core.refunds import HOLDING_STATES, RefundState
from saleor_cryptopay.models import Payment, Refund
from saleor_cryptopay.operations.runtime import Runtime

from .coins import count_arrived

SENT_BACK: Final = "sent back"
PROMISED: Final = "promised back"

COLUMNS: Final = ("refunded", "refunded_coins", "refund_hashes")


def count_returned(
    runtime: Runtime, since: datetime | None = None
) -> dict[str, Counter[str]]:
    """Return asset key → `sent back` and `promised back` → base units.

    Args:
        runtime: see `runtime.Runtime`.
        since: leave out refunds that were asked for earlier; None for all.
    """
    refunds = Refund.objects.filter(
        state__in=HOLDING_STATES,
        payment__gateway=runtime.gateway.name,
        payment__environment=runtime.gateway.environment,
    )
    if since is not None:
        refunds = refunds.filter(asked_at__gte=since)
    found: dict[str, Counter[str]] = {}
    for asset_key, state, units in refunds.values_list("asset_key", "state").annotate(
        sum=Sum("units")
    ):
        is_over = state == RefundState.CONFIRMED
        label = SENT_BACK if is_over else PROMISED
        found.setdefault(asset_key, Counter())[label] += int(units)
    return found


def list_overdrawn(runtime: Runtime) -> Iterator[tuple[UUID, str]]:
    """Yield payments of which refunds hold more than came, with what is too much."""
    payments = Payment.objects.filter(
        gateway=runtime.gateway.name,
        environment=runtime.gateway.environment,
        refunds__state__in=HOLDING_STATES,
    ).distinct()
    for payment in payments.iterator(chunk_size=500):
        held: Counter[str] = Counter()
        for refund in payment.refunds.filter(state__in=HOLDING_STATES):
            held[refund.asset_key] += int(refund.units)
        for asset_key, units in held.items():
            arrived = count_arrived(payment, asset_key)
            if units > arrived:
                words = f"{units} units of {asset_key} go back, {arrived} arrived"
                yield payment.pk, words


def sum_up(refunds: Iterable[Refund]) -> dict[str, str]:
    """Return a payment's line in the books: what has gone back and arrived."""
    done = [row for row in refunds if row.state == RefundState.CONFIRMED]
    coins = (
        f"{format_units(row.sent_units, row.asset.decimals)} {row.asset_key}"
        for row in done
    )
    return {
        "refunded": str(sum((row.amount for row in done), Decimal(0))),
        "refunded_coins": " ".join(coins),
        "refund_hashes": " ".join(row.hash for row in done),
    }
