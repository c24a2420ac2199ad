"""Orders and stock: whatever happens in the shop, no coin is unaccounted."""

from decimal import Decimal

from demo.services.purchases import create_checkout

from .shell import Shell
from .shopping import SOON, Session, Shopper, wait_until
from .staffing import Staff

USDT = {"asset": "usdt@ethereum"}


def pay(shopper: Shopper, session: Session) -> None:
    """Send coins that are final at once."""
    shopper.send(session)
    shopper.sandbox.mine()


def test_an_order_that_was_made_first_is_paid_later(staff: Staff) -> None:
    staff.set_orders(allowUnpaidOrders=True)
    shopper = staff.shopper
    order = staff.complete(shopper.checkout())
    assert staff.order(order.id)["chargeStatus"] == "NONE"
    session = shopper.initialize(order, USDT)
    pay(shopper, session)
    shopper.wait_for_order(session, SOON)
    assert staff.order(order.id)["status"] == "UNFULFILLED"


def test_a_checkout_that_becomes_an_order_while_it_is_paid_is_one_order(
    staff: Staff,
) -> None:
    staff.set_orders(allowUnpaidOrders=True)
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    session = shopper.initialize(checkout, USDT)
    shopper.send(session)
    order = staff.complete(checkout)
    shopper.sandbox.mine()
    paid = shopper.wait_for_order(session, SOON)
    assert paid["id"] == order.id
    assert len(shopper.events(session, "CHARGE_SUCCESS")) == 1


def test_where_staff_confirm_orders_a_paid_one_waits_for_them(staff: Staff) -> None:
    staff.set_orders(automaticallyConfirmAllNewOrders=False)
    shopper = staff.shopper
    session = shopper.initialize(shopper.checkout(), USDT)
    pay(shopper, session)
    order = shopper.wait_for_order(session, SOON)
    assert order["status"] == "UNCONFIRMED"


def test_a_download_becomes_an_order_without_a_way_to_send_it(staff: Staff) -> None:
    shopper = staff.shopper
    checkout = create_checkout(
        shopper.saleor, shopper.catalogue, shopper.catalogue.book
    )
    session = shopper.initialize(checkout, USDT)
    assert session.payment["amount"] == "12"
    pay(shopper, session)
    shopper.wait_for_order(session, SOON)


def test_a_voucher_lowers_what_is_asked(staff: Staff) -> None:
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    staff.make_voucher("TEN")
    staff.redeem(checkout, "TEN")
    session = shopper.initialize(checkout, USDT)
    assert session.payment["amount"] == "40.1"
    pay(shopper, session)
    order = shopper.wait_for_order(session, SOON)
    assert Decimal(order["totalBalance"]["amount"]) == 0


def test_staff_read_coin_network_rate_and_hash_on_the_order(staff: Staff) -> None:
    shopper, order = staff.shopper, staff.shopper.unpaid_order()
    session = shopper.initialize(order, USDT)
    pay(shopper, session)
    shopper.wait_for_order(session, SOON)
    found = staff.order(order.id)
    metadata = {row["key"]: row["value"] for row in found["metadata"]}
    assert metadata["cryptopay_coin"] == "USDT"
    assert metadata["cryptopay_network"] == "Ethereum"
    assert metadata["cryptopay_received"] == "12"
    assert metadata["cryptopay_rate"] == "1 USD"
    assert metadata["cryptopay_transactions"].startswith("0x")
    history = [event["message"] or "" for event in found["events"]]
    assert [words for words in history if "12 USDT on Ethereum received" in words]


def test_an_order_made_of_a_paid_checkout_carries_the_same(staff: Staff) -> None:
    shopper = staff.shopper
    session = shopper.initialize(shopper.checkout(), USDT)
    pay(shopper, session)
    order_id = shopper.wait_for_order(session, SOON)["id"]
    wait_until(
        lambda: (
            "cryptopay_transactions"
            in [row["key"] for row in staff.order(order_id)["metadata"]]
        ),
        SOON,
        "metadata",
    )


def test_a_paid_checkout_without_stock_becomes_a_case_and_no_order(
    staff: Staff,
) -> None:
    shopper = staff.shopper
    session = shopper.initialize(shopper.checkout(), USDT)
    staff.set_stock(shopper.catalogue.shirt.variant_id, 0)
    pay(shopper, session)
    wait_until(
        lambda: any(
            "cannot become an order" in event["message"]
            for event in shopper.events(session, "INFO")
        ),
        SOON,
        "words for staff",
    )
    found = shopper.transaction(session)
    assert found["order"] is None
    assert Decimal(found["chargedAmount"]["amount"]) == Decimal("50.10")


def test_what_the_shop_no_longer_wants_becomes_a_case(
    staff: Staff, shell: Shell
) -> None:
    shopper = staff.shopper
    canceled, paid = shopper.unpaid_order(), shopper.unpaid_order()
    of_canceled = shopper.initialize(canceled, USDT)
    shopper.send(of_canceled)
    shopper.wait_for_status(of_canceled, "payment_detected", SOON)
    of_paid = staff.initialize_part(paid, "12.00")
    rest = staff.initialize_part(paid, "12.00")
    shopper.send(of_paid)
    shopper.wait_for_status(of_paid, "payment_detected", SOON)
    staff.cancel(canceled.id)
    shell.beat("expire")
    assert shopper.status(of_canceled)["status"] == "needs_review"
    shopper.sandbox.mine()
    shopper.wait_for_order(of_paid, SOON)
    # Paid by the first: the second is not wanted any more.
    shell.beat("expire")
    assert shopper.status(rest)["status"] == "canceled"
    assert staff.order(canceled.id)["status"] == "CANCELED"


def test_an_expired_order_gives_its_stock_back_and_late_coins_take_none(
    staff: Staff, shell: Shell
) -> None:
    shopper, book = staff.shopper, staff.shopper.catalogue.book.variant_id
    before = staff.allocated(book)
    order = shopper.unpaid_order()
    session = shopper.initialize(order, USDT)
    assert staff.allocated(book) == before + 1
    shell.expire(session.payment["token"])
    wait_until(lambda: staff.order(order.id)["status"] == "CANCELED", SOON, "an end")
    assert staff.allocated(book) == before
    pay(shopper, session)
    shopper.wait_for_status(session, "needs_review", SOON)
    wait_until(lambda: bool(shopper.events(session, "INFO")), SOON, "words for staff")
    assert shopper.events(session, "CHARGE_SUCCESS") == []
    assert staff.order(order.id)["status"] == "CANCELED"
    assert staff.allocated(book) == before


def test_a_payment_that_comes_while_the_plugin_is_off_is_found_later(
    staff: Staff, shell: Shell
) -> None:
    shopper = staff.shopper
    session = shopper.initialize(shopper.checkout(), USDT)
    staff.switch_plugin(is_active=False)
    pay(shopper, session)
    staff.switch_plugin(is_active=True)
    shell.beat("reconcile")
    shopper.wait_for_order(session, SOON)


def test_an_app_that_was_deleted_is_there_again_when_coins_are_offered(
    staff: Staff,
) -> None:
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    staff.delete_app()
    assert shopper.offer(checkout)["data"]["assets"]
    session = shopper.initialize(checkout, USDT)
    assert session.event["type"] == "CHARGE_ACTION_REQUIRED"
