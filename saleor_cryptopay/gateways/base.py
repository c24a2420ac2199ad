"""The port that every gateway implements, and the values it speaks.

A gateway is asked over the network (`test_connection` to `register_webhook`) and read
without it (`verify`, `parse`: bytes in, facts out). Every network call has a
deadline and ends in a value or in exactly one of TerminalError, RetryableError and
IndeterminateError (`core.errors`). Whoever holds a `Gateway` can send no coins: that
is `payouts.Payouts`, with a key of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.events import (
    AddressReported,
    GatewayEvent,
    TransferReported,
)


class Environment(StrEnum):
    """Play money or real money; the key decides, the gateway's answer must agree."""

    TEST = "test"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Connection:
    """The gateway's answer to a connection test.

    Attributes:
        key_id: the gateway's name for the key; not secret.
        permissions: what the key may do (`addresses:create`, `withdrawals:create`).
        environment: what the gateway says the key is for; None where it does not say.
        requests_left: of the present rate-limit window; None where it does not say.
    """

    key_id: str
    permissions: frozenset[str]
    environment: Environment | None
    requests_left: int | None


@dataclass(frozen=True, slots=True)
class IssuedAddress:
    """An address that the gateway made for us, checked against what was asked.

    Attributes:
        id: the gateway's id of the address.
        address: in canonical form (`core.addresses`), checksum verified.
        network: network slug, equal to the one asked for.
        coin: coin slug, equal to the one asked for.
    """

    id: str
    address: str
    network: str
    coin: str


@dataclass(frozen=True, slots=True)
class CoinOffer:
    """A coin that the gateway says it can take.

    Attributes:
        coin: coin slug in lower case.
        network: network slug.
        decimals: places of its base unit, to be compared with our own table.
        contract: token contract as the gateway writes it; "" for native coins.
        minimum: smallest deposit it credits, plain decimal text; None if not told.
        is_active: whether it takes the coin now.
    """

    coin: str
    network: str
    decimals: int
    contract: str
    minimum: str | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class NetworkOffer:
    """A network that the gateway says it watches."""

    slug: str
    name: str
    chain_id: int | None
    explorer_url: str
    confirmations: int | None


@dataclass(frozen=True, slots=True)
class Webhook:
    """A registration for webhooks at the gateway."""

    id: str
    url: str
    events: frozenset[str]
    is_active: bool


class Gateway(Protocol):
    """What the plugin asks of a gateway."""

    name: str
    environment: Environment

    def test_connection(self) -> Connection:
        """Ask who we are to the gateway.

        Raises:
            TerminalError: the key is refused, or is for the other environment.
            RetryableError: no answer that says anything.
        """
        ...

    def create_address(
        self, asset: Asset, *, label: str, metadata: Mapping[str, str]
    ) -> IssuedAddress:
        """Have a fresh deposit address made. Never repeated by the adapter itself.

        Args:
            asset: what is to arrive there.
            label: for the merchant's eyes at the gateway; nothing personal.
            metadata: comes back with the address's events; nothing personal.

        Raises:
            TerminalError: refused, or the address that came back is not one of the
                network, or not for what was asked.
            RetryableError: surely not made.
            IndeterminateError: perhaps made; its address is not known to us.
        """
        ...

    def fetch_address(self, address_id: str) -> AddressReported:
        """Return an address as the gateway knows it, by its id or the address itself.

        Raises:
            TerminalError: unknown, or its answer is in no documented form.
            RetryableError: no answer now.
        """
        ...

    def fetch_transaction(self, transaction_id: str) -> TransferReported:
        """Return one incoming transaction as the gateway knows it now.

        Raises:
            TerminalError: unknown, or its answer is in no documented form.
            RetryableError: no answer now.
        """
        ...

    def transactions_since(
        self,
        since: datetime | None,
        *,
        until: datetime | None = None,
        address_id: str = "",
    ) -> Iterator[TransferReported]:
        """Yield incoming transactions created at or after `since`, page by page.

        With `until`, none that was created more than a second after it.

        Entries in no documented form are passed over (and logged), so that one
        broken row cannot hide the others.

        Raises:
            TerminalError, RetryableError: as for `fetch_transaction`.
        """
        ...

    def networks(self) -> Sequence[NetworkOffer]:
        """Return the networks that the gateway watches."""
        ...

    def coins(self) -> Sequence[CoinOffer]:
        """Return the coins that the gateway takes."""
        ...

    def webhooks(self) -> Sequence[Webhook]:
        """Return our registrations."""
        ...

    def register_webhook(self, url: str) -> Webhook:
        """Have every event we understand sent to `url`."""
        ...

    @property
    def has_webhook_secret(self) -> bool:
        """Whether a webhook could be verified at all; never which secret."""
        ...

    @property
    def secret_marks(self) -> Sequence[str]:
        """What tells the configured secrets apart (`signatures.secret_mark`)."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Check that a configured secret signed exactly these bytes.

        Returns the mark of the secret that did, one of `secret_marks`.

        Args:
            headers: names in lower case.
            body: as received.

        Raises:
            SignatureError: no secret made it, or no secret is configured.
        """
        ...

    def parse(self, body: bytes) -> GatewayEvent:
        """Turn a verified body into a fact. Unknown kinds become UnknownReported.

        Raises:
            MalformedError: not JSON, hostile JSON, or in no documented form.
        """
        ...
