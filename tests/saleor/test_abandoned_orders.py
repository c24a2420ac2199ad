"""Which unpaid orders are canceled when their payment expires, and what that frees."""

import json
from typing import Any

import pytest

from demo.services.purchases import Purchase

from .shell import Shell
from .shopping import SOON, Session, wait_until
from .staffing import Staff

USDT = {"asset": "usdt@ethereum"}

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

CANCELLATION = """
import json

from saleor_cryptopay.models import Effect

effects = Effect.objects.filter(payment__token=token, kind="cancel_order")
fields = ("done_at", "attempts", "note")
print(json.dumps(list(effects.values(*fields)), default=str))
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

    def cancellation(self) -> dict[str, Any]:
        """Return how our cancellation stands, as soon as it was tried."""
        wait_until(lambda: any(row["attempts"] for row in self._rows()), SOON, "a try")
        (row,) = self._rows()
        return row

    def status(self) -> str:
        return str(self.staff.order(self.order.id)["status"])

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
