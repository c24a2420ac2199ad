"""Coins that never arrive: raised to staff, if that is still so."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import cancellation, stuck
from tests.chaos.world import World

REASON = "the order was canceled"


@dataclass
class Meanwhile:
    """A tracer that lets something happen before the ledger locks the next payment."""

    happening: Callable[[], None]
    is_over: bool = False

    def span(self, name: str, **_: object) -> AbstractContextManager[None]:
        if name == "ledger" and not self.is_over:
            self.is_over = True
            self.happening()
        return nullcontext()


@pytest.fixture
def world(db: None) -> World:  # noqa: ARG001 - a database
    return World()


def states() -> list[str]:
    return sorted(Payment.objects.values_list("state", flat=True))


def test_coins_that_have_just_disappeared_are_not_on_their_way(world: World) -> None:
    coins = [world.pay(world.open(), "50.1") for _ in range(2)]
    world.poll()
    world.clock.now += timedelta(days=3)

    def disappear() -> None:
        for each in coins:
            world.chain.move(each, TransferStatus.FAILED)
        world.poll()

    runtime = replace(world.runtime, tracer=Meanwhile(disappear))
    assert stuck.raise_stuck(runtime) == 0
    assert states() == ["awaiting_payment", "awaiting_payment"]


def test_coins_that_have_just_come_are_no_empty_payment(world: World) -> None:
    payment = world.open()
    world.shop.reasons[payment.reference] = REASON
    world.pay(payment, "50.1")
    runtime = replace(world.runtime, tracer=Meanwhile(world.poll))
    assert cancellation.close_unwanted(runtime) == 0
    assert states() == ["payment_detected"]
    assert cancellation.close_unwanted(world.runtime) == 1
    assert states() == ["needs_review"]
