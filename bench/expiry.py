"""Expiry of many due payments, with entries and outbox rows, against plain SQL."""

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from multiprocessing import get_context
from statistics import median
from typing import NamedTuple

from django.db import connection, connections, transaction

from saleor_cryptopay.models import Effect, Entry
from saleor_cryptopay.operations import expiry
from tests.stand_ins import RecordingJobs, Stage

from .rows import BATCH, make_payments
from .table import Row

TURNS = 10

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


def measure(many: int) -> Iterator[Row]:
    """Yield figures: `many` payments closed, and as many by plain SQL."""
    past = datetime.now(UTC) - timedelta(hours=2)
    make_payments(2 * many, "awaiting_payment", past, datetime.now(UTC))
    ours, plain = _by_turns(many)
    if Entry.objects.count() != 2 * many or Effect.objects.count() != 4 * many:
        raise RuntimeError("Not every payment has its entry and its effects.")
    what = f"expiry of {many:,} payments with entries and outbox rows"
    times = median(a.seconds / b.seconds for a, b in zip(ours, plain, strict=True))
    seconds, others = (sum(turn.seconds for turn in turns) for turns in (ours, plain))
    yield (
        f"{what}, against plain SQL that writes the same rows",
        f"{times:.1f} x ({seconds:.0f} s against {others:.0f} s)",
        "at most 3 x",
    )
    usual, longest = _locks(ours)
    yield (
        f"{what}, longest lock",
        f"{longest} (median {usual}; plain SQL {_locks(plain)[1]})",
        "at most 250 ms",
    )
    grown = (ours[-1].memory - ours[0].memory_before) / 1024
    yield f"{what}, memory it grew by", f"{grown:.1f} MiB", "at most 64 MiB"


class Turn(NamedTuple):
    """A part of the work: seconds of each commit, and KiB the process has had."""

    spans: list[float]
    memory_before: int
    memory: int

    @property
    def seconds(self) -> float:
        """What all of it took."""
        return sum(self.spans)


def _by_turns(many: int) -> tuple[list[Turn], list[Turn]]:
    """Close half of what is due and the other half by plain SQL, a part at a time.

    Ours runs in a process of its own, so that the memory it is found to have is its
    own; what else the machine does falls on both alike.
    """
    share = many // TURNS
    ours, plain = [], []
    connections.close_all()
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        for _ in range(TURNS):
            ours.append(pool.submit(_ours, share).result())
            plain.append(_plain(share))
    return ours, plain


def _locks(turns: list[Turn]) -> tuple[str, str]:
    """Return how long locks were held: the median, and the longest."""
    spans = [1000 * span for turn in turns for span in turn.spans]
    return f"{median(spans):.0f} ms", f"{max(spans):.0f} ms"


@dataclass
class Commits(RecordingJobs):
    """Notes when each commit was over: what lies between two held the locks."""

    ends: list[float] = field(default_factory=list)

    def deliver_effects(self) -> None:
        """Note the time."""
        self.ends.append(time.perf_counter())


def _plain(many: int) -> Turn:
    ends = [time.perf_counter()]
    with connection.cursor() as cursor:
        for start in range(0, many, BATCH):
            with transaction.atomic():
                cursor.execute(PLAIN, [min(BATCH, many - start)])
            ends.append(time.perf_counter())
    return Turn([later - earlier for earlier, later in pairwise(ends)], 0, 0)


def _ours(many: int) -> Turn:
    connection.ensure_connection()
    before = _memory()
    jobs = Commits(ends=[time.perf_counter()])
    expiry.expire_due(replace(Stage().runtime, jobs=jobs), most=many)
    spans = [later - earlier for earlier, later in pairwise(jobs.ends)]
    return Turn(spans, before, _memory())


def _memory() -> int:
    """Return the most memory that the process has had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
