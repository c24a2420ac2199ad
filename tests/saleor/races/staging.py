"""What a race is: who meets whom, on what, and what may come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from saleor.order import OrderStatus

from saleor_cryptopay.core.states import PaymentState

from .goods import Purchase, Shop
from .verdict import Expected, expect

Prepare = Callable[[Shop], Purchase]
Act = Callable[[Shop, Purchase], object]

CONFIRMED: Final = PaymentState.CONFIRMED
AWAITING: Final = PaymentState.AWAITING_PAYMENT
REVIEW: Final = PaymentState.NEEDS_REVIEW
EXPIRED: Final = PaymentState.EXPIRED
CANCELED: Final = PaymentState.CANCELED
OPEN: Final = OrderStatus.UNFULFILLED
NEW: Final = OrderStatus.UNCONFIRMED
CLOSED: Final = OrderStatus.CANCELED


@dataclass(frozen=True)
class Scene:
    """One race.

    Attributes:
        name: what the figures call it.
        prepare: makes what is raced on.
        ours: what our side does.
        theirs: what the other side does.
        expected: what may come of it.
    """

    name: str
    prepare: Prepare
    ours: Act
    theirs: Act
    expected: Expected


def scene(
    prepare: Prepare, ours: Act, theirs: Act, expected: Expected, name: str = ""
) -> Scene:
    """Return a race, named after what it is of."""
    words = name or f"{prepare.__name__}: {ours.__name__} / {theirs.__name__}"
    return Scene(words.replace("_", " "), prepare, ours, theirs, expected)


MADE: Final = (OPEN, NEW)
PAID: Final = expect(CONFIRMED, statuses=MADE)
CREDITED: Final = expect(CONFIRMED, statuses=MADE, no_order=True)
BROUGHT_BACK: Final = expect(REVIEW, statuses=MADE, no_order=True)
