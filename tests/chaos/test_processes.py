"""Several real processes on one PostgreSQL: once is once (R3, R4, F17-F20, F46)."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from demo.services.postgres import Postgres

from .figures import Figure, by_form
from .staging import Ground

COPIES = 10
EVENTS = by_form(400, 4_000, 100_000)

MakeGround = Callable[..., Ground]


@pytest.fixture
def make_ground(
    postgres: Postgres, service_folder: Path, request: pytest.FixtureRequest
) -> Iterator[MakeGround]:
    """Give what makes a ground with a database of its own."""
    names = (f"chaos_{request.node.name[:40]}_{number}" for number in count())
    made: list[str] = []

    def make(**plan: object) -> Ground:
        made.append(name := next(names).lower())
        url = postgres.create_database(name)
        return Ground(service_folder / name, url, **plan)

    yield make
    for name in made:
        postgres.drop_database(name)


def test_ten_copies_of_each_event_at_once_credit_once(
    make_ground: MakeGround, figure: Figure
) -> None:
    ground = make_ground(payments=EVENTS // 10, parts=10, share=False)
    ground.run("prepare")
    ground.run("record", COPIES, seconds=EVENTS)
    verdict = ground.verdict()
    assert verdict["transfers"] == verdict["final"] == verdict["credits"] == EVENTS
    assert verdict["wrongly_credited"] == []
    assert verdict["states"] == {"confirmed": EVENTS // 10}
    figure(
        f"each event by {COPIES} processes at once",
        f"{EVENTS} events, {verdict['credits']} credits, 0 twice",
    )


def test_parts_that_arrive_at_once_add_up(
    make_ground: MakeGround, figure: Figure
) -> None:
    payments = EVENTS // 10
    ground = make_ground(payments=payments, parts=10, share=True, copies=COPIES)
    ground.run("prepare")
    ground.run("record", COPIES, seconds=EVENTS)
    verdict = ground.verdict()
    assert verdict["wrongly_credited"] == []
    assert verdict["states"] == {"confirmed": payments}
    figure(
        f"payments in 10 parts by {COPIES} processes at once",
        f"{payments} payments, 0 wrong totals",
    )


def test_coins_sent_in_time_survive_the_sweep(
    make_ground: MakeGround, figure: Figure
) -> None:
    payments = 100
    # A poll asks one by one for some of the transfers that are too old for its list.
    ground = make_ground(payments=payments, parts=1, minutes_later=27 * 60, polls=8)
    ground.run("prepare")
    ground.run("race", 4, seconds=EVENTS)
    verdict = ground.verdict()
    assert verdict["wrongly_credited"] == []
    assert verdict["states"] == {"confirmed": payments}
    figure(
        "sweep against detection by 4 processes",
        f"{payments} payments, {verdict['credits']} credited, 0 lost",
    )
