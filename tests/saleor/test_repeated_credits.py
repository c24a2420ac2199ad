"""Money that comes, goes and comes again for goods that Saleor hands out by itself."""

from contextlib import nullcontext

import pytest

from demo.services.purchases import create_checkout

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
from .shopping import SOON, Session
from .staffing import Staff

USDT = {"asset": "usdt@ethereum"}
STUCK = "Saleor could not go on with the order"


@pytest.fixture
def session(staff: Staff) -> Session:
    """Have a customer begin to pay for an order of a book."""
    return staff.shopper.initialize(staff.shopper.unpaid_order(), USDT)


def order_of(staff: Staff, session: Session) -> str:
    return str(staff.shopper.transaction(session)["order"]["id"])


def pay_reverse_and_pay_again(shell: Shell, of: str, amount: str = "12.00") -> None:
    """Let coins be credited, disappear from the chain, and come back."""
    tell(shell, "record_credit", of, f"first:{of}", amount)
    tell(shell, "record_reversal", of, f"first:{of}", amount)
    tell(shell, "record_credit", of, f"second:{of}", amount)


def notes(staff: Staff, session: Session) -> list[str]:
    return [event["message"] for event in staff.shopper.events(session, "INFO")]


@pytest.mark.parametrize("is_tracked", [True, False], ids=["tracked", "untracked"])
def test_gift_cards_paid_for_again_are_paid_and_staff_are_told(
    staff: Staff, shell: Shell, session: Session, *, is_tracked: bool
) -> None:
    variant = staff.shopper.catalogue.book.variant_id
    order_id = order_of(staff, session)
    make_gift_cards(shell, order_id)
    with nullcontext() if is_tracked else stock_untracked(shell, variant):
        pay_reverse_and_pay_again(shell, key_of(session.transaction))
    assert given(shell, order_id) == {
        "status": "fulfilled",
        "charge_status": "full",
        "charged": "12.000",
        "gift_cards": 1,
        "fulfillments": 1,
        "fully_paid": 1,
    }
    assert [words for words in notes(staff, session) if STUCK in words]


def test_more_money_for_gift_cards_that_went_out_is_recorded(
    staff: Staff, shell: Shell, session: Session
) -> None:
    order_id, of = order_of(staff, session), key_of(session.transaction)
    make_gift_cards(shell, order_id)
    tell(shell, "record_credit", of, f"first:{of}")
    tell(shell, "record_credit", of, f"second:{of}", "3.00")
    found = given(shell, order_id)
    assert (found["charge_status"], found["charged"]) == ("overcharged", "15.000")
    assert found["gift_cards"] == 1
    assert [words for words in notes(staff, session) if STUCK in words]


def test_a_download_paid_for_again_is_paid(
    staff: Staff, shell: Shell, session: Session
) -> None:
    if staff.shopper.saleor.version not in WITH_DOWNLOADS:
        pytest.skip("this Saleor gives no downloads")
    order_id = order_of(staff, session)
    with as_download(shell, staff.shopper.catalogue.book.variant_id):
        pay_reverse_and_pay_again(shell, key_of(session.transaction))
        assert links(shell, order_id) == 1
    found = given(shell, order_id)
    assert (found["charge_status"], found["charged"]) == ("full", "12.000")


def test_an_order_of_the_payments_api_is_paid_again(staff: Staff, shell: Shell) -> None:
    shopper, book = staff.shopper, staff.shopper.catalogue.book
    counter = Counter(shopper)
    checkout = create_checkout(shopper.saleor, shopper.catalogue, book)
    payment_id = counter.create(checkout)
    counter.send(counter.ask(checkout)["payment"])
    order_id = counter.wait_for_order(payment_id, SOON)["id"]
    make_gift_cards(shell, order_id)
    of = f"payment:{key_of(payment_id)}"
    # Its books become gift cards that go out with the first of these.
    tell(shell, "record_credit", of, f"first:{of}", "1.00")
    tell(shell, "record_credit", of, f"second:{of}", "2.00")
    found = given(shell, order_id)
    assert (found["charge_status"], found["charged"]) == ("overcharged", "15.000")
    history = [event["message"] or "" for event in staff.order(order_id)["events"]]
    assert [words for words in history if STUCK in words]
