"""What storefronts build on: the web component and the shapes of our answers."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from saleor_cryptopay.operations.runtime import Runtime

from .answers import kept_answer, no_such_page, not_modified

FOLDER: Final = Path(__file__).parent.parent / "kit"
KINDS: Final = {
    "crypto-payment.js": "text/javascript; charset=utf-8",
    "payment.schema.json": "application/schema+json",
    "status.schema.json": "application/schema+json",
    "refund.schema.json": "application/schema+json",
}


@require_safe
def kit(request: HttpRequest, *, name: str, runtime: Runtime) -> HttpResponse:  # noqa: ARG001 - the URLconf hands it over
    """Answer with a file of the kit, for any origin."""
    if name not in KINDS:
        return no_such_page()
    content, etag = _read(name)
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        return not_modified(etag)
    return kept_answer(content, KINDS[name], etag)


@cache
def _read(name: str) -> tuple[bytes, str]:
    content = (FOLDER / name).read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
