"""Every call of the contract, as a client of the gateway sees it."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from saleor_cryptopay.core.addresses import canonical_address, canonical_hash
from saleor_cryptopay.core.assets import ASSETS, NETWORKS

from .running import Sandbox


def refused(
    sandbox: Sandbox, method: str, path: str, **options: Any
) -> tuple[int, str]:
    reply = sandbox.api(method, path, **options)
    error = reply.json()["error"]
    assert set(error) == {"code", "message", "details", "request_id"}
    return reply.status_code, error["code"]


def test_auth_test_names_the_key_and_its_permissions(sandbox: Sandbox) -> None:
    data = sandbox.get("/auth/test")
    assert data["authenticated"] is True
    assert data["key_id"]
    assert {"addresses:create", "transactions:read"} <= set(data["permissions"])


@pytest.mark.parametrize("key", ["", "sk_test_other", "sk_live_sandbox"])
def test_every_other_key_is_refused(sandbox: Sandbox, key: str) -> None:
    found = refused(sandbox, "GET", "/auth/test", headers={"X-Api-Key": key})
    assert found == (401, "INVALID_API_KEY")


@pytest.mark.parametrize("network", NETWORKS.values(), ids=str)
def test_addresses_are_valid_and_fresh_on_every_network(
    sandbox: Sandbox, network: Any
) -> None:
    made = [sandbox.post("/addresses", network=network.slug) for _ in range(5)]
    texts = {one["address"] for one in made}
    assert len(texts) == 5
    assert {canonical_address(text, network) for text in texts} == texts


def test_an_address_comes_back_as_it_was_asked_for(sandbox: Sandbox) -> None:
    asked = {
        "network": "ethereum",
        "coin": "usdt",
        "type": "default",
        "label": "Order 7",
        "metadata": {"payment": "p1"},
    }
    made = sandbox.post("/addresses", **asked)
    assert asked.items() <= made.items()
    assert made["mode"] == "single"
    assert datetime.fromisoformat(made["created_at"]).tzinfo


def test_an_address_is_found_by_id_and_by_text_with_its_balances(
    sandbox: Sandbox,
) -> None:
    made = sandbox.post("/addresses", network="bsc", coin="usdt")
    sandbox.control("pay", address=made["id"], amount="2", confirmations=15)
    sandbox.control("pay", address=made["id"], amount="0.5")
    balance = {"coin": "usdt", "balance": "2.5", "confirmed": "2", "unconfirmed": "0.5"}
    for key in (made["id"], made["address"]):
        found = sandbox.get(f"/addresses/{key}")
        assert found["balances"] == [balance]
        assert found["id"] == made["id"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "INVALID_REQUEST"),
        ({"network": 7}, "INVALID_REQUEST"),
        ({"network": "solana"}, "INVALID_NETWORK"),
        ({"network": "bitcoin", "coin": "usdt"}, "INVALID_REQUEST"),
        ({"network": "bitcoin", "metadata": "x"}, "INVALID_REQUEST"),
        ({"network": "bitcoin", "type": "purse"}, "INVALID_REQUEST"),
    ],
)
def test_a_wrong_request_for_an_address_is_refused(
    sandbox: Sandbox, body: dict[str, Any], code: str
) -> None:
    assert refused(sandbox, "POST", "/addresses", json=body) == (400, code)


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"\xff"])
def test_a_body_that_is_no_object_is_refused(sandbox: Sandbox, body: bytes) -> None:
    found = refused(sandbox, "POST", "/addresses", content=body)
    assert found == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    "path",
    ["/addresses/addr_0", "/transactions/tx_0", "/withdrawals/w0", "/coins/xyz", "/no"],
)
def test_what_is_not_there_is_not_found(sandbox: Sandbox, path: str) -> None:
    assert refused(sandbox, "GET", path) == (404, "RESOURCE_NOT_FOUND")


def test_a_transaction_has_every_documented_field(sandbox: Sandbox) -> None:
    paid = sandbox.paid(amount="100.50", confirmations=12)
    found = sandbox.get(f"/transactions/{paid['id']}")
    expected = {
        "type": "incoming",
        "status": "confirmed",
        "network": "ethereum",
        "coin": "usdt",
        "amount": "100.5",
        "confirmations": 12,
        "to_address": paid["address"],
        "address_id": paid["address_id"],
        "metadata": {},
    }
    assert expected.items() <= found.items()
    assert found["from_address"]
    assert found["block_number"] > 0
    assert found["created_at"] <= found["confirmed_at"]


@pytest.mark.parametrize("network", NETWORKS.values(), ids=str)
def test_hashes_are_unique_and_in_the_form_of_their_network(
    sandbox: Sandbox, network: Any
) -> None:
    paid = [sandbox.paid(network.slug, network.native) for _ in range(5)]
    hashes = {one["hash"] for one in paid}
    assert len(hashes) == 5
    assert {canonical_hash(one, network) for one in hashes} == hashes


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"network": "tron"}, {"b"}),
        ({"coin": "usdt"}, {"a", "b"}),
        ({"coin": "usdt_trc20"}, {"b"}),
        ({"status": "confirmed"}, {"c"}),
        ({"type": "incoming"}, {"a", "b", "c"}),
        ({"type": "outgoing"}, set()),
        ({"coin": "usdt", "network": "ethereum", "status": "pending"}, {"a"}),
    ],
)
def test_transactions_are_filtered(
    sandbox: Sandbox, query: dict[str, str], wanted: set[str]
) -> None:
    made = {
        "a": sandbox.paid("ethereum", "usdt"),
        "b": sandbox.paid("tron", "usdt"),
        "c": sandbox.paid("bitcoin", "btc", confirmations=6),
    }
    found = {row["id"] for row in sandbox.get("/transactions", **query)}
    assert found == {made[name]["id"] for name in wanted}


def test_transactions_are_filtered_by_address_and_time(sandbox: Sandbox) -> None:
    first, second = sandbox.paid(), sandbox.paid()
    seen = sandbox.get("/transactions", address_id=first["address_id"])
    assert [row["id"] for row in seen] == [first["id"]]
    moment = second["created_at"]
    seen = sandbox.get("/transactions", from_date=moment)
    assert [row["id"] for row in seen] == [second["id"]]
    before = datetime.fromisoformat(moment) - timedelta(microseconds=1)
    seen = sandbox.get("/transactions", to_date=before.isoformat())
    assert [row["id"] for row in seen] == [first["id"]]
    seen = sandbox.get(f"/addresses/{second['address_id']}/transactions")
    assert [row["id"] for row in seen] == [second["id"]]


def test_pages_hold_each_transaction_once_the_newest_first(sandbox: Sandbox) -> None:
    address = sandbox.post("/addresses", network="litecoin")["id"]
    paid = [
        sandbox.control("pay", address=address, amount="1")["id"] for _ in range(25)
    ]
    pages = [sandbox.get("/transactions", page=n, limit=10) for n in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    rows = [row for page in pages for row in page]
    assert [row["id"] for row in rows] == paid[::-1]
    assert all(new["created_at"] >= old["created_at"] for new, old in pairwise(rows))
    assert len(sandbox.get("/transactions")) == 20


@pytest.mark.parametrize(
    "query",
    [{"limit": "101"}, {"limit": "x"}, {"page": "0"}, {"from_date": "yesterday"}],
)
def test_a_wrong_page_or_date_is_refused(
    sandbox: Sandbox, query: dict[str, str]
) -> None:
    found = refused(sandbox, "GET", "/transactions", params=query)
    assert found == (400, "INVALID_REQUEST")


def test_coins_are_those_of_the_table(sandbox: Sandbox) -> None:
    rows = sandbox.get("/coins")
    keys = {f"{row['coin']}@{row['network']}": row for row in rows}
    assert set(keys) == set(ASSETS)
    for key, row in keys.items():
        assert row["decimals"] == ASSETS[key].decimals
        assert row["contractAddress"] == ASSETS[key].contract
        assert row["settings"]["minDepositAmount"] == "0.0001"
    assert len({row["slug"] for row in rows}) == len(ASSETS)
    assert sandbox.get("/coins/usdt_bep20")["network"] == "bsc"
    assert sandbox.get("/coins/btc")["decimals"] == 8


def test_networks_are_those_of_the_table(sandbox: Sandbox) -> None:
    rows = sandbox.get("/networks")
    assert [row["slug"] for row in rows] == list(NETWORKS)
    assert sandbox.get("/networks/bsc") == {
        "slug": "bsc",
        "name": "BNB Smart Chain",
        "chainId": 56,
        "explorerUrl": "https://bscscan.com",
        "confirmationBlocks": 15,
    }
    assert refused(sandbox, "GET", "/networks/solana") == (400, "INVALID_NETWORK")


def test_a_test_key_simulates_a_transaction(sandbox: Sandbox) -> None:
    address = sandbox.post("/addresses", network="ethereum", coin="usdt")["address"]
    body = {"to_address": address.lower(), "network": "ethereum", "coin": "usdt"}
    made = sandbox.post("/test/transactions", amount="100.50", **body)
    assert made["status"] == "pending"
    assert made["to_address"] == address
    for wrong in ({"amount": "-1"}, {"amount": "1", "to_address": "0x1"}):
        reply = sandbox.api("POST", "/test/transactions", json=body | wrong)
        assert reply.status_code == 400


def test_rate_limits_are_told_and_kept(sandbox: Sandbox) -> None:
    sandbox.control("limits", per_minute=2)
    left = [
        sandbox.api("GET", "/networks").headers["X-RateLimit-Remaining"] for _ in "ab"
    ]
    assert left == ["1", "0"]
    reply = sandbox.api("GET", "/networks")
    assert reply.status_code == 429
    assert reply.json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"
    assert reply.headers["X-RateLimit-Limit"] == "2"
    assert reply.headers["X-RateLimit-Window"] == "60"
    assert int(reply.headers["X-RateLimit-Reset"]) > 1_700_000_000


def test_the_documented_limits_of_a_test_key_stand_after_a_reset(
    sandbox: Sandbox,
) -> None:
    sandbox.control("reset")
    limits = {"per_minute": 100, "per_hour": 1_000, "per_day": 10_000}
    assert sandbox.state()["limits"] == limits
