"""Every documented form of a reply can be had."""

from typing import Any

import pytest

from .running import Sandbox


def transaction(sandbox: Sandbox) -> dict[str, Any]:
    """Return the one transaction, out of a bare or a wrapped list."""
    reply = sandbox.api("GET", "/transactions").json()
    rows = reply["data"] if isinstance(reply, dict) else reply
    (row,) = rows
    assert isinstance(row, dict)
    return row


def test_replies_are_wrapped_or_bare(sandbox: Sandbox) -> None:
    wrapped = sandbox.api("GET", "/networks/bsc").json()
    sandbox.control("dialect", wrapped=False)
    bare = sandbox.api("GET", "/networks/bsc").json()
    assert wrapped == {"success": True, "data": bare}
    assert sandbox.api("GET", "/transactions").json() == []


def test_wrapped_lists_tell_their_page(sandbox: Sandbox) -> None:
    sandbox.paid()
    figures = sandbox.api("GET", "/transactions").json()["pagination"]
    assert figures == {"page": 1, "limit": 20, "total": 1}


def test_the_bare_address_of_the_api_page_has_no_metadata(sandbox: Sandbox) -> None:
    sandbox.control("dialect", wrapped=False, camel=True)
    asked = {"network": "bitcoin", "metadata": {"a": "b"}}
    made = sandbox.api("POST", "/addresses", json=asked).json()
    assert "metadata" not in made
    assert made["createdAt"].endswith("Z")


def test_times_are_in_snake_or_camel_case(sandbox: Sandbox) -> None:
    sandbox.paid(confirmations=12)
    snake = transaction(sandbox)
    sandbox.control("dialect", camel=True)
    camel = transaction(sandbox)
    assert snake["created_at"] == camel["createdAt"]
    assert snake["confirmed_at"] == camel["confirmedAt"]
    assert "created_at" not in camel


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        ("api", {"to_address", "address_id"}),
        ("guide", {"to_address"}),
        ("example", {"address", "metadata"}),
    ],
)
def test_a_transaction_names_its_receiver_in_each_way(
    sandbox: Sandbox, shape: str, names: set[str]
) -> None:
    sandbox.paid()
    sandbox.control("dialect", shape=shape)
    every = {"to_address", "address_id", "address", "metadata"}
    assert every & set(transaction(sandbox)) == names


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        ("api", {"rate_limits"}),
        ("guide", {"environment"}),
        ("example", {"rate_limits", "environment"}),
    ],
)
def test_the_connection_test_sometimes_names_the_environment(
    sandbox: Sandbox, shape: str, names: set[str]
) -> None:
    sandbox.control("dialect", shape=shape)
    data = sandbox.get("/auth/test")
    assert {"rate_limits", "environment"} & set(data) == names
    assert data.get("environment", "test") == "test"


def test_coins_can_be_named_by_slug(sandbox: Sandbox) -> None:
    sandbox.control("dialect", coin_slugs=True)
    sandbox.paid("tron", "usdt_trc20")
    assert transaction(sandbox)["coin"] == "usdt_trc20"
    row = next(one for one in sandbox.get("/coins") if one["coin"] == "usdt_bep20")
    assert row["network"] == {"network": "bsc"}
    assert row["settings"]["minDepositAmount"] == 0.0001
    names = [one["coin"] for one in sandbox.get("/coins")]
    assert len(set(names)) == len(names)
    assert {"btc", "eth", "eth_arbitrum", "usdt_erc20"} <= set(names)


@pytest.mark.parametrize("mode", ["single", "common", "cross"])
def test_addresses_say_the_mode_they_were_made_in(sandbox: Sandbox, mode: str) -> None:
    sandbox.control("dialect", mode=mode)
    made = sandbox.post("/addresses", network="ethereum", coin="usdt")
    assert made["mode"] == mode
    told = sandbox.post("/addresses", network="ethereum", coin="usdt", mode="cross")
    assert told["mode"] == "cross"


def test_an_address_for_every_coin_names_none(sandbox: Sandbox) -> None:
    made = sandbox.post("/addresses", network="ethereum")
    assert (made["coin"], made["mode"]) == (None, "common")


def test_an_unknown_dialect_is_refused_and_changes_nothing(sandbox: Sandbox) -> None:
    before = sandbox.state()["dialect"]
    wrong = {"shape": "poem", "wrapped": False}
    assert sandbox.http.post("/sandbox/dialect", json=wrong).status_code == 400
    assert sandbox.state()["dialect"] == before
