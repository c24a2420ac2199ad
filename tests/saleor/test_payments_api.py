"""The Payments API: one checkout, one exact total, confirmed by `checkoutComplete`."""

import json
from decimal import Decimal

import pytest

from demo.services.graphql import GraphQLError
from demo.services.purchases import Purchase
from demo.services.staff import PLUGIN_ID

from .payments_api import Counter
from .shell import Shell
from .shopping import SOON, Shopper, wait_until

USDT = {"asset": "usdt@ethereum"}

# Saleor asks no gateway to capture or void what was never authorized; a newer one,
# or an app of the merchant's, may.
ASK = """
import json

import graphene
from saleor.payment.models import Payment
from saleor.payment.utils import create_payment_information
from saleor.plugins.manager import get_plugins_manager

row = Payment.objects.get(pk=graphene.Node.from_global_id(payment_id)[1])
manager = get_plugins_manager(allow_replica=False)
data = create_payment_information(row, amount=row.total, manager=manager)
answer = getattr(manager, hook)(row.gateway, data, channel_slug=channel)
print(json.dumps([answer.is_success, answer.kind, answer.error]))
"""


@pytest.fixture
def counter(shopper: Shopper) -> Counter:
    """Give a storefront of the Payments API."""
    return Counter(shopper)


def test_a_checkout_is_offered_the_gateway_with_its_coins(counter: Counter) -> None:
    rows = counter.gateways(counter.shopper.checkout())

    (row,) = [row for row in rows if row["id"] == PLUGIN_ID]
    assert row["currencies"] == ["USD"]
    assets = [each["asset"] for each in json.loads(row["config"][0]["value"])]
    assert "usdt@ethereum" in assets


def test_final_coins_make_the_order_without_a_browser(counter: Counter) -> None:
    checkout = counter.shopper.checkout()
    payment_id = counter.create(checkout)
    payment = counter.ask(checkout)["payment"]
    assert (payment["amount"], payment["status"]) == ("50.1", "awaiting_payment")
    assert payment["payment_uri"].startswith("ethereum:")
    counter.send(payment)
    order = counter.wait_for_order(payment_id, SOON)
    assert order["paymentStatus"] == "FULLY_CHARGED"
    assert Decimal(order["totalBalance"]["amount"]) == 0
    kinds = [event["type"] for event in order["events"]]
    assert kinds.count("ORDER_FULLY_PAID") == 1


def test_asking_again_shows_the_same_payment_from_the_same_row(
    counter: Counter,
) -> None:
    checkout = counter.shopper.checkout()
    payment_id = counter.create(checkout)
    first = counter.ask(checkout)["payment"]
    for asset in (None, "usdt@ethereum", None):
        again = counter.ask(checkout, asset)["payment"]
        assert (again["token"], again["address"]) == (first["token"], first["address"])
    assert len(counter.payment(payment_id)["transactions"]) == 1


def test_the_coin_may_be_chosen_later(counter: Counter) -> None:
    checkout = counter.shopper.checkout()
    payment_id = counter.create(checkout)
    first = counter.ask(checkout, None)["payment"]
    assert (first["asset"], first["address"]) == (None, None)
    second = counter.ask(checkout, "usdt@tron")["payment"]
    assert second["token"] == first["token"]
    counter.send(second)
    counter.wait_for_order(payment_id, SOON)


def test_a_payment_in_two_parts_is_two_captures(counter: Counter) -> None:
    checkout = counter.shopper.checkout()
    payment_id = counter.create(checkout)
    payment = counter.ask(checkout)["payment"]
    counter.send(payment, "20")
    wait_until(
        lambda: counter.payment(payment_id)["chargeStatus"] == "PARTIALLY_CHARGED",
        SOON,
        "a part",
    )
    again = counter.ask(checkout, None)["payment"]
    assert (again["status"], again["address"]) == (
        "payment_insufficient",
        payment["address"],
    )
    counter.send(payment, "30.1")
    counter.wait_for_order(payment_id, SOON)
    rows = counter.payment(payment_id)["transactions"]
    captures = [row for row in rows if row["kind"] == "CAPTURE"]
    assert sum(Decimal(row["amount"]["amount"]) for row in captures) == checkout.total
    assert len({row["token"] for row in captures}) == 2


def test_another_amount_than_the_total_is_refused(counter: Counter) -> None:
    with pytest.raises(GraphQLError, match="Partial payments are not allowed"):
        counter.create(counter.shopper.checkout(), amount="10")


def test_a_coin_that_is_not_offered_is_refused_and_another_try_is_open(
    counter: Counter,
) -> None:
    checkout = counter.shopper.checkout()
    counter.create(checkout)
    with pytest.raises(GraphQLError, match="not offered"):
        counter.complete(checkout, "doge@moon")
    assert counter.ask(checkout)["payment"]["address"]


