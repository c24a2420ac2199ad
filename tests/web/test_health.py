"""The figures of health: what is stuck is seen, and nothing secret is told."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.gateways.signatures import secret_mark
from saleor_cryptopay.models import Case, Delivery, Effect
from saleor_cryptopay.operations import pulse
from saleor_cryptopay.operations.intake import receive_delivery
from saleor_cryptopay.web.figures import iso
from tests.stand_ins import WEBHOOK_SECRET, ScriptedGateway, Stage

from .rows import payment_in
from .site import PREFIX

pytestmark = pytest.mark.django_db

HEALTH = f"{PREFIX}/health/"


def test_all_is_well_where_nothing_waits(
    client: Client, stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    payment_in(PaymentState.AWAITING_PAYMENT, stage)
    with django_assert_num_queries(6):
        response = client.get(HEALTH)
    assert response["Cache-Control"] == "no-store"
    assert WEBHOOK_SECRET not in response.text
    assert response.json() == {
        "status": "ok",
        "gateway": "crypton",
        "environment": "test",
        "webhook_secrets": True,
        "webhook_secrets_last_used": [None],
        "oldest_waiting_delivery_seconds": None,
        "oldest_waiting_effect_seconds": None,
        "open_payments_unchecked": 0,
        "open_cases": 0,
        "seconds_since_audit": None,
    }


def test_what_waits_for_staff_is_counted_and_is_no_fault(
    client: Client, stage: Stage
) -> None:
    payment = payment_in(PaymentState.NEEDS_REVIEW, stage)
    for key, closed in (("1", False), ("2", True)):
        Case.objects.create(
            payment=payment,
            key=key,
            why="late",
            opened_at=stage.clock(),
            closed_at=stage.clock() if closed else None,
            closed_by="User:1" if closed else "",
        )
    data = client.get(HEALTH).json()
    assert (data["open_cases"], data["status"]) == (1, "ok")
    text = client.get(f"{HEALTH}?format=prometheus").text
    labels = '{gateway="crypton",environment="test"}'
    assert f"cryptopay_open_cases{labels} 1\n" in text


def test_an_audit_that_was_too_long_ago_is_seen(client: Client, stage: Stage) -> None:
    pulse.note(pulse.AUDIT, stage.clock() - timedelta(days=2))
    data = client.get(HEALTH).json()
    assert (data["status"], data["seconds_since_audit"]) == ("ok", 2 * 86_400)
    pulse.note(pulse.AUDIT, stage.clock() - timedelta(days=4))
    assert client.get(HEALTH).json()["status"] == "degraded"


def test_a_delivery_that_waits_too_long_is_seen(client: Client, stage: Stage) -> None:
    now = stage.clock()
    Delivery.objects.create(
        gateway="crypton",
        environment="test",
        body=b"{}",
        received_at=now - timedelta(minutes=11),
        next_attempt_at=now,
    )
    data = client.get(HEALTH).json()
    assert data["oldest_waiting_delivery_seconds"] == 660
    assert data["status"] == "degraded"


def test_an_effect_that_waits_is_seen(client: Client, stage: Stage) -> None:
    now = stage.clock()
    Effect.objects.create(
        payment=payment_in(PaymentState.CONFIRMED, stage),
        key="1",
        kind="notice",
        created_at=now - timedelta(seconds=30),
        next_attempt_at=now,
    )
    data = client.get(HEALTH).json()
    assert data["oldest_waiting_effect_seconds"] == 30
    assert data["status"] == "ok"


def test_payments_that_nobody_looks_at_are_counted(
    client: Client, stage: Stage
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    stage.clock.now = payment.expires_at + timedelta(minutes=11)
    data = client.get(HEALTH).json()
    assert (data["open_payments_unchecked"], data["status"]) == (1, "degraded")


def test_a_missing_secret_is_seen(client: Client, stage: Stage) -> None:
    stage.gateway = ScriptedGateway(secrets=())
    assert client.get(HEALTH).json()["status"] == "degraded"


def test_when_a_secret_signed_last_is_told_and_which_it_is_not(
    client: Client, stage: Stage
) -> None:
    fresh = "another-webhook-secret-of-the-tests"
    stage.gateway = ScriptedGateway(secrets=(fresh, WEBHOOK_SECRET))
    old_mark = secret_mark(WEBHOOK_SECRET)
    receive_delivery(b"{}", stage.runtime, secret=old_mark)
    response = client.get(HEALTH)
    first, second = response.json()["webhook_secrets_last_used"]
    assert first is None
    assert second == iso(stage.clock())
    assert old_mark not in response.text


def test_prometheus_reads_the_same_figures(client: Client, stage: Stage) -> None:
    stage.gateway = ScriptedGateway(secrets=())
    response = client.get(HEALTH, {"format": "prometheus"})
    assert response["Content-Type"].startswith("text/plain; version=0.0.4")
    labels = '{gateway="crypton",environment="test"}'
    lines = response.text.splitlines()
    assert f"cryptopay_healthy{labels} 0" in lines
    assert f"cryptopay_webhook_secrets{labels} 0" in lines
    assert f"cryptopay_oldest_waiting_delivery_seconds{labels} 0" in lines
    figures = [line for line in lines if not line.startswith("#")]
    assert sum(line.startswith("# TYPE ") for line in lines) == len(figures)
    assert all(line.rpartition(" ")[2].isdigit() for line in figures)
