"""Every boundary of a refund's sending is a place to die: one order in the end.

Whoever sends a refund is killed before and after each statement and each request, with
answers that are lost and lists that lag, for minutes or for good. What is left to
itself ends with one order that is known, or in doubt with one or none. Then staff look
into the gateway's books and settle it; after that the gateway has one order, and the
refund is that order's.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.db import transaction

from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.core.refund_rules import RefundMode, RefundRules
from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations.refunds.approval import approve, settle_not_sent
from saleor_cryptopay.operations.refunds.asking import RefundRequest, ask_refund
from saleor_cryptopay.operations.refunds.destinations import name_address
from saleor_cryptopay.operations.refunds.following import follow_refunds
from saleor_cryptopay.operations.refunds.sending import send_refunds
from saleor_cryptopay.operations.refunds.settling import settle_sent
from tests.gateways.payouts_conformance import PayoutsConformance

from .deaths import Death, reaping
from .figures import Figure
from .payouts import MemoryPayouts
from .world import World, passing_world

pytestmark = pytest.mark.django_db

# What staff find in the gateway's own books.
FOUND, NONE = "an order", "no order"

WALLET = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


class TestMemoryPayouts(PayoutsConformance):
    """The port in memory keeps the port's promises."""

    @pytest.fixture
    def payouts(self) -> MemoryPayouts:
        return MemoryPayouts()

    @pytest.fixture
    def world(self, payouts: MemoryPayouts) -> MemoryPayouts:
        return payouts


def approved(world: World) -> Refund:
    """Return a refund that is to be sent."""
    policy = replace(world.stage.policy, refunds=RefundRules(RefundMode.APPROVAL))
    world.stage.policy = policy
    payment = world.open()
    world.poll()
    world.chain.move(world.pay(payment, "50.1"), TransferStatus.CONFIRMED)
    world.poll()
    request = RefundRequest("request", Refund.Source.PAID, "staff")
    refund = ask_refund(payment.pk, request, world.runtime)
    name_address(refund.token, WALLET, WALLET, world.runtime)
    return approve(refund.pk, "staff", world.runtime)


def recover(world: World, payouts: MemoryPayouts, refund: Refund) -> None:
    """Let minutes and days pass, with the periodic task, until the order is known."""
    for _ in range(8):
        world.clock.now += timedelta(minutes=5)
        send_refunds(world.runtime, payouts)
        refund.refresh_from_db()
        if refund.gateway_id:
            return
    for _ in range(6):
        world.clock.now += timedelta(hours=8)
        send_refunds(world.runtime, payouts)


def settle(world: World, payouts: MemoryPayouts, refund: Refund) -> str:
    """Do what staff do with a doubt: look at the orders themselves; return the finding.

    "" where there is no doubt.
    """
    refund.refresh_from_db()
    if refund.state != "in_doubt":
        return ""
    if payouts.orders:
        (order_id,) = payouts.orders
        settle_sent(refund.pk, order_id, "staff", world.runtime, payouts)
        return FOUND
    settle_not_sent(refund.pk, "None there.", "staff", world.runtime)
    return NONE


@contextmanager
def passing_try(world: World) -> Iterator[MemoryPayouts]:
    """Give a gateway; what is stored and the time are as before afterwards."""
    before = world.clock.now
    with transaction.atomic():
        yield MemoryPayouts(world.clock)
        transaction.set_rollback(True)
    world.clock.now = before


@dataclass(frozen=True)
class Played:
    """How a death ended.

    Attributes:
        state: of the refund in the end.
        orders: how many there are at the gateway in the end.
        places: how many places were passed before the death.
        findings: what staff found each time that they had to look.
    """

    state: str
    orders: int
    places: int
    findings: tuple[str, ...]


def play(
    world: World, refund: Refund, place: int, *, lost: int = 0, hidden: int = 0
) -> Played:
    """Die at a place, recover, let staff settle what stays in doubt."""
    with passing_try(world) as payouts:
        payouts.lost, payouts.hidden = lost, hidden
        with suppress(Death), reaping(world, place) as reaper:
            payouts.before = reaper.pass_by
            send_refunds(world.runtime, payouts)
            follow_refunds(world.runtime, payouts)
        payouts.before = lambda _what: None
        recover(world, payouts, refund)
        assert len(payouts.orders) <= 1, f"killed at place {place}"
        findings = []
        while finding := settle(world, payouts, refund):
            findings.append(finding)
            recover(world, payouts, refund)
            assert len(payouts.orders) <= 1, f"killed at place {place}"
        payouts.mine(1)
        follow_refunds(world.runtime, payouts)
        refund.refresh_from_db()
        assert {order.id for order in payouts.orders.values()} == {refund.gateway_id}
        return Played(refund.state, len(payouts.orders), reaper.passed, tuple(findings))


# The list does not show an order as long as anybody looks.
FOR_GOOD = 10**6


@pytest.mark.parametrize(
    ("lost", "hidden", "findings"),
    [
        (0, 0, {(), (NONE,)}),
        (1, 2, {(), (NONE,)}),
        (1, 5, {(), (NONE,)}),
        (0, FOR_GOOD, {(), (NONE,), (FOUND,)}),
        (1, FOR_GOOD, {(FOUND,), (NONE, FOUND)}),
    ],
    ids=[
        "well",
        "lost reply and lagging list",
        "a list 25 minutes late",
        "a list that never shows it",
        "lost reply and a list that never shows it",
    ],
)
def test_dying_anywhere_while_sending_makes_one_order(
    lost: int, hidden: int, findings: set[tuple[str, ...]], figure: Figure
) -> None:
    with passing_world() as world:
        refund = approved(world)
        places = play(world, refund, 0, lost=lost, hidden=hidden).places
        assert places > 10
        found = set()
        for place in range(1, places + 1):
            end = play(world, refund, place, lost=lost, hidden=hidden)
            assert end.places == place
            assert (end.state, end.orders) == ("confirmed", 1), f"killed at {place}"
            found.add(end.findings)
        assert found == findings
    late = "never shown" if hidden == FOR_GOOD else f"{hidden} rounds late"
    figure(
        f"killed at each boundary of sending, {lost} answers lost, a list {late}",
        f"{places} places, one order each time",
    )


def test_dying_again_while_recovering_makes_one_order(figure: Figure) -> None:
    """Killed after the gateway took the order, and again at each place of looking."""
    place = places = 0
    with passing_world() as world:
        refund = approved(world)
        while place <= places:
            with passing_try(world) as payouts:
                payouts.lost = 1
                send_refunds(world.runtime, payouts)
                with suppress(Death), reaping(world, place) as reaper:
                    payouts.before = reaper.pass_by
                    send_refunds(world.runtime, payouts)
                places = places or reaper.passed
                payouts.before = lambda _what: None
                recover(world, payouts, refund)
                assert (refund.state, len(payouts.orders)) == ("sent", 1)
            place += 1
    assert places > 5
    figure("killed at each boundary of the look-up", f"{places} places, one order")
