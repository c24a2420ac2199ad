"""The scripted gateway, by which the pages are tested, is a gateway like the others.

But for the promises about keys and lists of coins: no page asks for either.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest

from saleor_cryptopay.core.assets import find_asset, find_network
from saleor_cryptopay.core.events import TransferReported, TransferStatus
from saleor_cryptopay.gateways.base import IssuedAddress
from saleor_cryptopay.sandbox.identifiers import fresh_hash
from tests.stand_ins import WEBHOOK_SECRET, ScriptedGateway

from .conformance import CoinsConformance, Delivery


class NotingGateway(ScriptedGateway):
    """Remembers what it issued, for the world to pay to."""

    def __init__(self) -> None:
        super().__init__()
        self.issued: dict[str, IssuedAddress] = {}

    def create_address(self, *parts: object, **named: object) -> IssuedAddress:
        found = super().create_address(*parts, **named)  # type: ignore[arg-type]
        self.issued[found.address] = found
        return found


class ScriptedWorld:
    """Lays ready what the suite has customer and chain do."""

    hook_url = "https://shop.example/webhooks/crypton/"

    def __init__(self, gateway: NotingGateway) -> None:
        self._gateway = gateway
        self._numbers = count(1)

    def pay(self, address: str, amount: str, *, coin: str = "") -> str:
        to = self._gateway.issued[address]
        transfer = TransferReported(
            transaction_id=f"tx_{next(self._numbers)}",
            hash=fresh_hash(find_network(to.network)),
            status=TransferStatus.PENDING,
            network=to.network,
            coin=coin or to.coin,
            amount=amount,
            address=to.address,
            address_id=to.id,
            confirmations=0,
            created_at=datetime.now(UTC),
        )
        self._gateway.transfers.append(transfer)
        return transfer.transaction_id

    def mine(self, count: int) -> None:
        self._gateway.transfers[:] = [
            replace(
                transfer,
                status=TransferStatus.CONFIRMED,
                confirmations=count,
                confirmed_at=datetime.now(UTC),
            )
            for transfer in self._gateway.transfers
        ]

    def deliveries(self, url: str, count: int) -> Sequence[Delivery]:
        assert url in self._gateway.hooks
        assert count
        return [_delivery(transfer) for transfer in self._gateway.transfers]


def _delivery(transfer: TransferReported) -> Delivery:
    asset = find_asset(f"{transfer.coin}@{transfer.network}")
    data = {
        "id": transfer.transaction_id,
        "hash": transfer.hash,
        "status": transfer.status,
        "network": asset.network.slug,
        "coin": asset.coin,
        "amount": transfer.amount,
        "address": transfer.address,
        "confirmations": transfer.confirmations,
    }
    body = json.dumps({"event": "transaction.detected", "data": data}).encode()
    code = hmac.digest(WEBHOOK_SECRET.encode(), body, "sha256").hex()
    return {"x-gateway-signature": f"sha256={code}"}, body


@pytest.fixture
def gateway() -> NotingGateway:
    return NotingGateway()


@pytest.fixture
def world(gateway: NotingGateway) -> ScriptedWorld:
    """Play customer and chain; laid ready, not running."""
    return ScriptedWorld(gateway)


class TestScriptedGateway(CoinsConformance):
    """With answers that the world lays ready."""
