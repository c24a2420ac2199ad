"""Settings about the page's looks: what is taken, and what is refused in words."""

from typing import Any

import pytest

from saleor_cryptopay.core.errors import SettingError
from saleor_cryptopay.operations.runtime import Appearance

from .test_configuration import read


def test_without_settings_the_page_is_plain_and_framed_by_nobody() -> None:
    assert read().appearance == Appearance()


def test_looks_are_read() -> None:
    assert read(
        brand_name=" Tea Ltd ",
        brand_colour="#FFCC00",
        brand_logo="data:image/svg+xml;base64,\nPHN2Zy8+",
        frame_origins="https://Shop.example/\n\nhttp://localhost:3000",
    ).appearance == Appearance(
        "Tea Ltd",
        "#ffcc00",
        "data:image/svg+xml;base64,PHN2Zy8+",
        ("https://shop.example", "http://localhost:3000"),
    )


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("brand_name", "x" * 81),
        ("brand_colour", "red"),
        ("brand_colour", "#fff"),
        ("brand_colour", "#fff}body{display:none"),
        ("brand_logo", "https://cdn.example/logo.png"),
        ("brand_logo", "data:text/html,<script>"),
        ("brand_logo", 'data:image/png;base64,x" onerror="'),
        ("brand_logo", "data:image/png;base64," + "A" * 6_000),
        ("frame_origins", "*"),
        ("frame_origins", "https://*.example"),
        ("frame_origins", "shop.example"),
        ("frame_origins", "http://shop.example"),
        ("frame_origins", "https://shop.example/path"),
        ("frame_origins", "https://a@shop.example"),
        ("frame_origins", "https://shop.example; script-src *"),
        ("frame_origins", "https://shop.example:x"),
        ("frame_origins", "https://[::1"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_field(field: str, text: str) -> None:
    changes: dict[str, Any] = {field: text}
    with pytest.raises(SettingError) as refusal:
        read(**changes)
    assert refusal.value.field == field
