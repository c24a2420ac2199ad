"""`cryptopay rates`: a table that tells why a coin has its price, or has none."""

from dataclasses import replace
from decimal import Decimal

from saleor_cryptopay.core.rates import RateRules
from saleor_cryptopay.rates.registry import build_sources
from tests.operations.conftest import Scene
from tests.operations.test_market import lists, live
from tests.price_lists import PriceLists

from .conftest import Run

__all__ = ["lists", "live"]


def test_the_table_tells_sources_ages_spreads_and_quotes(live: Scene, run: Run) -> None:
    live.with_policy(markup_percent=Decimal(2))
    status, out = run("rates", "--refresh", "USD", "eur")
    assert status == 0
    assert "Sources: kraken, coinbase, coingecko, binance. At most 300 s old" in out
    lines = out.splitlines()
    assert any(line.startswith("btc/usd    64000.50") for line in lines)
    assert sum("s old" in line for line in lines) >= 4 * 3
    assert "spread 0.00 %" in out
    assert "btc@bitcoin      USD  62745.58823  by binance, coinbase" in out
    assert "margin 2 %" in out
    assert "usdt@tron        USD  1  by peg" in out


def test_a_coin_without_a_rate_is_a_line_and_a_status(
    live: Scene, lists: PriceLists, run: Run
) -> None:
    assert live.runtime.sources
    lists.table.factors = {"kraken": Decimal(2), "binance": Decimal(2)}
    status, out = run("rates", "--refresh")
    assert status == 1
    assert "do not agree on btc/usd within 2 percent" in out
    assert "btc@bitcoin      USD  not offered" in out


def test_without_sources_there_is_little_to_tell(scene: Scene, run: Run) -> None:
    status, out = run("rates")
    assert status == 0
    assert "No sources are set" in out
    assert "btc@bitcoin      USD  64000  by fixed" in out
    assert scene.runtime.sources == ()


def test_a_single_source_is_called_alone(
    scene: Scene, lists: PriceLists, run: Run
) -> None:
    scene.runtime = replace(
        scene.runtime,
        sources=build_sources(["kraken"], lists.url),
        rate_rules=RateRules(sources=("kraken",)),
    )
    assert "kraken (alone: nothing contradicts it)" in run("rates")[1]
