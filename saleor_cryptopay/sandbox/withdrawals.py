"""Coins going out: a withdrawal moves one step with each block of its network."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from saleor_cryptopay.core.assets import ASSETS, Asset
from saleor_cryptopay.core.events import TransferStatus

from .chain import Chain, ChainError, Transaction
from .identifiers import fresh_id, now

_COINS_IN_WALLET: Final = 1_000


class WithdrawalStatus(StrEnum):
    """The gateway's words."""

    PENDING = "pending"
    PROCESSING = "processing"
    BROADCASTING = "broadcasting"
    CONFIRMING = "confirming"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_NEXT: Final = {
    WithdrawalStatus.PENDING: WithdrawalStatus.PROCESSING,
    WithdrawalStatus.PROCESSING: WithdrawalStatus.BROADCASTING,
    WithdrawalStatus.BROADCASTING: WithdrawalStatus.CONFIRMING,
    WithdrawalStatus.CONFIRMING: WithdrawalStatus.CONFIRMED,
}


@dataclass(slots=True)
class Withdrawal:
    """One order to send coins out. `fee` is coins as text."""

    asset: Asset
    units: int
    to_address: str
    priority: str
    metadata: dict[str, Any]
    fee: str = "0.002"
    status: WithdrawalStatus = WithdrawalStatus.PENDING
    transaction: Transaction | None = None
    error: str = ""
    id: str = field(default_factory=lambda: fresh_id("withdrawal"))
    created_at: datetime = field(default_factory=now)
    confirmed_at: datetime | None = None


Told = Callable[[Withdrawal, WithdrawalStatus | None], None]
"""Called with the withdrawal and the status it had before; None when it is new."""


class Withdrawals:
    """Every withdrawal, and the wallet they are paid from."""

    def __init__(self, chain: Chain, told: Told) -> None:
        self._chain = chain
        self._told = told
        self.all: dict[str, Withdrawal] = {}
        self.wallet = {
            key: _COINS_IN_WALLET * 10**asset.decimals for key, asset in ASSETS.items()
        }

    def open(self, withdrawal: Withdrawal) -> Withdrawal:
        """Take an order and set its coins aside; the caller has checked the wallet."""
        self.wallet[withdrawal.asset.key] -= withdrawal.units
        self.all[withdrawal.id] = withdrawal
        self._told(withdrawal, None)
        return withdrawal

    def advance(self, networks: Iterable[str]) -> None:
        """Move what is open on these networks on by one block."""
        for withdrawal in tuple(self.all.values()):
            if withdrawal.asset.network.slug in networks and self._can_move(withdrawal):
                self._move(withdrawal, _NEXT[withdrawal.status])

    def cancel(self, withdrawal: Withdrawal) -> None:
        """Call off an order nothing has been done about.

        Raises:
            ChainError: it is not pending any more.
        """
        if withdrawal.status is not WithdrawalStatus.PENDING:
            raise ChainError(f"{withdrawal.id} is {withdrawal.status}: cannot cancel")
        self._close(withdrawal, WithdrawalStatus.CANCELLED)

    def fail(self, withdrawal: Withdrawal, error: str) -> None:
        """Let an order fail.

        Raises:
            ChainError: it is over.
        """
        if withdrawal.status not in _NEXT:
            raise ChainError(f"{withdrawal.id} is {withdrawal.status}: cannot fail")
        withdrawal.error = error
        self._close(withdrawal, WithdrawalStatus.FAILED)

    def _close(self, withdrawal: Withdrawal, status: WithdrawalStatus) -> None:
        self.wallet[withdrawal.asset.key] += withdrawal.units
        self._move(withdrawal, status)

    def _can_move(self, withdrawal: Withdrawal) -> bool:
        if withdrawal.status is not WithdrawalStatus.CONFIRMING:
            return withdrawal.status in _NEXT
        sent = withdrawal.transaction
        return sent is not None and sent.status is TransferStatus.CONFIRMED

    def _move(self, withdrawal: Withdrawal, status: WithdrawalStatus) -> None:
        before, withdrawal.status = withdrawal.status, status
        if status is WithdrawalStatus.BROADCASTING:
            withdrawal.transaction = self._chain.send(
                withdrawal.asset, withdrawal.units, withdrawal.to_address
            )
        if status is WithdrawalStatus.CONFIRMED:
            withdrawal.confirmed_at = now()
        self._told(withdrawal, before)
