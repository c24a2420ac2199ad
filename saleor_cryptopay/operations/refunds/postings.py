"""What shop and people are told of a line of a refund's history.

Called by the ledger, in its commit. What the shop never counted as paid (a surplus, a
coin that was not asked for) is told as a note that moves no money.
"""

from typing import Final

from django.db import transaction

from saleor_cryptopay.core.money import format_units
from saleor_cryptopay.core.refunds import RefundEvent, RefundState
from saleor_cryptopay.models import Effect, Refund, RefundEntry
from saleor_cryptopay.operations.messages import post_message
from saleor_cryptopay.operations.outbox import GIVEN_BACK
from saleor_cryptopay.operations.runtime import Runtime

from .links import refund_url

ASKED: Final = "asked"

Kind = Effect.Kind
Event = RefundEvent

# Event → what the shop is told; what is not here it need not know.
_KINDS: Final[dict[str, Effect.Kind]] = {
    ASKED: Kind.REFUND_BEGUN,
    Event.TRIED_AGAIN: Kind.REFUND_BEGUN,
    Event.ASKED_AGAIN: Kind.REFUND_BEGUN,
    Event.COINS_ARRIVED: Kind.REFUND_DONE,
    Event.ORDER_REFUSED: Kind.REFUND_FAILED,
    Event.ORDER_FAILED: Kind.REFUND_FAILED,
    Event.LINK_EXPIRED: Kind.REFUND_FAILED,
    Event.STAFF_DECLINED: Kind.REFUND_FAILED,
}

# What was told as failed is not told so again when staff decline it.
_TOLD: Final = frozenset({RefundState.FAILED, RefundState.LAPSED})

# Each begins a request of its own in the shop: a failure closed the one before.
_BEGINNINGS: Final = (Event.TRIED_AGAIN, Event.ASKED_AGAIN)

_MESSAGES: Final[dict[str, str]] = {
    ASKED: "refund_needs_address",
    Event.ASKED_AGAIN: "refund_needs_address",
    Event.ADDRESS_REFUSED: "refund_needs_address",
    Event.ADDRESS_NAMED: "refund_needs_approval",
    Event.ORDER_TAKEN: "refund_sent",
    Event.COINS_ARRIVED: "refund_confirmed",
    Event.ORDER_REFUSED: "refund_failed",
    Event.ORDER_FAILED: "refund_failed",
    Event.DOUBT_RAISED: "refund_in_doubt",
}


def post_event(refund: Refund, entry: RefundEntry, runtime: Runtime) -> None:
    """Put what an entry means for the shop into the outbox, and people's messages."""
    kind = _KINDS.get(entry.event)
    if kind and not (
        entry.event == Event.STAFF_DECLINED and entry.state_before in _TOLD
    ):
        _post(refund, entry, kind, _words(refund, entry, runtime), runtime)
    if entry.event == Event.STAFF_DECLINED and refund.source == Refund.Source.PAID:
        _complete_after_all(refund, entry, runtime)
    if name := _MESSAGES.get(entry.event):
        post_message(
            refund.payment,
            name,
            key=f"{refund.pk}:{entry.number}",
            refund=refund,
            now=entry.created_at,
            data={"note": entry.note} if entry.note else None,
        )


def _complete_after_all(refund: Refund, entry: RefundEntry, runtime: Runtime) -> None:
    """Have the order made that was left alone because of the refund."""
    completions = Effect.objects.filter(payment=refund.payment, kind=Kind.COMPLETE)
    if not completions.filter(note=GIVEN_BACK).exists():
        return
    policy = runtime.policies(refund.payment.channel)
    Effect.objects.create(
        payment=refund.payment,
        key=f"refund:{refund.pk}:{entry.number}:{Kind.COMPLETE}",
        kind=Kind.COMPLETE,
        data={"makes_order": policy.complete_checkouts},
        created_at=entry.created_at,
        next_attempt_at=entry.created_at,
    )
    transaction.on_commit(runtime.jobs.deliver_effects, robust=True)


def post_progress(refund: Refund, entry: RefundEntry, runtime: Runtime) -> None:
    """Tell the shop the transaction of an order that has one now."""
    words = f"{describe(refund)} sent to the customer: {refund.hash}."
    _post(refund, entry, Kind.NOTICE, words, runtime)


def describe(refund: Refund) -> str:
    """Return what the customer gets, in words: `25 USDT on Ethereum`."""
    asset = refund.asset
    coins = format_units(refund.sent_units, asset.decimals)
    return f"{coins} {asset.symbol} on {asset.network.name}"


def explorer_url(refund: Refund) -> str:
    """Return the explorer's page of the coins' way back; "" before there is one."""
    if not refund.hash:
        return ""
    return refund.asset.network.transaction_url.format(hash=refund.hash)


def shop_reference(refund: Refund) -> str:
    """Return the shop's lasting name of the present try: its psp reference."""
    again = refund.entries.filter(event__in=_BEGINNINGS).count()
    return f"refund:{refund.pk}:{again + 1}" if again else f"refund:{refund.pk}"


def _words(refund: Refund, entry: RefundEntry, runtime: Runtime) -> str:
    coins = describe(refund)
    match entry.event:
        case "asked" | Event.ASKED_AGAIN:
            url = refund_url(refund, runtime)
            return f"{coins} to go back: the customer names an address at {url}"
        case Event.TRIED_AGAIN:
            return f"{coins} to go back: it is tried again."
        case Event.COINS_ARRIVED:
            return f"{coins} sent back: they have arrived."
        case Event.LINK_EXPIRED:
            return f"{coins} not sent back: nobody named an address in time."
        case Event.STAFF_DECLINED:
            return f"{coins} not sent back: declined. {entry.note}".strip()
        case _:
            return f"{coins} not sent back: {entry.note}"


def _post(
    refund: Refund, entry: RefundEntry, kind: Effect.Kind, words: str, runtime: Runtime
) -> None:
    is_counted = refund.source == Refund.Source.PAID
    told = kind if is_counted else Kind.NOTICE
    Effect.objects.create(
        payment=refund.payment,
        key=f"refund:{refund.pk}:{entry.number}:{kind}",
        kind=told,
        data={
            "reference": shop_reference(refund),
            "key": refund.key,
            "amount": "0" if told == Kind.NOTICE else str(refund.amount),
            "message": words,
            "url": explorer_url(refund),
            "at": entry.created_at.isoformat(),
        },
        created_at=entry.created_at,
        next_attempt_at=entry.created_at,
    )
    transaction.on_commit(runtime.jobs.deliver_effects, robust=True)
