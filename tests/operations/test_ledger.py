"""The ledger: what transfers do to a payment, in whatever order they are heard of."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.core.states import PaymentEvent, PaymentState
from saleor_cryptopay.models import Entry, Payment, Transfer
from saleor_cryptopay.operations import expiry, ledger
from saleor_cryptopay.operations.opening import choose_asset
from saleor_cryptopay.operations.runtime import LatePolicy
from tests.chaos.world import World

from .conftest import Scene


@pytest.fixture
def world(db: None) -> World:  # noqa: ARG001 - a database
    """Give a shop that trusts coins that were only seen."""
    world = World()
    world.stage.policy = replace(world.stage.policy, accept_unconfirmed=True)
    return world


def state(payment: Payment) -> str:
    return Payment.objects.get(pk=payment.pk).state


def test_an_exact_payment_is_seen_then_confirmed_and_completed(scene: Scene) -> None:
    payment = scene.open(total="50.10")
    scene.pay(payment, "50.1")
    scene.poll()
    assert state(payment) == "payment_detected"
    assert scene.credits(payment) == []
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "confirmed"
    assert scene.credits(payment) == [Decimal("50.10")]
    assert scene.told(payment) == ["notice", "credit", "complete"]


def test_two_parts_add_up_to_exactly_the_total(scene: Scene) -> None:
    payment = scene.open(total="50.10")
    scene.pay(payment, "20.033333")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "payment_insufficient"
    assert scene.credits(payment) == [Decimal("20.03")]
    scene.pay(payment, "30.066667")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "confirmed"
    assert scene.credits(payment) == [Decimal("20.03"), Decimal("30.07")]


def test_too_much_credits_the_total_and_keeps_the_surplus_as_a_figure(
    scene: Scene,
) -> None:
    payment = scene.open(total="50.10")
    scene.pay(payment, "60")
    scene.sandbox.mine()
    scene.poll()
    assert scene.credits(payment) == [Decimal("50.10")]
    (credit,) = scene._credits("credit", payment)
    assert "9.9 USDT more than asked" in credit.message


def test_a_difference_within_the_tolerance_is_credited_as_the_exact_total(
    scene: Scene,
) -> None:
    scene.with_policy(tolerance_percent=Decimal(1))
    payment = scene.open(total="100.00")
    scene.pay(payment, "99")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "confirmed"
    assert scene.credits(payment) == [Decimal("100.00")]


def test_dust_is_never_reported_as_an_amount(scene: Scene) -> None:
    payment = scene.open(total="50.10")
    scene.pay(payment, "0.000001")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "payment_insufficient"
    assert scene.credits(payment) == []


def test_polling_again_changes_nothing(scene: Scene) -> None:
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    for _ in range(3):
        scene.poll()
    assert Transfer.objects.count() == 1
    assert scene.credits(payment) == [Decimal("50.10")]
    assert Entry.objects.count() == 1


def test_another_coin_counts_for_nothing_and_is_raised(scene: Scene) -> None:
    scene.sandbox.control("dialect", mode="common")
    payment = scene.open("usdt@ethereum")
    scene.pay(payment, "5000", coin="dai")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "needs_review"
    assert scene.credits(payment) == []
    assert any("not the coin" in note for note in scene.notices(payment))
    assert Transfer.objects.get().verdict == "wrong_asset"


def test_a_failed_transfer_opens_the_payment_again(scene: Scene) -> None:
    payment = scene.open()
    transfer = scene.pay(payment, "50.1")
    scene.poll()
    scene.sandbox.control(f"transactions/{transfer}/fail")
    scene.poll()
    assert state(payment) == "awaiting_payment"
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "confirmed"


def test_a_failed_transfer_never_undoes_what_others_cover(scene: Scene) -> None:
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    other = scene.pay(payment, "50.1")
    scene.poll()
    scene.sandbox.control(f"transactions/{other}/replace")
    scene.poll()
    assert state(payment) == "confirmed"
    assert scene.credits(payment) == [Decimal("50.10")]
    assert scene.amounts("reversal", payment) == []


def test_a_reorganised_transfer_is_a_charge_back_and_a_case(scene: Scene) -> None:
    payment = scene.open()
    transfer = scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    scene.sandbox.control(f"transactions/{transfer}/reorganise")
    scene.poll()
    assert state(payment) == "needs_review"
    assert scene.amounts("reversal", payment) == [Decimal("50.10")]


def test_the_part_that_other_coins_cover_is_not_charged_back(scene: Scene) -> None:
    payment = scene.open(total="100.00")
    first = scene.pay(payment, "60")
    scene.pay(payment, "60")
    scene.sandbox.mine()
    scene.poll()
    assert sum(scene.credits(payment)) == Decimal("100.00")
    scene.sandbox.control(f"transactions/{first}/reorganise")
    scene.poll()
    assert scene.amounts("reversal", payment) == [Decimal("40.00")]
    assert state(payment) == "needs_review"


def test_coins_seen_before_the_deadline_beat_the_sweep(scene: Scene) -> None:
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.clock.shift = timedelta(hours=24, minutes=30)
    scene.poll()
    assert expiry.expire_due(scene.runtime) == 0
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "confirmed"


def test_coins_in_time_count_even_if_heard_of_after_expiry(scene: Scene) -> None:
    payment = scene.open()
    Payment.objects.filter(pk=payment.pk).update(state="expired")
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "confirmed"
    assert scene.credits(payment) == [Decimal("50.10")]


def expire_first(scene: Scene) -> Payment:
    """Open a payment whose deadline lies in the sandbox's past, and let it expire."""
    scene.clock.shift = timedelta(days=-2)
    payment = scene.open()
    scene.clock.shift = timedelta()
    scene.poll()
    assert expiry.expire_due(scene.runtime) == 1
    return payment


