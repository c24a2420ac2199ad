"""Which language the page speaks: asked for, the storefront's, or the browser's.

Saleor runs no middleware for this, and its list of languages is not ours.
"""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from saleor_cryptopay.core.languages import LANGUAGES, find_language


def choose_language(request: HttpRequest, storefront: str = "") -> str:
    """Return the language to speak, one of `LANGUAGES`.

    Args:
        request: `?lang=` wins; `Accept-Language` is the last resort.
        storefront: what the checkout or order is held in; "" if it is not known.
    """
    for code in (request.GET.get("lang", ""), storefront):
        if language := find_language(code):
            return language
    accepted = request.headers.get("Accept-Language", "")
    for code, _weight in parse_accept_lang_header(accepted):
        if language := find_language(code):
            return language
    return "en"


def language_links(request: HttpRequest) -> list[dict[str, str]]:
    """Return the page's address in each language, as a query on its own address."""
    query = {name: value for name, value in request.GET.items() if name != "lang"}
    return [
        {"code": code, "name": name, "query": urlencode(query | {"lang": code})}
        for code, name in LANGUAGES.items()
    ]
