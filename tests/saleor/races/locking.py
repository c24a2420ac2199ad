"""The program that records the locks of every move of ours, each made alone."""

from typing import Any, Final

from tests.interleaving.locks import Transaction, recording

from . import moves
from .goods import Shop
from .inside import SaleorInside, switch_on
from .scenes import SCENES

# What Saleor calls us for, beside what we do of ourselves.
ASKED_FOR: Final = (moves.process, moves.request_refund)


def main(api_url: str, staff: str) -> Any:
    """Return the orders of locks that were seen, and those that are wrong."""
    switch_on(api_url)
    shop = Shop(SaleorInside(staff))
    seen: list[Transaction] = []
    # Scenes that differ only in the other side show the same.
    alone = {(scene.prepare, scene.ours): scene for scene in SCENES}
    for scene in alone.values():
        purchase = scene.prepare(shop)
        with recording() as recorder:
            scene.ours(shop, purchase)
            if purchase.is_transaction:
                for move in ASKED_FOR:
                    move(shop, purchase)
            elif purchase.is_order and purchase.reference:
                moves.refund_payment(shop, purchase)
            elif purchase.reference:
                moves.complete(shop, purchase)
        seen += recorder.transactions
    return {
        "orders": sorted({str(each) for each in seen if each.tables}),
        "wrong": sorted({str(each) for each in seen if not each.is_ordered}),
        "unlocked": sorted({str(each) for each in seen if each.has_unlocked_sums}),
    }
