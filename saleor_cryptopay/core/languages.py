"""The languages that customers and staff are spoken to in."""

from typing import Final

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


def find_language(code: str) -> str:
    """Return the language that a code means: `de-AT`, `PT_BR`, `zh`; "" if none."""
    main = code.strip().lower().replace("_", "-").partition("-")[0]
    if main == "zh":
        return "zh-hans"
    return main if main in LANGUAGES else ""
