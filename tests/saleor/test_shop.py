"""Saleor keeps what the shop's port promises: the suite, run inside each Saleor."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.services.catalogue import Catalogue
from demo.services.processes import ServiceError
from demo.services.saleor import RunningSaleor
from demo.services.staff import set_order_settings

SUITE = Path(__file__).with_name("run_conformance.py")


@pytest.fixture
def catalogue_for_unpaid_orders(
    saleor: RunningSaleor, catalogue: Catalogue
) -> Iterator[Catalogue]:
    """Let checkouts become orders without money, as long as the suite runs."""
    set_order_settings(saleor, catalogue, allowUnpaidOrders=True)
    yield catalogue
    set_order_settings(saleor, catalogue, allowUnpaidOrders=False)


def test_the_shop_adapter_passes_the_suite_of_the_port(
    saleor: RunningSaleor, catalogue_for_unpaid_orders: Catalogue
) -> None:
    book = catalogue_for_unpaid_orders.book
    goods = [catalogue_for_unpaid_orders.channel, book.variant_id, str(book.price)]
    try:
        saleor.python("-c", "import pytest")
    except ServiceError:
        pytest.skip(f"the environment of Saleor {saleor.version} has no pytest")

    report = saleor.python(SUITE, saleor.url, *goods)

    assert " passed" in report
    assert " skipped" not in report
