"""The part of the shop's port that tells of coins going back."""

from decimal import Decimal

import pytest

from saleor_cryptopay.core.errors import ShopError

from .told import HALF, NOTHING, TOTAL, at_once, credit, going_back
from .world import World


class RefundConformance:
    """`record_refund_begun`, `record_refund`, `record_refund_failure`."""

    def test_a_refund_that_is_begun_is_pending(self, world: World) -> None:
        reference, key = paid(world)

        for _ in range(2):
            world.shop.record_refund_begun(reference, key, going_back(HALF, "r1"))

        assert (world.refund_pending(reference), world.refunded(reference)) == (
            HALF,
            NOTHING,
        )

    def test_a_refund_that_arrived_counts_once(self, world: World) -> None:
        reference, key = paid(world)
        world.shop.record_refund_begun(reference, key, going_back(HALF, "r1"))

        for _ in range(2):
            world.shop.record_refund(reference, key, going_back(HALF, "r1"))

        assert (world.refund_pending(reference), world.refunded(reference)) == (
            NOTHING,
            HALF,
        )
        assert world.shop.credited(reference) == TOTAL

    def test_a_refund_told_by_many_at_once_counts_once(self, world: World) -> None:
        reference, key = paid(world)
        world.shop.record_refund_begun(reference, key, going_back(HALF, "r1"))

        at_once(
            [lambda: world.shop.record_refund(reference, key, going_back(HALF, "r1"))]
            * 3
        )

        assert world.refunded(reference) == HALF

    def test_a_beginning_told_late_takes_nothing_back(self, world: World) -> None:
        reference, key = paid(world)
        world.shop.record_refund_begun(reference, key, going_back(HALF, "r1"))
        world.shop.record_refund(reference, key, going_back(HALF, "r1"))

        world.shop.record_refund_begun(reference, key, going_back(HALF, "r1"))

        assert (world.refund_pending(reference), world.refunded(reference)) == (
            NOTHING,
            HALF,
        )

    def test_a_refund_that_failed_is_pending_no_more(self, world: World) -> None:
        reference, key = paid(world)
        world.shop.record_refund_begun(reference, key, going_back(HALF, "r1"))

        for _ in range(2):
            world.shop.record_refund_failure(reference, key, going_back(HALF, "r1"))

        assert (world.refund_pending(reference), world.refunded(reference)) == (
            NOTHING,
            NOTHING,
        )
        assert world.shop.credited(reference) == TOTAL

    def test_after_a_failure_it_can_be_tried_under_another_name(
        self, world: World
    ) -> None:
        reference, key = paid(world)
        world.shop.record_refund_begun(reference, key, going_back(HALF, "r1"))
        world.shop.record_refund_failure(reference, key, going_back(HALF, "r1"))

        world.shop.record_refund_begun(reference, key, going_back(HALF, "r1:2"))
        assert world.refund_pending(reference) == HALF
        world.shop.record_refund(reference, key, going_back(HALF, "r1:2"))

        assert (world.refund_pending(reference), world.refunded(reference)) == (
            NOTHING,
            HALF,
        )

    def test_two_refunds_add_up(self, world: World) -> None:
        reference, _ = paid(world)
        for name in ("r1", "r2"):
            key = world.ask_refund(reference, HALF)
            world.shop.record_refund_begun(reference, key, going_back(HALF, name))
            world.shop.record_refund(reference, key, going_back(HALF, name))

        assert world.refunded(reference) == TOTAL

    def test_a_request_that_the_shop_did_not_make_counts_as_well(
        self, world: World
    ) -> None:
        reference = world.make_order(TOTAL)
        world.shop.record_credit(reference, credit())

        world.shop.record_refund_begun(reference, "by hand", going_back(HALF, "r1"))
        assert world.refund_pending(reference) == HALF
        world.shop.record_refund(reference, "by hand", going_back(HALF, "r1"))

        assert world.refunded(reference) == HALF

    def test_another_amount_under_the_same_name_is_refused(self, world: World) -> None:
        reference, key = paid(world)
        world.shop.record_refund_begun(reference, key, going_back(HALF, "r1"))
        world.shop.record_refund(reference, key, going_back(HALF, "r1"))

        with pytest.raises(ShopError):
            world.shop.record_refund(reference, key, going_back(TOTAL, "r1"))

        assert world.refunded(reference) == HALF


def paid(world: World, amount: Decimal = HALF) -> tuple[str, str]:
    """Return an order that is paid, and the name of a request for money back."""
    reference = world.make_order(TOTAL)
    world.shop.record_credit(reference, credit())
    return reference, world.ask_refund(reference, amount)
