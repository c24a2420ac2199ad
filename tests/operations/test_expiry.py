"""Expiry: after the deadline, after looking, once."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from saleor_cryptopay.core.errors import TerminalError
from saleor_cryptopay.core.states import PaymentEvent
from saleor_cryptopay.models import Effect, Entry, Payment
from saleor_cryptopay.operations import expiry, ledger, outbox
from tests.recording_shop import Sale

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


def test_an_order_whose_address_the_gateway_refused_is_closed_in_the_end(
    scene: Scene,
) -> None:
    scene.sandbox.control("faults", kind="no_permission", count=1)
    with pytest.raises(TerminalError):
        scene.open()
    payment = Payment.objects.get()
    sale = Sale(total=payment.total, is_order=True)
    scene.shop.sales[payment.reference] = sale
    assert payment.state == "failed"
    scene.clock.shift = timedelta(hours=23)
    assert expiry.expire_due(scene.runtime) == 0
    scene.clock.shift = timedelta(hours=25)
    assert expiry.expire_due(scene.runtime) == 1
    outbox.deliver_effects(scene.runtime)
    assert scene.told(payment) == ["end", "cancel_order"]
    assert sale.is_canceled


def written(payment: Payment) -> list[tuple[object, ...]]:
    """Return what the ledger wrote about a payment, but for when."""
    entries = payment.entries.order_by("number").values_list(
        "number", "event", "state_before", "state_after", "note", "transfer"
    )
    effects = payment.effects.order_by("pk").values_list(
        "key", "kind", "data__message", "attempts", "done_at", "is_dead", "note"
    )
    return [*entries, *effects]


def test_a_batch_writes_what_the_ledger_writes_for_one(scene: Scene) -> None:
    one, other = scene.open(), scene.open()
    scene.clock.shift = timedelta(hours=26)
    event = PaymentEvent.DEADLINE_PASSED
    ledger.record_event(one.pk, event, scene.runtime, note="the deadline passed")
    assert expiry.expire_due(scene.runtime) == 1
    assert written(other) == written(one)
    now = Payment.objects.get(pk=other.pk).changed_at
    assert other.entries.get().created_at == now
    assert {row.next_attempt_at for row in other.effects.all()} == {now}
    assert other.effects.get(kind="end").data["at"] == now.isoformat()


def test_the_entries_of_a_batch_go_on_from_those_before(scene: Scene) -> None:
    fresh, tried = scene.open(), scene.open()
    transaction = scene.pay(tried, "50.1")
    scene.poll()
    scene.sandbox.control(f"transactions/{transaction}/fail")
    scene.poll()
    before = tried.entries.count()
    assert before >= 2
    scene.clock.shift = timedelta(hours=26)
    scene.poll()
    assert expiry.expire_due(scene.runtime) == 2
    for payment, number in ((fresh, 1), (tried, before + 1)):
        assert payment.entries.latest("number").number == number
        keys = payment.effects.filter(kind="end").values_list("key", flat=True)
        assert list(keys) == [f"{number}:end:"]


def test_in_a_batch_each_channel_keeps_its_rules(scene: Scene) -> None:
    payments = {name: scene.open() for name in ("keeps", "cancels")}
    for channel, payment in payments.items():
        Payment.objects.filter(pk=payment.pk).update(channel=channel)
    rules = scene.runtime.policies("")
    runtime = replace(
        scene.runtime,
        policies=lambda name: replace(rules, cancel_unpaid_orders=name == "cancels"),
    )
    scene.clock.shift = timedelta(hours=26)
    assert expiry.expire_due(runtime) == 2
    outbox.deliver_effects(runtime)
    assert scene.told(payments["keeps"]) == ["end"]
    assert scene.told(payments["cancels"]) == ["end", "cancel_order"]


def test_a_run_ends_at_the_most_it_may_close_and_the_next_goes_on(scene: Scene) -> None:
    for _ in range(3):
        scene.open()
    scene.clock.shift = timedelta(hours=26)
    assert expiry.expire_due(scene.runtime, most=2) == 2
    assert expiry.expire_due(scene.runtime) == 1
    assert set(Payment.objects.values_list("state", flat=True)) == {"expired"}


def test_one_run_closes_all_that_are_due_batch_by_batch(scene: Scene) -> None:
    now, many = scene.clock(), 2 * expiry.BATCH + 1
    Payment.objects.bulk_create(
        Payment(
            reference=f"transaction-{number}",
            gateway="crypton",
            environment="test",
            total=Decimal("50.10"),
            currency="USD",
            late_policy="review",
            # More than a batch of them at the very same moment.
            expires_at=now - timedelta(hours=2, seconds=number % 2),
        )
        for number in range(many)
    )
    assert expiry.expire_due(scene.runtime) == many
    assert set(Payment.objects.values_list("state", flat=True)) == {"expired"}
    assert Entry.objects.count() == many
    assert Effect.objects.filter(kind="end").count() == many
