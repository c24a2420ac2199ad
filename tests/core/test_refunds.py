"""The table of refunds: coins go out on one way only, and every end is one."""

import pytest

from saleor_cryptopay.core.errors import TransitionError
from saleor_cryptopay.core.refunds import (
    HOLDING_STATES,
    TRANSITIONS,
    RefundEvent,
    RefundState,
    advance,
    allows,
)

# States in which the gateway may have an order.
OUT = {
    RefundState.SENDING,
    RefundState.IN_DOUBT,
    RefundState.SENT,
    RefundState.CONFIRMED,
}


def test_every_state_and_every_event_has_its_place() -> None:
    assert set(TRANSITIONS) == set(RefundState)
    assert {event for row in TRANSITIONS.values() for event in row} == set(RefundEvent)


def test_coins_go_out_from_approval_alone() -> None:
    ways = {
        (before, event)
        for before, row in TRANSITIONS.items()
        for event, after in row.items()
        if before not in OUT and after in OUT
    }
    assert ways == {(RefundState.APPROVED, RefundEvent.ORDER_BEGUN)}


def test_nobody_of_the_shop_decides_about_what_is_on_its_way() -> None:
    for state in OUT:
        words = [event for event in TRANSITIONS[state] if "staff" in event]
        assert words == []


def test_approval_needs_an_address() -> None:
    ways = {
        event
        for row in TRANSITIONS.values()
        for event, after in row.items()
        if after is RefundState.APPROVED
    }
    assert ways == {
        RefundEvent.ADDRESS_ACCEPTED,
        RefundEvent.STAFF_APPROVED,
        RefundEvent.ORDER_PUT_OFF,
        RefundEvent.ORDER_NOT_MADE,
        RefundEvent.TRIED_AGAIN,
    }


def test_out_of_doubt_leads_an_order_or_a_person() -> None:
    assert set(TRANSITIONS[RefundState.IN_DOUBT]) == {
        RefundEvent.ORDER_TAKEN,
        RefundEvent.ORDER_NOT_MADE,
    }
    ways = [state for state in RefundState if allows(state, RefundEvent.ORDER_NOT_MADE)]
    assert ways == [RefundState.IN_DOUBT]


def test_only_what_was_declined_frees_its_coins() -> None:
    assert set(RefundState) - HOLDING_STATES == {RefundState.DECLINED}


@pytest.mark.parametrize("state", list(RefundState))
@pytest.mark.parametrize("event", list(RefundEvent))
def test_what_the_table_does_not_have_is_refused(
    state: RefundState, event: RefundEvent
) -> None:
    if allows(state, event):
        assert advance(state, event) is TRANSITIONS[state][event]
        return
    with pytest.raises(TransitionError):
        advance(state, event)
