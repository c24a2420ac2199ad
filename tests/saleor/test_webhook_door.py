"""The webhook's door in a real Saleor: who gets in, and what that changes."""

import hashlib
import hmac

import httpx
import pytest

from demo.services.staff import configure_plugin
from tests.playing import SECRET

from .shopping import Shopper

UNKNOWN = b'{"event": "moon.phase", "data": {"id": "x"}}'


def door(shopper: Shopper) -> str:
    return f"{shopper.saleor.url}/plugins/global/saleor_cryptopay/webhooks/crypton/"


def sign(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Gateway-Signature": f"sha256={digest}"}


def knock(url: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return httpx.post(url, content=body, headers=headers, timeout=30)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (UNKNOWN, {}),
        (UNKNOWN, sign(UNKNOWN, "")),
        (UNKNOWN, sign(UNKNOWN, "another-secret-of-enough-length")),
        (UNKNOWN + b" ", sign(UNKNOWN)),
        (UNKNOWN, {"X-Gateway-Signature": "sha256="}),
    ],
    ids=["unsigned", "empty secret", "another secret", "altered", "empty signature"],
)
def test_what_we_cannot_verify_is_refused(
    shopper: Shopper, body: bytes, headers: dict[str, str]
) -> None:
    assert knock(door(shopper), body, headers).status_code == 400


def test_an_oversized_body_is_refused(shopper: Shopper) -> None:
    body = b"x" * (64 * 1024 + 1)
    reply = knock(door(shopper), body, sign(body))
    assert reply.status_code == 413


def test_a_well_signed_unknown_event_is_taken(shopper: Shopper) -> None:
    reply = knock(door(shopper), UNKNOWN, sign(UNKNOWN))
    assert reply.status_code == 200


def test_the_plugin_switched_off_answers_nothing(shopper: Shopper) -> None:
    configure(shopper, is_active=False)
    try:
        for path in ("global/saleor_cryptopay", "saleor_cryptopay"):
            url = f"{shopper.saleor.url}/plugins/{path}/webhooks/crypton/"
            reply = knock(url, UNKNOWN, sign(UNKNOWN))
            assert reply.status_code == 404
    finally:
        configure(shopper, is_active=True)


def configure(shopper: Shopper, *, is_active: bool) -> None:
    configure_plugin(shopper.saleor, {}, is_active=is_active)
