"""The real clients against each source's documented form."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from saleor_cryptopay.core.rates import Pair, RateRules, agree
from saleor_cryptopay.rates.registry import SOURCES, build_sources
from tests.price_lists import PriceLists, running_price_lists

BTC = Pair("btc", "USD")
PATIENCE = timedelta(seconds=30)


@pytest.fixture
def lists() -> Iterator[PriceLists]:
    with running_price_lists() as running:
        yield running


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_source_is_read_in_its_documented_form(
    lists: PriceLists, name: str
) -> None:
    (source,) = build_sources([name], lists.url)
    now = datetime.now(UTC)
    pairs = [BTC, Pair("eth", "USD"), Pair("usd", "EUR")]
    harvest = source.fetch(pairs, now=now, deadline=PATIENCE)
    assert harvest.complaints == ()
    found = {tick.pair: tick for tick in harvest.ticks}
    assert found[BTC].value == Decimal("64000.50")
    assert found[Pair("eth", "USD")].value == Decimal("3200.25")
    # Some list it the other way round, with eight places.
    assert abs(found[Pair("usd", "EUR")].value - Decimal("0.92")) < Decimal("1e-7")
    assert all(abs(tick.as_of - now) < timedelta(seconds=5) for tick in harvest.ticks)
    assert {tick.source for tick in harvest.ticks} == {name}


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_pair_that_a_source_has_not_hides_no_other(
    lists: PriceLists, name: str
) -> None:
    (source,) = build_sources([name], lists.url)
    pairs = [Pair("ltc", "USD"), Pair("ftm", "XXX"), BTC]
    harvest = source.fetch(pairs, now=datetime.now(UTC), deadline=PATIENCE)
    assert [tick.pair for tick in harvest.ticks] == [BTC]
    assert any(row.pair == Pair("ltc", "USD") for row in harvest.complaints)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_source_that_is_down_is_a_complaint_and_no_error(
    lists: PriceLists, name: str
) -> None:
    lists.table.silent.add(name)
    (source,) = build_sources([name], lists.url)
    harvest = source.fetch([BTC], now=datetime.now(UTC), deadline=timedelta(seconds=1))
    assert harvest.ticks == ()
    assert str(harvest.complaints[0]).startswith(name)


def test_all_four_agree_on_what_they_say(lists: PriceLists) -> None:
    now = datetime.now(UTC)
    ticks = [
        tick
        for source in build_sources(SOURCES, lists.url)
        for tick in source.fetch([BTC], now=now, deadline=PATIENCE).ticks
    ]
    agreement = agree(BTC, ticks, RateRules(sources=tuple(SOURCES)), datetime.now(UTC))
    assert agreement.sources == ("binance", "coinbase", "coingecko", "kraken")
    assert agreement.value == Decimal("64000.50")


def test_nothing_is_asked_where_a_source_has_no_such_market(
    lists: PriceLists,
) -> None:
    for source in build_sources(SOURCES, lists.url):
        harvest = source.fetch(
            [Pair("nocoin", "USD"), Pair("btc", "XXX")],
            now=datetime.now(UTC),
            deadline=PATIENCE,
        )
        assert (harvest.ticks, harvest.complaints) == ((), ())
    assert not lists.table.asked
