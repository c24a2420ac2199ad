"""The chains: addresses, transactions and the blocks that carry them.

Law of this file: a transaction's status changes here and nowhere else. Whoever wants
to know listens; the chain knows nothing of webhooks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from saleor_cryptopay.core.assets import NETWORKS, Asset, Network
from saleor_cryptopay.core.events import TransferStatus

from .identifiers import fresh_address, fresh_hash, fresh_id, now

_FIRST_BLOCK: Final = 1_000_000

_UNDERWAY: Final = (TransferStatus.PENDING, TransferStatus.CONFIRMING)
_MINED: Final = (TransferStatus.CONFIRMING, TransferStatus.CONFIRMED)


class ChainError(Exception):
    """A chain cannot do this to this transaction."""


@dataclass(slots=True)
class Address:
    """An address the gateway watches; `asset` is None where it is for every coin."""

    id: str
    address: str
    network: Network
    asset: Asset | None
    type: str
    mode: str
    label: str
    metadata: dict[str, Any]
    created_at: datetime = field(default_factory=now)
    transactions: list["Transaction"] = field(default_factory=list)


@dataclass(slots=True)
class Transaction:
    """Coins on their way to an address, or out of the gateway (`address` is None)."""

    id: str
    hash: str
    type: str
    address: Address | None
    from_address: str
    to_address: str
    asset: Asset
    units: int
    created_at: datetime = field(default_factory=now)
    status: TransferStatus = TransferStatus.PENDING
    block_number: int | None = None
    confirmed_at: datetime | None = None
    failed_at: datetime | None = None
    error: str = ""

    @property
    def is_underway(self) -> bool:
        """Whether blocks can still move it on."""
        return self.status in _UNDERWAY


class Listener(Protocol):
    """Who is told what happens on the chains."""

    def address_created(self, address: Address) -> None:
        """An address is watched from now on."""
        ...

    def transaction_moved(self, transaction: Transaction, event: str) -> None:
        """A transaction was `detected`, `confirmed` or `failed`."""
        ...


class Chain:
    """Every network's chain. Not thread-safe: callers hold the sandbox's lock."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.addresses: dict[str, Address] = {}
        self.transactions: dict[str, Transaction] = {}
        self.heights = dict.fromkeys(NETWORKS, _FIRST_BLOCK)
        self._by_text: dict[str, Address] = {}
        self._underway: dict[str, Transaction] = {}

    def add_address(self, address: Address) -> None:
        """Watch an address."""
        self.addresses[address.id] = self._by_text[address.address] = address
        self._listener.address_created(address)

    def find_address(self, key: str) -> Address | None:
        """Return the address with this id or this text."""
        return self.addresses.get(key) or self._by_text.get(key)

    def confirmations(self, transaction: Transaction) -> int:
        """Return how many blocks stand on the transaction, its own among them."""
        if transaction.block_number is None:
            return 0
        height = self.heights[transaction.asset.network.slug]
        return height - transaction.block_number + 1

    def pay(
        self, address: Address, asset: Asset, units: int, *, tx_hash: str = ""
    ) -> Transaction:
        """Send coins to an address; they wait for the next block.

        Args:
            address: where to.
            asset: what; any coin arrives, also one that was not asked for.
            units: how much, in base units.
            tx_hash: several transfers can share one; a fresh one is made without.
        """
        return self._announce(
            Transaction(
                fresh_id("tx"),
                tx_hash or fresh_hash(asset.network),
                "incoming",
                address,
                fresh_address(asset.network),
                address.address,
                asset,
                units,
            )
        )

    def send(self, asset: Asset, units: int, to_address: str) -> Transaction:
        """Send coins out of the gateway's own wallet."""
        network = asset.network
        source = fresh_address(network)
        transaction = Transaction(
            fresh_id("tx"),
            fresh_hash(network),
            "outgoing",
            None,
            source,
            to_address,
            asset,
            units,
        )
        return self._keep(transaction)

    def mine(self, networks: Iterable[str] = NETWORKS) -> None:
        """Add a block to each of the networks."""
        for slug in networks:
            self.heights[slug] += 1
        for transaction in tuple(self._underway.values()):
            if transaction.asset.network.slug in networks:
                self._settle(transaction)

    def bury(self, transaction: Transaction, confirmations: int) -> None:
        """Put a waiting transaction under so many blocks without adding any."""
        if confirmations:
            height = self.heights[transaction.asset.network.slug]
            transaction.block_number = height - confirmations + 1
            self._settle(transaction)

    def fail(self, transaction: Transaction, error: str) -> None:
        """Let a transaction fail that is not final yet.

        Raises:
            ChainError: it is final or gone.
        """
        self._require(transaction, _UNDERWAY, "fail")
        self._undo(transaction, TransferStatus.FAILED, error)

    def replace(
        self, transaction: Transaction, units: int, *, pays_us: bool
    ) -> Transaction | None:
        """Let the sender replace a transaction by one with a higher fee.

        Args:
            transaction: what is replaced.
            units: what the new one carries.
            pays_us: whether it pays the same address; otherwise it is not seen here.

        Raises:
            ChainError: it is final or gone.
        """
        self._require(transaction, _UNDERWAY, "be replaced")
        replacement = None
        if pays_us and transaction.address:
            replacement = self.pay(transaction.address, transaction.asset, units)
        name = replacement.hash if replacement else "a transaction to someone else"
        self._undo(transaction, TransferStatus.REPLACED, f"Replaced by {name}")
        return replacement

    def reorganise(self, transaction: Transaction, outcome: TransferStatus) -> None:
        """Take a mined transaction off the chain again.

        Args:
            transaction: confirming or confirmed.
            outcome: failed or replaced; pending puts it back among those that wait
                for a block, of which the gateway documents no event.

        Raises:
            ChainError: it was in no block.
        """
        self._require(transaction, _MINED, "be reorganised away")
        transaction.confirmed_at = None
        if outcome is TransferStatus.PENDING:
            transaction.status, transaction.block_number = outcome, None
            self._underway[transaction.id] = transaction
        else:
            self._undo(transaction, outcome, "Chain reorganisation")

    def _announce(self, transaction: Transaction) -> Transaction:
        self._keep(transaction)
        if transaction.address:
            transaction.address.transactions.append(transaction)
        self._listener.transaction_moved(transaction, "detected")
        return transaction

    def _keep(self, transaction: Transaction) -> Transaction:
        self.transactions[transaction.id] = transaction
        self._underway[transaction.id] = transaction
        return transaction

    def _settle(self, transaction: Transaction) -> None:
        network = transaction.asset.network
        if transaction.block_number is None:
            transaction.block_number = self.heights[network.slug]
        transaction.status = TransferStatus.CONFIRMING
        if self.confirmations(transaction) >= network.confirmations:
            transaction.status = TransferStatus.CONFIRMED
            transaction.confirmed_at = now()
            del self._underway[transaction.id]
            self._listener.transaction_moved(transaction, "confirmed")

    def _undo(
        self, transaction: Transaction, status: TransferStatus, error: str
    ) -> None:
        transaction.status, transaction.error = status, error
        transaction.block_number, transaction.failed_at = None, now()
        self._underway.pop(transaction.id, None)
        self._listener.transaction_moved(transaction, "failed")

    def _require(
        self,
        transaction: Transaction,
        allowed: tuple[TransferStatus, ...],
        what: str,
    ) -> None:
        if transaction.status not in allowed:
            raise ChainError(f"{transaction.id} is {transaction.status}: cannot {what}")
