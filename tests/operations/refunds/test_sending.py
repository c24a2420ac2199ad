"""Sending: one order for each refund, by whomever and however often it is tried."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.errors import RetryableError
from saleor_cryptopay.core.refund_rules import RefundMode
from saleor_cryptopay.gateways.base import Environment
from saleor_cryptopay.gateways.payouts import Withdrawal
from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations.refunds.approval import try_again
from tests.conformance.told import at_once

from .conftest import WALLET, Till
from .lagging import Lagging


def test_what_is_approved_is_ordered_once(till: Till) -> None:
    till.approved()
    assert (till.send(), till.send()) == (1, 0)
    (order,) = till.orders()
    assert (order["amount"], order["to_address"]) == ("50.1", WALLET)
    assert Refund.objects.get().gateway_id == order["id"]
    assert Refund.objects.get().state == "sent"


def test_what_is_not_approved_is_not_ordered(till: Till) -> None:
    till.ask(till.paid())
    till.name(till.ask(till.paid(), key="2"))
    assert (till.send(), till.orders()) == (0, [])


def test_while_refunds_are_off_nothing_is_ordered(till: Till) -> None:
    till.approved()
    till.rules(mode=RefundMode.OFF)
    assert (till.send(), till.orders()) == (0, [])
    assert Refund.objects.get().state == "approved"


@pytest.mark.parametrize("fault", ["no_permission", "refuse_key", "error_200"])
def test_what_the_gateway_refuses_has_failed(till: Till, fault: str) -> None:
    payment = till.paid()
    refund = till.approved(payment)
    till.scene.sandbox.control("faults", kind=fault, count=1, method="POST")
    assert till.send() == 0
    refund.refresh_from_db()
    assert (refund.state, till.orders()) == ("failed", [])
    till.tell()
    assert till.told(payment) == ["refund_begun", "refund_failure"]


def test_more_than_there_is_in_the_wallet_has_failed(till: Till) -> None:
    payment = till.paid("1001", total="1001")
    till.approved(payment)
    assert till.send() == 0
    refund = Refund.objects.get()
    assert refund.state == "failed"
    assert "Insufficient balance" in refund.entries.latest("number").note


def test_a_refund_that_failed_is_tried_again_under_a_name_of_its_own(
    till: Till,
) -> None:
    payment = till.paid()
    refund = till.approved(payment)
    till.scene.sandbox.control("faults", kind="no_permission", count=1, method="POST")
    till.send()
    try_again(refund.pk, "staff", till.scene.runtime)
    assert till.send() == 1
    till.tell()
    assert till.told(payment) == ["refund_begun", "refund_failure", "refund_begun"]
    names = {
        credit.reference
        for kind, _, credit in till.scene.shop.told.values()
        if kind == "refund_begun" and credit
    }
    assert names == {f"refund:{refund.pk}", f"refund:{refund.pk}:2"}


def test_before_a_second_order_the_first_is_looked_for(till: Till) -> None:
    """A refusal that was none: the gateway took the order and said it had not."""
    refund = till.approved()
    till.scene.sandbox.control("faults", kind="no_permission", count=1, method="POST")
    till.send()
    order = till.payouts.send(
        refund.asset, 50_100_000, WALLET, metadata={"refund": str(refund.pk)}
    )
    try_again(refund.pk, "staff", till.scene.runtime)
    assert till.send() == 1
    assert len(till.orders()) == 1
    refund.refresh_from_db()
    assert refund.gateway_id == order.id


def test_a_shop_restored_from_a_backup_orders_nothing_again(till: Till) -> None:
    """Its books do not know of the order, nor does a copy of the shop."""
    refund = till.approved()
    order = till.payouts.send(
        refund.asset, 50_100_000, WALLET, metadata={"refund": str(refund.pk)}
    )
    till.scene.clock.shift += timedelta(days=3)
    assert till.send() == 1
    refund.refresh_from_db()
    assert (refund.state, refund.gateway_id) == ("sent", order.id)
    assert len(till.orders()) == 1


@pytest.mark.parametrize(
    ("fault", "state"), [("no_permission", "failed"), ("unavailable", "approved")]
)
def test_without_the_list_of_orders_nothing_is_ordered(
    till: Till, fault: str, state: str
) -> None:
    refund = till.approved()
    till.scene.sandbox.control("faults", kind=fault, method="GET")
    assert (till.send(), till.orders()) == (0, [])
    refund.refresh_from_db()
    assert refund.state == state


def test_an_order_that_failed_is_not_taken_for_the_next_one(till: Till) -> None:
    refund = till.approved()
    till.send()
    (order,) = till.orders()
    till.lose(order["id"], "failed")
    till.follow()
    try_again(refund.pk, "staff", till.scene.runtime)
    assert till.send() == 1
    refund.refresh_from_db()
    assert refund.gateway_id != order["id"]
    assert len(till.orders()) == 2


@pytest.mark.django_db(transaction=True)
def test_many_processes_at_once_make_one_order(till: Till) -> None:
    till.approved()
    assert sorted(at_once([till.send] * 4)) == [0, 0, 0, 1]
    assert len(till.orders()) == 1


def test_a_gateway_of_another_environment_is_not_asked(till: Till) -> None:
    class Live(Lagging):
        def send(
            self,
            asset: Asset,  # noqa: ARG002 - the port's
            units: int,  # noqa: ARG002 - the port's
            address: str,  # noqa: ARG002 - the port's
            *,
            metadata: Mapping[str, str],  # noqa: ARG002 - the port's
        ) -> Withdrawal:
            raise RetryableError("It was asked.")

    till.approved()
    till.payouts = Live(till.payouts, environment=Environment.LIVE)
    assert till.send() == 0
    assert Refund.objects.get().state == "approved"
