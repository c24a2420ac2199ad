"""Reconciliation: finding by polling whatever the webhooks lost.

The gateway gives up on a webhook after half a minute, so this is the guarantee and
the webhook the short cut. Pages of recent transactions first, reaching back to the
oldest that is on its way; then, one by one, those that no page showed. Older pages are
read again now and then: for final transfers that disappeared, and for coins that came
to addresses whose deadline has passed. Everything found goes through the ledger, as a
webhook's would, and every request comes out of the budget.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Min, QuerySet

from saleor_cryptopay.core.errors import MalformedError, RetryableError, TerminalError
from saleor_cryptopay.core.events import TransferReported
from saleor_cryptopay.core.states import OPEN_STATES
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import UNDERWAY, Cursor, Payment, Transfer

from . import adoption, budget, ledger
from .runtime import Runtime

logger = logging.getLogger(__name__)

OVERLAP: Final = timedelta(hours=1)
FIRST_LOOK: Final = timedelta(days=1)

# The most that is read at one go: what was read of a long outage is never read twice.
SLICE: Final = timedelta(hours=6)

# How far pages reach back for transfers on their way; older ones are asked for singly.
REACH: Final = timedelta(hours=24)

# Transfers asked for one by one in a run.
SINGLES: Final = 20

PAGE: Final = 100

# How often pages that were read before are read again.
FINALS_EVERY: Final = timedelta(hours=1)
OLD_EVERY: Final = timedelta(days=1)


def reconcile(runtime: Runtime) -> int:
    """Compare all payments with the gateway. Returns how many reports were read.

    Raises:
        GatewayError: the gateway did not answer, or the budget is spent; the next
            run goes on where this one stopped.
    """
    with runtime.tracer.span("reconcile"):
        started_at = runtime.clock()
        read = _read_recent(started_at, runtime)
        read += _refresh_underway(started_at, runtime)
        _mark_checked(runtime, started_at)
        return read + _read_old(runtime)


def check_payment(payment_id: UUID, runtime: Runtime) -> None:
    """Compare one payment with the gateway, however old its transfers are.

    Raises:
        GatewayError: the gateway did not answer, or the budget is spent.
        Payment.DoesNotExist: there is no such payment.
    """
    payment = Payment.objects.get(pk=payment_id)
    started_at = runtime.clock()
    with runtime.tracer.span("reconcile", payment=payment_id):
        for address in payment.addresses.exclude(gateway_id=""):
            budget.spend(runtime, is_spare=True)
            reports = runtime.gateway.transactions_since(
                None, address_id=address.gateway_id
            )
            _record(reports, started_at, runtime)
    Payment.objects.filter(pk=payment_id).update(checked_at=started_at)


def _read_recent(now: datetime, runtime: Runtime) -> int:
    """Read on from where the last run ended, and again what was on its way then."""
    name = _account(runtime)
    cursor = Cursor.objects.filter(name=name).first()
    since = (cursor.read_until if cursor else now - FIRST_LOOK) - OVERLAP
    oldest = _underway(runtime).aggregate(oldest=Min("seen_at"))["oldest"]
    if oldest is not None:
        since = min(since, max(oldest - OVERLAP, now - REACH))
    read = 0
    while since < now:
        until = since + SLICE
        is_last = until >= now
        # The last one is open: the gateway's clock may be ahead of ours.
        read += _read_slice(since, None if is_last else until, runtime)
        since = min(until, now)
        if cursor is None or since > cursor.read_until:
            cursor, _ = Cursor.objects.update_or_create(
                name=name, defaults={"read_until": since}
            )
    return read


def _read_old(runtime: Runtime) -> int:
    """Read old pages again; that waits when the gateway or the budget says so."""
    watch = runtime.watch
    try:
        return _read_again("finals", watch.finals, FINALS_EVERY, runtime) + (
            _read_again("old", watch.addresses, OLD_EVERY, runtime)
        )
    except RetryableError as error:
        logger.info("Old transactions are read again later: %s", error)
        return 0


def _read_again(kind: str, span: timedelta, every: timedelta, runtime: Runtime) -> int:
    """Read a slice of what was read before; a round covers `span`, one per `every`."""
    now = runtime.clock()
    cursor, _ = Cursor.objects.get_or_create(
        name=f"{_account(runtime)}:{kind}",
        defaults={"read_until": now - span, "began_at": now},
    )
    began_at = cursor.began_at or now
    if cursor.read_until >= began_at:
        if now - began_at < every:
            return 0
        cursor.read_until, began_at = now - span, now
    until = min(cursor.read_until + timedelta(days=1), began_at)
    read = _read_slice(cursor.read_until, until, runtime, is_spare=True)
    cursor.read_until, cursor.began_at = until, began_at
    cursor.save(update_fields=["read_until", "began_at"])
    return read


def _read_slice(
    since: datetime,
    until: datetime | None,
    runtime: Runtime,
    *,
    is_spare: bool = False,
) -> int:
    observed_at = runtime.clock()
    budget.spend(runtime, is_spare=is_spare)
    if until is None:
        reports = runtime.gateway.transactions_since(since)
    else:
        reports = runtime.gateway.transactions_since(since, until=until)
    paid = _paid_for(reports, runtime, is_spare=is_spare)
    return _record(paid, observed_at, runtime)


def _paid_for(
    reports: Iterable[TransferReported], runtime: Runtime, *, is_spare: bool
) -> Iterator[TransferReported]:
    """Hand reports on, and pay for each page after the first."""
    for number, report in enumerate(reports, start=1):
        yield report
        if number % PAGE == 0:
            budget.spend(runtime, is_spare=is_spare)


def _record(
    reports: Iterable[TransferReported], observed_at: datetime, runtime: Runtime
) -> int:
    """Put reports through the ledger; one that is broken does not hide the others."""
    read = 0
    for report in reports:
        read += 1
        try:
            is_ours = ledger.record_transfer(report, observed_at, runtime)
            if not is_ours and adoption.adopt_for(report, runtime):
                ledger.record_transfer(report, observed_at, runtime)
        except MalformedError as error:
            logger.warning(
                "Transaction %s: %s",
                report.transaction_id,
                error,
                extra=about(transfer=report.transaction_id, network=report.network),
            )
    return read


def _refresh_underway(started_at: datetime, runtime: Runtime) -> int:
    """Ask for the transfers on their way that no page has just shown."""
    waiting = _underway(runtime).filter(observed_at__lt=started_at)
    read = 0
    for transfer in list(waiting.order_by("observed_at")[:SINGLES]):
        observed_at = runtime.clock()
        try:
            budget.spend(runtime, is_spare=True)
            report = runtime.gateway.fetch_transaction(transfer.gateway_id)
        except TerminalError as error:
            logger.warning(
                "Transaction %s: %s",
                transfer.gateway_id,
                error,
                extra=about(
                    payment=transfer.payment_id,
                    transfer=transfer.gateway_id,
                    network=transfer.network,
                ),
            )
            continue
        except RetryableError as error:
            if error.code != "BUDGET_SPENT":
                raise
            break  # the oldest go first, so that all have their turn
        read += _record([report], observed_at, runtime)
    return read


def _underway(runtime: Runtime) -> QuerySet[Transfer]:
    return Transfer.objects.filter(
        is_final=False,
        status__in=UNDERWAY,
        payment__gateway=runtime.gateway.name,
        payment__environment=runtime.gateway.environment,
    )


def last_poll(runtime: Runtime) -> datetime | None:
    """Return when the list of transactions was last read to its end; None if never."""
    cursor = Cursor.objects.filter(name=_account(runtime)).first()
    return None if cursor is None else cursor.read_until


def _account(runtime: Runtime) -> str:
    return f"{runtime.gateway.name}:{runtime.gateway.environment}"


def _mark_checked(runtime: Runtime, at: datetime) -> None:
    Payment.objects.filter(
        state__in=OPEN_STATES,
        created_at__lte=at,
        gateway=runtime.gateway.name,
        environment=runtime.gateway.environment,
    ).update(checked_at=at)
