"""Webhooks of the gateway: every documented form becomes the same fact."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from saleor_cryptopay.core.errors import MalformedError, SignatureError
from saleor_cryptopay.core.events import (
    AddressReported,
    GatewayEvent,
    TransferReported,
    TransferStatus,
    UnknownReported,
    WithdrawalReported,
)
from saleor_cryptopay.gateways.crypton import CryptonGateway
from saleor_cryptopay.gateways.crypton.names import plain_coin
from saleor_cryptopay.gateways.crypton.webhooks import LARGEST_BODY

from .test_signatures import header_of

SECRET = "a-webhook-secret-of-32-bytes-000"
GATEWAY = CryptonGateway("https://gateway.example/api/v1", "sk_live_1", [SECRET])

DELIVERIES = Path(__file__).parent / "deliveries" / "crypton"
HASH = "0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef"
ADDRESS = "0x742d35cC6634c0532925A3b8d4C9DB96590C6c87"
CREATED = datetime(2025, 1, 1, 12, tzinfo=UTC)
METADATA = {
    "order_id": "order_1",
    "customer_id": "cust_1",
    "amount": "100.50",
    "currency": "USD",
}


def by_id(**changes: Any) -> TransferReported:
    facts: dict[str, Any] = {
        "transaction_id": "tx_1234567890",
        "hash": HASH,
        "status": TransferStatus.CONFIRMED,
        "network": "ethereum",
        "coin": "usdt",
        "amount": "100.50",
        "address": "",
        "address_id": "addr_abcdef123456",
        "confirmations": 12,
        "created_at": CREATED,
        "confirmed_at": datetime(2025, 1, 1, 12, 15, tzinfo=UTC),
    }
    return TransferReported(**(facts | changes))


def by_address(**changes: Any) -> TransferReported:
    facts: dict[str, Any] = {
        "transaction_id": "tx_123456789",
        "address": ADDRESS,
        "address_id": "",
        "confirmations": 0,
        "created_at": None,
        "confirmed_at": None,
    }
    return by_id(**(facts | changes))


FAILED = {"status": TransferStatus.FAILED, "confirmations": 0, "confirmed_at": None}

RECORDED: dict[str, GatewayEvent] = {
    "api-confirmed": by_id(),
    "api-failed": by_id(**FAILED),
    "guide-detected": by_address(status=TransferStatus.PENDING),
    "guide-confirmed": by_address(confirmations=12),
    "example-confirmed": by_id(metadata=METADATA),
    "example-failed": by_address(status=TransferStatus.FAILED, metadata=METADATA),
    "type-confirmed": by_id(),
    "event-type-confirmed": by_id(),
    "camel-confirmed": by_id(),
    "address-created": AddressReported(
        address_id="addr_abcdef123456",
        address=ADDRESS,
        network="ethereum",
        coin="usdt",
        metadata={"payment": "p1"},
    ),
    "balance-updated": UnknownReported("address.balance_updated"),
    "withdrawal-completed": WithdrawalReported("wd_1234567890", "completed", HASH),
    "withdrawal-status-changed": WithdrawalReported(
        "withdrawal_123456789", "confirmed", HASH
    ),
}


def recorded(name: str) -> bytes:
    return (DELIVERIES / f"{name}.json").read_bytes()


def changed(name: str, **changes: object) -> bytes:
    """Return a recorded delivery with members of its data changed; None removes."""
    envelope = json.loads(recorded(name))
    data = envelope["data"] | changes
    envelope["data"] = {key: value for key, value in data.items() if value is not None}
    return json.dumps(envelope).encode()


def test_every_recorded_delivery_is_expected() -> None:
    assert {path.stem for path in DELIVERIES.iterdir()} == set(RECORDED)


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_delivery_becomes_its_fact(name: str) -> None:
    assert GATEWAY.parse(recorded(name)) == RECORDED[name]


def test_detected_and_confirmed_name_the_same_transfer() -> None:
    detected, confirmed = RECORDED["guide-detected"], RECORDED["guide-confirmed"]
    assert isinstance(detected, TransferReported)
    assert isinstance(confirmed, TransferReported)
    assert detected.hash == confirmed.hash
    assert detected.transaction_id == confirmed.transaction_id


@pytest.mark.parametrize(
    ("kind", "status"),
    [("detected", "pending"), ("confirmed", "confirmed"), ("failed", "failed")],
)
def test_a_missing_status_is_told_by_the_kind(kind: str, status: str) -> None:
    body = changed("api-confirmed", status=None)
    body = body.replace(b"transaction.confirmed", f"transaction.{kind}".encode())
    event = GATEWAY.parse(body)
    assert isinstance(event, TransferReported)
    assert event.status == status


def test_a_replaced_transaction_is_reported_under_any_kind() -> None:
    body = changed("api-confirmed", status="REPLACED").replace(b".confirmed", b".new")
    event = GATEWAY.parse(body)
    assert isinstance(event, TransferReported)
    assert event.status.is_gone


@pytest.mark.parametrize("name", ["output_index", "log_index", "vout"])
def test_the_place_within_a_transaction_is_read_where_it_is_told(name: str) -> None:
    event = GATEWAY.parse(changed("api-confirmed", **{name: 3}))
    assert isinstance(event, TransferReported)
    assert event.index == 3


def test_a_missing_amount_is_none() -> None:
    event = GATEWAY.parse(changed("api-confirmed", amount=None))
    assert isinstance(event, TransferReported)
    assert event.amount is None


@pytest.mark.parametrize("kind", ["outgoing", "internal"])
def test_coins_that_go_out_are_no_transfer(kind: str) -> None:
    event = GATEWAY.parse(changed("guide-confirmed", type=kind))
    assert event == UnknownReported("transaction.confirmed")


def test_an_unknown_status_is_kept_as_unknown() -> None:
    event = GATEWAY.parse(changed("api-confirmed", status="frozen"))
    assert event == UnknownReported("transaction.confirmed")


@pytest.mark.parametrize("kind", ["invoice.paid", "address.archived", "x"])
def test_an_unknown_kind_is_kept_as_unknown(kind: str) -> None:
    body = json.dumps({"event": kind, "data": ["anything"]}).encode()
    assert GATEWAY.parse(body) == UnknownReported(kind)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": 5},
        {"hash": None},
        {"hash": "0x12"},
        {"network": None},
        {"network": "dogecoin"},
        {"coin": None},
        {"amount": 100.5},
        {"amount": 100},
        {"amount": "1e2"},
        {"amount": "-1"},
        {"confirmations": "12"},
        {"confirmations": -1},
        {"confirmations": 2**40},
        {"address_id": None},
        {"created_at": "soon"},
        {"vout": -1},
    ],
)
def test_a_transaction_in_no_documented_form_is_malformed(
    changes: dict[str, object],
) -> None:
    with pytest.raises(MalformedError):
        GATEWAY.parse(changed("api-confirmed", **changes))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"event": 5, "data": {}}',
        b'{"event": "", "data": {}}',
        b'{"event": {"kind": "x"}, "data": {}}',
        b'{"event": "transaction.confirmed"}',
        b'{"event": "transaction.confirmed", "data": []}',
        b'{"event": "withdrawal.status_changed", "data": {"id": "w"}}',
        b'{"event": "a", "event": "b", "data": {}}',
        b'{"event": "a", "data": NaN}',
    ],
)
def test_a_body_in_no_documented_form_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        GATEWAY.parse(body)


def test_a_body_beyond_the_limit_is_malformed() -> None:
    body = recorded("api-confirmed")
    GATEWAY.parse(body + b" " * (LARGEST_BODY - len(body)))
    with pytest.raises(MalformedError):
        GATEWAY.parse(body + b" " * (LARGEST_BODY - len(body) + 1))


def test_a_delivery_verifies_with_its_own_signature_only() -> None:
    body = recorded("api-confirmed")
    GATEWAY.verify({"x-gateway-signature": header_of(body, SECRET)}, body)
    for headers in ({}, {"x-gateway-signature": header_of(body + b" ", SECRET)}):
        with pytest.raises(SignatureError):
            GATEWAY.verify(headers, body)


@pytest.mark.parametrize(
    ("name", "network", "coin"),
    [
        ("usdt", "ethereum", "usdt"),
        ("USDT_ERC20", "ethereum", "usdt"),
        ("usdt_trc20", "tron", "usdt"),
        ("usdt_bep20", "bsc", "usdt"),
        ("usdc_polygon", "polygon", "usdc"),
        ("eth_arbitrum", "arbitrum", "eth"),
        # Names that fit another network stay what they are, and equal no asset.
        ("usdt_trc20", "ethereum", "usdt_trc20"),
        ("usdt_erc20", "bitcoin", "usdt_erc20"),
        ("fake_erc20", "ethereum", "fake_erc20"),
        ("_erc20", "ethereum", "_erc20"),
    ],
)
def test_coins_have_one_name(name: str, network: str, coin: str) -> None:
    assert plain_coin(name, network) == coin
