"""Intake: a verified webhook is stored, acknowledged, and applied afterwards.

A delivery is a hint. Before anything is credited the transaction is fetched from the
gateway, and only that answer reaches the ledger; a delivery that cannot be applied
now is tried again, one that never can be is kept for people to see.
"""

import logging
from collections import Counter
from typing import Final

from django.db import connection, transaction
from django.db.models import QuerySet

from saleor_cryptopay.core.errors import (
    GatewayError,
    MalformedError,
)
from saleor_cryptopay.core.events import AddressReported, TransferReported
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Delivery

from . import adoption, ledger
from .retries import claim, next_attempt
from .runtime import Runtime

logger = logging.getLogger(__name__)

Status = Delivery.Status

ATTEMPTS: Final = 12
BATCH: Final = 200

# Written out, as the database gets it: having Django word the same statement anew for
# each delivery costs more than all the rest of taking it in.
_STORE: Final = """
INSERT INTO saleor_cryptopay_delivery
(gateway, environment, body, secret, received_at, next_attempt_at, status, attempts,
 note)
VALUES (%s, %s, %s, %s, %s, %s, 'stored', 0, '')
"""


def receive_delivery(body: bytes, runtime: Runtime, *, secret: str = "") -> None:
    """Store a delivery whose signature was verified; it is durable on return.

    One statement. Applying it is asked for once it is committed.

    Args:
        body: as received.
        runtime: see `runtime.Runtime`.
        secret: mark of the secret that signed it, as `Gateway.verify` gave it.
    """
    now = runtime.clock()
    gateway = runtime.gateway
    row = (gateway.name, str(gateway.environment), body, secret, now, now)
    with connection.cursor() as cursor:
        cursor.execute(_STORE, row)
    transaction.on_commit(runtime.jobs.apply_deliveries, robust=True)


def apply_deliveries(runtime: Runtime) -> int:
    """Apply what is waiting, oldest first. Returns how many were tried.

    Safe to run in any number of processes at once.
    """
    waiting = Delivery.objects.filter(
        gateway=runtime.gateway.name, environment=runtime.gateway.environment
    )
    tried = 0
    for delivery in claim(waiting, runtime.clock, BATCH):
        apply_delivery(delivery, runtime)
        tried += 1
    return tried


def apply_delivery(delivery: Delivery, runtime: Runtime) -> None:
    """Apply one delivery and write down what became of it."""
    delivery.attempts += 1
    try:
        with runtime.tracer.span("intake", delivery=delivery.pk):
            status, note = _apply(bytes(delivery.body), runtime)
    except MalformedError as error:
        status, note = Status.DEAD, str(error)
    except GatewayError as error:
        # Even a refusal may be about our key, or about a moment too early.
        status, note = Status.STORED, str(error)
    except Exception as error:
        # One delivery must not hold up the others.
        logger.exception(
            "Delivery %s failed", delivery.pk, extra=about(delivery=delivery.pk)
        )
        status, note = Status.STORED, str(error) or type(error).__name__
    _write_down(delivery, status, note, runtime)


def replay(deliveries: QuerySet[Delivery], runtime: Runtime) -> Counter[str]:
    """Apply deliveries once more, whatever became of them. Returns how many are what.

    Safe at any time: what was applied already changes nothing.
    """
    counts: Counter[str] = Counter()
    for delivery in deliveries.iterator(chunk_size=BATCH):
        delivery.attempts = 0
        apply_delivery(delivery, runtime)
        counts[str(delivery.status)] += 1
    return counts


def _apply(body: bytes, runtime: Runtime) -> tuple[Status, str]:
    event = runtime.gateway.parse(body)
    if isinstance(event, AddressReported):
        return _adopt(event, runtime)
    if not isinstance(event, TransferReported):
        return Status.KEPT, type(event).__name__
    observed_at = runtime.clock()
    report = runtime.gateway.fetch_transaction(event.transaction_id)
    if ledger.record_transfer(report, observed_at, runtime):
        return Status.APPLIED, ""
    if adoption.adopt_for(report, runtime):
        ledger.record_transfer(report, observed_at, runtime)
        return Status.APPLIED, "to an address that was adopted for it"
    return Status.UNMATCHED, "to no address of ours"


def _adopt(event: AddressReported, runtime: Runtime) -> tuple[Status, str]:
    if adoption.adopt(event.address_id, event.metadata, runtime):
        return Status.APPLIED, "an address whose reply was lost was adopted"
    return Status.KEPT, "an address was made"


def _write_down(
    delivery: Delivery, status: Status, note: str, runtime: Runtime
) -> None:
    delivery.status = status
    delivery.note = note
    delivery.next_attempt_at = None
    if status in (Status.STORED, Status.UNMATCHED) and delivery.attempts < ATTEMPTS:
        delivery.next_attempt_at = next_attempt(delivery.attempts, runtime.clock())
    elif status == Status.STORED:
        delivery.status = Status.DEAD
    if delivery.status == Status.DEAD:
        logger.error(
            "cryptopay.E102: delivery %s cannot be applied: %s",
            delivery.pk,
            note,
            extra=about(event="cryptopay.E102", delivery=delivery.pk),
        )
    delivery.save(update_fields=["status", "note", "attempts", "next_attempt_at"])
