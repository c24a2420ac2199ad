"""The recording shop, by which the operations are tested, is a shop like the others."""

from decimal import Decimal
from uuid import uuid4

import pytest

from tests.conformance.shop import ShopConformance
from tests.recording_shop import RecordingShop, Sale


class RecordingWorld:
    """The recording shop, for the suite to sell in and look into."""

    def __init__(self) -> None:
        self.shop = RecordingShop(sells_on_sight=False)

    def make_checkout(self, total: Decimal) -> str:
        return self._sell(Sale(total))

    def make_order(self, total: Decimal) -> str:
        return self._sell(Sale(total, is_order=True))

    def delete_checkout(self, reference: str) -> None:
        self.shop.sales[reference].is_gone = True

    def paid(self, reference: str) -> Decimal:
        return self.shop.credited(reference)

    def pending(self, reference: str) -> Decimal:
        return self.shop.pending(reference)

    def ask_refund(self, reference: str, amount: Decimal) -> str:
        return f"{reference}:{amount}"

    def refunded(self, reference: str) -> Decimal:
        return self.shop.refunded(reference)

    def refund_pending(self, reference: str) -> Decimal:
        return self.shop.refund_pending(reference)

    def notices(self, reference: str) -> list[str]:
        return self.shop.notices(reference)

    def is_order(self, reference: str) -> bool:
        return self.shop.sales[reference].is_order

    def is_canceled(self, reference: str) -> bool:
        return self.shop.sales[reference].is_canceled

    def _sell(self, sale: Sale) -> str:
        reference = str(uuid4())
        self.shop.sales[reference] = sale
        return reference


@pytest.fixture
def world() -> RecordingWorld:
    """Give a shop that knows only what it sells."""
    return RecordingWorld()


class TestRecordingShop(ShopConformance):
    """The suite, on the recording shop."""
