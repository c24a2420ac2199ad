"""Choosing a coin on the payment page."""

import re

import pytest
from django.test import Client

from saleor_cryptopay.core.errors import IndeterminateError, TerminalError
from saleor_cryptopay.core.states import PaymentState
from tests.stand_ins import Stage, make_policy

from .rows import ADDRESSES, make_payment, payment_in
from .site import html_of, page_of

pytestmark = pytest.mark.django_db


def test_without_an_asset_the_page_offers_what_has_a_price(
    client: Client, stage: Stage
) -> None:
    stage.policy = make_policy("usdt@ethereum", "btc@bitcoin", "ltc@litecoin")
    html = html_of(client, make_payment(stage))
    assert "<h1>Choose how to pay</h1>" in html
    assert re.findall(r'name="asset" value="([^"]*)"', html) == [
        "usdt@ethereum",
        "btc@bitcoin",
    ]
    assert "0.00078282 BTC" in html


def test_choosing_an_asset_leads_back_to_the_page(client: Client, stage: Stage) -> None:
    payment = make_payment(stage)
    stage.gateway.addresses = [ADDRESSES["btc@bitcoin"]]
    response = client.post(page_of(payment), {"asset": "btc@bitcoin"})
    assert (response.status_code, response["Location"]) == (303, ".")
    html = html_of(client, payment)
    assert f'data-copy="{ADDRESSES["btc@bitcoin"]}"' in html
    uri = f"bitcoin:{ADDRESSES['btc@bitcoin']}?amount=0.00078282"
    assert f'href="{uri}"' in html
    assert "This price holds until" in html


@pytest.mark.parametrize(
    ("asset", "refusal", "status", "words"),
    [
        ("doge@dogecoin", None, 422, "This coin cannot be chosen"),
        ("", None, 422, "This coin cannot be chosen"),
        ("ltc@litecoin", None, 422, "There is no price for this coin"),
        ("btc@bitcoin", TerminalError("sk_test_x is refused"), 503, "No payment add"),
        ("btc@bitcoin", IndeterminateError("cut off"), 503, "is not answering"),
    ],
)
def test_a_choice_that_fails_is_told_in_words(  # noqa: PLR0913 - a table
    asset: str,
    refusal: Exception | None,
    status: int,
    words: str,
    client: Client,
    stage: Stage,
) -> None:
    payment = make_payment(stage)
    stage.policy = make_policy("usdt@ethereum", "btc@bitcoin", "ltc@litecoin")
    stage.gateway.refusal = refusal
    response = client.post(page_of(payment), {"asset": asset})
    assert response.status_code == status
    assert words in response.text
    assert "sk_test_x" not in response.text


def test_an_address_that_was_given_before_is_told_as_a_refusal(
    client: Client, stage: Stage
) -> None:
    payment_in(PaymentState.AWAITING_PAYMENT, stage)
    payment = make_payment(stage)
    stage.gateway.addresses = [ADDRESSES["usdt@ethereum"], ADDRESSES["btc@bitcoin"]]
    response = client.post(page_of(payment), {"asset": "usdt@ethereum"})
    assert response.status_code == 503
    assert "No payment address could be made for this coin" in response.text
    assert ADDRESSES["usdt@ethereum"] not in response.text
    again = client.post(page_of(payment), {"asset": "btc@bitcoin"})
    assert again.status_code == 303


def test_a_refused_payment_can_be_tried_again_with_another_coin(
    client: Client, stage: Stage
) -> None:
    html = html_of(client, payment_in(PaymentState.FAILED, stage))
    assert 'value="btc@bitcoin"' in html
