"""What the webhook door answers, and what a forgery costs."""

import hashlib
import hmac
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from saleor_cryptopay.models import Delivery
from saleor_cryptopay.web.webhooks import BODY_LIMIT
from tests.stand_ins import WEBHOOK_SECRET, ScriptedGateway, Stage

from .site import PREFIX

pytestmark = pytest.mark.django_db

DOOR = f"{PREFIX}/webhooks/crypton/"
BODY = b'{"event": "transaction.detected",\r\n "data": {"id": "tx_1"}}'


def signature(body: bytes, secret: str = WEBHOOK_SECRET) -> str:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def deliver(
    client: Client, body: bytes, signed: str | None, door: str = DOOR, **extra: Any
) -> int:
    headers = {} if signed is None else {"X-Gateway-Signature": signed}
    response = client.post(
        door, body, content_type="application/json", headers=headers, **extra
    )
    return response.status_code


def test_a_signed_delivery_is_stored_byte_by_byte_and_acknowledged(
    client: Client,
    stage: Stage,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with (
        django_capture_on_commit_callbacks(execute=True),
        django_assert_num_queries(1),
    ):
        assert deliver(client, BODY, signature(BODY)) == 200
    delivery = Delivery.objects.get()
    assert bytes(delivery.body) == BODY
    assert delivery.gateway == "crypton"
    assert stage.jobs.asked == ["apply_deliveries"]


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(
    ("body", "signed", "verdict"),
    [
        (BODY, None, 400),
        (BODY, "", 400),
        (BODY, "sha256=", 400),
        (BODY, signature(BODY)[:-1] + "x", 400),
        (BODY, signature(BODY).removeprefix("sha256="), 400),
        (BODY, signature(BODY, "another-secret-that-is-long-enough"), 400),
        (BODY, signature(BODY, ""), 400),
        (BODY + b" ", signature(BODY), 400),
        (BODY.replace(b"\r\n", b"\n"), signature(BODY), 400),
        (b"", signature(BODY), 400),
        (b"x" * (BODY_LIMIT + 1), signature(b"x" * (BODY_LIMIT + 1)), 413),
    ],
)
def test_a_forgery_is_refused_and_costs_no_statement(
    body: bytes,
    signed: str | None,
    verdict: int,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        assert deliver(client, body, signed) == verdict
    assert not Delivery.objects.exists()


@pytest.mark.usefixtures("stage")
def test_a_body_at_the_limit_is_taken(client: Client) -> None:
    body = b"x" * BODY_LIMIT
    assert deliver(client, body, signature(body)) == 200


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("length", ["65537", "9" * 5000, "99999999999999"])
def test_a_body_that_announces_too_much_is_not_read(
    length: str, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = client.generic("POST", DOOR, BODY, CONTENT_LENGTH=length)
    assert answer.status_code == 413


@pytest.mark.parametrize("name", ["other", "CRYPTON", "crypton%2f", "crypton.", "é"])
@pytest.mark.usefixtures("stage")
def test_another_gateways_door_is_not_there(
    name: str, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    door = f"{PREFIX}/webhooks/{name}/"
    with django_assert_num_queries(0):
        assert deliver(client, BODY, signature(BODY), door) == 404


def test_without_a_secret_nothing_gets_in_and_the_gateway_may_try_again(
    client: Client, stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stage.gateway = ScriptedGateway(secrets=())
    with django_assert_num_queries(0):
        assert deliver(client, BODY, signature(BODY, "")) == 503


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_only_posts_are_taken(method: str, client: Client) -> None:
    assert getattr(client, method)(DOOR).status_code == 405


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("path", ["/", "", "/webhooks/", "/pay/", "/admin/", "/health"])
def test_other_paths_are_not_there(path: str, client: Client) -> None:
    assert client.get(f"{PREFIX}{path}").status_code == 404
