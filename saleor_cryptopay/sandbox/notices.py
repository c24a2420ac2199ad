"""What happened, as the bodies of webhooks, in each of the documented shapes."""

from collections.abc import Callable
from typing import Any

from saleor_cryptopay.core.money import format_units

from .balances import balances_of
from .chain import Address, Chain, Transaction
from .dialect import Dialect, Shape, written_time
from .identifiers import now
from .replies import amount_of
from .routing import written
from .withdrawals import Withdrawal, WithdrawalStatus

Sink = Callable[[str, bytes], None]
"""Called with the event's name and the body to send."""


class Notices:
    """Listens to the chains and the withdrawals and writes the bodies."""

    def __init__(self, dialect: Dialect, sink: Sink) -> None:
        self._dialect = dialect
        self._sink = sink
        self._told_balances: dict[tuple[str, str], dict[str, str]] = {}
        self.chain: Chain | None = None

    def address_created(self, address: Address) -> None:
        """Tell of a new address. The documentation names the event, not its data."""
        data = {
            "id": address.id,
            "address": address.address,
            "network": address.network.slug,
            "coin": self._dialect.coin(address.asset) if address.asset else None,
            "type": address.type,
            "metadata": address.metadata,
            "created_at": written_time(address.created_at),
        }
        self._tell("address.created", data)

    def transaction_moved(self, transaction: Transaction, event: str) -> None:
        """Tell of an incoming transaction, and of the balance that moved with it."""
        if transaction.address is None:
            return
        data = self._transaction(transaction, transaction.address)
        self._tell(f"transaction.{event}", data)
        self._tell_balance(transaction.address, transaction)

    def withdrawal_moved(
        self, withdrawal: Withdrawal, before: WithdrawalStatus | None
    ) -> None:
        """Tell of a withdrawal; both names of a happy end are used."""
        data = self._withdrawal(withdrawal)
        if before is None:
            self._tell("withdrawal.created", data)
            return
        moved = data | {"previous_status": str(before)}
        self._tell("withdrawal.status_changed", moved)
        if withdrawal.status is WithdrawalStatus.FAILED:
            self._tell("withdrawal.failed", data | {"error": withdrawal.error})
        if withdrawal.status is WithdrawalStatus.CONFIRMED:
            self._tell("withdrawal.confirmed", data)
            self._tell("withdrawal.completed", data | {"status": "completed"})

    def _transaction(
        self, transaction: Transaction, address: Address
    ) -> dict[str, Any]:
        if self._dialect.shape is Shape.GUIDE:
            return self._common(transaction) | _of_the_guide(transaction, address)
        data = self._common(transaction) | _of_the_api_page(transaction, address)
        if self._dialect.shape is Shape.EXAMPLE:
            data["metadata"] = address.metadata
        return data

    def _common(self, transaction: Transaction) -> dict[str, Any]:
        confirmations = self.chain.confirmations(transaction) if self.chain else 0
        return {
            "id": transaction.id,
            "hash": transaction.hash,
            "status": str(transaction.status),
            "amount": amount_of(transaction),
            "coin": self._dialect.coin(transaction.asset),
            "network": transaction.asset.network.slug,
            "confirmations": confirmations,
        }

    def _tell_balance(self, address: Address, transaction: Transaction) -> None:
        balance = balances_of(address)[transaction.asset.key]
        key = (address.id, transaction.asset.key)
        nothing = {"total": "0", "confirmed": "0", "unconfirmed": "0"}
        previous = self._told_balances.get(key, nothing)
        self._told_balances[key] = balance.sums()
        data = {
            "id": address.id,
            "address": address.address,
            "network": transaction.asset.network.slug,
            "coin": self._dialect.coin(transaction.asset),
            "balance": balance.sums(),
            "previous_balance": previous,
            "updated_at": written_time(now()),
        }
        self._tell("address.balance_updated", data)

    def _withdrawal(self, withdrawal: Withdrawal) -> dict[str, Any]:
        sent = withdrawal.transaction
        tx_hash = sent.hash if sent else None
        is_guide = self._dialect.shape is Shape.GUIDE
        return {
            "id": withdrawal.id,
            "status": str(withdrawal.status),
            "amount": format_units(withdrawal.units, withdrawal.asset.decimals),
            "coin": self._dialect.coin(withdrawal.asset),
            "network": withdrawal.asset.network.slug,
            "to_address": withdrawal.to_address,
            "fee": withdrawal.fee,
            "transaction_hash" if is_guide else "hash": tx_hash,
            "created_at": written_time(withdrawal.created_at),
        }

    def _tell(self, event: str, data: dict[str, Any]) -> None:
        body: dict[str, Any] = {"event": event, "data": data}
        if self._dialect.shape is Shape.GUIDE:
            body["timestamp"] = written_time(now())
        self._sink(event, written(body))


def _of_the_api_page(transaction: Transaction, address: Address) -> dict[str, Any]:
    data: dict[str, Any] = {
        "address_id": address.id,
        "created_at": written_time(transaction.created_at),
    }
    if transaction.confirmed_at:
        data["confirmed_at"] = written_time(transaction.confirmed_at)
    if transaction.failed_at:
        data["failed_at"] = written_time(transaction.failed_at)
        data["error"] = transaction.error
    return data


def _of_the_guide(transaction: Transaction, address: Address) -> dict[str, Any]:
    data: dict[str, Any] = {"type": transaction.type, "address": address.address}
    if transaction.block_number is not None:
        data["block_number"] = transaction.block_number
    if transaction.failed_at:
        data["failure_reason"] = transaction.error
    return data
