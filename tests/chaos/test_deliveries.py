"""Any order, repetition and loss of deliveries plus one poll is the same end (F17-F21).

Metamorphic: the end of a run in which every webhook came once and in order is the
measure for runs in which they came in any order, again and again, or not at all.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby, permutations
from operator import itemgetter

import pytest

from saleor_cryptopay.core.events import TransferReported
from saleor_cryptopay.core.events import TransferStatus as Status
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import ledger

from .figures import Figure, by_form
from .world import End, World, passing_world, undone

pytestmark = pytest.mark.django_db

ROUNDS = by_form(25, 300, 10_000)
SHORT = 4
ORDERS = by_form(40, 5_040, 5_040)


def happen(world: World) -> list[Payment]:
    """Let three payments be paid in ways that trouble."""
    whole, parts, troubled = (world.open(total) for total in ("50.10", "20", "9.99"))
    paid = [
        (world.pay(whole, "50.1"), ["confirmed"]),
        (world.pay(parts, "12"), ["confirmed"]),
        (world.pay(parts, "8"), ["confirmed"]),
        (world.pay(troubled, "9.99"), ["failed"]),
        (world.pay(troubled, "9.99"), ["replaced"]),
        (world.pay(troubled, "9.99"), ["confirmed"]),
    ]
    for coins, statuses in paid:
        world.clock.now += timedelta(seconds=1)
        for status in statuses:
            world.chain.move(coins, Status(status))
    return [whole, parts, troubled]


def end_after(world: World, payments: list[Payment], bodies: list[bytes]) -> list[End]:
    """Deliver webhooks, poll once, and return how the payments ended."""
    for body in bodies:
        world.deliver(body)
        if random.random() < 0.5:  # noqa: S311 - no secret
            world.apply()
            world.tell()
    world.recover()
    return [world.end(payment) for payment in payments]


def disturbed(bodies: list[bytes]) -> list[bytes]:
    """Return webhooks in any order, some of them several times, some not at all."""
    chosen = random.choices(bodies, k=random.randint(0, 2 * len(bodies)))  # noqa: S311
    random.shuffle(chosen)
    return chosen


def test_order_repetition_and_loss_of_webhooks_change_nothing(figure: Figure) -> None:
    with passing_world() as world:
        payments = happen(world)
        expected = end_after(world, payments, world.chain.webhooks)
    assert [end.state for end in expected] == ["confirmed"] * 3
    delivered = 0
    for _ in range(ROUNDS):
        with passing_world() as world:
            payments = happen(world)
            bodies = disturbed(world.chain.webhooks)
            delivered += len(bodies)
            assert end_after(world, payments, bodies) == expected
    figure(
        "webhooks in any order, repeated and lost",
        f"{ROUNDS} runs, {delivered} deliveries, 0 different ends",
    )


@pytest.mark.parametrize("length", [SHORT, 7])
def test_every_order_of_reports_ends_like_the_truth(
    length: int, figure: Figure
) -> None:
    """Reports fetched one after the other may be recorded in any order at all."""
    everything = list(permutations(range(length)))
    chosen = everything
    if len(everything) > ORDERS:
        chosen = sorted(random.sample(everything, ORDERS))
    with passing_world() as world:
        payments = happen(world)
        reports = _reports(world)[:length]
        with undone(world):
            world.recover()
            expected = [world.end(payment) for payment in payments]
        ends = [
            [world.end(payment) for payment in payments]
            for _ in recorded(world, reports, chosen)
        ]
    assert ends == [expected] * len(chosen)
    figure(
        f"orders of {length} reports",
        f"{len(chosen)} of {len(everything)}, 0 different ends",
    )


def recorded(
    world: World,
    reports: Sequence[TransferReported],
    orders: Sequence[tuple[int, ...]],
    done: int = 0,
) -> Iterator[None]:
    """Go through sorted orders of reports; come back at the end of each.

    Where orders begin alike, their beginning is played once.
    """
    if done == len(reports):
        world.recover()
        yield
        return
    for number, alike in groupby(orders, itemgetter(done)):
        with undone(world):
            at = world.clock.now + timedelta(milliseconds=number)
            ledger.record_transfer(reports[number], at, world.runtime)
            yield from recorded(world, reports, list(alike), done + 1)


def _reports(world: World) -> list[TransferReported]:
    """Return what fetching each webhook's transaction at its time would have given."""
    reports = []
    for coins in world.chain.coins.values():
        status, coins.status = coins.status, Status.PENDING
        reports.append(coins.report())
        coins.status = status
        reports.append(coins.report())
    random.Random(7).shuffle(reports)  # noqa: S311 - always the same mixture
    return reports
