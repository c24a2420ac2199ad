"""Which language the page speaks: asked for, the storefront's, or the browser's.

Saleor runs no middleware for this, and its list of languages is not ours.
"""

from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

# As each calls itself. English is the source: it needs no catalogue.
LANGUAGES: Final = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "pl": "Polski",
    "pt": "Português",
    "tr": "Türkçe",
    "zh-hans": "简体中文",
    "ja": "日本語",
    "ar": "العربية",
}


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


def find_language(code: str) -> str:
    """Return the language that a code means: `de-AT`, `PT_BR`, `zh`; "" if none."""
    main = code.strip().lower().replace("_", "-").partition("-")[0]
    if main == "zh":
        return "zh-hans"
    return main if main in LANGUAGES else ""


def language_links(request: HttpRequest) -> list[dict[str, str]]:
    """Return the page's address in each language, as a query on its own address."""
    query = {name: value for name, value in request.GET.items() if name != "lang"}
    return [
        {"code": code, "name": name, "query": urlencode(query | {"lang": code})}
        for code, name in LANGUAGES.items()
    ]
