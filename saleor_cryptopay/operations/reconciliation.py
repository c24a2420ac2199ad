"""Reconciliation: finding by polling whatever the webhooks lost.

The gateway gives up on a webhook after half a minute, so this is the guarantee and
the webhook the short cut. Pages of recent transactions first, with an overlap that
covers what clocks and crashes may have skipped; then, one by one, the transfers that
are on their way. Everything found goes through the ledger, as a webhook's would.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from saleor_cryptopay.core.errors import MalformedError, TerminalError
from saleor_cryptopay.core.events import TransferReported
from saleor_cryptopay.core.states import OPEN_STATES
from saleor_cryptopay.models import UNDERWAY, Cursor, Payment, Transfer

from . import ledger
from .runtime import Runtime

logger = logging.getLogger(__name__)

OVERLAP: Final = timedelta(hours=1)
FIRST_LOOK: Final = timedelta(days=1)

# Transfers asked for one by one in a run: within a test key's 100 requests a minute.
SINGLES: Final = 40


def reconcile(runtime: Runtime) -> int:
    """Compare all open payments with the gateway. Returns how many reports were read.

    Raises:
        GatewayError: the gateway did not answer; the next run starts where this did.
    """
    started_at = runtime.clock()
    name = f"{runtime.gateway.name}:{runtime.gateway.environment}"
    cursor = Cursor.objects.filter(name=name).first()
    since = (cursor.read_until if cursor else started_at - FIRST_LOOK) - OVERLAP
    read = _record(runtime.gateway.transactions_since(since), started_at, runtime)
    Cursor.objects.update_or_create(name=name, defaults={"read_until": started_at})
    read += _refresh_underway(runtime)
    _mark_checked(runtime, started_at)
    return read


def check_payment(payment_id: UUID, runtime: Runtime) -> None:
    """Compare one payment with the gateway, however old its transfers are.

    Raises:
        GatewayError: the gateway did not answer.
        Payment.DoesNotExist: there is no such payment.
    """
    payment = Payment.objects.get(pk=payment_id)
    started_at = runtime.clock()
    for address in payment.addresses.exclude(gateway_id=""):
        reports = runtime.gateway.transactions_since(
            None, address_id=address.gateway_id
        )
        _record(reports, started_at, runtime)
    Payment.objects.filter(pk=payment_id).update(checked_at=started_at)


def _record(
    reports: Iterable[TransferReported], observed_at: datetime, runtime: Runtime
) -> int:
    """Put reports through the ledger; one that is broken does not hide the others."""
    read = 0
    for report in reports:
        read += 1
        try:
            ledger.record_transfer(report, observed_at, runtime)
        except MalformedError as error:
            logger.warning("Transaction %s: %s", report.transaction_id, error)
    return read


def _refresh_underway(runtime: Runtime) -> int:
    """Ask for the transfers on their way that were not read just now."""
    waiting = Transfer.objects.filter(
        is_final=False,
        status__in=UNDERWAY,
        payment__gateway=runtime.gateway.name,
        payment__environment=runtime.gateway.environment,
    ).order_by("observed_at")
    read = 0
    for transfer in list(waiting[:SINGLES]):
        observed_at = runtime.clock()
        try:
            report = runtime.gateway.fetch_transaction(transfer.gateway_id)
        except TerminalError as error:
            logger.warning("Transaction %s: %s", transfer.gateway_id, error)
            continue
        read += _record([report], observed_at, runtime)
    return read


def _mark_checked(runtime: Runtime, at: datetime) -> None:
    Payment.objects.filter(
        state__in=OPEN_STATES,
        created_at__lte=at,
        gateway=runtime.gateway.name,
        environment=runtime.gateway.environment,
    ).update(checked_at=at)
