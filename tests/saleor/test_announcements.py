"""Apps are told of what we change in Saleor, as of what Saleor changes itself."""

from .app_server import Wish, running_app
from .shell import Shell
from .shopping import SOON, wait_until
from .staffing import Staff
from .test_edited_orders import LOOK

USDT = {"asset": "usdt@ethereum"}

READER = Wish(
    ("MANAGE_ORDERS", "HANDLE_PAYMENTS"),
    ("ORDER_UPDATED", "ORDER_METADATA_UPDATED", "TRANSACTION_ITEM_METADATA_UPDATED"),
    """subscription { event { __typename
      ... on OrderUpdated { order { id chargeStatus } }
      ... on OrderMetadataUpdated {
        order { id metafield(key: "cryptopay_received") } }
      ... on TransactionItemMetadataUpdated { transaction { id } } } }""",
)


def test_apps_are_told_of_the_particulars_of_coins(staff: Staff) -> None:
    shopper, order = staff.shopper, staff.shopper.unpaid_order()
    session = shopper.initialize(order, USDT)
    with running_app(shopper.saleor, READER) as app:
        shopper.send(session)
        shopper.sandbox.mine()
        staff.wait_for_credit(session)
        of_order = {
            "__typename": "OrderMetadataUpdated",
            "order": {"id": order.id, "metafield": "12"},
        }
        of_transaction = {
            "__typename": "TransactionItemMetadataUpdated",
            "transaction": {"id": session.transaction},
        }
        wait_until(
            lambda: of_order in app.told and of_transaction in app.told,
            SOON,
            "both webhooks",
        )
        assert app.told.count(of_order) == 1
        assert app.told.count(of_transaction) == 1


def test_apps_are_told_of_an_order_that_is_not_fully_paid_any_more(
    staff: Staff, shell: Shell
) -> None:
    shopper, book = staff.shopper, staff.shopper.catalogue.book.variant_id
    staff.set_orders(automaticallyConfirmAllNewOrders=False)
    order = shopper.unpaid_order()
    session = staff.initialize_part(order, "12.00")
    shopper.send(session)
    shopper.sandbox.mine()
    staff.wait_for_credit(session)
    with running_app(shopper.saleor, READER) as app:
        staff.add_to_order(order.id, book)
        shell.run(LOOK)
        row = {"id": order.id, "chargeStatus": "PARTIAL"}
        wait_until(
            lambda: {"__typename": "OrderUpdated", "order": row} in app.told,
            SOON,
            "a webhook",
        )
