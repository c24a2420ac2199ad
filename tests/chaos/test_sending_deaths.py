"""Every boundary of a refund's sending is a place to die: one order in the end.

Whoever sends a refund is killed before and after each statement and each request, with
answers that are lost and lists that lag; after recovery the gateway has one order, and
the refund is that order's.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.core.refund_rules import RefundMode, RefundRules
from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations.refunds.approval import approve
from saleor_cryptopay.operations.refunds.asking import RefundRequest, ask_refund
from saleor_cryptopay.operations.refunds.destinations import name_address
from saleor_cryptopay.operations.refunds.following import follow_refunds
from saleor_cryptopay.operations.refunds.sending import send_refunds
from tests.gateways.payouts_conformance import PayoutsConformance

from .deaths import Death, reaping
from .figures import Figure
from .payouts import MemoryPayouts
from .world import World, passing_world

pytestmark = pytest.mark.django_db

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
    """Let minutes pass, with the periodic task in each, until the order is known."""
    for _ in range(16):
        world.clock.now += timedelta(minutes=1)
        send_refunds(world.runtime, payouts)
        refund.refresh_from_db()
        if refund.gateway_id:
            return


@contextmanager
def passing_try(world: World) -> Iterator[MemoryPayouts]:
    """Give a gateway; what is stored and the time are as before afterwards."""
    before = world.clock.now
    with transaction.atomic():
        yield MemoryPayouts(world.clock)
        transaction.set_rollback(True)
    world.clock.now = before


def play(
    world: World, refund: Refund, place: int, *, lost: int = 0, hidden: int = 0
) -> tuple[str, int, int]:
    """Die at a place, recover; return the refund's state, the orders, the places."""
    with passing_try(world) as payouts:
        payouts.lost, payouts.hidden = lost, hidden
        with suppress(Death), reaping(world, place) as reaper:
            payouts.before = reaper.pass_by
            send_refunds(world.runtime, payouts)
            follow_refunds(world.runtime, payouts)
        payouts.before = lambda _what: None
        recover(world, payouts, refund)
        payouts.mine(1)
        send_refunds(world.runtime, payouts)
        follow_refunds(world.runtime, payouts)
        refund.refresh_from_db()
        assert {order.id for order in payouts.orders.values()} == {refund.gateway_id}
        return refund.state, len(payouts.orders), reaper.passed


@pytest.mark.parametrize(
    ("lost", "hidden"),
    [(0, 0), (1, 5), (1, 9)],
    ids=["well", "lost reply and lagging list", "a list nine minutes late"],
)
def test_dying_anywhere_while_sending_makes_one_order(
    lost: int, hidden: int, figure: Figure
) -> None:
    with passing_world() as world:
        refund = approved(world)
        _, _, places = play(world, refund, 0, lost=lost, hidden=hidden)
        assert places > 10
        for place in range(1, places + 1):
            state, orders, passed = play(world, refund, place, lost=lost, hidden=hidden)
            assert passed == place
            assert (state, orders) == ("confirmed", 1), f"killed at place {place}"
    figure(
        f"killed at each boundary of sending, {lost} answers lost, a list"
        f" {hidden} rounds late",
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
