"""Expiry of many due payments, with entries and outbox rows, against plain SQL."""

import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from saleor_cryptopay.models import Effect, Entry
from saleor_cryptopay.operations import expiry
from tests.stand_ins import Stage

from .rows import BATCH, make_payments

# The same rows in one statement a batch, as nobody would write it.
PLAIN = """
WITH moved AS (
    UPDATE saleor_cryptopay_payment SET state = 'expired', changed_at = now()
    WHERE id IN (
        SELECT id FROM saleor_cryptopay_payment
        WHERE state IN ('awaiting_payment', 'payment_insufficient')
        AND expires_at <= now()
        ORDER BY expires_at LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING id
), written AS (
    INSERT INTO saleor_cryptopay_entry
    (payment_id, number, event, state_before, state_after, note, created_at)
    SELECT id, 1, 'deadline_passed', 'awaiting_payment', 'expired', 'passed', now()
    FROM moved
)
INSERT INTO saleor_cryptopay_effect
(payment_id, key, kind, data, created_at, attempts, next_attempt_at, is_dead, note)
SELECT id, '1:' || kind, kind, '{"message": "Nobody paid before the deadline."}',
       now(), 0, now(), false, ''
FROM moved, (VALUES ('end'), ('cancel_order')) AS effects (kind)
"""


def measure(many: int) -> Iterator[tuple[str, str, str]]:
    """Yield figures about the expiry of `many` payments."""
    past = datetime.now(UTC) - timedelta(hours=2)
    make_payments(many, "awaiting_payment", past, datetime.now(UTC))
    plain = _plain()
    make_payments(many, "awaiting_payment", past, datetime.now(UTC))
    memory = _memory()
    seconds, longest = _ours()
    grown = _memory() - memory
    if Entry.objects.count() != 2 * many or Effect.objects.count() != 4 * many:
        raise RuntimeError("Not every payment has its entry and its effects.")
    what = f"expiry of {many:,} payments with entries and outbox rows"
    yield (
        f"{what}, against plain SQL that writes the same rows",
        f"{seconds / plain:.1f} x ({seconds:.1f} s against {plain:.1f} s)",
        "at most 3 x",
    )
    yield f"{what}, longest lock", f"{1000 * longest:.0f} ms", "at most 250 ms"
    yield f"{what}, memory it grew by", f"{grown} MiB", "at most 64 MiB"


def _plain() -> float:
    start = time.perf_counter()
    with connection.cursor() as cursor:
        while True:
            with transaction.atomic():
                cursor.execute(PLAIN, [BATCH])
                if not cursor.rowcount:
                    return time.perf_counter() - start


def _ours() -> tuple[float, float]:
    """Close batch by batch; return the seconds of all and of the longest batch."""
    runtime = Stage().runtime
    start, longest = time.perf_counter(), 0.0
    while True:
        began = time.perf_counter()
        closed = expiry.expire_due(runtime, most=expiry.BATCH)
        longest = max(longest, time.perf_counter() - began)
        if not closed:
            return time.perf_counter() - start, longest


def _memory() -> int:
    """Return the most memory that the process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
