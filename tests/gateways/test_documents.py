"""JSON from outside: what two readers could understand differently is refused."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_cryptopay.core.errors import MalformedError
from saleor_cryptopay.gateways.documents import (
    MAX_DEPTH,
    Fields,
    UnreadableError,
    read_document,
)

LIMIT = 1000


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


def test_a_document_is_read_without_floats() -> None:
    read = read_document(b'{"a": 1.10, "b": 3, "c": "x", "d": [null]}', LIMIT)
    assert read == {"a": Decimal("1.10"), "b": 3, "c": "x", "d": [None]}


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"b": {"a": 1, "a": 1}}',
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e99999999999999999999999]",
        nested(MAX_DEPTH + 1),
        b"[" * 900,
        b'"' + b"x" * LIMIT + b'"',
    ],
)
def test_hostile_documents_are_refused(body: bytes) -> None:
    with pytest.raises(MalformedError):
        read_document(body, LIMIT)


def test_nesting_is_read_up_to_the_limit() -> None:
    read_document(nested(MAX_DEPTH), LIMIT)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"a"', b"<html>", b"\xff", b"\xef\xbb\xbf{}", b"[1] [2]"],
)
def test_what_is_no_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_document(body, LIMIT)


def test_an_endless_integer_is_refused() -> None:
    with pytest.raises(MalformedError):
        read_document(b"9" * 10_000, 10_000)


def test_deep_nesting_does_not_exhaust_the_stack() -> None:
    with pytest.raises(MalformedError):
        read_document(b"[" * 500_000 + b"]" * 500_000, 2**20)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_malformed(body: bytes) -> None:
    with suppress(MalformedError):
        read_document(body, LIMIT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(JSON)
def test_ordinary_json_is_read_as_it_was_written(value: object) -> None:
    assert read_document(json.dumps(value).encode(), 2**20) == value


def fields(**members: object) -> Fields:
    return Fields(members, "a thing")


def test_the_first_name_that_holds_something_counts() -> None:
    assert fields(b=None, c="x", d="y").text("a", "b", "c", "d") == "x"


@pytest.mark.parametrize(
    "value", [1, True, [], {}, "nul\x00", "half \ud800", "x" * 129]
)
def test_only_clean_short_text_is_text(value: object) -> None:
    with pytest.raises(MalformedError):
        fields(a=value).optional_text("a")


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_text_that_must_be_there_is_missed(value: object) -> None:
    assert fields(a=value).optional_text("a") == ""
    with pytest.raises(MalformedError):
        fields(a=value).text("a")


@pytest.mark.parametrize("value", ["1", "0", "100.50", "0.000000000000000001"])
def test_amounts_are_plain_decimal_text(value: str) -> None:
    assert fields(a=value).optional_amount("a") == value


@pytest.mark.parametrize(
    "value",
    [1, Decimal("1.5"), "-1", "+1", "1e5", "NaN", "1,5", ".5", "5.", "0x10", "\u0661"],
)
def test_anything_else_is_no_amount(value: object) -> None:
    with pytest.raises(MalformedError):
        fields(a=value).optional_amount("a")


def test_figures_may_be_numbers() -> None:
    assert fields(a=Decimal("1E-7")).optional_figure("a") == "0.0000001"
    assert fields(a=5).optional_figure("a") == "5"
    assert fields(a="0.5").optional_figure("a") == "0.5"
    assert fields().optional_figure("a") is None


@pytest.mark.parametrize("value", [True, Decimal(-1), Decimal("1E+999999"), []])
def test_other_things_are_no_figures(value: object) -> None:
    with pytest.raises(MalformedError):
        fields(a=value).optional_figure("a")


@pytest.mark.parametrize("value", [-1, 2**31, True, "3", Decimal("1.0")])
def test_whole_numbers_are_small_and_not_negative(value: object) -> None:
    assert fields(a=7).optional_whole("a") == 7
    with pytest.raises(MalformedError):
        fields(a=value).optional_whole("a")


@pytest.mark.parametrize(
    "text",
    ["2025-01-01T12:00:00Z", "2025-01-01T14:00:00+02:00", "2025-01-01T12:00:00"],
)
def test_times_are_aware_utc(text: str) -> None:
    at = fields(a=text).optional_moment("a")
    assert at == datetime(2025, 1, 1, 12, tzinfo=UTC)
    assert at.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["yesterday", "0001-01-01T00:00:00+14:00", "1735732800"]
)
def test_other_texts_are_no_times(text: str) -> None:
    with pytest.raises(MalformedError):
        fields(a=text).optional_moment("a")


def test_labels_keep_clean_texts_only() -> None:
    mixed = {"a": "x", "b": 1, "c": None, "d": "\x00", "\ud800": "y", "e": {"f": "g"}}
    assert fields(m=mixed).labels("m") == {"a": "x"}
    assert fields(m="text").labels("m") == {}


def test_only_an_object_has_members() -> None:
    values: list[object] = [None, [], "x", 1]
    for value in values:
        with pytest.raises(MalformedError):
            Fields(value, "a thing")
