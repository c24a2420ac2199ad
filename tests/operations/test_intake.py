"""Intake: stored before acknowledged, applied from the gateway's own answer."""

import json
from datetime import timedelta
from decimal import Decimal

from saleor_cryptopay.models import Delivery, Payment, Transfer
from saleor_cryptopay.operations import intake, outbox
from saleor_cryptopay.operations.retries import claim

from .conftest import Scene


def hint(transaction: str, **details: object) -> bytes:
    """Return a webhook's body about a transaction of the sandbox."""
    data = {
        "id": transaction,
        "hash": "0x" + "ab" * 32,
        "status": "confirmed",
        "amount": "50.1",
        "coin": "usdt",
        "network": "ethereum",
        "address_id": "addr_1",
        "confirmations": 12,
        "created_at": "2026-11-22T10:00:00Z",
    }
    event = {"event": "transaction.confirmed", "data": data | details}
    return json.dumps(event).encode()


def receive(scene: Scene, body: bytes) -> Delivery:
    intake.receive_delivery(body, scene.runtime)
    return Delivery.objects.latest("pk")


def test_a_delivery_is_one_statement(
    scene: Scene, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        intake.receive_delivery(b"{}", scene.runtime)


def test_a_delivery_is_stored_as_its_model_would_store_it(scene: Scene) -> None:
    delivery = receive(scene, b"{}")
    usual = Delivery(
        id=delivery.pk,
        gateway="crypton",
        environment="test",
        body=b"{}",
        received_at=delivery.received_at,
        next_attempt_at=delivery.received_at,
    )
    for field in Delivery._meta.concrete_fields:
        stored, expected = (getattr(row, field.attname) for row in (delivery, usual))
        assert stored == expected, field.name


def test_what_is_credited_is_what_the_gateway_says_when_asked(scene: Scene) -> None:
    payment = scene.open(total="50.10")
    transaction = scene.pay(payment, "1")
    scene.sandbox.mine()
    receive(scene, hint(transaction, amount="50000"))
    intake.apply_deliveries(scene.runtime)
    outbox.deliver_effects(scene.runtime)
    assert scene.credits(payment) == [Decimal("1.00")]
    assert Delivery.objects.get().status == "applied"


def test_three_copies_of_a_delivery_credit_once(scene: Scene) -> None:
    payment = scene.open()
    transaction = scene.pay(payment, "50.1")
    scene.sandbox.mine()
    for _ in range(3):
        receive(scene, hint(transaction))
    intake.apply_deliveries(scene.runtime)
    outbox.deliver_effects(scene.runtime)
    assert Transfer.objects.count() == 1
    assert scene.credits(payment) == [Decimal("50.10")]


def test_an_unknown_event_is_kept(scene: Scene) -> None:
    receive(scene, b'{"event": "moon.phase", "data": {"id": "x"}}')
    intake.apply_deliveries(scene.runtime)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.next_attempt_at) == ("kept", None)


def test_a_delivery_that_can_never_be_read_is_kept_as_dead(scene: Scene) -> None:
    receive(scene, b'{"event": "transaction.confirmed", "data": 3}')
    intake.apply_deliveries(scene.runtime)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.next_attempt_at) == ("dead", None)
    assert delivery.note


def test_while_the_gateway_is_down_a_delivery_waits(scene: Scene) -> None:
    payment = scene.open()
    transaction = scene.pay(payment, "50.1")
    scene.sandbox.mine()
    receive(scene, hint(transaction))
    scene.sandbox.control("faults", kind="down")
    intake.apply_deliveries(scene.runtime)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("stored", 1)
    scene.sandbox.control("faults", kind="none")
    assert intake.apply_deliveries(scene.runtime) == 0
    scene.clock.shift += timedelta(minutes=1)
    intake.apply_deliveries(scene.runtime)
    assert Delivery.objects.get().status == "applied"
    assert Payment.objects.get(pk=payment.pk).state == "confirmed"


def test_a_delivery_about_nobody_is_tried_again_and_kept(scene: Scene) -> None:
    stranger = scene.runtime.gateway.create_address(
        scene.runtime.policies("").assets[0], label="", metadata={}
    )
    transaction = scene.sandbox.pay(stranger.address, "5")["id"]
    receive(scene, hint(str(transaction)))
    for _ in range(intake.ATTEMPTS):
        intake.apply_deliveries(scene.runtime)
        scene.clock.shift += timedelta(hours=1)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.next_attempt_at) == ("unmatched", None)
    assert delivery.attempts == intake.ATTEMPTS


def test_two_workers_never_apply_one_delivery(scene: Scene) -> None:
    receive(scene, hint("tx_unknown"))
    rows = Delivery.objects.all()
    first = list(claim(rows, scene.clock, 10))
    second = list(claim(rows, scene.clock, 10))
    assert (len(first), len(second)) == (1, 0)
