"""Coins going out, with both ways of asking for it."""

import json

import pytest

from .running import Receiver, Sandbox

TO = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
ASKED = {"network": "ethereum", "coin": "usdt", "amount": "100.50"}


@pytest.mark.parametrize(
    ("path", "name"), [("/withdraws", "address"), ("/withdrawals", "to_address")]
)
def test_both_forms_of_the_request_open_a_withdrawal(
    sandbox: Sandbox, path: str, name: str
) -> None:
    made = sandbox.post(path, **ASKED, **{name: TO.lower()})
    assert (made["status"], made["amount"]) == ("pending", "100.5")
    assert made["to_address"] == TO
    assert made["fee"]
    assert sandbox.get(f"/withdrawals/{made['id']}") == made


def test_a_withdrawal_moves_with_blocks_through_every_state(sandbox: Sandbox) -> None:
    made = sandbox.post(
        "/withdrawals", **ASKED, to_address=TO, metadata={"refund": "1"}
    )
    states = []
    for _ in range(16):
        states.append(sandbox.get(f"/withdrawals/{made['id']}")["status"])
        sandbox.control("blocks", count=1, network="ethereum")
    assert list(dict.fromkeys(states)) == [
        "pending",
        "processing",
        "broadcasting",
        "confirming",
        "confirmed",
    ]
    done = sandbox.get(f"/withdrawals/{made['id']}")
    assert done["confirmations"] >= 12
    (row,) = sandbox.get("/transactions", type="outgoing")
    assert (row["hash"], row["to_address"]) == (done["transaction_hash"], TO)
    assert done["metadata"] == {"refund": "1"}


def test_withdrawals_are_told_by_webhook(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.control("dialect", shape="guide")
    names = [f"withdrawal.{name}" for name in ("created", "confirmed", "completed")]
    sandbox.post("/webhooks", url=receiver.url, events=names)
    sandbox.post("/withdrawals", **ASKED, to_address=TO)
    receiver.wait(1)
    sandbox.control("blocks", count=20)
    bodies = [json.loads(body) for body in [one.body for one in receiver.wait(3)]]
    assert {body["event"] for body in bodies} == set(names)
    last = next(body for body in bodies if body["event"] == "withdrawal.confirmed")
    assert last["data"]["transaction_hash"].startswith("0x")


def test_a_change_of_status_names_the_one_before(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    events = ["withdrawal.status_changed"]
    sandbox.post("/webhooks", url=receiver.url, events=events)
    sandbox.post("/withdrawals", **ASKED, to_address=TO)
    sandbox.control("blocks", count=1)
    data = json.loads(receiver.wait(1)[0].body)["data"]
    assert (data["previous_status"], data["status"]) == ("pending", "processing")


def test_a_withdrawal_can_fail_and_gives_the_coins_back(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    sandbox.post("/webhooks", url=receiver.url, events=["withdrawal.failed"])
    sandbox.control("funds", network="ethereum", coin="usdt", amount="101")
    made = sandbox.post("/withdrawals", **ASKED, to_address=TO)["id"]
    poor = sandbox.api("POST", "/withdrawals", json=ASKED | {"to_address": TO})
    assert poor.status_code == 422
    assert poor.json()["error"]["code"] == "INSUFFICIENT_BALANCE"
    sandbox.control(f"withdrawals/{made}/fail", error="no gas")
    assert json.loads(receiver.wait(1)[0].body)["data"]["error"] == "no gas"
    sandbox.post("/withdrawals", **ASKED, to_address=TO)


def test_only_a_pending_withdrawal_can_be_cancelled(sandbox: Sandbox) -> None:
    made = sandbox.post("/withdrawals", **ASKED, to_address=TO)["id"]
    gone = sandbox.api("DELETE", f"/withdrawals/{made}").json()["data"]
    assert gone["status"] == "cancelled"
    assert sandbox.api("DELETE", f"/withdrawals/{made}").status_code == 409


def test_withdrawals_are_listed_and_filtered(sandbox: Sandbox) -> None:
    made = sandbox.post("/withdrawals", **ASKED, to_address=TO)
    assert sandbox.get("/withdrawals", status="pending", coin="usdt") == [made]
    assert sandbox.get("/withdrawals", network="tron") == []
    assert sandbox.get("/withdrawals", to_date="2020-01-01") == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to_address": "0x12"}, "INVALID_ADDRESS"),
        ({"to_address": "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"}, "INVALID_ADDRESS"),
        ({"network": "solana"}, "INVALID_NETWORK"),
        ({"amount": "1e3"}, "INVALID_REQUEST"),
        ({"amount": "0"}, "INVALID_REQUEST"),
        ({"priority": "now"}, "INVALID_REQUEST"),
    ],
)
def test_a_wrong_withdrawal_is_refused(
    sandbox: Sandbox, change: dict[str, str], code: str
) -> None:
    body = ASKED | {"to_address": TO} | change
    reply = sandbox.api("POST", "/withdrawals", json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, code)
    assert sandbox.get("/withdrawals") == []
