"""Deliveries as the gateway makes them, and as others would like to."""

import hashlib
import hmac
from typing import Any

from django.test import Client

from saleor_cryptopay.models import Payment
from tests.stand_ins import WEBHOOK_SECRET
from tests.web.site import PREFIX

DOOR = f"{PREFIX}/webhooks/crypton/"
BODY = b'{"event": "transaction.detected",\r\n "data": {"id": "tx_1"}}'


def signed(body: bytes, secret: str = WEBHOOK_SECRET) -> str:
    """Return the header that the secret makes."""
    return f"sha256={hmac.digest(secret.encode(), body, hashlib.sha256).hex()}"


def deliver(client: Client, body: bytes, signature: str, **extra: Any) -> int:
    """Bring a delivery to the door; return the status it is answered with."""
    return client.post(
        extra.pop("door", DOOR),
        body,
        content_type="application/json",
        headers={"X-Gateway-Signature": signature, **extra},
    ).status_code


def state(payment: Payment) -> str:
    """Return the state that is stored."""
    return Payment.objects.get(pk=payment.pk).state
