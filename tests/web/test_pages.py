"""The payment page, as the server draws it."""

import gzip
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from saleor_cryptopay.core.languages import LANGUAGES
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations.ports import Summary
from tests.stand_ins import Stage

from .rows import ADDRESSES, HASH, give_address, make_payment, payment_in, send_coins
from .site import PREFIX, html_of, page_of

pytestmark = pytest.mark.django_db

BUDGET = 15_000  # bytes, gzip

HEADLINES = {
    PaymentState.AWAITING_PAYMENT: "Waiting for your payment",
    PaymentState.PAYMENT_DETECTED: "Payment detected",
    PaymentState.PAYMENT_INSUFFICIENT: "A part is still missing",
    PaymentState.CONFIRMED: "Payment complete",
    PaymentState.EXPIRED: "This payment has expired",
    PaymentState.FAILED: "The payment could not be started",
    PaymentState.CANCELED: "This payment was canceled",
    PaymentState.NEEDS_REVIEW: "The shop is looking at your payment",
}


@pytest.mark.parametrize("state", list(PaymentState))
def test_every_state_has_its_page(
    state: PaymentState, client: Client, stage: Stage
) -> None:
    html = html_of(client, payment_in(state, stage))
    assert f"<h1>{HEADLINES[state]}</h1>" in html
    assert f'data-state="{state}"' in html
    assert "Order 1042" in html
    assert "https://shop.example/checkout/done?order=1042" in html


@pytest.mark.parametrize("state", list(PaymentState))
def test_an_address_is_shown_only_while_coins_are_asked_for(
    state: PaymentState, client: Client, stage: Stage
) -> None:
    html = html_of(client, payment_in(state, stage))
    asks = {PaymentState.AWAITING_PAYMENT, PaymentState.PAYMENT_INSUFFICIENT}
    assert (f'data-copy="{ADDRESSES["usdt@ethereum"]}"' in html) is (state in asks)
    assert ("viewBox" in html and "QR code for this payment" in html) is (state in asks)


def test_the_page_carries_strict_headers(client: Client, stage: Stage) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    first, second = client.get(page_of(payment)), client.get(page_of(payment))
    policy = first["Content-Security-Policy"]
    nonce = re.findall(r"'nonce-([A-Za-z0-9_-]{20,})'", policy)[0]
    assert policy == (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}';"
        " img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    )
    assert policy != second["Content-Security-Policy"]
    assert first["Cache-Control"] == "no-store"
    assert first["Referrer-Policy"] == "no-referrer"
    assert first["X-Content-Type-Options"] == "nosniff"
    assert first["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("state", list(PaymentState))
def test_nothing_is_loaded_from_elsewhere(
    state: PaymentState, client: Client, stage: Stage
) -> None:
    html = html_of(client, payment_in(state, stage))
    links = set(re.findall(r'<a [^>]*href="(https?://[^"/]*)', html))
    elsewhere = set(re.findall(r'https?://[^"/\s<]*', html)) - links
    assert elsewhere <= {"http://www.w3.org"}  # the name space of SVG
    assert not re.findall(r"""(?:src|srcset|action)=|url\(|@import| style=""", html)
    assert links <= {"https://shop.example", "https://etherscan.io"}


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("state", list(PaymentState))
def test_the_whole_page_fits_the_budget(
    state: PaymentState, language: str, client: Client, stage: Stage
) -> None:
    """Style, script and code are in the page: there is nothing else to load."""
    answer = client.get(page_of(payment_in(state, stage)), {"lang": language})
    assert len(gzip.compress(answer.content)) <= BUDGET


def test_amount_network_and_address_are_told_in_full(
    client: Client, stage: Stage
) -> None:
    html = html_of(client, payment_in(PaymentState.AWAITING_PAYMENT, stage))
    address = ADDRESSES["usdt@ethereum"]
    shown = re.findall(r'id="address"[^>]*>(.*?)</p>', html)[0]
    assert re.sub(r"<[^>]*>", "", shown) == address
    assert re.findall(r"<span>([^<]*)</span>", shown)[0] == address[:4]
    assert '<span class="value" id="amount">50.1</span>' in html
    assert "Send only <strong>USDT</strong> on <strong>Ethereum</strong>" in html
    assert f"/transfer?address={address}&amp;uint256=50100000" in html
    assert "1 USDT = 1 USD" in html
    assert "50.10 USD" in html


def test_a_coin_without_a_wallet_scheme_has_no_wallet_link(
    client: Client, stage: Stage
) -> None:
    payment = make_payment(stage)
    give_address(payment, stage, "usdt@tron")
    html = html_of(client, payment)
    assert "Open in wallet" not in html
    assert ADDRESSES["usdt@tron"] in html


def test_a_partial_payment_asks_for_the_rest(client: Client, stage: Stage) -> None:
    html = html_of(client, payment_in(PaymentState.PAYMENT_INSUFFICIENT, stage))
    assert "Remaining amount" in html
    assert 'data-copy="30.1"' in html
    assert "uint256=30100000" in html
    assert 'Received</dt><dd dir="ltr">20 USDT' in html


def test_a_transfer_shows_hash_confirmations_and_explorer(
    client: Client, stage: Stage
) -> None:
    html = html_of(client, payment_in(PaymentState.PAYMENT_DETECTED, stage))
    assert f'href="https://etherscan.io/tx/{HASH}"' in html
    assert "3 of 12 confirmations" in html
    assert '<progress value="3" max="12"' in html


def test_what_the_shop_says_is_escaped(client: Client, stage: Stage) -> None:
    stage.shop.described = Summary(
        '<script>alert("shop")</script>', '"><img src=x>', (), "https://a.example/?\"'>"
    )
    html = html_of(client, payment_in(PaymentState.CONFIRMED, stage))
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(&quot;shop&quot;)&lt;/script&gt;" in html
    assert 'href="https://a.example/?&quot;&#x27;&gt;"' in html


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://[x", ""],
)
def test_only_web_addresses_lead_back(url: str, client: Client, stage: Stage) -> None:
    stage.shop.described = replace(stage.shop.described, return_url=url)
    html = html_of(client, payment_in(PaymentState.CONFIRMED, stage))
    assert "Back to the shop" not in html


