"""Noticing that something on offer has had no rate for too long, and telling staff.

Said once for each time it happens; a single failed fetch is nobody's alarm.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from saleor_cryptopay.core.errors import QuoteError
from saleor_cryptopay.core.messages import MessageName
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import MarketPair

from .market import Need, price, read_market, read_rows
from .runtime import Runtime
from .troubles import tell_of_end, tell_of_trouble

logger = logging.getLogger(__name__)


def watch_needs(needs: Sequence[Need], runtime: Runtime) -> None:
    """Note since when needs cannot be priced, and tell staff when it is too long."""
    market = read_market(needs, runtime)
    rows = read_rows(need.pairs[0] for need in needs)
    now = runtime.clock()
    for need in needs:
        row = rows.get(need.pairs[0])
        if row is None:
            continue
        try:
            price(need.asset, need.currency, need.policy, market, now)
        except QuoteError as error:
            _note_silence(row, error, runtime, now)
        else:
            _note_rate(row, now)
    MarketPair.objects.exclude(pk__in=[row.pk for row in rows.values()]).update(
        silent_since=None, alarmed_at=None
    )


def _note_silence(
    row: MarketPair, error: QuoteError, runtime: Runtime, now: datetime
) -> None:
    row.silent_since = row.silent_since or now
    patience = runtime.rate_rules.alarm_after
    if row.alarmed_at is None and now - row.silent_since >= patience:
        row.alarmed_at = now
        logger.error(
            "cryptopay.E601: nothing can be quoted in %s/%s since %s: %s %s",
            row.base,
            row.quote,
            row.silent_since.isoformat(timespec="seconds"),
            error,
            " ".join(row.complaints),
            extra=about(event="cryptopay.E601"),
        )
        tell_of_trouble(
            MessageName.NO_RATE,
            _key(row),
            row.silent_since,
            now,
            str(error),
            _pair(row),
        )
    row.save(update_fields=["silent_since", "alarmed_at"])


def _note_rate(row: MarketPair, now: datetime) -> None:
    if row.silent_since is None:
        return
    if row.alarmed_at is not None:
        logger.warning(
            "cryptopay.W601: %s/%s has a rate again.",
            row.base,
            row.quote,
            extra=about(event="cryptopay.W601"),
        )
        tell_of_end(MessageName.NO_RATE, _key(row), row.silent_since, now, _pair(row))
    row.silent_since = row.alarmed_at = None
    row.save(update_fields=["silent_since", "alarmed_at"])


def _key(row: MarketPair) -> str:
    """Return what tells this time without a rate from others."""
    return f"{row.base}/{row.quote}:{row.silent_since:%Y-%m-%dT%H:%M:%S}"


def _pair(row: MarketPair) -> dict[str, str]:
    return {"pair": f"{row.base.upper()}/{row.quote.upper()}"}
