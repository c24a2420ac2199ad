"""Whose address it is: found by an index, however many addresses there are."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_cryptopay.core.events import TransferReported
from saleor_cryptopay.operations.transfers import find_address
from tests.chaos.world import World


def by_address(report: TransferReported) -> TransferReported:
    return replace(report, address_id="")


def by_id(report: TransferReported) -> TransferReported:
    return replace(report, address="")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("told", "columns"),
    [(by_address, ("network", "address")), (by_id, ("gateway_id",))],
)
def test_an_address_is_found_by_an_index_from_its_first_column_on(
    told: Callable[[TransferReported], TransferReported], columns: tuple[str, ...]
) -> None:
    world = World()
    payment = world.open()
    report = told(world.pay(payment, "1").report())
    with CaptureQueriesContext(connection) as queries:
        assert find_address(report, world.gateway) == payment.address
    (query,) = queries.captured_queries
    with connection.cursor() as cursor:
        # So few rows are there that reading them all would be cheapest.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {query['sql']}")
        plan = [str(row[0]) for row in cursor.fetchall()]
    conditions = [line for line in plan if "Index Cond" in line]
    assert any(
        all(f"({column})::text" in line for column in columns) for line in conditions
    ), plan
