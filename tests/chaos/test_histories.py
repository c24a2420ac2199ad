"""All orders in which a history can happen end as the model says (F17-F23, F35, F40).

A history is a partial order: a transaction is seen before it is confirmed, and
confirmed before it is reorganised away. Every total order of it is played, with polls
and sweeps at every place in between.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from saleor_cryptopay.core.events import TransferStatus as Status
from saleor_cryptopay.models import Payment

from .figures import Figure, by_form
from .model import ModelPayment
from .world import World, passing_world

if TYPE_CHECKING:
    from .chain import Coins

pytestmark = pytest.mark.django_db

Step = str
"""`a see 50.1`, `a confirmed`, `b failed`, `poll`, `sweep`, `deadline`."""

HISTORIES: dict[str, tuple[tuple[Step, ...], ...]] = {
    "confirmed, reorganised away": (
        ("a see 50.1", "a confirmed", "a failed"),
        ("b see 50.1", "b failed"),
        ("poll",),
        ("deadline",),
    ),
    "two halves and the deadline": (
        ("a see 25.05", "a confirmed"),
        ("b see 25.05", "b confirmed"),
        ("deadline", "sweep"),
        ("poll",),
    ),
    "replaced, wrong coin, whole": (
        ("a see 50.1", "a replaced"),
        ("w see 50.1", "w confirmed"),
        ("b see 50.1", "b confirmed"),
        ("deadline",),
    ),
    "gone and back again": (
        ("a see 50.1", "a confirmed", "poll", "a replaced", "poll", "a confirmed"),
        ("deadline",),
    ),
}
ORDERS = by_form(25, 10_000, 10_000)


class Play:
    """One payment and its model, through one total order of a history."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.payment = world.open("50.10")
        self.coins: dict[str, Coins] = {}
        self.model = model_of(self.payment, world)

    def step(self, step: Step) -> None:
        """Let one thing happen."""
        self.world.clock.now += timedelta(seconds=1)
        name, *rest = step.split()
        plain: dict[str, Callable[[], None]] = {
            "poll": self.poll,
            "sweep": self.sweep,
            "deadline": self.pass_deadline,
        }
        if name in plain:
            plain[name]()
        elif rest[0] == "see":
            coin = "dai" if name == "w" else "usdt"
            self.coins[name] = self.world.pay(self.payment, rest[1], coin)
        else:
            self.world.chain.move(self.coins[name], Status(rest[0]))

    def poll(self) -> None:
        """Poll, and tell the model what the gateway said."""
        told = len(self.world.gateway.told)
        self.world.poll()
        for report in self.world.gateway.told[told:]:
            self.model.hear(report)
        self.model.check(self.world.clock.now)

    def sweep(self) -> None:
        """Sweep both."""
        self.world.sweep()
        self.model.sweep(self.world.clock.now)

    def pass_deadline(self) -> None:
        """Let the deadline pass."""
        self.world.clock.now = self.payment.expires_at + timedelta(seconds=1)

    def finish(self) -> None:
        """Reconcile once, and compare."""
        self.poll()
        self.sweep()
        self.world.tell()
        found = self.world.end(self.payment)
        assert (found.state, found.credited) == (self.model.state, self.model.credit)


def model_of(payment: Payment, world: World) -> ModelPayment:
    """Return the model of a payment that was just opened."""
    return ModelPayment(
        world.issued(payment).id,
        Fraction(payment.total),
        Fraction(payment.total),
        payment.expires_at,
    )


def orders(chains: Sequence[tuple[Step, ...]]) -> Iterator[tuple[Step, ...]]:
    """Yield every total order that keeps the order within each chain."""
    if not any(chains):
        yield ()
    for index, steps in enumerate(chains):
        if steps:
            rest = [*chains[:index], steps[1:], *chains[index + 1 :]]
            yield from ((steps[0], *order) for order in orders(rest))


@pytest.mark.parametrize("name", HISTORIES)
@pytest.mark.parametrize("is_watched", [False, True], ids=["unseen", "polled"])
def test_every_order_of_a_history_ends_as_the_model_says(
    name: str, *, is_watched: bool, figure: Figure
) -> None:
    everything = sorted(orders(HISTORIES[name]))
    chosen = everything
    if len(everything) > ORDERS:
        chosen = random.sample(everything, ORDERS)
    for order in chosen:
        with passing_world() as world:
            play = Play(world)
            for step in order:
                play.step(step)
                if is_watched:
                    play.poll()
            play.finish()
    how = "polled after each" if is_watched else "polled at the end"
    figure(
        f"history “{name}”, {how}",
        f"{len(chosen)} of {len(everything)} orders, 0 differences",
    )
