"""What PostgreSQL itself refuses, to whoever writes past the ledger."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from saleor_cryptopay.core.states import TRANSITIONS, PaymentState
from saleor_cryptopay.models import Address, Entry, Payment, Transfer
from tests.stand_ins import Stage
from tests.web.rows import give_address, make_payment, send_coins

pytestmark = pytest.mark.django_db

Write = Callable[[], object]


def is_refused(write: Write) -> bool:
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return True
    return False


def test_the_database_knows_the_table_of_transitions() -> None:
    for before, after in product(PaymentState, PaymentState):
        payment = make_payment(Stage(), state=before)
        row = Payment.objects.filter(pk=payment.pk)
        is_legal = before == after or after in TRANSITIONS[before].values()
        assert is_refused(lambda: row.update(state=after)) != is_legal, (before, after)  # noqa: B023 - called at once


def test_an_entry_follows_the_table_of_transitions() -> None:
    payment = make_payment(Stage())
    pairs = product(PaymentState, PaymentState)
    for number, (before, after) in enumerate(pairs, 1):
        entry = Entry(
            payment=payment,
            number=number,
            event="test",
            state_before=before,
            state_after=after,
            created_at=payment.created_at,
        )
        is_legal = before == after or after in TRANSITIONS[before].values()
        assert is_refused(entry.save) != is_legal, (before, after)


@pytest.fixture
def rows() -> tuple[Payment, Address, Transfer, Entry]:
    """Store a payment with an address, coins and a line of the ledger."""
    stage = Stage()
    payment = make_payment(stage)
    address = give_address(payment, stage)
    transfer = send_coins(payment, stage, "50.1")
    entry = Entry.objects.create(
        payment=payment,
        number=1,
        event="coins_seen",
        state_before="awaiting_payment",
        state_after="payment_detected",
        transfer=transfer,
        created_at=stage.clock(),
    )
    return payment, address, transfer, entry


Rows = tuple[Payment, Address, Transfer, Entry]


@pytest.mark.parametrize(
    ("which", "change"),
    [
        (0, {"total": "1.00"}),
        (0, {"currency": "EUR"}),
        (0, {"reference": "another"}),
        (0, {"environment": "live"}),
        (0, {"token": "known"}),
        (1, {"address": "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359"}),
        (1, {"network": "bsc"}),
        (1, {"asset_key": "dai@ethereum"}),
        (1, {"gateway_id": "another"}),
        (1, {"units": 1}),
        (1, {"minimum_units": 1}),
        (2, {"units": 1}),
        (2, {"hash": "0x00"}),
        (2, {"coin": "dai"}),
        (3, {"note": "nothing happened"}),
        (3, {"state_after": "confirmed"}),
    ],
)
def test_what_is_written_down_does_not_change(
    rows: Rows, which: int, change: dict[str, Any]
) -> None:
    row = rows[which]
    for name, value in change.items():
        setattr(row, name, value)
    assert is_refused(row.save)


@pytest.mark.parametrize("which", range(4))
def test_nothing_that_holds_money_is_deleted(rows: Rows, which: int) -> None:
    table = rows[which]._meta.db_table

    def delete() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - a table of ours

    assert is_refused(delete)


def test_a_quote_may_be_renewed_until_coins_are_seen() -> None:
    stage = Stage()
    payment = make_payment(stage)
    address = give_address(payment, stage)
    row = Address.objects.filter(pk=address.pk)
    assert row.update(units=51_000_000, minimum_units=51_000_000) == 1
    send_coins(payment, stage, "51")
    assert is_refused(lambda: row.update(units=50_000_000))


def test_an_address_may_be_filled_in_once() -> None:
    stage = Stage()
    payment = make_payment(stage)
    intent = give_address(payment, stage)
    intent.pk, intent.payment, intent.address = None, make_payment(stage), ""
    intent.save(force_insert=True)
    row = Address.objects.filter(pk=intent.pk)
    assert row.update(address="0x01", units=51_000_000) == 1
    assert is_refused(lambda: row.update(address="0x02"))


@pytest.mark.django_db(transaction=True)
def test_the_guards_can_be_taken_away_and_put_back() -> None:
    call_command("migrate", "saleor_cryptopay", "zero", verbosity=0)
    call_command("migrate", "saleor_cryptopay", verbosity=0)
    payment = make_payment(Stage())
    row = Payment.objects.filter(pk=payment.pk)
    assert is_refused(lambda: row.update(state="payment_insufficient", total=1))
