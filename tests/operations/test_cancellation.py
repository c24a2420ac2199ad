"""What the shop does not want any more is closed; coins make it a case for staff."""

from datetime import timedelta
from decimal import Decimal

from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import cancellation, outbox
from saleor_cryptopay.operations.ports import Completion

from .conftest import Scene

REASON = "the order was canceled"


def state(payment: Payment) -> str:
    return Payment.objects.get(pk=payment.pk).state


def close(scene: Scene) -> int:
    closed = cancellation.close_unwanted(scene.runtime)
    outbox.deliver_effects(scene.runtime)
    return closed


def test_an_order_canceled_in_the_shop_closes_its_payment(scene: Scene) -> None:
    payment, other = scene.open(), scene.open()
    scene.shop.reasons[payment.reference] = REASON
    assert close(scene) == 1
    assert (state(payment), state(other)) == ("canceled", "awaiting_payment")
    assert scene.told(payment) == ["end"]
    assert close(scene) == 0


def test_coins_for_a_canceled_payment_wait_for_staff(scene: Scene) -> None:
    payment = scene.open()
    scene.shop.reasons[payment.reference] = REASON
    close(scene)
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "needs_review"
    assert scene.credits(payment) == []


def test_a_cancellation_while_coins_are_on_their_way_is_a_case(scene: Scene) -> None:
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.poll()
    scene.shop.reasons[payment.reference] = REASON
    assert close(scene) == 1
    assert state(payment) == "needs_review"
    assert any(REASON in note for note in scene.notices(payment))
    scene.sandbox.mine()
    scene.poll()
    # The coins came, and the shop is told so: a person sends them back.
    assert scene.credits(payment) == [Decimal("50.10")]


def test_every_open_payment_has_its_turn(scene: Scene) -> None:
    payments = []
    for _ in range(5):
        scene.clock.shift += timedelta(seconds=1)
        payments.append(scene.open())
    scene.shop.reasons[payments[4].reference] = REASON
    assert [cancellation.close_unwanted(scene.runtime, most=2) for _ in range(3)] == [
        0,
        0,
        1,
    ]
    scene.shop.reasons[payments[0].reference] = REASON
    assert cancellation.close_unwanted(scene.runtime, most=2) == 1


def test_a_total_that_rose_after_the_quote_is_told_to_staff(scene: Scene) -> None:
    payment = scene.open(total="50.10")
    scene.shop.completion = Completion.NOT_PAID  # the shop's total is 60 by now
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "confirmed"
    assert scene.credits(payment) == [Decimal("50.10")]
    assert any("does not call it fully paid" in note for note in scene.notices(payment))


def test_a_checkout_that_is_gone_when_the_coins_are_final_is_told_to_staff(
    scene: Scene,
) -> None:
    payment = scene.open()
    scene.shop.completion = Completion.GONE
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert any("checkout is gone" in note for note in scene.notices(payment))


def test_coins_that_pay_for_a_canceled_order_are_told_to_staff(scene: Scene) -> None:
    payment = scene.open()
    scene.shop.completion = Completion.CLOSED
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert any("the order was canceled" in note for note in scene.notices(payment))


def test_a_second_attempt_for_one_checkout_is_a_payment_of_its_own(
    scene: Scene,
) -> None:
    first, second = scene.open(), scene.open("btc@bitcoin")
    assert first.address != second.address
    scene.pay(first, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert (state(first), state(second)) == ("confirmed", "awaiting_payment")
    scene.shop.reasons[second.reference] = "the order was paid in another way"
    close(scene)
    assert state(second) == "canceled"
    scene.pay(second, "0.001")
    scene.sandbox.mine()
    scene.poll()
    assert state(second) == "needs_review"
    assert scene.credits(second) == []
