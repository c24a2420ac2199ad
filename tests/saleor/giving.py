"""Goods that Saleor hands out by itself as soon as an order is paid.

Gift cards on every version; downloads on those that know digital content.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .shell import Shell

WITH_DOWNLOADS = ("3.21", "3.22")

MAKE_GIFT_CARDS = """
from saleor.order.models import OrderLine

assert OrderLine.objects.filter(order_id=order).update(is_gift_card=True)
"""
TRACK = """
import graphene
from saleor.product.models import ProductVariant

key = graphene.Node.from_global_id(variant)[1]
assert ProductVariant.objects.filter(pk=key).update(track_inventory=is_tracked)
"""
GIVEN = """
import json
from saleor.giftcard.models import GiftCard
from saleor.order.models import Order

found = Order.objects.get(pk=order)
cards = GiftCard.objects.filter(fulfillment_line__order_line__order=found)
print(json.dumps({
    "status": found.status,
    "charge_status": found.charge_status,
    "charged": str(found.total_charged_amount),
    "gift_cards": cards.count(),
    "fulfillments": found.fulfillments.count(),
    "fully_paid": found.events.filter(type="order_fully_paid").count(),
}))
"""
OFFER_DOWNLOAD = """
import graphene
from saleor.product.models import DigitalContent, ProductVariant

found = ProductVariant.objects.get(pk=graphene.Node.from_global_id(variant)[1])
kind = found.product.product_type
kind.is_digital = is_on
kind.save()
DigitalContent.objects.filter(product_variant=found).delete()
if is_on:
    DigitalContent.objects.create(
        product_variant=found,
        use_default_settings=False,
        automatic_fulfillment=True,
        content_file="book",
    )
"""
LINKS = """
from saleor.product.models import DigitalContentUrl

print(DigitalContentUrl.objects.filter(line__order_id=order).count())
"""
# What the outbox does: the port is told of a transfer.
TELL = """
from datetime import UTC, datetime
from decimal import Decimal

from saleor_cryptopay.bridge.active import active_runtime
from saleor_cryptopay.operations.ports import Credit

now = datetime.now(UTC)
credit = Credit(reference, Decimal(amount), "USD", "coins", "", now)
getattr(active_runtime().shop, method)(of, credit)
"""


# References of what the shop was told past our books.
TOLD: set[str] = set()


def key_of(global_id: str) -> str:
    """Return the key behind Saleor's id: an order's, or a transaction's token."""
    return base64.b64decode(global_id).decode().partition(":")[2]


def make_gift_cards(shell: Shell, order_id: str) -> None:
    """Let an order be one of gift cards."""
    shell.run(MAKE_GIFT_CARDS, order=key_of(order_id))


def given(shell: Shell, order_id: str) -> Any:
    """Return what Saleor gave away for an order, and how the order stands."""
    return json.loads(shell.run(GIVEN, order=key_of(order_id)))


def links(shell: Shell, order_id: str) -> int:
    """Return how many downloads Saleor gave away for an order."""
    return int(shell.run(LINKS, order=key_of(order_id)))


def tell(
    shell: Shell, method: str, of: str, reference: str, amount: str = "12.00"
) -> None:
    """Tell the shop of a transfer as the outbox does; our books hear nothing of it."""
    TOLD.add(of)
    shell.run(TELL, method=method, of=of, reference=reference, amount=amount)


@contextmanager
def stock_untracked(shell: Shell, variant_id: str) -> Iterator[None]:
    """Let Saleor keep no count of a variant as long as the context lasts."""
    shell.run(TRACK, variant=variant_id, is_tracked=False)
    try:
        yield
    finally:
        shell.run(TRACK, variant=variant_id, is_tracked=True)


@contextmanager
def as_download(shell: Shell, variant_id: str) -> Iterator[None]:
    """Let a variant be a download, not counted, as long as the context lasts."""
    with stock_untracked(shell, variant_id):
        shell.run(OFFER_DOWNLOAD, variant=variant_id, is_on=True)
        try:
            yield
        finally:
            shell.run(OFFER_DOWNLOAD, variant=variant_id, is_on=False)
