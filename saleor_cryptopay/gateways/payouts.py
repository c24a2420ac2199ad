"""The port through which coins go out, apart from the one through which they come in.

Built from a key of its own that may withdraw; nothing that answers a webhook or a page
ever holds one. Every call has a deadline and ends in a value or in exactly one of
TerminalError, RetryableError and IndeterminateError (`core.errors`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from saleor_cryptopay.core.assets import Asset

from .base import Connection, Environment

LONGEST_FEE: Final = 60
"""Characters; ids and hashes have `documents.LONGEST_TEXT`. The books keep as many."""


class WithdrawalStatus(StrEnum):
    """How far the gateway is with an order to send coins."""

    PENDING = "pending"
    PROCESSING = "processing"
    BROADCASTING = "broadcasting"
    CONFIRMING = "confirming"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_lost(self) -> bool:
        """Whether no coins went out, and none will by this order."""
        return self in (WithdrawalStatus.FAILED, WithdrawalStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An order to send coins, as the gateway knows it now.

    Attributes:
        id: the gateway's id of it.
        status: how far it is.
        amount: coins, plain decimal text; "" if not told.
        fee: coins, plain decimal text; "" if not told, or longer than LONGEST_FEE. Of
            which coin is not documented.
        hash: of its transaction, as the gateway writes it; "" before there is one.
        network: network slug; "" if not told.
        coin: coin slug; "" if not told.
        to_address: as the gateway writes it; "" if not told.
        metadata: what was given with the order; empty where an answer leaves it out.
        created_at: when the gateway took it (aware UTC); None if not told.
    """

    id: str
    status: WithdrawalStatus
    amount: str
    fee: str
    hash: str
    network: str = ""
    coin: str = ""
    to_address: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None


class Payouts(Protocol):
    """What sending refunds asks of a gateway."""

    name: str
    environment: Environment

    def test_connection(self) -> Connection:
        """Ask who we are to the gateway.

        Raises:
            TerminalError: the key is refused, or is for the other environment.
            RetryableError: no answer that says anything.
        """
        ...

    def send(
        self, asset: Asset, units: int, address: str, *, metadata: Mapping[str, str]
    ) -> Withdrawal:
        """Have coins sent. Never repeated by the adapter itself.

        Args:
            asset: what is sent.
            units: how much, in base units.
            address: where to, on the asset's network.
            metadata: comes back with the order; nothing personal.

        Raises:
            TerminalError: refused (balance, limit, address).
            RetryableError: surely not taken: it may be asked again.
            IndeterminateError: perhaps taken: nobody may ask again before the order
                was found, or a person has looked.
        """
        ...

    def fetch(self, withdrawal_id: str) -> Withdrawal:
        """Return one order as the gateway knows it now.

        Raises:
            TerminalError: unknown, or its answer is in no documented form.
            RetryableError: no answer now.
        """
        ...

    def recent(self, since: datetime, asset: Asset) -> Iterator[Withdrawal]:
        """Yield the orders taken at or after `since`, page by page, in no fixed order.

        Orders of another asset are left out, those that do not say of which they are
        are not. That an order is not among them must mean that the gateway has none:
        an entry that cannot be read is therefore an error, not passed over.

        Raises:
            TerminalError: refused, or an entry is in no documented form.
            RetryableError: no answer now.
        """
        ...
