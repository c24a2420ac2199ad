"""What `operations.ports.Shop` promises, for whoever implements it.

Subclass `ShopConformance` where the tests are collected and define a fixture `world`
that gives a `World`. Every method of the port is called at least twice: the outbox
delivers at least once.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest

from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.operations.ports import Completion

from .money import MoneyConformance
from .refunds import RefundConformance
from .told import (
    AT,
    HALF,
    NOTHING,
    TOTAL,
    at_once,
    credit,
    going_back,
    notice,
    unknown,
)
from .world import World


class SummaryConformance:
    """`summary`."""

    def test_a_checkout_is_described_by_its_title_and_lines(self, world: World) -> None:
        summary = world.shop.summary(world.make_checkout(TOTAL))

        assert summary.shop_name
        assert summary.title
        assert all(line.quantity > 0 for line in summary.lines)
        assert summary.lines
        assert all(line.name for line in summary.lines)

    def test_an_order_is_described_by_its_number(self, world: World) -> None:
        summary = world.shop.summary(world.make_order(TOTAL))

        assert any(character.isdigit() for character in summary.title)
        assert all(line.quantity > 0 for line in summary.lines)
        assert summary.lines

    def test_what_nobody_knows_is_described_as_nothing(self, world: World) -> None:
        summary = world.shop.summary(unknown())

        assert (summary.title, summary.lines) == ("", ())

    def test_the_shop_has_a_name_whatever_is_asked_for(self, world: World) -> None:
        assert world.shop.summary("").shop_name
        assert world.shop.summary(unknown()).shop_name


class WordsConformance:
    """What is told and moves no money."""

    def test_a_notice_is_told_once_for_each_key(self, world: World) -> None:
        reference, said = world.make_checkout(TOTAL), notice("25 USDC on Ethereum")

        for key in ("1", "1", "2"):
            world.shop.record_notice(reference, f"{reference}:{key}", said)

        # A shop may begin a note in its own way.
        first, second = world.notices(reference)
        assert first.endswith(said.message)
        assert second == first

    def test_notices_are_kept_in_their_order(self, world: World) -> None:
        reference = world.make_order(TOTAL)

        for words in ("first", "second", "third"):
            world.shop.record_notice(reference, f"{reference}:{words}", notice(words))

        assert world.notices(reference) == ["first", "second", "third"]

    def test_a_notice_moves_no_money(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)

        world.shop.record_notice(reference, f"{reference}:1", notice("seen"))

        assert (world.paid(reference), world.pending(reference)) == (NOTHING, NOTHING)

    def test_a_very_long_notice_is_taken(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)

        world.shop.record_notice(reference, f"{reference}:1", notice("long " * 400))

        assert len(world.notices(reference)) == 1

    def test_the_end_can_be_told_twice_and_moves_no_money(self, world: World) -> None:
        reference = world.make_order(TOTAL)
        world.shop.record_credit(reference, credit(HALF))

        world.shop.record_end(reference, "Nobody paid the rest.", AT)
        world.shop.record_end(reference, "Nobody paid the rest.", AT)

        assert (world.paid(reference), world.pending(reference)) == (HALF, NOTHING)

    def test_coins_after_the_end_are_credited_all_the_same(self, world: World) -> None:
        reference = world.make_order(TOTAL)
        world.shop.record_end(reference, "Nobody paid before the deadline.", AT)

        world.shop.record_credit(reference, credit())

        assert world.paid(reference) == TOTAL


class CompletionConformance:
    """`complete`."""

    def test_a_paid_checkout_becomes_an_order(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)
        world.shop.record_credit(reference, credit())

        assert world.shop.complete(reference) is Completion.DONE
        assert world.is_order(reference)
        assert world.paid(reference) == TOTAL

    def test_completing_again_finds_the_order(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)
        world.shop.record_credit(reference, credit())
        world.shop.complete(reference)

        assert world.shop.complete(reference) is Completion.NOT_NEEDED
        assert world.is_order(reference)

    def test_completing_by_many_at_once_makes_an_order(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)
        world.shop.record_credit(reference, credit())

        outcomes = at_once([lambda: world.shop.complete(reference)] * 3)

        assert set(outcomes) <= {Completion.DONE, Completion.NOT_NEEDED}
        assert world.is_order(reference)

    def test_a_checkout_without_money_stays_one(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)

        assert world.shop.complete(reference) is Completion.NOT_PAID
        assert not world.is_order(reference)

    def test_a_checkout_paid_in_part_stays_one(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)
        world.shop.record_credit(reference, credit(TOTAL - Decimal("0.01")))

        assert world.shop.complete(reference) is Completion.NOT_PAID
        assert not world.is_order(reference)

    def test_the_rest_makes_it_an_order(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)
        world.shop.record_credit(reference, credit(HALF))
        world.shop.complete(reference)
        world.shop.record_credit(reference, credit(HALF))

        assert world.shop.complete(reference) is Completion.DONE

    def test_trusted_pending_money_makes_it_an_order(self, world: World) -> None:
        reference, given = world.make_checkout(TOTAL), credit()
        world.shop.record_pending(reference, given)

        assert world.shop.complete(reference) is Completion.DONE

        world.shop.record_credit(reference, given)
        assert (world.paid(reference), world.pending(reference)) == (TOTAL, NOTHING)

    def test_an_order_needs_no_completing(self, world: World) -> None:
        reference = world.make_order(TOTAL)

        assert world.shop.complete(reference) is Completion.NOT_NEEDED

    def test_a_merchant_who_makes_orders_himself_is_left_to_it(
        self, world: World
    ) -> None:
        reference = world.make_checkout(TOTAL)
        world.shop.record_credit(reference, credit())

        outcome = world.shop.complete(reference, makes_order=False)
        assert outcome is Completion.NOT_NEEDED
        assert not world.is_order(reference)

    def test_what_is_closed_or_gone_is_seen_whoever_makes_the_orders(
        self, world: World
    ) -> None:
        canceled, gone = world.make_order(TOTAL), world.make_checkout(TOTAL)
        world.shop.cancel_order(canceled)
        world.shop.record_credit(canceled, credit())
        world.delete_checkout(gone)

        outcome = world.shop.complete(canceled, makes_order=False)
        assert outcome is Completion.CLOSED
        assert world.shop.complete(gone, makes_order=False) is Completion.GONE

    def test_a_canceled_order_is_closed_whatever_comes_for_it(
        self, world: World
    ) -> None:
        reference = world.make_order(TOTAL)
        world.shop.cancel_order(reference)
        world.shop.record_credit(reference, credit())

        assert world.shop.complete(reference) is Completion.CLOSED
        assert world.is_canceled(reference)
        assert world.paid(reference) == TOTAL

    def test_a_checkout_that_was_deleted_is_gone(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)
        world.delete_checkout(reference)

        assert world.shop.complete(reference) is Completion.GONE
        assert world.shop.complete(reference) is Completion.GONE

    def test_coins_for_a_deleted_checkout_are_still_noted(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)
        world.delete_checkout(reference)

        world.shop.record_credit(reference, credit())

        assert world.paid(reference) == TOTAL


class ListConformance:
    """`list_credited`."""

    def test_what_shows_money_of_ours_is_listed(self, world: World) -> None:
        paid, given_back, unpaid = (world.make_order(TOTAL) for _ in range(3))
        for reference in (paid, given_back):
            world.shop.record_credit(reference, credit())
        world.shop.record_refund_begun(given_back, "1", going_back(HALF, "r1"))
        world.shop.record_refund(given_back, "1", going_back(HALF, "r1"))

        listed = set(world.shop.list_credited(None))
        assert {paid, given_back} <= listed
        assert unpaid not in listed

    def test_what_is_older_may_be_left_out(self, world: World) -> None:
        reference = world.make_order(TOTAL)
        world.shop.record_credit(reference, credit())

        now, day = datetime.now(UTC), timedelta(days=1)
        assert reference not in set(world.shop.list_credited(now + day))


class CancellationConformance:
    """`cancel_order`."""

    def test_an_unpaid_order_is_canceled(self, world: World) -> None:
        reference = world.make_order(TOTAL)

        assert world.shop.cancel_order(reference)
        assert world.is_canceled(reference)

    def test_canceling_again_says_that_it_is_canceled(self, world: World) -> None:
        reference = world.make_order(TOTAL)
        world.shop.cancel_order(reference)

        assert world.shop.cancel_order(reference)
        assert world.is_canceled(reference)

    def test_an_order_is_canceled_after_its_end_was_told(self, world: World) -> None:
        reference = world.make_order(TOTAL)
        world.shop.record_end(reference, "Nobody paid before the deadline.", AT)

        assert world.shop.cancel_order(reference)

    @pytest.mark.parametrize("amount", [HALF, TOTAL], ids=["part", "whole"])
    def test_an_order_with_money_is_left_alone(
        self, world: World, amount: Decimal
    ) -> None:
        reference = world.make_order(TOTAL)
        world.shop.record_credit(reference, credit(amount))

        assert not world.shop.cancel_order(reference)
        assert not world.is_canceled(reference)

    def test_an_order_with_money_on_its_way_is_left_alone(self, world: World) -> None:
        reference = world.make_order(TOTAL)
        world.shop.record_pending(reference, credit())

        assert not world.shop.cancel_order(reference)
        assert not world.is_canceled(reference)

    def test_a_checkout_is_no_order_to_cancel(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)

        assert not world.shop.cancel_order(reference)
        assert not world.is_order(reference)


class WantConformance:
    """`unwanted`."""

    def test_what_nobody_has_paid_is_wanted(self, world: World) -> None:
        assert world.shop.unwanted(world.make_checkout(TOTAL)) == ""
        assert world.shop.unwanted(world.make_order(TOTAL)) == ""

    def test_what_we_were_paid_is_no_reason_to_stop(self, world: World) -> None:
        reference = world.make_order(TOTAL)
        world.shop.record_credit(reference, credit())

        assert world.shop.unwanted(reference) == ""

    def test_a_canceled_order_is_not_wanted(self, world: World) -> None:
        reference = world.make_order(TOTAL)
        world.shop.cancel_order(reference)

        assert "canceled" in world.shop.unwanted(reference)

    def test_a_deleted_checkout_is_not_wanted(self, world: World) -> None:
        reference = world.make_checkout(TOTAL)
        world.delete_checkout(reference)

        assert world.shop.unwanted(reference)

    def test_what_nobody_knows_is_not_wanted(self, world: World) -> None:
        assert world.shop.unwanted(unknown())


RECORDERS: Final[dict[str, tuple[Any, ...]]] = {
    "record_notice": ("1", notice("seen")),
    "record_pending": (credit(),),
    "record_credit": (credit(),),
    "record_loss": (credit(),),
    "record_reversal": (credit(),),
    "record_end": ("Nobody paid.", AT),
    "record_refund_begun": ("1", going_back(HALF, "r1")),
    "record_refund": ("1", going_back(HALF, "r1")),
    "record_refund_failure": ("1", going_back(HALF, "r1")),
}


class ShopConformance(
    SummaryConformance,
    MoneyConformance,
    RefundConformance,
    WordsConformance,
    CompletionConformance,
    CancellationConformance,
    ListConformance,
    WantConformance,
):
    """The whole of the port."""

    @pytest.mark.parametrize("method", RECORDERS)
    def test_what_is_told_of_the_unknown_is_refused(
        self, world: World, method: str
    ) -> None:
        with pytest.raises(ShopError):
            getattr(world.shop, method)(unknown(), *RECORDERS[method])

    def test_nothing_is_shown_of_the_unknown(self, world: World) -> None:
        with pytest.raises(ShopError):
            world.shop.credited(unknown())
