"""What staff do to orders, transactions and channels, over GraphQL."""

from dataclasses import dataclass
from typing import Any

from demo.services.purchases import Purchase
from demo.services.staff import PLUGIN_ID, configure_plugin, set_order_settings

from . import staff_calls
from .shopping import PROCESS, SOON, Session, Shopper, wait_until


@dataclass(frozen=True)
class Staff:
    """Works in the shop that a shopper buys in."""

    shopper: Shopper

    def initialize_part(
        self, purchase: Purchase, amount: str, key: str | None = None
    ) -> Session:
        """Have a storefront ask for a payment of a part in USDT."""
        reply = self.shopper.saleor.api.mutate(
            staff_calls.INITIALIZE_PART,
            {
                "id": purchase.id,
                "gateway": PLUGIN_ID,
                "data": {"asset": "usdt@ethereum"},
                "amount": amount,
                "key": key,
            },
        )
        return Session(
            reply["transaction"]["id"], reply["transactionEvent"], reply["data"]
        )

    def choose(self, session: Session, asset: str) -> Session:
        """Have a storefront choose another coin for a transaction."""
        reply = self.shopper.saleor.api.mutate(
            PROCESS, {"id": session.transaction, "data": {"asset": asset}}
        )
        return Session(session.transaction, reply["transactionEvent"], reply["data"])

    def complete(self, purchase: Purchase) -> Purchase:
        """Have a storefront make the order of a checkout."""
        reply = self.shopper.saleor.api.mutate(
            staff_calls.COMPLETE, {"id": purchase.id}
        )
        return Purchase(reply["order"]["id"], purchase.total, purchase.currency)

    def wait_for_credit(self, session: Session) -> None:
        """Wait until coins are credited."""
        wait_until(
            lambda: bool(self.shopper.events(session, "CHARGE_SUCCESS")),
            SOON,
            "a credit",
        )

    def request(self, session: Session, action: str, amount: str | None = None) -> None:
        """Ask for an action on a transaction."""
        self._do(
            staff_calls.REQUEST, id=session.transaction, action=action, amount=amount
        )

    def refund_by_grant(self, order_id: str, session: Session) -> None:
        """Grant a refund of 5 and ask for it."""
        reply = self._do(
            staff_calls.GRANT, id=order_id, transaction=session.transaction
        )
        grant = reply["grantedRefund"]["id"]
        self._do(staff_calls.REFUND_GRANT, grant=grant, transaction=session.transaction)

    def order(self, order_id: str) -> dict[str, Any]:
        """Read an order as staff see it."""
        token = self.shopper.saleor.staff_token()
        found = self.shopper.saleor.graphql(staff_calls.ORDER, {"id": order_id}, token)
        order: dict[str, Any] = found["order"]
        return order

    def find_orders(self, words: str) -> list[str]:
        """Search the orders, as staff do in the Dashboard; return their ids."""
        token = self.shopper.saleor.staff_token()
        found = self.shopper.saleor.graphql(
            staff_calls.FIND_ORDERS, {"words": words}, token
        )
        return [str(edge["node"]["id"]) for edge in found["orders"]["edges"]]

    def cancel(self, order_id: str) -> None:
        """Cancel an order."""
        self._do(staff_calls.CANCEL_ORDER, id=order_id)

    def add_to_order(self, order_id: str, variant_id: str) -> None:
        """Add one of a variant to an order that is not confirmed yet."""
        self._do(staff_calls.ADD_TO_ORDER, id=order_id, variant=variant_id)

    def remove_from_order(self, order_id: str) -> None:
        """Take the last line off an order that is not confirmed yet."""
        token = self.shopper.saleor.staff_token()
        found = self.shopper.saleor.graphql(staff_calls.LINES, {"id": order_id}, token)
        self._do(staff_calls.REMOVE_FROM_ORDER, id=found["order"]["lines"][-1]["id"])

    def mark_as_paid(self, order_id: str) -> None:
        """Say that an order was paid in another way."""
        self._do(staff_calls.MARK_AS_PAID, id=order_id)

    def record_payment(self, order_id: str, amount: str) -> None:
        """Say that money came for an order in another way."""
        self._do(staff_calls.RECORD_PAYMENT, id=order_id, amount=amount)

    def set_channel(self, **settings: object) -> None:
        """Change the channel."""
        self._do(
            staff_calls.CHANNEL, id=self.shopper.catalogue.channel_id, input=settings
        )

    def set_orders(self, **settings: bool) -> None:
        """Change how the channel makes orders."""
        set_order_settings(self.shopper.saleor, self.shopper.catalogue, **settings)

    def set_stock(self, variant_id: str, quantity: int) -> None:
        """Change how many of a variant there are."""
        token = self.shopper.saleor.staff_token()
        found = self.shopper.saleor.graphql(staff_calls.WAREHOUSES, token=token)
        warehouse = found["warehouses"]["edges"][0]["node"]["id"]
        stocks = [{"warehouse": warehouse, "quantity": quantity}]
        self._do(staff_calls.SET_STOCK, id=variant_id, stocks=stocks)

    def allocated(self, variant_id: str) -> int:
        """Return how many of a variant are kept for orders."""
        token = self.shopper.saleor.staff_token()
        found = self.shopper.saleor.graphql(
            staff_calls.ALLOCATED, {"id": variant_id}, token
        )
        stocks = found["productVariant"]["stocks"]
        return sum(int(stock["quantityAllocated"]) for stock in stocks)

    def make_voucher(self, code: str, discount: str = "10") -> None:
        """Make a voucher on the whole order."""
        voucher = self._do(staff_calls.VOUCHER, code=code)["voucher"]["id"]
        channel = self.shopper.catalogue.channel_id
        self._do(
            staff_calls.VOUCHER_LISTING, id=voucher, channel=channel, discount=discount
        )

    def make_gift_card(self, balance: str = "10") -> str:
        """Make a gift card and return its code."""
        return str(self._do(staff_calls.GIFT_CARD, amount=balance)["giftCard"]["code"])

    def redeem(self, checkout: Purchase, code: str) -> dict[str, Any]:
        """Have a storefront add a voucher or gift card to a checkout."""
        reply = self.shopper.saleor.api.mutate(
            staff_calls.PROMO, {"id": checkout.id, "code": code}
        )
        found: dict[str, Any] = reply["checkout"]
        return found

    def switch_plugin(self, *, is_active: bool) -> None:
        """Switch the plugin on or off."""
        configure_plugin(self.shopper.saleor, {}, is_active=is_active)

    def delete_customer(self, customer_id: str) -> None:
        """Delete a customer's account, and with it what Saleor deletes with it."""
        self._do(staff_calls.DELETE_CUSTOMER, id=customer_id)

    def release_funds(self, *, is_on: bool) -> None:
        """Have Saleor ask for the money of checkouts older than an hour back."""
        self.set_channel(
            paymentSettings={
                "releaseFundsForExpiredCheckouts": is_on,
                "checkoutTtlBeforeReleasingFunds": 1,
            },
        )

    def delete_app(self) -> None:
        """Delete the plugin's row among the apps."""
        self._do(staff_calls.DELETE_APP, id=self._app())

    def switch_app_off(self) -> None:
        """Deactivate the plugin's row among the apps."""
        self._do(staff_calls.DEACTIVATE_APP, id=self._app())

    def _app(self) -> str:
        token = self.shopper.saleor.staff_token()
        found = self.shopper.saleor.graphql(staff_calls.APPS, token=token)
        (app,) = [
            str(edge["node"]["id"])
            for edge in found["apps"]["edges"]
            if edge["node"]["name"] == "Cryptocurrency payments"
        ]
        return app

    def _do(self, mutation: str, **variables: object) -> dict[str, Any]:
        token = self.shopper.saleor.staff_token()
        return self.shopper.saleor.api.mutate(mutation, variables, token)
