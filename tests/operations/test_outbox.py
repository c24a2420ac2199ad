"""The outbox: in order, until the shop has heard, once."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.models import Effect, Message, Payment
from saleor_cryptopay.operations import outbox, reconciliation
from saleor_cryptopay.operations.ports import Credit
from saleor_cryptopay.operations.retries import claim
from tests.recording_shop import RecordingShop

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


def test_a_worker_that_dies_loses_only_time(scene: Scene) -> None:
    payment, shop = paid_but_unheard(scene)
    shop.is_deaf = False
    scene.clock.shift += timedelta(minutes=1)
    claimed = list(claim(Effect.objects.filter(kind="credit"), scene.clock(), 9))
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
