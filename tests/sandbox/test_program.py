"""The program: what it prints, how it ticks, how it stops, what its page asks for."""

import re
import signal
import subprocess
import sys
from http.client import HTTPConnection

import pytest

from .running import KEY, SECRET, Sandbox, started, until


def test_it_prints_where_it_is_and_what_it_takes() -> None:
    with started("--block-seconds", "0") as (_process, lines):
        console, api, key, secret = [line.split()[1] for line in lines]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", console)
    assert api == f"{console}api/v1"
    assert (key, secret) == (KEY, SECRET)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_to_even_while_somebody_is_connected(
    stop: signal.Signals,
) -> None:
    with started() as (process, lines):
        sandbox = Sandbox(lines[0].split()[1].rstrip("/"))
        assert sandbox.state()["addresses"] == []
        process.send_signal(stop)
        assert process.wait(timeout=30) == 0
        sandbox.http.close()


def test_blocks_tick_by_themselves() -> None:
    with started("--block-seconds", "0.05") as (_process, lines):
        sandbox = Sandbox(lines[0].split()[1].rstrip("/"))
        paid = sandbox.paid()["id"]
        until(lambda: bool(sandbox.get("/transactions", status="confirmed")))
        assert sandbox.get(f"/transactions/{paid}")["confirmed_at"]
        sandbox.http.close()


def test_key_secret_and_shape_can_be_chosen() -> None:
    options = ("--key", "sk_live_x", "--secret", "other", "--shape", "guide")
    with started(*options) as (_process, lines):
        sandbox = Sandbox(lines[0].split()[1].rstrip("/"), key="sk_live_x")
        assert sandbox.get("/auth/test")["environment"] == "live"
        assert sandbox.state()["dialect"]["shape"] == "guide"
        refused = sandbox.api("POST", "/test/transactions", json={})
        assert refused.json()["error"]["code"] == "INSUFFICIENT_PERMISSIONS"
        limit = refused.headers["X-RateLimit-Limit"]
        assert limit == "1000"
        sandbox.http.close()


def test_it_knows_no_django() -> None:
    code = "import sys, saleor_cryptopay.sandbox.server; print('django' in sys.modules)"
    run = [sys.executable, "-c", code]
    assert subprocess.check_output(run, text=True).strip() == "False"


def test_the_console_asks_nobody_else_for_anything(sandbox: Sandbox) -> None:
    reply = sandbox.http.get("/", params={"address": "x", "amount": "1"})
    assert reply.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert not re.findall(r"https?://", reply.text)
    assert not re.findall(r"\b(?:src|href)=\"(?!data:)", reply.text)
    assert "{{" not in reply.text


@pytest.mark.parametrize("path", ["/nothing", "/api/v2/coins", "/sandbox/nothing"])
def test_elsewhere_there_is_nothing(sandbox: Sandbox, path: str) -> None:
    assert sandbox.http.get(path).status_code == 404


@pytest.mark.parametrize("length", [str(2 * 1024 * 1024), "-1", "ten"])
def test_a_body_of_a_wrong_length_is_not_read(sandbox: Sandbox, length: str) -> None:
    connection = HTTPConnection(sandbox.url.removeprefix("http://"), timeout=30)
    connection.putrequest("POST", "/sandbox/pay")
    connection.putheader("Content-Length", length)
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()
