"""The answers that this package gives, and the headers that each of them carries."""

import secrets
from collections.abc import Mapping
from typing import Final

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string

_EVERYWHERE: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}

# Nothing is loaded from elsewhere, nothing is sent elsewhere, nobody frames the page.
_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}';"
    " img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"


def html_page(
    template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """Render a page; its own style and script are let in by a nonce."""
    nonce = secrets.token_urlsafe(16)
    html = render_to_string(f"saleor_cryptopay/{template}", {**context, "nonce": nonce})
    response = HttpResponse(html, status=status)
    return _with_headers(response, _PAGE_POLICY.format(nonce=nonce))


def json_answer(data: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    """Answer with JSON that nobody keeps."""
    return _with_headers(JsonResponse(data, status=status), _DATA_POLICY)


def svg_answer(svg: str) -> HttpResponse:
    """Answer with an image that can load and run nothing."""
    response = HttpResponse(svg, content_type="image/svg+xml")
    return _with_headers(response, _DATA_POLICY)


def not_modified(etag: str) -> HttpResponse:
    """Say that nothing changed since the answer that carried this tag."""
    response = HttpResponse(status=304, headers={"ETag": etag})
    del response["Content-Type"]
    return _with_headers(response, _DATA_POLICY)


def see_other(place: str) -> HttpResponse:
    """Send the browser on after a form."""
    response = HttpResponse(status=303, headers={"Location": place})
    return _with_headers(response, _DATA_POLICY)


def no_such_page() -> HttpResponse:
    """Say that there is nothing here; the same for unknown and malformed tokens."""
    return html_page("not_found.html", {}, status=404)


def no_such_data() -> HttpResponse:
    """Say the same to a program."""
    return json_answer({"error": "not found"}, status=404)


def _with_headers(response: HttpResponse, policy: str) -> HttpResponse:
    response["Content-Security-Policy"] = policy
    for name, value in _EVERYWHERE.items():
        response[name] = value
    return response
