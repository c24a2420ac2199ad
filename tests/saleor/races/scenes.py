"""The races: who meets whom, on what, and what may come of it."""

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
from .edits import EDITS
from .moves import OTHER_AMOUNT
from .older_api import OLDER_API
from .refunding import REFUNDING
from .staging import (
    AWAITING,
    BROUGHT_BACK,
    CANCELED,
    CLOSED,
    CONFIRMED,
    CREDITED,
    EXPIRED,
    MADE,
    NEW,
    OPEN,
    PAID,
    REVIEW,
    Scene,
    scene,
)
from .verdict import expect

SCENES: Final[tuple[Scene, ...]] = (
    scene(paid_checkout, moves.deliver, moves.complete, PAID),
    scene(paid_checkout, moves.deliver, moves.complete_automatically, PAID),
    scene(paid_checkout, moves.deliver, moves.deliver, PAID),
    scene(manual_checkout, moves.deliver, moves.process, CREDITED),
    scene(manual_checkout, moves.deliver, moves.complete, CREDITED),
    scene(manual_checkout, moves.deliver, moves.complete_automatically, CREDITED),
    scene(
        shared_checkout,
        moves.deliver,
        moves.report_other,
        expect(CONFIRMED, statuses=MADE, no_order=True, other_pays=OTHER_AMOUNT),
    ),
    # Saleor reads the checkout of a transaction without asking whether it is there.
    scene(
        told_checkout,
        moves.deliver,
        moves.request_refund,
        expect(CONFIRMED, statuses=MADE, may_break=("DoesNotExist", "AttributeError")),
    ),
    # Saleor deletes the lines of abandoned checkouts before it locks these, and those
    # of a completed checkout after: one of both is broken off, and is done again.
    scene(
        old_checkout,
        moves.deliver,
        moves.delete_abandoned,
        expect(CONFIRMED, statuses=MADE, no_order=True, may_deadlock=True),
    ),
    scene(
        seen_checkout,
        moves.deliver,
        moves.complete,
        expect(PaymentState.PAYMENT_DETECTED, statuses=MADE),
    ),
    scene(
        lost_checkout,
        moves.deliver,
        moves.complete,
        expect(AWAITING, statuses=MADE, no_order=True),
    ),
    scene(
        lost_checkout,
        moves.deliver,
        moves.complete_automatically,
        expect(AWAITING, statuses=MADE, no_order=True),
    ),
    scene(reversed_checkout, moves.deliver, moves.complete, BROUGHT_BACK),
    scene(reversed_checkout, moves.deliver, moves.complete_automatically, BROUGHT_BACK),
    # The checkout is deleted while Saleor stores its transaction, before we are asked:
    # the database refuses one of both. Saleor's task deletes again at its next run.
    scene(
        bare_old_checkout,
        moves.initialize,
        moves.delete_abandoned,
        expect(
            AWAITING,
            no_order=True,
            may_break=("IntegrityError", "DoesNotExist", "DatabaseError"),
        ),
    ),
    scene(
        bare_old_order,
        moves.initialize,
        moves.expire_orders,
        expect(AWAITING, statuses=(NEW, OrderStatus.EXPIRED)),
    ),
    scene(
        paid_order, moves.deliver, moves.cancel, expect(CONFIRMED, statuses=(CLOSED,))
    ),
    # Whoever comes first has the gift cards: the customer, or the stock.
    scene(
        paid_gift_card_order,
        moves.deliver,
        moves.cancel,
        expect(CONFIRMED, statuses=(CLOSED, OrderStatus.FULFILLED)),
    ),
    scene(paid_order, moves.deliver, moves.process, PAID),
    scene(paid_order, moves.deliver, moves.deliver, PAID),
    scene(
        shared_order,
        moves.deliver,
        moves.report_other,
        expect(CONFIRMED, statuses=MADE, other_pays=OTHER_AMOUNT),
    ),
    scene(told_order, moves.deliver, moves.request_refund, PAID),
    scene(reversed_order, moves.deliver, moves.request_refund, expect(REVIEW)),
    scene(
        reversed_order, moves.deliver, moves.cancel, expect(REVIEW, statuses=(CLOSED,))
    ),
    scene(
        overdue_order, moves.expire, moves.cancel, expect(EXPIRED, statuses=(CLOSED,))
    ),
    scene(
        overdue_order, moves.expire, moves.process, expect(EXPIRED, statuses=(CLOSED,))
    ),
    scene(
        overdue_shared_order,
        moves.expire,
        moves.report_other,
        expect(EXPIRED, statuses=(OPEN, CLOSED), other_pays=OTHER_AMOUNT),
    ),
    scene(
        waiting_order,
        moves.close_unwanted,
        moves.cancel,
        expect(AWAITING, CANCELED, statuses=(CLOSED,)),
    ),
    # One storefront, or two, begin to pay through both of Saleor's payment APIs.
    scene(
        undecided_checkout,
        moves.initialize,
        moves.complete,
        expect(AWAITING, no_order=True),
    ),
    scene(older_checkout, moves.deliver, moves.complete, PAID),
    scene(manual_older_checkout, moves.deliver, moves.complete, CREDITED),
    scene(manual_older_checkout, moves.deliver, moves.deliver, CREDITED),
    *REFUNDING,
    *EDITS,
    *OLDER_API,
)
