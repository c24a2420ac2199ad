"""Which unpaid orders are canceled when their payment expires, and what that frees."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from demo.services.purchases import Purchase

from .shell import Shell
from .shopping import SOON, Session, wait_until
from .staffing import Staff

USDT = {"asset": "usdt@ethereum"}
CODE = "ONCE"

# Staff pack the order in a channel where somebody else approves what is sent.
PACK = """
import graphene
from django.contrib.sites.models import Site
from saleor.order.actions import create_fulfillments
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager

order = Order.objects.get(pk=graphene.Node.from_global_id(order_id)[1])
lines = {}
for line in order.lines.all():
    stock = line.allocations.get().stock
    lines[stock.warehouse_id] = [{"order_line": line, "quantity": line.quantity}]
create_fulfillments(
    None,
    None,
    order,
    lines,
    get_plugins_manager(allow_replica=False),
    Site.objects.get_current().settings,
    notify_customer=False,
    auto_approved=False,
)
"""

# What another gateway's app leaves behind when it sends a customer to their bank.
TO_THE_BANK = """
import graphene
from saleor.order.models import Order

order = Order.objects.get(pk=graphene.Node.from_global_id(order_id)[1])
card = order.payment_transactions.create(
    currency="USD", app_identifier="cards.example", name="Card"
)
for kind in kinds:
    card.events.create(
        type=kind,
        amount_value=12,
        currency="USD",
        app_identifier="cards.example",
        psp_reference="3ds",
    )
"""
TWO_HOURS_LATER = """
from datetime import timedelta

import graphene
from django.utils import timezone
from saleor.order.models import Order
from saleor.payment.models import TransactionEvent

from saleor_cryptopay.models import Effect

now = timezone.now()
order_pk = graphene.Node.from_global_id(order_id)[1]
cards = TransactionEvent.objects.filter(
    transaction__order_id=order_pk, app_identifier="cards.example"
)
cards.update(created_at=now - timedelta(hours=2))
Effect.objects.filter(payment__token=token, done_at=None).update(next_attempt_at=now)
"""
CANCELLATION = """
import json

from saleor_cryptopay.models import Effect

effects = Effect.objects.filter(payment__token=token, kind="cancel_order")
fields = ("done_at", "attempts", "note")
print(json.dumps(list(effects.values(*fields)), default=str))
"""

VOUCHER = """
from saleor.discount.models import Voucher

Voucher.objects.filter(codes__code=voucher).update(**rules)
"""
USES = """
import json

from saleor.discount.models import VoucherCode, VoucherCustomer

