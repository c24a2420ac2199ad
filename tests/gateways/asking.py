"""Asking a loopback server through a client, for the tests of the client."""

from datetime import timedelta

import pytest

from saleor_cryptopay.core.errors import GatewayError
from saleor_cryptopay.gateways.client import Client

from .loopback import Loopback

KEY = "sk_test_canary_4f1d2c"
SOON = timedelta(milliseconds=400)  # where it is to pass
LATER = timedelta(seconds=10)  # where something is to come


def ask(
    server: Loopback,
    method: str = "GET",
    *,
    safe: bool | None = None,
    deadline: timedelta = LATER,
) -> object:
    client = Client(server.url, headers={"X-Api-Key": KEY})
    return client.request(
        method,
        "/things",
        json={"a": "1"} if method == "POST" else None,
        deadline=deadline,
        safe=method == "GET" if safe is None else safe,
    )


def failure(server: Loopback, method: str, deadline: timedelta = LATER) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        ask(server, method, deadline=deadline)
    return caught.value
