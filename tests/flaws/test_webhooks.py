"""F1 to F12: who sent a webhook, and what may be believed of it."""

import inspect
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client
from django.views.debug import SafeExceptionReporterFilter
from pytest_django import DjangoAssertNumQueries

from saleor_cryptopay.core.errors import MalformedError
from saleor_cryptopay.gateways import signatures
from saleor_cryptopay.gateways.crypton import CryptonGateway
from saleor_cryptopay.gateways.documents import MAX_DEPTH
from saleor_cryptopay.gateways.registry import build_gateway
from saleor_cryptopay.models import Delivery, Transfer
from saleor_cryptopay.operations import intake, ledger, outbox
from saleor_cryptopay.web.webhooks import BODY_LIMIT
from tests.operations.conftest import Scene
from tests.operations.test_intake import hint
from tests.stand_ins import WEBHOOK_SECRET, ScriptedGateway, Stage
from tests.web.site import PREFIX

from .asking import BODY, deliver, signed

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(
    "body",
    [
        b'{"n": 100.50}',
        b'{"2":1,"1":2}',
        rb'{"n": "\u00e9"}',
        b'{"n":123456789012345678}',
    ],
)
def test_f01_exactly_the_bytes_that_came_are_signed(
    client: Client, body: bytes
) -> None:
    rewritten = json.dumps(json.loads(body), sort_keys=True, indent=1).encode()
    assert rewritten != body
    assert deliver(client, body, signed(body)) == 200
    assert deliver(client, body, signed(rewritten)) == 400
    assert bytes(Delivery.objects.get().body) == body


@pytest.mark.usefixtures("stage")
def test_f02_signatures_are_compared_in_constant_time_and_have_one_form(
    client: Client,
) -> None:
    good = signed(BODY)
    variants = (good.upper(), good[7:], f" {good}x", f"{good},{good}", "sha256=")
    assert {deliver(client, BODY, variant) for variant in variants} == {400}
    source = inspect.getsource(signatures)
    assert "hmac.compare_digest" in source
    assert "==" not in source


def test_f03_a_replay_changes_nothing(scene: Scene) -> None:
    payment = scene.open()
    body = hint(scene.pay(payment, "50.1"))
    scene.sandbox.mine()
    for _ in range(5):
        intake.receive_delivery(body, scene.runtime)
        intake.apply_deliveries(scene.runtime)
        outbox.deliver_effects(scene.runtime)
    assert scene.credits(payment) == [Decimal("50.10")]


@pytest.mark.parametrize("secret", ["", "short", "x" * 23])
def test_f04_without_a_usable_secret_nothing_is_taken(
    client: Client, stage: Stage, secret: str
) -> None:
    stage.gateway = ScriptedGateway(secrets=(secret,) if secret else ())
    assert deliver(client, BODY, signed(BODY, secret)) == 503
    assert not Delivery.objects.exists()


def test_f05_old_and_new_secret_are_taken_and_their_last_use_told(
    client: Client, stage: Stage
) -> None:
    fresh = "the-secret-that-follows-the-old-one"
    stage.gateway = ScriptedGateway(secrets=(fresh, WEBHOOK_SECRET))
    assert deliver(client, BODY, signed(BODY)) == 200
    health = client.get(f"{PREFIX}/health/").json()
    assert health["webhook_secrets_last_used"][0] is None
    assert deliver(client, BODY, signed(BODY, fresh)) == 200
    health = client.get(f"{PREFIX}/health/").json()
    assert all(health["webhook_secrets_last_used"])


def test_f06_an_event_of_the_other_environment_touches_no_payment(
    scene: Scene,
) -> None:
    payment = scene.open()
    report = scene.runtime.gateway.fetch_transaction(scene.pay(payment, "50.1"))
    live = build_gateway(
        "crypton",
        api_url="https://gateway.example/api/v1",
        api_key="sk_live_somebody",
        webhook_secrets=(WEBHOOK_SECRET,),
    )
    runtime = replace(scene.runtime, gateway=live)
    assert not ledger.record_transfer(report, scene.clock(), runtime)
    assert not Transfer.objects.exists()


