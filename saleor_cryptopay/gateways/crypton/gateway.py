"""The adapter: our `Gateway` protocol, spoken in the gateway's HTTP API."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.events import (
    AddressReported,
    GatewayEvent,
    TransferReported,
)
from saleor_cryptopay.core.telemetry import NO_TRACER, Tracer
from saleor_cryptopay.gateways.base import (
    CoinOffer,
    Connection,
    Environment,
    IssuedAddress,
    NetworkOffer,
    Webhook,
)
from saleor_cryptopay.gateways.client import Client
from saleor_cryptopay.gateways.documents import Fields
from saleor_cryptopay.gateways.signatures import (
    has_usable_secret,
    secret_mark,
    verify_signature,
)

from . import replies
from .account import ask_who_we_are, build_client, read_environment, written_time
from .api import Api, segment, understand, understood
from .webhooks import EVENTS, SIGNATURE_HEADER, parse_delivery, read_address


class CryptonGateway:
    """One account at one deployment of the gateway."""

    name: str = "crypton"
    environment: Environment

    def __init__(
        self,
        api_url: str,
        api_key: str,
        webhook_secrets: Sequence[str],
        client: Client | None = None,
        tracer: Tracer = NO_TRACER,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            api_url: the gateway's base with its `/api/v1`.
            api_key: `sk_test_…` or `sk_live_…`, which decides the environment.
            webhook_secrets: any of them makes a signature valid.
            client: what to ask through, where it is not to be made here.
            tracer: who is told how long requests take.

        Raises:
            SettingError: the address or the key is of no such form.
        """
        self.environment = read_environment(api_key)
        self._secrets = tuple(webhook_secrets)
        self._api = Api(client or build_client(api_url, api_key, tracer))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} ({self.environment})>"

    def test_connection(self) -> Connection:
        """Ask who we are to the gateway; see `Gateway.test_connection`."""
        return ask_who_we_are(self._api, self.environment)

    def create_address(
        self, asset: Asset, *, label: str, metadata: Mapping[str, str]
    ) -> IssuedAddress:
        """Have a fresh deposit address made; see `Gateway.create_address`."""
        form = {
            "network": asset.network.slug,
            "coin": asset.coin,
            "type": "user",
            "label": label,
            "metadata": dict(metadata),
        }
        return understand(
            self._api.post("/addresses", form),
            lambda value: replies.read_issued_address(
                value, asset, is_test=self._is_test
            ),
        )

    def fetch_address(self, address_id: str) -> AddressReported:
        """Return an address; see `Gateway.fetch_address`."""
        return self._api.get(f"/addresses/{segment(address_id)}", read_address)

    def fetch_transaction(self, transaction_id: str) -> TransferReported:
        """Return one incoming transaction; see `Gateway.fetch_transaction`."""
        path = f"/transactions/{segment(transaction_id)}"
        return self._api.get(path, replies.read_transfer)

    def transactions_since(
        self,
        since: datetime | None,
        *,
        until: datetime | None = None,
        address_id: str = "",
    ) -> Iterator[TransferReported]:
        """Yield incoming transactions; see `Gateway.transactions_since`."""
        query = {"type": "incoming"}
        if since is not None:
            query["from_date"] = written_time(since)
        if until is not None:
            query["to_date"] = written_time(until)
        if address_id:
            query["address_id"] = address_id
        for rows in self._api.pages("/transactions", "transactions", query):
            yield from understood(rows, _read_incoming)

    def networks(self) -> Sequence[NetworkOffer]:
        """Return the networks that the gateway watches."""
        return self._api.rows("/networks", "networks", replies.read_network)

    def coins(self) -> Sequence[CoinOffer]:
        """Return the coins that the gateway takes."""
        return self._api.rows("/coins", "coins", replies.read_coin)

    def webhooks(self) -> Sequence[Webhook]:
        """Return our registrations."""
        return self._api.rows("/webhooks", "webhooks", replies.read_webhook)

    def register_webhook(self, url: str) -> Webhook:
        """Have every event we understand sent to `url`; asking again changes nothing.

        A registration of the same address is brought up to date instead of doubled:
        with two of them every event would be delivered twice.
        """
        known = next((row for row in self.webhooks() if row.url == url), None)
        form = {
            "url": url,
            "events": list(EVENTS),
            "description": "saleor-cryptopay",
            "active": True,
        }
        if known is None:
            made = self._api.post("/webhooks", form)
            return understand(made, replies.read_webhook)
        if not known.is_active or not known.events >= set(EVENTS):
            self._api.put(f"/webhooks/{segment(known.id)}", form)
        return Webhook(known.id, url, known.events | set(EVENTS), is_active=True)

    @property
    def has_webhook_secret(self) -> bool:
        """Whether any secret is configured that can make a signature valid."""
        return has_usable_secret(self._secrets)

    @property
    def secret_marks(self) -> Sequence[str]:
        """What tells the configured secrets apart."""
        return tuple(map(secret_mark, self._secrets))

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """Check that a configured secret signed exactly these bytes."""
        return verify_signature(headers.get(SIGNATURE_HEADER), body, self._secrets)

    def parse(self, body: bytes) -> GatewayEvent:
        """Turn a verified body into a fact; see `Gateway.parse`."""
        return parse_delivery(body)

    @property
    def _is_test(self) -> bool:
        return self.environment is Environment.TEST


def _read_incoming(row: object) -> TransferReported | None:
    """Read a transaction; None for one that brings nothing in."""
    if not replies.is_incoming(Fields(row, "a transaction")):
        return None
    return replies.read_transfer(row)
