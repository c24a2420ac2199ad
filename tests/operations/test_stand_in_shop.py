"""The stand-in shop keeps what the shop's port promises."""

from decimal import Decimal
from uuid import uuid4

import pytest

from demo.stand_in.models import Purchase, PurchaseEvent
from demo.stand_in.shop import (
    StandInShop,
    order_title,
    paid,
    pending,
    refund_pending,
    refunded,
)
from tests.conformance.shop import ShopConformance
from tests.conformance.told import credit


class StandInWorld:
    """The stand-in, for the suite to sell in and look into."""

    def __init__(self) -> None:
        self.shop = StandInShop("https://shop.example/?purchase={reference}")

    def make_checkout(self, total: Decimal) -> str:
        return self._make(Purchase.Kind.CHECKOUT, total).reference

    def make_order(self, total: Decimal) -> str:
        purchase = self._make(Purchase.Kind.ORDER, total)
        purchase.title = order_title(purchase)
        purchase.save()
        return purchase.reference

    def delete_checkout(self, reference: str) -> None:
        purchase = self._find(reference)
        purchase.status = Purchase.Status.DELETED
        purchase.save()

    def paid(self, reference: str) -> Decimal:
        return paid(self._find(reference))

    def pending(self, reference: str) -> Decimal:
        return pending(self._find(reference))

    def ask_refund(self, reference: str, amount: Decimal) -> str:
        return f"{reference}:{amount}"

    def refunded(self, reference: str) -> Decimal:
        return refunded(self._find(reference))

    def refund_pending(self, reference: str) -> Decimal:
        return refund_pending(self._find(reference))

    def notices(self, reference: str) -> list[str]:
        notices = self._find(reference).events.filter(kind=PurchaseEvent.Kind.NOTICE)
        return list(notices.order_by("pk").values_list("message", flat=True))

    def is_order(self, reference: str) -> bool:
        return self._find(reference).kind == Purchase.Kind.ORDER

    def is_canceled(self, reference: str) -> bool:
        return self._find(reference).status == Purchase.Status.CANCELED

    def _make(self, kind: Purchase.Kind, total: Decimal) -> Purchase:
        return Purchase.objects.create(
            reference=str(uuid4()),
            kind=kind,
            title="Checkout",
            lines=[{"name": "Shirt", "quantity": 1}],
            total=total,
            currency="USD",
        )

    def _find(self, reference: str) -> Purchase:
        return Purchase.objects.get(reference=reference)


@pytest.fixture
def world(transactional_db: None) -> StandInWorld:  # noqa: ARG001 - threads see commits
    """Give a stand-in whose commits are real."""
    return StandInWorld()


class TestStandInShop(ShopConformance):
    """The suite, on the stand-in."""


def test_the_way_back_names_the_purchase(world: StandInWorld) -> None:
    reference = world.make_checkout(Decimal(10))

    summary = world.shop.summary(reference)

    assert summary.return_url == f"https://shop.example/?purchase={reference}"


def test_it_says_what_it_is(world: StandInWorld) -> None:
    assert "stand-in" in world.shop.summary("nothing").shop_name.lower()


def test_a_payment_that_is_taken_back_reopens_the_purchase(world: StandInWorld) -> None:
    reference, given = world.make_order(Decimal("24.00")), credit()
    world.shop.record_credit(reference, given)
    assert Purchase.objects.get(reference=reference).status == Purchase.Status.PAID

    world.shop.record_reversal(reference, given)

    assert Purchase.objects.get(reference=reference).status == Purchase.Status.OPEN
