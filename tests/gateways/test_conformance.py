"""The adapters against running servers: one suite, every documented dialect."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from saleor_cryptopay.core.errors import (
    GatewayError,
    IndeterminateError,
    RetryableError,
    TerminalError,
)
from saleor_cryptopay.gateways.base import Gateway
from saleor_cryptopay.gateways.payouts import Payouts
from saleor_cryptopay.gateways.registry import build_gateway, build_payouts
from tests.operations.refunds.lagging import Lagging

from .conformance import USDT, Delivery, GatewayConformance, issue, since_now
from .payouts_conformance import PayoutsConformance, send

KEY = "sk_test_sandbox"
SECRET = "sandbox-webhook-secret-0000000000"

DIALECTS: dict[str, dict[str, object]] = {
    "api page": {"wrapped": True, "camel": False, "shape": "api"},
    "guide": {"wrapped": False, "camel": True, "shape": "guide", "coin_slugs": True},
    "worked example": {"wrapped": True, "shape": "example", "mode": "cross"},
    "common addresses": {"wrapped": False, "shape": "api", "mode": "common"},
}


class Hooks:
    """A server that receives webhooks and answers 200."""

    def __init__(self) -> None:
        received: list[Delivery] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                headers = {name.lower(): self.headers[name] for name in self.headers}
                received.append((headers, self.rfile.read(size)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        self.received = received
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@dataclass
class SandboxWorld:
    """Customer and chain, by the sandbox's control API."""

    url: str
    control: httpx.Client
    hooks: Hooks

    @property
    def hook_url(self) -> str:
        return self.hooks.url

    def pay(self, address: str, amount: str, *, coin: str = "") -> str:
        form = {"address": address, "amount": amount} | ({"coin": coin} if coin else {})
        return str(self.do("pay", **form)["id"])

    def mine(self, count: int) -> None:
        self.do("blocks", count=count)

    def fail(self, withdrawal_id: str) -> None:
        self.do(f"withdrawals/{withdrawal_id}/fail")

    def deliveries(
        self, url: str, count: int
    ) -> Sequence[tuple[dict[str, str], bytes]]:
        assert url == self.hooks.url
        end = time.monotonic() + 30
        while len(self.hooks.received) < count and time.monotonic() < end:
            time.sleep(0.02)
        return list(self.hooks.received)

    def do(self, path: str, **form: object) -> dict[str, Any]:
        reply = self.control.post(f"/sandbox/{path}", json=form)
        assert reply.is_success, reply.text
        value = reply.json()
        return dict(value.get("data", value))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """Start the sandbox as a program of its own; give its address."""
    command = (sys.executable, "-m", "saleor_cryptopay.sandbox", "--port", "0")
    with subprocess.Popen(
        (*command, "--block-seconds", "0"), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = (process.stdout.readline() for _ in range(4))
        console = next(line for line in lines if line.startswith("Console"))
        yield console.split()[1].rstrip("/")
        process.terminate()


@pytest.fixture
def world(sandbox: str) -> Iterator[SandboxWorld]:
    """Give a world in its first state."""
    hooks = Hooks()
    thread = Thread(target=hooks.server.serve_forever, args=(0.02,))
    thread.start()
    with httpx.Client(base_url=sandbox, timeout=30) as control:
        world = SandboxWorld(sandbox, control, hooks)
        world.do("reset")
        world.do("limits", per_minute=0, per_hour=0, per_day=0)
        yield world
        world.do("reset")
    hooks.server.shutdown()
    thread.join()
    hooks.server.server_close()


def build(world: SandboxWorld, key: str = KEY) -> Gateway:
    return build_gateway(
        "crypton",
        api_url=f"{world.url}/api/v1",
        api_key=key,
        webhook_secrets=[SECRET],
    )


@pytest.fixture
def gateway(world: SandboxWorld) -> Gateway:
    return build(world)


@pytest.fixture
def payouts(world: SandboxWorld) -> Payouts:
    return build_payouts("crypton", api_url=f"{world.url}/api/v1", api_key=KEY)


@pytest.fixture
def stranger(world: SandboxWorld) -> Gateway:
    return build(world, "sk_test_stranger")


@pytest.mark.parametrize("dialect", DIALECTS)
class TestCrypton(GatewayConformance):
    """The sandbox, in each of the dialects that the gateway's pages document."""

    @pytest.fixture(autouse=True)
    def _speak(self, world: SandboxWorld, dialect: str) -> None:
        world.do("dialect", **DIALECTS[dialect])


@pytest.mark.parametrize("dialect", DIALECTS)
class TestCryptonPayouts(PayoutsConformance):
    """The sandbox, in each of the dialects that the gateway's pages document."""

    @pytest.fixture(autouse=True)
    def _speak(self, world: SandboxWorld, dialect: str) -> None:
        world.do("dialect", **DIALECTS[dialect])


class TestLagging(PayoutsConformance):
    """The stand-in whose lists can lag keeps the port's promises while they do not."""

    @pytest.fixture
    def payouts(self, payouts: Payouts) -> Payouts:
        return Lagging(payouts)


FAULTS = pytest.mark.parametrize(
    ("fault", "on_asking", "on_making"),
    [
        ("down", RetryableError, IndeterminateError),
        ("unavailable", RetryableError, IndeterminateError),
        ("broken", RetryableError, IndeterminateError),
        ("html", TerminalError, IndeterminateError),
        ("truncated", RetryableError, IndeterminateError),
        ("error_200", TerminalError, TerminalError),
        ("wrong_types", TerminalError, TerminalError),
        ("huge", TerminalError, IndeterminateError),
        ("refuse_key", TerminalError, TerminalError),
        ("expired_key", TerminalError, TerminalError),
        ("no_permission", TerminalError, TerminalError),
        ("ip_refused", TerminalError, TerminalError),
        ("rate_limited", RetryableError, RetryableError),
    ],
)


@FAULTS
def test_each_fault_has_its_outcome(
    world: SandboxWorld,
    gateway: Gateway,
    fault: str,
    on_asking: type[GatewayError],
    on_making: type[GatewayError],
) -> None:
    world.do("faults", kind=fault)
    with pytest.raises(GatewayError) as caught:
        issue(gateway)
    assert type(caught.value) is on_making
    with pytest.raises(GatewayError) as caught:
        gateway.test_connection()
    assert type(caught.value) is on_asking


@FAULTS
def test_each_fault_has_its_outcome_for_sending(
    world: SandboxWorld,
    payouts: Payouts,
    fault: str,
    on_asking: type[GatewayError],
    on_making: type[GatewayError],
) -> None:
    world.do("faults", kind=fault)
    with pytest.raises(GatewayError) as caught:
        send(payouts)
    # An order in a form that cannot be read is one all the same.
    is_garbled = fault == "wrong_types"
    assert type(caught.value) is (IndeterminateError if is_garbled else on_making)
    with pytest.raises(GatewayError) as caught:
        list(payouts.recent(since_now(), USDT))
    assert type(caught.value) is on_asking


def test_a_gateway_that_fails_twice_is_asked_a_third_time(
    world: SandboxWorld, gateway: Gateway
) -> None:
    world.do("faults", kind="down", count=2)
    gateway.test_connection()


def test_a_lost_reply_to_a_new_address_is_indeterminate_and_asked_once(
    world: SandboxWorld, gateway: Gateway
) -> None:
    world.do("faults", kind="lost_reply")
    with pytest.raises(IndeterminateError):
        issue(gateway)
    assert len(world.control.get("/sandbox/state").json()["addresses"]) == 1


@pytest.mark.parametrize("fault", ["foreign_address", "bad_checksum"])
def test_an_address_that_is_not_what_was_asked_for_is_refused(
    world: SandboxWorld, gateway: Gateway, fault: str
) -> None:
    world.do("faults", kind=fault)
    with pytest.raises(TerminalError):
        issue(gateway, USDT)


def test_a_key_of_the_other_environment_is_refused(
    world: SandboxWorld, gateway: Gateway
) -> None:
    world.do("faults", kind="wrong_environment")
    with pytest.raises(TerminalError) as caught:
        gateway.test_connection()
    assert caught.value.code == "WRONG_ENVIRONMENT"


def test_a_used_up_rate_limit_is_respected(world: SandboxWorld) -> None:
    world.do("limits", per_minute=2)
    # Another name of the same server: the other tests keep an account of their own.
    gateway = build(replace(world, url=world.url.replace("127.0.0.1", "localhost")))
    gateway.test_connection()
    gateway.test_connection()
    with pytest.raises(RetryableError) as caught:
        gateway.test_connection()
    assert caught.value.code == "RATE_LIMIT_EXCEEDED"
    assert caught.value.retry_after is not None
