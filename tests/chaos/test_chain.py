"""The gateway in memory keeps the promises that every gateway keeps.

But for those about keys and lists of coins: the proofs ask it for neither.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.core.events import TransferStatus
from tests.gateways.conformance import CoinsConformance, Delivery
from tests.stand_ins import WEBHOOK_SECRET

from .chain import Chain, MemoryGateway


@dataclass
class MemoryWorld:
    """Customer and chain of the gateway in memory."""

    gateway: MemoryGateway

    @property
    def hook_url(self) -> str:
        """Where webhooks would go."""
        return "https://shop.example/webhooks/crypton/"

    def pay(self, address: str, amount: str, *, coin: str = "") -> str:
        """Send coins."""
        to = self.gateway.issued[address]
        asset = find_asset(f"{to.coin}@{to.network}")
        return self.gateway.chain.pay(to, asset, amount, coin or to.coin).id

    def mine(self, count: int) -> None:
        """Let all coins become final, which takes no more than so many blocks."""
        assert count
        for coins in self.gateway.chain.coins.values():
            self.gateway.chain.move(coins, TransferStatus.CONFIRMED)

    def deliveries(self, url: str, count: int) -> Sequence[Delivery]:
        """Return what would have been delivered, signed."""
        assert url in self.gateway.hooks
        assert count
        return [({"x-gateway-signature": sign(b)}, b) for b in self.webhooks]

    @property
    def webhooks(self) -> list[bytes]:
        """The bodies that tell of what happened."""
        return self.gateway.chain.webhooks


def sign(body: bytes) -> str:
    return f"sha256={hmac.digest(WEBHOOK_SECRET.encode(), body, 'sha256').hex()}"


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway(Chain(lambda: datetime.now(UTC)))


@pytest.fixture
def world(gateway: MemoryGateway) -> MemoryWorld:
    """Play customer and chain; no world of the proofs, which has a clock of its own."""
    return MemoryWorld(gateway)


class TestMemoryGateway(CoinsConformance):
    """On a chain in memory."""
