"""Coins under way count before the shop has heard of them."""

from decimal import Decimal

from saleor_cryptopay.core.states import PaymentEvent
from saleor_cryptopay.operations import ledger, reconciliation
from saleor_cryptopay.operations.underway import find_worths

from .conftest import Scene


def test_coins_count_from_the_moment_they_are_seen(scene: Scene) -> None:
    payment, unpaid = scene.open(total="50.10"), scene.open(total="50.10")
    references = [payment.reference, unpaid.reference, "another"]
    assert find_worths(references) == {}
    scene.pay(payment, "20")
    scene.poll()
    assert find_worths(references) == {payment.reference: Decimal("20.00")}
    scene.pay(payment, "90")
    scene.sandbox.mine()
    reconciliation.reconcile(scene.runtime)  # and the shop is not told yet
    assert scene.credits(payment) == []
    assert find_worths(references) == {payment.reference: Decimal("50.10")}


def test_coins_that_need_a_person_do_not_count(scene: Scene) -> None:
    payment = scene.open(total="50.10")
    scene.pay(payment, "50.1")
    scene.poll()
    ledger.record_event(
        payment.pk, PaymentEvent.REVIEW_RAISED, scene.runtime, note="stuck"
    )
    assert find_worths([payment.reference]) == {}
