"""Cases: what a person has to decide, open until somebody has."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from saleor_cryptopay.core.errors import CaseError, ShopError
from saleor_cryptopay.models import Case, Effect, Message, Payment, Refund
from saleor_cryptopay.operations import expiry, outbox, shortfalls
from saleor_cryptopay.operations.cases import close_cases
from saleor_cryptopay.operations.ports import Completion
from saleor_cryptopay.operations.refunds.approval import approve, decline
from saleor_cryptopay.operations.runtime import LatePolicy
from tests.recording_shop import RecordingShop, Sale

from .conftest import Scene
from .refunds.conftest import Source, Till, till

__all__ = ["till"]


@dataclass
class SoldOutShop(RecordingShop):
    """A shop that has nothing left until it is given stock."""

    has_stock: bool = field(default=False)

    def complete(self, reference: str, *, makes_order: bool = True) -> Completion:
        """Refuse, or make the order."""
        if not self.has_stock:
            raise ShopError("Insufficient product stock.")
        return super().complete(reference, makes_order=makes_order)


@dataclass
class BrokenShop(RecordingShop):
    """A shop whose own code fails over one reference, once it is broken."""

    breaks_on: str = ""
    is_broken: bool = False

    def complete(self, reference: str, *, makes_order: bool = True) -> Completion:
        """Fail, or make the order."""
        if self.is_broken and reference == self.breaks_on:
            raise KeyError("a fault of the shop's own")
        return super().complete(reference, makes_order=makes_order)


def open_cases(payment: Payment) -> list[Case]:
    return list(payment.cases.filter(closed_at=None).order_by("pk"))


def pay(
    scene: Scene, payment: Payment, amount: str = "50.1", **details: object
) -> None:
    scene.pay(payment, amount, **details)
    scene.sandbox.mine()
    scene.poll()


def calls(payment: Payment) -> int:
    return Message.objects.filter(payment=payment, name="needs_review").count()


def sold_out(scene: Scene) -> tuple[Payment, SoldOutShop]:
    """Return a payment that is complete, of a shop that cannot make an order of it."""
    shop = SoldOutShop()
    scene.shop, scene.runtime = shop, replace(scene.runtime, shop=shop)
    payment = scene.open()
    pay(scene, payment)
    return payment, shop


def try_again(scene: Scene, times: int = 1) -> None:
    for _ in range(times):
        scene.clock.shift += timedelta(hours=1)
        outbox.deliver_effects(scene.runtime)


def close(scene: Scene, payment: Payment, *cases: Case, note: str = "settled") -> None:
    numbers = [case.pk for case in cases]
    close_cases(payment, numbers, "User:1", note, scene.runtime.clock())


def give_back(till: Till, refund: Refund) -> None:
    """Bring a refund to its end."""
    approve(till.name(refund).pk, "staff 2", till.scene.runtime)
    till.send()
    for _ in range(2):
        till.scene.sandbox.mine(40)
        till.follow()
    refund.refresh_from_db()
    assert refund.state == "confirmed"


def test_late_coins_are_a_case_of_their_own_each(scene: Scene) -> None:
    payment = scene.open()
    long_ago = scene.clock() - timedelta(days=2)
    Payment.objects.filter(pk=payment.pk).update(expires_at=long_ago)
    expiry.expire_due(scene.runtime)
    pay(scene, payment, "20")
    pay(scene, payment, "30.1")
    first, second = open_cases(payment)
    assert first.transfer
    assert second.transfer
    assert (first.transfer.amount, second.transfer.amount) == ("20", "30.1")
    assert "after the deadline" in first.why
    assert calls(payment) == 2


def test_staff_close_what_they_have_seen_and_say_why(scene: Scene) -> None:
    payment = scene.open()
    pay(scene, payment, "25", coin="usdc")
    (seen,) = open_cases(payment)
    pay(scene, payment, "26", coin="usdc")
    with pytest.raises(CaseError, match="Say what was decided"):
        close(scene, payment, seen, note=" ")
    close(scene, payment, seen, note="kept as a tip")
    seen.refresh_from_db()
    assert (seen.closed_by, seen.note) == ("User:1", "kept as a tip")
    (other,) = open_cases(payment)
    assert other.pk != seen.pk
    with pytest.raises(CaseError, match="closed already"):
        close(scene, payment, seen)


def test_nobody_closes_the_case_of_another_payment(scene: Scene) -> None:
    payment, other = scene.open(), scene.open()
    pay(scene, payment, "25", coin="usdc")
    with pytest.raises(CaseError):
        close(scene, other, *open_cases(payment))
    assert len(open_cases(payment)) == 1


def test_the_database_keeps_no_case_that_nobody_closed(scene: Scene) -> None:
    payment = scene.open()
    pay(scene, payment, "25", coin="usdc")
    with pytest.raises(IntegrityError), transaction.atomic():
        payment.cases.update(closed_at=scene.clock())
    with pytest.raises(IntegrityError), transaction.atomic():
        payment.cases.update(closed_by="User:1")


def test_what_was_short_is_no_case_any_more_once_it_is_complete(scene: Scene) -> None:
    scene.with_policy(late_payments=LatePolicy.ACCEPT)
    payment = scene.open()
    pay(scene, payment, "20")
    scene.clock.shift += timedelta(days=2)
    expiry.expire_due(scene.runtime)
    (short,) = open_cases(payment)
    assert "deadline" in short.why
    pay(scene, payment, "30.1")
    payment.refresh_from_db()
    assert (payment.state, open_cases(payment)) == ("confirmed", [])
    short.refresh_from_db()
    assert short.closed_by == "coins"


def test_coins_that_were_not_credited_stay_a_case_when_the_rest_comes(
    scene: Scene,
) -> None:
    scene.with_policy(late_payments=LatePolicy.ACCEPT)
    payment = scene.open()
    pay(scene, payment, "25", coin="usdc")
    pay(scene, payment)
    payment.refresh_from_db()
    assert payment.state == "confirmed"
    (case,) = open_cases(payment)
    assert case.transfer
    assert case.transfer.coin == "usdc"


def test_a_paid_checkout_without_stock_is_a_case_within_minutes(scene: Scene) -> None:
    payment, shop = sold_out(scene)
    assert open_cases(payment) == []
    try_again(scene, 3)
    (case,) = open_cases(payment)
    assert "Insufficient product stock." in case.why
    try_again(scene, 2)
    assert (calls(payment), len(open_cases(payment))) == (1, 1)
    shop.has_stock = True
    try_again(scene)
    assert scene.told(payment)[-1] == "complete"
    case.refresh_from_db()
    assert (open_cases(payment), case.closed_by) == ([], "shop")


def test_coins_for_a_canceled_order_are_a_case_also_where_orders_are_made_by_hand(
    scene: Scene,
) -> None:
    scene.with_policy(complete_checkouts=False)
    payment = scene.open()
    scene.shop.sales[payment.reference] = Sale(is_order=True, is_canceled=True)
    pay(scene, payment)
    (case,) = open_cases(payment)
    assert "the order was canceled" in case.why
    by_hand = scene.open()
    pay(scene, by_hand)
    assert (open_cases(by_hand), scene.shop.sales[by_hand.reference].is_order) == (
        [],
        False,
    )


def test_a_part_of_a_checkout_is_no_case_any_more_once_the_rest_has_come(
    scene: Scene,
) -> None:
    first, second = scene.open(), scene.open()
    sale = Sale(total=Decimal("100.20"))
    scene.shop.sales |= {first.reference: sale, second.reference: sale}
    pay(scene, first)
    (case,) = open_cases(first)
    assert "does not call it fully paid" in case.why
    assert shortfalls.complete_covered(scene.runtime) == 0
    assert open_cases(first) == [case]
    sale.is_order = True  # as the second's coins make it
    pay(scene, second)
    assert shortfalls.complete_covered(scene.runtime) == 1
    assert open_cases(first) == []
    assert shortfalls.complete_covered(scene.runtime) == 0


def test_a_fault_over_one_part_keeps_no_other_from_its_order(scene: Scene) -> None:
    broken, good = scene.open(), scene.open()
    sales = {row.reference: Sale(total=Decimal("100.20")) for row in (broken, good)}
    shop = BrokenShop(sales=sales, breaks_on=broken.reference)
    scene.shop, scene.runtime = shop, replace(scene.runtime, shop=shop)
    pay(scene, broken)
    pay(scene, good)
    shop.is_broken = True
    for sale in sales.values():
        sale.total = Decimal("50.10")
    assert shortfalls.complete_covered(scene.runtime) == 1
    assert (len(open_cases(broken)), open_cases(good)) == (1, [])


def test_a_part_that_goes_back_makes_no_order_with_the_rest(
    scene: Scene, till: Till
) -> None:
    payment = scene.open()
    scene.shop.sales[payment.reference] = Sale(total=Decimal("100.20"))
    pay(scene, payment)
    till.ask(payment)
    scene.shop.sales[payment.reference].total = Decimal("50.10")
    assert shortfalls.complete_covered(scene.runtime) == 0
    assert not scene.shop.sales[payment.reference].is_order


def test_what_was_given_up_is_a_case_until_it_is_taken(scene: Scene) -> None:
    payment, shop = sold_out(scene)
    try_again(scene, outbox.ATTEMPTS)
    assert Effect.objects.get(kind="complete").is_dead
    assert (calls(payment), len(open_cases(payment))) == (1, 1)
    shop.has_stock = True
    outbox.revive(scene.clock())
    outbox.deliver_effects(scene.runtime)
    assert open_cases(payment) == []


def test_money_that_goes_back_makes_no_order_when_there_is_stock_again(
    scene: Scene, till: Till
) -> None:
    payment, shop = sold_out(scene)
    try_again(scene, 3)
    refund = till.ask(payment)
    shop.has_stock = True
    # At once, and with it what the shop is to hear of the refund.
    outbox.deliver_effects(scene.runtime)
    assert "complete" not in scene.told(payment)
    assert scene.told(payment)[-1] == "refund_begun"
    assert len(open_cases(payment)) == 1
    give_back(till, refund)
    (case,) = payment.cases.all()
    assert (open_cases(payment), case.closed_by) == ([], "refund")


def test_a_refund_that_is_declined_leaves_the_order_to_be_made(
    scene: Scene, till: Till
) -> None:
    payment, shop = sold_out(scene)
    try_again(scene, 3)
    refund = till.ask(payment)
    outbox.deliver_effects(scene.runtime)
    assert Effect.objects.get(kind="complete").note == outbox.GIVEN_BACK
    decline(refund.pk, "they want it after all", "staff 1", scene.runtime)
    outbox.deliver_effects(scene.runtime)
    assert len(open_cases(payment)) == 1
    shop.has_stock = True
    try_again(scene)
    assert scene.told(payment)[-2:] == ["refund_failure", "complete"]
    assert open_cases(payment) == []


def test_a_case_ends_with_the_last_of_its_coins(scene: Scene, till: Till) -> None:
    payment = scene.open()
    pay(scene, payment, "25", coin="usdc")
    pay(scene, payment, "26", coin="usdc")
    first = till.ask(payment, source=Source.SET_ASIDE, key="1", units=30_000_000)
    second = till.ask(payment, source=Source.SET_ASIDE, key="2")
    give_back(till, first)
    assert len(open_cases(payment)) == 2
    give_back(till, second)
    assert open_cases(payment) == []


def test_a_refund_of_other_coins_ends_no_case(scene: Scene, till: Till) -> None:
    payment = scene.open()
    pay(scene, payment, "60")
    pay(scene, payment, "25", coin="usdc")
    (case,) = open_cases(payment)
    surplus = till.ask(payment, source=Source.SURPLUS, key="1")
    give_back(till, surplus)
    paid = till.ask(payment, key="2")
    give_back(till, paid)
    assert open_cases(payment) == [case]
