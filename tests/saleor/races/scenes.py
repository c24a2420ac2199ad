"""Who meets whom, on what, and what may come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from saleor.order import OrderStatus

from saleor_cryptopay.core.states import PaymentState

from . import moves
from .beginnings import (
    bare_old_checkout,
    bare_old_order,
    lost_checkout,
    manual_checkout,
    manual_older_checkout,
    old_checkout,
    older_checkout,
    overdue_order,
    overdue_shared_order,
    paid_checkout,
    paid_gift_card_order,
    paid_order,
    reversed_checkout,
    reversed_order,
    seen_checkout,
    shared_checkout,
    shared_order,
    told_checkout,
    told_order,
    undecided_checkout,
    waiting_order,
)
from .goods import Purchase, Shop
from .moves import OTHER_AMOUNT
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


def _scene(
    prepare: Prepare, ours: Act, theirs: Act, expected: Expected, name: str = ""
) -> Scene:
    words = name or f"{prepare.__name__}: {ours.__name__} / {theirs.__name__}"
    return Scene(words.replace("_", " "), prepare, ours, theirs, expected)


MADE: Final = (OPEN, NEW)
PAID: Final = expect(CONFIRMED, statuses=MADE)
CREDITED: Final = expect(CONFIRMED, statuses=MADE, no_order=True)
BROUGHT_BACK: Final = expect(REVIEW, statuses=MADE, no_order=True)

SCENES: Final = (
    _scene(paid_checkout, moves.deliver, moves.complete, PAID),
    _scene(paid_checkout, moves.deliver, moves.complete_automatically, PAID),
    _scene(paid_checkout, moves.deliver, moves.deliver, PAID),
    _scene(manual_checkout, moves.deliver, moves.process, CREDITED),
    _scene(manual_checkout, moves.deliver, moves.complete, CREDITED),
    _scene(manual_checkout, moves.deliver, moves.complete_automatically, CREDITED),
    _scene(
        shared_checkout,
        moves.deliver,
        moves.report_other,
        expect(CONFIRMED, statuses=MADE, no_order=True, other_pays=OTHER_AMOUNT),
    ),
    # Saleor reads the checkout of a transaction without asking whether it is there.
    _scene(
        told_checkout,
        moves.deliver,
        moves.request_refund,
        expect(CONFIRMED, statuses=MADE, may_break=("DoesNotExist", "AttributeError")),
    ),
    # Saleor deletes the lines of abandoned checkouts before it locks these, and those
    # of a completed checkout after: one of both is broken off, and is done again.
    _scene(
        old_checkout,
        moves.deliver,
        moves.delete_abandoned,
        expect(CONFIRMED, statuses=MADE, no_order=True, may_deadlock=True),
    ),
    _scene(
        seen_checkout,
        moves.deliver,
        moves.complete,
        expect(PaymentState.PAYMENT_DETECTED, statuses=MADE),
    ),
    _scene(
        lost_checkout,
        moves.deliver,
        moves.complete,
        expect(AWAITING, statuses=MADE, no_order=True),
    ),
    _scene(
        lost_checkout,
        moves.deliver,
        moves.complete_automatically,
        expect(AWAITING, statuses=MADE, no_order=True),
    ),
    _scene(reversed_checkout, moves.deliver, moves.complete, BROUGHT_BACK),
    _scene(
        reversed_checkout, moves.deliver, moves.complete_automatically, BROUGHT_BACK
    ),
    # The checkout is deleted while Saleor stores its transaction, before we are asked:
    # the database refuses one of both. Saleor's task deletes again at its next run.
    _scene(
        bare_old_checkout,
        moves.initialize,
        moves.delete_abandoned,
        expect(
            AWAITING,
            no_order=True,
            may_break=("IntegrityError", "DoesNotExist", "DatabaseError"),
        ),
    ),
    _scene(
        bare_old_order,
        moves.initialize,
        moves.expire_orders,
        expect(AWAITING, statuses=(NEW, OrderStatus.EXPIRED)),
    ),
    _scene(
        paid_order, moves.deliver, moves.cancel, expect(CONFIRMED, statuses=(CLOSED,))
    ),
    # Whoever comes first has the gift cards: the customer, or the stock.
    _scene(
        paid_gift_card_order,
        moves.deliver,
        moves.cancel,
        expect(CONFIRMED, statuses=(CLOSED, OrderStatus.FULFILLED)),
    ),
    _scene(paid_order, moves.deliver, moves.process, PAID),
    _scene(paid_order, moves.deliver, moves.deliver, PAID),
    _scene(
        shared_order,
        moves.deliver,
        moves.report_other,
        expect(CONFIRMED, statuses=MADE, other_pays=OTHER_AMOUNT),
    ),
    _scene(told_order, moves.deliver, moves.request_refund, PAID),
    _scene(reversed_order, moves.deliver, moves.request_refund, expect(REVIEW)),
    _scene(
        reversed_order, moves.deliver, moves.cancel, expect(REVIEW, statuses=(CLOSED,))
    ),
    _scene(
        overdue_order, moves.expire, moves.cancel, expect(EXPIRED, statuses=(CLOSED,))
    ),
    _scene(
        overdue_order, moves.expire, moves.process, expect(EXPIRED, statuses=(CLOSED,))
    ),
    _scene(
        overdue_shared_order,
        moves.expire,
        moves.report_other,
        expect(EXPIRED, statuses=(OPEN, CLOSED), other_pays=OTHER_AMOUNT),
    ),
    _scene(
        waiting_order,
        moves.close_unwanted,
        moves.cancel,
        expect(AWAITING, CANCELED, statuses=(CLOSED,)),
    ),
    # One storefront, or two, begin to pay through both of Saleor's payment APIs.
    _scene(
        undecided_checkout,
        moves.initialize,
        moves.complete,
        expect(AWAITING, no_order=True),
    ),
    _scene(older_checkout, moves.deliver, moves.complete, PAID),
    _scene(manual_older_checkout, moves.deliver, moves.complete, CREDITED),
    _scene(manual_older_checkout, moves.deliver, moves.deliver, CREDITED),
)
