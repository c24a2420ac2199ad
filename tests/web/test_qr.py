"""QR codes read as what was written, by two decoders of different make."""

import io
import re
import secrets

import cv2
import numpy as np
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page

from saleor_cryptopay.core.assets import ASSETS
from saleor_cryptopay.core.uris import payment_uri
from saleor_cryptopay.web.qr import qr_svg
from tests.stand_ins import Stage

from .looking import SCHEMES, SIZES
from .rows import ADDRESSES, give_address, make_payment

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


def read_by_both(picture: Picture) -> list[str]:
    """Return what each of the decoders reads in a picture."""
    found = [code.text for code in zxingcpp.read_barcodes(picture)]
    return [cv2.QRCodeDetector().detectAndDecode(picture)[0], *found]


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
    assert read_by_both(picture) == [text, text]


def seen(page: Page) -> Picture:
    """Return all that can be seen of a page, in grey."""
    with Image.open(io.BytesIO(page.screenshot(full_page=True))) as image:
        return np.asarray(image.convert("L"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    ("asset_key", "amount", "text"),
    [
        ("usdt@ethereum", "50.1", ADDRESSES["usdt@ethereum"]),
        ("usdt@tron", "50.1", ADDRESSES["usdt@tron"]),
        (
            "eth@ethereum",
            "0.01565625",
            f"ethereum:{ADDRESSES['eth@ethereum']}@1?value=15656250000000000",
        ),
        (
            "btc@bitcoin",
            "0.00078282",
            f"bitcoin:{ADDRESSES['btc@bitcoin']}?amount=0.00078282",
        ),
    ],
)
def test_two_decoders_read_it_from_the_page_as_it_is_seen(  # noqa: PLR0913 - a table
    asset_key: str,
    amount: str,
    text: str,
    language: str,
    still_page: Page,
    stage: Stage,
    site_url: str,
) -> None:
    payment = make_payment(stage)
    give_address(payment, stage, asset_key, amount=amount)
    still_page.goto(f"{site_url}pay/{payment.token}/?lang={language}")
    for viewport in SIZES.values():
        still_page.set_viewport_size(viewport)
        for scheme in SCHEMES:
            still_page.emulate_media(color_scheme=scheme)
            assert read_by_both(seen(still_page)) == [text, text], (viewport, scheme)


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
