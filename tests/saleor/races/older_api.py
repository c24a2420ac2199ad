"""Races about the Payments API: what storefronts and staff ask of its payments."""

from dataclasses import replace
from typing import Final

from saleor.payment import TransactionKind
from saleor.payment.models import Payment as SaleorPayment

from . import moves
from .beginnings import manual, older_checkout, pay, pay_in_parts, reverse
from .goods import LONG_AGO, Purchase, Shop, total_of
from .inside import allow_refunds
from .staging import CLOSED, CONFIRMED, EXPIRED, MADE, PAID, REVIEW, Scene, scene
from .verdict import expect


def authorized_older_checkout(shop: Shop) -> Purchase:
    """Make a checkout whose coins are to be told, and that we are asked about.

    Saleor asks no gateway to capture or void what nobody has authorized.
    """
    return _authorize(older_checkout(shop))


def overdue_older_checkout(shop: Shop) -> Purchase:
    """Make a checkout whose payment nobody has made in time."""
    clock = shop.runtime.clock
    then = replace(shop.runtime, clock=lambda: clock() - LONG_AGO)
    return _authorize(shop.open_older(shop.checkout(), then))


def older_order(shop: Shop) -> Purchase:
    """Make an order that is captured in part, with the rest to be told."""
    allow_refunds(is_on=True)
    return pay_in_parts(shop, shop.open_older(shop.order()), manual(shop.runtime))


def reversed_older_order(shop: Shop) -> Purchase:
    """Make an order whose captured coins disappeared: that is to be told."""
    allow_refunds(is_on=True)
    purchase = shop.open_older(shop.order())
    return reverse(shop, pay(shop, purchase, manual(shop.runtime)))


def _authorize(purchase: Purchase) -> Purchase:
    row = SaleorPayment.objects.get(pk=purchase.row_key)
    row.transactions.create(
        kind=TransactionKind.AUTH,
        is_success=True,
        token="authorized",
        amount=total_of(purchase),
        currency=row.currency,
        gateway_response={},
    )
    return purchase


ENDED: Final = expect(EXPIRED, no_order=True)
SHUT: Final = expect(CONFIRMED, statuses=(CLOSED,))

OLDER_API: Final[tuple[Scene, ...]] = (
    scene(older_checkout, moves.deliver, moves.confirm, PAID),
    scene(authorized_older_checkout, moves.deliver, moves.capture, PAID),
    scene(authorized_older_checkout, moves.deliver, moves.void, PAID),
    scene(overdue_older_checkout, moves.expire, moves.confirm, ENDED),
    scene(overdue_older_checkout, moves.expire, moves.capture, ENDED),
    scene(overdue_older_checkout, moves.expire, moves.void, ENDED),
    scene(
        older_order,
        moves.deliver,
        moves.refund_payment,
        expect(CONFIRMED, statuses=MADE, promised=1),
    ),
    scene(older_order, moves.deliver, moves.cancel, SHUT),
    scene(
        older_order,
        moves.refund_payment,
        moves.cancel,
        expect(CONFIRMED, statuses=(CLOSED,), promised=1),
    ),
    scene(reversed_older_order, moves.deliver, moves.refund_payment, expect(REVIEW)),
)
