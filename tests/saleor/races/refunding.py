"""Races about giving money back: by a grant of staff, or for an abandoned checkout."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from saleor.channel.models import Channel
from saleor.checkout.models import Checkout
from saleor.order.models import OrderGrantedRefund
from saleor.order.utils import updates_amounts_for_order
from saleor.payment.models import TransactionItem

from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations import outbox

from . import moves
from .beginnings import manual_checkout, reversed_order, told_checkout, told_order
from .goods import Purchase, Shop
from .inside import allow_refunds
from .staging import CLOSED, CONFIRMED, MADE, PAID, REVIEW, Scene, scene
from .verdict import expect

GRANTED: Final = Decimal("5.00")

# Longer than Saleor waits before it gives the money of a checkout back.
FORSAKEN: Final = timedelta(days=2)


def stale_checkout(shop: Shop) -> Purchase:
    """Make a forsaken checkout that is paid in part, with the rest to be told."""
    return _forsake(shop, told_checkout(shop))


def refundable_stale_checkout(shop: Shop) -> Purchase:
    """Make such a checkout in a shop that gives coins back."""
    allow_refunds(is_on=True)
    return stale_checkout(shop)


def refundable_paid_checkout(shop: Shop) -> Purchase:
    """Make a forsaken checkout that is paid in full, and that nobody completes."""
    allow_refunds(is_on=True)
    purchase = manual_checkout(shop)
    outbox.deliver_effects(shop.runtime)
    return _forsake(shop, purchase)


def granted_order(shop: Shop) -> Purchase:
    """Make an order paid in part, the rest to be told, with a refund granted."""
    allow_refunds(is_on=True)
    return _grant(told_order(shop))


def reversed_granted_order(shop: Shop) -> Purchase:
    """Make an order with a refund granted of coins that disappeared meanwhile."""
    allow_refunds(is_on=True)
    return _grant(reversed_order(shop))


def lapsed_granted_order(shop: Shop) -> Purchase:
    """Make an order whose granted refund nobody has named an address for in time."""
    purchase = granted_order(shop)
    outbox.deliver_effects(shop.runtime)
    moves.refund_grant(shop, purchase)
    refunds = Refund.objects.filter(payment=purchase.payment)
    refunds.update(expires_at=shop.runtime.clock() - FORSAKEN)
    return purchase


def _forsake(shop: Shop, purchase: Purchase) -> Purchase:
    Channel.objects.update(release_funds_for_expired_checkouts=True)
    then = shop.runtime.clock() - FORSAKEN
    Checkout.objects.filter(pk=purchase.source.pk).update(
        last_change=then, last_transaction_modified_at=then
    )
    return purchase


def _grant(purchase: Purchase) -> Purchase:
    order = purchase.source
    purchase.grant = OrderGrantedRefund.objects.create(
        order=order,
        amount_value=GRANTED,
        currency=order.currency,
        transaction_item=TransactionItem.objects.get(token=purchase.reference),
    )
    order.refresh_from_db()
    updates_amounts_for_order(order)
    return purchase


ONCE: Final = expect(CONFIRMED, statuses=MADE, promised=1)

REFUNDING: Final[tuple[Scene, ...]] = (
    scene(
        stale_checkout,
        moves.deliver,
        moves.release_funds,
        expect(CONFIRMED, statuses=MADE, promised=0),
    ),
    # What is to go back is missing from a checkout that is paid meanwhile: it waits
    # for staff. One that was paid before is an order.
    scene(
        refundable_stale_checkout,
        moves.deliver,
        moves.release_funds,
        expect(CONFIRMED, statuses=MADE, no_order=True),
    ),
    scene(
        refundable_paid_checkout,
        moves.complete,
        moves.release_funds,
        expect(CONFIRMED, statuses=MADE, no_order=True),
    ),
    scene(granted_order, moves.deliver, moves.refund_grant, ONCE),
    scene(granted_order, moves.refund_grant, moves.refund_grant, ONCE),
    scene(
        granted_order,
        moves.refund_grant,
        moves.cancel,
        expect(CONFIRMED, statuses=(CLOSED,), promised=1),
    ),
    scene(lapsed_granted_order, moves.lapse_refunds, moves.refund_grant, PAID),
    scene(reversed_granted_order, moves.deliver, moves.refund_grant, expect(REVIEW)),
)
