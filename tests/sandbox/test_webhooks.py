"""Webhooks: signatures, shapes, retries, and faults on the way."""

import hashlib
import hmac
import json
from itertools import pairwise
from typing import Any

import pytest

from .running import SECRET, Received, Receiver, Sandbox, until


def signature(body: bytes) -> str:
    return "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def events(received: list[Received]) -> list[str]:
    return [json.loads(one.body)["event"] for one in received]


def log(sandbox: Sandbox) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = sandbox.http.get("/sandbox/deliveries").json()
    return rows


def test_the_signature_is_that_of_the_bytes_sent(
    sandbox: Sandbox, hook: Receiver
) -> None:
    sandbox.paid()
    (received,) = hook.wait(1)
    assert received.headers["x-gateway-signature"] == signature(received.body)
    assert received.headers["content-type"] == "application/json"


def test_detected_confirmed_and_failed_are_told_with_the_same_id(
    sandbox: Sandbox, hook: Receiver
) -> None:
    paid = sandbox.paid()["id"]
    hook.wait(1)
    sandbox.control("blocks", count=12)
    hook.wait(2)
    sandbox.control(f"transactions/{paid}/reorganise")
    received = hook.wait(3)
    names = ["transaction.detected", "transaction.confirmed", "transaction.failed"]
    assert events(received) == names
    assert {json.loads(one.body)["data"]["id"] for one in received} == {paid}


