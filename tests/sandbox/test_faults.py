"""Ways in which the API misbehaves when it is told to."""

import json

import httpx
import pytest

from saleor_cryptopay.core.addresses import canonical_address
from saleor_cryptopay.core.assets import NETWORKS, Network
from saleor_cryptopay.core.errors import AddressError

from .running import Sandbox


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("refuse_key", 401, "INVALID_API_KEY"),
        ("expired_key", 401, "EXPIRED_API_KEY"),
        ("no_permission", 403, "INSUFFICIENT_PERMISSIONS"),
        ("ip_refused", 403, "IP_NOT_WHITELISTED"),
        ("rate_limited", 429, "RATE_LIMIT_EXCEEDED"),
        ("broken", 500, "INTERNAL_ERROR"),
        ("unavailable", 503, "SERVICE_UNAVAILABLE"),
        ("error_200", 200, "INVALID_REQUEST"),
    ],
)
def test_refusals_have_their_status_and_code(
    sandbox: Sandbox, kind: str, status: int, code: str
) -> None:
    sandbox.control("faults", kind=kind)
    reply = sandbox.api("GET", "/auth/test")
    assert reply.status_code == status
    assert reply.json()["error"]["code"] == code


def test_a_fault_ends_after_its_count(sandbox: Sandbox) -> None:
    sandbox.control("faults", kind="unavailable", count=2)
    found = [sandbox.api("GET", "/networks").status_code for _ in range(3)]
    assert found == [503, 503, 200]


def test_a_fault_may_be_of_one_method_alone(sandbox: Sandbox) -> None:
    sandbox.control("faults", kind="unavailable", count=1, method="POST")
    assert sandbox.api("GET", "/networks").status_code == 200
    asked = {"network": "bitcoin"}
    found = [
        sandbox.api("POST", "/addresses", json=asked).status_code for _ in range(2)
    ]
    assert found == [503, 201]


def test_a_fault_lasts_until_it_is_ended(sandbox: Sandbox) -> None:
    sandbox.control("faults", kind="unavailable")
    assert sandbox.api("GET", "/networks").status_code == 503
    sandbox.control("faults", kind="none")
    assert sandbox.api("GET", "/networks").status_code == 200


def test_down_does_nothing_and_hangs_up(sandbox: Sandbox) -> None:
    sandbox.control("faults", kind="down", count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.api("POST", "/addresses", json={"network": "bitcoin"})
    assert sandbox.state()["addresses"] == []


def test_a_lost_reply_leaves_an_address_nobody_was_told_of(sandbox: Sandbox) -> None:
    sandbox.control("faults", kind="lost_reply", count=1)
    asked = {"network": "bitcoin", "metadata": {"payment": "p1"}}
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.api("POST", "/addresses", json=asked)
    (orphan,) = sandbox.state()["addresses"]
    assert orphan["metadata"] == {"payment": "p1"}


def test_slow_answers_late_and_holds_nobody_else_up(sandbox: Sandbox) -> None:
    sandbox.control("faults", kind="slow", seconds=30, count=1)
    with pytest.raises(httpx.ReadTimeout):
        sandbox.api("GET", "/networks", timeout=httpx.Timeout(20, read=0.2))
    assert sandbox.api("GET", "/networks", timeout=20).status_code == 200


def test_drip_sends_a_byte_at_a_time(sandbox: Sandbox) -> None:
    sandbox.control("faults", kind="drip", count=1)
    headers = {"X-Api-Key": "sk_test_sandbox"}
    with sandbox.http.stream("GET", "/api/v1/networks", headers=headers) as reply:
        assert len(next(reply.iter_raw())) < 3
        assert int(reply.headers["content-length"]) > 100


def test_html_is_a_page_with_status_200(sandbox: Sandbox) -> None:
    sandbox.control("faults", kind="html")
    reply = sandbox.api("GET", "/auth/test")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html")


def test_truncated_ends_in_the_middle(sandbox: Sandbox) -> None:
    sandbox.control("faults", kind="truncated", count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.api("GET", "/networks")


def test_huge_is_more_than_anybody_should_read(sandbox: Sandbox) -> None:
    sandbox.control("faults", kind="huge", count=1)
    assert len(sandbox.api("GET", "/networks/bsc").content) > 32 * 1024 * 1024


def test_wrong_types_turn_texts_into_numbers_and_back(sandbox: Sandbox) -> None:
    sandbox.control("faults", kind="wrong_types")
    data = sandbox.get("/networks/bsc")
    assert data["chainId"] == "56"
    assert isinstance(data["slug"], int)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=str)
def test_a_foreign_address_is_of_another_network(
    sandbox: Sandbox, network: Network
) -> None:
    sandbox.control("faults", kind="foreign_address", count=1)
    made = sandbox.post("/addresses", network=network.slug, coin=network.native)
    assert made["network"] != network.slug
    with pytest.raises(AddressError):
        canonical_address(made["address"], network)
    assert canonical_address(made["address"], NETWORKS[made["network"]])


@pytest.mark.parametrize("network", NETWORKS.values(), ids=str)
def test_a_bad_checksum_makes_an_address_invalid(
    sandbox: Sandbox, network: Network
) -> None:
    sandbox.control("faults", kind="bad_checksum")
    for _ in range(20):
        made = sandbox.post("/addresses", network=network.slug)
        with pytest.raises(AddressError):
            canonical_address(made["address"], network)


def test_the_environment_can_be_told_wrongly(sandbox: Sandbox) -> None:
    sandbox.control("faults", kind="wrong_environment")
    assert sandbox.get("/auth/test")["environment"] == "live"


def test_faults_leave_the_control_api_alone(sandbox: Sandbox) -> None:
    sandbox.control("faults", kind="down")
    assert sandbox.state()["faults"]["kind"] == "down"


def test_an_unknown_fault_is_refused(sandbox: Sandbox) -> None:
    reply = sandbox.http.post("/sandbox/faults", json={"kind": "flood"})
    assert reply.status_code == 400
    assert "bad_checksum" in json.dumps(reply.json())
