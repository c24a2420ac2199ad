"""What the shop shows of our payments, compared with what the ledger credited."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Final
from uuid import UUID

from django.db.models import QuerySet, Sum

from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.models import Effect, Payment

from .runtime import Runtime

# Less than this part of what was asked for may be worth nothing in fiat.
DUST: Final = 1000

# Payments that are in memory at once.
PIECE: Final = 500


def compare_shop(
    runtime: Runtime, since: datetime | None
) -> Iterator[tuple[UUID, list[str]]]:
    """Yield each payment that got coins, with what does not agree about it in words.

    Args:
        runtime: see `runtime.Runtime`.
        since: leave out payments that did not change since; None for all.
    """
    paid = _paid(runtime, since).annotate(booked=Sum("transfers__credited"))
    for payment in paid.iterator(chunk_size=PIECE):
        yield payment.pk, list(_differences(payment, payment.booked, runtime))


def compare_strange(
    runtime: Runtime, since: datetime | None
) -> Iterator[tuple[UUID, str]]:
    """Yield the payments that the shop shows money for and that never got coins.

    Args: as `compare_shop`.
    """
    references = runtime.shop.list_credited(since)
    while piece := list(islice(references, PIECE)):
        without = Payment.objects.filter(
            reference__in=piece,
            gateway=runtime.gateway.name,
            environment=runtime.gateway.environment,
            transfers__isnull=True,
        )
        for payment in without:
            if shown := _shown(payment, runtime):
                words = f"no coins here, {shown} {payment.currency} in the shop"
                yield payment.pk, words


def _shown(payment: Payment, runtime: Runtime) -> Decimal:
    """Return what the shop shows as paid; nothing of what it has deleted meanwhile."""
    try:
        return runtime.shop.credited(payment.reference)
    except ShopError:
        return Decimal(0)


def _differences(payment: Payment, booked: Decimal, runtime: Runtime) -> Iterator[str]:
    here = f"{booked} {payment.currency} credited here"
    if not booked and _is_held_back(payment):
        yield "coins are final and nothing credited"
    try:
        shown = runtime.shop.credited(payment.reference)
    except ShopError as error:
        if booked:
            yield f"{here}; {error}"
        return
    if shown != booked:
        waiting = Effect.objects.filter(payment=payment, done_at=None).count()
        yield f"{here}, {shown} in the shop ({waiting} messages wait for it)"


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
    )
    return payments if since is None else payments.filter(changed_at__gte=since)
