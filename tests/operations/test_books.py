"""The books: a line for each payment, by the day it was opened."""

from datetime import timedelta

import pytest

from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.operations import books
from tests.chaos.world import World


@pytest.mark.django_db
def test_a_payment_is_final_when_the_last_of_its_coins_are() -> None:
    world = World()
    payment = world.open()
    slow, quick = world.pay(payment, "20"), world.pay(payment, "30.1")
    world.chain.move(quick, TransferStatus.CONFIRMED)
    world.poll()
    world.clock.now += timedelta(hours=5)
    world.chain.move(slow, TransferStatus.CONFIRMED)
    world.poll()
    (line,) = books.lines(world.runtime)
    assert line["final_at"] == f"{world.clock():%Y-%m-%dT%H:%M:%SZ}"