def test_late_coins_wait_for_staff_by_default(scene: Scene) -> None:
    payment = expire_first(scene)
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "needs_review"
    assert scene.credits(payment) == []
    assert any("after the deadline" in note for note in scene.notices(payment))


def test_late_coins_count_where_the_merchant_says_so(scene: Scene) -> None:
    scene.with_policy(late_payments=LatePolicy.ACCEPT)
    payment = expire_first(scene)
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "confirmed"
    assert scene.credits(payment) == [Decimal("50.10")]


def test_late_coins_that_do_not_cover_the_total_wait_for_staff(scene: Scene) -> None:
    scene.with_policy(late_payments=LatePolicy.ACCEPT)
    payment = expire_first(scene)
    scene.pay(payment, "10")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "needs_review"


def test_coins_to_an_address_chosen_before_are_raised(scene: Scene) -> None:
    payment = scene.open("usdt@ethereum")
    old = payment.address
    assert old is not None
    choose_asset(payment.id, "usdt@tron", scene.runtime)
    scene.sandbox.pay(old.address, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "needs_review"
    assert Transfer.objects.get().verdict == "old_address"


def test_more_confirmations_than_the_gateways_are_waited_for(scene: Scene) -> None:
    scene.with_policy(confirmations={"ethereum": 20})
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.sandbox.mine(15)
    scene.poll()
    assert state(payment) == "payment_detected"
    scene.sandbox.mine(10)
    scene.poll()
    assert state(payment) == "confirmed"


def test_unconfirmed_coins_count_as_pending_where_the_merchant_trusts_them(
    scene: Scene,
) -> None:
    scene.with_policy(accept_unconfirmed=True)
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.poll()
    assert scene.told(payment) == ["pending", "complete"]
    scene.sandbox.mine()
    scene.poll()
    assert scene.amounts("pending", payment) == scene.credits(payment)


def test_pending_coins_that_do_not_come_are_taken_back(scene: Scene) -> None:
    scene.with_policy(accept_unconfirmed=True)
    payment = scene.open()
    transfer = scene.pay(payment, "50.1")
    scene.poll()
    scene.sandbox.control(f"transactions/{transfer}/fail")
    scene.poll()
    assert scene.amounts("loss", payment) == [Decimal("50.10")]


def test_coins_that_come_again_are_pending_again(world: World) -> None:
    """What comes again is another amount now, and the shop takes it."""
    payment = world.open("100.00")
    first, second = world.pay(payment, "60"), world.pay(payment, "60")
    for coins, status in (
        (first, TransferStatus.PENDING),
        (second, TransferStatus.PENDING),
        (first, TransferStatus.FAILED),
        (second, TransferStatus.FAILED),
        (second, TransferStatus.PENDING),
    ):
        world.chain.move(coins, status)
        world.clock.pause(60)
        world.poll()
        world.tell()
    assert world.shop.pending(payment.reference) == Decimal(60)
    assert not payment.effects.filter(done_at=None).exists()
    for coins in (first, second):
        world.chain.move(coins, TransferStatus.CONFIRMED)
    world.poll()
    world.tell()
    assert world.shop.pending(payment.reference) == 0
    assert world.credited(payment) == Decimal(100)
    assert not payment.effects.filter(done_at=None).exists()


def test_an_event_is_of_the_state_that_it_was_seen_in(scene: Scene) -> None:
    payment = scene.open()
    event, seen_in = PaymentEvent.REVIEW_RAISED, PaymentState.PAYMENT_DETECTED
    ledger.record_event(payment.pk, event, scene.runtime, seen_in=seen_in)
    assert state(payment) == "awaiting_payment"
    scene.pay(payment, "50.1")
    scene.poll()
    ledger.record_event(payment.pk, event, scene.runtime, seen_in=seen_in)
    assert state(payment) == "needs_review"


def test_a_stale_report_changes_nothing(scene: Scene) -> None:
    payment = scene.open()
    transfer_id = scene.pay(payment, "50.1")
    before = scene.clock()
    stale = scene.runtime.gateway.fetch_transaction(transfer_id)
    scene.sandbox.mine()
    scene.poll()
    ledger.record_transfer(stale, before, scene.runtime)
    assert state(payment) == "confirmed"
    assert Transfer.objects.get().is_final


def test_an_entry_number_exists_once(scene: Scene) -> None:
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.poll()
    entry = Entry.objects.get()
    entry.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)


def test_coins_to_no_address_of_ours_change_nothing(scene: Scene) -> None:
    stranger = scene.runtime.gateway.create_address(
        scene.runtime.policies("").assets[0], label="", metadata={}
    )
    scene.sandbox.pay(stranger.address, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert not Transfer.objects.exists()
