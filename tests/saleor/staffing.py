"""What staff do to orders, transactions and channels, over GraphQL."""

from dataclasses import dataclass
from typing import Any

from demo.services.purchases import Purchase
from demo.services.staff import PLUGIN_ID, configure_plugin, set_order_settings

from .shopping import PROCESS, SOON, Session, Shopper, wait_until

INITIALIZE_PART = """
mutation($id: ID!, $gateway: String!, $data: JSON, $amount: PositiveDecimal) {
  transactionInitialize(id: $id, amount: $amount,
                        paymentGateway: {id: $gateway, data: $data}) {
    transaction { id }
    transactionEvent { type message amount { amount } }
    data errors { field message code }
  }
}
"""
REQUEST = """
mutation($id: ID!, $action: TransactionActionEnum!, $amount: PositiveDecimal) {
  transactionRequestAction(id: $id, actionType: $action, amount: $amount) {
    errors { field message code }
  }
}
"""
GRANT = """
mutation($id: ID!, $transaction: ID!) {
  orderGrantRefundCreate(id: $id, input: {amount: 5, transactionId: $transaction}) {
    grantedRefund { id } errors { field message code }
  }
}
"""
REFUND_GRANT = """
mutation($grant: ID!, $transaction: ID!) {
  transactionRequestRefundForGrantedRefund(grantedRefundId: $grant, id: $transaction) {
    errors { field message code }
  }
}
"""
ORDER = """
query($id: ID!) {
  order(id: $id) {
    status chargeStatus isPaid totalBalance { amount } metadata { key value }
    events { type message } grantedRefunds { status }
  }
}
"""
CHANNEL = """
mutation($id: ID!, $input: ChannelUpdateInput!) {
  channelUpdate(id: $id, input: $input) { errors { field message code } }
}
"""
COMPLETE = """
mutation($id: ID!) {
  checkoutComplete(id: $id) { order { id } errors { field message code } }
}
"""
CANCEL_ORDER = """
mutation($id: ID!) { orderCancel(id: $id) { errors { field message code } } }
"""
MARK_AS_PAID = """
mutation($id: ID!) { orderMarkAsPaid(id: $id) { errors { field message code } } }
"""
SET_STOCK = """
mutation($id: ID!, $stocks: [StockInput!]!) {
  productVariantStocksUpdate(variantId: $id, stocks: $stocks) {
    errors { field message code }
  }
}
"""
VOUCHER = """
mutation($code: String!) {
  voucherCreate(input: {addCodes: [$code], name: $code, type: ENTIRE_ORDER,
                        discountValueType: FIXED}) {
    voucher { id } errors { field message code }
  }
}
"""
VOUCHER_LISTING = """
mutation($id: ID!, $channel: ID!) {
  voucherChannelListingUpdate(
    id: $id, input: {addChannels: [{channelId: $channel, discountValue: 10}]}
  ) { errors { field message code } }
}
"""
GIFT_CARD = """
mutation {
  giftCardCreate(input: {balance: {amount: 10, currency: "USD"}, isActive: true}) {
    giftCard { code } errors { field message code }
  }
}
"""
PROMO = """
mutation($id: ID!, $code: String!) {
  checkoutAddPromoCode(id: $id, promoCode: $code) {
    checkout { totalPrice { gross { amount } } totalBalance { amount } }
    errors { field message code }
  }
}
"""
APPS = "{ apps(first: 50) { edges { node { id name } } } }"
DELETE_APP = """
mutation($id: ID!) { appDelete(id: $id) { errors { field message code } } }
"""
WAREHOUSES = "{ warehouses(first: 1) { edges { node { id } } } }"


@dataclass(frozen=True)
class Staff:
    """Works in the shop that a shopper buys in."""

    shopper: Shopper

    def initialize_part(self, purchase: Purchase, amount: str) -> Session:
        """Have a storefront ask for a payment of a part in USDT."""
        reply = self.shopper.saleor.api.mutate(
            INITIALIZE_PART,
            {
                "id": purchase.id,
                "gateway": PLUGIN_ID,
                "data": {"asset": "usdt@ethereum"},
                "amount": amount,
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
        reply = self.shopper.saleor.api.mutate(COMPLETE, {"id": purchase.id})
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
        self._do(REQUEST, id=session.transaction, action=action, amount=amount)

    def refund_by_grant(self, order_id: str, session: Session) -> None:
        """Grant a refund of 5 and ask for it."""
        reply = self._do(GRANT, id=order_id, transaction=session.transaction)
        grant = reply["grantedRefund"]["id"]
        self._do(REFUND_GRANT, grant=grant, transaction=session.transaction)

    def order(self, order_id: str) -> dict[str, Any]:
        """Read an order as staff see it."""
        token = self.shopper.saleor.staff_token()
        found = self.shopper.saleor.graphql(ORDER, {"id": order_id}, token)
        order: dict[str, Any] = found["order"]
        return order

    def cancel(self, order_id: str) -> None:
        """Cancel an order."""
        self._do(CANCEL_ORDER, id=order_id)

    def mark_as_paid(self, order_id: str) -> None:
        """Say that an order was paid in another way."""
        self._do(MARK_AS_PAID, id=order_id)

    def set_channel(self, **settings: object) -> None:
        """Change the channel."""
        self._do(CHANNEL, id=self.shopper.catalogue.channel_id, input=settings)

    def set_orders(self, **settings: bool) -> None:
        """Change how the channel makes orders."""
        set_order_settings(self.shopper.saleor, self.shopper.catalogue, **settings)

    def set_stock(self, variant_id: str, quantity: int) -> None:
        """Change how many of a variant there are."""
        token = self.shopper.saleor.staff_token()
        found = self.shopper.saleor.graphql(WAREHOUSES, token=token)
        warehouse = found["warehouses"]["edges"][0]["node"]["id"]
        stocks = [{"warehouse": warehouse, "quantity": quantity}]
        self._do(SET_STOCK, id=variant_id, stocks=stocks)

    def make_voucher(self, code: str) -> None:
        """Make a voucher of 10 on the whole order."""
        voucher = self._do(VOUCHER, code=code)["voucher"]["id"]
        self._do(VOUCHER_LISTING, id=voucher, channel=self.shopper.catalogue.channel_id)

    def make_gift_card(self) -> str:
        """Make a gift card of 10 and return its code."""
        return str(self._do(GIFT_CARD)["giftCard"]["code"])

    def redeem(self, checkout: Purchase, code: str) -> dict[str, Any]:
        """Have a storefront add a voucher or gift card to a checkout."""
        reply = self.shopper.saleor.api.mutate(PROMO, {"id": checkout.id, "code": code})
        found: dict[str, Any] = reply["checkout"]
        return found

    def switch_plugin(self, *, is_active: bool) -> None:
        """Switch the plugin on or off."""
        configure_plugin(self.shopper.saleor, {}, is_active=is_active)

    def delete_app(self) -> None:
        """Delete the plugin's row among the apps."""
        token = self.shopper.saleor.staff_token()
        found = self.shopper.saleor.graphql(APPS, token=token)
        (app,) = [
            edge["node"]["id"]
            for edge in found["apps"]["edges"]
            if edge["node"]["name"] == "Cryptocurrency payments"
        ]
        self._do(DELETE_APP, id=app)

    def _do(self, mutation: str, **variables: object) -> dict[str, Any]:
        token = self.shopper.saleor.staff_token()
        return self.shopper.saleor.api.mutate(mutation, variables, token)
