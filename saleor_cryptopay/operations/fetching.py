"""Fetching market prices: by the schedule, and by one process only.

A pair is claimed in one statement before it is asked for, so that of any number of
processes that find it stale one fetches; no lock is held while the sources are asked.
What they say is kept whether they agree or not, so that people can see why.
"""

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Context, Decimal
from time import monotonic, sleep
from typing import Final

from django.db.models import Q

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.errors import QuoteError
from saleor_cryptopay.core.quotes import Rate
from saleor_cryptopay.core.rates import (
    Agreement,
    Pair,
    RateRules,
    Tick,
    agree,
    is_jump,
)
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import MarketPair, MarketRate
from saleor_cryptopay.rates.base import Complaint

from .market import (
    Need,
    rate_now,
    read_rows,
    read_ticks,
    write_ticks,
)
from .runtime import Policy, Runtime

logger = logging.getLogger(__name__)

# How long the sources may take when a worker asks, and when a customer waits.
PATIENCE: Final = timedelta(seconds=10)
CUSTOMERS_PATIENCE: Final = timedelta(seconds=4)

LOOK_AGAIN: Final = timedelta(milliseconds=100)

# Younger than this, a copy is fresh: asking again would tell nothing new.
FRESH: Final = timedelta(seconds=30)

# Longer than asking can take: after it, whoever claimed is dead.
LEASE: Final = timedelta(seconds=30)

# How long agreed rates are kept, for coins that are heard of late.
KEPT: Final = timedelta(days=7)

# What the database keeps of a rate.
STEP: Final = Decimal(1).scaleb(-18)
_DIGITS: Final = Context(prec=40)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the sources said just now."""

    ticks: tuple[Tick, ...]
    complaints: tuple[Complaint, ...]


def find_rate_for_customer(
    asset: Asset, currency: str, policy: Policy, runtime: Runtime
) -> Rate:
    """Return the rate of an asset now, asking the sources only if nothing is fresh.

    With a fresh copy this is one statement. Call it outside of transactions: it may
    take as long as CUSTOMERS_PATIENCE, be it that this process asks or that it waits
    for the one that does.

    Raises:
        QuoteError: there is none; says so in words for the customer's shop.
    """
    try:
        return rate_now(asset, currency, policy, runtime)
    except QuoteError:
        if not runtime.sources:
            raise
    need = Need(asset, currency, policy)
    if not refresh([need], runtime, CUSTOMERS_PATIENCE):
        _wait_for_others(need, runtime)
    return rate_now(asset, currency, policy, runtime)


def refresh(
    needs: Iterable[Need], runtime: Runtime, patience: timedelta = PATIENCE
) -> int:
    """Fetch what is not fresh and nobody else is fetching. Returns how many pairs.

    Safe to run in any number of processes at once. Not within a transaction.
    """
    pairs = sorted({pair for need in needs for pair in need.pairs})
    if not runtime.sources or not pairs:
        return 0
    mine = _claim(pairs, runtime.clock())
    if not mine:
        return 0
    heard = _ask(sorted(mine), runtime, patience)
    now = runtime.clock()
    for pair, row in mine.items():
        _take_over(pair, row, heard, runtime.rate_rules, now)
    MarketRate.objects.filter(agreed_at__lt=now - KEPT).delete()
    return len(mine)


def _wait_for_others(need: Need, runtime: Runtime) -> None:
    """Wait until no other process is fetching what is needed."""
    end = monotonic() + CUSTOMERS_PATIENCE.total_seconds()
    while monotonic() < end:
        rows, now = read_rows(need.pairs).values(), runtime.clock()
        if not any(row.claimed_until and row.claimed_until > now for row in rows):
            return
        sleep(LOOK_AGAIN.total_seconds())


def _claim(pairs: Sequence[Pair], now: datetime) -> dict[Pair, MarketPair]:
    """Return the rows that are this process's to fetch."""
    MarketPair.objects.bulk_create(
        [MarketPair(base=pair.base, quote=pair.quote) for pair in pairs],
        ignore_conflicts=True,
    )
    is_free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    is_stale = Q(fetched_at=None) | Q(fetched_at__lte=now - FRESH)
    mine: dict[Pair, MarketPair] = {}
    for pair, row in read_rows(pairs).items():
        free = MarketPair.objects.filter(is_free, is_stale, pk=row.pk)
        if free.update(claimed_until=now + LEASE):
            mine[pair] = row
    return mine


