"""Something to sell: what staff put into a shop that was just installed.

Saleor's own migrations bring a channel in US dollars, a warehouse, a shipping zone
with a free method, a category and a product type; this adds the goods.
"""

from dataclasses import dataclass
from decimal import Decimal

from .saleor import RunningSaleor

CHANNEL = "default-channel"
SHIRT_PRICE = Decimal("50.10")
BOOK_PRICE = Decimal("12.00")
STOCK = 100_000


@dataclass(frozen=True, slots=True)
class Item:
    """A variant on sale.

    Attributes:
        name: of its product.
        variant_id: Saleor's id of the variant.
        price: in the channel's currency.
        is_shipped: whether an order of it needs an address and a way there.
    """

    name: str
    variant_id: str
    price: Decimal
    is_shipped: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a shop sells, and where.

    Attributes:
        channel: its slug.
        channel_id: Saleor's id of it.
        currency: ISO 4217.
        shirt: goods that are sent.
        book: a download.
    """

    channel: str
    channel_id: str
    currency: str
    shirt: Item
    book: Item


def create_catalogue(saleor: RunningSaleor) -> Catalogue:
    """Put a shirt and a digital book on sale.

    Raises:
        GraphQLError: Saleor refused something.
    """
    token = saleor.staff_token()
    found = saleor.graphql(
        """{ channels { id slug currencyCode }
             warehouses(first: 1) { edges { node { id } } }
             categories(first: 1) { edges { node { id } } } }""",
        token=token,
    )
    channel = next(each for each in found["channels"] if each["slug"] == CHANNEL)
    place = Place(
        channel_id=channel["id"],
        warehouse_id=found["warehouses"]["edges"][0]["node"]["id"],
        category_id=found["categories"]["edges"][0]["node"]["id"],
    )
    return Catalogue(
        channel=channel["slug"],
        channel_id=channel["id"],
        currency=channel["currencyCode"],
        shirt=_create_item(saleor, place, "Shirt", SHIRT_PRICE, is_shipped=True),
        book=_create_item(saleor, place, "Book", BOOK_PRICE, is_shipped=False),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where goods are put: ids of Saleor's."""

    channel_id: str
    warehouse_id: str
    category_id: str


def _create_item(
    saleor: RunningSaleor, place: Place, name: str, price: Decimal, *, is_shipped: bool
) -> Item:
    type_id = _create_type(saleor, name, is_shipped=is_shipped)
    product_id = _create_product(saleor, place, name, type_id)
    variant_id = _create_variant(saleor, place, product_id, price)
    return Item(name, variant_id, price, is_shipped)


def _create_type(saleor: RunningSaleor, name: str, *, is_shipped: bool) -> str:
    payload = saleor.api.mutate(
        """mutation($input: ProductTypeInput!) { productTypeCreate(input: $input) {
             productType { id } errors { field message code } } }""",
        {"input": {"name": name, "isShippingRequired": is_shipped}},
        saleor.staff_token(),
    )
    return str(payload["productType"]["id"])


def _create_product(
    saleor: RunningSaleor, place: Place, name: str, type_id: str
) -> str:
    token = saleor.staff_token()
    wanted = {"name": name, "productType": type_id, "category": place.category_id}
    payload = saleor.api.mutate(
        """mutation($input: ProductCreateInput!) { productCreate(input: $input) {
             product { id } errors { field message code } } }""",
        {"input": wanted},
        token,
    )
    product_id = str(payload["product"]["id"])
    listing = {
        "channelId": place.channel_id,
        "isPublished": True,
        "visibleInListings": True,
        "isAvailableForPurchase": True,
    }
    saleor.api.mutate(
        """mutation($id: ID!, $listing: ProductChannelListingAddInput!) {
             productChannelListingUpdate(id: $id, input: {updateChannels: [$listing]}) {
               errors { field message code } } }""",
        {"id": product_id, "listing": listing},
        token,
    )
    return product_id


def _create_variant(
    saleor: RunningSaleor, place: Place, product_id: str, price: Decimal
) -> str:
    token = saleor.staff_token()
    stock = {"warehouse": place.warehouse_id, "quantity": STOCK}
    payload = saleor.api.mutate(
        """mutation($input: ProductVariantCreateInput!) {
             productVariantCreate(input: $input) {
               productVariant { id } errors { field message code } } }""",
        {"input": {"product": product_id, "attributes": [], "stocks": [stock]}},
        token,
    )
    variant_id = str(payload["productVariant"]["id"])
    listing = {"channelId": place.channel_id, "price": str(price)}
    saleor.api.mutate(
        """mutation($id: ID!, $listing: ProductVariantChannelListingAddInput!) {
             productVariantChannelListingUpdate(id: $id, input: [$listing]) {
               errors { field message code } } }""",
        {"id": variant_id, "listing": listing},
        token,
    )
    return variant_id
