"""The part of the shop's port that moves money."""

from decimal import Decimal

import pytest

from saleor_cryptopay.core.errors import ShopError

from .told import HALF, NOTHING, TOTAL, at_once, credit
from .world import World


class MoneyConformance:
    """What is credited, announced, lost and taken back."""

    def test_nothing_is_paid_at_first(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)

        assert world.paid(reference) == NOTHING
        assert world.pending(reference) == NOTHING

    def test_a_credit_told_twice_counts_once(self, world: World) -> None:
        reference, given = world.make_checkout(TOTAL), credit(HALF)

        world.shop.record_credit(reference, given)
        world.shop.record_credit(reference, given)

        assert world.paid(reference) == HALF

    def test_a_credit_told_by_many_at_once_counts_once(self, world: World) -> None:
        reference, given = world.make_checkout(TOTAL), credit(HALF)

        at_once([lambda: world.shop.record_credit(reference, given)] * 4)

        assert world.paid(reference) == HALF

    def test_credits_of_several_transfers_add_up(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)

        for amount in (Decimal("10.00"), Decimal("13.99"), Decimal("0.01")):
            world.shop.record_credit(reference, credit(amount))

        assert world.paid(reference) == TOTAL

    def test_credits_of_several_transfers_at_once_add_up(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)
        transfers = [credit(Decimal("6.00")) for _ in range(4)]

        at_once(
            [
                lambda given=given: world.shop.record_credit(reference, given)  # type: ignore[misc]
                for given in transfers
            ]
        )

        assert world.paid(reference) == TOTAL

    def test_the_same_transfer_with_another_amount_is_refused(
        self, world: World
    ) -> None:
        reference, given = world.make_checkout(TOTAL), credit(HALF)
        world.shop.record_credit(reference, given)

        with pytest.raises(ShopError):
            world.shop.record_credit(reference, credit(TOTAL, given.reference))

        assert world.paid(reference) == HALF

    def test_an_order_is_credited_like_a_checkout(self, world: World) -> None:
        reference = world.make_order(TOTAL)

        world.shop.record_credit(reference, credit())

        assert world.paid(reference) == TOTAL

    def test_more_than_the_total_is_counted_as_it_is(self, world: World) -> None:
        reference = world.make_order(TOTAL)

        world.shop.record_credit(reference, credit(TOTAL))
        world.shop.record_credit(reference, credit(HALF))

        assert world.paid(reference) == TOTAL + HALF

    def test_coins_that_were_seen_are_pending_and_not_paid(self, world: World) -> None:
        reference, given = world.make_checkout(TOTAL), credit(HALF)

        world.shop.record_pending(reference, given)
        world.shop.record_pending(reference, given)

        assert (world.paid(reference), world.pending(reference)) == (NOTHING, HALF)

    def test_pending_coins_become_paid_ones(self, world: World) -> None:
        reference, given = world.make_checkout(TOTAL), credit(HALF)

        world.shop.record_pending(reference, given)
        world.shop.record_credit(reference, given)

        assert (world.paid(reference), world.pending(reference)) == (HALF, NOTHING)

    def test_pending_coins_can_be_lost(self, world: World) -> None:
        reference, given = world.make_checkout(TOTAL), credit(HALF)
        world.shop.record_pending(reference, given)

        world.shop.record_loss(reference, given)
        world.shop.record_loss(reference, given)

        assert (world.paid(reference), world.pending(reference)) == (NOTHING, NOTHING)

    def test_credited_coins_can_be_taken_back_once(self, world: World) -> None:
        reference, given, kept = world.make_order(TOTAL), credit(HALF), credit(HALF)
        world.shop.record_credit(reference, given)
        world.shop.record_credit(reference, kept)

        world.shop.record_reversal(reference, given)
        world.shop.record_reversal(reference, given)

        assert world.paid(reference) == HALF

    def test_what_the_shop_shows_as_ours_is_credits_less_reversals(
        self, world: World
    ) -> None:
        reference, given = world.make_order(TOTAL), credit(HALF)
        assert world.shop.credited(reference) == NOTHING

        world.shop.record_pending(reference, credit(HALF))
        world.shop.record_credit(reference, given)
        world.shop.record_credit(reference, credit(Decimal("1.50")))
        assert world.shop.credited(reference) == HALF + Decimal("1.50")

        world.shop.record_reversal(reference, given)
        assert world.shop.credited(reference) == Decimal("1.50")

    def test_coins_that_come_back_are_credited_under_a_name_of_their_own(
        self, world: World
    ) -> None:
        reference, given = world.make_order(TOTAL), credit(HALF)
        world.shop.record_credit(reference, given)
        world.shop.record_reversal(reference, given)

        world.shop.record_credit(reference, credit(HALF, f"{given.reference}:2"))

        assert world.paid(reference) == HALF

    def test_three_decimals_are_kept(self, world: World) -> None:
        reference, amount = world.make_checkout(TOTAL), Decimal("1.234")

        world.shop.record_credit(reference, credit(amount))

        assert world.paid(reference) == amount
