"""Run the suite of the shop's port inside a Saleor's own environment.

Arguments: the shop's address, a channel, a variant that needs no shipping, its price.
Neither this project's settings nor its pytest plugins are there: pytest gets its
options here, and the `world` from here.
"""

import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

PROJECT = Path(__file__).parents[2]
# Behind everything else: the plugin under test is the one that is installed.
sys.path.append(str(PROJECT))
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"

import django  # noqa: E402 - needs the path above
import pytest  # noqa: E402 - needs the variable above

django.setup()

from saleor.celeryconf import app  # noqa: E402 - needs the set-up above

# As in a worker, where the adapter runs: imported in another order, Saleor's own
# modules import one another in a circle.
app.loader.import_default_modules()

from demo.services.graphql import GraphQL  # noqa: E402 - needs the path above
from tests.conformance.shop import ShopConformance  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.saleor.world import SaleorWorld


class TestSaleorShop(ShopConformance):
    """The suite, on a real Saleor."""


@pytest.fixture(scope="session")
def world() -> "Iterator[SaleorWorld]":
    """Give the running shop that the arguments name."""
    from tests.saleor.world import Goods, SaleorWorld  # noqa: PLC0415 - needs Saleor

    url, channel, variant_id, price = sys.argv[1:]
    api = GraphQL(f"{url}/graphql/")
    yield SaleorWorld(api, Goods(channel, variant_id, Decimal(price)))
    api.close()


OPTIONS = (
    "-c",
    os.devnull,
    f"--rootdir={PROJECT}",
    "--noconftest",
    "--import-mode=importlib",
    "--tb=short",
    "--quiet",
    "-rfs",
    "-p",
    "no:cacheprovider",
)

if __name__ == "__main__":
    sys.exit(pytest.main([*OPTIONS, __file__]))
