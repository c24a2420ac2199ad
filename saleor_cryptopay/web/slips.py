"""What the refund desk shows of a refund, in English: one slip for each."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from saleor_cryptopay.core.addresses import grouped
from saleor_cryptopay.core.refund_rules import FeePayer
from saleor_cryptopay.core.refunds import RefundEvent, RefundState, allows
from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations.refunds.showing import (
    RefundFigures,
    RefundStep,
    describe_refund,
)
from saleor_cryptopay.operations.runtime import Runtime

from .figures import total_text
from .refund_figures import basis_text

_STATES: Final = {
    RefundState.NEEDS_ADDRESS: "Waits for the customer's address",
    RefundState.NEEDS_APPROVAL: "Waits for your approval",
    RefundState.APPROVED: "Approved, to be sent",
    RefundState.SENDING: "Being sent",
    RefundState.IN_DOUBT: "In doubt: look at the gateway",
    RefundState.SENT: "Sent",
    RefundState.CONFIRMED: "Arrived",
    RefundState.FAILED: "Failed: nothing went out",
    RefundState.DECLINED: "Declined",
    RefundState.LAPSED: "No address in time",
}
SOURCES: Final = {
    Refund.Source.PAID: "What was credited",
    Refund.Source.SURPLUS: "What came beyond the total",
    Refund.Source.SET_ASIDE: "What was never credited",
}
_EVENTS: Final = {
    "asked": "asked for",
    RefundEvent.ADDRESS_NAMED: "address named",
    RefundEvent.ADDRESS_ACCEPTED: "address named, no approval wanted",
    RefundEvent.ADDRESS_REFUSED: "address refused",
    RefundEvent.STAFF_APPROVED: "approved",
    RefundEvent.STAFF_DECLINED: "declined",
    RefundEvent.LINK_EXPIRED: "link expired",
    RefundEvent.ORDER_BEGUN: "gateway is asked",
    RefundEvent.ORDER_PUT_OFF: "put off",
    RefundEvent.DOUBT_RAISED: "in doubt",
    RefundEvent.ORDER_NOT_MADE: "settled: gateway has no such order",
    RefundEvent.ORDER_TAKEN: "gateway has taken the order",
    RefundEvent.ORDER_REFUSED: "gateway refused the order",
    RefundEvent.COINS_ARRIVED: "coins arrived",
    RefundEvent.ORDER_FAILED: "gateway could not do it",
    RefundEvent.TRIED_AGAIN: "to be tried again",
    RefundEvent.ASKED_AGAIN: "asked again with a new link",
}

_IN_DOUBT: Final = (
    "Look for its order in the gateway's own console. If it is there, have"
    " “cryptopay refunds settle” name it; only if there is none, it may be sent again."
)

# The desk's actions and what they do, in the order of their buttons.
ACTIONS: Final = {
    "approve": RefundEvent.STAFF_APPROVED,
    "try-again": RefundEvent.TRIED_AGAIN,
    "ask-again": RefundEvent.ASKED_AGAIN,
    "not-sent": RefundEvent.ORDER_NOT_MADE,
    "refuse-address": RefundEvent.ADDRESS_REFUSED,
    "decline": RefundEvent.STAFF_DECLINED,
}

# A fact: what it is called, what it is, and where a link leads; "" for no link.
Fact = tuple[str, str, str]


def describe_slip(refund: Refund, runtime: Runtime) -> dict[str, object]:
    """Return a refund as the desk's script draws it.

    Args:
        refund: with its payment and the payment's address loaded.
        runtime: see `runtime.Runtime`.
    """
    figures, state = describe_refund(refund, runtime), RefundState(refund.state)
    is_over = state in (RefundState.CONFIRMED, RefundState.DECLINED)
    return {
        "id": str(refund.pk),
        "state": state,
        "state_words": _STATES[figures.state],
        "coins": figures.coins,
        "symbol": figures.asset.symbol,
        "network_name": figures.asset.network.name,
        "address": figures.address,
        "groups": grouped(figures.address),
        "facts": [fact for fact in _facts(refund, figures, runtime) if fact[1]],
        "history": [_step_words(step) for step in figures.steps],
        "link": "" if is_over else figures.url,
        "actions": [name for name, event in ACTIONS.items() if allows(state, event)],
    }


def _facts(refund: Refund, figures: RefundFigures, runtime: Runtime) -> list[Fact]:
    is_waiting = refund.state == RefundState.NEEDS_ADDRESS
    is_changed = bool(refund.address) and not figures.address
    warning = (
        "The record was changed behind our back: do not send." if is_changed else ""
    )
    return [
        ("Warning", warning, ""),
        ("To do", _IN_DOUBT if refund.state == RefundState.IN_DOUBT else "", ""),
        ("For", runtime.shop.summary(refund.payment.reference).title, ""),
        ("Coins", SOURCES[Refund.Source(refund.source)], ""),
        ("Counts as", _value(figures), ""),
        ("Rate", _rate(refund, figures), ""),
        ("Network fee", _fee(figures), ""),
        ("Charged by the gateway", figures.gateway_fee, ""),
        ("Reason", figures.reason, ""),
        ("Asked for", when(figures.asked_at), ""),
        ("Link holds until", when(figures.expires_at) if is_waiting else "", ""),
        ("Transaction", figures.hash, figures.explorer_url),
    ]


def _value(figures: RefundFigures) -> str:
    if not figures.amount:
        return "nothing: the shop never counted these coins"
    return f"{total_text(Decimal(figures.amount), figures.currency)} {figures.currency}"


def _rate(refund: Refund, figures: RefundFigures) -> str:
    rate = basis_text(refund, figures)
    if not rate:
        return ""
    basis = figures.rate_source if figures.rate else "the payment's own rate"
    price = f"1 {figures.asset.symbol} = {rate} {figures.currency}"
    return f"{price} ({basis})" if basis else price


def _fee(figures: RefundFigures) -> str:
    if figures.fee_payer is FeePayer.SHOP:
        return "paid by the shop"
    return f"{figures.fee_coins} {figures.asset.symbol}, taken off already"


def _step_words(step: RefundStep) -> str:
    words = f"{when(step.at)}: {_EVENTS.get(step.event, step.event)}, {step.actor}"
    return f"{words}. {step.note}" if step.note else words


def when(moment: datetime) -> str:
    """Write a moment for staff, who may sit anywhere: in UTC, to the minute."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
