"""Amounts: exact where they are read, rounded where and how the module says."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from saleor_cryptopay.core.errors import AmountError
from saleor_cryptopay.core.money import (
    credit_for,
    currency_places,
    format_units,
    parse_decimal,
    parse_units,
    to_coins,
    to_units,
    tolerated_units,
    units_to_ask,
)

UNITS = st.integers(min_value=0, max_value=10**78 - 1)
DECIMALS = st.sampled_from([0, 6, 8, 18])
CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD"])
TOTALS = st.decimals("0.001", "9999999999.999", places=3)
RATES = st.decimals("0.000000000001", "1000000", places=12)


@given(UNITS, DECIMALS)
def test_what_is_written_is_read_back(units: int, decimals: int) -> None:
    # 60 digits before the point are read: more coins than exist of anything
    assume(units < 10 ** (60 + decimals))
    assert parse_units(format_units(units, decimals), decimals) == units


@given(UNITS, DECIMALS)
def test_coins_and_units_convert_exactly(units: int, decimals: int) -> None:
    assert to_units(to_coins(units, decimals), decimals) == units
    assert Fraction(to_coins(units, decimals)) == Fraction(units, 10**decimals)


@given(UNITS, DECIMALS)
def test_amounts_are_written_without_exponent_or_idle_zeros(
    units: int, decimals: int
) -> None:
    text = format_units(units, decimals)
    assert set(text) <= set("0123456789.")
    assert "." not in text or text[-1] not in "0."


@pytest.mark.parametrize(
    ("units", "decimals", "text"),
    [
        (150_000, 8, "0.0015"),
        (50_100_000, 6, "50.1"),
        (10**18, 18, "1"),
        (1, 18, "0.000000000000000001"),
        (0, 8, "0"),
        (-150_000, 8, "-0.0015"),
        (100, 0, "100"),
    ],
)
def test_amounts_are_written_as_people_write_them(
    units: int, decimals: int, text: str
) -> None:
    assert format_units(units, decimals) == text


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-1", "+1", "1e3", "1E3", ".5", "5.", "1,5", "1_000", "0x10", "NaN",
        "Infinity", " 1", "1 ", "1\n", "1.2.3", "١٢", "1" * 61, "0." + "1" * 61,
    ],
)  # fmt: skip
def test_anything_but_a_plain_number_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        parse_decimal(text)


@pytest.mark.parametrize("value", [0.1, 1, True, None, Decimal(1), b"1", ["1"]])
def test_only_texts_are_read_as_amounts(value: object) -> None:
    with pytest.raises(AmountError):
        parse_decimal(value)


def test_amounts_finer_than_the_base_unit_are_refused() -> None:
    assert parse_units("0.00000001", 8) == 1
    assert parse_units("0.000000010", 8) == 1
    with pytest.raises(AmountError):
        parse_units("0.000000001", 8)


@pytest.mark.parametrize(
    "text",
    [
        "1" + "0" * 39 + "." + "0" * 59 + "1",
        "1" * 60 + "." + "1" * 60,
    ],
)
def test_no_digit_is_lost_in_a_number_of_any_length(text: str) -> None:
    with pytest.raises(AmountError):
        parse_units(text, 18)


@pytest.mark.parametrize(
    "coins", ["NaN", "sNaN", "Infinity", "-Infinity", "-1", "1E+999999", "1E-999999"]
)
def test_what_is_no_amount_of_coins_is_refused(coins: str) -> None:
    with pytest.raises(AmountError):
        to_units(Decimal(coins), 8)


def test_amounts_have_at_most_as_many_digits_as_the_ledger_keeps() -> None:
    assert to_units(Decimal("9" * 60), 18) == int("9" * 60 + "0" * 18)
    with pytest.raises(AmountError):
        to_units(Decimal("9" * 61), 18)


@given(UNITS, DECIMALS, st.integers(min_value=1, max_value=30))
def test_reading_does_not_depend_on_the_callers_precision(
    units: int, decimals: int, precision: int
) -> None:
    assume(units < 10 ** (60 + decimals))
    with localcontext(prec=precision):
        assert parse_units(format_units(units, decimals), decimals) == units


@given(TOTALS, RATES, DECIMALS)
def test_what_is_asked_for_is_worth_the_total_and_no_step_more(
    total: Decimal, rate: Decimal, decimals: int
) -> None:
    units = units_to_ask(total, rate, decimals)
    step = 10 ** (decimals - min(decimals, 8))
    price = Fraction(rate) / 10**decimals
    assert units % step == 0
    assert units * price >= Fraction(total)
    assert (units - step) * price < Fraction(total)


@given(TOTALS, DECIMALS)
def test_a_pegged_coin_is_asked_for_in_the_totals_own_digits(
    total: Decimal, decimals: int
) -> None:
    assume(decimals >= 6)
    assert Decimal(
        format_units(units_to_ask(total, Decimal(1), decimals), decimals)
    ) == (total)


@pytest.mark.parametrize("decimals", [6, 18])
def test_fifty_dollars_ten_are_fifty_point_one_tethers(decimals: int) -> None:
    units = units_to_ask(Decimal("50.10"), Decimal(1), decimals)
    assert format_units(units, decimals) == "50.1"


def test_bitcoins_are_rounded_up_to_the_next_satoshi() -> None:
    units = units_to_ask(Decimal("99.99"), Decimal(64000), 8)
    assert format_units(units, 8) == "0.00156235"


def test_a_total_of_more_digits_than_division_keeps_is_still_covered() -> None:
    total = Decimal("1." + "0" * 79 + "1")
    assert units_to_ask(total, Decimal(1), 8) == 10**8 + 1


@pytest.mark.parametrize("wrong", ["0", "-1", "NaN", "Infinity"])
def test_nothing_is_asked_without_a_total_and_a_rate(wrong: str) -> None:
    with pytest.raises(AmountError):
        units_to_ask(Decimal(wrong), Decimal(1), 8)
    with pytest.raises(AmountError):
        units_to_ask(Decimal(1), Decimal(wrong), 8)


@given(st.integers(min_value=1, max_value=10**40))
def test_without_tolerance_everything_asked_for_has_to_come(asked: int) -> None:
    assert tolerated_units(asked, Decimal(0)) == asked


@given(
    st.integers(min_value=1, max_value=10**40),
    st.decimals("0", "99.999", places=3),
)
def test_tolerance_is_what_may_be_missing_and_no_unit_more(
    asked: int, percent: Decimal
) -> None:
    minimum = tolerated_units(asked, percent)
    exact = Fraction(asked) * (100 - Fraction(percent)) / 100
    assert 1 <= minimum <= asked
    assert minimum >= exact
    assert minimum - 1 < exact


@st.composite
def quoted(draw: st.DrawFn) -> tuple[int, int, Decimal, str]:
    """Draw asked, minimum, total and currency of a quote."""
    asked = draw(st.integers(min_value=1, max_value=10**30))
    percent = draw(st.decimals("0", "50", places=2))
    currency = draw(CURRENCIES)
    step = Decimal(1).scaleb(-currency_places(currency))
    total = draw(st.integers(min_value=1, max_value=10**9)) * step
    return asked, tolerated_units(asked, percent), total, currency


@given(quoted(), st.lists(st.integers(0, 10**31), min_size=2, max_size=2))
def test_more_coins_never_credit_less(
    quote: tuple[int, int, Decimal, str], received: list[int]
) -> None:
    asked, minimum, total, currency = quote
    less, more = (
        credit_for(units, asked=asked, minimum=minimum, total=total, currency=currency)
        for units in sorted(received)
    )
    assert 0 <= less <= more <= total


@given(quoted(), st.data())
def test_too_few_coins_credit_their_share_and_never_the_total(
    quote: tuple[int, int, Decimal, str], data: st.DataObject
) -> None:
    asked, minimum, total, currency = quote
    received = data.draw(st.integers(0, minimum - 1))
    credit = credit_for(
        received, asked=asked, minimum=minimum, total=total, currency=currency
    )
    step = Fraction(1, 10 ** currency_places(currency))
    share = Fraction(total) * received / asked
    assert credit < total
    assert share - step < Fraction(credit) <= share
    assert (Fraction(credit) / step).denominator == 1


@given(quoted(), st.integers(0, 10**31))
def test_enough_coins_credit_exactly_the_total(
    quote: tuple[int, int, Decimal, str], surplus: int
) -> None:
    asked, minimum, total, currency = quote
    credit = credit_for(
        minimum + surplus, asked=asked, minimum=minimum, total=total, currency=currency
    )
    assert credit == total


@pytest.mark.parametrize(
    ("currency", "total", "credit"),
    [("USD", "10.00", "3.33"), ("JPY", "1000", "333"), ("KWD", "1.000", "0.333")],
)
def test_shares_are_rounded_down_to_the_currencys_places(
    currency: str, total: str, credit: str
) -> None:
    assert credit_for(
        1, asked=3, minimum=3, total=Decimal(total), currency=currency
    ) == Decimal(credit)


def test_a_unit_short_of_the_minimum_is_a_cent_short_of_the_total() -> None:
    credit = credit_for(
        10**18 - 1,
        asked=10**18,
        minimum=10**18,
        total=Decimal("49.99"),
        currency="USD",
    )
    assert credit == Decimal("49.98")


def test_a_negative_sum_credits_nothing() -> None:
    assert credit_for(-5, asked=10, minimum=10, total=Decimal(1), currency="USD") == 0


def test_currencies_have_the_places_of_iso_4217() -> None:
    assert currency_places("USD") == currency_places("EUR") == 2
    assert currency_places("JPY") == currency_places("KRW") == 0
    assert currency_places("KWD") == currency_places("TND") == 3
