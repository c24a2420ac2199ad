"""Which messages follow from what happens to a payment: each once."""

from datetime import timedelta

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from saleor_cryptopay.models import Message, Payment
from saleor_cryptopay.operations import expiry, reconciliation
from saleor_cryptopay.operations.messages.letters import write_letter
from saleor_cryptopay.operations.opening import open_payment

from .conftest import Scene


def names(payment: Payment) -> list[str]:
    rows = Message.objects.filter(payment=payment).order_by("pk")
    return list(rows.values_list("name", flat=True))


def pay_at_once(scene: Scene, payment: Payment, amount: str) -> None:
    scene.pay(payment, amount)
    scene.sandbox.mine()
    scene.poll()


def test_an_exact_payment_is_told_as_seen_and_as_complete(scene: Scene) -> None:
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.poll()
    assert names(payment) == ["payment_detected"]
    scene.sandbox.mine()
    scene.poll()
    assert names(payment) == ["payment_detected", "payment_confirmed"]


def test_reading_again_tells_nothing_again(scene: Scene) -> None:
    payment = scene.open()
    pay_at_once(scene, payment, "50.1")
    for _ in range(3):
        scene.clock.shift += timedelta(hours=2)
        scene.poll()
    assert names(payment) == ["payment_confirmed"]


def test_each_part_that_leaves_a_rest_is_told(scene: Scene) -> None:
    payment = scene.open()
    pay_at_once(scene, payment, "20")
    pay_at_once(scene, payment, "10")
    pay_at_once(scene, payment, "20.1")
    assert names(payment) == [
        "payment_insufficient",
        "payment_insufficient",
        "payment_confirmed",
    ]
    first = Message.objects.filter(payment=payment).earliest("pk")
    assert first.data["transfer"]["amount"] == "20"
    assert first.data["transfer"]["symbol"] == "USDT"


def test_a_surplus_is_told_beside_the_end(scene: Scene) -> None:
    payment = scene.open()
    pay_at_once(scene, payment, "60")
    assert names(payment) == ["payment_overpaid", "payment_confirmed"]


def test_coins_beyond_a_complete_payment_are_told_as_surplus(scene: Scene) -> None:
    payment = scene.open()
    pay_at_once(scene, payment, "50.1")
    pay_at_once(scene, payment, "5")
    assert names(payment) == ["payment_confirmed", "payment_overpaid"]


def test_a_surplus_worth_no_money_is_not_told(scene: Scene) -> None:
    payment = scene.open()
    pay_at_once(scene, payment, "50.104")
    assert names(payment) == ["payment_confirmed"]


def test_coins_after_the_deadline_are_told_to_both_sides(scene: Scene) -> None:
    payment = scene.open()
    scene.clock.shift += timedelta(hours=25)
    expiry.expire_due(scene.runtime)
    assert names(payment) == ["payment_expired"]
    scene.clock.shift = timedelta()  # the sandbox's own time
    Payment.objects.filter(pk=payment.pk).update(
        expires_at=scene.clock() - timedelta(days=2)
    )
    pay_at_once(scene, payment, "50.1")
    assert names(payment) == ["payment_expired", "payment_late", "needs_review"]
    review = Message.objects.get(name="needs_review")
    assert review.audience == "staff"
    assert "after the deadline" in review.data["why"]


def test_a_wrong_coin_is_told_to_staff_alone(scene: Scene) -> None:
    scene.sandbox.control("dialect", mode="common")
    payment = scene.open("usdt@ethereum")
    scene.pay(payment, "5000", coin="dai")
    scene.sandbox.mine()
    scene.poll()
    assert names(payment) == ["needs_review"]
    assert "5000 DAI" in Message.objects.get().data["why"]
    letter = write_letter(Message.objects.get(), scene.runtime, "de")
    assert "5000 DAI (Ethereum): nicht Coin und Netzwerk, die" in letter.text


def test_coins_that_disappear_are_told_to_staff_without_figures_of_the_ledger(
    scene: Scene,
) -> None:
    payment = scene.open()
    transfer = scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    scene.sandbox.control(f"transactions/{transfer}/reorganise")
    scene.poll()
    review = Message.objects.get(name="needs_review")
    letter = write_letter(review, scene.runtime, "de")
    assert "50.1 USDT (Ethereum): aus der Blockchain verschwunden" in letter.text


def test_a_transfer_that_fails_is_told(scene: Scene) -> None:
    payment = scene.open()
    transfer = scene.pay(payment, "50.1")
    scene.poll()
    scene.sandbox.control(f"transactions/{transfer}/fail")
    scene.poll()
    assert names(payment) == ["payment_detected", "payment_failed"]


def test_a_transfer_that_fails_while_others_cover_all_is_not_told(
    scene: Scene,
) -> None:
    payment = scene.open()
    pay_at_once(scene, payment, "50.1")
    transfer = scene.pay(payment, "50.1")
    scene.poll()
    scene.sandbox.control(f"transactions/{transfer}/fail")
    scene.poll()
    assert names(payment) == ["payment_confirmed"]


@pytest.mark.parametrize("by_sweep", [True, False], ids=["sweep", "check"])
def test_an_end_is_told_to_those_who_chose_a_coin(
    scene: Scene, *, by_sweep: bool
) -> None:
    chosen = scene.open()
    unseen = open_payment(scene.opening(asset=""), scene.runtime)
    scene.clock.shift += timedelta(hours=25)
    if not by_sweep:
        reconciliation.check_payment(chosen.pk, scene.runtime)
    expiry.expire_due(scene.runtime)
    expiry.expire_due(scene.runtime)
    assert names(chosen) == ["payment_expired"]
    assert names(unseen) == []


def test_a_part_at_the_deadline_is_a_case_for_staff(scene: Scene) -> None:
    payment = scene.open()
    pay_at_once(scene, payment, "20")
    scene.clock.shift += timedelta(hours=25)
    expiry.expire_due(scene.runtime)
    assert names(payment) == ["payment_insufficient", "needs_review"]


def test_people_are_told_soon(
    scene: Scene,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    payment = scene.open()
    scene.pay(payment, "50.1")
    with django_capture_on_commit_callbacks(execute=True):
        reconciliation.reconcile(scene.runtime)
    assert "deliver_messages" in scene.jobs.asked
