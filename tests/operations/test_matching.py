"""Whose address it is: found by an index, however many addresses there are."""

from dataclasses import replace

import pytest
from django.db import connection
from django.db.models import UniqueConstraint
from django.test.utils import CaptureQueriesContext

from saleor_cryptopay.models import Address
from saleor_cryptopay.operations.transfers import find_address
from tests.chaos.world import World


@pytest.mark.django_db
def test_an_address_alone_is_looked_for_by_all_columns_of_its_index() -> None:
    world = World()
    payment = world.open()
    report = replace(world.pay(payment, "1").report(), address_id="")
    with CaptureQueriesContext(connection) as queries:
        assert find_address(report, world.gateway) == payment.address
    (query,) = queries.captured_queries
    _, where = query["sql"].split(" WHERE ")
    (index,) = (
        constraint
        for constraint in Address._meta.constraints
        if isinstance(constraint, UniqueConstraint) and "address" in constraint.fields
    )
    assert index.fields == ("network", "address")
    for column in index.fields:
        assert f'"saleor_cryptopay_address"."{column}" ' in where
