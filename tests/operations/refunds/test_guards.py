"""What PostgreSQL itself refuses, to whoever writes past the ledger of refunds."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from django.db.models import CharField

from saleor_cryptopay.core.refunds import TRANSITIONS, RefundState
from saleor_cryptopay.gateways.documents import LONGEST_TEXT
from saleor_cryptopay.gateways.payouts import LONGEST_FEE
from saleor_cryptopay.models import Refund, RefundEntry
from tests.operations.tampering import tamper

from .conftest import Till

Write = Callable[[], object]


def is_refused(write: Write) -> bool:
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return True
    return False


def test_the_database_knows_the_table_of_refunds(till: Till) -> None:
    refund = till.ask(till.paid())
    rows = Refund.objects.filter(pk=refund.pk)
    for before, after in product(RefundState, RefundState):
        tamper(refund, state=before)
        is_legal = before == after or after in TRANSITIONS[before].values()
        assert is_refused(lambda: rows.update(state=after)) != is_legal, (before, after)  # noqa: B023 - called at once


def test_a_line_of_history_follows_the_table(till: Till) -> None:
    refund = till.ask(till.paid())
    pairs = product(RefundState, RefundState)
    for number, (before, after) in enumerate(pairs, 2):
        entry = RefundEntry(
            refund=refund,
            number=number,
            event="test",
            state_before=before,
            state_after=after,
            created_at=refund.asked_at,
        )
        is_legal = before == after or after in TRANSITIONS[before].values()
        assert is_refused(entry.save) != is_legal, (before, after)


@pytest.mark.parametrize(
    "changes",
    [
        {"units": 1},
        {"fee_units": 1},
        {"amount": 1},
        {"currency": "EUR"},
        {"asset_key": "usdc@ethereum"},
        {"network": "bsc"},
        {"source": "surplus"},
        {"key": "another"},
        {"token": "another"},
        {"rate": 2},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_refund_stays_as_it_was_asked_for(
    till: Till, changes: dict[str, object]
) -> None:
    rows = Refund.objects.filter(pk=till.ask(till.paid()).pk)
    assert is_refused(lambda: rows.update(**changes))


def test_where_it_goes_stays_as_it_was_approved(till: Till) -> None:
    refund = till.name(till.ask(till.paid()))
    rows = Refund.objects.filter(pk=refund.pk)
    states = [state for state in RefundState if not state.startswith("needs_")]
    for state in states:
        tamper(refund, state=state)
        assert is_refused(lambda: rows.update(address="elsewhere")), state
    assert not is_refused(lambda: rows.update(hash="0x1", fee="0.1"))


def test_nothing_of_a_refund_is_deleted_or_rewritten(till: Till) -> None:
    refund = till.ask(till.paid())
    entries = RefundEntry.objects.filter(refund=refund)
    assert is_refused(lambda: entries.update(actor="nobody"))
    assert is_refused(entries.delete)
    assert is_refused(Refund.objects.filter(pk=refund.pk).delete)


def test_no_order_answers_for_two_refunds(till: Till) -> None:
    for number in (1, 2):
        refund = till.ask(till.paid(), key=str(number))
        entry = RefundEntry(
            refund=refund,
            number=9,
            event="order_taken",
            state_before="sending",
            state_after="sent",
            order_id="wd_1",
            created_at=refund.asked_at + timedelta(seconds=1),
        )
        assert is_refused(entry.save) == (number == 2)


def test_a_fee_never_takes_all(till: Till) -> None:
    refund = till.ask(till.paid())
    with pytest.raises(IntegrityError), transaction.atomic():
        tamper(refund, fee_units=refund.units)


@pytest.mark.parametrize(
    ("column", "longest"),
    [("gateway_id", LONGEST_TEXT), ("hash", LONGEST_TEXT), ("fee", LONGEST_FEE)],
)
def test_what_is_read_of_an_order_fits_into_its_column(
    column: str, longest: int
) -> None:
    field = Refund._meta.get_field(column)
    assert isinstance(field, CharField)
    assert (field.max_length or 0) >= longest


def test_an_order_that_was_taken_fits_into_the_history() -> None:
    field = RefundEntry._meta.get_field("order_id")
    assert isinstance(field, CharField)
    assert field.max_length == LONGEST_TEXT
