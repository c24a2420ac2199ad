"""Races about orders that staff change while coins are credited to them."""

from typing import Final

from saleor.graphql.order.mutations import order_line_delete
from saleor.order import OrderStatus

from saleor_cryptopay.operations import outbox

from . import moves
from .beginnings import manual, paid_order, pay_in_parts
from .goods import Purchase, Shop
from .inside import confirm_paid_orders
from .staging import CLOSED, CONFIRMED, NEW, Scene, scene
from .verdict import expect


def new_order(shop: Shop) -> Purchase:
    """Make an order that is not confirmed, with coins to be told."""
    return _unconfirm(paid_order(shop))


def half_edited_order(shop: Shop) -> Purchase:
    """Make one that became dearer after a part was told; the rest is to be told."""
    purchase = _unconfirm(shop.order())
    pay_in_parts(shop, shop.open(purchase), manual(shop.runtime))
    moves.add_line(shop, purchase)
    return purchase


def edited_order(shop: Shop) -> Purchase:
    """Make one that became dearer after all of it was told."""
    purchase = new_order(shop)
    outbox.deliver_effects(shop.runtime)
    moves.add_line(shop, purchase)
    return purchase


def _unconfirm(purchase: Purchase) -> Purchase:
    confirm_paid_orders(is_on=False)
    purchase.source.status = OrderStatus.UNCONFIRMED
    purchase.source.save(update_fields=["status", "updated_at"])
    return purchase


STAYS: Final = expect(CONFIRMED, statuses=(NEW,))

# Whoever deletes a line locks it before its order, and who works prices out after it.
LINES_FIRST: Final = not hasattr(order_line_delete, "order_qs_select_for_update")

EDITS: Final[tuple[Scene, ...]] = (
    scene(new_order, moves.deliver, moves.add_line, STAYS),
    scene(half_edited_order, moves.settle, moves.deliver, STAYS),
    scene(edited_order, moves.settle, moves.settle, STAYS),
    scene(edited_order, moves.settle, moves.add_line, STAYS),
    scene(
        edited_order,
        moves.settle,
        moves.remove_line,
        expect(CONFIRMED, statuses=(NEW,), may_deadlock=LINES_FIRST),
    ),
    scene(
        edited_order,
        moves.settle,
        moves.cancel,
        expect(CONFIRMED, statuses=(CLOSED,)),
    ),
)
