"""The life of a refund, as one literal table.

Law of this file: whatever moves a refund from state to state stands in TRANSITIONS,
and nowhere else. Coins go out only from APPROVED, by way of SENDING: the intent is
stored before the gateway is asked. Where nobody knows what became of it, only a person
leads back to APPROVED: what is in doubt is never ordered a second time by itself.
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .errors import TransitionError


class RefundState(StrEnum):
    """Public words: the same in code, page, commands and documentation."""

    NEEDS_ADDRESS = "needs_address"  # the customer has to say where to
    NEEDS_APPROVAL = "needs_approval"  # staff have to agree to address and amount
    APPROVED = "approved"  # to be sent
    SENDING = "sending"  # the gateway is being asked, or its answer was lost
    IN_DOUBT = "in_doubt"  # nobody knows whether the gateway has it: a person settles
    SENT = "sent"  # the gateway has taken the order
    CONFIRMED = "confirmed"  # the coins have arrived
    FAILED = "failed"  # the gateway says for certain that nothing went out
    DECLINED = "declined"  # staff do not want it (any more)
    LAPSED = "lapsed"  # nobody named an address in time


class RefundEvent(StrEnum):
    """What can happen to a refund."""

    ADDRESS_NAMED = "address_named"  # by the customer; staff have to approve
    ADDRESS_ACCEPTED = "address_accepted"  # by the customer; no approval is wanted
    ADDRESS_REFUSED = "address_refused"  # staff ask the customer for another one
    STAFF_APPROVED = "staff_approved"
    STAFF_DECLINED = "staff_declined"
    LINK_EXPIRED = "link_expired"
    ORDER_BEGUN = "order_begun"  # from here on the gateway may have been asked
    ORDER_PUT_OFF = "order_put_off"  # whoever began it has surely ordered nothing
    DOUBT_RAISED = "doubt_raised"  # its answer is missing, and it is not found
    ORDER_NOT_MADE = "order_not_made"  # staff have looked: there is no such order
    ORDER_TAKEN = "order_taken"  # the gateway says which one it is
    ORDER_REFUSED = "order_refused"  # the gateway does not do it
    COINS_ARRIVED = "coins_arrived"
    ORDER_FAILED = "order_failed"  # the gateway took it and could not do it
    TRIED_AGAIN = "tried_again"  # staff, after a failure
    ASKED_AGAIN = "asked_again"  # staff, after the link expired


_TABLE: Final[dict[RefundState, dict[RefundEvent, RefundState]]] = {
    RefundState.NEEDS_ADDRESS: {
        RefundEvent.ADDRESS_NAMED: RefundState.NEEDS_APPROVAL,
        RefundEvent.ADDRESS_ACCEPTED: RefundState.APPROVED,
        RefundEvent.STAFF_DECLINED: RefundState.DECLINED,
        RefundEvent.LINK_EXPIRED: RefundState.LAPSED,
    },
    RefundState.NEEDS_APPROVAL: {
        RefundEvent.STAFF_APPROVED: RefundState.APPROVED,
        RefundEvent.ADDRESS_REFUSED: RefundState.NEEDS_ADDRESS,
        RefundEvent.STAFF_DECLINED: RefundState.DECLINED,
    },
    RefundState.APPROVED: {
        RefundEvent.ORDER_BEGUN: RefundState.SENDING,
        RefundEvent.STAFF_DECLINED: RefundState.DECLINED,
    },
    RefundState.SENDING: {
        RefundEvent.ORDER_TAKEN: RefundState.SENT,
        RefundEvent.ORDER_PUT_OFF: RefundState.APPROVED,
        RefundEvent.ORDER_REFUSED: RefundState.FAILED,
        RefundEvent.DOUBT_RAISED: RefundState.IN_DOUBT,
    },
    RefundState.IN_DOUBT: {
        RefundEvent.ORDER_TAKEN: RefundState.SENT,
        RefundEvent.ORDER_NOT_MADE: RefundState.APPROVED,
    },
    RefundState.SENT: {
        RefundEvent.COINS_ARRIVED: RefundState.CONFIRMED,
        RefundEvent.ORDER_FAILED: RefundState.FAILED,
    },
    RefundState.FAILED: {
        RefundEvent.TRIED_AGAIN: RefundState.APPROVED,
        RefundEvent.STAFF_DECLINED: RefundState.DECLINED,
    },
    RefundState.LAPSED: {
        RefundEvent.ASKED_AGAIN: RefundState.NEEDS_ADDRESS,
        RefundEvent.STAFF_DECLINED: RefundState.DECLINED,
    },
    RefundState.CONFIRMED: {},
    RefundState.DECLINED: {},
}

TRANSITIONS: Final = MappingProxyType(
    {state: MappingProxyType(row) for state, row in _TABLE.items()}
)

HOLDING_STATES: Final = frozenset(RefundState) - {RefundState.DECLINED}
"""States in which the coins are spoken for: nobody else may be promised them."""

PROMISED_STATES: Final = HOLDING_STATES - {RefundState.FAILED, RefundState.LAPSED}
"""States in which coins go back, or have gone, without anybody asking again."""


def allows(state: RefundState, event: RefundEvent) -> bool:
    """Return whether the table has a row for the event in this state."""
    return event in TRANSITIONS[state]


def advance(state: RefundState, event: RefundEvent) -> RefundState:
    """Return the state that follows.

    Raises:
        TransitionError: the table has no such row; nothing may happen.
    """
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise TransitionError(f"{event} cannot happen to a refund {state}.") from None
