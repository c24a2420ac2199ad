"""The life of a payment: what the table allows, and what sums of coins mean."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_cryptopay.core.errors import TransitionError
from saleor_cryptopay.core.states import (
    OPEN_STATES,
    TRANSITIONS,
    PaymentEvent,
    PaymentState,
    Standing,
    advance,
    allows,
    judge,
)

STATES = list(PaymentState)
EVENTS = list(PaymentEvent)
SETTLED = {PaymentState.CONFIRMED, PaymentState.NEEDS_REVIEW}


@pytest.mark.parametrize(("state", "event"), list(product(STATES, EVENTS)))
def test_a_pair_is_in_the_table_or_refused(
    state: PaymentState, event: PaymentEvent
) -> None:
    if event in TRANSITIONS[state]:
        assert allows(state, event)
        assert advance(state, event) is TRANSITIONS[state][event]
    else:
        assert not allows(state, event)
        with pytest.raises(TransitionError, match=event):
            advance(state, event)


def test_every_state_has_a_row() -> None:
    assert set(TRANSITIONS) == set(PaymentState)


def test_the_table_cannot_be_written_to() -> None:
    row = TRANSITIONS[PaymentState.CONFIRMED]
    with pytest.raises(TypeError):
        row[PaymentEvent.COINS_GONE] = PaymentState.EXPIRED  # type: ignore[index]


def test_every_state_can_be_reached_from_the_first() -> None:
    reached = {PaymentState.AWAITING_PAYMENT}
    while more := {after for at in reached for after in TRANSITIONS[at].values()} - (
        reached
    ):
        reached |= more
    assert reached == set(PaymentState)


def test_every_event_has_a_place_in_the_table() -> None:
    used = {event for row in TRANSITIONS.values() for event in row}
    assert used == set(PaymentEvent)


def test_no_event_leads_from_a_state_to_itself() -> None:
    for state, row in TRANSITIONS.items():
        assert state not in row.values()


def test_a_closed_payment_opens_again_only_when_the_shop_asks_after_a_refusal() -> None:
    ways_back = {
        (state, event)
        for state, row in TRANSITIONS.items()
        for event, after in row.items()
        if state not in OPEN_STATES and after in OPEN_STATES
    }
    assert ways_back == {(PaymentState.FAILED, PaymentEvent.OPENED_AGAIN)}


def test_a_confirmed_payment_is_undone_by_a_reversal_and_nothing_else() -> None:
    assert dict(TRANSITIONS[PaymentState.CONFIRMED]) == {
        PaymentEvent.SETTLEMENT_REVERSED: PaymentState.NEEDS_REVIEW
    }


def test_a_payment_under_review_ends_only_with_the_money() -> None:
    assert dict(TRANSITIONS[PaymentState.NEEDS_REVIEW]) == {
        PaymentEvent.FULLY_SETTLED: PaymentState.CONFIRMED
    }


@pytest.mark.parametrize("state", [state for state in STATES if state not in SETTLED])
def test_enough_final_coins_are_passed_over_in_no_state(state: PaymentState) -> None:
    assert advance(state, PaymentEvent.FULLY_SETTLED) in SETTLED


@pytest.mark.parametrize("state", [state for state in STATES if state not in SETTLED])
def test_some_final_coins_are_passed_over_in_no_state(state: PaymentState) -> None:
    insufficient = PaymentState.PAYMENT_INSUFFICIENT
    known = {insufficient, PaymentState.NEEDS_REVIEW}
    if state is not insufficient:
        assert advance(state, PaymentEvent.PART_SETTLED) in known


@pytest.mark.parametrize(
    "state",
    [
        PaymentState.PAYMENT_DETECTED,
        PaymentState.PAYMENT_INSUFFICIENT,
        PaymentState.CONFIRMED,
    ],
)
def test_a_reversal_is_an_alarm_wherever_final_coins_can_be(
    state: PaymentState,
) -> None:
    event = PaymentEvent.SETTLEMENT_REVERSED
    assert advance(state, event) is PaymentState.NEEDS_REVIEW


@pytest.mark.parametrize("state", [state for state in STATES if state not in SETTLED])
def test_a_person_can_be_called_to_every_payment_that_is_not_paid(
    state: PaymentState,
) -> None:
    assert advance(state, PaymentEvent.REVIEW_RAISED) is PaymentState.NEEDS_REVIEW


def test_the_deadline_waits_for_coins_on_their_way() -> None:
    deadline = PaymentEvent.DEADLINE_PASSED
    assert not allows(PaymentState.PAYMENT_DETECTED, deadline)
    assert advance(PaymentState.AWAITING_PAYMENT, deadline) is PaymentState.EXPIRED


def test_a_part_payment_does_not_expire_but_goes_to_a_person() -> None:
    state = PaymentState.PAYMENT_INSUFFICIENT
    event = PaymentEvent.DEADLINE_PASSED
    assert advance(state, event) is PaymentState.NEEDS_REVIEW


@pytest.mark.parametrize(
    ("final", "underway", "event"),
    [
        (0, 0, PaymentEvent.COINS_GONE),
        (0, 1, PaymentEvent.COINS_SEEN),
        (0, 1000, PaymentEvent.COINS_SEEN),
        (50, 0, PaymentEvent.PART_SETTLED),
        (50, 50, PaymentEvent.COINS_SEEN),
        (99, 0, PaymentEvent.PART_SETTLED),
        (100, 0, PaymentEvent.FULLY_SETTLED),
        (100, 50, PaymentEvent.FULLY_SETTLED),
        (101, 0, PaymentEvent.FULLY_SETTLED),
    ],
)
def test_sums_are_judged_by_what_is_final(
    final: int, underway: int, event: PaymentEvent
) -> None:
    assert judge(Standing(minimum=100, final=final, underway=underway)) is event


@pytest.mark.parametrize(
    ("final", "event"),
    [
        (0, PaymentEvent.SETTLEMENT_REVERSED),
        (99, PaymentEvent.SETTLEMENT_REVERSED),
        (100, PaymentEvent.FULLY_SETTLED),
    ],
)
def test_a_reversal_counts_unless_other_coins_cover_it(
    final: int, event: PaymentEvent
) -> None:
    standing = Standing(minimum=100, final=final, underway=0, has_reversal=True)
    assert judge(standing) is event


def test_a_reversal_that_leaves_too_little_is_judged_before_anything_else() -> None:
    standing = Standing(
        minimum=100, final=0, underway=500, has_reversal=True, needs_person=True
    )
    assert judge(standing) is PaymentEvent.SETTLEMENT_REVERSED


@given(st.integers(0, 200), st.integers(0, 200))
def test_coins_left_to_a_person_are_never_judged_by_their_sum(
    final: int, underway: int
) -> None:
    standing = Standing(minimum=100, final=final, underway=underway, needs_person=True)
    assert judge(standing) is PaymentEvent.REVIEW_RAISED
