"""Coins for orders that are closed: they are recorded, and no goods go out for them."""

import json
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from demo.services.purchases import Purchase, create_checkout

from .app_server import AppServer, Wish, running_app
from .giving import (
    WITH_DOWNLOADS,
    as_download,
    given,
    key_of,
    links,
    make_gift_cards,
    stock_untracked,
    tell,
)
from .payments_api import Counter
from .shell import Shell
from .shopping import SOON, Session, wait_until
from .staffing import Staff

USDT = {"asset": "usdt@ethereum"}

STORE = Wish(
    ("MANAGE_ORDERS", "HANDLE_PAYMENTS"),
    ("ORDER_FULLY_PAID", "ORDER_PAID", "ORDER_UPDATED"),
    """subscription { event { __typename
      ... on OrderFullyPaid { order { id status chargeStatus } }
      ... on OrderPaid { order { id status chargeStatus } }
      ... on OrderUpdated { order { id status chargeStatus } } } }""",
)
MESSAGES = """
import json
from saleor_cryptopay.models import Message

found = Message.objects.filter(payment__reference=of)
print(json.dumps(list(found.values_list("name", flat=True))))
"""


@pytest.fixture
def store(staff: Staff) -> Iterator[AppServer]:
    """Run an app that ships what Saleor calls paid."""
    with running_app(staff.shopper.saleor, STORE) as app:
        yield app


@pytest.fixture
def order(staff: Staff) -> Purchase:
    """Make an unpaid order of a book."""
    return staff.shopper.unpaid_order()


def cancel_with_coins_on_their_way(
    staff: Staff, shell: Shell, order: Purchase
) -> Session:
    """Have staff cancel an order whose coins are seen, and these become final."""
    shopper = staff.shopper
    session = shopper.initialize(order, USDT)
    shopper.send(session)
    shopper.wait_for_status(session, "payment_detected", SOON)
    staff.cancel(order.id)
    shell.beat("expire")
    shopper.sandbox.mine()
    staff.wait_for_credit(session)
    return session


def cancel_and_hear_of_it(staff: Staff, order_id: str, store: AppServer) -> None:
    """Have staff cancel an order, and forget all that the store was told."""
    staff.cancel(order_id)
    wait_until(
        lambda: "CANCELED" in [row["order"]["status"] for row in store.told],
        SOON,
        "the cancellation's webhook",
    )
    store.told.clear()


@pytest.mark.parametrize("is_tracked", [True, False], ids=["tracked", "untracked"])
def test_no_gift_card_is_issued_for_a_canceled_order(
    staff: Staff, shell: Shell, order: Purchase, *, is_tracked: bool
) -> None:
    variant = staff.shopper.catalogue.book.variant_id
    make_gift_cards(shell, order.id)
    with nullcontext() if is_tracked else stock_untracked(shell, variant):
        cancel_with_coins_on_their_way(staff, shell, order)
    assert given(shell, order.id) == {
        "status": "canceled",
        "charge_status": "full",
        "charged": "12.000",
        "gift_cards": 0,
        "fulfillments": 0,
        "fully_paid": 0,
    }


def test_no_download_is_given_for_a_canceled_order(
    staff: Staff, shell: Shell, order: Purchase
) -> None:
    if staff.shopper.saleor.version not in WITH_DOWNLOADS:
        pytest.skip("this Saleor gives no downloads")
    with as_download(shell, staff.shopper.catalogue.book.variant_id):
        cancel_with_coins_on_their_way(staff, shell, order)
        assert links(shell, order.id) == 0
    assert given(shell, order.id)["charge_status"] == "full"


def test_apps_are_told_once_that_a_canceled_order_changed_and_not_that_it_was_paid(
    staff: Staff, shell: Shell, order: Purchase, store: AppServer
) -> None:
    session = staff.shopper.initialize(order, USDT)
    cancel_and_hear_of_it(staff, order.id, store)
    tell(shell, "record_credit", key_of(session.transaction), f"a:{order.id}")
    # What is sent about it comes before what is sent about the next one.
    other = staff.shopper.unpaid_order()
    of_other = staff.shopper.initialize(other, USDT)
    tell(shell, "record_credit", key_of(of_other.transaction), f"b:{order.id}")
    fully_paid = {"id": other.id, "status": "UNFULFILLED", "chargeStatus": "FULL"}
    wait_until(
        lambda: {"__typename": "OrderFullyPaid", "order": fully_paid} in store.told,
        SOON,
        "the other order's webhook",
    )
    found = {"id": order.id, "status": "CANCELED", "chargeStatus": "FULL"}
    told = [row for row in store.told if row["order"]["id"] == order.id]
    assert told == [{"__typename": "OrderUpdated", "order": found}]


def test_a_payments_api_order_that_was_canceled_is_told_of_as_it_is(
    staff: Staff, shell: Shell, store: AppServer
) -> None:
    shopper, book = staff.shopper, staff.shopper.catalogue.book
    counter = Counter(shopper)
    checkout = create_checkout(shopper.saleor, shopper.catalogue, book)
    payment_id = counter.create(checkout)
    counter.send(counter.ask(checkout)["payment"])
    order_id = counter.wait_for_order(payment_id, SOON)["id"]
    make_gift_cards(shell, order_id)
    cancel_and_hear_of_it(staff, order_id, store)
    before = given(shell, order_id)
    tell(shell, "record_credit", f"payment:{key_of(payment_id)}", f"c:{order_id}", "1")
    wait_until(lambda: bool(store.told), SOON, "a webhook")
    (told,) = store.told
    assert (told["__typename"], told["order"]["status"]) == ("OrderUpdated", "CANCELED")
    assert given(shell, order_id) == {
        **before,
        "charge_status": "overcharged",
        "charged": "13.000",
    }


def test_coins_accepted_late_for_a_canceled_order_call_a_person(
    staff: Staff, shell: Shell, order: Purchase
) -> None:
    shopper = staff.shopper
    shopper.configure(late_payments="accept")
    try:
        session = shopper.initialize(order, USDT)
        shell.expire(session.payment["token"])
        wait_until(
            lambda: staff.order(order.id)["status"] == "CANCELED", SOON, "an end"
        )
        shopper.send(session)
        shopper.sandbox.mine()
        words = "the order was canceled: a person has to look"
        wait_until(
            lambda: any(
                words in event["message"] for event in shopper.events(session, "INFO")
            ),
            SOON,
            "words for staff",
        )
    finally:
        shopper.configure(late_payments="review")
    found = json.loads(shell.run(MESSAGES, of=key_of(session.transaction)))
    assert "needs_review" in found
