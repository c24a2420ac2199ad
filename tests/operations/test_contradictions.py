"""What the gateway says that cannot all be so: nothing is credited by a guess."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from saleor_cryptopay.core.errors import RefundError
from saleor_cryptopay.core.events import TransferReported, TransferStatus
from saleor_cryptopay.core.refund_rules import RefundMode, RefundRules
from saleor_cryptopay.models import Message, Payment, Refund, Transfer
from saleor_cryptopay.operations import ledger
from saleor_cryptopay.operations.audit import audit
from saleor_cryptopay.operations.descriptions import CONTRADICTED
from saleor_cryptopay.operations.refunds.asking import RefundRequest, ask_refund
from tests.chaos.world import World

CONFIRMED = TransferStatus.CONFIRMED


@pytest.fixture
def world(db: None) -> World:  # noqa: ARG001 - a database
    return World()


def hear(world: World, *reports: TransferReported) -> None:
    """Put reports through the ledger, one after another, and tell the shop."""
    for report in reports:
        world.clock.pause(1)
        ledger.record_transfer(report, world.clock(), world.runtime)
    world.tell()


def final(report: TransferReported, **changes: Any) -> TransferReported:
    return replace(report, status=CONFIRMED, confirmations=99, **changes)


def state(payment: Payment) -> str:
    return Payment.objects.get(pk=payment.pk).state


@pytest.mark.parametrize("change", [{"amount": "0.000001"}, {"coin": "shib"}])
def test_coins_that_become_final_as_other_coins_are_a_case(
    world: World, change: dict[str, str]
) -> None:
    payment = world.open()
    first = world.pay(payment, "50.1").report()
    hear(world, first, *[final(first, **change)] * 3)
    assert (state(payment), world.credited(payment)) == ("needs_review", Decimal(0))
    assert payment.entries.filter(event="review_raised").count() == 1
    message = Message.objects.get(name="needs_review")
    assert message.data["reason"] == CONTRADICTED


def test_a_gateway_that_comes_back_to_what_it_said_is_believed(world: World) -> None:
    payment = world.open()
    first = world.pay(payment, "50.1").report()
    hear(world, first, final(first, amount="5.01"), final(first, amount="50.100"))
    assert state(payment) == "confirmed"
    assert world.credited(payment) == Decimal("50.10")


def test_a_second_output_is_written_down_and_left_to_a_person(world: World) -> None:
    payment = world.open()
    first = final(world.pay(payment, "20").report())
    second = replace(first, transaction_id="tx_other", amount="30.1")
    hear(world, first, second, first, second)
    assert (state(payment), world.credited(payment)) == ("needs_review", Decimal(20))
    rows = Transfer.objects.order_by("index").values_list("index", "verdict", "units")
    assert list(rows) == [(0, "counted", 20_000_000), (1, "repeated", 30_100_000)]


def test_what_was_reported_twice_is_not_given_back_twice(world: World) -> None:
    world.stage.policy = replace(
        world.stage.policy, refunds=RefundRules(RefundMode.APPROVAL)
    )
    payment = world.open()
    first = final(world.pay(payment, "50.1").report())
    hear(world, first, replace(first, transaction_id="tx_other"))
    request = RefundRequest("1", Refund.Source.SET_ASIDE, "staff", Decimal(0))
    with pytest.raises(RefundError):
        ask_refund(payment.pk, request, world.runtime)


def test_the_failure_of_a_second_output_takes_nothing_back(world: World) -> None:
    payment = world.open()
    first = final(world.pay(payment, "50.1").report())
    second = replace(
        first, transaction_id="tx_other", amount="1", status=TransferStatus.FAILED
    )
    hear(world, first, second)
    assert state(payment) == "confirmed"
    assert Transfer.objects.count() == 1


def test_what_is_gone_may_come_under_another_name(world: World) -> None:
    payment = world.open()
    first = world.pay(payment, "50.1").report()
    gone = replace(first, status=TransferStatus.FAILED)
    hear(world, first, gone, final(first, transaction_id="tx_again"), gone)
    assert state(payment) == "confirmed"
    assert world.credited(payment) == Decimal("50.10")


@pytest.mark.parametrize("is_turned", [False, True])
def test_the_audit_counts_each_of_two_outputs(
    world: World,
    is_turned: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    payment = world.open()
    coins = world.pay(payment, "20")
    world.chain.move(coins, CONFIRMED)
    other = replace(coins, id="tx_other", amount="30.1")
    hear(world, coins.report(), other.report())
    rows = {coins.id: coins, other.id: other}
    world.chain.coins = dict(reversed(rows.items())) if is_turned else rows
    result = audit(world.runtime)
    assert result.reported["usdt@ethereum"] == 50_100_000
    assert result.booked["usdt@ethereum"]["reported twice"] == 30_100_000
    assert result.differences == []
