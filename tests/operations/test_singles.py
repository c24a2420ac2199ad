"""Transfers that no page shows any more, asked for one by one."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from saleor_cryptopay.core.errors import GatewayError, RetryableError, TerminalError
from saleor_cryptopay.core.events import TransferReported
from saleor_cryptopay.models import Cursor, Payment, Transfer
from saleor_cryptopay.operations import reconciliation
from saleor_cryptopay.operations.reconciliation import SINGLES
from tests.chaos.chain import Chain, MemoryGateway
from tests.chaos.world import World


class Forgetful(MemoryGateway):
    """A gateway whose list is empty, and that does not tell of some transactions."""

    def __init__(self, chain: Chain, error: GatewayError) -> None:
        super().__init__(chain)
        self.error = error
        self.forgotten: set[str] = set()
        self.asked_for: list[str] = []

    def transactions_since(
        self, *_: object, **__: object
    ) -> Iterator[TransferReported]:
        yield from ()

    def fetch_transaction(self, transaction_id: str) -> TransferReported:
        self.asked_for.append(transaction_id)
        if transaction_id in self.forgotten:
            raise self.error
        return super().fetch_transaction(transaction_id)


def underway(count: int) -> tuple[World, list[str]]:
    """Return a world with coins on their way that no page shows, the oldest first."""
    world = World()
    payment = world.open("1000.00")
    found = []
    for _ in range(count):
        found.append(world.pay(payment, "0.01").id)
        world.clock.pause(1)
        world.poll()
    world.clock.now += timedelta(days=2)
    Cursor.objects.update(read_until=world.clock(), began_at=world.clock())
    return world, found


def poll(world: World, gateway: Forgetful) -> None:
    world.asked = gateway
    with suppress(GatewayError):
        reconciliation.reconcile(world.runtime)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error",
    [
        TerminalError("No such transaction.", code="RESOURCE_NOT_FOUND"),
        RetryableError("It has broken down.", code="INTERNAL_ERROR"),
    ],
    ids=["gone", "broken"],
)
def test_those_that_are_not_told_of_leave_others_their_turn(
    error: GatewayError,
) -> None:
    world, ids = underway(SINGLES + 1)
    gateway = Forgetful(world.chain, error)
    gateway.forgotten = set(ids[:-1])
    for _ in range(SINGLES + 2):
        poll(world, gateway)
        world.clock.now += timedelta(minutes=1)
    assert ids[-1] in gateway.asked_for


@pytest.mark.django_db
def test_one_that_cannot_be_told_of_keeps_no_payment_unchecked() -> None:
    world, ids = underway(1)
    other = world.open()
    gateway = Forgetful(world.chain, RetryableError("No.", code="INTERNAL_ERROR"))
    gateway.forgotten = set(ids)
    poll(world, gateway)
    assert gateway.asked_for == ids
    assert Payment.objects.get(pk=other.pk).checked_at == world.clock()


@pytest.mark.django_db
def test_a_report_that_cannot_be_stored_hides_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    broken, sound = world.open(), world.open()
    world.pay(broken, "1").hash = "f" * 1000  # longer than the column
    coins = world.pay(sound, "50.1")
    world.poll()
    assert Transfer.objects.get().gateway_id == coins.id
    assert Payment.objects.get(pk=sound.pk).checked_at == world.clock()
    assert "cannot be recorded" in caplog.text
