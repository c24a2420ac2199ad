"""What is asked is never more than what is really left to pay."""

from decimal import Decimal

import pytest

from demo.services.purchases import Purchase

from .shopping import SOON, Session, Shopper
from .staffing import Staff

USDT = {"asset": "usdt@ethereum"}


def pay(shopper: Shopper, session: Session) -> None:
    """Send coins that are final at once."""
    shopper.send(session)
    shopper.sandbox.mine()


@pytest.mark.parametrize("amount", [None, "50.10"])
def test_a_gift_card_pays_its_part_whatever_amount_a_storefront_names(
    staff: Staff, amount: str | None
) -> None:
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    staff.redeem(checkout, staff.make_gift_card())
    assert shopper.offer(checkout)["data"]["assets"][0]["amount"] == "40.1"
    session = (
        staff.initialize_part(checkout, amount)
        if amount
        else shopper.initialize(checkout, USDT)
    )
    assert session.payment["amount"] == "40.1"
    assert Decimal(session.event["amount"]["amount"]) == Decimal("40.10")
    assert "No more than 40.10 USD was left to pay" in session.event["message"]
    pay(shopper, session)
    order = shopper.wait_for_order(session, SOON)
    assert Decimal(order["totalBalance"]["amount"]) == 0


def test_what_another_transaction_has_paid_is_not_asked_again(staff: Staff) -> None:
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    part = staff.initialize_part(checkout, "20.00")
    assert "No more than" not in part.event["message"]
    pay(shopper, part)
    staff.wait_for_credit(part)
    rest = staff.initialize_part(checkout, "50.10")
    assert rest.payment["amount"] == "30.1"
    pay(shopper, rest)
    order = shopper.wait_for_order(rest, SOON)
    assert Decimal(order["totalBalance"]["amount"]) == 0


def test_coins_that_are_only_seen_are_not_asked_again(staff: Staff) -> None:
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    part = staff.initialize_part(checkout, "20.00")
    shopper.send(part)
    shopper.wait_for_status(part, "payment_detected", SOON)
    rest = shopper.initialize(checkout, USDT)
    assert rest.payment["amount"] == "30.1"
    shopper.send(rest)
    shopper.sandbox.mine()
    # Whichever is credited last makes the order.
    shopper.wait_for_order(rest, SOON)


def test_an_order_is_not_asked_for_more_than_it_costs(staff: Staff) -> None:
    session = staff.initialize_part(staff.shopper.unpaid_order(), "99.00")
    assert session.payment["amount"] == "12"


def test_an_order_that_is_paid_or_closed_is_asked_for_nothing(staff: Staff) -> None:
    paid, canceled = staff.shopper.unpaid_order(), staff.shopper.unpaid_order()
    staff.mark_as_paid(paid.id)
    staff.cancel(canceled.id)
    for order, words in (paid, "paid in another way"), (canceled, "was canceled"):
        session = staff.initialize_part(order, "12.00")
        assert session.event["type"] == "CHARGE_FAILURE"
        assert words in session.data["error"]["message"]


def test_a_free_checkout_is_asked_for_nothing_and_becomes_an_order(
    staff: Staff,
) -> None:
    checkout = staff.shopper.checkout()
    staff.make_voucher("FREE", "100")
    assert staff.redeem(checkout, "FREE")["totalPrice"]["gross"]["amount"] == 0
    assert_asked_for_nothing(staff, checkout)
    assert staff.order(staff.complete(checkout).id)["chargeStatus"] == "FULL"


def test_a_checkout_that_a_gift_card_pays_is_asked_for_nothing_and_becomes_an_order(
    staff: Staff,
) -> None:
    checkout = staff.shopper.checkout()
    staff.redeem(checkout, staff.make_gift_card("60"))
    assert_asked_for_nothing(staff, checkout)
    assert staff.order(staff.complete(checkout).id)["chargeStatus"] == "FULL"


def assert_asked_for_nothing(staff: Staff, checkout: Purchase) -> None:
    session = staff.shopper.initialize(checkout, USDT)
    assert session.event["type"] == "CHARGE_FAILURE"
    assert "nothing left to pay" in session.data["error"]["message"]
