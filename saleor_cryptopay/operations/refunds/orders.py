"""Finding at the gateway what was ordered for a refund that our books do not know of.

Its answer was lost, or the books are older than the order: a restored backup, a copy.

The law of looking up: to find nothing means that there is nothing only if the gateway
answered the whole list; every doubt is an error, and nobody sends while in doubt.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from saleor_cryptopay.core.addresses import canonical_address
from saleor_cryptopay.core.errors import AddressError, AmountError, TerminalError
from saleor_cryptopay.core.money import parse_units
from saleor_cryptopay.core.refunds import RefundEvent
from saleor_cryptopay.gateways.payouts import Payouts, Withdrawal
from saleor_cryptopay.models import Refund, RefundEntry

# Clocks may be apart, and a list may know its rows by the time they were begun.
LOOKBACK: Final = timedelta(hours=1)

_NAME: Final = "refund"


def order_metadata(refund: Refund) -> dict[str, str]:
    """Return what an order carries, for it to be found again."""
    return {_NAME: str(refund.pk), "attempt": str(count_attempts(refund))}


def count_attempts(refund: Refund) -> int:
    """Return how often the gateway was to be asked for this refund."""
    return refund.entries.filter(event=RefundEvent.ORDER_BEGUN).count()


def named_refund(order: Withdrawal) -> str:
    """Return the id of the refund that an order names as its own, or ""."""
    return order.metadata.get(_NAME, "")


def begun_at(refund: Refund) -> datetime:
    """Return when the gateway was first to be asked for this refund (aware UTC)."""
    begun = refund.entries.filter(event=RefundEvent.ORDER_BEGUN).earliest("number")
    return begun.created_at


def find_order(refund: Refund, payouts: Payouts, since: datetime) -> Withdrawal | None:
    """Return an order of this refund that nobody has taken down yet, or None.

    One that sends coins, or has sent them, before one that does not.

    Args:
        refund: which has been begun at least once.
        payouts: the gateway.
        since: no order of it can be older (aware UTC).

    Raises:
        GatewayError: it did not answer, or not in a form in which None means none.
    """
    found = list(_find_orders(refund, payouts, since))
    return min(found, key=lambda order: order.status.is_lost, default=None)


def _find_orders(
    refund: Refund, payouts: Payouts, since: datetime
) -> Iterator[Withdrawal]:
    orders = list(payouts.recent(since - LOOKBACK, refund.asset))
    names = [order.id for order in orders]
    known = set(
        RefundEntry.objects.filter(order_id__in=names).values_list(
            "order_id", flat=True
        )
    )
    for order in orders:
        if order.id not in known and _is_of(order, refund):
            yield order


def _is_of(order: Withdrawal, refund: Refund) -> bool:
    """Whether an order is this refund's: by its name, else by all that it says.

    Raises:
        TerminalError: it says nothing by which it could be told.
    """
    if name := named_refund(order):
        return name == str(refund.pk)
    if not order.amount and not order.to_address:
        raise TerminalError(
            f"Order {order.id} says neither how much it sends nor where to.",
            code="NONSENSE",
        )
    return is_amount(order, refund) and is_address(order, refund)


def is_amount(order: Withdrawal, refund: Refund) -> bool:
    """Whether an order sends what the refund does; also if it does not say."""
    try:
        units = parse_units(order.amount, refund.asset.decimals)
    except AmountError:
        return not order.amount
    return units == refund.sent_units


def is_address(order: Withdrawal, refund: Refund) -> bool:
    """Whether an order goes where the refund does; also if it does not say."""
    network = refund.asset.network
    try:
        named = canonical_address(order.to_address, network, is_test=True)
    except AddressError:
        return not order.to_address
    return named == refund.address
