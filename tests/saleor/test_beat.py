"""What happens by itself: beat's periodic tasks, with nobody to help them.

Beat goes round once a minute; other tests ask for the same tasks at once.
"""

from decimal import Decimal

from .shopping import TWO_POLLS, Shopper, wait_until

USDT = {"asset": "usdt@ethereum"}


def test_with_every_webhook_dropped_beat_completes_what_is_paid_and_ends_the_rest(
    shopper: Shopper,
) -> None:
    shopper.configure(payment_window_minutes="1")
    unpaid = shopper.initialize(shopper.unpaid_order(), USDT)
    shopper.configure(payment_window_minutes="60")
    shopper.sandbox.control("deliveries", drop=True)
    paid = shopper.initialize(shopper.checkout(), USDT)
    shopper.send(paid)
    shopper.sandbox.mine()
    order = shopper.wait_for_order(paid, TWO_POLLS)
    assert Decimal(order["totalBalance"]["amount"]) == 0
    wait_until(
        lambda: shopper.transaction(unpaid)["order"]["status"] == "CANCELED",
        TWO_POLLS,
        "a canceled order",
    )
    assert shopper.status(unpaid)["status"] == "expired"
