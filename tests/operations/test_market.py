"""The market: fetched by one process, read by all, believed when it is agreed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.core.errors import QuoteError
from saleor_cryptopay.core.rates import RateRules
from saleor_cryptopay.models import MarketPair, MarketRate
from saleor_cryptopay.operations import fetching, silence
from saleor_cryptopay.operations.fetching import find_rate_for_customer
from saleor_cryptopay.operations.market import Need, needs_of, rate_now, rate_then
from saleor_cryptopay.operations.messages import delivery
from saleor_cryptopay.operations.opening import open_payment
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.rates.registry import build_sources
from tests.price_lists import PriceLists, running_price_lists

from .conftest import Scene

NAMES = ("kraken", "coinbase", "coingecko", "binance")
BTC, ETH = find_asset("btc@bitcoin"), find_asset("eth@ethereum")


@pytest.fixture
def lists() -> Iterator[PriceLists]:
    with running_price_lists() as running:
        yield running


@pytest.fixture
def live(scene: Scene, lists: PriceLists) -> Scene:
    """A shop without fixed rates that asks all four sources."""
    lists.table.clock = scene.clock
    scene.with_policy(rates={}, quote_grace=timedelta(minutes=10))
    scene.runtime = asking_all(scene, lists)
    return scene


def asking_all(scene: Scene, lists: PriceLists) -> Runtime:
    return replace(
        scene.runtime,
        sources=build_sources(NAMES, lists.url),
        rate_rules=RateRules(sources=NAMES),
    )


def value(scene: Scene, currency: str = "USD") -> Decimal:
    policy = scene.runtime.policies("")
    return rate_now(BTC, currency, policy, scene.runtime).value


def refresh(scene: Scene, currency: str = "USD") -> int:
    policy = scene.runtime.policies("")
    return fetching.refresh(needs_of(policy, currency), scene.runtime)


def later(scene: Scene, **span: int) -> None:
    scene.clock.shift += timedelta(**span)


def test_with_a_fresh_copy_a_quote_asks_nobody(
    live: Scene, lists: PriceLists, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    refresh(live)
    asked = lists.table.asked.total()
    with django_assert_num_queries(1):
        assert value(live) == Decimal("64000.50")
    live.open("btc@bitcoin")
    assert lists.table.asked.total() == asked


def test_the_quote_keeps_what_it_rests_on(live: Scene) -> None:
    refresh(live)
    live.with_policy(markup_percent=Decimal(1))
    address = live.open("btc@bitcoin").address
    assert address is not None
    address.refresh_from_db()
    assert address.rate == Decimal("63366.83168")
    assert address.rate_source == "binance, coinbase, coingecko, kraken"
    assert address.rate_basis["path"] == ["btc/usd"]
    assert address.rate_basis["market"] == "64000.50000000"
    assert address.rate_basis["markup_percent"] == "1"
    (leg,) = address.rate_basis["legs"]
    assert [row["name"] for row in leg["sources"]] == sorted(NAMES)
    assert all(row["as_of"] for row in leg["sources"])


def test_the_first_customer_is_not_turned_away_for_want_of_a_copy(
    live: Scene, lists: PriceLists
) -> None:
    payment = live.open("eth@ethereum")
    assert payment.address is not None
    assert payment.address.rate == Decimal("3200.25")
    assert lists.table.asked["kraken"] == 1


def test_a_fresh_copy_is_not_fetched_again_and_a_stale_one_is(live: Scene) -> None:
    assert refresh(live) == 2
    assert refresh(live) == 0
    later(live, seconds=31)
    assert refresh(live) == 2


def test_without_agreement_nothing_is_offered_and_nobody_is_quoted(
    live: Scene, lists: PriceLists
) -> None:
    lists.table.factors = {"kraken": Decimal(2), "binance": Decimal(2)}
    with pytest.raises(QuoteError, match="no rate for BTC in USD now"):
        open_payment(live.opening("btc@bitcoin"), live.runtime)
    assert not live.sandbox.state()["addresses"]
    row = MarketPair.objects.get(base="btc")
    assert row.value is None
    assert any("do not agree" in words for words in row.complaints)


def test_an_old_copy_prices_nothing_once_the_sources_are_gone(
    live: Scene, lists: PriceLists
) -> None:
    refresh(live)
    lists.table.silent = set(NAMES)
    later(live, seconds=290)
    assert value(live) == Decimal("64000.50")
    later(live, seconds=20)
    with pytest.raises(QuoteError):
        value(live)


def test_two_of_four_sources_are_enough(live: Scene, lists: PriceLists) -> None:
    lists.table.silent = {"kraken", "coingecko"}
    refresh(live)
    assert value(live) == Decimal("64000.50")


def test_a_jump_is_believed_when_it_is_agreed_a_second_time(
    live: Scene, lists: PriceLists
) -> None:
    refresh(live)
    lists.table.set("btc/usd", "57000")
    later(live, seconds=60)
    refresh(live)
    with pytest.raises(QuoteError):
        value(live)
    later(live, seconds=60)
    refresh(live)
    assert value(live) == 57000


def test_a_jump_there_and_back_was_none(live: Scene, lists: PriceLists) -> None:
    refresh(live)
    lists.table.set("btc/usd", "6400")
    later(live, seconds=60)
    refresh(live)
    lists.table.set("btc/usd", "64100")
    later(live, seconds=60)
    refresh(live)
    assert value(live) == 64100
    assert not MarketRate.objects.filter(value=6400).exists()


def test_a_jump_is_none_the_more_believed_when_others_fall_silent(
    live: Scene, lists: PriceLists
) -> None:
    """Two against two agree on nothing, until two have grown too old."""
    refresh(live)
    lists.table.factors = {"kraken": Decimal(10), "coinbase": Decimal(10)}
    later(live, seconds=60)
    refresh(live)
    lists.table.silent = {"coingecko", "binance"}
    for _ in range(4):
        later(live, seconds=60)
        refresh(live)
    later(live, seconds=62)
    with pytest.raises(QuoteError):
        value(live)


def test_the_same_words_again_are_no_second_agreement(
    live: Scene, lists: PriceLists
) -> None:
    refresh(live)
    lists.table.set("btc/usd", "57000")
    later(live, seconds=60)
    refresh(live)
    lists.table.silent = set(NAMES)
    later(live, seconds=60)
    refresh(live)
    with pytest.raises(QuoteError):
        value(live)


def test_a_currency_without_a_market_is_reached_over_the_dollar(
    live: Scene, lists: PriceLists
) -> None:
    lists.table.set("usd/eur", "0.9")
    refresh(live, "EUR")
    policy = live.runtime.policies("")
    rate = rate_now(BTC, "EUR", policy, live.runtime)
    assert [str(leg.pair) for leg in rate.legs] == ["btc/usd", "usd/eur"]
    assert abs(rate.value - Decimal("57600.45")) < Decimal("0.01")
    tether = rate_now(find_asset("usdt@tron"), "EUR", policy, live.runtime)
    assert abs(tether.value - Decimal("0.9")) < Decimal("0.0001")


@pytest.mark.parametrize("dollars", ["64000", "640000"])
@pytest.mark.parametrize(("currency", "rate"), [("VND", "26250"), ("IDR", "16400")])
def test_bitcoin_has_a_price_in_currencies_of_many_digits(
    live: Scene, lists: PriceLists, dollars: str, currency: str, rate: str
) -> None:
    """And what converts by it, as CoinGecko tells the dollar."""
    names = ("coingecko",)
    live.runtime = replace(
        live.runtime,
        sources=build_sources(names, lists.url),
        rate_rules=RateRules(sources=names),
    )
    lists.table.set("btc/usd", dollars)
    lists.table.set(f"usd/{currency.lower()}", rate)
    refresh(live, currency)
    assert value(live, currency) == Decimal(dollars) * Decimal(rate)
    over_dollar = MarketPair.objects.get(base="usd", quote=currency)
    assert over_dollar.value == Decimal(rate)


def race(count: int, work: Callable[[], object]) -> list[object]:
    """Do the same in several connections at once; return what came of each."""
    start, results = Barrier(count), list[object]()

    def run() -> None:
        start.wait(60)
        results.append(work())
        connection.close()

    threads = [Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_of_many_processes_one_fetches(
    transactional_db: None, scene: Scene, lists: PriceLists
) -> None:
    del transactional_db
    runtime = asking_all(scene, lists)
    need = Need(BTC, "USD", replace(runtime.policies(""), rates={}))
    fetched = race(6, lambda: fetching.refresh([need], runtime))
    assert fetched.count(1) == 1
    assert fetched.count(0) == 5
    assert lists.table.asked == dict.fromkeys(NAMES, 1)


def test_customers_wait_for_the_one_that_fetches(
    transactional_db: None, scene: Scene, lists: PriceLists
) -> None:
    del transactional_db
    runtime = asking_all(scene, lists)
    policy = replace(runtime.policies(""), rates={})
    rates = race(6, lambda: find_rate_for_customer(BTC, "USD", policy, runtime).value)
    assert rates == [Decimal("64000.50")] * 6
    assert lists.table.asked == dict.fromkeys(NAMES, 1)


def test_what_coins_were_worth_then_is_kept(live: Scene, lists: PriceLists) -> None:
    refresh(live)
    then = live.clock()
    lists.table.set("btc/usd", "65000")
    later(live, minutes=2)
    refresh(live)
    policy = live.runtime.policies("")

    def at(minutes: int) -> Decimal:
        moment = then + timedelta(minutes=minutes)
        return rate_then(BTC, "USD", policy, moment, live.runtime).value

    assert [at(1), at(-4)] == [Decimal("64000.50")] * 2
    assert at(3) == 65000
    for minutes in (-6, 8):
        with pytest.raises(QuoteError):
            at(minutes)


def test_staff_are_told_once_when_there_has_been_no_rate_for_long(
    live: Scene, lists: PriceLists, caplog: pytest.LogCaptureFixture
) -> None:
    needs = needs_of(live.runtime.policies(""), "USD")
    lists.table.silent = set(NAMES)
    for _ in range(4):
        fetching.refresh(needs, live.runtime, timedelta(seconds=1))
        silence.watch_needs(needs, live.runtime)
        later(live, minutes=15)
    alarms = [row for row in caplog.messages if row.startswith("cryptopay.E601")]
    assert len(alarms) == 2  # one for each coin
    assert "btc/USD since" in "".join(alarms)
    delivery.deliver_messages(live.runtime)
    subjects = {letter.subject for _, letter in live.post.letters}
    assert subjects == {"No rate for BTC/USD", "No rate for ETH/USD"}
    lists.table.silent = set()
    for _ in range(2):
        fetching.refresh(needs, live.runtime)
        silence.watch_needs(needs, live.runtime)
    delivery.deliver_messages(live.runtime)
    assert [letter.subject for _, letter in live.post.letters[2:]] == [
        "There is a rate for BTC/USD again",
        "There is a rate for ETH/USD again",
    ]
    assert not MarketPair.objects.exclude(silent_since=None).exists()


def test_fixed_lines_ask_nobody(live: Scene, lists: PriceLists) -> None:
    live.with_policy(rates={("btc", "USD"): Decimal(50000), ("eth", "USD"): Decimal(1)})
    assert refresh(live) == 0
    assert value(live) == 50000
    assert not lists.table.asked