@pytest.mark.usefixtures("stage")
def test_f07_what_is_not_signed_or_too_large_costs_no_statement(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    large = b" " * (BODY_LIMIT + 1)
    with django_assert_num_queries(0):
        assert deliver(client, BODY, signed(b"another")) == 400
        assert deliver(client, large, signed(large)) == 413


@pytest.mark.parametrize(
    "body",
    [
        b'{"event": "a", "event": "b"}',
        b'{"event": NaN}',
        b'{"event": ' + b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2) + b"}",
    ],
    ids=["key twice", "NaN", "deep"],
)
def test_f07_hostile_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedError):
        ScriptedGateway().parse(body)


@pytest.mark.usefixtures("stage")
def test_f08_no_address_of_a_sender_is_believed_or_needed(client: Client) -> None:
    trusted = {"X-Forwarded-For": "127.0.0.1", "X-Real-Ip": "10.0.0.1"}
    assert deliver(client, BODY, signed(b"another"), **trusted) == 400
    assert deliver(client, BODY, signed(BODY), **{"X-Forwarded-For": "6.6.6.6"}) == 200


def test_f09_an_unknown_event_is_acknowledged_kept_and_shown(
    client: Client, stage: Stage
) -> None:
    body = b'{"event": "moon.phase", "data": {"id": "x"}}'
    assert deliver(client, body, signed(body)) == 200
    intake.apply_deliveries(stage.runtime)
    delivery = Delivery.objects.get()
    assert (delivery.status, bytes(delivery.body)) == ("kept", body)


class OtherGateway(CryptonGateway):
    """Another account, of another gateway."""

    name = "other"


def test_f10_an_event_of_another_account_touches_no_payment(
    scene: Scene, client: Client, stage: Stage
) -> None:
    door = f"{PREFIX}/webhooks/other/"
    assert deliver(client, BODY, signed(BODY), door=door) == 404
    payment = scene.open()
    report = scene.runtime.gateway.fetch_transaction(scene.pay(payment, "50.1"))
    other = OtherGateway(scene.sandbox.api_url, "sk_test_other", ())
    runtime = replace(stage.runtime, gateway=other)
    assert not ledger.record_transfer(report, scene.clock(), runtime)


def test_f11_a_genuine_event_credits_only_what_the_gateway_confirms(
    scene: Scene,
) -> None:
    payment = scene.open(total="2000.00")
    transaction = scene.pay(payment, "1")
    scene.sandbox.mine()
    body = hint(transaction, amount="2000", coin="usdt", network="ethereum")
    intake.receive_delivery(body, scene.runtime)
    intake.apply_deliveries(scene.runtime)
    outbox.deliver_effects(scene.runtime)
    assert scene.credits(payment) == [Decimal("1.00")]


def test_f12_no_secret_is_printed(
    client: Client, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    secret, key = "canary-" + "s" * 32, "sk_test_canary" + "k" * 32
    gateway = CryptonGateway("http://127.0.0.1:9/api/v1", key, (secret,))
    assert deliver(client, BODY, "sha256=" + "0" * 64) == 400
    printed = [
        repr(gateway),
        str(gateway),
        repr(replace(stage.runtime, gateway=gateway)),
    ]
    printed += [caplog.text, client.get(f"{PREFIX}/health/").text]
    try:
        gateway.test_connection()
    except Exception as error:  # noqa: BLE001 - whatever it says is looked at
        printed += [str(error), repr(error)]
    assert not [text for text in printed if secret in text or key in text]
    hidden = SafeExceptionReporterFilter().hidden_settings
    assert all(map(hidden.search, ("api_key", "webhook_secrets")))
