"""What the page says about a price: whose it is, until when, and what counts then."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from saleor_cryptopay.core.rates import Pair, Tick
from saleor_cryptopay.models import MarketPair, Payment, Transfer
from saleor_cryptopay.operations.market import write_ticks
from saleor_cryptopay.rates.registry import build_sources
from saleor_cryptopay.web.health import health_data
from saleor_cryptopay.web.status import payment_data
from tests.stand_ins import Stage

from .rows import give_address, make_payment, send_coins
from .site import html_of, page_of
from .test_status import status_of

pytestmark = pytest.mark.django_db


def floating(stage: Stage, grace: int = 10) -> Payment:
    """Store a payment in bitcoin at a rate of two sources."""
    payment, now = make_payment(stage), stage.clock()
    leg = {
        "pair": "btc/usd",
        "sources": [{"name": "coingecko"}, {"name": "kraken"}],
    }
    give_address(
        payment,
        stage,
        "btc@bitcoin",
        amount="0.001",
        rate="50100",
        rate_source="coingecko, kraken",
        rate_basis={"legs": [leg]},
        quote_expires_at=now + timedelta(minutes=15),
        quote_holds_until=now + timedelta(minutes=15 + grace),
    )
    return payment


def test_rate_source_time_and_rule_are_shown(client: Client, stage: Stage) -> None:
    html = html_of(client, floating(stage))
    assert "1 BTC = 50100 USD" in html
    assert "CoinGecko, Kraken" in html
    assert f"{stage.clock():%H:%M} UTC" in html
    assert "This price holds until" in html
    assert "up to 10 min after this price lapses" in html
    assert "Get a new price" not in html


def test_without_a_grace_the_rule_says_so(client: Client, stage: Stage) -> None:
    html = html_of(client, floating(stage, grace=0))
    assert "seen after this price has lapsed count at the rate of the moment" in html
    assert "up to 0" not in html


def test_a_fixed_rate_is_called_the_shops(client: Client, stage: Stage) -> None:
    payment = make_payment(stage)
    give_address(payment, stage, "btc@bitcoin", rate_source="fixed")
    assert "set by the shop" in html_of(client, payment)


def test_in_the_grace_the_page_says_until_when_coins_still_count(
    client: Client, stage: Stage
) -> None:
    payment = floating(stage)
    until = stage.clock() + timedelta(minutes=25)
    stage.clock.now += timedelta(minutes=20)
    html = html_of(client, payment)
    assert f"seen until {until:%H:%M} UTC still count at it" in html
    assert "Get a new price" in html


def test_one_click_renews_a_lapsed_price(client: Client, stage: Stage) -> None:
    payment = floating(stage)
    stage.clock.now += timedelta(minutes=30)
    assert "the rate of the moment they are seen" in html_of(client, payment)
    response = client.post(page_of(payment), {"renew": "1"})
    assert response.status_code == 303
    renewed = Payment.objects.select_related("address").get(pk=payment.pk).address
    assert renewed is not None
    assert renewed.rate == 64000
    html = html_of(client, payment)
    assert "1 BTC = 64000 USD" in html
    assert "Get a new price" not in html


def test_without_a_rate_the_click_is_answered_in_words(
    client: Client, stage: Stage
) -> None:
    payment = floating(stage)
    stage.clock.now += timedelta(minutes=30)
    stage.policy = replace(stage.policy, rates={})
    response = client.post(page_of(payment), {"renew": "1"})
    assert response.status_code == 422
    assert "There is no price for this coin right now" in response.text


def test_once_coins_were_seen_there_is_nothing_to_renew(
    client: Client, stage: Stage
) -> None:
    payment = floating(stage)
    send_coins(payment, stage, "0.0004")
    stage.clock.now += timedelta(minutes=20)
    assert "Get a new price" not in html_of(client, payment)
    client.post(page_of(payment), {"renew": "1"})
    address = Payment.objects.get(pk=payment.pk).address
    assert address is not None
    assert address.rate == 50100


@pytest.mark.parametrize(
    "values",
    [
        {"status": "failed"},
        {"status": "replaced"},
        {"verdict": Transfer.Verdict.WRONG_ASSET},
    ],
)
def test_a_new_price_is_offered_only_where_it_can_be_had(
    values: dict[str, str], client: Client, stage: Stage
) -> None:
    payment = floating(stage)
    stage.clock.now += timedelta(minutes=30)
    assert "Get a new price" in html_of(client, payment)
    send_coins(payment, stage, "0.001", **values)
    assert "Get a new price" not in html_of(client, payment)


def test_the_rest_is_asked_for_at_the_rate_it_will_count_at(
    client: Client, stage: Stage
) -> None:
    payment = floating(stage)
    send_coins(payment, stage, "0.0005")
    assert client.get(status_of(payment)).json()["remaining"] == "0.0005"
    stage.clock.now += timedelta(minutes=30)
    # Half of 50.10 USD at 64000.
    assert client.get(status_of(payment)).json()["remaining"] == "0.00039141"


def agreed(stage: Stage) -> None:
    """Have two sources agree on 64000, and no line of the merchant's."""
    stage.policy = replace(stage.policy, rates={})
    stage.sources = build_sources(["coinbase", "kraken"])
    as_of = stage.clock() - timedelta(minutes=1)
    ticks = [
        Tick(Pair("btc", "USD"), name, Decimal(64000), as_of)
        for name in ("coinbase", "kraken")
    ]
    MarketPair.objects.create(base="btc", quote="USD", ticks=write_ticks(ticks))


