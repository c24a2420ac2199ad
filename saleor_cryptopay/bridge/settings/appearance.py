"""Readers of the settings about the page's looks: text in, checked values out."""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from saleor_cryptopay.core.errors import SettingError

COLOUR: Final = re.compile(r"#[0-9a-f]{6}", re.ASCII)
LOGO: Final = re.compile(
    r"data:image/(?:png|webp|jpeg|svg\+xml)(?:;base64)?,[\w%.~!$&'()*+,;:@/=-]+",
    re.ASCII,
)
# The page in all is to stay small, and this part of it does not compress.
LONGEST_LOGO: Final = 6_000
LONGEST_NAME: Final = 80


def read_name(field: str, text: str) -> str:
    """Read the merchant's name; empty for the shop's own."""
    if len(text) > LONGEST_NAME:
        raise SettingError(field, f"At most {LONGEST_NAME} characters.")
    return text


def read_colour(field: str, text: str) -> str:
    """Read `#rrggbb`; empty for none."""
    colour = text.lower()
    if colour and not COLOUR.fullmatch(colour):
        raise SettingError(field, "Write it as “#0a7d33”.")
    return colour


def read_logo(field: str, text: str) -> str:
    """Read an image as a `data:` address; empty for none."""
    logo = "".join(text.split())
    if len(logo) > LONGEST_LOGO:
        raise SettingError(
            field, f"At most {LONGEST_LOGO} characters: make it smaller."
        )
    if logo and not LOGO.fullmatch(logo):
        raise SettingError(field, "Write it as “data:image/png;base64,…”.")
    return logo


def read_origins(field: str, text: str) -> tuple[str, ...]:
    """Read origins, one a line: scheme, host and port, and nothing else."""
    found = (line.strip().lower().rstrip("/") for line in text.splitlines())
    return tuple(
        _origin(field, line, number)
        for number, line in enumerate(found, start=1)
        if line
    )


def _origin(field: str, line: str, number: int) -> str:
    try:
        parts = urlsplit(line)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        raise SettingError(field, f"Line {number} is no origin.") from None
    host = parts.hostname or ""
    is_plain = re.fullmatch(r"[a-z0-9.-]+", host, re.ASCII)
    if not is_plain or line != f"{parts.scheme}://{host}{port}":
        raise SettingError(field, f"Line {number}: write “https://shop.example”.")
    is_local = host in {"localhost", "127.0.0.1"}
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        raise SettingError(field, f"Line {number}: plain http is for localhost only.")
    return line


# The same in all channels: setting → attribute of `Appearance`, and its reader.
FIELDS: Final[dict[str, tuple[str, Callable[[str, str], Any]]]] = {
    "brand_name": ("name", read_name),
    "brand_colour": ("colour", read_colour),
    "brand_logo": ("logo", read_logo),
    "frame_origins": ("frame_origins", read_origins),
}
