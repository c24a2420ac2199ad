"""Taking turns finds what it is made for: deadlocks, and updates that are lost."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.utils import timezone

from saleor_cryptopay.models import Spending

from .turns import Director, Side

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def director() -> Iterator[Director]:
    """Give who lets two threads take turns."""
    made = Director(connection.settings_dict)
    yield made
    made.close()


def spending(account: str) -> Spending:
    return Spending.objects.create(
        account=account, window="hour", began_at=timezone.now()
    )


def add_by_reading(pk: int) -> None:
    row = Spending.objects.get(pk=pk)
    row.used += 1
    row.save(update_fields=["used"])


def add_under_lock(pk: int) -> None:
    with transaction.atomic():
        row = Spending.objects.select_for_update().get(pk=pk)
        row.used += 1
        row.save(update_fields=["used"])


def add_to_both(*keys: int) -> None:
    with transaction.atomic():
        for pk in keys:
            Spending.objects.filter(pk=pk).update(used=1)


def test_an_update_that_is_lost_is_found(director: Director) -> None:
    pk = spending("one").pk
    sides = [Side(lambda: add_by_reading(pk), name) for name in ("first", "second")]

    director.take_turns(sides[0], sides[1], 1, 100)

    assert Spending.objects.get(pk=pk).used == 1


def test_a_side_that_waits_for_a_lock_is_passed_over(director: Director) -> None:
    pk = spending("one").pk
    sides = [Side(lambda: add_under_lock(pk), name) for name in ("first", "second")]

    reached = director.take_turns(sides[0], sides[1], 1, 100)

    assert Spending.objects.get(pk=pk).used == 2
    assert reached.stop < reached.second
    assert [side.error for side in sides] == [None, None]


def test_a_deadlock_is_counted(director: Director) -> None:
    one, other = spending("one").pk, spending("other").pk
    sides = [
        Side(lambda: add_to_both(one, other), "first"),
        Side(lambda: add_to_both(other, one), "second"),
    ]

    director.take_turns(sides[0], sides[1], 1, 1)

    assert sum(len(side.deadlocks) for side in sides) == 1


def test_what_a_side_raises_is_kept(director: Director) -> None:
    def fail() -> None:
        raise ValueError("broken")

    sides = [Side(fail, "first"), Side(lambda: None, "second")]

    director.run_at_once(sides[0], sides[1], 0)

    assert isinstance(sides[0].error, ValueError)
    assert sides[1].error is None
