"""Quotes: frozen prices, and no price without a rate."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from saleor_cryptopay.core.assets import ASSETS, find_asset
from saleor_cryptopay.core.errors import AmountError, QuoteError
from saleor_cryptopay.core.quotes import Quote, Rate, find_rate, make_quote

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BITCOIN = find_asset("btc@bitcoin")
TETHER = find_asset("usdt@ethereum")
FIXED = {("btc", "USD"): Decimal("64000.00"), ("usdt", "EUR"): Decimal("0.92")}


def quote(asset_key: str, total: str, currency: str, tolerance: str = "0") -> Quote:
    """Make a quote of a quarter of an hour, from the fixed rates."""
    asset = find_asset(asset_key)
    return make_quote(
        asset,
        Decimal(total),
        currency,
        find_rate(asset, currency, FIXED, NOW),
        tolerance_percent=Decimal(tolerance),
        valid_for=timedelta(minutes=15),
        now=NOW,
    )


def test_a_fixed_rate_is_used_and_named() -> None:
    assert find_rate(BITCOIN, "USD", FIXED, NOW) == Rate(
        Decimal(64000), "USD", "fixed", NOW
    )


def test_pegged_coins_are_worth_one_of_their_currency() -> None:
    for asset in ASSETS.values():
        if asset.pegged_to:
            rate = find_rate(asset, asset.pegged_to, {}, NOW)
            assert (rate.value, rate.source) == (Decimal(1), "peg")


def test_the_merchants_line_goes_before_the_peg() -> None:
    fixed = {("usdt", "USD"): Decimal("0.98")}
    assert find_rate(TETHER, "USD", fixed, NOW) == Rate(
        Decimal("0.98"), "USD", "fixed", NOW
    )


@pytest.mark.parametrize(
    ("asset_key", "currency"),
    [("btc@bitcoin", "EUR"), ("usdc@ethereum", "EUR"), ("eth@arbitrum", "USD")],
)
def test_without_a_rate_there_is_no_quote_but_the_line_to_add(
    asset_key: str, currency: str
) -> None:
    asset = find_asset(asset_key)
    line = f"{asset.coin}/{currency.lower()} ="
    with pytest.raises(QuoteError, match=line):
        find_rate(asset, currency, FIXED, NOW)


def test_a_peg_to_the_dollar_says_nothing_of_other_currencies() -> None:
    with pytest.raises(QuoteError):
        find_rate(TETHER, "EUR", {}, NOW)


def test_a_quote_in_a_pegged_coin_asks_for_the_total_itself() -> None:
    made = quote("usdt@ethereum", "50.10", "USD")
    assert made.amount == "50.1"
    assert made.units == made.minimum_units == 50_100_000


def test_the_same_total_takes_twelve_more_zeros_on_bsc() -> None:
    assert quote("usdt@bsc", "50.10", "USD").units == 50_100_000 * 10**12


def test_a_quote_in_bitcoin_asks_for_no_less_than_the_total() -> None:
    made = quote("btc@bitcoin", "99.99", "USD")
    assert made.amount == "0.00156235"
    assert Decimal(made.amount) * made.rate.value >= made.total


def test_the_tolerance_lowers_what_counts_and_not_what_is_asked() -> None:
    made = quote("usdt@ethereum", "100.00", "USD", tolerance="0.5")
    assert made.amount == "100"
    assert made.minimum_units == 99_500_000


def test_a_quote_lapses_unless_the_asset_is_pegged_to_the_currency() -> None:
    assert quote("btc@bitcoin", "10", "USD").expires_at == NOW + timedelta(minutes=15)
    assert quote("usdt@ethereum", "10", "EUR").expires_at == NOW + timedelta(minutes=15)
    assert quote("usdt@ethereum", "10", "USD").expires_at is None


def test_a_rate_in_another_currency_prices_nothing() -> None:
    rate = find_rate(BITCOIN, "USD", FIXED, NOW)
    with pytest.raises(QuoteError, match="EUR"):
        make_quote(
            BITCOIN,
            Decimal(10),
            "EUR",
            rate,
            tolerance_percent=Decimal(0),
            valid_for=timedelta(minutes=15),
            now=NOW,
        )


@pytest.mark.parametrize("total", ["0", "-0.01", "NaN"])
def test_a_total_that_is_not_more_than_zero_has_no_quote(total: str) -> None:
    with pytest.raises(AmountError):
        quote("usdt@ethereum", total, "USD")


def test_a_quote_cannot_be_changed() -> None:
    made = quote("usdt@ethereum", "10", "USD")
    with pytest.raises(FrozenInstanceError):
        made.units = 1  # type: ignore[misc]
