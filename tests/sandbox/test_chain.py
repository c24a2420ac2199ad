"""The way of a transaction: blocks, failure, replacement, reorganisation."""

import pytest

from saleor_cryptopay.core.assets import NETWORKS, Network

from .running import Sandbox


def status(sandbox: Sandbox, transaction_id: str) -> tuple[str, int]:
    row = sandbox.get(f"/transactions/{transaction_id}")
    return row["status"], row["confirmations"]


@pytest.mark.parametrize("network", NETWORKS.values(), ids=str)
def test_blocks_confirm_a_transaction_at_the_number_of_its_network(
    sandbox: Sandbox, network: Network
) -> None:
    paid = sandbox.paid(network.slug, network.native)["id"]
    assert status(sandbox, paid) == ("pending", 0)
    sandbox.control("blocks", count=1)
    assert status(sandbox, paid) == ("confirming", 1)
    sandbox.control("blocks", count=network.confirmations - 2)
    assert status(sandbox, paid) == ("confirming", network.confirmations - 1)
    sandbox.control("blocks", count=1)
    assert status(sandbox, paid) == ("confirmed", network.confirmations)
    sandbox.control("blocks", count=1)
    assert status(sandbox, paid) == ("confirmed", network.confirmations + 1)


def test_blocks_of_one_network_leave_the_others_alone(sandbox: Sandbox) -> None:
    one, other = sandbox.paid("ethereum", "eth"), sandbox.paid("bsc", "bnb")
    sandbox.control("blocks", count=3, network="bsc")
    assert status(sandbox, one["id"]) == ("pending", 0)
    assert status(sandbox, other["id"]) == ("confirming", 3)


def test_a_payment_can_start_with_confirmations(sandbox: Sandbox) -> None:
    assert sandbox.paid(confirmations=3)["status"] == "confirming"
    assert sandbox.paid(confirmations=12)["status"] == "confirmed"


def test_confirm_mines_what_is_missing(sandbox: Sandbox) -> None:
    paid = sandbox.paid("tron", "usdt", confirmations=4)["id"]
    sandbox.control(f"transactions/{paid}/confirm")
    assert status(sandbox, paid) == ("confirmed", 19)


def test_a_transaction_fails_before_it_is_final_and_not_after(
    sandbox: Sandbox,
) -> None:
    paid = sandbox.paid()["id"]
    sandbox.control(f"transactions/{paid}/fail", error="out of gas")
    assert status(sandbox, paid) == ("failed", 0)
    sandbox.control("blocks", count=20)
    assert status(sandbox, paid) == ("failed", 0)
    final = sandbox.paid(confirmations=12)["id"]
    reply = sandbox.http.post(f"/sandbox/transactions/{final}/fail")
    assert reply.status_code == 409
    assert status(sandbox, final)[0] == "confirmed"


def test_a_replacement_pays_the_same_address_with_another_hash(
    sandbox: Sandbox,
) -> None:
    paid = sandbox.paid(amount="5")
    answer = sandbox.control(f"transactions/{paid['id']}/replace", amount="4")
    new = answer["replacement"]
    assert answer["status"] == "replaced"
    assert new["address"] == paid["address"]
    assert (new["status"], new["amount"]) == ("pending", "4")
    assert new["hash"] != paid["hash"]


def test_a_double_spend_leaves_nothing(sandbox: Sandbox) -> None:
    paid = sandbox.paid()["id"]
    answer = sandbox.control(f"transactions/{paid}/replace", pays_us=False)
    assert answer["replacement"] is None
    assert [row["status"] for row in sandbox.get("/transactions")] == ["replaced"]


@pytest.mark.parametrize("outcome", ["failed", "replaced"])
def test_a_final_transaction_can_be_reorganised_away(
    sandbox: Sandbox, outcome: str
) -> None:
    paid = sandbox.paid(confirmations=12)["id"]
    sandbox.control(f"transactions/{paid}/reorganise", outcome=outcome)
    row = sandbox.get(f"/transactions/{paid}")
    assert (row["status"], row["confirmed_at"]) == (outcome, None)


def test_a_reorganised_transaction_can_be_mined_again(sandbox: Sandbox) -> None:
    paid = sandbox.paid(confirmations=12)["id"]
    sandbox.control(f"transactions/{paid}/reorganise", outcome="pending")
    assert status(sandbox, paid) == ("pending", 0)
    sandbox.control("blocks", count=12)
    assert status(sandbox, paid) == ("confirmed", 12)


def test_another_coin_can_arrive_and_leaves_the_quoted_balance_alone(
    sandbox: Sandbox,
) -> None:
    address = sandbox.post("/addresses", network="ethereum", coin="usdt")["id"]
    sandbox.control("pay", address=address, coin="eth", amount="0.000000000000000001")
    balances = sandbox.get(f"/addresses/{address}")["balances"]
    assert [(one["coin"], one["balance"]) for one in balances] == [
        ("usdt", "0"),
        ("eth", "0.000000000000000001"),
    ]


def test_two_transfers_can_share_a_hash(sandbox: Sandbox) -> None:
    first = sandbox.paid()
    second = sandbox.paid(hash=first["hash"])
    assert second["hash"] == first["hash"]
    assert second["id"] != first["id"]


@pytest.mark.parametrize(
    "pay",
    [
        {"amount": "1.1234567"},
        {"amount": "-1"},
        {"amount": 1},
        {"amount": "1", "coin": "btc"},
        {"amount": "1", "confirmations": -1},
        {},
    ],
)
def test_a_payment_that_no_chain_could_carry_is_refused(
    sandbox: Sandbox, pay: dict[str, object]
) -> None:
    address = sandbox.post("/addresses", network="ethereum", coin="usdt")["id"]
    reply = sandbox.http.post("/sandbox/pay", json={"address": address} | pay)
    assert reply.status_code == 400
    assert sandbox.get("/transactions") == []
