"""Reconciliation: finding by polling whatever the webhooks lost.

The gateway gives up on a webhook after half a minute, so this is the guarantee and
the webhook the short cut. The list of recent transactions comes first: nothing else
may keep a run from its newest end. Then older parts of the list are read again: for
transfers on their way, for final ones that disappeared, and for coins that came to
addresses whose deadline has passed. Last, one by one, transfers on their way that no
page showed. Everything found goes through the ledger, as a webhook's would, and every
request comes out of the budget.
"""

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from saleor_cryptopay.core.errors import GatewayError, RetryableError, TerminalError
from saleor_cryptopay.core.states import OPEN_STATES
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import UNDERWAY, Cursor, Payment, Transfer

from . import budget
from .listing import Pace, read_slice, record
from .runtime import Runtime

logger = logging.getLogger(__name__)

# How much of what was read is read again. A quarter of a slice at the most: with a
# slice a fifth of a minute's requests, an hour of that fits into the hour's.
OVERLAP: Final = timedelta(hours=1)
FIRST_LOOK: Final = timedelta(days=1)

# How far pages reach back for transfers on their way; older ones are asked for singly.
REACH: Final = timedelta(hours=24)

# Transfers asked for one by one in a run.
SINGLES: Final = 20

# How often older parts are read again: those with transfers on their way in each run.
EACH_RUN: Final = timedelta(0)
FINALS_EVERY: Final = timedelta(hours=1)
OLD_EVERY: Final = timedelta(days=1)

# What was read of a long outage is never read twice: hence not all of it at one go.
RECENT: Final = Pace(timedelta(hours=6), is_spare=False, is_open=True)
OLDER: Final = Pace(timedelta(days=1), is_spare=True, is_open=False)


def reconcile(runtime: Runtime) -> int:
    """Compare all payments with the gateway. Returns how many reports were read.

    Raises:
        GatewayError: the gateway did not answer, or the budget is spent; the next
            run goes on where this one stopped.
    """
    with runtime.tracer.span("reconcile"):
        started_at = runtime.clock()
        read = _read_recent(started_at, runtime)
        read += _read_older(started_at, runtime)
        read += _refresh_underway(started_at, runtime)
        _mark_checked(runtime, started_at)
        return read


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
            record(reports, started_at, runtime)
    Payment.objects.filter(pk=payment_id).update(checked_at=started_at)


def _read_recent(now: datetime, runtime: Runtime) -> int:
    """Read on from where the last run ended, and a little of what it read."""
    name = _account(runtime)
    known = Cursor.objects.filter(name=name).first()
    cursor = known or Cursor(name=name, read_until=now - FIRST_LOOK)
    at = cursor.read_until - min(OVERLAP, RECENT.span(cursor) / 4)
    read = 0
    while at < now:
        found, at = read_slice(cursor, at, now, RECENT, runtime)
        read += found
        if known or at > cursor.read_until:
            # The cursor of an account says when it was last read: not before it was.
            cursor.read_until = max(cursor.read_until, at)
            known, _ = Cursor.objects.update_or_create(
                name=name,
                defaults={"read_until": cursor.read_until, "span": cursor.span},
            )
    return read


def _read_older(started_at: datetime, runtime: Runtime) -> int:
    """Read older parts again; one that cannot be read keeps nothing else waiting."""
    waiting = _unseen(started_at, runtime).filter(seen_at__gte=started_at - REACH)
    rounds = {
        "finals": (runtime.watch.finals, FINALS_EVERY),
        "old": (runtime.watch.addresses, OLD_EVERY),
    }
    if waiting.exists():
        rounds = {"underway": (REACH, EACH_RUN)} | rounds
    read = 0
    for kind, (reach, every) in rounds.items():
        try:
            read += _read_again(kind, reach, every, runtime)
        except RetryableError as error:
            logger.info("Transactions (%s) are read again later: %s", kind, error)
        except TerminalError as error:
            logger.warning("Transactions (%s) cannot be read again: %s", kind, error)
    return read


def _read_again(kind: str, reach: timedelta, every: timedelta, runtime: Runtime) -> int:
    """Read a slice of what was read before; a round covers `reach`, one per `every`."""
    now = runtime.clock()
    cursor, _ = Cursor.objects.get_or_create(
        name=f"{_account(runtime)}:{kind}",
        defaults={"read_until": now - reach, "began_at": now},
    )
    end = cursor.began_at or now
    if cursor.read_until >= end:
        if now - end < every:
            return 0
        cursor.read_until, end = now - reach, now
    cursor.began_at = end
    at = cursor.read_until
    read, cursor.read_until = read_slice(cursor, at, end, OLDER, runtime)
    cursor.save(update_fields=["read_until", "began_at", "span"])
    return read


def _refresh_underway(started_at: datetime, runtime: Runtime) -> int:
    """Ask for the transfers on their way that no page has just shown.

    Those go first that were asked about longest ago, so that all have their turn:
    also beside some that the gateway does not tell of.
    """
    waiting = _unseen(started_at, runtime).order_by("observed_at", "pk")
    read = 0
    for transfer in list(waiting[:SINGLES]):
        observed_at = runtime.clock()
        try:
            budget.spend(runtime, is_spare=True)
            report = runtime.gateway.fetch_transaction(transfer.gateway_id)
        except GatewayError as error:
            if error.code == budget.SPENT:
                break
            _note_silence(transfer, error, observed_at)
            if isinstance(error, RetryableError):
                break
        else:
            read += record([report], observed_at, runtime)
    return read


def _note_silence(
    transfer: Transfer, error: GatewayError, observed_at: datetime
) -> None:
    """Write down that the gateway was asked about a transfer, and did not tell."""
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
    asked = Transfer.objects.filter(pk=transfer.pk, observed_at__lt=observed_at)
    asked.update(observed_at=observed_at)


def _unseen(started_at: datetime, runtime: Runtime) -> QuerySet[Transfer]:
    """Return the transfers on their way of which this run has not heard."""
    return Transfer.objects.filter(
        observed_at__lt=started_at,
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
