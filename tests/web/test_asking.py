"""What the customer is asked to send, and that nobody is asked for coins in vain."""

from datetime import timedelta

import pytest
from django.test import Client

from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Payment, Transfer
from saleor_cryptopay.web.status import payment_data
from tests.stand_ins import Stage

from .rows import ADDRESSES, give_address, make_payment, payment_in, send_coins
from .site import PREFIX, html_of
from .test_status import status_of

pytestmark = pytest.mark.django_db


def partly_on_its_way(stage: Stage, **values: str) -> Payment:
    """Store a payment that 20 of 50.1 USDT are on their way to."""
    payment = make_payment(stage, state=PaymentState.PAYMENT_DETECTED, **values)
    give_address(payment, stage)
    send_coins(payment, stage, "20")
    return payment


def test_the_rest_is_not_asked_for_once_it_would_come_too_late(
    client: Client, stage: Stage
) -> None:
    payment = partly_on_its_way(stage)
    html = html_of(client, payment)
    assert 'data-copy="30.1"' in html
    assert "Please pay by" in html
    stage.clock.now = payment.expires_at
    html = html_of(client, payment)
    assert "Part of the payment is on its way" in html
    assert "Please do not send any more coins" in html
    assert ADDRESSES["usdt@ethereum"] not in html
    for asking in ("send the rest", "Still missing", "30.1", "Please pay by"):
        assert asking not in html


def test_where_late_coins_count_the_rest_is_asked_for_without_a_clock(
    client: Client, stage: Stage
) -> None:
    payment = partly_on_its_way(stage, late_policy="accept")
    for days in (0, 2):
        stage.clock.now += timedelta(days=days)
        html = html_of(client, payment)
        assert 'data-copy="30.1"' in html
        assert "Please pay by" not in html


@pytest.mark.parametrize("state", ["awaiting_payment", "payment_insufficient"])
def test_while_coins_are_at_an_earlier_address_nothing_is_asked_for(
    state: str, client: Client, stage: Stage
) -> None:
    payment = make_payment(stage, state=state)
    give_address(payment, stage, "usdt@tron")
    stray = send_coins(payment, stage, "50.1", verdict=Transfer.Verdict.OLD_ADDRESS)
    give_address(payment, stage)
    html = html_of(client, payment)
    assert "Your coins came to an earlier address" in html
    assert "Please do not send any more coins" in html
    assert ADDRESSES["usdt@ethereum"] not in html
    assert "3 of 12 confirmations" in html
    for asking in ("Send exactly this amount", "send the rest", 'data-copy="50.1"'):
        assert asking not in html
    stray.status = "failed"
    stray.save()
    assert 'data-copy="50.1"' in html_of(client, payment)


@pytest.mark.parametrize(
    ("state", "sent", "due"),
    [
        ("awaiting_payment", "0", "50.1"),
        ("payment_insufficient", "20", "30.1"),
        ("payment_detected", "20", "30.1"),
        ("payment_detected", "50.1", "0"),
        ("confirmed", "50.1", "0"),
        ("needs_review", "20", "0"),
        ("expired", "0", "0"),
    ],
)
def test_what_is_due_is_what_the_customer_is_asked_to_send(
    state: str, sent: str, due: str, client: Client, stage: Stage
) -> None:
    payment = make_payment(stage, state=state)
    assert client.get(status_of(payment)).json()["due"] is None
    give_address(payment, stage)
    if sent != "0":
        send_coins(payment, stage, sent)
    assert client.get(status_of(payment)).json()["due"] == due


def test_a_poll_notices_that_the_rest_would_come_too_late(
    client: Client, stage: Stage
) -> None:
    payment = make_payment(stage, state=PaymentState.PAYMENT_DETECTED)
    give_address(payment, stage)
    send_coins(payment, stage, "20")
    first = client.get(status_of(payment))
    stage.clock.now = payment.expires_at
    tag = {"If-None-Match": first["ETag"]}
    then = client.get(status_of(payment), headers=tag)
    assert (first.json()["due"], then.json()["due"]) == ("30.1", "0")
    assert then.json()["remaining"] == "30.1"


def test_uri_and_code_ask_for_what_is_still_missing(stage: Stage) -> None:
    payment = payment_in(PaymentState.PAYMENT_INSUFFICIENT, stage)
    data = payment_data(payment, stage.runtime)
    assert str(data["payment_uri"]).endswith("&uint256=30100000")
    assert data["amount"] == "50.1"


@pytest.mark.parametrize("state", list(PaymentState))
def test_the_code_is_served_while_coins_are_asked_for(
    state: PaymentState, client: Client, stage: Stage
) -> None:
    payment = payment_in(state, stage)
    response = client.get(f"{PREFIX}/pay/{payment.token}/qr.svg")
    # What is detected here covers all of it.
    is_asked = state in {"awaiting_payment", "payment_insufficient"}
    assert response.status_code == (200 if is_asked else 404)
    data = payment_data(payment, stage.runtime)
    assert (data["payment_uri"] is not None) is is_asked
    assert (data["qr_svg"] is not None) is is_asked
    if is_asked:
        assert response["Content-Type"] == "image/svg+xml"
        assert "sandbox" in response["Content-Security-Policy"]
