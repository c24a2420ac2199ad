"""The Transactions API beyond one payment for the whole of one checkout."""

from decimal import Decimal

import pytest

from demo.services.graphql import GraphQLError

from .giving import key_of
from .shell import Shell
from .shopping import SOON, wait_until
from .staffing import Staff

USDT = {"asset": "usdt@ethereum"}

# What has no token that anybody was shown.
OVERDUE = """
from datetime import timedelta

from django.utils import timezone

from saleor_cryptopay.models import Payment

then = timezone.now() - timedelta(minutes=1)
assert Payment.objects.filter(reference=of).update(expires_at=then)
"""


def test_a_checkout_is_paid_by_two_transactions_of_parts(staff: Staff) -> None:
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    part = staff.initialize_part(checkout, "20.00")
    assert part.payment["amount"] == "20"
    shopper.send(part)
    shopper.sandbox.mine()
    staff.wait_for_credit(part)
    assert shopper.transaction(part)["order"] is None
    rest = shopper.initialize(checkout, USDT)
    assert rest.payment["amount"] == "30.1"
    shopper.send(rest)
    shopper.sandbox.mine()
    order = shopper.wait_for_order(rest, SOON)
    assert Decimal(order["totalBalance"]["amount"]) == 0


def test_an_order_is_paid_by_two_transactions_of_parts(staff: Staff) -> None:
    shopper, order = staff.shopper, staff.shopper.unpaid_order()
    for amount in ("5.00", "7.00"):
        session = staff.initialize_part(order, amount)
        shopper.send(session)
        shopper.sandbox.mine()
        staff.wait_for_credit(session)
    assert staff.order(order.id)["chargeStatus"] == "FULL"


def test_another_key_is_another_payment_and_the_first_can_be_paid(
    staff: Staff,
) -> None:
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    first = shopper.initialize(checkout, USDT, key=f"first-{checkout.id}")
    second = shopper.initialize(checkout, USDT, key=f"second-{checkout.id}")
    assert first.payment["address"] != second.payment["address"]
    shopper.send(first)
    shopper.sandbox.mine()
    shopper.wait_for_order(first, SOON)


def test_the_same_key_with_another_amount_is_refused(staff: Staff) -> None:
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    first = shopper.initialize(checkout, USDT, key=f"key-{checkout.id}")
    staff.redeem(checkout, staff.make_gift_card())
    # Saleor's own default still is the whole amount: the same transaction.
    again = shopper.initialize(checkout, USDT, key=f"key-{checkout.id}")
    assert again.payment["address"] == first.payment["address"]
    with pytest.raises(GraphQLError, match=r"[Dd]ifferent transaction"):
        staff.initialize_part(checkout, "10.00", key=f"key-{checkout.id}")


def test_the_coin_can_be_changed_until_coins_are_seen(staff: Staff) -> None:
    shopper = staff.shopper
    session = shopper.initialize(shopper.checkout(), USDT)
    changed = staff.choose(session, "usdt@tron")
    assert changed.payment["asset"] == "usdt@tron"
    assert changed.payment["address"] != session.payment["address"]
    shopper.send(changed)
    shopper.sandbox.mine()
    shopper.wait_for_order(changed, SOON)


def test_an_authorization_is_answered_by_a_charge_in_words(staff: Staff) -> None:
    shopper = staff.shopper
    staff.set_channel(
        paymentSettings={"defaultTransactionFlowStrategy": "AUTHORIZATION"}
    )
    session = shopper.initialize(shopper.checkout(), USDT)
    assert session.event["type"] == "CHARGE_ACTION_REQUIRED"
    assert "charged, not authorized" in session.event["message"]
    shopper.send(session)
    shopper.sandbox.mine()
    shopper.wait_for_order(session, SOON)


@pytest.mark.parametrize("flow", ["CHARGE", "AUTHORIZATION"])
@pytest.mark.parametrize("fault", ["down", "refuse_key"])
def test_an_order_whose_session_could_not_be_opened_is_canceled_in_the_end(
    staff: Staff, shell: Shell, flow: str, fault: str
) -> None:
    shopper = staff.shopper
    staff.set_channel(paymentSettings={"defaultTransactionFlowStrategy": flow})
    order = shopper.unpaid_order()
    shopper.sandbox.control("faults", kind=fault)
    session = shopper.initialize(order, USDT)
    shopper.sandbox.control("faults", kind="none")
    assert session.event["type"] == "CHARGE_FAILURE"
    shell.run(OVERDUE, of=key_of(session.transaction))
    shell.beat("expire")
    wait_until(lambda: staff.order(order.id)["status"] == "CANCELED", SOON, "an end")
    assert len(shopper.events(session, "CHARGE_FAILURE")) == 1


