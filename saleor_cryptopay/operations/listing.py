"""Reading the gateway's list of transactions, a slice of time at one go.

The gateway documents no order of its list, so a slice that was not read to its end
counts as not read. It may hold a fifth of what polling may ask for in a minute: one
that holds more is tried again shorter, by half or more, and those after it are as
short until they hold little. Hence every run comes further, however busy the account.
"""

import logging
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.db import InterfaceError, OperationalError

from saleor_cryptopay.core.errors import MalformedError, RetryableError
from saleor_cryptopay.core.events import TransferReported
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Cursor

from . import adoption, budget, ledger
from .runtime import Runtime

logger = logging.getLogger(__name__)

PAGE: Final = 100

# Slices that fit into a minute's requests.
SLICES_A_MINUTE: Final = 5

# The gateway's times are whole seconds.
SHORTEST: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class Pace:
    """How a part of the list is read.

    Attributes:
        longest: how much time a slice spans at the most.
        is_spare: whether it can wait for a budget that is short.
        is_open: whether the last slice has no end: the gateway's clock may be ahead.
    """

    longest: timedelta
    is_spare: bool
    is_open: bool

    def span(self, cursor: Cursor) -> timedelta:
        """Return how much time the next slice spans."""
        return min(cursor.span or self.longest, self.longest)


# All of the list, which nothing waits for.
WHOLE: Final = Pace(timedelta(days=30), is_spare=True, is_open=True)


def read_slice(
    cursor: Cursor, since: datetime, end: datetime, pace: Pace, runtime: Runtime
) -> tuple[int, datetime]:
    """Put what the list says from `since` on through the ledger, for a slice of time.

    The cursor is told how long the next slice may be; it is not saved.

    Returns:
        How many reports were read, and until when: `since` where it was too much.

    Raises:
        GatewayError: the gateway did not answer, or the budget is spent.
    """
    reached = since

    def reports() -> Iterator[TransferReported]:
        nonlocal reached
        reached = yield from _slice(cursor, since, end, pace, runtime)

    read = record(reports(), runtime.clock(), runtime)
    return read, reached


def list_reports(
    since: datetime, runtime: Runtime, patience: timedelta
) -> Iterator[TransferReported]:
    """Yield all that the list says from `since` on; some of it more than once.

    Where the budget is spent it waits for the next, if not for longer than `patience`.

    Raises:
        GatewayError: the gateway did not answer, or the budget is spent for too long.
    """
    cursor, end = Cursor(), runtime.clock()
    while since < end:
        try:
            since = yield from _slice(cursor, since, end, WHOLE, runtime)
        except RetryableError as error:
            seconds = error.retry_after or 0
            if error.code != budget.SPENT or seconds > patience.total_seconds():
                raise
            runtime.pause(seconds)


def record(
    reports: Iterable[TransferReported], observed_at: datetime, runtime: Runtime
) -> int:
    """Put reports through the ledger; one that is broken does not hide the others.

    Returns how many there were.

    Raises:
        DatabaseError: it is away, or has given a lock to somebody else: nothing is
            known of the reports that follow.
    """
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
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # A fault that one payment meets must not end the polling of all others.
            logger.exception(
                "Transaction %s cannot be recorded",
                report.transaction_id,
                extra=about(transfer=report.transaction_id, network=report.network),
            )
    return read


def _slice(
    cursor: Cursor, since: datetime, end: datetime, pace: Pace, runtime: Runtime
) -> Generator[TransferReported, None, datetime]:
    """Yield what the list says for a slice of time; return as `read_slice` does."""
    span = pace.span(cursor)
    until = min(since + span, end)
    length = until - since
    limit = _rows_a_slice(pace, runtime)
    can_be_cut = length > SHORTEST
    is_last = pace.is_open and until == end
    reports = _paid_for(since, None if is_last else until, pace, runtime)
    times: list[datetime] = []
    read = 0
    for report in islice(reports, limit) if can_be_cut else reports:
        read += 1
        if report.created_at is not None:
            times.append(report.created_at)
        yield report
    if can_be_cut and read == limit:
        # Of a list in order of time, so many rows show how close together they lie.
        held = max(times, default=until) - min(times, default=since)
        cursor.span = max(min(length, held) / 2, SHORTEST)
        return since
    if 2 * read * span <= limit * length:
        span = min(2 * span, pace.longest)
    cursor.span = span
    return until


def _rows_a_slice(pace: Pace, runtime: Runtime) -> int:
    environment = runtime.gateway.environment
    share = budget.share(environment, "minute", is_spare=pace.is_spare)
    return PAGE * (share // SLICES_A_MINUTE)


def _paid_for(
    since: datetime, until: datetime | None, pace: Pace, runtime: Runtime
) -> Iterator[TransferReported]:
    """Ask for the list, and pay for each of its pages."""
    budget.spend(runtime, is_spare=pace.is_spare)
    if until is None:
        reports = runtime.gateway.transactions_since(since)
    else:
        reports = runtime.gateway.transactions_since(since, until=until)
    for number, report in enumerate(reports, start=1):
        yield report
        if number % PAGE == 0:
            budget.spend(runtime, is_spare=pace.is_spare)
