"""Deliveries as Stripe sends them: each event new, each signed now."""

import hmac
import json
import time
from itertools import count

ENDPOINT = "11111111-2222-4333-8444-555555555555"
SECRET = "whsec_of_the_measurements_only"  # noqa: S105 - of nobody
API_KEY = "sk_test_" + "0" * 24
ACCOUNT = "acct_of_the_measurements"
DOOR = f"/stripe/webhook/{ENDPOINT}/"

_numbers = count()


def event() -> bytes:
    """Return a new event of a kind that dj-stripe stores and does nothing else with."""
    document = {
        "id": f"evt_{time.time_ns()}_{next(_numbers)}",
        "object": "event",
        "account": None,
        "api_version": "2026-05-27.dahlia",
        "created": int(time.time()),
        "data": {"object": {"object": "balance", "available": [], "livemode": False}},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "balance.available",
    }
    return json.dumps(document).encode()


def sign(body: bytes) -> str:
    """Return the header that makes it valid now."""
    moment = int(time.time())
    signed = f"{moment}.".encode() + body
    return f"t={moment},v1={hmac.digest(SECRET.encode(), signed, 'sha256').hex()}"
