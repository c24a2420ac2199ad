"""The customer's page of a refund, as the server draws it."""

import gzip
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from saleor_cryptopay.core.languages import LANGUAGES
from saleor_cryptopay.core.refund_rules import RefundMode
from saleor_cryptopay.core.refunds import RefundEvent, RefundState
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Refund
from tests.stand_ins import Stage

from .refund_rows import (
    TRON_WALLET,
    WALLET,
    allow_refunds,
    make_refund,
    refund_in,
    say,
)
from .rows import ADDRESSES, HASH, payment_in
from .site import PREFIX, html_of, refund_page_of
from .test_pages import BUDGET

pytestmark = pytest.mark.django_db

HEADLINES = {
    RefundState.NEEDS_ADDRESS: "The shop is giving you coins back",
    RefundState.NEEDS_APPROVAL: "The shop is checking your refund",
    RefundState.APPROVED: "Your refund will be sent soon",
    RefundState.SENDING: "Your refund is being sent",
    RefundState.IN_DOUBT: "Your refund is being sent",
    RefundState.SENT: "Your refund is on its way",
    RefundState.CONFIRMED: "Your refund has arrived",
    RefundState.FAILED: "Your refund could not be sent",
    RefundState.DECLINED: "The shop does not send this refund",
    RefundState.LAPSED: "This link has expired",
}


def page_html(client: Client, refund: Refund, language: str = "en") -> str:
    response = client.get(refund_page_of(refund), {"lang": language})
    assert response.status_code == 200
    return response.text


@pytest.mark.parametrize("state", list(RefundState))
def test_every_state_has_its_page(
    state: RefundState, client: Client, stage: Stage
) -> None:
    html = page_html(client, refund_in(state, stage))
    assert f"<h1>{HEADLINES[state]}</h1>" in html
    assert f'data-state="{state}"' in html
    assert 'You get back</dt><dd dir="ltr">50.1 USDT' in html
    assert 'Counts as</dt><dd dir="ltr">50.10 USD' in html
    assert "paid by the shop" in html
    assert "Order 1042" in html
    assert ("<form" in html) is (state is RefundState.NEEDS_ADDRESS)
    assert (HASH in html) is (state in {RefundState.SENT, RefundState.CONFIRMED})


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("state", list(RefundState))
def test_the_whole_page_fits_the_budget(
    state: RefundState, language: str, client: Client, stage: Stage
) -> None:
    html = page_html(client, refund_in(state, stage), language)
    assert len(gzip.compress(html.encode())) <= BUDGET
    assert (HEADLINES[state] in html) is (language == "en")


def test_an_address_is_named_and_leads_back_to_the_page(
    client: Client, stage: Stage
) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    entered = {"address": f" {WALLET}\n", "repeated": WALLET.lower()}
    response = client.post(f"{refund_page_of(refund)}?lang=de", entered)
    assert (response.status_code, response["Location"]) == (303, ".?lang=de")
    refund.refresh_from_db()
    assert (refund.state, refund.address) == ("needs_approval", WALLET)
    html = page_html(client, refund)
    shown = re.findall(r'id="address"[^>]*>(.*?)</p>', html)[0]
    assert re.sub(r"<[^>]*>", "", shown) == WALLET


