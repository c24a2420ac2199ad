"""A payment as data: the fields that storefronts rely on, and what a poll costs."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Payment, Transfer
from saleor_cryptopay.web.status import payment_data
from tests.stand_ins import Stage

from .rows import ADDRESSES, HASH, give_address, make_payment, payment_in, send_coins
from .site import PREFIX

pytestmark = pytest.mark.django_db

ASSET_FIELDS = {
    "asset", "network", "coin", "address", "amount", "rate", "payment_uri", "qr_svg",
    "quote_expires_at", "quote_holds_until", "rate_source", "rate_as_of",
}  # fmt: skip
PAYMENT_FIELDS = ASSET_FIELDS | {
    "token", "status", "page_url", "status_url", "currency", "total", "expires_at",
    "server_time",
}  # fmt: skip


def status_of(payment: Payment) -> str:
    return f"{PREFIX}/pay/{payment.token}/status/"


def test_a_storefront_is_told_everything_about_a_payment(stage: Stage) -> None:
    payment = make_payment(stage)
    lapses = stage.clock() + timedelta(minutes=15)
    give_address(
        payment,
        stage,
        "btc@bitcoin",
        amount="0.00078282",
        rate="64000",
        quote_expires_at=lapses,
    )
    data = payment_data(payment, stage.runtime)
    assert set(data) == PAYMENT_FIELDS
    address = ADDRESSES["btc@bitcoin"]
    assert data["address"] == address
    assert data["payment_uri"] == f"bitcoin:{address}?amount=0.00078282"
    assert (data["amount"], data["rate"]) == ("0.00078282", "64000")
    assert (data["total"], data["currency"]) == ("50.10", "USD")
    assert (data["network"], data["coin"]) == ("bitcoin", "btc")
    assert data["page_url"] == f"{stage.base_url}pay/{payment.token}/"
    assert data["status_url"] == f"{stage.base_url}pay/{payment.token}/status/"
    assert data["quote_expires_at"] == lapses.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert str(data["qr_svg"]).startswith("<svg ")


def test_without_an_asset_its_fields_are_null_and_the_offer_is_told(
    stage: Stage,
) -> None:
    data = payment_data(make_payment(stage), stage.runtime)
    assert set(data) == PAYMENT_FIELDS | {"assets"}
    assert all(data[name] is None for name in ASSET_FIELDS)
    offered = data["assets"]
    assert isinstance(offered, list)
    assert offered[0] == {
        "asset": "usdt@ethereum",
        "coin": "usdt",
        "network": "ethereum",
        "symbol": "USDT",
        "name": "Tether USD",
        "network_name": "Ethereum",
        "amount": "50.1",
    }


def test_the_status_tells_sums_and_transfers(client: Client, stage: Stage) -> None:
    payment = payment_in(PaymentState.PAYMENT_DETECTED, stage)
    response = client.get(status_of(payment))
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {
        "status": "payment_detected",
        "asset": "usdt@ethereum",
        "address": ADDRESSES["usdt@ethereum"],
        "amount": "50.1",
        "received": "50.1",
        "remaining": "0",
        "due": "0",
        "overpaid": "0",
        "transfers": [
            {
                "hash": HASH,
                "amount": "50.1",
                "confirmations": 3,
                "required_confirmations": 12,
                "status": "confirming",
                "explorer_url": f"https://etherscan.io/tx/{HASH}",
            }
        ],
        "refunds": [],
        "expires_at": payment.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "server_time": stage.clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "return_url": "https://shop.example/checkout/done?order=1042",
    }


@pytest.mark.parametrize(
    ("sent", "received", "remaining", "overpaid"),
    [
        ([], "0", "50.1", "0"),
        ([("20", {})], "20", "30.1", "0"),
        ([("20", {}), ("30.1", {})], "50.1", "0", "0"),
        ([("60.000001", {})], "60.000001", "0", "9.900001"),
        ([("20", {"status": "failed"})], "0", "50.1", "0"),
        ([("20", {"status": "replaced", "is_final": False})], "0", "50.1", "0"),
        ([("20", {"verdict": "wrong_asset", "units": 0})], "0", "50.1", "0"),
        ([("20", {"verdict": "late"})], "20", "30.1", "0"),
    ],
)
def test_only_coins_of_the_quoted_asset_that_are_not_gone_are_summed(  # noqa: PLR0913 - a table
    sent: list[tuple[str, dict[str, object]]],
    received: str,
    remaining: str,
    overpaid: str,
    client: Client,
    stage: Stage,
) -> None:
    payment = make_payment(stage)
    give_address(payment, stage)
    for amount, values in sent:
        send_coins(payment, stage, amount, **values)
    data = client.get(status_of(payment)).json()
    shown = (data["received"], data["remaining"], data["overpaid"])
    assert shown == (received, remaining, overpaid)


def test_within_the_tolerance_nothing_remains(client: Client, stage: Stage) -> None:
    payment = make_payment(stage)
    give_address(payment, stage, minimum_units=50_000_000)
    send_coins(payment, stage, "50")
    assert client.get(status_of(payment)).json()["remaining"] == "0"


def test_coins_at_an_earlier_address_are_shown_and_not_summed(
    client: Client, stage: Stage
) -> None:
    payment = make_payment(stage)
    give_address(payment, stage, "eth@ethereum", amount="0.01565625")
    send_coins(payment, stage, "0.01", verdict=Transfer.Verdict.OLD_ADDRESS)
    give_address(payment, stage)
    data = client.get(status_of(payment)).json()
    assert (data["received"], data["amount"]) == ("0", "50.1")
    assert (data["remaining"], data["due"]) == ("50.1", "0")
    assert data["transfers"][0]["amount"] == "0.01"


def test_nothing_is_called_confirmed_before_it_is_final(
    client: Client, stage: Stage
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    send_coins(payment, stage, "50.1", status="confirmed", required_confirmations=30)
    transfer = client.get(status_of(payment)).json()["transfers"][0]
    assert transfer["status"] == "confirming"


def test_a_poll_costs_one_statement_and_304_as_long_as_nothing_changed(
    client: Client, stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    payment = payment_in(PaymentState.PAYMENT_DETECTED, stage)
    tag = client.get(status_of(payment))["ETag"]
    stage.clock.now += timedelta(seconds=5)
    for sent in (tag, f"W/{tag}", f'"other", {tag}'):
        with django_assert_num_queries(1):
            answer = client.get(status_of(payment), headers={"If-None-Match": sent})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["ETag"] == tag
        assert answer["X-Server-Time"] == f"{stage.clock():%Y-%m-%dT%H:%M:%SZ}"
    payment.transfers.update(confirmations=4)
    answer = client.get(status_of(payment), headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer["ETag"] != tag


def test_the_page_carries_the_tag_of_its_status(client: Client, stage: Stage) -> None:
    payment = payment_in(PaymentState.PAYMENT_DETECTED, stage)
    tag = client.get(status_of(payment))["ETag"].strip('"')
    html = client.get(f"{PREFIX}/pay/{payment.token}/").text
    assert f'data-tag="&quot;{tag}&quot;"' in html


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("awaiting_payment", "expired"),
        ("payment_insufficient", "needs_review"),
        ("payment_detected", "payment_detected"),
        ("confirmed", "confirmed"),
    ],
)
def test_past_its_deadline_a_payment_does_not_show_as_open(
    state: PaymentState, shown: str, client: Client, stage: Stage
) -> None:
    payment = payment_in(PaymentState(state), stage)
    stage.clock.now = payment.expires_at + timedelta(seconds=1)
    assert client.get(status_of(payment)).json()["status"] == shown


@pytest.mark.parametrize(
    ("state", "age", "is_checked"),
    [
        ("awaiting_payment", None, True),
        ("awaiting_payment", 61, True),
        ("awaiting_payment", 59, False),
        ("payment_detected", 61, True),
        ("confirmed", None, False),
        ("canceled", None, False),
    ],
)
def test_looking_at_a_stale_open_payment_queues_its_check(
    state: str,
    age: int | None,
    is_checked: bool,  # noqa: FBT001 - a table
    client: Client,
    stage: Stage,
) -> None:
    payment = payment_in(PaymentState(state), stage)
    checked_at = None if age is None else stage.clock() - timedelta(seconds=age)
    Payment.objects.update(checked_at=checked_at)
    client.get(status_of(payment))
    assert stage.jobs.checks == ([payment.id] if is_checked else [])


@pytest.mark.parametrize("token", ["A" * 32, "x", "A" * 31 + "!", "..%2f" * 6])
@pytest.mark.parametrize("tail", ["status/", "qr.svg"])
@pytest.mark.usefixtures("stage")
def test_unknown_tokens_get_one_answer(token: str, tail: str, client: Client) -> None:
    response = client.get(f"{PREFIX}/pay/{token}/{tail}")
    assert response.status_code == 404
    if "%" not in token:
        assert response.json() == {"error": "not found"}


def test_the_status_is_read_only(client: Client, stage: Stage) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    assert client.post(status_of(payment)).status_code == 405
    assert client.head(status_of(payment)).status_code == 200


def test_a_look_after_the_deadline_queues_the_check_that_closes_the_payment(
    client: Client, stage: Stage
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    checked_at = stage.clock() - timedelta(seconds=5)
    expires_at = stage.clock() - timedelta(seconds=1)
    Payment.objects.update(checked_at=checked_at, expires_at=expires_at)
    client.get(status_of(payment))
    assert stage.jobs.checks == [payment.id]
