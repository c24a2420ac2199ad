"""Several channels: each with its currency, and its own settings where it differs."""

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from demo.services.catalogue import Catalogue
from demo.services.graphql import GraphQLError
from demo.services.purchases import Purchase, create_checkout
from demo.services.saleor import RunningSaleor
from demo.services.staff import PLUGIN_ID

from .abroad import open_channel
from .conftest import SETTINGS
from .payments_api import Counter
from .shell import Shell
from .shopping import SOON, Shopper

EUROS = """
[eur]
assets = ["usdt@tron", "btc@bitcoin"]
rates = ["usdt/eur = 0.90", "btc/eur = 60000"]
underpayment_tolerance_percent = 1
return_url = "https://euro.example/{checkout}"
"""
OUTLET = """
[outlet]
assets = ["usdc@ethereum"]
rates = ["usdc/eur = 0.95"]
"""
YEN = """
[jpy]
assets = ["usdt@ethereum"]
rates = ["usdt/jpy = 150.00"]
"""

OPEN = """
from saleor.channel.models import Channel

Channel.objects.create(
    slug=slug, name=slug, currency_code="EUR", default_country="US", is_active=True
)
"""
CLOSE = """
from saleor.channel.models import Channel

Channel.objects.filter(slug=slug).delete()
"""


@pytest.fixture(scope="module")
def euros(saleor: RunningSaleor, catalogue: Catalogue) -> Catalogue:
    """Sell the book for 10.00 euros."""
    return open_channel(saleor, catalogue, "EUR", "10.00")


@pytest.fixture(scope="module")
def outlet(saleor: RunningSaleor, catalogue: Catalogue) -> Catalogue:
    """Sell the book for 6.00 euros in another channel."""
    return open_channel(saleor, catalogue, "EUR", "6.00", slug="outlet")


@pytest.fixture(scope="module")
def yen(saleor: RunningSaleor, catalogue: Catalogue) -> Catalogue:
    """Sell the book for 1800 yen, of which there are no parts."""
    return open_channel(saleor, catalogue, "JPY", "1800")


@pytest.fixture
def abroad(
    shopper: Shopper,
    euros: Catalogue,  # noqa: ARG001 - a channel must be there to have settings
    outlet: Catalogue,  # noqa: ARG001 - as above
    yen: Catalogue,  # noqa: ARG001 - as above
) -> Iterator[Shopper]:
    """Give a shopper in a shop with settings for two channels more."""
    shopper.configure(channels=EUROS + OUTLET + YEN)
    yield shopper
    shopper.configure(channels="")


def buy(shopper: Shopper, catalogue: Catalogue) -> Purchase:
    return create_checkout(shopper.saleor, catalogue, catalogue.book)


def test_a_channel_offers_its_own_coins_at_its_own_rates(
    abroad: Shopper, euros: Catalogue
) -> None:
    rows = abroad.offer(buy(abroad, euros))["data"]["assets"]
    assert [(row["asset"], row["rate"]) for row in rows] == [
        ("usdt@tron", "0.90"),
        ("btc@bitcoin", "60000"),
    ]
    home = abroad.offer(abroad.checkout())["data"]["assets"]
    assert [row["asset"] for row in home] == SETTINGS["assets"].split("\n")


def test_a_checkout_of_the_payments_api_is_offered_its_own_channels_coins(
    abroad: Shopper, euros: Catalogue, outlet: Catalogue
) -> None:
    """Both channels sell in euros."""

    def assets(catalogue: Catalogue) -> list[tuple[str, str]]:
        rows = Counter(abroad).gateways(buy(abroad, catalogue))
        (row,) = [row for row in rows if row["id"] == PLUGIN_ID]
        assert row["currencies"] == ["EUR"]
        offers = json.loads(row["config"][0]["value"])
        return [(offer["asset"], offer["rate"]) for offer in offers]

    assert assets(euros) == [("usdt@tron", "0.90"), ("btc@bitcoin", "60000")]
    assert assets(outlet) == [("usdc@ethereum", "0.95")]


def test_a_checkout_in_euros_is_paid_with_the_channels_tolerance(
    abroad: Shopper, euros: Catalogue
) -> None:
    session = abroad.initialize(buy(abroad, euros), {"asset": "usdt@tron"})
    payment = session.payment
    assert (payment["total"], payment["currency"]) == ("10.00", "EUR")
    # 10.00 / 0.90 in the smallest parts of a coin, rounded up.
    assert payment["amount"] == "11.111112"
    abroad.send(session, "11.05")
    abroad.sandbox.mine()
    order = abroad.wait_for_order(session, SOON)
    assert Decimal(order["totalBalance"]["amount"]) == 0
    return_url = abroad.status(session)["return_url"]
    assert return_url.startswith("https://euro.example/")


def test_a_currency_without_parts_is_charged_whole(
    abroad: Shopper, yen: Catalogue
) -> None:
    session = abroad.initialize(buy(abroad, yen), {"asset": "usdt@ethereum"})
    assert (session.payment["total"], session.payment["amount"]) == ("1800", "12")
    abroad.send(session)
    abroad.sandbox.mine()
    abroad.wait_for_order(session, SOON)
    (credit,) = abroad.events(session, "CHARGE_SUCCESS")
    assert Decimal(credit["amount"]["amount"]) == 1800


def test_a_channel_without_a_rate_for_its_currency_offers_nothing_and_says_why(
    abroad: Shopper, euros: Catalogue
) -> None:
    abroad.configure(channels="")
    checkout = buy(abroad, euros)
    assert abroad.offer(checkout)["data"]["assets"] == []
    session = abroad.initialize(checkout, {"asset": "usdt@tron"})
    assert session.event["type"] == "CHARGE_FAILURE"
    assert "EUR" in session.data["error"]["message"]


@pytest.mark.parametrize(
    ("channels", "reason"),
    [
        ("[eur]\nassets = usdt", "line 2"),
        ('[eur]\nassets = ["usdt@mars"]', "no asset this plugin knows"),
        ('[eur]\napi_key = "sk_test_x"', "no setting a channel can have"),
        ('[eur]\nassets = ["ltc@litecoin"]', "[eur] ltc@litecoin is offered without"),
        ('[uer]\nassets = ["usdt@tron"]', "[uer] There is no channel with this slug"),
    ],
)
def test_bad_settings_of_a_channel_are_refused_with_the_channel_and_the_reason(
    shopper: Shopper, channels: str, reason: str
) -> None:
    with pytest.raises(GraphQLError) as refusal:
        shopper.configure(channels=channels)
    (error,) = refusal.value.errors
    assert error["field"] == "channels"
    assert reason in error["message"]


def test_settings_of_a_channel_that_is_deleted_later_stay_good(
    shopper: Shopper, shell: Shell
) -> None:
    for slug in ("soon", "gone"):
        shell.run(OPEN, slug=slug)
    shopper.configure(channels='[gone]\nassets = ["usdt@tron"]\n')
    shell.run(CLOSE, slug="gone")
    try:
        shopper.configure(quote_minutes="15")
        both = '[gone]\nassets = ["usdt@ethereum"]\n[soon]\nassets = ["usdt@tron"]\n'
        shopper.configure(channels=both)
        assert shopper.offer(shopper.checkout())["data"]["assets"]
    finally:
        shopper.configure(channels="")
        shell.run(CLOSE, slug="soon")
    with pytest.raises(GraphQLError, match=shopper.catalogue.channel):
        shopper.configure(channels=both)