row = VoucherCode.objects.get(code=voucher)
people = VoucherCustomer.objects.filter(voucher_code=row).count()
print(json.dumps([row.used, row.is_active, people]))
"""


class Case:
    """An unpaid order with a payment in coins that nobody makes."""

    def __init__(
        self, staff: Staff, shell: Shell, order: Purchase, session: Session
    ) -> None:
        self.staff, self.shell = staff, shell
        self.order, self.session = order, session
        self.token = session.payment["token"]

    def expire(self) -> None:
        self.shell.expire(self.token)

    def send_to_the_bank(self, *kinds: str) -> None:
        self.shell.run(TO_THE_BANK, order_id=self.order.id, kinds=kinds)

    def cancellation(self) -> dict[str, Any]:
        """Return how our cancellation stands, as soon as it was tried."""
        wait_until(lambda: any(row["attempts"] for row in self._rows()), SOON, "a try")
        (row,) = self._rows()
        return row

    def wait_two_hours(self) -> None:
        self.shell.run(TWO_HOURS_LATER, order_id=self.order.id, token=self.token)
        self.shell.beat("deliver_effects")

    def status(self) -> str:
        return str(self.staff.order(self.order.id)["status"])

    def wait_for_cancellation(self) -> None:
        wait_until(lambda: self.status() == "CANCELED", SOON, "an end")

    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(
            self.shell.run(CANCELLATION, token=self.token)
        )
        return rows


@pytest.fixture
def case(staff: Staff, shell: Shell) -> Case:
    """Have staff make an order, and the customer ask how to pay it."""
    order = staff.shopper.unpaid_order()
    return Case(staff, shell, order, staff.shopper.initialize(order, USDT))


def test_an_order_that_is_packed_and_waits_for_approval_is_left_alone(
    case: Case,
) -> None:
    case.shell.run(PACK, order_id=case.order.id)
    case.expire()
    assert case.cancellation()["note"] == "left alone"
    assert case.status() == "UNFULFILLED"


def test_an_order_waits_for_a_customer_who_is_at_their_bank(case: Case) -> None:
    case.send_to_the_bank("charge_request", "charge_action_required")
    case.expire()
    found = case.cancellation()
    assert "another payment" in found["note"]
    assert found["done_at"] is None
    assert case.status() == "UNFULFILLED"
    # The bank never said a word.
    case.wait_two_hours()
    case.wait_for_cancellation()


@pytest.mark.parametrize("kind", ["charge_failure", "authorization_failure"])
def test_an_order_waits_for_nobody_whom_the_bank_has_refused(
    case: Case, kind: str
) -> None:
    begun = kind.replace("failure", "action_required")
    case.send_to_the_bank(begun, kind)
    case.expire()
    case.wait_for_cancellation()


def test_an_order_waits_for_a_customer_at_their_bank_a_second_time(case: Case) -> None:
    case.send_to_the_bank(
        "charge_action_required", "charge_failure", "charge_action_required"
    )
    case.expire()
    assert case.cancellation()["done_at"] is None
    assert case.status() == "UNFULFILLED"
    case.wait_two_hours()
    case.wait_for_cancellation()


def test_an_order_that_expires_while_the_plugin_is_off_is_canceled_once_it_is_on(
    case: Case,
) -> None:
    case.staff.switch_plugin(is_active=False)
    try:
        case.expire()
        assert case.status() == "UNFULFILLED"
    finally:
        case.staff.switch_plugin(is_active=True)
    case.shell.beat("reconcile")
    case.wait_for_cancellation()


@pytest.fixture
def _accepting(staff: Staff) -> Iterator[None]:
    """Let coins count that come after the deadline."""
    staff.shopper.configure(late_payments="accept")
    yield
    staff.shopper.configure(late_payments="review")


@pytest.mark.usefixtures("_accepting")
def test_coins_that_come_while_an_order_waits_keep_it(case: Case) -> None:
    case.send_to_the_bank("charge_action_required")
    case.expire()
    case.cancellation()
    shopper = case.staff.shopper
    shopper.send(case.session)
    shopper.sandbox.mine()
    shopper.wait_for_status(case.session, "confirmed", SOON)
    case.wait_two_hours()
    shopper.wait_for_order(case.session, SOON)
    assert case.status() == "UNFULFILLED"


@pytest.mark.parametrize(
    ("rules", "before"),
    [
        ({"usage_limit": 1}, [1, True, 0]),
        ({"single_use": True}, [0, False, 0]),
        ({"apply_once_per_customer": True}, [0, True, 1]),
    ],
)
def test_a_voucher_can_be_used_again_once_its_order_is_canceled(
    staff: Staff, shell: Shell, rules: dict[str, object], before: list[object]
) -> None:
    staff.set_orders(allowUnpaidOrders=True)
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    code = f"{CODE}-{'-'.join(rules)}"
    staff.make_voucher(code)
    shell.run(VOUCHER, voucher=code, rules=rules)
    staff.redeem(checkout, code)
    session = shopper.initialize(checkout, USDT)
    case = Case(staff, shell, staff.complete(checkout), session)
    assert json.loads(shell.run(USES, voucher=code)) == before
    case.expire()
    case.wait_for_cancellation()
    assert json.loads(shell.run(USES, voucher=code)) == [0, True, 0]