def test_a_hash_cannot_leave_its_link(client: Client, stage: Stage) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    send_coins(payment, stage, "1", hash='../../"><b>x')
    html = html_of(client, payment)
    assert "<b>x" not in html
    assert 'href="https://etherscan.io/tx/..%2F..%2F%22%3E%3Cb%3Ex"' in html


@pytest.mark.parametrize(
    "token",
    ["A" * 32, "short", "A" * 33, "A" * 31 + ".", "%00" * 32, "é" * 32, "A" * 400],
)
def test_unknown_and_malformed_tokens_get_the_same_answer(
    token: str, client: Client, stage: Stage
) -> None:
    payment_in(PaymentState.AWAITING_PAYMENT, stage)
    answers = [client.get(f"{PREFIX}/pay/{text}/") for text in (token, "B" * 32)]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {
        re.sub(r'nonce="[^"]*"', "", answer.content.decode()) for answer in answers
    }
    assert len(bodies) == 1
    assert answers[0]["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("stage")
def test_a_malformed_token_costs_no_statement(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert client.get(f"{PREFIX}/pay/{'A' * 31}!/").status_code == 404


def test_head_is_answered_and_other_methods_are_not(
    client: Client, stage: Stage
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    assert client.head(page_of(payment)).status_code == 200
    assert client.put(page_of(payment)).status_code == 405
    assert client.delete(page_of(payment)).status_code == 405


def test_past_its_deadline_nothing_looks_open(client: Client, stage: Stage) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    stage.clock.now = payment.expires_at
    html = html_of(client, payment)
    assert "This payment has expired" in html
    assert ADDRESSES["usdt@ethereum"] not in html
    assert "<form" not in html
    assert stage.jobs.checks == [payment.id]


def test_a_lapsed_quote_is_said_and_the_payments_own_clock_goes_on(
    client: Client, stage: Stage
) -> None:
    payment = make_payment(stage)
    lapses = stage.clock() + timedelta(minutes=15)
    give_address(payment, stage, "btc@bitcoin", quote_expires_at=lapses)
    stage.clock.now = lapses
    html = html_of(client, payment)
    assert "The time for which this price was held is over" in html
    assert "Please pay by" in html


def test_test_money_is_called_so(client: Client, stage: Stage) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    assert "Test money" in html_of(client, payment)
    live = make_payment(stage, environment="live")
    assert "Test money" not in html_of(client, live)


def test_without_javascript_the_page_reloads_itself_while_something_can_happen(
    client: Client, stage: Stage
) -> None:
    marker = '<noscript><meta http-equiv="refresh"'
    assert marker in html_of(client, payment_in(PaymentState.PAYMENT_DETECTED, stage))
    Payment.objects.all().update(state="confirmed")
    assert marker not in html_of(client, Payment.objects.get())