def test_events_go_to_every_active_registration_that_wants_them(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    wanted = ["address.created"]
    for name, active in (("one", True), ("two", True), ("off", False)):
        url = f"{receiver.url}{name}"
        sandbox.post("/webhooks", url=url, events=wanted, active=active)
    sandbox.paid()
    until(lambda: [row["state"] for row in log(sandbox)] == ["delivered"] * 2)
    assert [row["url"][-3:] for row in log(sandbox)] == ["one", "two"]
    assert events(receiver.received) == ["address.created"] * 2


def test_balances_are_told_with_what_they_were(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    sandbox.post("/webhooks", url=receiver.url, events=["address.balance_updated"])
    sandbox.paid(amount="2")
    receiver.wait(1)
    sandbox.control("blocks", count=12)
    data = json.loads(receiver.wait(2)[1].body)["data"]
    assert data["previous_balance"] == {
        "total": "2",
        "confirmed": "0",
        "unconfirmed": "2",
    }
    assert data["balance"] == {"total": "2", "confirmed": "2", "unconfirmed": "0"}


@pytest.mark.parametrize(
    ("shape", "present", "absent"),
    [
        ("api", {"address_id", "created_at"}, {"address", "metadata", "type"}),
        ("guide", {"address", "type"}, {"address_id", "metadata", "created_at"}),
        ("example", {"address_id", "metadata"}, {"address", "type"}),
    ],
)
def test_each_shape_has_its_own_fields(
    sandbox: Sandbox, hook: Receiver, shape: str, present: set[str], absent: set[str]
) -> None:
    sandbox.control("dialect", shape=shape)
    metadata = {"order_id": "42"}
    address = sandbox.post("/addresses", network="tron", coin="usdt", metadata=metadata)
    sandbox.control("pay", address=address["id"], amount="1.5")
    body = json.loads(hook.wait(1)[0].body)
    common = {"id", "hash", "status", "amount", "coin", "network", "confirmations"}
    assert common | present <= set(body["data"])
    assert not absent & set(body["data"])
    assert ("timestamp" in body) == (shape == "guide")
    assert body["data"].get("metadata", metadata) == metadata


@pytest.mark.parametrize(
    ("shape", "name"), [("api", "error"), ("guide", "failure_reason")]
)
def test_a_failure_says_why(
    sandbox: Sandbox, hook: Receiver, shape: str, name: str
) -> None:
    sandbox.control("dialect", shape=shape)
    paid = sandbox.paid()["id"]
    hook.wait(1)
    sandbox.control(f"transactions/{paid}/fail", error="out of gas")
    data = json.loads(hook.wait(2)[1].body)["data"]
    assert (data[name], data["status"]) == ("out of gas", "failed")


def test_what_is_not_answered_2xx_is_tried_again_with_doubling_pauses(
    sandbox: Sandbox, hook: Receiver
) -> None:
    sandbox.control("deliveries", time_scale=0.1)
    hook.statuses = [500, 404, 302]
    sandbox.paid()
    received = hook.wait(4)
    until(lambda: log(sandbox)[0]["state"] == "delivered")
    pauses = [later.at - sooner.at for sooner, later in pairwise(received)]
    assert len({one.body for one in received}) == 1
    for pause, least in zip(pauses, (0.1, 0.2, 0.4), strict=True):
        assert least * 0.9 <= pause
    assert [one["status"] for one in log(sandbox)[0]["attempts"]] == [
        500,
        404,
        302,
        200,
    ]


def test_a_delivery_is_given_up_after_five_retries(
    sandbox: Sandbox, hook: Receiver
) -> None:
    hook.statuses = [503] * 10
    sandbox.paid()
    until(lambda: log(sandbox)[0]["state"] == "given_up")
    assert len(hook.received) == 6


def test_a_receiver_that_is_down_counts_as_not_answered(sandbox: Sandbox) -> None:
    sandbox.control("deliveries", time_scale=0)
    sandbox.post("/webhooks", url="http://127.0.0.1:9/", events=["address.created"])
    sandbox.post("/addresses", network="bitcoin")
    until(lambda: log(sandbox)[0]["state"] == "given_up")
    assert "ConnectError" in log(sandbox)[0]["attempts"][0]["error"]


def test_at_most_ten_are_on_their_way_at_once(sandbox: Sandbox, hook: Receiver) -> None:
    hook.answer_after = 0.3
    sandbox.control("deliveries", repeat=20)
    sandbox.paid()
    hook.wait(20)
    assert 1 < hook.most_at_once <= 10


def test_dropped_deliveries_are_never_sent(sandbox: Sandbox, hook: Receiver) -> None:
    sandbox.control("deliveries", drop=True)
    sandbox.paid()
    sandbox.paid()
    sandbox.control("deliveries", drop=False)
    sandbox.paid()
    hook.wait(1)
    states = [row["state"] for row in log(sandbox)]
    assert states[:2] == ["dropped", "dropped"]
    assert len(hook.received) == 1


def test_the_next_few_can_be_dropped(sandbox: Sandbox, hook: Receiver) -> None:
    assert sandbox.control("deliveries", drop=2)["drop"] == 2
    for _ in range(3):
        sandbox.paid()
    hook.wait(1)
    states = [row["state"] for row in log(sandbox)]
    assert [state == "dropped" for state in states] == [True, True, False]


def test_a_delay_holds_the_first_attempt_back(sandbox: Sandbox, hook: Receiver) -> None:
    sandbox.control("deliveries", delay_seconds=2)
    sandbox.paid()
    assert log(sandbox)[0]["state"] == "waiting"
    assert hook.received == []
    hook.wait(1)


def test_repeated_deliveries_are_the_same_bytes(
    sandbox: Sandbox, hook: Receiver
) -> None:
    sandbox.control("deliveries", repeat=3)
    sandbox.paid()
    hook.wait(3)
    assert len(set(hook.bodies())) == 1


def test_held_deliveries_come_last_one_first(sandbox: Sandbox, hook: Receiver) -> None:
    sandbox.control("deliveries", reorder=True)
    paid = sandbox.paid()["id"]
    sandbox.control("blocks", count=12)
    sandbox.control(f"transactions/{paid}/reorganise")
    assert {row["state"] for row in log(sandbox)} == {"held"}
    assert sandbox.control("deliveries/release") == {"released": 3}
    names = ["transaction.failed", "transaction.confirmed", "transaction.detected"]
    assert events(hook.wait(3)) == names


def test_a_forged_delivery_has_a_wrong_signature(
    sandbox: Sandbox, hook: Receiver
) -> None:
    sandbox.control("deliveries", forge=True)
    sandbox.paid()
    (received,) = hook.wait(1)
    found = received.headers["x-gateway-signature"]
    assert found.startswith("sha256=")
    assert len(found) == 71
    assert found != signature(received.body)


def test_any_delivery_can_be_sent_again(sandbox: Sandbox, hook: Receiver) -> None:
    sandbox.control("deliveries", drop=1)
    sandbox.paid()
    lost = log(sandbox)[0]
    sandbox.control(f"deliveries/{lost['id']}/resend")
    assert hook.wait(1)[0].body.decode() == lost["body"]
    sandbox.control(f"deliveries/{lost['id']}/resend")
    assert len({one.body for one in hook.wait(2)}) == 1
    missing = sandbox.http.post("/sandbox/deliveries/dl_0/resend")
    assert missing.status_code == 404


def test_a_reset_stops_retries(sandbox: Sandbox, hook: Receiver) -> None:
    hook.statuses = [500] * 10
    sandbox.control("deliveries", time_scale=2)
    sandbox.paid()
    until(lambda: log(sandbox)[0]["state"] == "retrying")
    sandbox.control("reset")
    assert log(sandbox) == []
    sent = len(hook.received)
    sandbox.post("/webhooks", url=hook.url, events=["address.created"])
    # Later than the retry would be.
    sandbox.control("deliveries", delay_seconds=3)
    sandbox.post("/addresses", network="bitcoin")
    hook.wait(sent + 1)
    assert events(hook.received)[sent:] == ["address.created"]
