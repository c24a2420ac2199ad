"""An account as busy as its key allows: polling comes to the end of any list (F28).

Other shops of the merchant use the same account, so the list holds far more than a
minute's requests can fetch. What polling does not get through now it must get through
later, and what is old must not keep it from what is new.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from saleor_cryptopay.core.errors import RetryableError, TerminalError
from saleor_cryptopay.core.events import TransferReported
from saleor_cryptopay.core.events import TransferStatus as Status
from saleor_cryptopay.gateways.base import IssuedAddress
from saleor_cryptopay.models import Payment, Spending, Transfer
from saleor_cryptopay.operations import budget, reconciliation
from saleor_cryptopay.operations.audit import audit
from saleor_cryptopay.sandbox.identifiers import fresh_address

from .chain import Chain, MemoryGateway
from .figures import Figure, by_form
from .world import USDT, World

pytestmark = pytest.mark.django_db

# What the gateway lets a test key do in an hour; each address gets one transfer.
AN_HOUR = 1_000
HOURS = by_form(12, 72, 72)
BURST = 2_000
CLOSE = timedelta(hours=5)
MINUTES = by_form(20, 180, 180)

ELSEWHERE = IssuedAddress(
    "addr_elsewhere", fresh_address(USDT.network), USDT.network.slug, USDT.coin
)


class NonsenseBefore(MemoryGateway):
    """A gateway whose list cannot be read where it is older than a moment."""

    def __init__(self, chain: Chain, since: datetime) -> None:
        super().__init__(chain)
        self.since = since

    def transactions_since(
        self,
        since: datetime | None,
        *,
        until: datetime | None = None,
        address_id: str = "",
    ) -> Iterator[TransferReported]:
        if since is None or since < self.since:
            raise TerminalError("No list.", code="NONSENSE")
        return super().transactions_since(since, until=until, address_id=address_id)


def sell_elsewhere(world: World, hours: Fraction | int) -> None:
    """Let hours pass in which other shops sell as much as the key allows."""
    for _ in range(round(hours * AN_HOUR)):
        world.clock.now += timedelta(hours=1) / AN_HOUR
        coins = world.chain.pay(ELSEWHERE, USDT, "1", "usdt")
        coins.status, coins.confirmations = Status.CONFIRMED, 99


def minutes_of_polling(world: World, most: int) -> Iterator[int]:
    """Poll once a minute; never more than a minute's share is asked for."""
    for minute in range(1, most + 1):
        world.clock.now += timedelta(minutes=1)
        before = world.gateway.requests
        world.poll()
        asked = world.gateway.requests - before
        assert asked <= budget.share("test", "minute", is_spare=False)
        yield minute


def minutes_until(world: World, payment: Payment, state: str, most: int) -> int:
    """Return how many polls it takes until a payment has a state."""
    for minute in minutes_of_polling(world, most):
        if Payment.objects.get(pk=payment.pk).state == state:
            return minute
    pytest.fail(f"Not {state} after {most} minutes of polling.")


def test_an_outage_of_a_busy_account_is_made_up_for(
    world: World, figure: Figure
) -> None:
    world.stage.policy = replace(world.stage.policy, payment_window=timedelta(days=7))
    payment = world.open("50.10")
    world.poll()
    sell_elsewhere(world, HOURS - 1)
    world.chain.move(world.pay(payment, "50.1"), Status.CONFIRMED)
    sell_elsewhere(world, 1)
    minutes = minutes_until(world, payment, "confirmed", most=3 * HOURS)
    figure(
        f"no poll for hours, {AN_HOUR} transfers in each",
        f"{HOURS} h made up for after {minutes} polls",
    )


def test_a_burst_holds_up_nothing_for_long(world: World, figure: Figure) -> None:
    payment = world.open("50.10")
    world.poll()
    for _ in range(BURST):
        world.chain.pay(ELSEWHERE, USDT, "1", "usdt")
    world.clock.now += timedelta(hours=12)
    world.chain.move(world.pay(payment, "50.1"), Status.CONFIRMED)
    minutes = minutes_until(world, payment, "confirmed", most=10)
    figure(
        f"{BURST} transfers in one second, 12 h without a poll",
        f"made up for after {minutes} polls",
    )


