"""What the storefront asks of a shop, whichever it is."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What a customer pays for: both ways that a shop knows."""

    CHECKOUT = "checkout"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Product:
    """What is on sale. The price is in `currency`."""

    name: str
    price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A coin that a purchase can be paid with; `amount` is in coins, as text."""

    asset: str
    symbol: str
    name: str
    network_name: str
    amount: str


@dataclass(frozen=True, slots=True)
class OpenPayment:
    """A payment that waits for coins.

    Attributes:
        transaction: the shop's id of it; the way back from the page names it.
        page_url: where the customer pays.
        status_url: the same as JSON.
        address: where the coins go.
        amount: how many, as text.
        symbol: of the coin.
    """

    transaction: str
    page_url: str
    status_url: str
    address: str
    amount: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a purchase stands in the shop.

    Attributes:
        title: `Checkout`, or `Order 1001`.
        total: what it costs, with its currency, as text.
        is_order: whether it is an order.
        is_paid: whether the shop calls it fully paid.
        is_canceled: whether the order is canceled.
        is_refunded: whether money was given back.
    """

    title: str
    total: str
    is_order: bool
    is_paid: bool
    is_canceled: bool
    is_refunded: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """What can be watched: its name in forms, what the button says, what happens."""

    key: str
    title: str
    text: str


class Theatre(Protocol):
    """Plays stories on payments of this storefront."""

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The stories that can be asked for."""
        ...

    def asset_of(self, key: str) -> str:
        """Return the coin that a story is paid in; "" for no such story."""
        ...

    def begin(self, key: str, purchase: str, payment: OpenPayment) -> None:
        """Begin a story on a payment, without waiting for its end."""
        ...


class ShopRefusalError(RuntimeError):
    """The shop does not do it; the message is for the customer."""


class Shop(Protocol):
    """A shop behind the storefront. `purchase` is the shop's id of a purchase.

    Every method raises ShopRefusalError where the shop says no.
    """

    @property
    def name(self) -> str:
        """What it is, in words: `Saleor 3.23`."""
        ...

    @property
    def remark(self) -> str:
        """What a visitor has to know about it; "" for nothing."""
        ...

    def product(self) -> Product:
        """Return what is on sale."""
        ...

    def start(self, kind: Kind) -> str:
        """Make a checkout or an unpaid order, and return its id."""
        ...

    def offers(self, purchase: str) -> list[Offer]:
        """Return the coins it can be paid with."""
        ...

    def pay(self, purchase: str, asset: str) -> OpenPayment:
        """Open its payment in a coin."""
        ...

    def standing(self, purchase: str) -> Standing:
        """Return how it stands."""
        ...
