"""Live rates in a real Saleor: fetched by its own processes, quoted, and paid."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from demo.services.graphql import GraphQLError

from .conftest import SETTINGS
from .shopping import SOON, Shopper, wait_until

BTC = {"asset": "btc@bitcoin"}
ETH = {"asset": "eth@ethereum"}
LIVE = {
    "rates": "",
    "rate_sources": "kraken\ncoinbase\ncoingecko\nbinance",
    "assets": "btc@bitcoin\neth@ethereum\ntrx@tron",
}


@pytest.fixture
def live(shopper: Shopper) -> Iterator[Shopper]:
    """A shop without fixed rates that asks all four sources."""
    shopper.configure(**LIVE)
    yield shopper
    shopper.configure(
        rates=SETTINGS["rates"], assets=SETTINGS["assets"], rate_sources=""
    )


def test_a_checkout_is_paid_in_bitcoin_at_the_rate_of_four_sources(
    live: Shopper,
) -> None:
    session = live.initialize(live.checkout(), BTC)
    payment = session.payment
    assert (payment["rate"], payment["total"]) == ("64000.5", "50.10")
    assert payment["rate_source"] == "binance, coinbase, coingecko, kraken"
    assert Decimal(payment["amount"]) * Decimal("64000.5") >= Decimal("50.10")
    assert payment["quote_expires_at"] < payment["quote_holds_until"]
    live.send(session)
    live.sandbox.mine()
    order = live.wait_for_order(session, SOON)
    assert order["paymentStatus"] == "FULLY_CHARGED"
    (credit,) = live.events(session, "CHARGE_SUCCESS")
    assert Decimal(credit["amount"]["amount"]) == Decimal("50.10")


def test_a_checkout_is_paid_in_ether_at_the_rate_of_four_sources(
    live: Shopper,
) -> None:
    session = live.initialize(live.checkout(), ETH)
    assert session.payment["rate"] == "3200.25"
    live.send(session)
    live.sandbox.mine()
    assert live.wait_for_order(session, SOON)["paymentStatus"] == "FULLY_CHARGED"


def test_without_an_agreement_the_coin_is_not_offered_and_refused_in_words(
    live: Shopper,
) -> None:
    checkout = live.checkout()
    session = live.initialize(checkout, {"asset": "trx@tron"})
    assert session.event["type"] == "CHARGE_FAILURE"
    assert "no rate for TRX in USD now" in session.data["error"]["message"]
    wait_until(
        lambda: (
            {row["asset"] for row in live.offer(checkout)["data"]["assets"]}
            == {"btc@bitcoin", "eth@ethereum"}
        ),
        SOON,
        "the coins that have a rate",
    )


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"rate_sources": "krakken"}, "rateSources", "no source is called"),
        ({"rate_max_spread_percent": "20"}, "rateMaxSpreadPercent", "at most 10"),
        ({"rate_max_age_seconds": "5"}, "rateMaxAgeSeconds", "From 120"),
    ],
)
def test_bad_rate_settings_are_refused_with_the_field_and_the_reason(
    shopper: Shopper, changes: dict[str, str], field: str, reason: str
) -> None:
    with pytest.raises(GraphQLError) as refusal:
        shopper.configure(**changes)
    (error,) = refusal.value.errors
    assert error["field"] == field
    assert reason in error["message"]
