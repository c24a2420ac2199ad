"""The life of a payment, as one literal table.

Law of this file: whatever moves a payment from state to state stands in TRANSITIONS,
and nowhere else. States without a way out are present with an empty row. The file
knows no clock, no database and no shop; `judge` turns sums into an event, `advance`
looks the event up.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from .errors import TransitionError


class PaymentState(StrEnum):
    """Public words: the same in code, API, page and documentation."""

    AWAITING_PAYMENT = "awaiting_payment"
    PAYMENT_DETECTED = "payment_detected"
    PAYMENT_INSUFFICIENT = "payment_insufficient"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELED = "canceled"
    NEEDS_REVIEW = "needs_review"


class PaymentEvent(StrEnum):
    """What can happen to a payment."""

    COINS_SEEN = "coins_seen"  # a transfer of the quoted asset is on its way
    COINS_GONE = "coins_gone"  # none is any more, and none had become final
    PART_SETTLED = "part_settled"  # final coins, less than asked, none on their way
    FULLY_SETTLED = "fully_settled"  # final coins cover what was asked
    SETTLEMENT_REVERSED = "settlement_reversed"  # final coins disappeared again
    DEADLINE_PASSED = "deadline_passed"  # nothing on its way at the deadline
    REVIEW_RAISED = "review_raised"  # a person has to look
    GATEWAY_REFUSED = "gateway_refused"  # no address could be had
    OPENED_AGAIN = "opened_again"  # the shop asks again after a refusal
    SHOP_CANCELED = "shop_canceled"  # the shop does not want it any more


_TABLE: Final[dict[PaymentState, dict[PaymentEvent, PaymentState]]] = {
    PaymentState.AWAITING_PAYMENT: {
        PaymentEvent.COINS_SEEN: PaymentState.PAYMENT_DETECTED,
        PaymentEvent.PART_SETTLED: PaymentState.PAYMENT_INSUFFICIENT,
        PaymentEvent.FULLY_SETTLED: PaymentState.CONFIRMED,
        PaymentEvent.DEADLINE_PASSED: PaymentState.EXPIRED,
        PaymentEvent.GATEWAY_REFUSED: PaymentState.FAILED,
        PaymentEvent.SHOP_CANCELED: PaymentState.CANCELED,
        PaymentEvent.REVIEW_RAISED: PaymentState.NEEDS_REVIEW,
    },
    PaymentState.PAYMENT_DETECTED: {
        PaymentEvent.COINS_GONE: PaymentState.AWAITING_PAYMENT,
        PaymentEvent.PART_SETTLED: PaymentState.PAYMENT_INSUFFICIENT,
        PaymentEvent.FULLY_SETTLED: PaymentState.CONFIRMED,
        PaymentEvent.SETTLEMENT_REVERSED: PaymentState.NEEDS_REVIEW,
        PaymentEvent.REVIEW_RAISED: PaymentState.NEEDS_REVIEW,
    },
    PaymentState.PAYMENT_INSUFFICIENT: {
        PaymentEvent.COINS_SEEN: PaymentState.PAYMENT_DETECTED,
        PaymentEvent.FULLY_SETTLED: PaymentState.CONFIRMED,
        PaymentEvent.SETTLEMENT_REVERSED: PaymentState.NEEDS_REVIEW,
        PaymentEvent.DEADLINE_PASSED: PaymentState.NEEDS_REVIEW,
        PaymentEvent.REVIEW_RAISED: PaymentState.NEEDS_REVIEW,
    },
    PaymentState.CONFIRMED: {
        PaymentEvent.SETTLEMENT_REVERSED: PaymentState.NEEDS_REVIEW,
    },
    # Coins that become final on a closed payment are never passed over.
    PaymentState.EXPIRED: {
        PaymentEvent.PART_SETTLED: PaymentState.NEEDS_REVIEW,
        PaymentEvent.FULLY_SETTLED: PaymentState.CONFIRMED,
        PaymentEvent.REVIEW_RAISED: PaymentState.NEEDS_REVIEW,
    },
    PaymentState.FAILED: {
        PaymentEvent.OPENED_AGAIN: PaymentState.AWAITING_PAYMENT,
        PaymentEvent.DEADLINE_PASSED: PaymentState.EXPIRED,
        PaymentEvent.PART_SETTLED: PaymentState.NEEDS_REVIEW,
        PaymentEvent.FULLY_SETTLED: PaymentState.NEEDS_REVIEW,
        PaymentEvent.REVIEW_RAISED: PaymentState.NEEDS_REVIEW,
    },
    PaymentState.CANCELED: {
        PaymentEvent.PART_SETTLED: PaymentState.NEEDS_REVIEW,
        PaymentEvent.FULLY_SETTLED: PaymentState.NEEDS_REVIEW,
        PaymentEvent.REVIEW_RAISED: PaymentState.NEEDS_REVIEW,
    },
    PaymentState.NEEDS_REVIEW: {
        PaymentEvent.FULLY_SETTLED: PaymentState.CONFIRMED,
    },
}

TRANSITIONS: Final = MappingProxyType(
    {state: MappingProxyType(row) for state, row in _TABLE.items()}
)

OPEN_STATES: Final = frozenset(
    {
        PaymentState.AWAITING_PAYMENT,
        PaymentState.PAYMENT_DETECTED,
        PaymentState.PAYMENT_INSUFFICIENT,
    }
)
"""States in which the customer can still do something about the payment."""


def allows(state: PaymentState, event: PaymentEvent) -> bool:
    """Return whether the table has a row for the event in this state."""
    return event in TRANSITIONS[state]


def advance(state: PaymentState, event: PaymentEvent) -> PaymentState:
    """Return the state that follows.

    Raises:
        TransitionError: the table has no such row; nothing may happen.
    """
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise TransitionError(f"{event} cannot happen to a payment {state}.") from None


@dataclass(frozen=True, slots=True)
class Standing:
    """The sums of a payment's counted transfers, in base units of its quote.

    Fractions where some of them count at another rate: see `shares`.

    Attributes:
        minimum: the smallest final sum that counts as paid.
        final: what is final.
        underway: what was seen and is neither final nor gone.
        has_reversal: final coins have disappeared with the change being judged.
        needs_person: the change holds coins that policy leaves to a person
            (late, of a wrong asset, or to a payment that was closed).
    """

    minimum: int
    final: int | Fraction
    underway: int | Fraction
    has_reversal: bool = False
    needs_person: bool = False


def judge(standing: Standing) -> PaymentEvent:
    """Return what the sums mean for the payment."""
    if standing.has_reversal and standing.final < standing.minimum:
        return PaymentEvent.SETTLEMENT_REVERSED
    if standing.needs_person:
        return PaymentEvent.REVIEW_RAISED
    if standing.final >= standing.minimum:
        return PaymentEvent.FULLY_SETTLED
    if standing.underway > 0:
        return PaymentEvent.COINS_SEEN
    if standing.final > 0:
        return PaymentEvent.PART_SETTLED
    return PaymentEvent.COINS_GONE
