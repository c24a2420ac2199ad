"""What becomes of an order: its hash, its end, and what shop and staff are told."""

import pytest

from saleor_cryptopay.models import Message, Refund
from saleor_cryptopay.operations.refunds.showing import describe_refund, find_refund

from .conftest import WALLET, Till


def sent(till: Till) -> Refund:
    refund = till.approved()
    till.send()
    refund.refresh_from_db()
    return refund


def test_the_hash_is_kept_and_told_as_soon_as_there_is_one(till: Till) -> None:
    refund = sent(till)
    assert till.follow() == 0
    till.scene.sandbox.mine(3)
    assert till.follow() == 0
    refund.refresh_from_db()
    assert refund.hash.startswith("0x")
    till.tell()
    assert refund.hash in till.scene.notices(refund.payment)[-1]


def test_coins_that_arrived_are_refunded(till: Till) -> None:
    refund = sent(till)
    till.scene.sandbox.mine(40)
    till.follow()
    till.scene.sandbox.mine(40)
    till.follow()
    refund.refresh_from_db()
    assert (refund.state, refund.fee) == ("confirmed", "0.002")
    till.tell()
    assert till.told(refund.payment) == ["refund_begun", "refund"]
    assert till.scene.shop.refunded(refund.payment.reference) == refund.amount
    assert till.follow() == 0


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_an_order_that_came_to_nothing_has_failed(till: Till, status: str) -> None:
    refund = sent(till)
    till.lose(refund.gateway_id, status)
    assert till.follow() == 1
    refund.refresh_from_db()
    assert refund.state == "failed"
    till.tell()
    assert till.told(refund.payment) == ["refund_begun", "refund_failure"]


@pytest.mark.parametrize("fault", ["down", "wrong_types", "no_permission"])
def test_a_gateway_that_cannot_tell_changes_nothing(till: Till, fault: str) -> None:
    refund = sent(till)
    till.scene.sandbox.control("faults", kind=fault)
    assert till.follow() == 0
    refund.refresh_from_db()
    assert refund.state == "sent"


def test_each_is_told_what_is_theirs(till: Till) -> None:
    sent(till)
    till.scene.sandbox.mine(40)
    till.follow()
    till.scene.sandbox.mine(40)
    till.follow()
    told = Message.objects.filter(name__startswith="refund").order_by("pk")
    assert list(told.values_list("name", "audience")) == [
        ("refund_needs_address", "customer"),
        ("refund_needs_approval", "staff"),
        ("refund_sent", "customer"),
        ("refund_confirmed", "customer"),
    ]


def test_a_refund_is_shown_with_its_way(till: Till) -> None:
    refund = sent(till)
    till.scene.sandbox.mine(3)
    till.follow()
    found = find_refund(refund.token)
    assert found is not None
    figures = describe_refund(found, till.scene.runtime)
    assert (figures.coins, figures.amount, figures.currency) == ("50.1", "50.1", "USD")
    assert (figures.address, figures.state) == (WALLET, "sent")
    assert figures.explorer_url.endswith(figures.hash)
    assert [step.event for step in figures.steps] == [
        "asked",
        "address_named",
        "staff_approved",
        "order_begun",
        "order_taken",
    ]
    assert find_refund("no token") is None