def test_an_order_that_no_coin_could_be_chosen_for_is_canceled_in_the_end(
    staff: Staff, shell: Shell
) -> None:
    shopper = staff.shopper
    book = shopper.catalogue.book.variant_id
    free = staff.allocated(book)
    order = shopper.unpaid_order()
    assert staff.allocated(book) == free + 1
    session = shopper.initialize(order, {"asset": "doge@moon"})
    assert session.event["type"] == "CHARGE_FAILURE"
    shell.run(OVERDUE, of=key_of(session.transaction))
    shell.beat("expire")
    wait_until(lambda: staff.order(order.id)["status"] == "CANCELED", SOON, "an end")
    assert staff.allocated(book) == free
    assert len(shopper.events(session, "CHARGE_FAILURE")) == 1


def test_a_coin_that_was_none_leaves_the_order_to_the_next(staff: Staff) -> None:
    shopper, order = staff.shopper, staff.shopper.unpaid_order()
    assert shopper.initialize(order, {"asset": "doge@moon"}).event["type"] == (
        "CHARGE_FAILURE"
    )
    session = shopper.initialize(order, USDT, key=f"again-{order.id}")
    shopper.send(session)
    shopper.sandbox.mine()
    staff.wait_for_credit(session)
    assert staff.order(order.id)["chargeStatus"] == "FULL"


def test_the_request_of_an_authorization_is_answered_too(staff: Staff) -> None:
    shopper = staff.shopper
    staff.set_channel(
        paymentSettings={"defaultTransactionFlowStrategy": "AUTHORIZATION"}
    )
    session = shopper.initialize(shopper.unpaid_order(), USDT)
    shopper.send(session)
    shopper.sandbox.mine()
    staff.wait_for_credit(session)
    (request,) = shopper.events(session, "AUTHORIZATION_REQUEST")
    (success,) = shopper.events(session, "CHARGE_SUCCESS")
    assert request["pspReference"] == success["pspReference"]


def test_a_transfer_that_was_only_noted_is_found_by_its_hash(
    staff: Staff, shell: Shell
) -> None:
    shopper, order = staff.shopper, staff.shopper.unpaid_order()
    session = shopper.initialize(order, USDT)
    shell.expire(session.payment["token"])
    wait_until(lambda: staff.order(order.id)["status"] == "CANCELED", SOON, "an end")
    shopper.send(session)
    shopper.sandbox.mine()
    shopper.wait_for_status(session, "needs_review", SOON)
    wait_until(lambda: bool(shopper.events(session, "INFO")), SOON, "words for staff")
    late = shopper.events(session, "INFO")[0]["pspReference"]
    wait_until(lambda: staff.find_orders(late) == [order.id], SOON, "the order")


@pytest.mark.parametrize(
    ("action", "kind", "words"),
    [
        ("CHARGE", "CHARGE_FAILURE", "the customer has to send them"),
        ("CANCEL", "CANCEL_FAILURE", "ends by itself"),
    ],
)
def test_staff_who_ask_for_the_impossible_are_told_so_once(
    staff: Staff, action: str, kind: str, words: str
) -> None:
    shopper = staff.shopper
    session = shopper.initialize(shopper.unpaid_order(), USDT)
    staff.request(session, action, "5" if action == "CHARGE" else None)
    (failure,) = shopper.events(session, kind)
    assert words in failure["message"]
    # The customer can still pay.
    shopper.send(session)
    shopper.sandbox.mine()
    shopper.wait_for_order(session, SOON)


def test_a_granted_refund_is_shown_as_not_made(staff: Staff) -> None:
    shopper, order = staff.shopper, staff.shopper.unpaid_order()
    session = shopper.initialize(order, USDT)
    shopper.send(session)
    shopper.sandbox.mine()
    shopper.wait_for_order(session, SOON)
    staff.refund_by_grant(order.id, session)
    (failure,) = shopper.events(session, "REFUND_FAILURE")
    assert "switched off" in failure["message"]
    (grant,) = staff.order(order.id)["grantedRefunds"]
    assert grant["status"] == "FAILURE"
