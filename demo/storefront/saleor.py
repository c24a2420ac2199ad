"""A real Saleor, over the GraphQL that any storefront speaks."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from demo.services.catalogue import Catalogue
from demo.services.graphql import GraphQLError
from demo.services.purchases import create_checkout
from demo.services.saleor import RunningSaleor
from demo.services.staff import PLUGIN_ID, create_unpaid_order

from .answers import open_payment
from .shops import Kind, Offer, OpenPayment, Product, ShopRefusalError, Standing

OFFERS = """mutation($id: ID!, $gateway: String!) {
  paymentGatewayInitialize(id: $id, paymentGateways: [{id: $gateway}]) {
    gatewayConfigs { id data errors { message } } errors { field message code } } }"""

PAY = """mutation($id: ID!, $gateway: String!, $data: JSON!) {
  transactionInitialize(id: $id, paymentGateway: {id: $gateway, data: $data}) {
    transaction { id } data errors { field message code } } }"""

CHECKOUT = """query($id: ID!) { checkout(id: $id) {
  chargeStatus totalPrice { gross { amount currency } } } }"""

# The answer to a checkout that is an order already: that order.
COMPLETE = """mutation($id: ID!) { checkoutComplete(id: $id) {
  order { id } errors { field message code } } }"""

ORDER = """query($id: ID!) { order(id: $id) {
  number status chargeStatus totalRefunded { amount }
  total { gross { amount currency } } } }"""

PAID = ("FULL", "OVERCHARGED")


@dataclass
class SaleorShop:
    """Implements `shops.Shop` on a Saleor.

    Attributes:
        saleor: the shop.
        catalogue: what it sells.
    """

    saleor: RunningSaleor
    catalogue: Catalogue
    remark: str = ""
    _orders: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is, in words."""
        return f"Saleor {self.saleor.version}"

    def product(self) -> Product:
        """Return what is on sale."""
        shirt = self.catalogue.shirt
        return Product(shirt.name, shirt.price, self.catalogue.currency)

    def start(self, kind: Kind) -> str:
        """Make a checkout as a customer, or an unpaid order as staff do."""
        if kind is Kind.CHECKOUT:
            return create_checkout(self.saleor, self.catalogue).id
        shirt = self.catalogue.shirt
        order_id = create_unpaid_order(self.saleor, self.catalogue, shirt).id
        self._orders[order_id] = order_id
        return order_id

    def offers(self, purchase: str) -> list[Offer]:
        """Return the coins it can be paid with."""
        data = self._mutate(OFFERS, {"id": purchase, "gateway": PLUGIN_ID})
        (config,) = data["gatewayConfigs"]
        if config["errors"]:
            raise ShopRefusalError(config["errors"][0]["message"])
        names = ("asset", "symbol", "name", "network_name", "amount")
        assets = _decoded(config["data"])["assets"]
        return [Offer(**{name: row[name] for name in names}) for row in assets]

    def pay(self, purchase: str, asset: str) -> OpenPayment:
        """Open its payment in a coin."""
        wanted = {"id": purchase, "gateway": PLUGIN_ID, "data": {"asset": asset}}
        payload = self._mutate(PAY, wanted)
        data = _decoded(payload["data"])
        if "error" in data:
            raise ShopRefusalError(data["error"]["message"])
        return open_payment(payload["transaction"]["id"], data["payment"])

    def standing(self, purchase: str) -> Standing:
        """Return how it stands: a paid checkout has become an order."""
        if purchase in self._orders:
            return self._order_standing(self._orders[purchase])
        checkout = self.saleor.graphql(CHECKOUT, {"id": purchase})["checkout"]
        if checkout is None:
            payload = self._mutate(COMPLETE, {"id": purchase})
            self._orders[purchase] = payload["order"]["id"]
            return self._order_standing(self._orders[purchase])
        return Standing(
            title="Checkout",
            total=_money(checkout["totalPrice"]["gross"]),
            is_order=False,
            is_paid=checkout["chargeStatus"] in PAID,
            is_canceled=False,
        )

    def _order_standing(self, order_id: str) -> Standing:
        order = self.saleor.graphql(ORDER, {"id": order_id})["order"]
        return Standing(
            title=f"Order {order['number']}",
            total=_money(order["total"]["gross"]),
            is_order=True,
            is_paid=order["chargeStatus"] in PAID,
            is_canceled=order["status"] == "CANCELED",
            is_refunded=order["totalRefunded"]["amount"] > 0,
        )

    def _mutate(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.saleor.api.mutate(query, variables)
        except GraphQLError as error:
            raise ShopRefusalError(str(error)) from error


def _decoded(data: Any) -> dict[str, Any]:
    """Return a JSON value of Saleor's, which some versions write as text."""
    decoded: dict[str, Any] = json.loads(data) if isinstance(data, str) else data
    return decoded


def _money(money: dict[str, Any]) -> str:
    return f"{Decimal(str(money['amount'])):.2f} {money['currency']}"
