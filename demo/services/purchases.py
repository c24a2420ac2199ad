"""What a storefront does for a customer, up to the point where money is needed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .catalogue import Catalogue, Item
from .saleor import RunningSaleor

CUSTOMER = "customer@example.com"
ADDRESS = {
    "firstName": "Ada",
    "lastName": "Customer",
    "streetAddress1": "1600 Pennsylvania Avenue NW",
    "city": "Washington",
    "postalCode": "20500",
    "country": "US",
    "countryArea": "DC",
}


@dataclass(frozen=True, slots=True)
class Purchase:
    """A checkout or an order that can be paid.

    Attributes:
        id: Saleor's id of it.
        total: what it costs, in `currency`.
        currency: ISO 4217.
    """

    id: str
    total: Decimal
    currency: str


def create_checkout(
    saleor: RunningSaleor,
    catalogue: Catalogue,
    item: Item | None = None,
    *,
    quantity: int = 1,
) -> Purchase:
    """Make a checkout with all that an order needs but money.

    Without an item it is the shirt, sent by the first way that Saleor offers.

    Raises:
        GraphQLError: Saleor refused.
    """
    chosen = item or catalogue.shirt
    wanted = {
        "channel": catalogue.channel,
        "email": CUSTOMER,
        "lines": [{"quantity": quantity, "variantId": chosen.variant_id}],
        "billingAddress": ADDRESS,
        **({"shippingAddress": ADDRESS} if chosen.is_shipped else {}),
    }
    payload = saleor.api.mutate(
        """mutation($input: CheckoutCreateInput!) { checkoutCreate(input: $input) {
             checkout { id shippingMethods { id }
                        totalPrice { gross { amount currency } } }
             errors { field message code } } }""",
        {"input": wanted},
    )
    checkout = payload["checkout"]
    if chosen.is_shipped:
        checkout = _choose_delivery(saleor, checkout)
    total = checkout["totalPrice"]["gross"]
    return Purchase(checkout["id"], Decimal(total["amount"]), total["currency"])


def _choose_delivery(saleor: RunningSaleor, checkout: dict[str, Any]) -> dict[str, Any]:
    payload = saleor.api.mutate(
        """mutation($id: ID!, $method: ID!) {
             checkoutDeliveryMethodUpdate(id: $id, deliveryMethodId: $method) {
               checkout { id totalPrice { gross { amount currency } } }
               errors { field message code } } }""",
        {"id": checkout["id"], "method": checkout["shippingMethods"][0]["id"]},
    )
    chosen: dict[str, Any] = payload["checkout"]
    return chosen
