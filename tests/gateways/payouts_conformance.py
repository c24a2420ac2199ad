"""What everything that sends coins has to do, held against a running server.

A suite subclasses `PayoutsConformance` and gives two fixtures: `payouts` and `world`,
through which it plays the gateway.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.core.errors import TerminalError
from saleor_cryptopay.gateways.base import Environment
from saleor_cryptopay.gateways.payouts import Payouts, Withdrawal, WithdrawalStatus

USDT = find_asset("usdt@ethereum")
BITCOIN = find_asset("btc@bitcoin")
WALLET = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
NAME = {"refund": "r1", "attempt": "1"}


class World(Protocol):
    """What lies beyond the gateway."""

    def mine(self, count: int) -> None:
        """Add blocks to every chain."""
        ...

    def fail(self, withdrawal_id: str) -> None:
        """Let an order come to nothing."""
        ...


def send(payouts: Payouts, units: int = 1_500_000) -> Withdrawal:
    return payouts.send(USDT, units, WALLET, metadata=NAME)


def since_now() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


class PayoutsConformance:
    """The promises of `gateways.payouts.Payouts`."""

    def test_the_key_that_sends_is_known(self, payouts: Payouts) -> None:
        assert payouts.environment is Environment.TEST
        assert payouts.test_connection().key_id

    def test_coins_are_sent_out(self, payouts: Payouts) -> None:
        sent = send(payouts)
        assert sent.amount == "1.5"
        assert not sent.status.is_lost
        found = payouts.fetch(sent.id)
        assert (found.id, found.amount) == (sent.id, "1.5")

    def test_coins_that_were_sent_arrive(self, payouts: Payouts, world: World) -> None:
        sent = send(payouts)
        for _ in range(2):
            world.mine(USDT.network.confirmations + 6)
        found = payouts.fetch(sent.id)
        assert found.status is WithdrawalStatus.CONFIRMED
        assert found.hash

    def test_an_order_that_fails_is_lost(self, payouts: Payouts, world: World) -> None:
        sent = send(payouts)
        world.fail(sent.id)
        assert payouts.fetch(sent.id).status.is_lost

    def test_an_order_is_found_by_its_name(self, payouts: Payouts) -> None:
        sent = send(payouts)
        payouts.send(USDT, 1, WALLET, metadata={"refund": "r2"})
        found = list(payouts.recent(since_now(), USDT))
        (named,) = [row for row in found if row.metadata.get("refund") == "r1"]
        assert (named.id, named.amount) == (sent.id, "1.5")
        assert named.to_address == WALLET
        assert named.created_at is not None

    def test_orders_of_other_assets_are_left_out(self, payouts: Payouts) -> None:
        send(payouts)
        assert not list(payouts.recent(since_now(), BITCOIN))

    def test_the_list_begins_where_it_is_told_to(self, payouts: Payouts) -> None:
        send(payouts)
        later = datetime.now(UTC) + timedelta(hours=1)
        assert not list(payouts.recent(later, USDT))

    @pytest.mark.parametrize("count", [100, 205])
    def test_orders_are_found_beyond_the_first_page(
        self, payouts: Payouts, count: int
    ) -> None:
        sent = {send(payouts, 1).id for _ in range(count)}
        assert {row.id for row in payouts.recent(since_now(), USDT)} == sent

    def test_coins_are_not_sent_to_what_is_no_address(self, payouts: Payouts) -> None:
        for address in ("", "0x12", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"):
            with pytest.raises(TerminalError):
                payouts.send(USDT, 1, address, metadata={})

    def test_more_than_there_is_cannot_be_sent(self, payouts: Payouts) -> None:
        with pytest.raises(TerminalError):
            payouts.send(USDT, 10**30, WALLET, metadata={})

    def test_an_unknown_order_is_terminal(self, payouts: Payouts) -> None:
        for identifier in ("unknown", "", "..", "a/b", "?x=1"):
            with pytest.raises(TerminalError):
                payouts.fetch(identifier)
