"""The Payments API as a storefront and staff use it."""

import json
from dataclasses import dataclass
from typing import Any

from demo.services.purchases import Purchase
from demo.services.staff import PLUGIN_ID

from .shopping import Shopper, wait_until

CREATE = """
mutation($id: ID!, $input: PaymentInput!) {
  checkoutPaymentCreate(id: $id, input: $input) {
    payment { id } errors { field message code }
  }
}
"""
COMPLETE = """
mutation($id: ID!, $data: JSONString) {
  checkoutComplete(id: $id, paymentData: $data) {
    order { id } confirmationNeeded confirmationData
    errors { field message code }
  }
}
"""
PAYMENT = """
query($id: ID!) {
  payment(id: $id) {
      id isActive chargeStatus total { amount } capturedAmount { amount }
      transactions { kind isSuccess token error amount { amount } }
      order { id number chargeStatus paymentStatus totalBalance { amount }
              events { type message } }
  }
}
"""
GATEWAYS = """
query($id: ID!) {
  checkout(id: $id) {
    availablePaymentGateways { id name currencies config { field value } }
  }
}
"""
REQUESTS = {
    kind: f"""mutation($id: ID!) {{ payment{kind}(paymentId: $id) {{
                payment {{ id }} errors {{ field message code }} }} }}"""
    for kind in ("Capture", "Refund", "Void")
}


@dataclass(frozen=True)
class Counter:
    """Pays through the Payments API."""

    shopper: Shopper

    def gateways(self, purchase: Purchase) -> list[dict[str, Any]]:
        """List the gateways that a checkout is offered."""
        found = self.shopper.saleor.graphql(GATEWAYS, {"id": purchase.id})
        rows: list[dict[str, Any]] = found["checkout"]["availablePaymentGateways"]
        return rows

    def create(self, purchase: Purchase, **changes: object) -> str:
        """Announce a payment and return its id."""
        wanted = {"gateway": PLUGIN_ID, "amount": str(purchase.total), **changes}
        reply = self.shopper.saleor.api.mutate(
            CREATE, {"id": purchase.id, "input": wanted}
        )
        return str(reply["payment"]["id"])

    def complete(
        self, purchase: Purchase, asset: str | None = "usdt@ethereum"
    ) -> dict[str, Any]:
        """Ask for the order and return the answer."""
        data = json.dumps({"asset": asset}) if asset else None
        return self.shopper.saleor.api.mutate(
            COMPLETE, {"id": purchase.id, "data": data}
        )

    def ask(self, purchase: Purchase, asset: str | None = "usdt@ethereum") -> Any:
        """Ask for the order and return what has to be confirmed."""
        reply = self.complete(purchase, asset)
        assert reply["confirmationNeeded"] is True
        return json.loads(reply["confirmationData"])

    def request(self, kind: str, payment_id: str) -> None:
        """Ask for what staff ask: Capture, Refund or Void."""
        self.shopper.saleor.api.mutate(
            REQUESTS[kind], {"id": payment_id}, self.shopper.saleor.staff_token()
        )

    def payment(self, payment_id: str) -> dict[str, Any]:
        """Read what staff see of a payment."""
        token = self.shopper.saleor.staff_token()
        found = self.shopper.saleor.graphql(PAYMENT, {"id": payment_id}, token)
        node: dict[str, Any] = found["payment"]
        return node

    def send(self, payment: dict[str, Any], amount: str | None = None) -> None:
        """Send coins that become final at once."""
        coins = amount or payment["amount"]
        self.shopper.sandbox.pay(payment["address"], coins)
        self.shopper.sandbox.mine()

    def wait_for_order(self, payment_id: str, seconds: int) -> dict[str, Any]:
        """Wait for the paid order, without asking for anything but a look."""
        wait_until(
            lambda: (
                (self.payment(payment_id)["order"] or {}).get("chargeStatus") == "FULL"
            ),
            seconds,
            "a paid order",
        )
        order: dict[str, Any] = self.payment(payment_id)["order"]
        return order
