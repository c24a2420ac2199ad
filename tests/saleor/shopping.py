"""A storefront, a customer and the chain, all over HTTP."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from demo.services.catalogue import Catalogue
from demo.services.purchases import Purchase, create_checkout
from demo.services.saleor import RunningSaleor
from demo.services.staff import PLUGIN_ID, configure_plugin, create_unpaid_order
from tests.playing import Sandbox

# A webhook's way is seconds; a poll's at most two rounds of beat.
SOON = 30
TWO_POLLS = 150

INITIALIZE = """
mutation($id: ID!, $gateway: String!, $data: JSON, $key: String) {
  transactionInitialize(id: $id, idempotencyKey: $key,
                        paymentGateway: {id: $gateway, data: $data}) {
    transaction { id token }
    transactionEvent { type message amount { amount } }
    data
    errors { field message code }
  }
}
"""
PROCESS = """
mutation($id: ID!, $data: JSON) {
  transactionProcess(id: $id, data: $data) {
    transactionEvent { type message } data errors { field message code }
  }
}
"""
TRANSACTION = """
query($id: ID!) {
  transaction(id: $id) {
    name externalUrl
    chargedAmount { amount } chargePendingAmount { amount }
    events { type pspReference message amount { amount } externalUrl }
    order { id number status chargeStatus paymentStatus
            totalBalance { amount } events { type } }
  }
}
"""
OFFER = """
mutation($id: ID!, $gateways: [PaymentGatewayToInitialize!]) {
  paymentGatewayInitialize(id: $id, paymentGateways: $gateways) {
    gatewayConfigs { id data errors { message } } errors { message }
  }
}
"""


@dataclass(frozen=True)
class Session:
    """What `transactionInitialize` answered."""

    transaction: str
    event: dict[str, Any]
    data: dict[str, Any]

    @property
    def payment(self) -> dict[str, Any]:
        """What the storefront shows the customer."""
        found: dict[str, Any] = self.data["payment"]
        return found


@dataclass(frozen=True)
class Shopper:
    """Buys in one Saleor, pays in one sandbox."""

    saleor: RunningSaleor
    catalogue: Catalogue
    sandbox: Sandbox

    def checkout(self) -> Purchase:
        """Fill a checkout up to the payment."""
        return create_checkout(self.saleor, self.catalogue)

    def unpaid_order(self) -> Purchase:
        """Have staff make an order that waits for its payment."""
        return create_unpaid_order(self.saleor, self.catalogue)

    def configure(self, **settings: str) -> None:
        """Save the plugin's form."""
        configure_plugin(self.saleor, settings)

    def offer(self, purchase: Purchase) -> dict[str, Any]:
        """Ask which coins are on offer."""
        reply = self.saleor.api.mutate(
            OFFER, {"id": purchase.id, "gateways": [{"id": PLUGIN_ID}]}
        )
        (config,) = reply["gatewayConfigs"]
        found: dict[str, Any] = config
        return found

    def initialize(
        self, purchase: Purchase, data: object = None, key: str | None = None
    ) -> Session:
        """Ask for a payment."""
        reply = self.saleor.api.mutate(
            INITIALIZE,
            {"id": purchase.id, "gateway": PLUGIN_ID, "data": data, "key": key},
        )
        transaction = reply["transaction"]["id"]
        return Session(transaction, reply["transactionEvent"], reply["data"])

    def process(self, session: Session, data: object = None) -> dict[str, Any]:
        """Ask again, as a storefront that polls does."""
        return self.saleor.api.mutate(
            PROCESS, {"id": session.transaction, "data": data}
        )

    def send(self, session: Session, amount: str | None = None) -> str:
        """Send coins, by default as many as are asked for; not yet in a block."""
        payment = session.payment
        coins = amount or payment["amount"]
        return str(self.sandbox.pay(payment["address"], coins)["id"])

    def status(self, session: Session) -> dict[str, Any]:
        """Read the status that the page polls."""
        reply = httpx.get(session.payment["status_url"], timeout=30)
        reply.raise_for_status()
        found: dict[str, Any] = reply.json()
        return found

    def transaction(self, session: Session) -> dict[str, Any]:
        """Read what staff see of the transaction."""
        found = self.saleor.graphql(
            TRANSACTION, {"id": session.transaction}, self.saleor.staff_token()
        )
        transaction: dict[str, Any] = found["transaction"]
        return transaction

    def events(self, session: Session, kind: str) -> list[dict[str, Any]]:
        """Return the transaction's events of one type."""
        events = self.transaction(session)["events"]
        return [event for event in events if event["type"] == kind]

    def wait_for_status(self, session: Session, status: str, seconds: int) -> None:
        """Poll until the payment has a status."""
        wait_until(lambda: self.status(session)["status"] == status, seconds, status)

    def wait_for_order(self, session: Session, seconds: int) -> dict[str, Any]:
        """Wait for the paid order, without asking for anything but a look."""
        wait_until(
            lambda: (
                (self.transaction(session)["order"] or {}).get("chargeStatus") == "FULL"
            ),
            seconds,
            "a paid order",
        )
        order: dict[str, Any] = self.transaction(session)["order"]
        return order


def wait_until(is_so: Callable[[], bool], seconds: int, what: str) -> None:
    """Wait until something is so, or fail in words."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.5)
