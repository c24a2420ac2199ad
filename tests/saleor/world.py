"""A running Saleor, for the suite of the shop's port to sell in and look into.

Runs inside Saleor's own environment: rows are read with Saleor's models, purchases
are made over HTTP as a storefront makes them.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import graphene
from saleor.checkout.models import Checkout
from saleor.order import OrderStatus
from saleor.order.models import Order
from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionItem

from demo.services.graphql import GraphQL
from demo.services.purchases import ADDRESS, CUSTOMER
from saleor_cryptopay.bridge.app_row import ensure_app
from saleor_cryptopay.bridge.identity import PLUGIN_ID
from saleor_cryptopay.bridge.settings.configuration import read_configuration
from saleor_cryptopay.bridge.transactions_api.refunds import request_key
from saleor_cryptopay.bridge.transactions_api.shop import SaleorShop

CREATE: Final = """mutation($input: CheckoutCreateInput!) {
  checkoutCreate(input: $input) {
    checkout { id totalPrice { gross { amount } } }
    errors { field message code } } }"""

# The channel lets unpaid checkouts become orders while the suite runs.
COMPLETE: Final = """mutation($id: ID!) { checkoutComplete(id: $id) {
  order { id } errors { field message code } } }"""

# The port needs none of these; the settings that reach the gateway may not be empty.
SETTINGS: Final = {
    "api_url": "https://gateway.example/api/v1",
    "api_key": "sk_test_nobody",
    "webhook_secrets": "nobody signs anything with this one",
}


@dataclass(frozen=True, slots=True)
class Goods:
    """What is bought: a variant that needs no shipping, at a price, in a channel."""

    channel: str
    variant_id: str
    price: Decimal


class SaleorWorld:
    """Implements `tests.conformance.world.World`."""

    def __init__(self, api: GraphQL, goods: Goods) -> None:
        items = [{"name": name, "value": value} for name, value in SETTINGS.items()]
        self.shop = SaleorShop(read_configuration(items))
        self._api = api
        self._goods = goods

    def make_checkout(self, total: Decimal) -> str:
        key = _key(self._create_checkout(total))
        return _transaction(checkout=Checkout.objects.get(pk=key))

    def make_order(self, total: Decimal) -> str:
        checkout_id = self._create_checkout(total)
        payload = self._api.mutate(COMPLETE, {"id": checkout_id})
        key = _key(payload["order"]["id"])
        return _transaction(order=Order.objects.get(pk=key))

    def delete_checkout(self, reference: str) -> None:
        _item(reference).checkout.delete()

    def paid(self, reference: str) -> Decimal:
        return Decimal(_item(reference).charged_value)

    def pending(self, reference: str) -> Decimal:
        return Decimal(_item(reference).charge_pending_value)

    def ask_refund(self, reference: str, amount: Decimal) -> str:
        item = _item(reference)
        event = item.events.create(
            type=TransactionEventType.REFUND_REQUEST,
            amount_value=amount,
            currency=item.currency,
        )
        return request_key(event)

    def refunded(self, reference: str) -> Decimal:
        return Decimal(_item(reference).refunded_value)

    def refund_pending(self, reference: str) -> Decimal:
        return Decimal(_item(reference).refund_pending_value)

    def notices(self, reference: str) -> list[str]:
        events = _item(reference).events.filter(type=TransactionEventType.INFO)
        return list(events.order_by("pk").values_list("message", flat=True))

    def is_order(self, reference: str) -> bool:
        return _item(reference).order is not None

    def is_canceled(self, reference: str) -> bool:
        order = _item(reference).order
        return order is not None and order.status == OrderStatus.CANCELED

    def _create_checkout(self, total: Decimal) -> str:
        quantity, rest = divmod(total, self._goods.price)
        assert rest == 0
        wanted = {
            "channel": self._goods.channel,
            "email": CUSTOMER,
            "billingAddress": ADDRESS,
            "lines": [{"quantity": int(quantity), "variantId": self._goods.variant_id}],
        }
        checkout = self._api.mutate(CREATE, {"input": wanted})["checkout"]
        assert Decimal(str(checkout["totalPrice"]["gross"]["amount"])) == total
        return str(checkout["id"])


def _key(global_id: str) -> str:
    return str(graphene.Node.from_global_id(global_id)[1])


def _transaction(**source: Any) -> str:
    """Make the transaction that `transactionInitialize` makes for our payments."""
    (owner,) = source.values()
    item = TransactionItem.objects.create(
        **source,
        currency=owner.currency,
        app=ensure_app(),
        app_identifier=PLUGIN_ID,
    )
    return str(item.token)


def _item(reference: str) -> Any:
    return TransactionItem.objects.get(token=reference)