def test_a_gateway_that_is_down_leaves_a_payment_to_go_on_with(
    counter: Counter,
) -> None:
    checkout = counter.shopper.checkout()
    counter.create(checkout)
    counter.shopper.sandbox.control("faults", kind="down")
    answer = counter.ask(checkout)
    assert answer["payment"]["address"] is None
    assert answer["error"]["can_retry"] is True
    assert "not available" in answer["error"]["message"]
    counter.shopper.sandbox.control("faults", kind="none")
    assert counter.ask(checkout)["payment"]["address"]


def test_the_first_of_two_attempts_can_still_be_paid(counter: Counter) -> None:
    checkout = counter.shopper.checkout()
    first_id = counter.create(checkout)
    first = counter.ask(checkout)["payment"]
    second_id = counter.create(checkout)
    second = counter.ask(checkout)["payment"]
    assert first["address"] != second["address"]
    counter.send(first)
    counter.wait_for_order(first_id, SOON)
    assert counter.payment(second_id)["isActive"] is False


def test_a_transaction_for_a_checkout_paid_this_way_is_refused_in_words(
    counter: Counter,
) -> None:
    checkout = counter.shopper.checkout()
    payment_id = counter.create(checkout)
    payment = counter.ask(checkout)["payment"]
    session = counter.shopper.initialize(checkout, USDT)
    assert session.event["type"] == "CHARGE_FAILURE"
    assert "checkoutPaymentCreate" in session.data["error"]["message"]
    again = counter.ask(checkout, None)["payment"]
    assert again["address"] == payment["address"]
    counter.send(payment)
    counter.wait_for_order(payment_id, SOON)


def test_a_transaction_is_refused_beside_an_earlier_of_two_attempts(
    counter: Counter,
) -> None:
    checkout = counter.shopper.checkout()
    counter.create(checkout)
    first = counter.ask(checkout)["payment"]
    counter.create(checkout)  # begun, and never asked for an address
    session = counter.shopper.initialize(checkout, USDT)
    assert session.event["type"] == "CHARGE_FAILURE"
    assert "checkoutPaymentCreate" in session.data["error"]["message"]
    assert counter.ask(checkout)["payment"]["address"] != first["address"]


def _create_and_complete(counter: Counter, checkout: Purchase) -> None:
    counter.create(checkout)
    counter.complete(checkout)


def test_a_payment_for_a_checkout_with_a_transaction_is_refused_in_words(
    counter: Counter,
) -> None:
    checkout = counter.shopper.checkout()
    counter.shopper.initialize(checkout, USDT)
    # Saleor 3.21 takes the payment, and we refuse it.
    with pytest.raises(GraphQLError, match="Mixing Payments and Transactions"):
        _create_and_complete(counter, checkout)


def test_staff_are_answered_truthfully(counter: Counter) -> None:
    checkout = counter.shopper.checkout()
    payment_id = counter.create(checkout)
    counter.send(counter.ask(checkout)["payment"])
    counter.wait_for_order(payment_id, SOON)
    for _ in range(2):
        with pytest.raises(GraphQLError, match="switched off"):
            counter.request("Refund", payment_id)
    for kind in ("Capture", "Void"):
        with pytest.raises(GraphQLError):
            counter.request(kind, payment_id)
    found = counter.payment(payment_id)
    assert found["chargeStatus"] == "FULLY_CHARGED"
    refusals = [row for row in found["transactions"] if row["kind"] == "REFUND"]
    assert [row["isSuccess"] for row in refusals] == [False]


@pytest.mark.parametrize(
    ("hook", "kind", "words"),
    [
        ("capture_payment", "capture", "the customer has to send them"),
        ("void_payment", "void", "ends by itself"),
    ],
)
def test_whoever_asks_to_capture_or_void_is_refused_in_words(
    counter: Counter, shell: Shell, hook: str, kind: str, words: str
) -> None:
    checkout = counter.shopper.checkout()
    payment_id = counter.create(checkout)
    counter.ask(checkout)
    channel = counter.shopper.catalogue.channel
    answer = shell.run(ASK, payment_id=payment_id, hook=hook, channel=channel)
    is_success, answered, error = json.loads(answer)
    assert (is_success, answered) == (False, kind)
    assert words in error


def test_a_payment_that_nobody_pays_ends_and_another_can_begin(
    counter: Counter, shell: Shell
) -> None:
    checkout = counter.shopper.checkout()
    payment_id = counter.create(checkout)
    shell.expire(counter.ask(checkout)["payment"]["token"])
    wait_until(
        lambda: counter.payment(payment_id)["chargeStatus"] == "CANCELLED",
        SOON,
        "the end of the payment",
    )
    assert counter.payment(payment_id)["isActive"] is False
    again_id = counter.create(checkout)
    counter.send(counter.ask(checkout)["payment"])
    counter.wait_for_order(again_id, SOON)
