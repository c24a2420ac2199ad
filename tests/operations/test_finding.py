"""Payments are found by what people have in hand."""

from collections.abc import Callable

import pytest

from saleor_cryptopay.models import Payment, Refund
from saleor_cryptopay.operations.finding import MOST, find_payments

from .conftest import Scene
from .refunds.conftest import Till, till

__all__ = ["till"]

Names = dict[str, Callable[[Payment, Refund], str]]

NAMES: Names = {
    "its id": lambda payment, _: str(payment.pk),
    "its id without dashes": lambda payment, _: payment.pk.hex,
    "the shop's transaction": lambda payment, _: payment.reference,
    "a refund's id": lambda _, refund: str(refund.pk),
    "an address": lambda payment, _: str(payment.addresses.get().address),
    "an address in small letters": lambda payment, _: (
        payment.addresses.get().address.lower()
    ),
    "a hash": lambda payment, _: payment.transfers.get().hash,
    "a hash in capitals, with space around it": lambda payment, _: (
        f" {payment.transfers.get().hash.removeprefix('0x').upper()} "
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_payment_is_found(name: str, till: Till) -> None:
    till.paid("25")
    payment = till.paid("60")
    refund = till.ask(payment)
    assert find_payments(NAMES[name](payment, refund)) == [payment]


@pytest.mark.parametrize(
    "text", ["", " ", "order 12", "0x12", "\x00", "\ud800", "x" * 5000, "%"]
)
def test_any_other_text_finds_nothing(text: str, till: Till) -> None:
    till.paid()
    assert find_payments(text) == []


def test_a_transaction_that_pays_several_finds_them_all(scene: Scene) -> None:
    older, newer = scene.open(), scene.open()
    scene.pay(older, "50.1", hash="0x" + "ab" * 32)
    scene.pay(newer, "50.1", hash="0x" + "ab" * 32)
    scene.poll()
    assert find_payments("0x" + "AB" * 32) == [newer, older]
    assert MOST > 2


def test_a_search_is_few_statements_on_indexes(
    till: Till, django_assert_max_num_queries: Callable[..., object]
) -> None:
    payment = till.paid()
    with django_assert_max_num_queries(16):  # type: ignore[attr-defined]
        find_payments(payment.transfers.get().hash)