def _ask(pairs: Sequence[Pair], runtime: Runtime, patience: timedelta) -> _Heard:
    """Ask all sources at once: the slowest decides how long it takes, not the sum."""
    now = runtime.clock()
    span = runtime.tracer.span("rates")
    with span, ThreadPoolExecutor(len(runtime.sources)) as pool:
        answers = [
            # Each in a context of its own, so that its requests are traced with ours.
            pool.submit(
                copy_context().run, source.fetch, pairs, now=now, deadline=patience
            )
            for source in runtime.sources
        ]
        harvests = [answer.result() for answer in answers]
    complaints = tuple(row for harvest in harvests for row in harvest.complaints)
    for complaint in complaints:
        logger.info("A price is missing. %s", complaint)
    return _Heard(
        tuple(tick for harvest in harvests for tick in harvest.ticks), complaints
    )


def _take_over(
    pair: Pair, row: MarketPair, heard: _Heard, rules: RateRules, now: datetime
) -> None:
    """Write down what was said of a pair, and whether it is agreed."""
    ticks = {tick.source: tick for tick in read_ticks(pair, row.ticks)}
    ticks |= {tick.source: tick for tick in heard.ticks if tick.pair == pair}
    row.ticks = write_ticks(ticks.values())
    row.complaints = [
        str(complaint)
        for complaint in heard.complaints
        if complaint.pair in (None, pair)
    ]
    row.fetched_at, row.claimed_until = now, None
    try:
        _accept(row, agree(pair, ticks.values(), rules, now), rules, now)
    except QuoteError as error:
        row.complaints.append(str(error))
    row.save(
        update_fields=[
            "ticks", "complaints", "fetched_at", "claimed_until", "value", "agreed_at",
            "jumped_to", "jumped_at",
        ]
    )  # fmt: skip


def _accept(
    row: MarketPair, agreement: Agreement, rules: RateRules, now: datetime
) -> None:
    """Make an agreement the pair's rate, unless it is a jump for the first time."""
    if row.value is None or not is_jump(
        agreement.value, row.value, rules.max_jump_percent
    ):
        _make_current(row, agreement, now)
    elif _is_second(row, agreement, rules):
        if row.jumped_at is not None:  # what was true in between, as known now
            _keep(row, agreement, row.jumped_at)
        _make_current(row, agreement, now)
    elif row.jumped_to is None or is_jump(
        agreement.value, row.jumped_to, rules.max_jump_percent
    ):
        row.jumped_to, row.jumped_at = _stored(agreement.value), now
        logger.warning(
            "cryptopay.W602: %s/%s jumped from %s to %s: to be agreed a second time.",
            row.base,
            row.quote,
            row.value,
            row.jumped_to,
            extra=about(event="cryptopay.W602"),
        )


def _is_second(row: MarketPair, agreement: Agreement, rules: RateRules) -> bool:
    """Whether enough sources say again, by newer words, what they said at the jump."""
    if row.jumped_to is None or row.jumped_at is None:
        return False
    if is_jump(agreement.value, row.jumped_to, rules.max_jump_percent):
        return False
    newer = sum(tick.as_of > row.jumped_at for tick in agreement.ticks)
    return newer >= rules.quorum


def _stored(value: Decimal) -> Decimal:
    return value.quantize(STEP, context=_DIGITS)


def _make_current(row: MarketPair, agreement: Agreement, now: datetime) -> None:
    row.value, row.agreed_at = _stored(agreement.value), now
    row.jumped_to = row.jumped_at = None
    _keep(row, agreement, now)


def _keep(row: MarketPair, agreement: Agreement, at: datetime) -> None:
    MarketRate.objects.create(
        pair=row,
        ticks=write_ticks(agreement.ticks),
        value=_stored(agreement.value),
        agreed_at=at,
    )
