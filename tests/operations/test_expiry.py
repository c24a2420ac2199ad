"""Expiry: after the deadline, after looking, once."""

from datetime import timedelta

from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import expiry, outbox

from .conftest import Scene


def test_a_payment_expires_once_the_gateway_was_asked(scene: Scene) -> None:
    payment = scene.open()
    scene.clock.shift = timedelta(hours=24, minutes=1)
    assert expiry.expire_due(scene.runtime) == 0
    scene.poll()
    assert expiry.expire_due(scene.runtime) == 1
    outbox.deliver_effects(scene.runtime)
    assert Payment.objects.get().state == "expired"
    assert scene.told(payment) == ["end", "cancel_order"]


def test_a_gateway_out_of_reach_puts_the_deadline_off_for_an_hour(
    scene: Scene,
) -> None:
    scene.open()
    scene.clock.shift = timedelta(hours=24, minutes=59)
    assert expiry.expire_due(scene.runtime) == 0
    scene.clock.shift = timedelta(hours=25, minutes=1)
    assert expiry.expire_due(scene.runtime) == 1


def test_before_the_deadline_nothing_expires(scene: Scene) -> None:
    scene.open()
    scene.poll()
    assert expiry.expire_due(scene.runtime) == 0


def test_a_payment_that_has_too_little_becomes_a_case(scene: Scene) -> None:
    payment = scene.open()
    scene.pay(payment, "10")
    scene.sandbox.mine()
    scene.poll()
    scene.clock.shift = timedelta(hours=25)
    scene.poll()
    expiry.expire_due(scene.runtime)
    outbox.deliver_effects(scene.runtime)
    assert Payment.objects.get().state == "needs_review"
    assert "Needs a person" in scene.notices(payment)[-1]
    assert "cancel_order" not in scene.told(payment)


def test_an_order_is_left_alone_where_the_merchant_says_so(scene: Scene) -> None:
    scene.with_policy(cancel_unpaid_orders=False)
    payment = scene.open()
    scene.clock.shift = timedelta(hours=26)
    expiry.expire_due(scene.runtime)
    outbox.deliver_effects(scene.runtime)
    assert scene.told(payment) == ["end"]
