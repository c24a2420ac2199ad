"""Selling in a second channel, in another currency: what staff set up for it."""

from dataclasses import replace
from decimal import Decimal

from demo.services.catalogue import Catalogue
from demo.services.saleor import RunningSaleor

PLACES = """{
  warehouses(first: 1) { edges { node { id } } }
  shippingZones(first: 1) { edges { node { id } } }
}"""
CREATE = """
mutation($input: ChannelCreateInput!) {
  channelCreate(input: $input) { channel { id } errors { field message code } }
}
"""
PRODUCT = "query($id: ID!) { productVariant(id: $id) { product { id } } }"
LIST_PRODUCT = """
mutation($id: ID!, $listing: ProductChannelListingAddInput!) {
  productChannelListingUpdate(id: $id, input: {updateChannels: [$listing]}) {
    errors { field message code }
  }
}
"""
LIST_VARIANT = """
mutation($id: ID!, $listing: ProductVariantChannelListingAddInput!) {
  productVariantChannelListingUpdate(id: $id, input: [$listing]) {
    errors { field message code }
  }
}
"""


def open_channel(
    saleor: RunningSaleor,
    catalogue: Catalogue,
    currency: str,
    price: str,
    *,
    slug: str = "",
) -> Catalogue:
    """Sell the book in a channel of its own, called like its currency.

    Args:
        saleor: where.
        catalogue: which has the book.
        currency: of the channel.
        price: of the book.
        slug: of the channel, where it is another one.

    Raises:
        GraphQLError: Saleor refused something.
    """
    slug, token = slug or currency.lower(), saleor.staff_token()
    found = saleor.graphql(PLACES, token=token)
    wanted = {
        "name": slug.upper(),
        "slug": slug,
        "currencyCode": currency,
        "defaultCountry": "US",
        "isActive": True,
        "addWarehouses": [found["warehouses"]["edges"][0]["node"]["id"]],
        # Without it nothing of the warehouse is in stock here.
        "addShippingZones": [found["shippingZones"]["edges"][0]["node"]["id"]],
    }
    reply = saleor.api.mutate(CREATE, {"input": wanted}, token)
    channel_id = str(reply["channel"]["id"])
    _list_book(saleor, catalogue, channel_id, price)
    book = replace(catalogue.book, price=Decimal(price))
    return replace(
        catalogue, channel=slug, channel_id=channel_id, currency=currency, book=book
    )


def _list_book(
    saleor: RunningSaleor, catalogue: Catalogue, channel_id: str, price: str
) -> None:
    token, variant_id = saleor.staff_token(), catalogue.book.variant_id
    found = saleor.graphql(PRODUCT, {"id": variant_id}, token)
    listing = {
        "channelId": channel_id,
        "isPublished": True,
        "visibleInListings": True,
        "isAvailableForPurchase": True,
    }
    product_id = found["productVariant"]["product"]["id"]
    saleor.api.mutate(LIST_PRODUCT, {"id": product_id, "listing": listing}, token)
    variant = {"channelId": channel_id, "price": price}
    saleor.api.mutate(LIST_VARIANT, {"id": variant_id, "listing": variant}, token)
