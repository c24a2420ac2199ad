"""With every webhook lost, polling alone gets every payment right (R6, F28)."""

from datetime import timedelta

import pytest

from saleor_cryptopay.core.events import TransferStatus as Status
from saleor_cryptopay.models import Payment

from .figures import Figure, by_form
from .world import World

INTERVAL = timedelta(seconds=60)
PAYMENTS = by_form(120, 500, 2_000)

# What the gateway documents for a test key.
REQUESTS_A_MINUTE = 100


def round_of_polling(world: World) -> int:
    """Let an interval pass and the schedule run; return what it asked for."""
    before = world.gateway.requests
    world.clock.now += INTERVAL
    world.poll()
    world.sweep()
    world.tell()
    return world.gateway.requests - before


@pytest.mark.django_db
def test_all_payments_are_right_within_two_polls(world: World, figure: Figure) -> None:
    payments = [world.open("50.10") for _ in range(PAYMENTS)]
    round_of_polling(world)
    for number, payment in enumerate(payments):
        coins = world.pay(payment, "50.1" if number % 2 else "20")
        world.chain.move(coins, Status.CONFIRMED)
    asked = [round_of_polling(world) for _ in range(2)]
    for number, payment in enumerate(payments):
        state = Payment.objects.get(pk=payment.pk).state
        assert state == ("confirmed" if number % 2 else "payment_insufficient")
    assert max(asked) <= REQUESTS_A_MINUTE
    figure(
        "every webhook lost",
        f"{PAYMENTS} payments, all right after 2 polls,"
        f" at most {max(asked)} requests a minute",
    )


@pytest.mark.parametrize("hours", [1, 24, 72])
@pytest.mark.django_db
def test_an_outage_is_made_up_for_without_anybody(
    hours: int, world: World, figure: Figure
) -> None:
    payments = [world.open("50.10") for _ in range(40)]
    round_of_polling(world)
    for payment in payments:
        world.chain.move(world.pay(payment, "50.1"), Status.CONFIRMED)
    world.gateway.rows_until_outage = 0
    for _ in range(4):
        world.clock.now += timedelta(hours=hours) / 4
        round_of_polling(world)
    world.gateway.rows_until_outage = None
    asked = [round_of_polling(world) for _ in range(2)]
    states = {Payment.objects.get(pk=payment.pk).state for payment in payments}
    assert states == {"confirmed"}
    assert {world.credited(payment) for payment in payments} == {payments[0].total}
    figure(
        f"gateway out of reach for {hours} h",
        f"all right after 2 polls, at most {max(asked)} requests a minute",
    )
