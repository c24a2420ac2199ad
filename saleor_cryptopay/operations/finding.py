"""Finding payments by what people have in hand: an id, a hash, an address."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from saleor_cryptopay.core.addresses import canonical_address, canonical_hash
from saleor_cryptopay.core.assets import NETWORKS, Network
from saleor_cryptopay.core.errors import AddressError, HashError
from saleor_cryptopay.models import Payment

# One transaction may pay several.
MOST: Final = 20


def find_payments(text: str) -> list[Payment]:
    """Return the payments that a text names, newest first; at most MOST.

    Args:
        text: our id of a payment or a refund, the shop's transaction, a deposit
            address, the hash of a transaction that brought coins; any other text finds
            nothing.
    """
    if not text.isprintable():  # NUL, which no database looks for
        return []
    keys: set[UUID] = set()
    for payments in _searches(text.strip()):
        keys.update(payments.values_list("pk", flat=True)[:MOST])
    found = Payment.objects.select_related("address").filter(pk__in=keys)
    return list(found.order_by("-created_at", "pk")[:MOST])


def _searches(text: str) -> Iterator[QuerySet[Payment]]:
    """Yield one search for each thing that a text can be: each has an index."""
    payments = Payment.objects.order_by("-created_at", "pk")
    yield payments.filter(reference=text)
    if number := _number(text):
        yield payments.filter(pk=number)
        yield payments.filter(refunds__pk=number)
    for network in NETWORKS.values():
        for condition in _conditions(text, network):
            yield payments.filter(condition)


def _number(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _conditions(text: str, network: Network) -> Iterator[Q]:
    """Yield what a text can be on a network, in the form in which it is stored."""
    try:
        address = canonical_address(text, network, is_test=True)
    except AddressError:
        pass
    else:
        yield Q(addresses__network=network.slug, addresses__address=address)
    try:
        seen = canonical_hash(text, network)
    except HashError:
        return
    yield Q(transfers__network=network.slug, transfers__hash=seen)
