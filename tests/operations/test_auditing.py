"""The daily audit: what stays different is told to staff, once."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from saleor_cryptopay.core.errors import GatewayError
from saleor_cryptopay.models import Message, Payment
from saleor_cryptopay.operations import auditing, reconciliation
from saleor_cryptopay.operations.ports import Credit
from saleor_cryptopay.operations.runtime import Watch

from .conftest import Scene


def told() -> list[bool]:
    """Return of each message about the audit whether it says that it is over."""
    rows = Message.objects.filter(name="audit_difference").order_by("pk")
    return [bool(row.data.get("is_over")) for row in rows]


def paid(scene: Scene) -> Payment:
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    return payment


def lose_credit(scene: Scene, payment: Payment) -> Credit:
    """Have the shop forget what it was told, and return it."""
    (key,) = [key for key in scene.shop.told if key.startswith("credit")]
    _, reference, credit = scene.shop.told.pop(key)
    assert reference == payment.reference
    assert credit is not None
    return credit


def test_books_that_agree_are_told_to_nobody(scene: Scene) -> None:
    paid(scene)
    assert auditing.audit_daily(scene.runtime) == []
    assert told() == []


def test_an_audit_is_due_a_day_after_one_came_to_its_end(scene: Scene) -> None:
    paid(scene)
    assert auditing.is_due(scene.runtime)
    scene.sandbox.control("faults", kind="down")
    with pytest.raises(GatewayError):
        auditing.audit_daily(scene.runtime)
    scene.sandbox.control("faults", kind="none")
    assert auditing.is_due(scene.runtime)
    auditing.audit_daily(scene.runtime)
    assert not auditing.is_due(scene.runtime)
    scene.clock.shift += timedelta(hours=24)
    assert auditing.is_due(scene.runtime)


def test_an_audit_that_is_switched_off_is_never_due(scene: Scene) -> None:
    scene.runtime = replace(scene.runtime, watch=Watch(audit=timedelta()))
    assert not auditing.is_due(scene.runtime)


def test_what_only_needs_time_is_told_to_nobody(scene: Scene) -> None:
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    # No poll has seen it, and the shop has not heard of it.
    assert auditing.audit_daily(scene.runtime) == []
    assert scene.credits(payment) == [Decimal("50.10")]
    assert told() == []


def test_a_difference_that_stays_is_told_once_and_once_when_it_is_gone(
    scene: Scene,
) -> None:
    payment = paid(scene)
    credit = lose_credit(scene, payment)
    for _ in range(2):
        assert len(auditing.audit_daily(scene.runtime)) == 1
        scene.clock.shift += timedelta(days=1)
    assert told() == [False]
    message = Message.objects.get(name="audit_difference")
    assert str(payment.pk) in message.data["differences"][0]
    scene.shop.record_credit(payment.reference, credit)
    for _ in range(2):
        auditing.audit_daily(scene.runtime)
    assert told() == [False, True]


def test_another_difference_is_told_for_itself(scene: Scene) -> None:
    lose_credit(scene, paid(scene))
    auditing.audit_daily(scene.runtime)
    lose_credit(scene, paid(scene))
    auditing.audit_daily(scene.runtime)
    assert told() == [False, False]


def test_it_can_be_switched_off(scene: Scene) -> None:
    lose_credit(scene, paid(scene))
    scene.runtime = replace(scene.runtime, watch=Watch(audit=timedelta()))
    assert auditing.audit_daily(scene.runtime) == []
    assert told() == []


def test_it_looks_back_as_far_as_it_is_told(scene: Scene) -> None:
    lose_credit(scene, paid(scene))
    reconciliation.reconcile(scene.runtime)
    scene.clock.shift += timedelta(days=10)
    scene.runtime = replace(scene.runtime, watch=Watch(audit=timedelta(days=9)))
    assert auditing.audit_daily(scene.runtime) == []
    scene.runtime = replace(scene.runtime, watch=Watch(audit=timedelta(days=30)))
    assert len(auditing.audit_daily(scene.runtime)) == 1
