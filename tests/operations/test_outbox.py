"""The outbox: in order, until the shop has heard, once."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.models import Effect, Message, Payment
from saleor_cryptopay.operations import outbox, reconciliation
from saleor_cryptopay.operations.ports import Completion, Credit
from saleor_cryptopay.operations.retries import LEASE, claim
from saleor_cryptopay.operations.runtime import LatePolicy
from tests.chaos.world import World
from tests.recording_shop import RecordingShop, Sale

from .conftest import Scene


@dataclass
class DeafShop(RecordingShop):
    """A shop that does not take credits until it is told to listen."""

    is_deaf: bool = field(default=True)

    def record_credit(self, reference: str, credit: Credit) -> None:
        """Refuse, or write down."""
        if self.is_deaf:
            raise ShopError("not now")
        super().record_credit(reference, credit)


def paid_but_unheard(scene: Scene) -> tuple[Payment, DeafShop]:
    shop = DeafShop()
    scene.shop = shop
    scene.runtime = replace(scene.runtime, shop=shop)
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    reconciliation.reconcile(scene.runtime)
    outbox.deliver_effects(scene.runtime)
    return payment, shop


def test_completion_waits_for_the_credit(scene: Scene) -> None:
    payment, shop = paid_but_unheard(scene)
    assert scene.told(payment) == []
    shop.is_deaf = False
    scene.clock.shift += timedelta(minutes=1)
    outbox.deliver_effects(scene.runtime)
    assert scene.told(payment) == ["credit", "complete"]


def test_what_the_shop_never_takes_is_kept_for_people_to_see(scene: Scene) -> None:
    paid_but_unheard(scene)
    for _ in range(outbox.ATTEMPTS):
        scene.clock.shift += timedelta(hours=2)
        outbox.deliver_effects(scene.runtime)
    effect = Effect.objects.get(kind="credit")
    assert (effect.is_dead, effect.note) == (True, "not now")
    message = Message.objects.get(name="needs_review")
    assert message.data["why"] == "the shop did not take “credit”: not now"


@dataclass
class BusyShop(RecordingShop):
    """A shop that ends no payment, and makes no order, while it is busy.

    Attributes:
        is_busy: whether it is.
        is_held: whether somebody keeps it from canceling orders.
        meanwhile: what happens while it takes a credit.
    """

    is_busy: bool = field(default=True)
    is_held: bool = field(default=False)
    meanwhile: Callable[[], None] = field(default=lambda: None)

    def record_end(self, reference: str, message: str, at: datetime) -> None:
        """Refuse, or write down."""
        if self.is_busy:
            raise ShopError("not now")
        super().record_end(reference, message, at)

    def complete(self, reference: str, *, makes_order: bool = True) -> Completion:
        """Refuse, or make the order."""
        if self.is_busy:
            raise ShopError("out of stock")
        return super().complete(reference, makes_order=makes_order)

    def cancel_order(self, reference: str) -> bool:
        """Refuse, or cancel."""
        if self.is_held:
            raise ShopError("the customer is at the bank")
        return super().cancel_order(reference)

    def record_credit(self, reference: str, credit: Credit) -> None:
        """Write down, in its own time."""
        self.meanwhile()
        super().record_credit(reference, credit)


@pytest.fixture
def world(db: None) -> World:  # noqa: ARG001 - a database
    world = World()
    world.stage.shop = BusyShop()
    world.shop = world.stage.shop
    return world


def rest(world: World) -> None:
    """Have the shop take what it refused."""
    assert isinstance(world.shop, BusyShop)
    world.shop.is_busy = False
    world.clock.now += timedelta(minutes=1)
    world.tell()


def test_an_order_that_is_paid_after_all_is_not_canceled(world: World) -> None:
    payment = world.open()
    sale = Sale(total=Decimal("50.10"), is_order=True)
    world.shop.sales[payment.reference] = sale
    coins = world.pay(payment, "50.1")
    world.clock.now += timedelta(hours=26)
    world.sweep()
    world.tell()
    world.chain.move(coins, TransferStatus.CONFIRMED)
    world.deliver(coins.webhook())
    world.apply()
    rest(world)
    payment.refresh_from_db()
    assert (payment.state, world.credited(payment)) == ("confirmed", Decimal("50.10"))
    assert not sale.is_canceled
    assert payment.effects.get(kind="cancel_order").note.startswith("left alone")


def test_an_order_waits_for_late_coins_and_is_canceled_when_they_do_not_come(
    world: World,
) -> None:
    world.stage.policy = replace(world.stage.policy, late_payments=LatePolicy.ACCEPT)
    payment = world.open()
    sale = Sale(total=Decimal("50.10"), is_order=True)
    world.shop.sales[payment.reference] = sale
    world.clock.now += timedelta(hours=26)
    world.sweep()
    world.tell()
    coins = world.pay(payment, "50.1")
    world.poll()
    rest(world)
    assert (Payment.objects.get().state, sale.is_canceled) == ("expired", False)
    world.chain.move(coins, TransferStatus.FAILED)
    world.poll()
    world.tell()
    assert (Payment.objects.get().state, sale.is_canceled) == ("expired", True)


def test_coins_for_an_order_that_waits_to_be_canceled_are_told_at_once(
    world: World,
) -> None:
    world.stage.policy = replace(world.stage.policy, late_payments=LatePolicy.ACCEPT)
    shop = world.stage.shop = world.shop = BusyShop(is_busy=False, is_held=True)
    payment = world.open()
    sale = shop.sales[payment.reference] = Sale(Decimal("50.10"), is_order=True)
    world.clock.now += timedelta(hours=26)
    world.sweep()
    for _ in range(10):
        world.tell()
        world.clock.now += timedelta(hours=1)
    waiting = payment.effects.get(kind="cancel_order")
    assert (waiting.done_at, waiting.is_dead) == (None, False)
    world.tell()
    coins = world.pay(payment, "50.1")
    world.chain.move(coins, TransferStatus.CONFIRMED)
    world.poll()
    world.tell()
    assert (world.credited(payment), sale.is_canceled) == (Decimal("50.10"), False)


def test_coins_that_are_gone_again_make_no_order(world: World) -> None:
    payment = world.open()
    sale = world.shop.sales[payment.reference] = Sale(total=Decimal("50.10"))
    coins = world.pay(payment, "50.1")
    world.chain.move(coins, TransferStatus.CONFIRMED)
    world.poll()
    world.tell()
    world.chain.move(coins, TransferStatus.REPLACED)
    world.poll()
    rest(world)
    assert Payment.objects.get().state == "needs_review"
    assert not sale.is_order
    assert payment.effects.get(kind="complete").note.startswith("left alone")


def test_what_one_worker_is_slow_to_tell_no_other_tells(world: World) -> None:
    """Each telling takes longer than half a claim."""
    payments = [world.open() for _ in range(3)]
    for payment in payments:
        world.chain.move(world.pay(payment, "50.1"), TransferStatus.CONFIRMED)
    world.poll()
    shop = world.shop
    assert isinstance(shop, BusyShop)
    told: list[str] = []

    def meanwhile() -> None:
        told.append("slow")
        world.clock.now += LEASE * 0.6
        if len(told) == 2:
            shop.meanwhile = lambda: told.append("quick")
            outbox.deliver_effects(world.runtime)  # another worker

    shop.meanwhile = meanwhile
    world.tell()
    assert told == ["slow", "slow", "quick"]


def test_a_worker_that_dies_loses_only_time(scene: Scene) -> None:
    payment, shop = paid_but_unheard(scene)
    shop.is_deaf = False
    scene.clock.shift += timedelta(minutes=1)
    claimed = list(claim(Effect.objects.filter(kind="credit"), scene.clock, 9))
    assert len(claimed) == 1
    assert outbox.deliver_effects(scene.runtime) == 0
    scene.clock.shift += timedelta(minutes=3)
    outbox.deliver_effects(scene.runtime)
    assert scene.told(payment) == ["credit", "complete"]


@dataclass
class BrokenShop(RecordingShop):
    """A shop with a fault in its own code, for one payment only."""

    faulty: str = ""

    def record_credit(self, reference: str, credit: Credit) -> None:
        """Fail for one, write down the others."""
        if reference == self.faulty:
            raise TypeError("a fault in the shop")
        super().record_credit(reference, credit)


def test_a_fault_over_one_payment_does_not_hold_up_the_others(scene: Scene) -> None:
    first, second = scene.open(), scene.open()
    shop = BrokenShop(faulty=first.reference)
    scene.shop = shop
    scene.runtime = replace(scene.runtime, shop=shop)
    for payment in (first, second):
        scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert scene.told(second) == ["credit", "complete"]
    assert (
        Effect.objects.get(payment=first, kind="credit").note == "a fault in the shop"
    )
