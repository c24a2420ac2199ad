"""What staff do in the Dashboard, over the same GraphQL."""

from collections.abc import Mapping
from decimal import Decimal

from .catalogue import Catalogue, Item
from .purchases import ADDRESS, CUSTOMER, Purchase
from .saleor import RunningSaleor

PLUGIN_ID = "saleor_cryptopay"


def configure_plugin(
    saleor: RunningSaleor, settings: Mapping[str, str], *, is_active: bool = True
) -> None:
    """Save the plugin's form; names that `settings` leaves out stay as they are.

    Raises:
        GraphQLError: the form refuses a field, with the reason.
    """
    fields = [{"name": name, "value": value} for name, value in settings.items()]
    saleor.api.mutate(
        """mutation($id: ID!, $input: PluginUpdateInput!) {
             pluginUpdate(id: $id, input: $input) {
               plugin { id } errors { field message code } } }""",
        {"id": PLUGIN_ID, "input": {"active": is_active, "configuration": fields}},
        saleor.staff_token(),
    )


def set_order_settings(
    saleor: RunningSaleor, catalogue: Catalogue, **settings: bool
) -> None:
    """Change a channel's order settings: `allowUnpaidOrders=True`.

    Raises:
        GraphQLError: Saleor refused.
    """
    saleor.api.mutate(
        """mutation($id: ID!, $settings: OrderSettingsInput) {
             channelUpdate(id: $id, input: {orderSettings: $settings}) {
               errors { field message code } } }""",
        {"id": catalogue.channel_id, "settings": settings},
        saleor.staff_token(),
    )


def create_unpaid_order(
    saleor: RunningSaleor, catalogue: Catalogue, item: Item | None = None
) -> Purchase:
    """Make an order that nobody has paid, as staff do after a telephone call.

    Without an item it is the book, which needs no shipping.

    Raises:
        GraphQLError: Saleor refused.
    """
    draft_id = _create_draft(saleor, catalogue, item or catalogue.book)
    payload = saleor.api.mutate(
        """mutation($id: ID!) { draftOrderComplete(id: $id) {
             order { id total { gross { amount currency } } }
             errors { field message code } } }""",
        {"id": draft_id},
        saleor.staff_token(),
    )
    total = payload["order"]["total"]["gross"]
    return Purchase(payload["order"]["id"], Decimal(total["amount"]), total["currency"])


def _create_draft(saleor: RunningSaleor, catalogue: Catalogue, item: Item) -> str:
    wanted = {
        "channelId": catalogue.channel_id,
        "userEmail": CUSTOMER,
        "billingAddress": ADDRESS,
        "shippingAddress": ADDRESS,
        "lines": [{"quantity": 1, "variantId": item.variant_id}],
    }
    payload = saleor.api.mutate(
        """mutation($input: DraftOrderCreateInput!) { draftOrderCreate(input: $input) {
             order { id shippingMethods { id } } errors { field message code } } }""",
        {"input": wanted},
        saleor.staff_token(),
    )
    draft = payload["order"]
    if item.is_shipped:
        _choose_shipping(saleor, draft["id"], draft["shippingMethods"][0]["id"])
    return str(draft["id"])


def _choose_shipping(saleor: RunningSaleor, order_id: str, method_id: str) -> None:
    saleor.api.mutate(
        """mutation($id: ID!, $method: ID!) {
             orderUpdateShipping(order: $id, input: {shippingMethod: $method}) {
               errors { field message code } } }""",
        {"id": order_id, "method": method_id},
        saleor.staff_token(),
    )
