"""What of a payment could be given back now: coins that no refund holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from saleor_cryptopay.core.refunds import HOLDING_STATES, RefundState
from saleor_cryptopay.models import Case, Payment, Refund

from .coins import Coins, find_credited, find_held, find_surplus, list_set_aside

Source = Refund.Source

# Refunds that hold coins which are still here.
_UNDERWAY: Final = sorted(HOLDING_STATES - {RefundState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Offer:
    """Coins of one kind and source that no refund holds.

    Attributes:
        source: which coins.
        coins: what is left of them; of what was credited, with the money it counts as.
    """

    source: Refund.Source
    coins: Coins


def list_offers(payment: Payment) -> list[Offer]:
    """Return what could be given back of a payment: credited, beyond it, set aside."""
    return [offer for offer in _whole(payment) if offer.coins.units > 0]


def list_settled(refund: Refund) -> list[int]:
    """Return the open cases that a refund, which has arrived, leaves nothing to do in.

    Primary keys of cases about the same coins, once all of them are back. The caller
    holds the payment's lock.
    """
    payment, same = refund.payment, {"source": refund.source}
    if refund.source == Source.SET_ASIDE:
        same["asset_key"] = refund.asset_key
    if payment.refunds.filter(**same, state__in=_UNDERWAY).exists():
        return []
    if any(_is_of(refund, offer) for offer in list_offers(payment)):
        return []
    cases = payment.cases.filter(closed_at=None).select_related("transfer")
    return [case.pk for case in cases if _is_about(case, refund)]


def _whole(payment: Payment) -> Iterator[Offer]:
    credited, surplus = find_credited(payment), find_surplus(payment)
    if credited is not None:
        yield Offer(Source.PAID, _left(payment, Source.PAID, credited))
    if surplus is not None:
        yield Offer(Source.SURPLUS, _left(payment, Source.SURPLUS, surplus))
    for coins in list_set_aside(payment):
        yield Offer(Source.SET_ASIDE, _left(payment, Source.SET_ASIDE, coins))


def _left(payment: Payment, source: Refund.Source, coins: Coins) -> Coins:
    held = find_held(payment, coins.asset_key, source)
    return Coins(coins.asset_key, coins.units - held.units, coins.amount - held.amount)


def _is_of(refund: Refund, offer: Offer) -> bool:
    is_same_coin = refund.asset_key == offer.coins.asset_key
    return refund.source == offer.source and is_same_coin


def _is_about(case: Case, refund: Refund) -> bool:
    if case.transfer is None:
        return refund.source == Source.PAID
    asset_key = f"{case.transfer.coin}@{case.transfer.network}"
    return (refund.source, refund.asset_key) == (Source.SET_ASIDE, asset_key)