def test_a_transfer_that_is_stuck_hides_no_new_one(
    world: World, figure: Figure
) -> None:
    stuck, payment = world.open("50.10"), world.open("9.99")
    world.pay(stuck, "50.1")
    world.poll()
    for _ in range(8):
        sell_elsewhere(world, 1)
        list(minutes_of_polling(world, 2))
    world.chain.move(world.pay(payment, "9.99"), Status.CONFIRMED)
    minutes = minutes_until(world, payment, "confirmed", most=2)
    figure(
        f"a transfer stuck for 8 h, {AN_HOUR} transfers an hour",
        f"a new one is found by poll {minutes}",
    )


def test_a_final_transfer_that_disappears_is_noticed_on_a_busy_account(
    world: World, figure: Figure
) -> None:
    payment = world.open("50.10")
    sell_elsewhere(world, 4)
    coins = world.pay(payment, "50.1")
    world.chain.move(coins, Status.CONFIRMED)
    assert minutes_until(world, payment, "confirmed", most=10)
    for _ in range(4):
        sell_elsewhere(world, 1)
        list(minutes_of_polling(world, 2))
    world.chain.move(coins, Status.REPLACED)
    minutes = minutes_until(world, payment, "needs_review", most=120)
    figure(
        f"a final transfer gone after 4 h, {AN_HOUR} transfers an hour",
        f"noticed after {minutes} polls",
    )


def test_the_audit_of_a_busy_account_waits_for_its_requests(
    world: World, figure: Figure
) -> None:
    payment = world.open("50.10")
    world.chain.move(world.pay(payment, "50.1"), Status.CONFIRMED)
    world.poll()
    world.tell()
    sell_elsewhere(world, 3)
    before, began_at = world.gateway.requests, world.clock.now
    found = audit(world.runtime)
    assert found.is_conserved(USDT.key)
    assert found.reported.total() > 0
    assert not found.differences
    asked = world.gateway.requests - before
    minutes = (world.clock.now - began_at) // timedelta(minutes=1) + 1
    assert minutes > 1
    assert asked <= minutes * budget.share("test", "minute", is_spare=True)
    figure(
        f"an audit of 3 h with {AN_HOUR} transfers in each",
        f"{asked} requests in {minutes} minutes, 0 differences",
    )


def test_an_audit_that_would_wait_too_long_says_so(world: World) -> None:
    world.open("50.10")
    sell_elsewhere(world, 1)
    world.poll()
    Spending.objects.filter(window="hour").update(used=10_000)
    with pytest.raises(RetryableError, match="of this hour"):
        audit(world.runtime)


def test_older_parts_that_are_nonsense_keep_nothing_from_being_checked(
    world: World,
) -> None:
    payment = world.open("50.10")
    world.pay(payment, "50.1")
    world.poll()
    world.clock.now += timedelta(hours=3)
    world.asked = NonsenseBefore(world.chain, since=world.clock.now - CLOSE)
    reconciliation.reconcile(world.runtime)
    assert Payment.objects.get(pk=payment.pk).checked_at == world.clock.now
    assert Transfer.objects.get().observed_at == world.clock.now


def test_polling_a_busy_account_fits_into_each_hour(
    world: World, figure: Figure
) -> None:
    world.open("50.10")
    sell_elsewhere(world, 3)
    list(minutes_of_polling(world, 10))
    before = world.gateway.requests
    for _ in range(MINUTES):
        sell_elsewhere(world, Fraction(1, 60))
        reconciliation.reconcile(world.runtime)  # which no budget refuses
    asked = world.gateway.requests - before
    assert asked * 60 <= budget.share("test", "hour", is_spare=False) * MINUTES
    figure(
        f"polling with {AN_HOUR} transfers an hour",
        f"{asked} requests in {MINUTES} minutes, none refused",
    )
