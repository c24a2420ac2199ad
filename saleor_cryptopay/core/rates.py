"""What a coin costs on the market: when several sources agree, and when they do not.

A rate counts when enough sources (two, or the only one there is) are fresh and within
the spread of one another, and when they are the majority of those that are fresh:
what one exchange says alone, or what half of them deny, prices nothing. A value that
jumps against the last agreed one waits until it is agreed again. Nothing here asks
the network, the clock or the database.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Context, Decimal, localcontext
from types import MappingProxyType
from typing import Final

from .errors import QuoteError

DOLLAR: Final = "USD"

# How far a source's clock may be ahead of ours before its word is that of a liar.
CLOCK_SKEW: Final = timedelta(minutes=1)

# A price beyond these is a mistake in units, whoever says it: a bitcoin costs thousands
# of millions of dongs.
SMALLEST: Final = Decimal("1e-9")
LARGEST: Final = Decimal("1e12")

_EXACT: Final = Context(prec=60)


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """What is priced, in what.

    Attributes:
        base: a coin's slug (`btc`) or a currency in lower case (`usd`).
        quote: ISO 4217, upper case.
    """

    base: str
    quote: str

    def __str__(self) -> str:
        return f"{self.base}/{self.quote.lower()}"


@dataclass(frozen=True, slots=True)
class Tick:
    """What one source says: one `pair.base` costs `value` of `pair.quote`.

    Attributes:
        pair: what it is about.
        source: who says so.
        value: more than zero.
        as_of: when it was true, by the source's own word where it has one (aware UTC).
    """

    pair: Pair
    source: str
    value: Decimal
    as_of: datetime


@dataclass(frozen=True, slots=True)
class RateRules:
    """When the merchant believes the market.

    Attributes:
        sources: their names; none for fixed lines and pegs only.
        max_age: what is older does not count.
        max_spread_percent: how far apart sources that agree may be.
        max_jump_percent: what moves further than this against the last agreed rate
            is believed only when it is agreed a second time.
        alarm_after: without a rate for this long, staff are told.
    """

    sources: tuple[str, ...] = ()
    max_age: timedelta = timedelta(seconds=300)
    max_spread_percent: Decimal = Decimal(2)
    max_jump_percent: Decimal = Decimal(10)
    alarm_after: timedelta = timedelta(minutes=30)

    @property
    def quorum(self) -> int:
        """How many sources have to agree."""
        return 1 if len(self.sources) == 1 else 2


@dataclass(frozen=True, slots=True)
class Agreement:
    """What sources agree on.

    Attributes:
        pair: what it is about.
        value: the median of what they say.
        ticks: what each of them says, the cheapest first; empty for a peg or a line
            that the merchant fixed.
        note: `peg` or `fixed` where no source was asked, else "".
    """

    pair: Pair
    value: Decimal
    ticks: tuple[Tick, ...] = ()
    note: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """Who agrees, in alphabetical order."""
        return tuple(sorted(tick.source for tick in self.ticks))

    @property
    def spread_percent(self) -> Decimal:
        """How far the dearest is above the cheapest."""
        if not self.ticks:
            return Decimal(0)
        return spread_percent(self.ticks[0].value, self.ticks[-1].value)


Market = Mapping[Pair, Agreement]
"""What is agreed now, pair by pair."""

NO_MARKET: Final[Market] = MappingProxyType({})


def agree(
    pair: Pair, ticks: Iterable[Tick], rules: RateRules, now: datetime
) -> Agreement:
    """Return what the sources agree on.

    Args:
        pair: what it is about; ticks about other pairs do not count.
        ticks: what was heard, in any order; the newest of each source counts.
        rules: the merchant's.
        now: aware UTC.

    Raises:
        QuoteError: they do not agree; says why.
    """
    heard = [tick for tick in ticks if tick.pair == pair]
    fresh = _fresh(heard, rules, now)
    if len(fresh) < rules.quorum:
        raise QuoteError(_too_few(pair, heard, fresh, rules))
    agreeing = _largest_cluster(fresh, rules.max_spread_percent)
    if len(agreeing) < rules.quorum or 2 * len(agreeing) <= len(fresh):
        said = ", ".join(f"{tick.source} {tick.value:f}" for tick in fresh)
        raise QuoteError(
            f"The sources do not agree on {pair} within"
            f" {rules.max_spread_percent:f} percent: {said}."
        )
    return Agreement(pair, _median(agreeing), tuple(agreeing))


def is_jump(value: Decimal, last: Decimal, percent: Decimal) -> bool:
    """Return whether `value` is further than `percent` from `last`, up or down."""
    low, high = sorted((value, last))
    return spread_percent(low, high) > percent


def spread_percent(low: Decimal, high: Decimal) -> Decimal:
    """Return how far `high` is above `low`, in percent of `low` (more than zero)."""
    with localcontext(_EXACT):
        return (high - low) * 100 / low


def is_sane(value: Decimal) -> bool:
    """Return whether a number can be a price at all."""
    return value.is_finite() and SMALLEST <= value <= LARGEST


def pairs_for(coin: str, pegged_to: str | None, currency: str) -> tuple[Pair, ...]:
    """Return the pairs that can price a coin in a currency: direct, then over USD.

    Empty for a coin that is pegged to the currency.
    """
    if pegged_to == currency:
        return ()
    direct = Pair(coin, currency)
    if currency == DOLLAR:
        return (direct,)
    over_dollar = Pair(DOLLAR.lower(), currency)
    if pegged_to == DOLLAR:
        return (direct, over_dollar)
    return (direct, Pair(coin, DOLLAR), over_dollar)


def find_legs(
    coin: str,
    pegged_to: str | None,
    currency: str,
    look_up: Callable[[Pair], Agreement | None],
) -> tuple[Agreement, ...]:
    """Return the way from a coin to a currency: one agreement, or two over the dollar.

    Empty where there is none.
    """
    if (direct := look_up(Pair(coin, currency))) is not None:
        return (direct,)
    if currency == DOLLAR:
        return ()
    to_dollar = look_up(Pair(coin, DOLLAR))
    if to_dollar is None and pegged_to == DOLLAR:
        to_dollar = Agreement(Pair(coin, DOLLAR), Decimal(1), note="peg")
    from_dollar = look_up(Pair(DOLLAR.lower(), currency))
    if to_dollar is None or from_dollar is None:
        return ()
    return (to_dollar, from_dollar)


def _fresh(ticks: Iterable[Tick], rules: RateRules, now: datetime) -> list[Tick]:
    """Return the newest word of each source that counts, the cheapest first."""
    newest: dict[str, Tick] = {}
    for tick in sorted(ticks, key=lambda tick: tick.as_of):
        if tick.source in rules.sources:
            newest[tick.source] = tick
    counted = (
        tick
        for tick in newest.values()
        if is_sane(tick.value) and now - rules.max_age <= tick.as_of <= now + CLOCK_SKEW
    )
    return sorted(counted, key=lambda tick: (tick.value, tick.source))


def _largest_cluster(ticks: Sequence[Tick], percent: Decimal) -> Sequence[Tick]:
    """Return the most ticks that are all within the spread; `ticks` are sorted."""
    best: Sequence[Tick] = ()
    for start, lowest in enumerate(ticks):
        cluster = [
            tick
            for tick in ticks[start:]
            if spread_percent(lowest.value, tick.value) <= percent
        ]
        best = max(best, cluster, key=len)
    return best


def _median(ticks: Sequence[Tick]) -> Decimal:
    middle, is_odd = divmod(len(ticks), 2)
    if is_odd:
        return ticks[middle].value
    with localcontext(_EXACT):
        return (ticks[middle - 1].value + ticks[middle].value) / 2


def _too_few(
    pair: Pair, heard: Sequence[Tick], fresh: Sequence[Tick], rules: RateRules
) -> str:
    names = ", ".join(tick.source for tick in fresh) or "none"
    stale = len({tick.source for tick in heard}) - len(fresh)
    too_old = f"; {stale} too old or beyond belief" if stale > 0 else ""
    return (
        f"{rules.quorum} fresh source(s) are needed for {pair}, and there is"
        f" {names}{too_old}."
    )
