"""Sums of coins at different rates: exact, in any order, and right to the last unit."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from saleor_cryptopay.core.money import credit_for, tolerated_units, units_to_ask
from saleor_cryptopay.core.shares import (
    Part,
    received_units,
    remaining_units,
    surplus_units,
)

TOTAL = Decimal("50.10")
DECIMALS = 8

rates = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(200_000), places=4)
asked_units = rates.map(lambda rate: units_to_ask(TOTAL, rate, DECIMALS))
shares = st.fractions(min_value=Fraction(1, 10_000), max_value=Fraction(12, 10))
parts = st.builds(
    lambda asked, share: Part(max(1, int(asked * share)), asked), asked_units, shares
)
mixes = st.lists(parts, max_size=6)


def credited(received: Fraction, asked: int) -> Decimal:
    return credit_for(received, asked=asked, minimum=asked, total=TOTAL, currency="USD")


def test_under_one_quote_sums_are_the_plain_sums() -> None:
    mix = [Part(20, 50), Part(30, 50), Part(1, 50)]
    assert received_units(mix, 50) == 51
    assert surplus_units(received_units(mix, 50), 50) == 1


def test_half_at_the_quote_and_half_at_half_the_price_is_all_of_it() -> None:
    mix = [Part(50, 100), Part(100, 200)]
    assert received_units(mix, 100) == 100
    assert credited(received_units(mix, 100), 100) == TOTAL


@given(mixes, asked_units)
def test_the_order_of_arrival_makes_no_difference(mix: list[Part], asked: int) -> None:
    assert received_units(mix, asked) == received_units(reversed(mix), asked)


@given(mixes, asked_units, asked_units)
def test_what_is_paid_does_not_depend_on_the_quote_it_is_told_in(
    mix: list[Part], asked: int, other: int
) -> None:
    assert received_units(mix, asked) / asked == received_units(mix, other) / other


@given(mixes, asked_units, asked_units)
def test_sending_what_remains_is_always_enough_and_no_more_than_a_step_too_much(
    mix: list[Part], asked: int, asked_now: int
) -> None:
    received = received_units(mix, asked)
    rest = remaining_units(
        received, asked=asked, minimum=asked, asked_now=asked_now, decimals=DECIMALS
    )
    assert (rest == 0) == (received >= asked)
    paid = received_units([*mix, Part(rest, asked_now)], asked)
    assert paid >= asked
    if rest:
        less = received_units([*mix, Part(rest - 1, asked_now)], asked)
        assert less < asked


@given(mixes, asked_units)
def test_each_part_adds_its_own_value_and_the_total_is_never_exceeded(
    mix: list[Part], asked: int
) -> None:
    told = Decimal(0)
    for count in range(1, len(mix) + 1):
        worth = credited(received_units(mix[:count], asked), asked)
        added, part = worth - told, mix[count - 1]
        own = Fraction(TOTAL) * part.units / part.asked
        if worth < TOTAL - Decimal("0.01"):
            assert abs(Fraction(added) - own) < Fraction(1, 100)
        assert added >= 0
        told = worth
    assert told <= TOTAL
    is_paid = received_units(mix, asked) >= asked
    assert (told == TOTAL) == is_paid


@given(mixes, asked_units, st.integers(min_value=0, max_value=50))
def test_a_tolerated_rest_is_not_asked_for(
    mix: list[Part], asked: int, percent: int
) -> None:
    minimum = tolerated_units(asked, Decimal(percent))
    received = received_units(mix, asked)
    rest = remaining_units(
        received, asked=asked, minimum=minimum, asked_now=asked, decimals=DECIMALS
    )
    assert (rest == 0) == (received >= minimum)


@given(st.integers(min_value=1, max_value=10**20), asked_units)
def test_what_remains_of_fine_coins_can_be_typed(units: int, asked: int) -> None:
    rest = remaining_units(
        Fraction(units, 7), asked=10**20, minimum=10**20, asked_now=asked, decimals=18
    )
    assert rest % 10**10 == 0
