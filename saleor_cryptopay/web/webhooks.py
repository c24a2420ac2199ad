"""The door for webhooks: the only place that picks the status a gateway gets.

Law of this file: 200 says that the delivery is stored for good, 4xx that it never
will be taken, 5xx that it may be sent again. Nothing is caught merely to be logged,
and nothing is asked of the database before the signature is verified.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from saleor_cryptopay.core.errors import DeliveryError
from saleor_cryptopay.operations.intake import receive_delivery
from saleor_cryptopay.operations.refusals import count_refusal
from saleor_cryptopay.operations.runtime import Runtime

from .answers import json_answer, no_such_data

# Many times the longest delivery that the gateways document.
BODY_LIMIT: Final = 64 * 1024

# As much of an announced length as is read: enough to see that it is over the limit.
_DIGITS: Final = 12

# A program reads this, a thousand times a minute: no headers for browsers.
_TAKEN: Final = {"Content-Type": "application/json", "Cache-Control": "no-store"}


@require_POST
def receive(request: HttpRequest, *, gateway: str, runtime: Runtime) -> HttpResponse:
    """Take a delivery: verified, stored, acknowledged; it is applied later."""
    if gateway != runtime.gateway.name:
        return no_such_data()
    if not runtime.gateway.has_webhook_secret:
        return json_answer({"error": "no webhook secret is configured"}, status=503)
    body = _read_body(request)
    if body is None:
        return json_answer({"error": "too large"}, status=413)
    try:
        secret = runtime.gateway.verify(_read_headers(request), body)
    except DeliveryError:
        count_refusal(runtime.clock())
        return json_answer({"error": "not verified"}, status=400)
    receive_delivery(body, runtime, secret=secret)
    return HttpResponse(b"{}", headers=_TAKEN)


def _read_headers(request: HttpRequest) -> dict[str, str]:
    """Return what was sent beside the body, names in lower case, as gateways ask."""
    return {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in request.META.items()
        if name.startswith("HTTP_")
    }


def _read_body(request: HttpRequest) -> bytes | None:
    """Return the body's bytes as they came, or None when it is over the limit.

    The announced length is believed when it is too long already; a sender that
    announces less, or nothing, is cut off by reading one byte over the limit.
    """
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdecimal() and int(announced[:_DIGITS]) > BODY_LIMIT:
        return None
    body: bytes = request.read(BODY_LIMIT + 1)
    return body if len(body) <= BODY_LIMIT else None