def test_the_rest_is_shown_with_the_rate_it_is_counted_at(
    client: Client, stage: Stage
) -> None:
    payment = floating(stage)
    send_coins(payment, stage, "0.0005")
    quoted_at = f"{stage.clock():%H:%M} UTC"
    stage.clock.now += timedelta(minutes=30)
    agreed(stage)
    html = html_of(client, payment)
    assert 'data-copy="0.00039141"' in html
    line = html.partition("1 BTC = ")[2].partition("</p>")[0]
    assert line.startswith("64000 USD")
    assert "Coinbase, Kraken" in line
    assert f"{stage.clock() - timedelta(minutes=1):%H:%M} UTC" in line
    assert quoted_at not in line


def test_without_a_rate_of_the_moment_the_rest_is_counted_at_the_quotes(
    client: Client, stage: Stage
) -> None:
    payment = floating(stage)
    send_coins(payment, stage, "0.0005")
    stage.clock.now += timedelta(minutes=30)
    stage.policy = replace(stage.policy, rates={})
    html = html_of(client, payment)
    assert 'data-copy="0.0005"' in html
    assert "1 BTC = 50100 USD" in html


def test_coins_that_count_at_another_rate_say_so(client: Client, stage: Stage) -> None:
    payment = floating(stage)
    send_coins(payment, stage, "0.0004", rate=Decimal(60000), asked_units=83_500)
    html = html_of(client, payment)
    assert "Counts at the rate when it was seen: 1 BTC = 60000 USD" in html
    data = client.get(status_of(payment)).json()
    assert data["received"] == "0.0004"
    assert Transfer.objects.get().rate == 60000


def test_a_poll_notices_that_the_price_lapsed(client: Client, stage: Stage) -> None:
    payment = floating(stage)
    tag = client.get(status_of(payment))["ETag"]
    stage.clock.now += timedelta(minutes=1)
    poll = client.get(status_of(payment), headers={"If-None-Match": tag})
    assert poll.status_code == 304
    stage.clock.now += timedelta(minutes=15)
    poll = client.get(status_of(payment), headers={"If-None-Match": tag})
    assert poll.status_code == 200


def test_a_storefront_is_told_source_time_and_grace(stage: Stage) -> None:
    data = payment_data(floating(stage), stage.runtime)
    assert data["rate_source"] == "coingecko, kraken"
    assert str(data["rate_as_of"]).endswith("Z")
    assert str(data["quote_holds_until"]) > str(data["quote_expires_at"])


def test_health_names_what_has_had_no_rate_for_long(stage: Stage) -> None:
    assert "rate_sources" not in health_data(stage.runtime)
    rules = stage.runtime.rate_rules
    runtime = replace(
        stage.runtime,
        sources=build_sources(["kraken"]),
        rate_rules=replace(rules, sources=("kraken",)),
    )
    MarketPair.objects.create(
        base="btc", quote="USD", silent_since=stage.clock() - timedelta(minutes=31)
    )
    data = health_data(runtime)
    assert data["rates_on_one_source"]
    assert data["assets_without_rate"] == ["btc/usd"]
    assert data["status"] == "degraded"
