"""Who works at the refund desk, and what they send.

The desk's script logs in at Saleor and sends the token that it gets with each request.
There is no cookie: another site cannot have a browser send what it has not got, and so
there is no CSRF token either. How often somebody may try to log in is Saleor's to say.
"""

import re
from typing import Final

from django.http import HttpRequest, HttpResponse

from saleor_cryptopay.core.errors import MalformedError
from saleor_cryptopay.gateways.documents import read_document
from saleor_cryptopay.operations.runtime import Runtime

from .answers import private_answer

# NUL, and halves of surrogate pairs.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
BODY_LIMIT: Final = 16 * 1024

Body = dict[str, str]


def identify(request: HttpRequest, runtime: Runtime) -> str | None:
    """Return who asks, as the shop knows them; None for whoever may not."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if runtime.desk is None or scheme.lower() != "bearer" or not token.strip():
        return None
    return runtime.desk.identify(token.strip())


def unknown_staff() -> HttpResponse:
    """Answer whoever may not."""
    words = "This login is not valid, or it may not handle payments."
    response = private_answer({"error": words}, status=401)
    response["WWW-Authenticate"] = "Bearer"
    return response


def read_body(request: HttpRequest) -> Body:
    """Return the texts that were sent.

    Raises:
        MalformedError: it is anything else, or a text that no database keeps.
    """
    body = read_document(request.read(BODY_LIMIT + 1), BODY_LIMIT)
    if not isinstance(body, dict):
        raise MalformedError("This is no request of the desk.")
    for text in body.values():
        if not isinstance(text, str):
            raise MalformedError("This is no request of the desk.")
        if _UNSTORABLE.search(text):
            raise MalformedError("There is a character in it that cannot be stored.")
    return body
