"""Answers of the gateway for its tests, and the adapter before a scripted server."""

import json
from typing import Any

from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.gateways.crypton import CryptonGateway, CryptonPayouts

from .loopback import Loopback

KEY = "sk_test_canary_77"
SECRET = "a-webhook-secret-of-32-bytes-000"
USDT = find_asset("usdt@ethereum")
BTC = find_asset("btc@bitcoin")
ADDRESS = "0x742d35cC6634c0532925A3b8d4C9DB96590C6c87"
HOOK = "https://shop.example/hook"
ISSUED = {
    "id": "addr_1",
    "address": ADDRESS,
    "network": "ethereum",
    "coin": "usdt",
    "type": "user",
    "mode": "single",
    "createdAt": "2025-01-15T10:30:00Z",
}


def over(server: Loopback, key: str = KEY) -> CryptonGateway:
    return CryptonGateway(server.url, key, [SECRET])


def payouts_over(server: Loopback, key: str = KEY) -> CryptonPayouts:
    return CryptonPayouts(server.url, key)


def row(number: int, **changes: object) -> dict[str, object]:
    members: dict[str, object] = {
        "id": f"tx_{number}",
        "hash": f"{number:064x}",
        "type": "incoming",
        "status": "confirmed",
        "network": "ethereum",
        "coin": "usdt",
        "amount": "1.5",
        "to_address": ADDRESS,
    }
    return members | changes


def sent_json(server: Loopback, place: int = 0) -> Any:
    return json.loads(server.requests[place].partition(b"\r\n\r\n")[2])
