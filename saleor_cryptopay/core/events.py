"""The facts a gateway can tell, in our words: one frozen dataclass each.

Amounts are texts here, as the gateway wrote them: only the ledger, which knows which
asset was quoted, turns them into base units.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TransferStatus(StrEnum):
    """How far a transfer has come. Stored; the words are the gateway's."""

    PENDING = "pending"
    CONFIRMING = "confirming"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    REPLACED = "replaced"

    @property
    def is_gone(self) -> bool:
        """Whether the coins did not come after all."""
        return self in (TransferStatus.FAILED, TransferStatus.REPLACED)


@dataclass(frozen=True, slots=True)
class TransferReported:
    """What the gateway says of one incoming transaction.

    Attributes:
        transaction_id: the gateway's own id; fetch it with `Gateway.fetch_transaction`.
        hash: transaction hash in canonical form (EVM with 0x, all in lower case).
        status: how far it has come.
        network: network slug.
        coin: coin slug in lower case.
        amount: coins as plain decimal text; None where a page leaves it out.
        address: receiving address as the gateway wrote it; "" where it is not told.
        address_id: the gateway's id of that address; "" where it is not told.
        index: output or log index within the transaction; 0 where it is not told.
        confirmations: blocks so far.
        metadata: what we stored with the address, as it came back. Untrusted.
        created_at: when the gateway first saw it (aware UTC), or None.
        confirmed_at: when the gateway called it final (aware UTC), or None.
    """

    transaction_id: str
    hash: str
    status: TransferStatus
    network: str
    coin: str
    amount: str | None
    address: str
    address_id: str
    index: int = 0
    confirmations: int = 0
    metadata: dict[str, str] = field(default_factory=dict)
    created_at: datetime | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AddressReported:
    """The gateway made an address (its reply to us may have been lost)."""

    address_id: str
    address: str
    network: str
    coin: str
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WithdrawalReported:
    """A withdrawal moved on; `status` is the gateway's word."""

    withdrawal_id: str
    status: str
    hash: str = ""


@dataclass(frozen=True, slots=True)
class UnknownReported:
    """A well-signed event of a kind nobody here knows: kept, never guessed at."""

    kind: str


GatewayEvent = TransferReported | AddressReported | WithdrawalReported | UnknownReported
