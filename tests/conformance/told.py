"""What the suite for the shop's port tells a shop."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, TypeVar
from uuid import uuid4

from django.db import connections

from saleor_cryptopay.operations.ports import Credit

TOTAL: Final = Decimal("24.00")
HALF: Final = Decimal("12.00")
NOTHING: Final = Decimal(0)
AT: Final = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)

Result = TypeVar("Result")


def credit(amount: Decimal = TOTAL, reference: str = "") -> Credit:
    """Return a transfer as the outbox tells it; of its own unless named."""
    name = reference or f"0x{uuid4().hex}{uuid4().hex}:0"
    url = "https://etherscan.io/tx/0x"
    return Credit(name, amount, "USD", "24 USDT on Ethereum received.", url, AT)


def notice(message: str) -> Credit:
    """Return something that moves no money."""
    return Credit(f"0x{uuid4().hex}:0", NOTHING, "USD", message, "", AT)


def going_back(amount: Decimal, name: str) -> Credit:
    """Return a refund as the outbox tells it."""
    return Credit(name, amount, "USD", "12 USDT on Ethereum to go back.", "", AT)


def unknown() -> str:
    """Return a reference that no shop knows."""
    return str(uuid4())


def at_once(calls: list[Callable[[], Result]]) -> list[Result]:
    """Make calls at the same time, each on a database connection of its own."""

    def alone(call: Callable[[], Result]) -> Result:
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(alone, calls))
