"""The port through which coins go out, on orders in memory."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from saleor_cryptopay.core.addresses import canonical_address
from saleor_cryptopay.core.assets import Asset, find_asset
from saleor_cryptopay.core.errors import (
    AddressError,
    IndeterminateError,
    TerminalError,
)
from saleor_cryptopay.core.money import format_units
from saleor_cryptopay.gateways.base import Connection, Environment
from saleor_cryptopay.gateways.payouts import Withdrawal, WithdrawalStatus
from saleor_cryptopay.operations.ports import Clock

MOST_UNITS = 10**24


def _now() -> datetime:
    return datetime.now(UTC)


class MemoryPayouts:
    """Takes orders and keeps them.

    Attributes:
        orders: what was ordered, by id.
        before: called before a request leaves and after it was carried out; may raise.
        hidden: how many more times the list shows nothing.
        lost: how many more answers to an order are lost.
    """

    name = "crypton"
    environment = Environment.TEST

    def __init__(self, clock: Clock = _now) -> None:
        """Take the time of orders from a clock."""
        self.clock = clock
        self.orders: dict[str, Withdrawal] = {}
        self.before: Callable[[str], None] = lambda _what: None
        self.hidden = 0
        self.lost = 0

    def test_connection(self) -> Connection:
        return Connection(
            "memory", frozenset({"withdrawals:create"}), self.environment, None
        )

    def send(
        self, asset: Asset, units: int, address: str, *, metadata: Mapping[str, str]
    ) -> Withdrawal:
        self.before("send")
        try:
            to_address = canonical_address(address, asset.network, is_test=True)
        except AddressError as error:
            raise TerminalError(str(error), code="INVALID_ADDRESS") from None
        if not 0 < units <= MOST_UNITS:
            raise TerminalError("Not so much.", code="INSUFFICIENT_BALANCE")
        order = Withdrawal(
            id=f"wd_{len(self.orders) + 1}",
            status=WithdrawalStatus.PENDING,
            amount=format_units(units, asset.decimals),
            fee="0.002",
            hash="",
            network=asset.network.slug,
            coin=asset.coin,
            to_address=to_address,
            metadata=dict(metadata),
            created_at=self.clock(),
        )
        self.orders[order.id] = order
        self.before("send answered")
        if self.lost:
            self.lost -= 1
            raise IndeterminateError("The answer was lost.")
        return order

    def fetch(self, withdrawal_id: str) -> Withdrawal:
        self.before("fetch")
        if withdrawal_id not in self.orders:
            raise TerminalError("No such order.", code="RESOURCE_NOT_FOUND")
        self.before("fetch answered")
        return self.orders[withdrawal_id]

    def recent(self, since: datetime, asset: Asset) -> Iterator[Withdrawal]:
        self.before("recent")
        if self.hidden:
            self.hidden -= 1
            return
        for order in list(self.orders.values()):
            is_asset = (order.coin, order.network) == (asset.coin, asset.network.slug)
            if is_asset and order.created_at and order.created_at >= since:
                yield order
        self.before("recent answered")

    def mine(self, count: int) -> None:
        """Let every order that is open arrive."""
        for order in list(self.orders.values()):
            if count and not order.status.is_lost:
                self._move(order, WithdrawalStatus.CONFIRMED)

    def fail(self, withdrawal_id: str) -> None:
        """Let an order come to nothing."""
        self._move(self.orders[withdrawal_id], WithdrawalStatus.FAILED)

    def _move(self, order: Withdrawal, status: WithdrawalStatus) -> None:
        asset = find_asset(f"{order.coin}@{order.network}")
        prefix = "0x" if asset.network.chain_id else ""
        made = f"{prefix}{int(order.id.removeprefix('wd_')):064x}"
        is_sent = status is WithdrawalStatus.CONFIRMED
        self.orders[order.id] = replace(
            order, status=status, hash=made if is_sent else ""
        )
