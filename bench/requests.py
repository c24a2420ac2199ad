"""Requests straight into Django's WSGI handler: no socket, no client to measure."""

import hmac
import io
from collections.abc import Callable
from typing import Any, cast

from django.core.handlers.wsgi import WSGIHandler

from tests.stand_ins import WEBHOOK_SECRET

BODY = (
    b'{"event":"transaction.confirmed","data":{"id":"tx_5f0c2b7a9d1e","address_id":'
    b'"addr_0a1b2c3d4e5f","hash":"0x' + b"ab" * 32 + b'","amount":"100.500000",'
    b'"coin":"usdt","network":"ethereum","confirmations":12,"status":"confirmed",'
    b'"created_at":"2026-11-22T10:00:00Z","confirmed_at":"2026-11-22T10:03:00Z"}}'
)


def sign(body: bytes) -> str:
    """Return the header's value that makes a body valid."""
    return f"sha256={hmac.digest(WEBHOOK_SECRET.encode(), body, 'sha256').hex()}"


def request(
    method: str, path: str, body: bytes = b"", *, signature: str = "", expect: int = 200
) -> Callable[[], None]:
    """Return what sends this request through Django, once for each call."""
    handler = WSGIHandler()

    def send() -> None:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_X_GATEWAY_SIGNATURE": signature,
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
        }
        statuses: list[str] = []

        def start_response(status: str, *_: object) -> Any:
            statuses.append(status)

        response = handler(environ, cast("Any", start_response))
        b"".join(response)
        response.close()
        if not statuses[0].startswith(str(expect)):
            raise RuntimeError(f"{path} answered {statuses[0]}, not {expect}.")

    return send
