"""The cost of a quote, beside that of one bare select in the same run."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.core.rates import Pair, RateRules, Tick
from saleor_cryptopay.models import MarketPair
from saleor_cryptopay.operations.market import rate_now, write_ticks
from saleor_cryptopay.operations.quoting import quote_for
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.rates.registry import build_sources
from tests.stand_ins import Stage

from .measuring import by_turns, ratio, wall
from .table import Row

TIMES = 400
NAMES = ("kraken", "coinbase", "coingecko", "binance")
PRICES = {("btc", "USD"): "64000.5", ("usd", "EUR"): "0.92"}
QUOTES = {
    "a quote at a peg, no statement": ("usdt@tron", "USD"),
    "a quote of four sources, one statement": ("btc@bitcoin", "USD"),
    "a quote over the dollar, one statement": ("btc@bitcoin", "EUR"),
}
SELECT = "one bare select of the ORM"


def measure() -> Iterator[Row]:
    """Yield what a quote costs with a fresh copy of the market; nobody is asked."""
    runtime = _runtime()
    works: dict[str, Callable[[], object]] = {
        what: _quoting(asset_key, currency, runtime)
        for what, (asset_key, currency) in QUOTES.items()
    }
    works[SELECT] = lambda: MarketPair.objects.get(base="btc", quote="USD")
    costs = by_turns(works, TIMES)
    for what in QUOTES:
        times = ratio(costs[what], costs[SELECT])
        yield (what, f"{wall(costs[what]):.3f} ms, {times:.1f} times a bare select", "")
    yield (SELECT, f"{wall(costs[SELECT]):.3f} ms", "")


def _runtime() -> Runtime:
    """Return a shop that asks four sources, which have just answered."""
    stage = Stage()
    for (base, currency), price in PRICES.items():
        pair = Pair(base, currency)
        ticks = [Tick(pair, name, Decimal(price), stage.clock()) for name in NAMES]
        MarketPair.objects.create(
            base=base, quote=currency, ticks=write_ticks(ticks), value=Decimal(price)
        )
    stage.policy = replace(stage.policy, rates={})
    return replace(
        stage.runtime,
        sources=build_sources(NAMES),
        rate_rules=RateRules(sources=NAMES),
    )


def _quoting(asset_key: str, currency: str, runtime: Runtime) -> Callable[[], object]:
    """Return what makes one quote of 50.10 in a currency."""
    asset, policy = find_asset(asset_key), runtime.policies("")

    def quote() -> object:
        rate = rate_now(asset, currency, policy, runtime)
        now = runtime.clock()
        return quote_for(asset, Decimal("50.10"), currency, rate, policy, now)

    return quote
