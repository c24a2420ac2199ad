"""Kinds of faults of a gateway: none makes a wrong state or leaves anything half-made.

Each is met by the operations at every stage: opening a payment, applying a webhook,
polling. One poll of a healthy gateway later everything is as it ought to be (R12).
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from demo.services.ports import free_port
from saleor_cryptopay.core.errors import GatewayError
from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.gateways.crypton import CryptonGateway
from saleor_cryptopay.models import Address, Payment, Transfer
from tests.gateways.loopback import (
    Loopback,
    Script,
    answer,
    drip,
    hang_up,
    head,
    reset,
    send,
    silence,
)
from tests.stand_ins import WEBHOOK_SECRET

from .chain import Coins
from .figures import IS_LONG, Figure
from .world import World, passing_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted")]

survived: set[str] = set()

JSON_HEAD = head(headers={"Content-Length": "4000"})
ERROR = {"error": {"code": "INVALID_REQUEST", "message": "no"}}

ANSWERS: dict[str, Script] = {
    "reset": reset,
    "hang up at once": hang_up(),
    "hang up within the status line": hang_up(b"HTTP/1.1 2"),
    "hang up within the headers": hang_up(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "hang up within the body": hang_up(JSON_HEAD, b'{"id": "tx_1", '),
    "not HTTP": send(b"220 mail.example ESMTP\r\n\r\n"),
    "truncated JSON": answer(b'{"success": true, "data": {"id": "tx'),
    "an empty body": answer(b""),
    "HTML with 200": answer(b"<!doctype html><h1>It works!</h1>"),
    "an error with 200": answer(ERROR),
    "success: false with 200": answer({"success": False}),
    "null": answer(None),
    "a number": answer(7),
    "a list": answer([[]]),
    "an empty object": answer({}),
    "wrong types": answer({"id": 7, "hash": [], "status": {}, "amount": True}),
    "deep nesting": answer(b"[" * 5_000 + b"]" * 5_000),
    "NaN": answer(b'{"id": "tx_1", "amount": NaN}'),
    "a key twice": answer(b'{"id": "tx_1", "id": "tx_2"}'),
    "not UTF-8": answer(b'{"id": "\xff\xfe"}'),
    "two megabytes": answer(b'{"id": "' + b"x" * 2_000_000 + b'"}'),
    "compressed": answer(b"\x1f\x8b\x08", headers={"Content-Encoding": "gzip"}),
    "204": answer(b"", "204 No Content"),
    "a redirect": answer(b"", "302 Found", {"Location": "http://127.0.0.1:1/"}),
    "401": answer({"error": {"code": "INVALID_API_KEY"}}, "401 Unauthorized"),
    "403": answer({"error": {"code": "IP_NOT_WHITELISTED"}}, "403 Forbidden"),
    "404": answer({"error": {"code": "RESOURCE_NOT_FOUND"}}, "404 Not Found"),
    "429": answer({"error": {"code": "RATE_LIMIT_EXCEEDED"}}, "429 Slow", {}),
    "500": answer(b"<h1>Oops</h1>", "500 Internal Server Error"),
    "502": answer(b"", "502 Bad Gateway"),
    "503": answer({"error": {"code": "DOWN"}}, "503 Service Unavailable"),
}
# Each takes as long as the deadlines of the calls.
SLOW: dict[str, Script] = {
    "silence": silence,
    "silence after the headers": drip(JSON_HEAD, b"", 1),
    "a byte a second": drip(JSON_HEAD, b"{" * 4000, 1),
}

Twist = Callable[[dict[str, object]], dict[str, object]]
WRONG_ROWS: dict[str, Twist] = {
    "a negative amount": lambda row: row | {"amount": "-50.1"},
    "an amount with an exponent": lambda row: row | {"amount": "5e9"},
    "an amount that is a float": lambda row: row | {"amount": 50.1},
    "too many decimals": lambda row: row | {"amount": "50.1000000001"},
    "no amount": lambda row: row | {"amount": None},
    "an unknown status": lambda row: row | {"status": "excellent"},
    "an unknown network": lambda row: row | {"network": "moon"},
    "somebody else's address": lambda row: row | {"address_id": "addr_elsewhere"},
    "no hash": lambda row: row | {"hash": ""},
    "a day that does not exist": lambda row: row | {"created_at": "2026-02-31"},
}


def met(world: World, operation: Callable[[], object]) -> None:
    """Run an operation against a fault: it ends well, or says that it does not."""
    try:
        operation()
    except GatewayError as error:
        assert str(error)  # noqa: PT017 - either is right
    world.tell()


@contextmanager
def troubled(world: World, url: str) -> Iterator[None]:
    """Have the operations speak with the server at `url` for a while."""
    gateway = CryptonGateway(url, "sk_test_x", (WEBHOOK_SECRET,))
    world.asked = gateway
    try:
        yield
    finally:
        world.asked = world.gateway


def suffer(world: World, url: str, *, is_slow: bool = False) -> Payment:
    """Meet a fault at every stage, and recover."""
    payment = world.open("50.10")
    coins = world.pay(payment, "50.1")
    world.chain.move(coins, TransferStatus.CONFIRMED)
    world.deliver(world.chain.webhooks[-1])
    with troubled(world, url):
        met(world, world.apply)
        if not is_slow or IS_LONG:
            met(world, world.poll)
            met(world, lambda: world.open("7.77"))
    assert Payment.objects.get(pk=payment.pk).state == "awaiting_payment"
    assert not Transfer.objects.exists()
    assert not world.shop.told
    return payment


@pytest.fixture
def counted(request: pytest.FixtureRequest, figure: Figure) -> Iterator[None]:
    """Count the faults whose test did not fail."""
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed == failed:
        survived.add(request.node.name)
    told = f"{len(survived)} met, 0 wrong states, 0 left half-made"
    figure("kinds of gateway fault", told)


def heal(world: World, payment: Payment) -> None:
    """Check that one healthy poll is enough."""
    world.clock.now += timedelta(minutes=1)
    world.poll()
    world.tell()
    assert Payment.objects.get(pk=payment.pk).state == "confirmed"
    assert world.credited(payment) == Decimal("50.10")
    world.opened = 1
    again = world.open("7.77")
    assert Address.objects.filter(payment=again).exclude(address="").count() == 1


@pytest.mark.parametrize("name", [*ANSWERS, *SLOW, "nobody there"])
def test_a_fault_of_the_connection_or_the_answer(name: str) -> None:
    if name in SLOW and not IS_LONG and name != "silence":
        pytest.skip("slow faults of the gateway, but for one, run under `make chaos`")
    with (
        passing_world() as world,
        Loopback(({**ANSWERS, **SLOW}).get(name, reset)) as server,
    ):
        url = f"http://127.0.0.1:{free_port()}/api/v1"
        is_slow = name in SLOW
        there = server.url if name != "nobody there" else url
        heal(world, suffer(world, there, is_slow=is_slow))


def row_of(coins: Coins) -> dict[str, object]:
    """Return a transaction as the gateway's API would show it."""
    data: dict[str, object] = json.loads(coins.webhook())["data"]
    return data | {"type": "incoming"}


@pytest.mark.parametrize("name", WRONG_ROWS)
def test_a_fault_within_a_transaction(name: str) -> None:
    with passing_world() as world:
        payment = world.open("50.10")
        row = row_of(world.pay(payment, "50.1"))
        world.opened = 0
        world.chain.coins.clear()
        with Loopback(answer(WRONG_ROWS[name](row))) as server:
            heal(world, suffer(world, server.url))


@pytest.mark.parametrize("days", [-1, 1])
def test_a_gateway_whose_clock_is_a_day_off(days: int) -> None:
    with passing_world() as world:
        payment = world.open("50.10")
        coins = world.pay(payment, "50.1")
        world.chain.move(coins, TransferStatus.CONFIRMED)
        coins.created_at += timedelta(days=days)
        world.deliver(coins.webhook())
        world.recover()
        assert world.end(payment).state == "confirmed"
        assert world.credited(payment) == Decimal("50.10")
        seen_at: datetime = Transfer.objects.get().seen_at
        assert payment.created_at <= seen_at <= world.clock.now
