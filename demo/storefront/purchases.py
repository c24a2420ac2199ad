"""What the storefront remembers of its customers' purchases, as a session would."""

import secrets
from dataclasses import dataclass
from threading import Lock

import httpx

from .shops import Kind, OpenPayment, Shop


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase of this storefront.

    Attributes:
        key: its unguessable name in the storefront's addresses.
        id: the shop's id of it.
        payment: its payment, once a coin was chosen.
    """

    key: str
    id: str
    payment: OpenPayment | None = None


class Purchases:
    """All purchases since the storefront was started."""

    def __init__(self, shop: Shop) -> None:
        """Sell what `shop` sells."""
        self.shop = shop
        self._lock = Lock()
        self._purchases: dict[str, Purchase] = {}

    def start(self, kind: Kind) -> Purchase:
        """Make a checkout or an unpaid order in the shop."""
        purchase = Purchase(secrets.token_urlsafe(12), self.shop.start(kind))
        return self._keep(purchase)

    def pay(self, purchase: Purchase, asset: str) -> OpenPayment:
        """Open the payment of a purchase."""
        payment = self.shop.pay(purchase.id, asset)
        self._keep(Purchase(purchase.key, purchase.id, payment))
        return payment

    def find(self, key: str) -> Purchase | None:
        """Return the purchase with this key."""
        with self._lock:
            return self._purchases.get(key)

    def find_returned(self, transaction: str) -> Purchase | None:
        """Return the purchase whose payment is this transaction of the shop."""
        with self._lock:
            for purchase in self._purchases.values():
                payment = purchase.payment
                if payment is not None and payment.transaction == transaction:
                    return purchase
        return None

    def _keep(self, purchase: Purchase) -> Purchase:
        with self._lock:
            self._purchases[purchase.key] = purchase
        return purchase


def payment_state(payment: OpenPayment) -> str:
    """Return the state that the plugin's status JSON tells; "" while it is silent."""
    try:
        return str(httpx.get(payment.status_url, timeout=10).json()["status"])
    except (httpx.TransportError, ValueError, KeyError):
        return ""
