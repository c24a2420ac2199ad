"""What coins were for is deleted or switched off while they are under way."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from demo.services.purchases import Purchase

from .shell import Shell
from .shopping import SOON, Session, Shopper, wait_until
from .staffing import Staff

USDT = {"asset": "usdt@ethereum"}

# Saleor's own clean-up of checkouts that nobody touched for three months.
FORGET = """
from datetime import timedelta

import graphene
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.checkout.tasks import delete_expired_checkouts

key = graphene.Node.from_global_id(checkout)[1]
long_ago = timezone.now() - timedelta(days=91)
Checkout.objects.filter(pk=key).update(last_change=long_ago)
delete_expired_checkouts()
print(Checkout.objects.filter(pk=key).exists())
"""
# A customer with an account, as one who was signed in has it on the checkout.
ADOPT = """
import graphene
from saleor.account.models import User
from saleor.checkout.models import Checkout
from saleor.order.models import Order

kind, key = graphene.Node.from_global_id(source)
user = User(email=f"{key}@example.com", is_confirmed=True)
user.save()
{"Checkout": Checkout, "Order": Order}[kind].objects.filter(pk=key).update(user=user)
print(graphene.Node.to_global_id("User", user.pk))
"""
GONE = re.compile(r"checkout (is gone|does not exist any more)")


def under_way(shopper: Shopper, purchase: Purchase) -> Session:
    """Send coins that are seen, and not final yet."""
    session = shopper.initialize(purchase, USDT)
    shopper.send(session)
    shopper.wait_for_status(session, "payment_detected", SOON)
    return session


def delete_checkout(staff: Staff, shell: Shell, checkout: Purchase) -> None:
    """Have Saleor forget a checkout, as it does with old ones."""
    del staff
    assert shell.run(FORGET, checkout=checkout.id).strip() == "False"


def delete_customer(staff: Staff, shell: Shell, purchase: Purchase) -> None:
    """Have staff delete the customer whose purchase it is."""
    staff.delete_customer(shell.run(ADOPT, source=purchase.id).strip())


@pytest.mark.parametrize("vanish", [delete_checkout, delete_customer])
def test_coins_for_a_checkout_that_vanishes_become_a_case(
    staff: Staff, shell: Shell, vanish: Callable[[Staff, Shell, Purchase], None]
) -> None:
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    session = under_way(shopper, checkout)
    vanish(staff, shell, checkout)
    shopper.sandbox.mine()
    wait_until(lambda: tells(shopper, session, GONE), SOON, "words for staff")
    found = shopper.transaction(session)
    assert found["order"] is None
    # Either they were credited before anybody saw it, or they were set aside.
    credited = Decimal(found["chargedAmount"]["amount"])
    is_case = shopper.status(session)["status"] == "needs_review"
    assert credited == Decimal("50.10") or is_case


def tells(shopper: Shopper, session: Session, words: re.Pattern[str]) -> bool:
    """Whether staff read such words in a transaction's history."""
    notes = shopper.events(session, "INFO")
    return any(words.search(note["message"]) for note in notes)


def test_coins_for_a_checkout_that_vanished_unpaid_are_set_aside(
    staff: Staff, shell: Shell
) -> None:
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    session = shopper.initialize(checkout, USDT)
    delete_checkout(staff, shell, checkout)
    shell.beat("expire")
    assert shopper.status(session)["status"] == "canceled"
    shopper.send(session)
    shopper.sandbox.mine()
    shopper.wait_for_status(session, "needs_review", SOON)
    words = re.compile("50.1 USDT on Ethereum, after the deadline, or to a closed")
    wait_until(lambda: tells(shopper, session, words), SOON, "words for staff")
    assert shopper.events(session, "CHARGE_SUCCESS") == []


def test_an_order_whose_customer_was_deleted_is_paid_all_the_same(
    staff: Staff, shell: Shell
) -> None:
    shopper, order = staff.shopper, staff.shopper.unpaid_order()
    session = under_way(shopper, order)
    delete_customer(staff, shell, order)
    shopper.sandbox.mine()
    shopper.wait_for_order(session, SOON)


@pytest.mark.parametrize("vanish", ["delete_app", "switch_app_off"])
def test_coins_are_credited_though_the_app_is_gone_and_it_comes_back(
    staff: Staff, vanish: str
) -> None:
    shopper = staff.shopper
    session = under_way(shopper, shopper.checkout())
    getattr(staff, vanish)()
    shopper.sandbox.mine()
    shopper.wait_for_order(session, SOON)
    assert shopper.initialize(shopper.checkout(), USDT).payment["address"]


def test_an_order_paid_in_another_way_while_coins_are_under_way_says_so(
    staff: Staff,
) -> None:
    shopper, order = staff.shopper, staff.shopper.unpaid_order()
    session = under_way(shopper, order)
    staff.record_payment(order.id, "12.00")
    shopper.sandbox.mine()
    # Credited and too much, or set aside: staff read what to do in either case.
    words = re.compile("send back 12.00 USD|the order was paid in another way")
    wait_until(
        lambda: (
            tells(shopper, session, words)
            or any(
                words.search(event["message"] or "")
                for event in staff.order(order.id)["events"]
            )
        ),
        SOON,
        "words for staff",
    )
