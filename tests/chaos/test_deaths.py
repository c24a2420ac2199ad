"""Every boundary of a statement or network call is a place to die (R2, F13, F24, F49).

Each operation is run once for each of its boundaries and killed there; after recovery
the end is that of the run in which nobody died.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from saleor_cryptopay.core.events import TransferStatus as Status
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import expiry, intake, outbox, reconciliation

from .deaths import Death, reaping
from .figures import Figure
from .world import End, World, passing_world

pytestmark = pytest.mark.django_db

Operation = Callable[[World], object]


def prepare(world: World) -> list[Payment]:
    """Leave something to do for every operation."""
    paid, part, nobody = (world.open(total) for total in ("50.10", "20", "9.99"))
    world.poll()
    world.chain.move(world.pay(paid, "50.1"), Status.CONFIRMED)
    world.chain.move(world.pay(part, "5"), Status.CONFIRMED)
    world.poll()
    world.chain.move(world.pay(part, "15"), Status.CONFIRMED)
    world.clock.now += timedelta(seconds=1)
    return [paid, part, nobody]


def webhook(world: World) -> bytes:
    return world.chain.webhooks[-1]


def receive(world: World) -> None:
    world.deliver(webhook(world))


def prepare_apply(world: World) -> None:
    for body in world.chain.webhooks:
        world.deliver(body)


def prepare_expire(world: World) -> None:
    world.clock.now += timedelta(days=1)
    world.poll()


def open_again(world: World) -> None:
    world.opened = 2
    world.open("9.99")


def idle(_world: World) -> None:
    """Prepare nothing more."""


OPERATIONS: dict[str, tuple[Operation, Operation]] = {
    "receive": (idle, receive),
    "apply": (
        prepare_apply,
        lambda world: intake.apply_deliveries(world.runtime),
    ),
    "reconcile": (idle, lambda world: reconciliation.reconcile(world.runtime)),
    "expire": (prepare_expire, lambda world: expiry.expire_due(world.runtime)),
    "tell": (
        lambda world: world.poll(),
        lambda world: outbox.deliver_effects(world.runtime),
    ),
    "open": (idle, open_again),
}


def play(name: str, place: int) -> tuple[list[End], int]:
    """Run an operation, die at a place, recover; return the ends and the places."""
    before, operation = OPERATIONS[name]
    with passing_world() as world:
        payments = prepare(world)
        before(world)
        with suppress(Death), reaping(world, place) as reaper:
            operation(world)
        if name == "receive":  # what was not acknowledged is sent again
            world.deliver(webhook(world))
        world.recover()
        world.clock.now += timedelta(days=1)
        world.recover()
        world.recover()
        return [world.end(payment) for payment in payments], reaper.passed


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_dying_anywhere_changes_nothing_in_the_end(name: str, figure: Figure) -> None:
    expected, places = play(name, 0)
    assert places > 1
    assert [end.state for end in expected] == ["confirmed", "confirmed", "expired"]
    for place in range(1, places + 1):
        ends, passed = play(name, place)
        assert passed == place
        assert ends == expected, f"killed at place {place}"
    figure(f"killed at each boundary of “{name}”", f"{places} places, the same end")


def test_an_opening_killed_anywhere_leaves_one_payment_with_one_address(
    figure: Figure,
) -> None:
    with passing_world() as world, reaping(world, 0) as reaper:
        world.open()
    for place in range(1, reaper.passed + 1):
        with passing_world() as world:
            with suppress(Death), reaping(world, place):
                world.open()
            world.clock.now += timedelta(minutes=1)
            world.opened = 0
            payment = world.open()
            assert Payment.objects.count() == 1
            assert payment.addresses.exclude(address="").count() == 1
    figure("killed at each boundary of an opening", f"{reaper.passed} places, one row")
