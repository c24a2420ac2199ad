"""One statement finds what two would."""

import pytest
from pytest_django import DjangoAssertNumQueries

from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Payment, Refund, Transfer
from saleor_cryptopay.web.lookup import (
    Found,
    find_payment,
    find_whole,
    list_refunds,
    list_transfers,
)
from tests.stand_ins import Stage

from .refund_rows import make_refund
from .rows import make_payment, payment_in, send_coins

pytestmark = pytest.mark.django_db


def columns(row: Payment | Transfer | Refund) -> dict[str, object]:
    names = (field.attname for field in row._meta.concrete_fields)
    return {name: getattr(row, name) for name in names}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_payment_address_and_transfers_come_with_one_statement(
    count: int, stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    for number in range(count):
        send_coins(payment, stage, f"{number + 1}.000001", index=number)
    expected = find_payment(payment.token, stage.runtime)
    assert expected is not None
    with django_assert_num_queries(1):
        found = find_whole(payment.token, stage.runtime)
        assert found is not None
        assert found.payment.address == payment.address
    assert columns(found.payment) == columns(expected)
    rows = [columns(transfer) for transfer in list_transfers(expected)]
    assert [columns(transfer) for transfer in found.transfers] == rows
    assert len(rows) == count


def test_a_payment_without_an_address_is_found(stage: Stage) -> None:
    payment = make_payment(stage)
    assert find_whole(payment.token, stage.runtime) == Found(payment, [], [])


def test_refunds_and_transfers_come_each_once(
    stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    send_coins(payment, stage, "1", index=1)
    for number in range(3):
        make_refund(payment, stage, key=f"refund {number}", coins=str(number + 1))
    with django_assert_num_queries(1):
        found = find_whole(payment.token, stage.runtime)
    assert found is not None
    assert [row.amount for row in found.transfers] == ["50.1", "1"]
    rows = [columns(refund) for refund in list_refunds(payment)]
    assert [columns(refund) for refund in found.refunds] == rows
    assert len(rows) == 3


def test_refunds_of_one_moment_come_in_one_order(stage: Stage) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    keys = [f"refund {letter}" for letter in "hbdafgce"]
    for key in keys:
        make_refund(payment, stage, key=key, coins="1")
    found = find_whole(payment.token, stage.runtime)
    assert found is not None
    assert [refund.key for refund in list_refunds(payment)] == sorted(keys)
    assert [refund.key for refund in found.refunds] == sorted(keys)


@pytest.mark.parametrize("token", ["", "x", "A" * 32])
def test_other_tokens_find_nothing(token: str, stage: Stage) -> None:
    assert find_whole(token, stage.runtime) is None
