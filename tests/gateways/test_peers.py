"""Messages name whoever was spoken to, and advise only what a merchant can do."""

import re

import pytest

from saleor_cryptopay.core.errors import GatewayError
from saleor_cryptopay.gateways.client import Client
from saleor_cryptopay.gateways.peers import GATEWAY, Peer

from .asking import LATER
from .loopback import Loopback, Script, answer, hang_up

KRAKEN = Peer("Kraken")

REPLIES: dict[str, Script] = {
    "no answer": hang_up(),
    "cut short": answer(b'{"a": '),
    "no JSON": answer(b"<!doctype html>"),
    "a key twice": answer(b'{"a": 1, "a": 2}'),
    "elsewhere": answer({}, "302 Found", {"Location": "https://other.example/"}),
    "refused key": answer({}, status="401 Unauthorized"),
    "forbidden": answer({}, status="403 Forbidden"),
    "not found": answer({}, status="404 Not Found"),
    "bad request": answer({}, status="400 Bad Request"),
    "busy": answer({}, status="503 Service Unavailable"),
    "broken": answer({}, status="500 Internal Server Error"),
}


def failure(url: str, peer: Peer) -> str:
    client = Client(url, headers={}, peer=peer)
    with pytest.raises(GatewayError) as caught:
        client.request("GET", "/things", deadline=LATER, safe=True)
    return str(caught.value)


@pytest.mark.parametrize("name", REPLIES)
def test_a_source_of_rates_is_called_by_its_name(name: str) -> None:
    with Loopback(REPLIES[name]) as server:
        words = failure(server.url, KRAKEN)
    assert words.startswith("Kraken")
    assert not re.search("gateway|api_url|api_key", words, re.IGNORECASE)


@pytest.mark.parametrize("name", REPLIES)
def test_the_gateway_is_called_the_gateway(name: str) -> None:
    with Loopback(REPLIES[name]) as server:
        words = failure(server.url, GATEWAY)
    assert words.startswith("The gateway")


def test_who_cannot_be_reached_is_named() -> None:
    assert failure("http://127.0.0.1:9", KRAKEN).startswith("Kraken cannot be reached")


def test_the_rest_that_a_source_asks_for_is_worded_as_its_own() -> None:
    limited = answer({}, status="429 Too Many Requests", headers={"Retry-After": "60"})
    with Loopback(limited) as server:
        failure(server.url, KRAKEN)
        assert failure(server.url, KRAKEN).startswith("Kraken's rate limit is used up")


def test_mistakes_in_the_settings_are_pointed_at() -> None:
    assert "“api_key”" in GATEWAY.refusal(401, "HTTP_401")
    assert "“api_url”" in GATEWAY.refusal(302, "HTTP_302")
    assert "“api_url”" in GATEWAY.nonsense("something that is not JSON")
