"""Orders that staff change while coins are under way, or after they came."""

from decimal import Decimal
from typing import Any

import pytest

from demo.services.purchases import Purchase

from .shell import Shell
from .shopping import SOON, Session, wait_until
from .staffing import Staff

# What beat asks for every minute.
LOOK = """
from saleor_cryptopay.bridge.active import active_runtime
from saleor_cryptopay.bridge.purchases.edited_orders import settle_edited_orders

print(settle_edited_orders(active_runtime()))
"""


@pytest.fixture
def order(staff: Staff) -> Purchase:
    """Make an unpaid order that staff have not confirmed: it can be changed."""
    staff.set_orders(automaticallyConfirmAllNewOrders=False)
    return staff.shopper.unpaid_order()


def dearer(staff: Staff, order: Purchase) -> None:
    """Add a book for 12 to an order."""
    staff.add_to_order(order.id, staff.shopper.catalogue.book.variant_id)


def pay(staff: Staff, session: Session) -> None:
    """Send what is asked for, and wait until it is credited."""
    staff.shopper.send(session)
    staff.shopper.sandbox.mine()
    staff.wait_for_credit(session)


def money(staff: Staff, order: Purchase) -> tuple[str, Decimal]:
    found = staff.order(order.id)
    return found["chargeStatus"], Decimal(found["totalBalance"]["amount"])


def history(staff: Staff, order: Purchase) -> list[Any]:
    return [event["message"] or "" for event in staff.order(order.id)["events"]]


def test_an_order_made_dearer_after_the_quote_waits_for_the_rest(
    staff: Staff, order: Purchase
) -> None:
    session = staff.initialize_part(order, "12.00")
    dearer(staff, order)
    # Nobody has looked at the order since: its new total is not worked out yet.
    pay(staff, session)
    assert money(staff, order) == ("PARTIAL", Decimal(-12))
    words = "12.00 USD of this order is still to be paid."
    assert [line for line in history(staff, order) if line.endswith(words)]
    pay(staff, staff.initialize_part(order, "24.00"))
    assert money(staff, order) == ("FULL", Decimal(0))


def test_an_order_made_dearer_after_it_was_paid_says_so(
    staff: Staff, order: Purchase, shell: Shell
) -> None:
    pay(staff, staff.initialize_part(order, "12.00"))
    assert money(staff, order) == ("FULL", Decimal(0))
    dearer(staff, order)
    # Saleor itself leaves it so: it has not even worked the new total out. Beat looks
    # every minute, and may come first.
    assert int(shell.run(LOOK)) in {0, 1}
    assert money(staff, order) == ("PARTIAL", Decimal(-12))
    assert history(staff, order)[-1] == (
        "This order was changed after coins had come for it."
        " 12.00 USD of this order is still to be paid."
    )
    assert int(shell.run(LOOK)) == 0


def test_an_order_made_cheaper_after_it_was_paid_says_what_to_send_back(
    staff: Staff, order: Purchase, shell: Shell
) -> None:
    dearer(staff, order)
    pay(staff, staff.initialize_part(order, "24.00"))
    assert money(staff, order) == ("FULL", Decimal(0))
    staff.remove_from_order(order.id)
    shell.run(LOOK)
    assert money(staff, order) == ("OVERCHARGED", Decimal(12))
    words = "More is paid than this order costs: send back 12.00 USD."
    assert history(staff, order)[-1].endswith(words)
    dearer(staff, order)
    shell.run(LOOK)
    assert history(staff, order)[-1].endswith("It is paid in full.")


def test_an_order_made_cheaper_after_the_quote_keeps_what_came_in_sight(
    staff: Staff, order: Purchase
) -> None:
    dearer(staff, order)
    session = staff.initialize_part(order, "24.00")
    assert session.payment["amount"] == "24"
    staff.remove_from_order(order.id)
    pay(staff, session)
    assert money(staff, order) == ("OVERCHARGED", Decimal(12))
    wait_until(
        lambda: any("send back 12.00 USD" in line for line in history(staff, order)),
        SOON,
        "words for staff",
    )
