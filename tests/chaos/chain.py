"""A gateway and its chains in memory: exact, at once, and able to fail anywhere."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from saleor_cryptopay.core.addresses import canonical_address
from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.errors import RetryableError, TerminalError
from saleor_cryptopay.core.events import (
    AddressReported,
    TransferReported,
    TransferStatus,
)
from saleor_cryptopay.gateways.base import IssuedAddress, Webhook
from saleor_cryptopay.gateways.crypton.webhooks import EVENTS
from saleor_cryptopay.operations.ports import Clock
from saleor_cryptopay.sandbox.identifiers import fresh_address, fresh_hash
from tests.stand_ins import ScriptedGateway

ROWS_A_PAGE = 100

_KINDS = {
    TransferStatus.PENDING: "detected",
    TransferStatus.CONFIRMED: "confirmed",
    TransferStatus.FAILED: "failed",
    TransferStatus.REPLACED: "failed",
}


@dataclass
class Coins:
    """Coins on their way to one of the gateway's addresses."""

    id: str
    hash: str
    to: IssuedAddress
    coin: str
    amount: str
    created_at: datetime
    status: TransferStatus = TransferStatus.PENDING
    confirmations: int = 0
    confirmed_at: datetime | None = None

    def report(self) -> TransferReported:
        """Return what the gateway says of them now."""
        return TransferReported(
            transaction_id=self.id,
            hash=self.hash,
            status=self.status,
            network=self.to.network,
            coin=self.coin,
            amount=self.amount,
            address=self.to.address,
            address_id=self.to.id,
            confirmations=self.confirmations,
            created_at=self.created_at,
            confirmed_at=self.confirmed_at,
        )

    def webhook(self) -> bytes:
        """Return the body of the delivery that tells of their status."""
        data = {
            "id": self.id,
            "address_id": self.to.id,
            "hash": self.hash,
            "amount": self.amount,
            "coin": self.coin,
            "network": self.to.network,
            "confirmations": self.confirmations,
            "status": self.status,
            "created_at": f"{self.created_at:%Y-%m-%dT%H:%M:%SZ}",
        }
        event = f"transaction.{_KINDS[self.status]}"
        return json.dumps({"event": event, "data": data}).encode()


@dataclass
class Chain:
    """What truly happened to all coins, and the webhooks that tell of it."""

    clock: Clock
    coins: dict[str, Coins] = field(default_factory=dict)
    webhooks: list[bytes] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    def pay(self, to: IssuedAddress, asset: Asset, amount: str, coin: str) -> Coins:
        """Send coins; they are pending."""
        coins = Coins(
            f"tx_{next(self._ids)}",
            fresh_hash(asset.network),
            to,
            coin,
            amount,
            self.clock(),
        )
        self.coins[coins.id] = coins
        self.webhooks.append(coins.webhook())
        return coins

    def move(self, coins: Coins, status: TransferStatus) -> None:
        """Let a transaction become final, fail or be replaced; also after it was."""
        coins.status = status
        coins.confirmations = 0 if status.is_gone else 99
        is_final = status is TransferStatus.CONFIRMED
        coins.confirmed_at = self.clock() if is_final else None
        self.webhooks.append(coins.webhook())


class MemoryGateway(ScriptedGateway):
    """The gateway's port on a chain in memory.

    Attributes:
        chain: what truly happened.
        told: every report that was handed out, in order.
        requests: how many HTTP requests the same would have cost.
        before: called before a request leaves and after it came back; it may raise.
        rows_until_outage: reports after which the gateway falls silent; None is never.
    """

    def __init__(self, chain: Chain) -> None:
        super().__init__()
        self.chain = chain
        self.told: list[TransferReported] = []
        self.requests = 0
        self.before: Callable[[str], None] = lambda _what: None
        self.rows_until_outage: int | None = None
        self.issued: dict[str, IssuedAddress] = {}
        self.metadata: dict[str, dict[str, str]] = {}
        self.hooks: dict[str, Webhook] = {}

    def create_address(
        self, asset: Asset, *, label: str, metadata: Mapping[str, str]
    ) -> IssuedAddress:
        """Make an address."""
        del label
        self._ask("create_address")
        text = canonical_address(
            fresh_address(asset.network), asset.network, is_test=True
        )
        name = f"addr_{len(self.issued) + 1}"
        issued = IssuedAddress(name, text, asset.network.slug, asset.coin)
        self.issued[text] = issued
        self.metadata[name] = dict(metadata)
        self.before("create_address answered")
        return issued

    def fetch_address(self, address_id: str) -> AddressReported:
        """Return an address that was made, by its id or its text."""
        self._ask("fetch_address")
        for made in self.issued.values():
            if address_id in (made.id, made.address):
                self.before("fetch_address answered")
                return AddressReported(
                    made.id,
                    made.address,
                    made.network,
                    made.coin,
                    self.metadata[made.id],
                )
        raise TerminalError("No such address.", code="RESOURCE_NOT_FOUND")

    def fetch_transaction(self, transaction_id: str) -> TransferReported:
        """Return what truly happened to one transaction."""
        self._ask("fetch_transaction")
        if transaction_id not in self.chain.coins:
            raise TerminalError("No such transaction.", code="RESOURCE_NOT_FOUND")
        report = self._tell(self.chain.coins[transaction_id])
        self.before("fetch_transaction answered")
        return report

    def transactions_since(
        self,
        since: datetime | None,
        *,
        until: datetime | None = None,
        address_id: str = "",
    ) -> Iterator[TransferReported]:
        """Yield what truly happened to recent transactions."""
        rows = [
            coins
            for coins in self.chain.coins.values()
            if (since is None or coins.created_at >= since)
            and (until is None or coins.created_at <= until + timedelta(seconds=1))
            and address_id in ("", coins.to.id)
        ]
        self._ask("transactions_since")
        for number, coins in enumerate(rows, start=1):
            yield self._tell(coins)
            if number % ROWS_A_PAGE == 0:
                self._ask("transactions_since")

    def webhooks(self) -> Sequence[Webhook]:
        """Return where webhooks are wanted; nobody sends them but the test."""
        return list(self.hooks.values())

    def register_webhook(self, url: str) -> Webhook:
        """Note that webhooks are wanted there, once for each address."""
        name = f"hook_{len(self.hooks) + 1}"
        hook = Webhook(name, url, frozenset(EVENTS), is_active=True)
        return self.hooks.setdefault(url, hook)

    def _ask(self, what: str) -> None:
        self.requests += 1
        self.before(what)
        if self.rows_until_outage == 0:
            raise RetryableError("The gateway is out of reach.", code="UNREACHABLE")

    def _tell(self, coins: Coins) -> TransferReported:
        if self.rows_until_outage is not None:
            if self.rows_until_outage == 0:
                raise RetryableError("The gateway hung up.", code="NO_ANSWER")
            self.rows_until_outage -= 1
        report = coins.report()
        self.told.append(report)
        return report
