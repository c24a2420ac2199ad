"""Saleor asks for the money of abandoned checkouts back, and is told the truth."""

from decimal import Decimal

import pytest

from .faults import NO_ANSWERS, Fault, broken, hidden
from .shell import Shell
from .shopping import SOON
from .staffing import Staff

# The channel gives a checkout an hour; this one was touched last two hours ago.
RELEASE = """
from datetime import timedelta

import graphene
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.payment.tasks import transaction_release_funds_for_checkout_task

before = timezone.now() - timedelta(hours=2)
Checkout.objects.filter(pk=graphene.Node.from_global_id(checkout)[1]).update(
    last_change=before, last_transaction_modified_at=before
)
transaction_release_funds_for_checkout_task()
"""

# Another gateway's money on a checkout; its app has no webhook here, which Saleor
# writes down when it comes to ask.
CARD = """
import graphene
from saleor.checkout.models import Checkout

purchase = Checkout.objects.get(pk=graphene.Node.from_global_id(checkout)[1])
purchase.payment_transactions.create(
    currency="USD",
    app_identifier="cards.example",
    available_actions=["refund"],
    charged_value=10,
)
"""
ASKED = """
import graphene
from saleor.payment.models import TransactionEvent

events = TransactionEvent.objects.filter(
    transaction__app_identifier="cards.example",
    transaction__checkout_id=graphene.Node.from_global_id(checkout)[1],
    type="refund_failure",
)
print(events.count())
"""


def test_the_coins_of_an_abandoned_checkout_stay_until_somebody_sends_them(
    staff: Staff, shell: Shell
) -> None:
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    part = staff.initialize_part(checkout, "20.00")
    shopper.send(part)
    shopper.sandbox.mine()
    staff.wait_for_credit(part)
    staff.release_funds(is_on=True)
    try:
        for _ in range(2):
            shell.run(RELEASE, checkout=checkout.id)
    finally:
        staff.release_funds(is_on=False)
    (request,) = shopper.events(part, "REFUND_REQUEST")
    assert Decimal(request["amount"]["amount"]) == 20
    # One answer, of ours: what WebhookPlugin writes of its own is gone.
    (answer,) = shopper.events(part, "REFUND_FAILURE")
    assert "with your wallet or gateway" in answer["message"]
    found = shopper.transaction(part)
    assert Decimal(found["chargedAmount"]["amount"]) == 20
    # The customer who comes back pays the rest.
    rest = shopper.initialize(checkout, {"asset": "usdt@ethereum"})
    shopper.send(rest)
    shopper.sandbox.mine()
    shopper.wait_for_order(rest, SOON)


@pytest.mark.parametrize(
    ("fault", "answers"),
    [(hidden("saleor_cryptopay_payment"), 1), (NO_ANSWERS, 0)],
    ids=["no_books", "no_answers"],
)
def test_a_fault_of_ours_keeps_saleor_from_no_other_gateways_refund(
    staff: Staff, shell: Shell, fault: Fault, answers: int
) -> None:
    shopper, checkout = staff.shopper, staff.shopper.checkout()
    part = staff.initialize_part(checkout, "20.00")
    shopper.send(part)
    shopper.sandbox.mine()
    staff.wait_for_credit(part)
    shell.run(CARD, checkout=checkout.id)
    staff.release_funds(is_on=True)
    try:
        with broken(shell, fault):
            shell.run(RELEASE, checkout=checkout.id)
    finally:
        staff.release_funds(is_on=False)
    assert shell.run(ASKED, checkout=checkout.id).strip() == "1"
    assert len(shopper.events(part, "REFUND_REQUEST")) == 1
    words = [each["message"] for each in shopper.events(part, "REFUND_FAILURE")]
    assert len([each for each in words if "log" in each]) == answers
    assert Decimal(shopper.transaction(part)["chargedAmount"]["amount"]) == 20
