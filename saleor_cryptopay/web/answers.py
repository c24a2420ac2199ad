"""The answers that this package gives, and the headers that each of them carries."""

import secrets
from collections.abc import Mapping
from typing import Final

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

_EVERYWHERE: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}

# Nothing is loaded from elsewhere, nothing is sent elsewhere, and nobody frames the
# page but storefronts that the merchant names.
_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}';"
    " img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors {ancestors}"
)
_DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"


def html_page(
    template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
    ancestors: str = "'none'",
) -> HttpResponse:
    """Render a page in the active language.

    Its own style and script are let in by a nonce; `ancestors` may frame it.
    """
    nonce = secrets.token_urlsafe(16)
    html = render_to_string(f"saleor_cryptopay/{template}", {**context, "nonce": nonce})
    response = HttpResponse(html, status=status)
    response["Content-Language"] = get_language() or "en"
    patch_vary_headers(response, ["Accept-Language"])
    return _with_headers(
        response, _PAGE_POLICY.format(nonce=nonce, ancestors=ancestors)
    )


def json_answer(data: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    """Answer with JSON that nobody keeps."""
    response = JsonResponse(data, status=status)
    return _for_any_origin(_with_headers(response, _DATA_POLICY))


def private_answer(data: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    """Answer with JSON that nobody keeps, and that no other origin can read."""
    return _with_headers(JsonResponse(data, status=status), _DATA_POLICY)


def text_answer(text: str, kind: str) -> HttpResponse:
    """Answer with text that nobody keeps."""
    return _with_headers(HttpResponse(text, content_type=kind), _DATA_POLICY)


def svg_answer(svg: str) -> HttpResponse:
    """Answer with an image that can load and run nothing."""
    response = HttpResponse(svg, content_type="image/svg+xml")
    return _with_headers(response, _DATA_POLICY)


def not_modified(etag: str, server_time: str = "") -> HttpResponse:
    """Say that nothing changed since the answer that carried this tag.

    Args:
        etag: the tag.
        server_time: now, for whoever counts down; ISO 8601. Not as Date, which is the
            web server's to give, and a proxy's to change.
    """
    response = HttpResponse(status=304, headers={"ETag": etag})
    if server_time:
        response["X-Server-Time"] = server_time
    del response["Content-Type"]
    return _for_any_origin(_with_headers(response, _DATA_POLICY))


def kept_answer(content: bytes, kind: str, etag: str) -> HttpResponse:
    """Answer with a file that browsers keep for an hour and any storefront may use."""
    response = HttpResponse(content, content_type=kind)
    _with_headers(response, _DATA_POLICY)
    response["Cache-Control"] = "public, max-age=3600"
    response["ETag"] = etag
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return _for_any_origin(response)


def _for_any_origin(response: HttpResponse) -> HttpResponse:
    """Let storefronts read it: who knows the token may, and no cookie is asked for."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


def see_other(place: str) -> HttpResponse:
    """Send the browser on after a form."""
    response = HttpResponse(status=303, headers={"Location": place})
    return _with_headers(response, _DATA_POLICY)


def no_such_page(*, is_refund: bool = False) -> HttpResponse:
    """Say that there is nothing here; the same for unknown and malformed tokens."""
    return html_page("not_found.html", {"is_refund": is_refund}, status=404)


def no_such_data() -> HttpResponse:
    """Say the same to a program."""
    return json_answer({"error": "not found"}, status=404)


def _with_headers(response: HttpResponse, policy: str) -> HttpResponse:
    response["Content-Security-Policy"] = policy
    for name, value in _EVERYWHERE.items():
        response[name] = value
    return response
