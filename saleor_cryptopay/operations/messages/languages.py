"""In which language somebody is written to: theirs, else the shop's, else English."""

from typing import Final

from django.conf import settings

from saleor_cryptopay.core.languages import find_language

# The source language: it needs no catalogue.
ENGLISH: Final = "en"


def choose_language(code: str) -> str:
    """Return the language to write in to whom the shop speaks to in `code`.

    Args:
        code: as `de`, `de-at` or `PT_BR`; "" where the shop does not know.
    """
    return find_language(code) or find_language(settings.LANGUAGE_CODE) or ENGLISH
