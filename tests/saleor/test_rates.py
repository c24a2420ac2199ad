"""Live rates in a real Saleor: fetched by its own processes, quoted, and paid."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from demo.services.graphql import GraphQLError

from .conftest import SETTINGS
from .shell import Shell
from .shopping import SOON, Shopper, wait_until

BTC = {"asset": "btc@bitcoin"}
ETH = {"asset": "eth@ethereum"}
LIVE = {
    "rates": "",
    "rate_sources": "kraken\ncoinbase\ncoingecko\nbinance",
    "assets": "btc@bitcoin\neth@ethereum\ntrx@tron",
}

STATEMENTS = """
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from saleor.channel.models import Channel
from saleor.plugins.manager import get_plugins_manager

with transaction.atomic():
    for number in range(3):
        Channel.objects.create(
            slug=f"shelf-{number}",
            name=f"Shelf {number}",
            currency_code="USD",
            default_country="US",
            is_active=True,
        )
    manager = get_plugins_manager(allow_replica=False)
    with CaptureQueriesContext(connection) as captured:
        gateways = manager.list_payment_gateways(currency="USD")
    transaction.set_rollback(True)
assert "saleor_cryptopay" in [gateway.id for gateway in gateways]
said = [each["sql"] for each in captured.captured_queries]
print(len([sql for sql in said if "saleor_cryptopay_marketpair" in sql]))
"""


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


def test_listing_the_gateways_of_many_channels_reads_the_market_once(
    live: Shopper, shell: Shell
) -> None:
    checkout = live.checkout()
    wait_until(
        lambda: bool(live.offer(checkout)["data"]["assets"]), SOON, "coins with a rate"
    )
    assert shell.run(STATEMENTS).strip() == "1"
