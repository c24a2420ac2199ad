"""What staff decide, and what they cannot."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from saleor_cryptopay.core.errors import RefundError
from saleor_cryptopay.models import Refund, Transfer
from saleor_cryptopay.operations.refunds.approval import (
    approve,
    ask_again,
    decline,
    refuse_address,
    try_again,
)
from saleor_cryptopay.operations.refunds.following import lapse_links
from tests.operations.tampering import tamper

from .conftest import WALLET, Till

OTHER_WALLET = "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe"


def test_who_agreed_is_kept(till: Till) -> None:
    refund = till.approved()
    entries = refund.entries.order_by("number").values_list("event", "actor")
    assert list(entries) == [
        ("asked", "staff 1"),
        ("address_named", "customer"),
        ("staff_approved", "staff 2"),
    ]


def test_what_waits_for_no_approval_cannot_be_approved(till: Till) -> None:
    refund = till.ask(till.paid())
    with pytest.raises(RefundError, match="needs_address"):
        approve(refund.pk, "staff", till.scene.runtime)


def test_another_address_can_be_asked_for(till: Till) -> None:
    refund = till.name(till.ask(till.paid()))
    refuse_address(refund.pk, "an exchange's", "staff", till.scene.runtime)
    assert till.name(refund, OTHER_WALLET).address == OTHER_WALLET


def test_what_staff_decline_is_over(till: Till) -> None:
    payment = till.paid()
    refund = till.name(till.ask(payment))
    decline(refund.pk, "not agreed", "staff", till.scene.runtime)
    till.tell()
    assert till.told(payment) == ["refund_begun", "refund_failure"]
    with pytest.raises(RefundError):
        approve(refund.pk, "staff", till.scene.runtime)


CHANGES = {
    "address": OTHER_WALLET,
    "units": 1,
    "asset_key": "usdc@ethereum",
    "mac": "",
    "amount": 1,
    "source": "surplus",
}


@pytest.mark.parametrize(("column", "value"), CHANGES.items())
def test_what_was_changed_behind_our_back_is_not_approved(
    till: Till, column: str, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    refund = till.name(till.ask(till.paid()))
    tamper(refund, **{column: value})
    with pytest.raises(RefundError, match="changed"):
        approve(refund.pk, "staff", till.scene.runtime)
    assert Refund.objects.get().state == "needs_approval"
    assert "cryptopay.E701" in caplog.text


@pytest.mark.parametrize(("column", "value"), CHANGES.items())
def test_what_was_changed_after_approval_is_not_sent(
    till: Till, column: str, value: object
) -> None:
    refund = till.approved()
    tamper(refund, **{column: value})
    assert till.send() == 0
    assert till.orders() == []
    assert Refund.objects.get().state == "failed"


def test_coins_that_disappeared_do_not_go_back(till: Till) -> None:
    refund = till.approved()
    Transfer.objects.update(is_final=False, status="replaced")
    assert till.send() == 0
    assert till.orders() == []
    with pytest.raises(RefundError, match="disappeared"):
        try_again(refund.pk, "staff", till.scene.runtime)


def test_a_link_lapses_and_can_be_renewed(till: Till) -> None:
    payment = till.paid()
    refund = till.ask(payment)
    till.scene.clock.shift += timedelta(days=14)
    assert (lapse_links(till.scene.runtime), lapse_links(till.scene.runtime)) == (1, 0)
    till.tell()
    assert till.told(payment) == ["refund_begun", "refund_failure"]
    renewed = ask_again(refund.pk, "staff", till.scene.runtime)
    assert renewed.token != refund.token
    with pytest.raises(RefundError):
        till.name(refund)
    assert till.name(renewed, WALLET).state == "needs_approval"
    till.tell()
    assert till.told(payment)[-1] == "refund_begun"


DECISIONS: dict[str, Callable[[Refund, Till], Refund]] = {
    "approve": lambda refund, till: approve(refund.pk, "staff", till.scene.runtime),
    "refuse the address": lambda refund, till: refuse_address(
        refund.pk, "no", "staff", till.scene.runtime
    ),
    "decline": lambda refund, till: decline(
        refund.pk, "no", "staff", till.scene.runtime
    ),
    "try again": lambda refund, till: try_again(refund.pk, "staff", till.scene.runtime),
    "ask again": lambda refund, till: ask_again(refund.pk, "staff", till.scene.runtime),
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_coins_on_their_way_are_beyond_every_decision(
    till: Till, decision: str
) -> None:
    refund = till.approved()
    till.send()
    with pytest.raises(RefundError, match="sent"):
        DECISIONS[decision](refund, till)
    assert Refund.objects.get().state == "sent"
