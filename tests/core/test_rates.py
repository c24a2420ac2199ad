"""Agreement: enough fresh sources, close together, and the majority of them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.core.errors import QuoteError
from saleor_cryptopay.core.quotes import find_rate, make_quote
from saleor_cryptopay.core.rates import (
    Agreement,
    Pair,
    RateRules,
    Tick,
    agree,
    find_legs,
    is_jump,
    pairs_for,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BTC = Pair("btc", "USD")
NAMES = ("kraken", "coinbase", "coingecko", "binance")
RULES = RateRules(sources=NAMES)


def tick(source: str, value: str, *, age: int = 0, pair: Pair = BTC) -> Tick:
    return Tick(pair, source, Decimal(value), NOW - timedelta(seconds=age))


def agreed(pair: Pair, value: str) -> Agreement:
    ticks = tuple(tick(name, value, pair=pair) for name in NAMES[:2])
    return Agreement(pair, Decimal(value), ticks)


def test_the_median_of_those_that_agree_is_taken() -> None:
    ticks = [
        tick("kraken", "64000"),
        tick("coinbase", "64100"),
        tick("binance", "63950"),
    ]
    agreement = agree(BTC, ticks, RULES, NOW)
    assert agreement.value == 64000
    assert agreement.sources == ("binance", "coinbase", "kraken")
    assert agreement.spread_percent < Decimal("0.24")


def test_of_two_the_middle_is_taken() -> None:
    agreement = agree(
        BTC, [tick("kraken", "64000"), tick("binance", "64001")], RULES, NOW
    )
    assert agreement.value == Decimal("64000.5")


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_are_no_agreement(count: int) -> None:
    ticks = [tick(name, "64000") for name in NAMES[:count]]
    with pytest.raises(QuoteError, match="2 fresh source"):
        agree(BTC, ticks, RULES, NOW)


def test_the_only_source_there_is_is_trusted() -> None:
    rules = RateRules(sources=("kraken",))
    assert agree(BTC, [tick("kraken", "64000")], rules, NOW).value == 64000


def test_an_outlier_is_outvoted() -> None:
    ticks = [
        tick("kraken", "64000"),
        tick("binance", "64010"),
        tick("coinbase", "6400"),
    ]
    assert agree(BTC, ticks, RULES, NOW).sources == ("binance", "kraken")


def test_two_against_two_is_no_agreement() -> None:
    values = ("64000", "64010", "66000", "66010")
    ticks = [tick(name, value) for name, value in zip(NAMES, values, strict=True)]
    with pytest.raises(QuoteError, match="do not agree"):
        agree(BTC, ticks, RULES, NOW)


def test_what_is_too_old_or_from_the_future_does_not_count() -> None:
    for age in (301, -61):
        ticks = [tick("kraken", "64000"), tick("binance", "64000", age=age)]
        with pytest.raises(QuoteError, match="too old"):
            agree(BTC, ticks, RULES, NOW)
    ticks = [tick("kraken", "64000"), tick("binance", "64000", age=300)]
    assert agree(BTC, ticks, RULES, NOW).value == 64000


def test_one_source_is_one_voice_however_often_it_speaks() -> None:
    ticks = [tick("kraken", "64000", age=age) for age in (0, 10, 20)]
    with pytest.raises(QuoteError):
        agree(BTC, ticks, RULES, NOW)


def test_a_source_that_is_not_set_has_no_voice() -> None:
    rules = RateRules(sources=("kraken", "binance"))
    ticks = [tick("kraken", "64000"), tick("coinbase", "64000")]
    with pytest.raises(QuoteError):
        agree(BTC, ticks, rules, NOW)


def test_jumps_are_measured_alike_up_and_down() -> None:
    assert is_jump(Decimal(111), Decimal(100), Decimal(10))
    assert is_jump(Decimal(100), Decimal(111), Decimal(10))
    assert not is_jump(Decimal(110), Decimal(100), Decimal(10))


values = st.decimals(
    min_value=Decimal("1e-6"), max_value=Decimal("1e6"), places=8, allow_nan=False
)
ticks_of_anything = st.lists(
    st.builds(
        tick,
        st.sampled_from(NAMES),
        values.map(str),
        age=st.integers(min_value=-600, max_value=600),
    ),
    max_size=6,
)
ticks_nearby = st.lists(
    st.builds(
        tick,
        st.sampled_from(NAMES),
        st.integers(min_value=96, max_value=104).map(str),
        age=st.integers(min_value=0, max_value=320),
    ),
    max_size=8,
)


@given(st.one_of(ticks_of_anything, ticks_nearby))
def test_no_combination_is_agreed_outside_of_the_spread(ticks: list[Tick]) -> None:
    try:
        agreement = agree(BTC, ticks, RULES, NOW)
    except QuoteError:
        return
    lowest, highest = agreement.ticks[0].value, agreement.ticks[-1].value
    assert lowest <= agreement.value <= highest <= lowest * Decimal("1.02")
    assert len(set(agreement.sources)) == len(agreement.ticks) >= 2
    for counted in agreement.ticks:
        assert timedelta(minutes=-1) <= NOW - counted.as_of <= RULES.max_age


@given(ticks_nearby)
def test_what_is_quoted_is_never_dearer_than_what_every_agreeing_source_says(
    ticks: list[Tick],
) -> None:
    asset = find_asset("btc@bitcoin")
    try:
        market = {BTC: agree(BTC, ticks, RULES, NOW)}
    except QuoteError:
        market = {}
        with pytest.raises(QuoteError):
            find_rate(asset, "USD", {}, NOW, market)
        return
    rate = find_rate(asset, "USD", {}, NOW, market)
    said = market[BTC].ticks
    assert said[0].value * (1 - Decimal("1e-9")) <= rate.value <= said[-1].value
    quote = make_quote(
        asset,
        Decimal(50),
        "USD",
        rate,
        tolerance_percent=Decimal(0),
        valid_for=timedelta(minutes=15),
        now=NOW,
    )
    assert Decimal(quote.amount) * rate.value >= 50


def test_pairs_go_directly_and_over_the_dollar() -> None:
    assert pairs_for("btc", None, "USD") == (BTC,)
    assert pairs_for("btc", None, "PLN") == (
        Pair("btc", "PLN"),
        BTC,
        Pair("usd", "PLN"),
    )
    assert pairs_for("usdt", "USD", "USD") == ()
    assert pairs_for("usdt", "USD", "EUR") == (Pair("usdt", "EUR"), Pair("usd", "EUR"))


def test_a_direct_pair_goes_before_the_way_over_the_dollar() -> None:
    market = {
        pair: agreed(pair, value)
        for pair, value in (
            (Pair("btc", "EUR"), "59000"),
            (BTC, "64000"),
            (Pair("usd", "EUR"), "0.92"),
        )
    }
    (leg,) = find_legs("btc", None, "EUR", market.get)
    assert leg.value == 59000
    del market[Pair("btc", "EUR")]
    assert [leg.value for leg in find_legs("btc", None, "EUR", market.get)] == [
        64000,
        Decimal("0.92"),
    ]
    del market[BTC]
    assert find_legs("btc", None, "EUR", market.get) == ()


def test_a_dollar_coin_is_a_dollar_and_not_a_euro() -> None:
    asset = find_asset("usdt@tron")
    market = {Pair("usd", "EUR"): agreed(Pair("usd", "EUR"), "0.92")}
    rate = find_rate(asset, "EUR", {}, NOW, market)
    assert rate.value == Decimal("0.92")
    assert rate.source == "peg then coinbase, kraken"
    assert find_rate(asset, "USD", {}, NOW, market).source == "peg"
    with pytest.raises(QuoteError):
        find_rate(asset, "EUR", {}, NOW)


def test_the_merchants_lines_win_on_every_leg() -> None:
    asset = find_asset("btc@bitcoin")
    market = {
        BTC: agreed(BTC, "64000"),
        Pair("usd", "PLN"): agreed(Pair("usd", "PLN"), "4"),
    }
    assert find_rate(asset, "PLN", {}, NOW, market).value == 256000
    fixed = {("usd", "PLN"): Decimal("3.9")}
    rate = find_rate(asset, "PLN", fixed, NOW, market)
    assert rate.value == 249600
    assert rate.source == "coinbase, kraken then fixed"
    fixed |= {("btc", "PLN"): Decimal(250000)}
    assert find_rate(asset, "PLN", fixed, NOW, market).source == "fixed"


def test_the_margin_lowers_the_rate_of_the_market_alone() -> None:
    asset = find_asset("btc@bitcoin")
    market = {BTC: agreed(BTC, "64000")}
    rate = find_rate(asset, "USD", {}, NOW, market, Decimal("1.5"))
    assert rate.value == Decimal("63054.18719")
    fixed = {("btc", "USD"): Decimal(64000)}
    assert find_rate(asset, "USD", fixed, NOW, market, Decimal("1.5")).value == 64000
    peg = find_rate(find_asset("usdt@tron"), "USD", {}, NOW, {}, Decimal(5))
    assert peg.value == 1


def test_the_basis_tells_value_sources_times_path_and_margin() -> None:
    asset = find_asset("btc@bitcoin")
    market = {
        BTC: agreed(BTC, "64000"),
        Pair("usd", "EUR"): agreed(Pair("usd", "EUR"), "0.92"),
    }
    basis = find_rate(asset, "EUR", {}, NOW, market, Decimal(1)).basis
    assert basis["path"] == ["btc/usd", "usd/eur"]
    assert basis["market"] == "58880.00"
    assert basis["markup_percent"] == "1"
    legs = basis["legs"]
    assert isinstance(legs, list)
    assert legs[0]["sources"] == [
        {"name": name, "value": "64000", "as_of": NOW.isoformat()} for name in NAMES[:2]
    ]
    assert find_rate(find_asset("usdt@tron"), "USD", {}, NOW).basis == {}


def test_a_rate_is_as_old_as_the_oldest_word_it_rests_on() -> None:
    market = {
        BTC: Agreement(
            BTC,
            Decimal(64000),
            (tick("kraken", "64000"), tick("coingecko", "64000", age=200)),
        )
    }
    rate = find_rate(find_asset("btc@bitcoin"), "USD", {}, NOW, market)
    assert rate.as_of == NOW - timedelta(seconds=200)
