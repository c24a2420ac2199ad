"""F13 to F30: events that are lost, doubled or out of order."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

import saleor_cryptopay
from saleor_cryptopay.core.addresses import canonical_address, canonical_hash
from saleor_cryptopay.core.assets import find_network
from saleor_cryptopay.core.states import TRANSITIONS, PaymentEvent
from saleor_cryptopay.gateways.registry import build_gateway
from saleor_cryptopay.models import Address, Delivery, Effect, Entry, Payment, Transfer
from saleor_cryptopay.operations import intake, ledger, outbox, reconciliation
from saleor_cryptopay.operations.opening import open_payment
from tests.operations.conftest import Scene
from tests.operations.test_intake import hint
from tests.playing import KEY, SECRET
from tests.stand_ins import Stage

from .asking import BODY, deliver, signed, state

pytestmark = pytest.mark.django_db
PACKAGE = Path(saleor_cryptopay.__file__).parent


def receive(scene: Scene, *bodies: bytes) -> None:
    for body in bodies:
        intake.receive_delivery(body, scene.runtime)
        intake.apply_deliveries(scene.runtime)
    outbox.deliver_effects(scene.runtime)


def paid(scene: Scene, *amounts: str, total: str = "50.10") -> tuple[Payment, str]:
    payment = scene.open(total=total)
    transactions = [scene.pay(payment, amount) for amount in amounts]
    scene.sandbox.mine()
    return payment, transactions[-1]


def test_f13_a_delivery_that_could_not_be_applied_waits(scene: Scene) -> None:
    payment, transaction_id = paid(scene, "50.1")
    scene.sandbox.control("faults", kind="broken")
    receive(scene, hint(transaction_id))
    assert Delivery.objects.get().status == "stored"
    scene.sandbox.control("faults", kind="none")
    scene.clock.shift += timedelta(minutes=1)
    intake.apply_deliveries(scene.runtime)
    assert state(payment) == "confirmed"


def test_f14_a_webhook_that_comes_too_early_is_tried_again(scene: Scene) -> None:
    stranger = scene.runtime.gateway.create_address(
        scene.runtime.policies("").assets[0], label="", metadata={}
    )
    receive(scene, hint(str(scene.sandbox.pay(stranger.address, "1")["id"])))
    delivery = Delivery.objects.get()
    assert delivery.status == "unmatched"
    assert delivery.next_attempt_at is not None


def test_f15_a_transfer_is_matched_without_metadata(scene: Scene) -> None:
    payment, transaction_id = paid(scene, "50.1")
    body = hint(transaction_id)
    assert b"metadata" not in body
    receive(scene, body)
    assert state(payment) == "confirmed"


def test_f16_the_door_only_stores(
    client: Client, stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):  # and nobody answers at the gateway's address
        assert deliver(client, BODY, signed(BODY)) == 200
    assert Delivery.objects.get().attempts == 0
    assert stage.shop.told == {}


def test_f17_copies_of_a_delivery_have_one_effect(scene: Scene) -> None:
    payment, transaction_id = paid(scene, "50.1")
    receive(scene, *[hint(transaction_id)] * 4)
    assert scene.told(payment) == ["credit", "complete"]
    assert Transfer.objects.count() == Entry.objects.count() == 1


def test_f18_detected_and_confirmed_of_one_transaction_both_count(
    scene: Scene,
) -> None:
    payment = scene.open()
    transaction_id = scene.pay(payment, "50.1")
    receive(scene, hint(transaction_id, status="pending"))
    assert state(payment) == "payment_detected"
    scene.sandbox.mine()
    receive(scene, hint(transaction_id))
    assert state(payment) == "confirmed"


def test_f19_the_database_refuses_a_transfer_twice(scene: Scene) -> None:
    paid(scene, "50.1")
    scene.poll()
    copy = Transfer.objects.get()
    copy.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)


def test_f20_totals_come_from_the_transfers(scene: Scene) -> None:
    payment, _ = paid(scene, *["5"] * 10, total="50.00")
    scene.poll()
    assert state(payment) == "confirmed"
    assert sum(scene.credits(payment)) == Decimal("50.00")
    numeric = {field.name for field in Payment._meta.fields if "received" in field.name}
    assert not numeric  # there is no sum to read, change and write back


def test_f21_detected_after_confirmed_changes_nothing(scene: Scene) -> None:
    payment = scene.open()
    transaction_id = scene.pay(payment, "50.1")
    early, seen_at = (
        scene.runtime.gateway.fetch_transaction(transaction_id),
        scene.clock(),
    )
    scene.sandbox.mine()
    scene.poll()
    ledger.record_transfer(early, seen_at, scene.runtime)
    receive(scene, hint(transaction_id, status="pending"))
    assert state(payment) == "confirmed"


def test_f22_a_failed_transfer_fails_no_payment(scene: Scene) -> None:
    payment, _ = paid(scene, "50.1")
    bad = scene.pay(payment, "1")
    scene.poll()
    scene.sandbox.control(f"transactions/{bad}/fail")
    scene.poll()
    assert state(payment) == "confirmed"
    events = {event for row in TRANSITIONS.values() for event in row}
    assert not [event for event in events if "transfer" in event]


@pytest.mark.parametrize("outcome", ["failed", "replaced"])
def test_f23_confirmed_coins_that_disappear_are_a_charge_back_and_a_case(
    scene: Scene, outcome: str
) -> None:
    payment, transaction_id = paid(scene, "50.1")
    scene.poll()
    path = f"transactions/{transaction_id}/reorganise"
    scene.sandbox.control(path, outcome=outcome)
    scene.poll()
    assert scene.amounts("reversal", payment) == [Decimal("50.10")]
    assert state(payment) == "needs_review"
    assert PaymentEvent.SETTLEMENT_REVERSED in set(
        Entry.objects.values_list("event", flat=True)
    )


class DeathError(BaseException):
    """The process died."""


def test_f24_state_and_the_order_to_act_on_it_are_one_commit(scene: Scene) -> None:
    payment, _ = paid(scene, "50.1")

    def die(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("INSERT") and Effect._meta.db_table in sql:
            raise DeathError
        return execute(sql, *rest)

    with (
        pytest.raises(DeathError),
        transaction.atomic(),
        connection.execute_wrapper(die),
    ):
        reconciliation.reconcile(scene.runtime)
    assert state(payment) == "awaiting_payment"
    scene.poll()
    assert scene.told(payment) == ["credit", "complete"]


def test_f25_asking_twice_gives_one_address(scene: Scene) -> None:
    first, second = (
        open_payment(scene.opening(reference="the same"), scene.runtime)
        for _ in range(2)
    )
    assert first.address == second.address
    assert len(scene.sandbox.state()["addresses"]) == Address.objects.count() == 1


def test_f26_hash_and_address_have_one_spelling(scene: Scene) -> None:
    payment, transaction_id = paid(scene, "50.1")
    report = scene.runtime.gateway.fetch_transaction(transaction_id)
    ethereum = find_network("ethereum")
    upper = "0x" + report.hash[2:].upper()
    assert canonical_hash(upper, ethereum) == report.hash
    loud = report.address.lower()
    assert canonical_address(loud, ethereum) == canonical_address(
        report.address, ethereum
    )
    ledger.record_transfer(report, scene.clock(), scene.runtime)
    ledger.record_transfer(replace(report, address=loud), scene.clock(), scene.runtime)
    assert Transfer.objects.count() == 1
    assert state(payment) == "confirmed"


def test_f27_one_transaction_may_pay_two_of_our_addresses(scene: Scene) -> None:
    first, second = scene.open(), scene.open()
    both = "0x" + "ab" * 32
    scene.pay(first, "50.1", hash=both)
    scene.pay(second, "50.1", hash=both)
    scene.sandbox.mine()
    scene.poll()
    assert (state(first), state(second)) == ("confirmed", "confirmed")


def test_f28_polling_alone_finds_everything(scene: Scene) -> None:
    payments = [paid(scene, "50.1")[0] for _ in range(5)]
    scene.poll()
    assert {state(payment) for payment in payments} == {"confirmed"}
    assert not Delivery.objects.exists()


def test_f29_the_trail_is_numbered_without_gaps_and_cannot_be_cut(
    scene: Scene,
) -> None:
    payment = scene.open()
    transaction_id = scene.pay(payment, "50.1")
    receive(scene, hint(transaction_id))
    scene.sandbox.mine()
    receive(scene, hint(transaction_id))
    numbers = Entry.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2]
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.filter(number=2).delete()
    counts = intake.replay(Delivery.objects.order_by("pk"), scene.runtime)
    assert counts == {"applied": 2}
    assert Entry.objects.count() == 2


def test_f30_another_process_goes_on_where_one_was_recycled(scene: Scene) -> None:
    payment, transaction_id = paid(scene, "50.1")
    intake.receive_delivery(hint(transaction_id), scene.runtime)
    fresh = build_gateway(
        "crypton",
        api_url=scene.sandbox.api_url,
        api_key=KEY,
        webhook_secrets=(SECRET,),
    )
    successor = replace(scene.runtime, gateway=fresh)
    intake.apply_deliveries(successor)
    assert state(payment) == "confirmed"
    timers = re.compile(r"threading|setInterval\(|asyncio|Timer\(")
    rooms = ("bridge", "operations", "web", "management")
    sources = [path for room in rooms for path in (PACKAGE / room).rglob("*.py")]
    assert not [path for path in sources if timers.search(path.read_text())]
