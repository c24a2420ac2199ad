"""The wheel in a real Saleor: installed, migrated, checked and listed."""

from collections.abc import Iterator

import pytest

from demo.services.graphql import GraphQLError
from demo.services.saleor import VERIFY, RunningSaleor
from demo.services.staff import PLUGIN_ID

from .conftest import SETTINGS
from .faults import broken, hidden
from .payments_api import Counter
from .shell import Shell
from .shopping import Shopper

IMPORTED_FROM = "import saleor_cryptopay; print(saleor_cryptopay.__file__)"
UNMET = """
from importlib.metadata import requires, version
from packaging.requirements import Requirement

needed = [Requirement(line) for line in requires("saleor-cryptopay")]
print([str(each) for each in needed if version(each.name) not in each.specifier])
"""

OFFER_ALL = """
mutation($id: ID!) {
  paymentGatewayInitialize(id: $id) {
    gatewayConfigs { id errors { message } } errors { message }
  }
}
"""
PLUGINS = """{
  plugins(first: 100) {
    edges { node { id globalConfiguration { configuration { name value } } } }
  }
}"""
LIST_AND_GO_ON = """
from django.db import transaction
from saleor.channel.models import Channel
from saleor.plugins.manager import get_plugins_manager

with transaction.atomic():
    manager = get_plugins_manager(allow_replica=False)
    manager.list_payment_gateways(currency="USD", channel_slug=channel)
    print(Channel.objects.filter(slug=channel).count())
"""


def test_saleor_imports_the_installed_wheel(shell: Shell) -> None:
    where = shell.run(IMPORTED_FROM).strip()

    assert where.endswith("/site-packages/saleor_cryptopay/__init__.py")


def test_all_that_the_wheel_needs_is_there(shell: Shell) -> None:
    assert shell.run(UNMET).strip() == "[]"


def test_checks_pass_and_migrations_are_complete_and_applied(
    shell: Shell,
) -> None:
    assert "No changes detected" in shell.run(VERIFY.read_text())


def test_the_dashboard_lists_the_plugin(saleor: RunningSaleor) -> None:
    query = "{ plugins(first: 100) { edges { node { id } } } }"

    plugins = saleor.graphql(query, token=saleor.staff_token())["plugins"]["edges"]

    assert PLUGIN_ID in [each["node"]["id"] for each in plugins]


def test_before_its_migrations_the_plugin_keeps_nobody_elses_gateway_from_work(
    shopper: Shopper, shell: Shell
) -> None:
    checkout = shopper.checkout()
    shopper.initialize(checkout, {"asset": "usdt@ethereum"})
    with broken(shell, hidden("saleor_cryptopay_payment")):
        reply = shopper.saleor.api.mutate(OFFER_ALL, {"id": checkout.id})
    (row,) = [row for row in reply["gatewayConfigs"] if row["id"] == PLUGIN_ID]
    assert "not available" in row["errors"][0]["message"]


def test_before_its_migrations_the_plugin_keeps_nobody_from_any_plugins_page(
    shopper: Shopper, shell: Shell
) -> None:
    token = shopper.saleor.staff_token()
    with broken(shell, hidden("saleor_cryptopay_payment")):
        found = shopper.saleor.graphql(PLUGINS, token=token)["plugins"]["edges"]
    pages = {edge["node"]["id"]: edge["node"]["globalConfiguration"] for edge in found}
    values = {row["name"]: row["value"] for row in pages[PLUGIN_ID]["configuration"]}
    assert values["health"] == "Not known: run “manage.py migrate”."
    assert values["api_url"]


@pytest.fixture
def _asking(shopper: Shopper) -> Iterator[None]:
    """Have rates asked for, which are in a table."""
    sources = "kraken\ncoinbase\ncoingecko\nbinance"
    shopper.configure(rate_sources=sources, rates="")
    yield
    shopper.configure(rate_sources="", rates=SETTINGS["rates"])


@pytest.mark.usefixtures("_asking")
def test_before_its_migrations_the_plugin_is_not_among_the_gateways_of_a_checkout(
    shopper: Shopper, shell: Shell
) -> None:
    counter, checkout = Counter(shopper), shopper.checkout()
    with broken(shell, hidden("saleor_cryptopay_marketpair")):
        rows = counter.gateways(checkout)
        # Whoever lists them in a transaction of their own can go on with it.
        listed = shell.run(LIST_AND_GO_ON, channel=shopper.catalogue.channel)
        with pytest.raises(GraphQLError, match="not available for this checkout"):
            counter.create(checkout)
    assert PLUGIN_ID not in [row["id"] for row in rows]
    assert listed.strip() == "1"
    assert PLUGIN_ID in [row["id"] for row in counter.gateways(checkout)]
