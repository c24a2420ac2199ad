"""Reading what the market says: one copy, shared by every process, in one statement.

Nothing here asks the network. Whether the sources agree is worked out from what they
said each time it is read, by the rules of now: a copy that has grown too old prices
nothing, and neither does one that waits for a jump to be agreed again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.errors import QuoteError
from saleor_cryptopay.core.quotes import Rate, find_rate
from saleor_cryptopay.core.rates import (
    NO_MARKET,
    Agreement,
    Market,
    Pair,
    RateRules,
    Tick,
    agree,
    is_jump,
    pairs_for,
)
from saleor_cryptopay.models import MarketPair, MarketRate

from .runtime import Policy, Runtime


@dataclass(frozen=True, slots=True)
class Need:
    """Something that only the market can price.

    Attributes:
        asset: a coin on a network; its network makes no difference to its price.
        currency: ISO 4217, upper case.
        policy: the rules it is quoted by.
    """

    asset: Asset
    currency: str
    policy: Policy

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs that can price it; the first is its own."""
        return pairs_for(self.asset.coin, self.asset.pegged_to, self.currency)


def needs_of(policy: Policy, currency: str) -> list[Need]:
    """Return what the market must price so that everything on offer has a price."""
    return [
        Need(asset, currency, policy)
        for asset in policy.assets
        if asset.pegged_to != currency and (asset.coin, currency) not in policy.rates
    ]


def read_market(needs: Iterable[Need], runtime: Runtime) -> Market:
    """Return what is agreed now about the pairs of these needs. One statement.

    None at all where there is nothing to ask, or nobody.
    """
    wanted = {pair for need in needs for pair in need.pairs}
    if not runtime.sources or not wanted:
        return NO_MARKET
    now = runtime.clock()
    found: dict[Pair, Agreement] = {}
    for pair, row in read_rows(wanted).items():
        try:
            found[pair] = agreement_in(row, runtime.rate_rules, now)
        except QuoteError:
            continue
    return found


def read_rows(pairs: Iterable[Pair]) -> dict[Pair, MarketPair]:
    """Return the rows of these pairs, as far as there are any. One statement."""
    wanted = set(pairs)
    rows = MarketPair.objects.filter(
        base__in={pair.base for pair in wanted},
        quote__in={pair.quote for pair in wanted},
    )
    by_pair = {Pair(row.base, row.quote): row for row in rows}
    return {pair: row for pair, row in by_pair.items() if pair in wanted}


def agreement_in(row: MarketPair, rules: RateRules, now: datetime) -> Agreement:
    """Return what the sources agree on, by a row.

    Raises:
        QuoteError: they do not, or it jumped and is not agreed a second time yet.
    """
    pair = Pair(row.base, row.quote)
    agreement = agree(pair, read_ticks(pair, row.ticks), rules, now)
    # Who agrees may be others than at the last fetch: some have grown too old since.
    jumped_to = row.jumped_to or _new_jump(row, agreement, rules)
    if jumped_to is not None:
        raise QuoteError(
            f"{pair} jumped from {row.value:f} to {jumped_to:f}: it is believed"
            " when it is agreed a second time."
        )
    return agreement


def _new_jump(
    row: MarketPair, agreement: Agreement, rules: RateRules
) -> Decimal | None:
    """Return what is agreed now where it lies too far from what was last."""
    if row.value is None:
        return None
    is_far = is_jump(agreement.value, row.value, rules.max_jump_percent)
    return agreement.value if is_far else None


def rate_now(asset: Asset, currency: str, policy: Policy, runtime: Runtime) -> Rate:
    """Return the rate of an asset now.

    Raises:
        QuoteError: there is none.
    """
    market = read_market(_needs(asset, currency, policy), runtime)
    return price(asset, currency, policy, market, runtime.clock())


def price(
    asset: Asset, currency: str, policy: Policy, market: Market, now: datetime
) -> Rate:
    """Return the rate of an asset by the merchant's rules and a market.

    Raises:
        QuoteError: there is none.
    """
    return find_rate(asset, currency, policy.rates, now, market, policy.markup_percent)


def rate_then(
    asset: Asset, currency: str, policy: Policy, moment: datetime, runtime: Runtime
) -> Rate:
    """Return the rate that an asset had at a moment, as far as it was agreed then.

    The last one agreed before the moment, else the first one after it, none of them
    further away than a rate may be old.

    Args:
        asset: what is priced.
        currency: ISO 4217, upper case.
        policy: the merchant's rules, as they are now.
        moment: aware UTC.
        runtime: see `runtime.Runtime`.

    Raises:
        QuoteError: nothing was agreed around then.
    """
    pairs = {p for need in _needs(asset, currency, policy) for p in need.pairs}
    agreements = (_agreed_then(pair, moment, runtime.rate_rules) for pair in pairs)
    market = {found.pair: found for found in agreements if found is not None}
    return price(asset, currency, policy, market, moment)


def read_ticks(pair: Pair, rows: Iterable[Mapping[str, str]]) -> list[Tick]:
    """Read what was stored by `write_ticks`."""
    return [
        Tick(
            pair,
            row["source"],
            Decimal(row["value"]),
            datetime.fromisoformat(row["as_of"]),
        )
        for row in rows
    ]


def write_ticks(ticks: Iterable[Tick]) -> list[dict[str, str]]:
    """Write down what sources said, for a JSON column."""
    return [
        {
            "source": tick.source,
            "value": f"{tick.value:f}",
            "as_of": tick.as_of.isoformat(),
        }
        for tick in ticks
    ]


def _needs(asset: Asset, currency: str, policy: Policy) -> list[Need]:
    """Return the need for one asset; none where a peg or a fixed line prices it.

    Also for one that was quoted and is not on offer any more.
    """
    return needs_of(replace(policy, assets=(asset,)), currency)


def _agreed_then(pair: Pair, moment: datetime, rules: RateRules) -> Agreement | None:
    rates = MarketRate.objects.filter(pair__base=pair.base, pair__quote=pair.quote)
    before = rates.filter(
        agreed_at__lte=moment, agreed_at__gte=moment - rules.max_age
    ).order_by("-agreed_at")
    after = rates.filter(
        agreed_at__gt=moment, agreed_at__lte=moment + rules.max_age
    ).order_by("agreed_at")
    row = before.select_related("pair").first() or after.select_related("pair").first()
    if row is None or _is_doubtful(row.pair, moment):
        return None
    return Agreement(pair, row.value.normalize(), tuple(read_ticks(pair, row.ticks)))


def _is_doubtful(row: MarketPair, moment: datetime) -> bool:
    """Whether a jump at or before the moment still waits to be agreed again."""
    return row.jumped_at is not None and row.jumped_at <= moment
