"""What the suite for the shop's port asks of a shop, beside the port itself."""

from decimal import Decimal
from typing import Protocol

from saleor_cryptopay.operations.ports import Shop


class World(Protocol):
    """A shop that a test can sell in and look into."""

    shop: Shop

    def make_checkout(self, total: Decimal) -> str:
        """Make a checkout that lacks nothing but money, and return its reference."""
        ...

    def make_order(self, total: Decimal) -> str:
        """Make an order that nobody has paid, and return its reference."""
        ...

    def delete_checkout(self, reference: str) -> None:
        """Remove a checkout, as a shop does with those it takes for abandoned."""
        ...

    def paid(self, reference: str) -> Decimal:
        """Return what the shop counts as paid."""
        ...

    def pending(self, reference: str) -> Decimal:
        """Return what the shop counts as on its way."""
        ...

    def ask_refund(self, reference: str, amount: Decimal) -> str:
        """Have staff ask for money back; return the shop's name for the request."""
        ...

    def refunded(self, reference: str) -> Decimal:
        """Return what the shop counts as given back."""
        ...

    def refund_pending(self, reference: str) -> Decimal:
        """Return what the shop counts as on its way back."""
        ...

    def notices(self, reference: str) -> list[str]:
        """Return the notes that staff read, oldest first."""
        ...

    def is_order(self, reference: str) -> bool:
        """Return whether there is an order."""
        ...

    def is_canceled(self, reference: str) -> bool:
        """Return whether there is an order, and it is canceled."""
        ...
