"""QR codes read as what was written, by two decoders of different make."""

import re
import secrets

import cv2
import numpy as np
import pytest
import zxingcpp

from saleor_cryptopay.core.assets import ASSETS
from saleor_cryptopay.core.uris import payment_uri
from saleor_cryptopay.web.qr import qr_svg

from .rows import ADDRESSES

SCALE = 6

Picture = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def drawn(svg: str) -> Picture:
    """Draw the SVG's rectangles, as a browser would."""
    size = int(re.findall(r'viewBox="0 0 (\d+) \1"', svg)[0])
    picture = np.full((size, size), 255, np.uint8)
    dark = re.findall(r'fill="#000" d="([^"]*)"', svg)[0]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", dark):
        picture[int(y), int(x) : int(x) + int(width)] = 0
    return np.kron(picture, np.ones((SCALE, SCALE), np.uint8))


TEXTS = [
    *ADDRESSES.values(),
    *(
        payment_uri(ASSETS[key], address, 123456789)
        for key, address in ADDRESSES.items()
    ),
    payment_uri(ASSETS["usdt@ethereum"], ADDRESSES["usdt@ethereum"], 10**30),
]


@pytest.mark.parametrize("text", TEXTS)
def test_two_decoders_read_the_same_text(text: str) -> None:
    picture = drawn(qr_svg(text))
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == text
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [text]


def test_any_address_can_be_read() -> None:
    for _ in range(25):
        text = f"0x{secrets.token_hex(20)}"
        codes = zxingcpp.read_barcodes(drawn(qr_svg(text)))
        assert [code.text for code in codes] == [text]


def test_the_image_stands_under_a_strict_policy_and_has_a_name() -> None:
    svg = qr_svg('"><script>')
    assert 'role="img"' in svg
    assert "<title>QR code for this payment</title>" in svg
    assert "style" not in svg
    assert "script" not in svg


def test_the_code_has_its_quiet_zone() -> None:
    picture = drawn(qr_svg("text"))
    zone = 4 * SCALE
    assert picture[:zone].min() == picture[:, :zone].min() == 255
    assert picture[-zone:].min() == picture[:, -zone:].min() == 255
    assert picture[zone : zone + SCALE, zone : zone + SCALE].max() == 0