def test_a_form_that_is_sent_twice_is_taken_twice_and_counts_once(
    client: Client, stage: Stage
) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    entered = {"address": WALLET, "repeated": WALLET}
    answers = [client.post(refund_page_of(refund), entered) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert refund.entries.count() == 1


def test_where_no_approval_is_wanted_it_goes_on_at_once(
    client: Client, stage: Stage
) -> None:
    allow_refunds(stage, RefundMode.AUTOMATIC)
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    client.post(refund_page_of(refund), {"address": WALLET, "repeated": WALLET})
    refund.refresh_from_db()
    assert refund.state == RefundState.APPROVED


@pytest.mark.parametrize(
    ("address", "repeated", "field", "words"),
    [
        ("", "", "to", "Please enter an address."),
        ("0x12", "0x12", "to", "This is no address on Ethereum."),
        (WALLET.swapcase().replace("0X", "0x"), "", "to", "no address on Ethereum."),
        (TRON_WALLET, TRON_WALLET, "to", "an address on TRON, but the coins go back"),
        (WALLET, ADDRESSES["eth@ethereum"], "again", "The two addresses differ."),
        (WALLET, "", "again", "The two addresses differ."),
        (ADDRESSES["usdt@ethereum"],) * 2 + ("to", "This address belongs to the shop."),
        ("0x" + "0" * 40,) * 2 + ("to", "Nobody can use coins that are sent to"),
        (
            ("0xdAC17F958D2ee523a2206206994597C13D831ec7",) * 2
            + ("to", "Nobody can use coins that are sent to")
        ),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(  # noqa: PLR0913 - a table
    address: str,
    repeated: str,
    field: str,
    words: str,
    client: Client,
    stage: Stage,
) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    entered = {"address": address, "repeated": repeated}
    response = client.post(refund_page_of(refund), entered)
    assert response.status_code == 422
    (problem,) = re.findall(rf'id="{field}-problem">([^<]*)</span>', response.text)
    assert words in problem
    (marked,) = re.findall(r"<input[^>]*aria-invalid[^>]*>", response.text)
    assert f'id="{field}"' in marked
    assert "autofocus" in marked
    assert re.search(rf'aria-describedby="[^"]*\b{field}-problem', marked)
    assert f'value="{address}"' in response.text
    refund.refresh_from_db()
    assert (refund.state, refund.address) == ("needs_address", "")


def test_what_was_entered_is_escaped(client: Client, stage: Stage) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    evil = '"><script>alert(1)</script>'
    response = client.post(refund_page_of(refund), {"address": evil, "repeated": evil})
    assert "<script>alert" not in response.text
    assert "&quot;&gt;&lt;script&gt;" in response.text


@pytest.mark.parametrize(
    "state", [RefundState.NEEDS_APPROVAL, RefundState.SENDING, RefundState.LAPSED]
)
def test_an_address_is_taken_once_and_in_time(
    state: RefundState, client: Client, stage: Stage
) -> None:
    refund = refund_in(state, stage)
    other = ADDRESSES["eth@ethereum"]
    entered = {"address": other, "repeated": other}
    response = client.post(refund_page_of(refund), entered)
    assert response.status_code == 422
    assert "An address cannot be given here any more." in response.text
    refund.refresh_from_db()
    assert refund.address != other


def test_past_its_deadline_a_link_shows_as_expired(
    client: Client, stage: Stage
) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    stage.clock.now += timedelta(days=14)
    html = page_html(client, refund)
    assert f"<h1>{HEADLINES[RefundState.LAPSED]}</h1>" in html
    assert "<form" not in html
    entered = {"address": WALLET, "repeated": WALLET}
    assert client.post(refund_page_of(refund), entered).status_code == 422


@pytest.mark.parametrize("token", ["x", "A" * 32, "A" * 33, "%00"])
@pytest.mark.usefixtures("stage")
def test_other_tokens_open_nothing(token: str, client: Client) -> None:
    for method in (client.get, client.post):
        response = method(f"{PREFIX}/refund/{token}/")
        assert response.status_code == 404
        assert "There is no refund here" in response.text
    assert client.get(f"{PREFIX}/refund/{token}/status/").status_code == 404


def test_staffs_words_are_shown_to_the_customer_escaped(
    client: Client, stage: Stage
) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    say(refund, stage, RefundEvent.ADDRESS_REFUSED, "That is an <b>exchange</b>.")
    html = page_html(client, refund)
    assert "The shop could not use the address that you gave." in html
    assert "That is an &lt;b&gt;exchange&lt;/b&gt;." in html


def test_other_notes_stay_with_staff(client: Client, stage: Stage) -> None:
    refund = refund_in(RefundState.FAILED, stage, reason="a regular complainer")
    say(refund, stage, RefundEvent.ORDER_REFUSED, "INSUFFICIENT_BALANCE")
    html = page_html(client, refund)
    assert "INSUFFICIENT" not in html
    assert "complainer" not in html


def test_a_fee_that_is_taken_off_is_shown_before(client: Client, stage: Stage) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage, fee_units=600_000)
    html = page_html(client, refund)
    assert "49.5 USDT</dd>" in html
    assert 'taken off what is sent · <bdi dir="ltr">0.6 USDT</bdi>' in html


def test_the_rate_that_the_coins_rest_on_is_shown(client: Client, stage: Stage) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    same = make_refund(payment, stage, key="1", coins="20")
    by_value = make_refund(payment, stage, key="2", coins="20", rate=Decimal("1.01"))
    assert 'Rate of your payment</dt><dd dir="ltr">1 USDT = 1 USD' in page_html(
        client, same
    )
    html = page_html(client, by_value)
    assert 'Rate when the refund was made</dt><dd dir="ltr">1 USDT = 1.01 USD' in html


def test_coins_the_shop_never_counted_have_no_value(
    client: Client, stage: Stage
) -> None:
    refund = refund_in(
        RefundState.NEEDS_ADDRESS,
        stage,
        amount=Decimal(0),
        source=Refund.Source.SURPLUS,
    )
    html = page_html(client, refund)
    assert "Counts as" not in html
    assert "Rate of your payment" not in html


def test_an_address_that_was_changed_behind_our_back_is_not_shown(
    client: Client, stage: Stage
) -> None:
    refund = refund_in(RefundState.NEEDS_APPROVAL, stage)
    other = ADDRESSES["eth@ethereum"]
    Refund.objects.filter(pk=refund.pk).update(address=other)
    html = page_html(client, refund)
    assert 'id="address"' not in html
    assert other not in html


def test_the_page_carries_the_payment_pages_headers(
    client: Client, stage: Stage
) -> None:
    response = client.get(refund_page_of(refund_in(RefundState.SENT, stage)))
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'nonce-")
    assert policy.endswith("frame-ancestors 'none'")
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"


def test_a_poll_costs_one_statement_and_304_as_long_as_nothing_changed(
    client: Client, stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    refund = refund_in(RefundState.SENDING, stage)
    status = f"{refund_page_of(refund)}status/"
    first = client.get(status)
    assert first.json() == {
        "status": "sending",
        "asset": "usdt@ethereum",
        "network": "ethereum",
        "coin": "usdt",
        "amount": "50.1",
        "value": "50.10",
        "currency": "USD",
        "address": WALLET,
        "hash": None,
        "explorer_url": "",
        "message": "",
        "expires_at": f"{refund.expires_at:%Y-%m-%dT%H:%M:%SZ}",
        "server_time": f"{stage.clock():%Y-%m-%dT%H:%M:%SZ}",
    }
    for sent in (first["ETag"], f"W/{first['ETag']}"):
        with django_assert_num_queries(1):
            answer = client.get(status, headers={"If-None-Match": sent})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["X-Server-Time"] == f"{stage.clock():%Y-%m-%dT%H:%M:%SZ}"
    Refund.objects.filter(pk=refund.pk).update(state=RefundState.SENT, hash=HASH)
    answer = client.get(status, headers={"If-None-Match": first["ETag"]})
    assert answer.json()["explorer_url"] == f"https://etherscan.io/tx/{HASH}"


def test_a_poll_sees_the_deadline_pass(client: Client, stage: Stage) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    status = f"{refund_page_of(refund)}status/"
    tag = client.get(status)["ETag"]
    stage.clock.now += timedelta(days=14)
    answer = client.get(status, headers={"If-None-Match": tag})
    assert answer.json()["status"] == "lapsed"


def test_the_payment_page_leads_to_its_refunds(client: Client, stage: Stage) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    html = html_of(client, refund.payment)
    assert f'<a href="../../refund/{refund.token}/">Give an address for your' in html
    assert HEADLINES[RefundState.NEEDS_ADDRESS] in html
    Refund.objects.filter(pk=refund.pk).update(state="needs_approval")
    html = html_of(client, refund.payment)
    assert "Follow this refund" in html
    assert 'data-poll="30"' in html


def test_the_payments_status_tells_its_refunds(client: Client, stage: Stage) -> None:
    refund = refund_in(RefundState.SENT, stage)
    url = f"{PREFIX}/pay/{refund.payment.token}/status/"
    answer = client.get(url)
    assert answer.json()["refunds"] == [
        {
            "status": "sent",
            "asset": "usdt@ethereum",
            "amount": "50.1",
            "hash": HASH,
            "explorer_url": f"https://etherscan.io/tx/{HASH}",
        }
    ]
    # Any origin may read this, and the link decides where coins go.
    assert refund.token not in answer.text
